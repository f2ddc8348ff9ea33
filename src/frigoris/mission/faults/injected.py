"""Injections of a mission as the tables of its flights."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from frigoris.flight.faults import tables
from frigoris.flight.faults.names import SLOTS, TABLES
from frigoris.flight.faults.tables import BUMP, TYPES, Faults, Trigger
from frigoris.mission.faults import triggers
from frigoris.mission.faults.declare import Machine, machine_of
from frigoris.mission.faults.library import filled, normal
from frigoris.mission.schema import Mission
from frigoris.moon.bumps import Bumps

Numbers = dict[str, Any]


class Injection(NamedTuple):
    """One injected fault of a mission, and the slot that it takes."""

    fault: str  # its name in the mission
    told: Mapping[str, Any]
    table: str
    slot: int


def injects(mission: Mission) -> bool:
    """Whether something is injected in its flights."""
    return any(fault.inject for fault in mission.faults.values())


def injections(mission: Mission) -> list[Injection]:
    """Those of the faults that fly, in the order of the mission."""
    taken = dict.fromkeys(TABLES, 0)
    found, machine = [], machine_of(mission)
    for name, fault in mission.faults.items():
        for told in map(normal, fault.inject):
            table, _ = filled(told, machine)
            found.append(Injection(name, told, table, taken[table]))
            taken[table] += 1
    return found


def make_faults(
    mission: Mission,
    cases: Sequence[tuple[int, int | None]],
    ignitions: Sequence[float],
) -> Faults:
    """The tables of some cases of a mission side by side, cases last.

    `cases` are pairs of seed and case, `ignitions` when each is planned to brake [s].
    """
    machine = machine_of(mission)
    found = injections(mission)
    parts: dict[str, list[Numbers]] = {
        name: [tables.neutral(name, machine.sizes) for _ in range(SLOTS)]
        for name in TABLES
    }
    for one in found:
        parts[one.table][one.slot] |= filled(one.told, machine)[1]
    wide = {name: [_wide(s, len(cases)) for s in parts[name]] for name in TABLES}
    for k, one in enumerate(found):
        slot = wide[one.table][one.slot]
        for lane, ((seed, case), moment) in enumerate(
            zip(cases, ignitions, strict=True)
        ):
            stream = f"{one.fault}/{k}"
            when = triggers.numbers(one.told, seed, case, stream, moment)
            for name, value in when.items():
                slot[name][..., lane] = value
    return Faults(**{name: _table(name, wide[name], machine) for name in TABLES})


def _wide(slot: Numbers, count: int) -> Numbers:
    values = {k: np.asarray(v, dtype=np.float64)[..., None] for k, v in slot.items()}
    return {k: np.repeat(v, count, axis=-1) for k, v in values.items()}


def _table(name: str, slots: list[Numbers], machine: Machine) -> Any:
    told = {key: np.stack([slot[key] for slot in slots]) for key in slots[0]}
    unknown = [k for k in told if k not in tables.neutral(name, machine.sizes)]
    assert not unknown, f"the table {name} has no numbers {', '.join(unknown)}"
    when: Numbers = {k: told.pop(f"trigger_{k}") for k in _fields(Trigger)}
    trigger = Trigger(**when)
    if name == "contact":
        shape: Numbers = {k: told.pop(f"bump_{k}") for k in BUMP}
        return TYPES[name](trigger=trigger, bumps=Bumps(**shape), **told)
    return TYPES[name](trigger=trigger, **told)


def _fields(kind: type) -> list[str]:
    return list(kind.__annotations__)
