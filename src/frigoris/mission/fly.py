"""Fly missions: cases side by side in one batch, each with what was seen of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_in
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np

from frigoris.flight import channels
from frigoris.flight.events import Event, timeline
from frigoris.flight.observables import OBSERVABLES, Seen
from frigoris.flight.outcome import LANDED, Gear, Touch, outcomes, touch
from frigoris.flight.params import Params
from frigoris.flight.slices import (
    AFTER_CONTACT,
    COAST_MARGIN,
    Flown,
    Progress,
    Timetable,
    fly_batch,
    timetable,
)
from frigoris.flight.telemetry import last_heard, telemetry_tables
from frigoris.mission.arcs import orbit_arcs, schedule_rate, stop_arc
from frigoris.mission.build import Planned, join, make_planned
from frigoris.mission.cases import SEED, Case, Drawn, make_lanes
from frigoris.mission.dispersions import Sampler
from frigoris.mission.edit import as_flown
from frigoris.mission.edit import planned as as_planned
from frigoris.mission.metrics import WITHOUT
from frigoris.mission.schema import Mission
from frigoris.mission.setting import Setting, make_setting
from frigoris.mission.si import si
from frigoris.moon.ephemeris import look
from frigoris.moon.terrain import Terrain, load_terrain
from frigoris.moon.time import format_utc

__all__ = ["SEED", "Case"]

WIDTH = 8  # lanes of the recording program


@dataclass(frozen=True)
class Flight:
    """One flight of a mission, as it was recorded."""

    mission: Mission
    case: int | None
    seed: int
    faults: list[str]
    outcome: str
    landed: bool
    contact: dict[str, Any] | None
    propellant_left_kg: float
    events: list[dict[str, Any]]
    published: list[dict[str, Any]]
    truth: channels.Table
    onboard: channels.Table
    start_utc: str
    ignition_s: float
    loss_of_signal_s: float
    last_telemetry: dict[str, float] | None
    site_M: np.ndarray
    terrain: Terrain
    gravity_note: str
    sky: dict[str, float]
    dispersed: dict[str, Any] = field(default_factory=dict)
    wall_s: float = 0.0
    record: Path | None = None


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
    terrain = load_terrain(
        map_name or mission.site.map,
        mission.site.latitude_deg,
        mission.site.longitude_deg,
    )
    plan_si = si(as_planned(mission))
    setting = make_setting(mission.moon.gravity_degree_count, terrain)
    prepared = make_planned(plan_si, setting)
    plan = prepared.plan
    main = sum(e.thrust for e in plan_si.lander.engines if e.group == "main")
    mass = plan_si.lander.dry_mass + plan_si.lander.propellant
    times = timetable(
        plan.deorbit_time, plan.ignition_time, 1.2 * plan.deorbit_dv * mass / main + 5.0
    )
    return Stage(mission, terrain, setting, prepared, times)


def counterfactuals(mission: Mission) -> list[str]:
    """Faults whose absence a published row asks about."""
    parts = [p.metric for row in mission.published for p in row.parts]
    names = [p.split(WITHOUT)[0] for p in parts if WITHOUT in p]
    return [n for n in dict.fromkeys(names) if n in mission.faults]


def without(mission: Mission, fault: str) -> Mission:
    """The same mission without one fault."""
    faults = {k: v for k, v in mission.faults.items() if k != fault}
    return mission.model_copy(update={"faults": faults})


def fly(
    stage: Stage,
    case: Case,
    *,
    judge: bool = True,
    sampler: Sampler | None = None,
    progress: Progress | None = None,
) -> Flight:
    """One flight, and beside it those that its published rows compare it with."""
    began = time.perf_counter()
    names = counterfactuals(stage.mission) if judge else []
    missions = [stage.mission, *(without(stage.mission, name) for name in names)]
    batch = fly_lanes(
        stage, [(m, case) for m in missions], sampler=sampler, progress=progress
    )
    seen = [look_at(stage, batch, k) for k in range(len(missions))]
    flight = _flight(stage, case, batch, seen[0])
    if judge and stage.mission.published:
        m, world = si(as_flown(stage.mission)), stage.setting.central()
        vehicle = jax.tree.map(lambda x: x[..., 0], batch.params.vehicle)
        seen[0].arcs.update(orbit_arcs(m, vehicle, world))
        seen[0].arcs.update(stop_arc(m, vehicle, world, seen[0].truth, seen[0].onboard))
        flights = dict(zip(["", *names], seen, strict=True))
        rows = _published(stage.mission, stage.terrain, flights)
        flight = replace_in(flight, published=rows)
    return replace_in(flight, wall_s=time.perf_counter() - began)


@dataclass(frozen=True)
class Batch:
    """Lanes flown together: a mission and a case each, with what came of them."""

    lanes: list[tuple[Mission, Case]]
    params: Params  # cases last, filled up to the width
    planned: list[Planned]
    drawn: list[Drawn]
    flown: Flown


def fly_lanes(
    stage: Stage,
    lanes: Sequence[tuple[Mission, Case]],
    *,
    width: int = WIDTH,
    every: int = 1,
    substeps: int = 1,
    sampler: Sampler | None = None,
    progress: Progress | None = None,
) -> Batch:
    """Fly up to `width` lanes; each may have other faults, cases, noise, parameters."""
    built = [
        make_lanes(
            mission, stage.planned, stage.setting, [c for _, c in group], sampler
        )
        for mission, group in _alike(lanes)
    ]
    params = join([b.params for b in built], width)
    plans = [p for b in built for p in b.planned]
    flown = fly_batch(
        params,
        _common(stage.times, plans),
        every=every,
        substeps=substeps,
        progress=progress,
    )
    drawn = [d for b in built for d in b.drawn]
    return Batch(list(lanes), params, plans, drawn, flown)


def _common(times: Timetable, plans: Sequence[Planned]) -> Timetable:
    """Coast while all lanes coast; their plans may differ by seconds."""
    first = min(p.plan.ignition_time for p in plans)
    last = max(p.plan.ignition_time for p in plans)
    return replace_in(
        times,
        coast_end=first - COAST_MARGIN,
        expected_end=times.expected_end + last - first,
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


def gear(m: SimpleNamespace) -> Gear:
    """What the landing gear survives."""
    legs = m.lander.legs
    return Gear(legs.vertical_speed_max, legs.horizontal_speed_max, legs.tilt_max)


def look_at(stage: Stage, batch: Batch, lane: int) -> Seen:
    """One lane of a batch as observables see it."""
    flown, m = batch.flown, si(batch.lanes[lane][0])
    found = touch(flown.truth, lane)
    outcome = outcomes(flown.truth, gear(m))[lane]
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
        outcome=outcome,
        ignition_planned=planned.plan.ignition_time,
        gravity=float(stage.setting.gravity.mu / np.sum(site_M**2)),
        miss=miss,
        planned_rate=lambda h: schedule_rate(planned.onboard, h),
        arcs={},
    )


def _published(
    mission: Mission, terrain: Terrain, seen: dict[str, Seen]
) -> list[dict[str, Any]]:
    rows = []
    for row in mission.published:
        parts = []
        for part in row.parts:
            fault, _, metric = part.metric.rpartition(WITHOUT)
            there = seen.get(fault)
            value = OBSERVABLES[metric](there) if there else float("nan")
            met = bool(part.low <= value <= part.high)
            parts.append(
                {
                    "metric": part.metric,
                    "unit": part.unit,
                    "low": part.low,
                    "high": part.high,
                    "value": value if np.isfinite(value) else None,
                    "met": met,
                    "terrain": terrain.name,
                }
            )
        rows.append(
            {
                "id": row.id,
                "grade": row.grade,
                "observable": row.observable,
                "source": row.source,
                "parts": parts,
                # a number of a real flight can't be judged on a Moon that is made up
                "judged": not terrain.synthetic or row.terrain == "any",
                "met": all(p["met"] for p in parts),
            }
        )
    return rows


def _flight(stage: Stage, case: Case, batch: Batch, seen: Seen) -> Flight:
    mission = stage.mission
    start = stage.planned.start
    loss, last = _telemetry_end(mission, seen)
    events = timeline(
        seen.truth,
        seen.onboard,
        seen.touched,
        seen.outcome,
        float(batch.flown.truth.depleted_time[0]),
        last["t_s"] if last else None,
    )
    left = seen.truth["propellant_kg"][-1]
    end = start + timedelta(seconds=float(seen.truth["t_s"][-1]))
    return Flight(
        mission=mission,
        case=case.case,
        seed=case.seed,
        faults=list(mission.faults),
        outcome=seen.outcome,
        landed=seen.outcome == LANDED,
        contact=_contact(stage, seen.touched, seen.miss, start),
        propellant_left_kg=float(left),
        events=[_event(e, start) for e in events],
        published=[],
        truth=seen.truth,
        onboard=seen.onboard,
        start_utc=format_utc(start),
        ignition_s=stage.planned.plan.ignition_time,
        loss_of_signal_s=loss,
        last_telemetry=last,
        site_M=stage.planned.site_M,
        terrain=stage.terrain,
        gravity_note=stage.setting.gravity_note,
        sky=look(mission.site.latitude_deg, mission.site.longitude_deg, end),
        dispersed=batch.drawn[0],
    )


def _event(event: Event, start: Any) -> dict[str, Any]:
    return {
        "t_s": event.t_s,
        "utc": format_utc(start + timedelta(seconds=event.t_s)),
        "name": event.name,
        "text": event.text,
        "values": event.values,
    }


def _contact(
    stage: Stage, found: Touch | None, miss: float, start: Any
) -> dict[str, Any] | None:
    if found is None:
        return None
    up = found.r_M / np.linalg.norm(found.r_M)
    return {
        "t_s": found.time,
        "utc": format_utc(start + timedelta(seconds=found.time)),
        "speed_vertical_m_s": found.vertical_speed,
        "speed_horizontal_m_s": found.horizontal_speed,
        "tilt_deg": float(np.degrees(found.tilt)),
        "lat_deg": float(np.degrees(np.arcsin(up[2]))),
        "lon_deg": float(np.degrees(np.arctan2(up[1], up[0]))),
        "miss_m": miss,
    }


def _telemetry_end(
    mission: Mission, seen: Seen
) -> tuple[float, dict[str, float] | None]:
    """Loss of signal, and the last of what the onboard software said to the ground."""
    end = float(seen.truth["t_s"][-1])
    if seen.touched is not None and seen.outcome != LANDED:
        end = seen.touched.time
    tables = telemetry_tables(
        seen.onboard,
        radio_rate_bit_s=mission.radio.rate_bit_s,
        radio_frame_bytes=mission.radio.frame_bytes,
        loss_of_signal_s=end,
    )
    return end, last_heard(tables)
