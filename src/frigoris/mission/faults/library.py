"""The classes that there are, and what an injection of one means for a mission."""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from frigoris.errors import UserError
from frigoris.flight.faults.names import SLOTS
from frigoris.mission import faults as folder
from frigoris.mission.faults import triggers
from frigoris.mission.faults.declare import (
    FaultClass,
    Machine,
    Parameter,
    in_si,
    machine_of,
)
from frigoris.mission.paths import did_you_mean as near
from frigoris.mission.schema import Mission
from frigoris.mission.schema_base import unit_text
from frigoris.units import suffix

NAME = "class"  # the key of an injection that names its class
Wrong = tuple[str, str]  # key, and what is wrong with its value


@cache
def library() -> dict[str, FaultClass]:
    """Every class by its name, in the order of the files."""
    found: dict[str, FaultClass] = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(folder.__path__)):
        there = import_module(f"{folder.__name__}.{module}")
        for kind in getattr(there, "CLASSES", ()):
            assert kind.name not in found, f"two classes are called {kind.name}"
            found[kind.name] = kind
    return found


def known(kind: FaultClass) -> tuple[Parameter, ...]:
    """What an injection of a class may say beside its name."""
    return (*kind.parameters, *triggers.ALL)


def faults_of(told: Any) -> Iterator[Wrong]:
    """What is wrong with an injection, whatever lander it is aimed at."""
    if not isinstance(told, Mapping):
        yield "", "is no mapping; write {class: NAME, ...}"
        return
    name = told.get(NAME)
    if not isinstance(name, str) or name not in library():
        hint = near(str(name), library()) or " `frigoris faults` lists them."
        text = "is missing" if name is None else f"is {name!r}, no class of faults"
        yield NAME, f"{text}.{hint}"
        return
    kind = library()[name]
    parameters = {p.name: p for p in known(kind)}
    for key, value in told.items():
        if key == NAME:
            continue
        if key not in parameters:
            names = ", ".join(p.name for p in kind.parameters) or "no parameters"
            hint = near(str(key), parameters) or f" It has {names}."
            yield str(key), f"is no parameter of {name}.{hint}"
            continue
        wrong = _unfit(parameters[key], value)
        if wrong:
            yield key, wrong
    clash = triggers.conflicts(told)
    if clash:
        yield NAME, f"{name}: {clash}"


def _unfit(p: Parameter, value: Any) -> str | None:
    if p.is_word:
        if not isinstance(value, str | int) or isinstance(value, bool):
            return "is no word"
        words = p.words(None)
        if words and not p.of and str(value) not in words:
            return f"is none of {', '.join(words)}.{near(str(value), words)}"
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "is not a number"
    if not p.low <= value <= p.high:
        unit = unit_text(suffix(p.name))
        return f"is outside {p.low:g} … {p.high:g} {unit}".rstrip() + f" ({p.text})"
    return None


def normal(told: Mapping[str, Any]) -> dict[str, Any]:
    """An injection that is in order, complete: its parameters and its trigger."""
    kind = library()[told[NAME]]
    found: dict[str, Any] = {NAME: kind.name}
    for p in kind.parameters:
        found[p.name] = _typed(p, told.get(p.name, p.default))
    usual = dict(kind.trigger)
    if any(p.name in told for p in triggers.STARTS):
        usual = {k: v for k, v in usual.items() if k in _COURSE}
    given = usual | {p.name: told[p.name] for p in triggers.ALL if p.name in told}
    by_name = {p.name: p for p in triggers.ALL}
    return found | {k: _typed(by_name[k], v) for k, v in given.items()}


_COURSE = tuple(p.name for p in triggers.COURSE)


def _typed(p: Parameter, value: Any) -> Any:
    return str(value) if p.is_word else float(value)


def aimed(told: Mapping[str, Any], machine: Machine) -> Iterator[Wrong]:
    """What an injection, in order by itself, finds missing aboard a lander."""
    kind = library()[told[NAME]]
    for need in kind.needs:
        if need not in machine.instruments:
            there = ", ".join(machine.instruments)
            yield (
                NAME,
                f"{kind.name} needs a {need}, which this lander has not. It has {there}"
                f".{near(need, machine.instruments)}",
            )
            return
    for p in known(kind):
        words = p.words(machine)
        if p.name not in told or not p.is_word or told[p.name] in words:
            continue
        yield (
            p.name,
            f"is {told[p.name]!r}, which this lander has not. It has "
            f"{', '.join(words)}.{near(told[p.name], words)}",
        )


def usable(kind: FaultClass, machine: Machine) -> bool:
    """Whether the class can be aimed at a lander at all."""
    if any(need not in machine.instruments for need in kind.needs):
        return False
    return all(p.words(machine) for p in kind.parameters if p.of)


def filled(told: Mapping[str, Any], machine: Machine) -> tuple[str, dict[str, Any]]:
    """Table of an injection, and the numbers of its slot but the trigger's."""
    kind = library()[told[NAME]]
    given = dict(in_si(p.name, told[p.name]) for p in kind.parameters)
    return kind.table, kind.fill(given, machine) | {"used": 1.0}


def resolved(mission: Mission) -> Mission:
    """The mission with every injection complete: parameters and trigger."""
    faults = {
        name: fault.model_copy(
            update={"inject": tuple(normal(told) for told in fault.inject)}
        )
        if fault.inject
        else fault
        for name, fault in mission.faults.items()
    }
    return mission.model_copy(update={"faults": faults})


def checked(mission: Mission) -> Mission:
    """The same, or `UserError` where an injection cannot fly in this mission."""
    wrong = [
        f"Cannot inject the fault {name}: {key or 'it'} {text}"
        for name, fault in mission.faults.items()
        for told in fault.inject
        for key, text in faults_of(told)
    ]
    if wrong:
        raise UserError("\n".join(wrong))
    mission, machine = resolved(mission), machine_of(mission)
    wrong = [
        f"Cannot inject the fault {name}: {key} {text}"
        for name, fault in mission.faults.items()
        for told in fault.inject
        for key, text in aimed(told, machine)
    ]
    if wrong:
        raise UserError("\n".join(wrong))
    _check_room([told for fault in mission.faults.values() for told in fault.inject])
    return mission


def _check_room(injections: list[Mapping[str, Any]]) -> None:
    """Raise `UserError` where a table has not enough slots."""
    by_table: dict[str, list[str]] = {}
    for told in injections:
        kind = library()[told[NAME]]
        by_table.setdefault(kind.table, []).append(kind.name)
    for table, names in by_table.items():
        if len(names) > SLOTS:
            raise UserError(
                f"Cannot inject {len(names)} faults of the table {table} in one "
                f"flight ({', '.join(names)}): it has {SLOTS} slots. Leave some out."
            )
