"""Cases of a mission as numbers of a flight, many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import equinox as eqx
import jax
import numpy as np

from frigoris.errors import UserError
from frigoris.flight.params import Params
from frigoris.mission.build import Planned, join, make_params, make_planned, spread
from frigoris.mission.dispersions import Sampler, case_key, known, make_sampler
from frigoris.mission.edit import as_flown, planned, replace
from frigoris.mission.faults.injected import injects, make_faults
from frigoris.mission.own_trial import try_out
from frigoris.mission.paths import read
from frigoris.mission.schema import Mission
from frigoris.mission.setting import Setting
from frigoris.mission.si import si
from frigoris.units import FACTORS, stem, suffix

SEED = 2025
PROBES = 16  # cases among which one differs from the design
Drawn = dict[str, Any]  # path: value, in the units of the mission file


@dataclass(frozen=True)
class Case:
    """What distinguishes one flight of a mission from another."""

    case: int | None = 0  # None flies the design point
    seed: int = SEED
    noise: bool = True


@dataclass(frozen=True)
class Lanes:
    """Cases side by side: their numbers, cases last; plan and drawn values of each."""

    params: Params
    planned: list[Planned]
    drawn: list[Drawn]


def make_lanes(
    mission: Mission,
    base: Planned,
    setting: Setting,
    cases: Sequence[Case],
    sampler: Sampler | None = None,
    tables: bool | None = None,
) -> Lanes:
    """Build cases of one mission, all with noise or all without, all of one seed.

    `sampler` draws them, by default at random; `base` is the plan of the mission;
    `tables` says whether there are tables of faults, by default if a fault is injected.
    """
    lanes = _make_lanes(mission, base, setting, cases, sampler)
    if tables is None:
        tables = injects(mission)
    if not tables:
        return lanes
    faults = make_faults(
        mission,
        [(c.seed, c.case) for c in cases],
        [p.plan.ignition_time for p in lanes.planned],
    )
    params = eqx.tree_at(
        lambda p: p.faults, lanes.params, faults, is_leaf=lambda x: x is None
    )
    return Lanes(params, lanes.planned, lanes.drawn)


def _make_lanes(
    mission: Mission,
    base: Planned,
    setting: Setting,
    cases: Sequence[Case],
    sampler: Sampler | None,
) -> Lanes:
    flown = as_flown(mission)
    sampler = sampler or make_sampler(flown, cases[0].seed)
    drawn = [{} if c.case is None else sampler.draw(c.case) for c in cases]
    if not known(mission) or not any(drawn):
        return Lanes(
            _side_by_side(flown, base, setting, cases, drawn),
            [base] * len(cases),
            drawn,
        )
    plans = [knowing(mission, base, setting, values) for values in drawn]
    parts = [
        _side_by_side(flown, plan, setting, [case], [values])
        for plan, case, values in zip(plans, cases, drawn, strict=True)
    ]
    return Lanes(join(parts, len(cases)), plans, drawn)


def _side_by_side(
    flown: Mission,
    base: Planned,
    setting: Setting,
    cases: Sequence[Case],
    drawn: Sequence[Drawn],
) -> Params:
    keys = [case_key(c.seed, 0 if c.case is None else c.case) for c in cases]
    noise = cases[0].noise
    single = make_params(si(flown), base, setting, keys[0], noise=noise)
    try_out(single)
    truth = si(flown)
    for path in drawn[0]:
        put(truth, path, np.array([values[path] for values in drawn]).T)
    params = make_params(truth, base, setting, np.stack(keys, axis=-1), noise=noise)
    return spread(params, single, len(cases))


def knowing(
    mission: Mission, base: Planned, setting: Setting, values: Drawn
) -> Planned:
    """Plan and load of a team that knows some of the values of a case.

    Known late in the preparation means a plan of its own; known on the day, only the
    numbers of the load change and the flight planned stays.
    """
    late, told = known(mission, ["known_late"]), known(mission)
    believed = {path: values[path] for path in told}
    return _believing(mission, base, setting, believed, replan=bool(late))


def _believing(
    mission: Mission, base: Planned, setting: Setting, values: Drawn, *, replan: bool
) -> Planned:
    believed = replace(planned(mission), values)
    return make_planned(si(believed), setting, plan=None if replan else base.plan)


def check_known(
    mission: Mission, base: Planned, setting: Setting, sampler: Sampler
) -> None:
    """Raise `UserError` where knowing a value changes nothing that the team prepares.

    Such a row promises an operation that does not take place.
    """
    late = known(mission, ["known_late"])
    for path in known(mission):
        values = {path: _moved(mission, path, sampler)}
        prepared = _believing(mission, base, setting, values, replan=path in late)
        if _same(prepared, base):
            what = "neither plan nor load" if path in late else "no number of the load"
            raise UserError(
                f"Cannot disperse {path} as known to the team: {what} of this lander "
                f"{'depend' if path in late else 'depends'} on it, so knowing it "
                "changes nothing. Give the row `set: never_known`."
            )


def _moved(mission: Mission, path: str, sampler: Sampler) -> Any:
    """A drawn value that is not the one planned with."""
    design = read(planned(mission), path)
    drawn = (sampler.draw(case)[path] for case in range(PROBES))
    return next((value for value in drawn if value != design), design)


def _same(a: Planned, b: Planned) -> bool:
    pairs = zip(_numbers(a), _numbers(b), strict=True)
    return all(np.array_equal(x, y) for x, y in pairs)


def _numbers(prepared: Planned) -> list[Any]:
    return [*vars(prepared.plan).values(), *jax.tree.leaves(prepared.onboard)]


def put(m: SimpleNamespace, path: str, value: Any) -> None:
    """Set the value at a path of a mission in SI; given in the unit of the path."""
    *inner, last = path.split(".")
    node: Any = m
    for part in inner:
        node = _child(node, part)
    unit = suffix(last)
    setattr(node, stem(last), value if unit is None else value * FACTORS[unit])


def _child(node: Any, part: str) -> Any:
    if isinstance(node, tuple):
        found = [x for i, x in enumerate(node) if part in (str(i), x.name)]
        return found[0]
    if isinstance(node, dict):
        return node[part]
    return getattr(node, stem(part))
