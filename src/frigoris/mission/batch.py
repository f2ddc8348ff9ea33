"""Cases of a mission flown side by side, and each of them as observables see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import numpy as np

from frigoris.constants import RADIUS_MOON, TICK
from frigoris.errors import UserError
from frigoris.flight import channels
from frigoris.flight.landing import Settled, figures, path_table, settle
from frigoris.flight.outcome import LANDED, SOFTWARE_LOST, Rated, outcomes, touch
from frigoris.flight.params import Params
from frigoris.flight.seen import Seen
from frigoris.flight.slices import (
    AFTER_CONTACT,
    COAST_MARGIN,
    Flown,
    Moment,
    Progress,
    Timetable,
    fly_batch,
    timetable,
)
from frigoris.mission.arcs import schedule_rate
from frigoris.mission.build import Planned, join, make_planned
from frigoris.mission.build_onboard import start_mass
from frigoris.mission.cases import Case, Drawn, Lanes, make_lanes
from frigoris.mission.dispersions import Sampler
from frigoris.mission.edit import planned as as_planned
from frigoris.mission.faults.injected import injects
from frigoris.mission.plan import in_orbit
from frigoris.mission.schema import Mission
from frigoris.mission.setting import Setting, make_setting, terrain_of
from frigoris.mission.si import si
from frigoris.moon.terrain import Terrain

WIDTH = 8  # lanes of the recording program


@dataclass(frozen=True)
class Stage:
    """All that the flights of one mission share."""

    mission: Mission  # with the faults that this flight has
    terrain: Terrain
    setting: Setting
    planned: Planned
    times: Timetable


def make_stage(mission: Mission, map_name: str | None = None) -> Stage:
    """Terrain, gravity, plan and load of a mission."""
    terrain = terrain_of(mission, map_name)
    plan_si = si(as_planned(mission))
    setting = make_setting(mission, terrain)
    prepared = make_planned(plan_si, setting)
    plan = prepared.plan
    main = sum(e.thrust for e in in_orbit(plan_si.lander))
    mass = start_mass(plan_si)
    times = timetable(
        plan.deorbit_time, plan.ignition_time, 1.2 * plan.deorbit_dv * mass / main + 5.0
    )
    return Stage(mission, terrain, setting, prepared, times)


@dataclass(frozen=True)
class Batch:
    """Lanes flown together: a mission and a case each, with what came of them."""

    lanes: list[tuple[Mission, Case]]
    params: Params  # cases last, filled up to the width
    planned: list[Planned]
    drawn: list[Drawn]
    flown: Flown
    settled: Settled  # after the touchdown


def fly_lanes(
    stage: Stage,
    lanes: Sequence[tuple[Mission, Case]],
    *,
    width: int = WIDTH,
    every: int = 1,
    substeps: int = 1,
    sampler: Sampler | None = None,
    start: Moment | None = None,
    keep: bool = False,
    progress: Progress | None = None,
) -> Batch:
    """Fly up to `width` lanes; each may have other faults, cases, noise, parameters.

    From `start`, all lanes of a batch at one moment, or from the beginning.
    """
    # one program for all lanes: with tables of faults as soon as one has need of them
    tables = any(injects(mission) for mission, _ in lanes)
    built = [
        make_lanes(
            mission,
            stage.planned,
            stage.setting,
            [c for _, c in group],
            sampler,
            tables,
        )
        for mission, group in _alike(lanes)
    ]
    return fly_built(
        stage.times,
        lanes,
        built,
        width=width,
        every=every,
        substeps=substeps,
        start=start,
        keep=keep,
        progress=progress,
    )


def fly_built(
    times: Timetable,
    lanes: Sequence[tuple[Mission, Case]],
    built: Sequence[Lanes],
    *,
    width: int = WIDTH,
    every: int = 1,
    substeps: int = 1,
    start: Moment | None = None,
    keep: bool = False,
    progress: Progress | None = None,
) -> Batch:
    """The same for lanes whose numbers, plans and loads are there."""
    params = join([b.params for b in built], width)
    plans = [p for b in built for p in b.planned]
    check_ignitions(times, lanes, plans)
    flown = fly_batch(
        params,
        times,
        every=every,
        substeps=substeps,
        start=start,
        keep=keep,
        progress=progress,
    )
    settled = settle(params, flown.truth, flown.end, keep=keep)
    drawn = [d for b in built for d in b.drawn]
    return Batch(list(lanes), params, plans, drawn, flown, settled)


def check_ignitions(
    times: Timetable, lanes: Sequence[tuple[Mission, Case]], plans: Sequence[Planned]
) -> None:
    """Raise `UserError` for a lane that would ignite before the coast ends.

    The coast ends when the plan of the mission says, whoever flies beside a case, so
    no row depends on its neighbours.
    """
    for (mission, case), planned in zip(lanes, plans, strict=True):
        early = times.coast_end + COAST_MARGIN - planned.plan.ignition_time
        if early > COAST_MARGIN - TICK:
            raise UserError(
                f"Cannot fly case {case.case} of {mission.mission.name}: with what its "
                f"team knows late the ignition is planned {early:.1f} s earlier than "
                f"in the mission file; at most {COAST_MARGIN - TICK:.1f} s can be "
                "flown. Scatter times of the plan less, or in separate missions."
            )


def _alike(
    lanes: Sequence[tuple[Mission, Case]],
) -> list[tuple[Mission, list[tuple[Mission, Case]]]]:
    """Neighbours of one mission and seed, with or without noise, built at once."""

    def alike(lane: tuple[Mission, Case]) -> tuple[Any, ...]:
        mission, case = lane
        return id(mission), case.case is None, case.noise, case.seed

    groups = groupby(lanes, key=alike)
    found = [list(group) for _, group in groups]
    return [(group[0][0], group) for group in found]


def rated(m: SimpleNamespace) -> Rated:
    """What the landing gear is rated for."""
    legs = m.lander.legs
    return Rated(
        legs.vertical_speed_max,
        legs.horizontal_speed_max,
        legs.tilt_max,
        m.lander.hull.strike_max,
    )


def look_at(stage: Stage, batch: Batch, lane: int) -> Seen:
    """One lane of a batch as observables see it."""
    flown, m = batch.flown, si(batch.lanes[lane][0])
    found = touch(flown.truth, lane)
    outcome = outcomes(flown.truth, batch.settled.landing, rated(m))[lane]
    if flown.lost:
        outcome = SOFTWARE_LOST
    end = found.time if found else flown.end
    if outcome == LANDED:  # a wreck records nothing any more
        end += AFTER_CONTACT
    raw = channels.lane(flown.samples, lane, end)
    planned = batch.planned[lane]
    site_M, standoff = planned.site_M, planned.standoff
    truth = channels.truth_table(raw, site_M, standoff)
    onboard = channels.onboard_table(raw, site_M)
    miss = float(channels.ground_distance(found.r_M, site_M)) if found else np.nan
    return Seen(
        truth=truth,
        onboard=onboard,
        touched=found,
        touchdown=figures(batch.settled.landing, lane),
        path=path_table(batch.settled, lane, found.time) if found else {},
        outcome=outcome,
        ignition_planned=planned.plan.ignition_time,
        gravity=float(stage.setting.gravity.mu / np.sum(site_M**2)),
        miss=miss,
        planned_rate=lambda h: schedule_rate(planned.onboard, h),
        arcs={},
        level=float(np.linalg.norm(site_M)) - RADIUS_MOON,
    )
