"""The verbs about single flights: fly, hold against what was published, write."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from frigoris import __version__
from frigoris.mission.batch import make_stage
from frigoris.mission.cases import SEED, Case
from frigoris.mission.edit import choose_faults, consistent, planned, set_values
from frigoris.mission.external import external, fly_external
from frigoris.mission.fly import Flight
from frigoris.mission.fly import fly as fly_stage
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission

Progress = Callable[[float, float], None]


def fly(
    mission: str | Path,
    *,
    case: int = 0,
    seed: int | None = None,
    sets: Sequence[str] = (),
    faults: Sequence[str] = (),
    nominal: bool = False,
    undispersed: bool = False,
    out: Path | None = None,
    terrain: str | None = None,
    branch_from: str | None = None,
    software: str | None = None,
    pace: float | None = None,
    patience: float | None = None,
    progress: Progress | None = None,
) -> Flight:
    """Fly one mission from orbit to the ground and write its record and report.

    `undispersed` flies the design point: no dispersions and noise-free instruments.
    `branch_from`, as `RECORD@t_s`, goes on from that moment of a record, as its case.
    `software` is a command whose process flies it in lockstep, or `listen:PORT`; at
    `pace` times real time, waiting `patience` seconds for each of its words.
    The record goes to `out`, by default `runs/MISSION-CASE`. Raises `UserError`.
    """
    began = time.perf_counter()
    wish = external(software, pace, patience, branch_from)
    whole = load_mission(mission)
    chosen = choose_faults(set_values(whole, sets), faults, off=nominal)
    if branch_from:
        return _branch(chosen, branch_from, out, began, progress)
    stage = make_stage(chosen, terrain)
    which = _case(case, seed, undispersed)
    if wish:
        flight = fly_external(stage, which, wish, progress=progress)
    else:
        # without its faults this is not the flight whose observables were published
        judge = set(chosen.faults) == set(whole.faults)
        flight = fly_stage(stage, which, judge=judge, progress=progress)
    name = "design" if undispersed else str(case)
    folder = out or Path("runs") / f"{chosen.mission.name}-{name}"
    written = write(flight, folder)
    return replace(flight, record=written, wall_s=time.perf_counter() - began)


def _branch(
    mission: Mission,
    place: str,
    out: Path | None,
    began: float,
    progress: Progress | None,
) -> Flight:
    from frigoris.mission.branch import branch, parse_place

    record, time_s = parse_place(place)
    flight = branch(record, time_s, mission, progress)
    folder = out or record.with_name(f"{record.name}-from-{time_s:g}")
    written = write(flight, folder)
    return replace(flight, record=written, wall_s=time.perf_counter() - began)


def _case(case: int, seed: int | None, undispersed: bool) -> Case:
    return Case(
        case=None if undispersed else case,
        seed=SEED if seed is None else seed,
        noise=not undispersed,
    )


def write(flight: Flight, folder: Path) -> Path:
    """Record folder and report of a flight."""
    from frigoris.flight.record import write_record
    from frigoris.mission.dump import to_yaml
    from frigoris.report.page import write_report

    assert flight.link is not None
    write_record(
        folder,
        flight,
        to_yaml(planned(flight.mission)),
        to_yaml(consistent(flight.mission)),
        versions=versions(),
        link=flight.link,
    )
    write_report(folder, flight)
    return folder


def versions() -> dict[str, str]:
    """What this flight was computed with."""
    found = {"frigoris": __version__, "python": sys.version.split()[0]}
    for name in ("jax", "jaxlib", "numpy", "equinox"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def reproduce(
    missions: Sequence[str | Path], *, progress: Progress | None = None
) -> dict[str, Any]:
    """Published observables of real flights against the design point on every map."""
    from frigoris.verify.reproduce import reproduced

    return {"missions": [reproduced(load_mission(m), progress) for m in missions]}


def robust(
    mission: str | Path,
    count: int = 500,
    *,
    hold: Sequence[str] = (),
    terrain: str | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Callable[[int, int, float], None] | None = None,
) -> dict[str, Any]:
    """How many of `count` cases with other unknowns show what was published.

    `hold` are beginnings of paths that stay as the mission has them. Raises
    `UserError`. From a script call it under `if __name__ == "__main__":`.
    """
    from frigoris.verify.robust import robust as robust_job
    from frigoris.verify.runs import Job

    job = Job(
        mission=load_mission(mission),
        count=count,
        seed=SEED if seed is None else seed,
        map_name=terrain,
        hold=tuple(hold),
    )
    return robust_job(job, workers or available_cores(), progress)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
