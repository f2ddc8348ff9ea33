"""What every section of a mission file is made of: parameters with bounds.

Each parameter is defined once, in its section: name with unit, bounds, meaning,
default. Loader, documentation, dispersion paths and SI view all read that definition.
"""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError, PydanticUndefined

from frigoris.units import meant, suffix


def _number(value: object) -> object:
    """Text and yes/no are no numbers, even when they could be read as one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number", "is not a number")
    if isinstance(value, int) and abs(value) > 10**300:
        raise PydanticCustomError("number", "is too large")  # for a float
    return value


Number = Annotated[float, BeforeValidator(_number)]
Count = Annotated[int, BeforeValidator(_number)]
Vec3 = tuple[Number, Number, Number]


def param(
    low: float, high: float, about: str, default: object = PydanticUndefined
) -> Any:
    """A number (or each of several) within `low` and `high`, both included."""
    extra: dict[str, Any] = {"minimum": low, "maximum": high}
    return Field(default, description=about, json_schema_extra=extra)


def item(about: str, default: object = PydanticUndefined, **options: Any) -> Any:
    """A field that is no number."""
    return Field(default, description=about, **options)


def bounds(field: FieldInfo) -> tuple[float, float] | None:
    """The interval of a parameter, None where it has none."""
    extra = field.json_schema_extra
    if not isinstance(extra, dict) or "minimum" not in extra:
        return None
    return float(str(extra["minimum"])), float(str(extra["maximum"]))


def numbers(value: object) -> Iterator[float]:
    """The numbers in a value: itself, or its components."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def outside(name: str, field: FieldInfo, value: object) -> str | None:
    """What is wrong with the size of a value, None if nothing is."""
    limits = bounds(field)
    if limits is None:
        return None
    low, high = limits
    for number in numbers(value):
        if not low <= number <= high:
            unit = unit_text(suffix(name))
            interval = f"{low:.12g} … {high:.12g} {unit}".rstrip()
            text = f"is outside {interval} ({field.description})"
            return text + _hint(name, number, low, high)
    return None


def _hint(name: str, number: float, low: float, high: float) -> str:
    """The mistake that explains a number out of bounds, as a sentence."""
    found = meant(name, number, low, high)
    if found is None:
        return ""
    other, value = found
    told = f"{value:.6g} {unit_text(suffix(name))}".rstrip()
    return f". Is it in {other}? That would be {told}"


def unit_text(unit: str | None) -> str:
    """A unit as people read it; pure numbers have none."""
    return "" if unit in (None, "ratio", "count", "utc") else str(unit)


class Section(BaseModel):
    """A mapping of a mission file: nothing unknown in it, never changed in place."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )

    @field_validator("*", mode="after")
    @classmethod
    def _within_bounds(cls, value: Any, info: Any) -> Any:
        name = str(info.field_name)
        fault = outside(name, cls.model_fields[name], value)
        if fault:
            raise PydanticCustomError("bounds", "{fault}", {"fault": fault})
        return value
