"""Edits of a mission: single values, faults on and off, the plan, the truth."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from frigoris.errors import UserError
from frigoris.mission.faults.chosen import with_class, with_injected
from frigoris.mission.faults.library import checked as checked_faults
from frigoris.mission.faults.library import library
from frigoris.mission.metrics import RELIEF, WITHOUT
from frigoris.mission.paths import (
    Parameter,
    checked,
    did_you_mean,
    fault_path,
    parameters,
    replace,
)
from frigoris.mission.schema import Mission
from frigoris.mission.schema_evidence import Fault
from frigoris.mission.source import parse_value
from frigoris.mission.wording import shown

__all__ = [
    "as_flown",
    "choose_faults",
    "nominal",
    "planned",
    "replace",
    "set_values",
    "with_faults",
    "without_faults",
]


def set_values(mission: Mission, edits: Iterable[str]) -> Mission:
    """The mission with each `path=value` of `edits`; UserError names all that is wrong.

    `faults.weak_laser.efficiency_ratio=0.1` changes what a fault sets, by the end of
    the parameter's path or by the whole of it, with or without `.set.` before.
    """
    known = parameters(mission.model_dump())
    wrong: list[str] = []
    for edit in edits:
        try:
            mission = _set(mission, known, edit)
        except UserError as error:
            wrong.append(str(error))
    if wrong:
        raise UserError("\n".join(wrong))
    return _whole(mission)


def _set(mission: Mission, known: Mapping[str, Parameter], edit: str) -> Mission:
    path, equals, text = edit.partition("=")
    path = path.strip()
    if not equals:
        raise UserError(
            f"Cannot set {edit!r}: there is no '='. Write path=value, for example "
            "lander.dry_mass_kg=350."
        )
    target = parameter = path
    if path.startswith("faults."):
        injected = with_injected(mission, path, text)
        if injected is not None:
            return injected
        target, parameter = _path_in_fault(mission, known, path)
    if parameter not in known:
        hint = did_you_mean(parameter, known) or " docs/mission-file.md lists them."
        raise UserError(f"Cannot set {path}: there is no such parameter.{hint}")
    value, wrong = checked(known[parameter], _typed(text, known[parameter], path))
    if wrong:
        raise UserError(f"Cannot set {path}: {shown(value)} {wrong}")
    if fault_path(target):
        return _with_fault_value(mission, target, value)
    try:
        return replace(mission, {target: value})
    except KeyError:
        above = target.rpartition(".")[0]
        raise UserError(
            f"Cannot set {path}: the mission has no {above}. Write that section into a "
            "mission file that extends this one."
        ) from None


def _typed(text: str, parameter: Parameter, path: str) -> Any:
    annotation: Any = parameter.field.annotation
    if annotation is str:
        return text.strip()
    try:
        return parse_value(text)
    except ValueError:
        raise UserError(
            f"Cannot set {path}: {text!r} is no value; write a number, or a list as "
            "[1, 2, 3]."
        ) from None


def _path_in_fault(
    mission: Mission, known: Mapping[str, Parameter], path: str
) -> tuple[str, str]:
    """Full path of what a fault sets, and the parameter in it."""
    _, name, *rest = path.split(".", 2)
    fault = _fault(mission, name)
    end = rest[0].removeprefix("set.") if rest else ""
    found = [p for p in fault.set if p == end or p.endswith(f".{end}")]
    if len(found) == 1 or end in known:
        parameter = found[0] if len(found) == 1 else end
        return f"faults.{name}.set.{parameter}", parameter
    hint = did_you_mean(end, fault.set)
    raise UserError(
        f"Cannot set {path}: the fault {name} sets {', '.join(fault.set)}.{hint}"
    )


def _with_fault_value(mission: Mission, target: str, value: Any) -> Mission:
    name, parameter = fault_path(target) or ("", "")
    fault = mission.faults[name]
    plain = list(value) if isinstance(value, tuple) else value
    changed = fault.model_copy(update={"set": fault.set | {parameter: plain}})
    return mission.model_copy(update={"faults": mission.faults | {name: changed}})


def _fault(mission: Mission, name: str) -> Fault:
    if name in mission.faults:
        return mission.faults[name]
    known = list(mission.faults)
    raise UserError(
        f"Unknown fault {name!r}: mission {mission.mission.name} has "
        f"{', '.join(known) or 'none'}, and `frigoris faults` lists classes to inject."
        f"{did_you_mean(name, known) or did_you_mean(name, library())}"
    )


def _whole(mission: Mission) -> Mission:
    """Validate what only shows when values are held together."""
    try:
        return Mission.model_validate(mission.model_dump())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in first["loc"])
        raise UserError(
            f"These values don't fit together: {path}: {first['msg']}"
        ) from None


def nominal(mission: Mission) -> Mission:
    """The mission without its faults."""
    return mission.model_copy(update={"faults": {}})


def without_faults(mission: Mission) -> Mission:
    """What a flight with faults is paired with: nothing injected, what was set stays;
    where nothing is injected, no faults at all.
    """
    if not any(fault.inject for fault in mission.faults.values()):
        return nominal(mission)
    kept = {
        name: fault.model_copy(update={"inject": ()})
        for name, fault in mission.faults.items()
        if fault.set
    }
    return mission.model_copy(update={"faults": kept})


def choose_faults(
    mission: Mission, edits: Sequence[str] = (), *, off: bool = False
) -> Mission:
    """The mission with the faults that fly, in its `faults`.

    Without edits all of them, or none if `off`. `NAME` flies only what is named;
    `NAME:key=value,...` flies it with other values, and the others stay as they are
    unless `off`. The name of a class of the library adds a fault to what else flies.
    """
    selected: list[str] = []
    plain, own = off, set(mission.faults)
    for edit in edits:
        name, colon, values = edit.partition(":")
        if name not in own and name in library():
            mission, name = with_class(mission, name, _split(values))
            selected.append(name)
            continue
        _fault(mission, name)
        pairs = [f"faults.{name}.{pair}" for pair in _split(values)]
        mission = set_values(mission, pairs)
        selected.append(name)
        plain = plain or not colon
    keep = set(selected) if plain else set(mission.faults)
    faults = {name: f for name, f in mission.faults.items() if name in keep}
    return checked_faults(mission.model_copy(update={"faults": faults}))


def _split(values: str) -> list[str]:
    """At commas, but not inside brackets."""
    pairs, depth = [""], 0
    for letter in values:
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            pairs.append("")
        else:
            pairs[-1] += letter
    return [pair.strip() for pair in pairs if pair.strip()]


def as_flown(mission: Mission) -> Mission:
    """The truth: what the mission's faults set stands in the parameters."""
    known = parameters(mission.model_dump())
    values = {
        path: checked(known[path], value)[0]
        for fault in mission.faults.values()
        for path, value in fault.set.items()
    }
    return replace(mission, values)


