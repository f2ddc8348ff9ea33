"""The mission as the simulation uses it: SI units, no suffixes, dots all the way."""

from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from frigoris.units import stem, to_si


def si(model: BaseModel) -> SimpleNamespace:
    """`lander.engines[0].lag_ms` becomes `lander.engines[0].lag` in seconds.

    Whole numbers stay whole, text stays text; components of a vector are a tuple.
    """
    fields = type(model).model_fields
    return SimpleNamespace(
        **{stem(name): _value(name, getattr(model, name)) for name in fields}
    )


def _value(name: str, value: Any) -> Any:
    if isinstance(value, BaseModel):
        return si(value)
    if isinstance(value, dict):
        return {key: _value(key, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return tuple(_value(name, item) for item in value)
    if isinstance(value, float):
        return to_si(name, value)
    return value
