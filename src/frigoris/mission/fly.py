"""Fly one case of a mission, tell what became of it, judge it by what was published."""

import time
from dataclasses import dataclass, field
from dataclasses import replace as replace_in
from datetime import timedelta
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.flight import channels
from frigoris.flight.events import Event, link_events, software_lost, timeline
from frigoris.flight.link_path import link_path
from frigoris.flight.observables import OBSERVABLES
from frigoris.flight.outcome import LANDED, Touch
from frigoris.flight.seen import Seen
from frigoris.flight.slices import Moment, Progress
from frigoris.flight.step import Flying
from frigoris.flight.telemetry import last_heard, telemetry_tables
from frigoris.mission.arcs import orbit_arcs, stop_arc
from frigoris.mission.batch import Batch, Stage, fly_lanes, look_at, make_stage
from frigoris.mission.build_radio import make_radio
from frigoris.mission.cases import Case
from frigoris.mission.dispersions import Sampler
from frigoris.mission.edit import as_flown
from frigoris.mission.metrics import RELIEF, WITHOUT
from frigoris.mission.schema import Mission
from frigoris.mission.si import si
from frigoris.moon.data import LEVEL, Source
from frigoris.moon.ephemeris import look
from frigoris.moon.terrain import Terrain
from frigoris.moon.time import format_utc
from frigoris.radio.downlink import Downlink, downlink


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
    touchdown: dict[str, Any]  # from contact to rest
    touchdown_path: channels.Table
    propellant_left_kg: float
    events: list[dict[str, Any]]
    published: list[dict[str, Any]]
    truth: channels.Table
    onboard: channels.Table
    start_utc: str
    ignition_s: float
    loss_of_signal_s: float  # inf: it goes on sending
    last_telemetry: dict[str, float] | None
    site_M: np.ndarray
    terrain: Terrain
    gravity_note: str
    sources: tuple[Source, ...]  # data files that it rests on
    sky: dict[str, float]
    link: Downlink | None = None  # to the ground
    dispersed: dict[str, Any] = field(default_factory=dict)
    states: list[Flying] = field(default_factory=list)  # of the batch, this is lane 0
    software: dict[str, Any] | None = None  # in another process: what it was, its pace
    branched_from: dict[str, Any] | None = None  # record and time, if it was
    wall_s: float = 0.0
    record: Path | None = None


@dataclass(frozen=True)
class Origin:
    """A moment of a flight to go on from, with what was recorded before it."""

    moment: Moment  # in every lane of the recording program
    truth: channels.Table
    onboard: channels.Table
    told: dict[str, Any]  # record and time


def _compared(mission: Mission) -> list[str]:
    """What published rows take away from the flight."""
    parts = [p.metric for row in mission.published for p in row.parts]
    return list(dict.fromkeys(p.split(WITHOUT)[0] for p in parts if WITHOUT in p))


def counterfactuals(mission: Mission) -> list[str]:
    """Faults whose absence a published row asks about."""
    return [name for name in _compared(mission) if name in mission.faults]


def _over_level_ground(mission: Mission, case: Case, sampler: Sampler | None) -> Seen:
    """The same flight over a Moon that is as high everywhere as its target."""
    stage = make_stage(mission, LEVEL)
    return look_at(stage, fly_lanes(stage, [(mission, case)], sampler=sampler), 0)


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
    origin: Origin | None = None,
    progress: Progress | None = None,
) -> Flight:
    """One flight, and beside it those that its published rows compare it with.

    With `origin` it goes on from there.
    """
    began = time.perf_counter()
    names = counterfactuals(stage.mission) if judge else []
    missions = [stage.mission, *(without(stage.mission, name) for name in names)]
    batch = fly_lanes(
        stage,
        [(m, case) for m in missions],
        sampler=sampler,
        start=origin.moment if origin else None,
        keep=True,
        progress=progress,
    )
    seen = [look_at(stage, batch, k) for k in range(len(missions))]
    if origin:
        seen = [_with_past(s, origin) for s in seen]
    flight = as_flight(stage, case, batch, seen[0])
    flight = replace_in(flight, branched_from=origin.told if origin else None)
    if judge and stage.mission.published:
        m, world = si(as_flown(stage.mission)), stage.setting.central()
        vehicle = jax.tree.map(lambda x: x[..., 0], batch.params.vehicle)
        seen[0].arcs.update(orbit_arcs(m, vehicle, world))
        seen[0].arcs.update(stop_arc(m, vehicle, world, seen[0].truth, seen[0].onboard))
        flights = dict(zip(["", *names], seen, strict=True))
        if RELIEF in _compared(stage.mission):
            flights[RELIEF] = _over_level_ground(stage.mission, case, sampler)
        rows = _published(stage.mission, stage.terrain, flights)
        flight = replace_in(flight, published=rows)
    return replace_in(flight, wall_s=time.perf_counter() - began)