def with_faults(
    mission: Mission, edits: Sequence[str] = (), *, off: bool = False
) -> Mission:
    """The mission as flown with the chosen faults; its `faults` says which."""
    return as_flown(choose_faults(mission, edits, off=off))


def consistent(mission: Mission) -> Mission:
    """Without the rows about faults that it does not have: it loads as a file again."""

    def there(fault: str) -> bool:
        return not fault or fault in (*mission.faults, RELIEF)

    def of_path(path: str) -> str:
        return (fault_path(path) or ("", ""))[0]

    def of_metric(metric: str) -> str:
        return metric.split(WITHOUT)[0] if WITHOUT in metric else ""

    published = tuple(
        row
        for row in mission.published
        if all(there(of_metric(part.metric)) for part in row.parts)
    )
    kept = {row.id for row in published}
    return mission.model_copy(
        update={
            "published": published,
            "engineering": tuple(
                row for row in mission.engineering if there(of_path(row.path))
            ),
            "fitted": tuple(
                row
                for row in mission.fitted
                if there(of_path(row.path)) and row.observable in kept
            ),
        }
    )


def planned(mission: Mission) -> Mission:
    """The mission as its team believed it: no faults, nothing of what was observed.

    Open items and sources go too: both tell how the flight ended.
    """
    believed = tuple(row for row in mission.engineering if not fault_path(row.path))
    return mission.model_copy(
        update={
            "faults": {},
            "fitted": (),
            "published": (),
            "chain": (),
            "engineering": believed,
            "open_items": (),
            "sources": {},
        }
    )
