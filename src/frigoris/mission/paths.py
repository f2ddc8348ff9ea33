"""Parameter paths such as `sensors.laser.efficiency_ratio`: find, read, replace, check.

An item of a list goes by its number or its name: `lander.engines.main.thrust_N`. What a
fault sets has a path too: `faults.weak_laser.set.sensors.laser.efficiency_ratio`.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from frigoris.mission.schema import PARAMETERS, Mission
from frigoris.mission.schema_base import Section, outside
from frigoris.mission.wording import words
from frigoris.units import stem


class Parameter(NamedTuple):
    """Where a parameter is defined."""

    owner: type[Section]
    name: str

    @property
    def field(self) -> FieldInfo:
        """Its definition."""
        return self.owner.model_fields[self.name]


def section_of(annotation: Any) -> type[Section] | None:
    """The section inside `Section`, `Section | None`, `tuple[Section, ...]`, ..."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    for inner in get_args(annotation):
        found = section_of(inner)
        if found:
            return found
    return None


def parameters(tree: Mapping[str, Any]) -> dict[str, Parameter]:
    """Every path into the parameters of a mission, given as a plain tree.

    The tree says which items a list has; what it lacks otherwise does not matter.
    """
    return dict(_walk(Mission, tree, "", PARAMETERS))


def _walk(
    owner: type[Section], tree: Any, before: str, names: Iterable[str]
) -> Iterator[tuple[str, Parameter]]:
    for name in names:
        inner = section_of(owner.model_fields[name].annotation)
        value = tree.get(name) if isinstance(tree, Mapping) else None
        path = before + name
        if inner is None:
            yield path, Parameter(owner, name)
        elif _by_name(owner.model_fields[name].annotation):
            named = value if isinstance(value, Mapping) else {}
            for label, entry in named.items():
                yield from _walk(inner, entry, f"{path}.{label}.", inner.model_fields)
        elif isinstance(value, list | tuple):
            for i, entry in enumerate(value):
                for label in _labels(i, entry):
                    yield from _walk(
                        inner, entry, f"{path}.{label}.", inner.model_fields
                    )
        else:
            yield from _walk(inner, value, f"{path}.", inner.model_fields)


def _by_name(annotation: Any) -> bool:
    """Whether its sections have names: `dict[str, Section]`."""
    return get_origin(annotation) is dict


def _labels(index: int, entry: Any) -> tuple[str, ...]:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return (str(index), name) if isinstance(name, str) else (str(index),)


def fault_path(path: str) -> tuple[str, str] | None:
    """Fault and parameter of `faults.NAME.set.PATH`, None for any other path."""
    parts = path.split(".", 3)
    if len(parts) < 4 or parts[0] != "faults" or parts[2] != "set":
        return None
    return parts[1], parts[3]


def read(mission: Mission, path: str) -> Any:
    """The value at a path, in the unit of its name; KeyError if there is none."""
    through = fault_path(path)
    if through:
        return mission.faults[through[0]].set[through[1]]
    value: Any = mission
    for part in path.split("."):
        value = _child(value, part)
    return value


def _child(value: Any, part: str) -> Any:
    if isinstance(value, tuple):
        return value[_index(value, part)]
    if isinstance(value, dict):
        return value[part]
    if not isinstance(value, Section) or part not in type(value).model_fields:
        raise KeyError(part)
    return getattr(value, part)


def _index(items: tuple[Any, ...], part: str) -> int:
    for i, entry in enumerate(items):
        if part in (str(i), getattr(entry, "name", None)):
            return i
    raise KeyError(part)


def replace(mission: Mission, values: Mapping[str, Any]) -> Mission:
    """The mission with other values, taken as they are: nothing is validated."""
    for path, value in values.items():
        through = fault_path(path)
        parts = ["faults", through[0], "set", through[1]] if through else None
        mission = _replaced(mission, parts or path.split("."), value)
    return mission


def _replaced(node: Any, parts: list[str], value: Any) -> Any:
    if not parts:
        return value
    child = _replaced(_child(node, parts[0]), parts[1:], value)
    if isinstance(node, tuple):
        i = _index(node, parts[0])
        return (*node[:i], child, *node[i + 1 :])
    if isinstance(node, dict):
        return node | {parts[0]: child}
    return node.model_copy(update={parts[0]: child})


@cache
def _validator(owner: type[Section], name: str) -> Callable[[Any], Any]:
    field = owner.model_fields[name]
    annotation: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotation).validate_python


def checked(parameter: Parameter, value: Any) -> tuple[Any, str | None]:
    """A value as the parameter takes it, and what is wrong with it, if anything."""
    try:
        good = _validator(*parameter)(value)
    except ValidationError as error:
        return value, words(error.errors(include_url=False)[0], parameter.field)
    return good, outside(parameter.name, parameter.field, good)


def nearest(path: str, known: Iterable[str]) -> str | None:
    """The path that was probably meant: same name with another unit, or alike."""
    options = list(known)
    head, _, last = path.rpartition(".")
    beside = [p for p in options if p.rpartition(".")[0] == head]
    for group in (beside, options):
        same = [p for p in group if stem(p.rpartition(".")[2]) == stem(last)]
        if same:
            return difflib.get_close_matches(path, same, n=1, cutoff=0.0)[0]
    found = difflib.get_close_matches(path, options, n=1, cutoff=0.5)
    if not found:
        ends = {p.rpartition(".")[2]: p for p in options}
        found = [ends[e] for e in difflib.get_close_matches(last, ends, n=1)]
    return found[0] if found else None


def did_you_mean(path: str, known: Iterable[str]) -> str:
    """The same as the end of a sentence; empty if nothing is near."""
    near = nearest(path, known)
    return f" Did you mean {near}?" if near else ""