def _with_past(seen: Seen, origin: Origin) -> Seen:
    """The same flight with what was recorded before it branched off."""
    return replace_in(
        seen,
        truth=_joined(origin.truth, seen.truth),
        onboard=_joined(origin.onboard, seen.onboard),
    )


def _joined(before: channels.Table, after: channels.Table) -> channels.Table:
    return {k: np.concatenate([before[k], after[k]]) for k in before}


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


def as_flight(stage: Stage, case: Case, batch: Batch, seen: Seen) -> Flight:
    """What became of the first lane of a batch."""
    mission = stage.mission
    start = stage.planned.start
    contact = _contact(stage, seen.touched, seen.miss, start)
    link, last, heard = _link(stage, case, seen, contact)
    events = timeline(
        seen.truth,
        seen.onboard,
        seen.touched,
        seen.touchdown,
        seen.outcome,
        float(batch.flown.truth.depleted_time[0]),
        last["t_s"] if last else None,
        monitors(mission),
    )
    if batch.flown.lost:
        heard.append(software_lost(batch.flown.lost))
    events = sorted([*events, *heard], key=lambda e: e.t_s)
    left = seen.truth["propellant_kg"][-1]
    end = start + timedelta(seconds=float(seen.truth["t_s"][-1]))
    return Flight(
        mission=mission,
        case=case.case,
        seed=case.seed,
        faults=list(mission.faults),
        outcome=seen.outcome,
        landed=seen.outcome == LANDED,
        contact=contact,
        touchdown=seen.touchdown,
        touchdown_path=seen.path,
        propellant_left_kg=max(float(left), 0.0),
        events=[_event(e, start) for e in events],
        published=[],
        truth=seen.truth,
        onboard=seen.onboard,
        start_utc=format_utc(start),
        ignition_s=stage.planned.plan.ignition_time,
        loss_of_signal_s=link.end,
        link=link,
        last_telemetry=last,
        site_M=stage.planned.site_M,
        terrain=stage.terrain,
        gravity_note=stage.setting.gravity_note,
        sources=(*stage.terrain.sources, *stage.setting.gravity_sources),
        sky=look(mission.site.latitude_deg, mission.site.longitude_deg, end),
        dispersed=batch.drawn[0],
        states=batch.flown.states,
    )


def monitors(mission: Mission) -> list[tuple[str, str]]:
    """Name of each monitor and what it does, in words, in the order of their bits."""
    told = mission.onboard.protection
    return [] if told is None else [(n, m.words) for n, m in told.monitors.items()]


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


def _link(
    stage: Stage, case: Case, seen: Seen, contact: dict[str, Any] | None
) -> tuple[Downlink, dict[str, float] | None, list[Event]]:
    """The downlink, the last that was heard of the software, and who heard it when."""
    path = link_path(seen.truth, seen.path, contact, seen.outcome)
    ground = jax.tree.map(jnp.asarray, stage.terrain.ground)
    seed = (case.seed, -1 if case.case is None else case.case)
    key = (seed[0] % 2**64, seed[1] % 2**64)
    radio = make_radio(as_flown(stage.mission))
    link, _ = downlink(radio, stage.planned.start, path, ground, key)
    heard = last_heard(telemetry_tables(seen.onboard, link))
    return link, heard, link_events(link)
