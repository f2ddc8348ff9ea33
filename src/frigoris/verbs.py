"""The verbs as Python functions; the command line is a thin sentence over them."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from frigoris import __version__
from frigoris.mission.edit import choose_faults, planned, set_values
from frigoris.mission.fly import SEED, Case, Flight, make_stage
from frigoris.mission.fly import fly as fly_stage
from frigoris.mission.load import load_mission

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
    progress: Progress | None = None,
) -> Flight:
    """Fly one mission from orbit to the ground and write its record and report.

    `undispersed` flies the design point: no dispersions and noise-free instruments.
    The record goes to `out`, by default `runs/MISSION-CASE`. Raises `UserError`.
    """
    began = time.perf_counter()
    whole = load_mission(mission)
    chosen = choose_faults(set_values(whole, sets), faults, off=nominal)
    stage = make_stage(chosen, terrain)
    flight = fly_stage(
        stage,
        _case(case, seed, undispersed),
        # without its faults this is not the flight whose observables were published
        judge=set(chosen.faults) == set(whole.faults),
        progress=progress,
    )
    name = "design" if undispersed else str(case)
    folder = out or Path("runs") / f"{chosen.mission.name}-{name}"
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

    radio = flight.mission.radio
    write_record(
        folder,
        flight,
        to_yaml(planned(flight.mission)),
        to_yaml(flight.mission),
        versions=versions(),
        radio_rate_bit_s=radio.rate_bit_s,
        radio_frame_bytes=radio.frame_bytes,
        loss_of_signal_s=flight.loss_of_signal_s,
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
