"""The verbs as Python functions; the command line is a thin sentence over them."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from frigoris import __version__
from frigoris.errors import UserError
from frigoris.mission.batch import make_stage
from frigoris.mission.cases import SEED, Case
from frigoris.mission.edit import choose_faults, consistent, planned, set_values
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
    progress: Progress | None = None,
) -> Flight:
    """Fly one mission from orbit to the ground and write its record and report.

    `undispersed` flies the design point: no dispersions and noise-free instruments.
    `branch_from`, as `RECORD@t_s`, goes on from that moment of a record, as its case.
    The record goes to `out`, by default `runs/MISSION-CASE`. Raises `UserError`.
    """
    began = time.perf_counter()
    whole = load_mission(mission)
    chosen = choose_faults(set_values(whole, sets), faults, off=nominal)
    if branch_from:
        return _branch(chosen, branch_from, out, began, progress)
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

    radio = flight.mission.radio
    write_record(
        folder,
        flight,
        to_yaml(planned(flight.mission)),
        to_yaml(consistent(flight.mission)),
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


def moon(
    site: str,
    *,
    at: str | None = None,
    terrain: str | None = None,
    ground: str = "mare",
    kernels: bool = False,
    out: Path | None = None,
) -> tuple[Any, Path]:
    """Map sheet of a site or a mission: what was seen, and the picture of it.

    With `kernels` Sun and Earth come from JPL's files on the data path. The picture
    goes to `out`, by default `runs/moon-SITE.png`. Raises `UserError`.
    """
    from frigoris.mission.sites import Options, sheet_name, wish_of
    from frigoris.moon.kernels import open_kernels
    from frigoris.moon.overview import overview
    from frigoris.report.moon_page import write_sheet

    wish = wish_of(site, Options(at, terrain, ground))
    opened = open_kernels() if kernels else None
    try:
        view = overview(wish, opened)
    finally:
        if opened:
            opened.close()
    path = out or Path("runs") / f"{sheet_name(site)}.png"
    write_sheet(view, path)
    return view, path


def data_sheet(mission: str | Path, *, sets: Sequence[str] = ()) -> dict[str, Any]:
    """What the lander of a mission is made of and can do. Raises `UserError`."""
    from frigoris.mission.data_sheet import data_sheet as sheet
    from frigoris.mission.edit import set_values

    return sheet(set_values(load_mission(mission), sets))


def lander(
    mission: str | Path,
    *,
    sets: Sequence[str] = (),
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Any, Path]:
    """The envelope of safe touchdown of a mission's lander, and the picture of it.

    The picture goes to `out`, by default `runs/lander-MISSION.png`. Raises `UserError`.
    """
    from frigoris.mission.edit import set_values
    from frigoris.mission.envelope import envelope
    from frigoris.report.envelope import draw

    loaded = set_values(load_mission(mission), sets)
    found = envelope(loaded, progress)
    path = out or Path("runs") / f"lander-{loaded.mission.name}.png"
    draw(found, path)
    return found, path


def design(
    mission: str | Path,
    *,
    sets: Sequence[str] = (),
    terrain: str | None = None,
    out: Path | None = None,
) -> tuple[Any, dict[str, str]]:
    """The descent of a mission as planned, against the floor; and its files by name.

    Page, picture and trajectory go to `out`, by default `runs/design-MISSION`. Raises
    `UserError`.
    """
    from frigoris.mission.design import design as lay_out
    from frigoris.report.design_page import check_folder, write_design

    loaded = set_values(load_mission(mission), sets)
    folder = out or Path("runs") / f"design-{loaded.mission.name}"
    check_folder(folder)
    found = lay_out(loaded, terrain)
    return found, write_design(found, folder)


def sensor_fit(
    data: str | Path,
    mission: str | Path,
    *,
    record: Path | None = None,
    need_m: float | None = None,
    sets: Sequence[str] = (),
    seed: int = 0,
    out: Path | None = None,
) -> tuple[Any, Path]:
    """What tests of a mission's range finder say about its flight, and the picture.

    `data` is a CSV of shots, see docs/sensor-fit.md. The conditions of the flight are
    the planned ones, or those of a `record`. The picture goes to `out`, by default
    `runs/sensor-fit-laser.png`. Raises `UserError`.
    """
    from frigoris.mission.edit import set_values
    from frigoris.report.figures import at_place
    from frigoris.report.sensor_plots import draw
    from frigoris.verify.sensor.study import study

    loaded = set_values(load_mission(mission), sets)
    path = out or Path("runs") / "sensor-fit-laser.png"
    with at_place(path, "the picture of the fit"):
        pass  # found now, not after the work
    found = study(data, loaded, need=need_m, record=record, seed=seed)
    draw(found, path)
    return found, path


@dataclass(frozen=True)
class Campaign:
    """A campaign that was flown, or read again, with what it showed."""

    store: Any
    summary: Any
    pace: Any  # None where nothing was flown


def campaign(
    mission: str | Path,
    count: int,
    *,
    workers: int | None = None,
    resume: bool = False,
    until: str | None = None,
    seed: int | None = None,
    sampling: str = "random",
    only: Sequence[str] = (),
    sets: Sequence[str] = (),
    faults: Sequence[str] = (),
    nominal: bool = False,
    history: Sequence[str] | None = None,
    out: Path | None = None,
    terrain: str | None = None,
    progress: Callable[[int, int, float], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Campaign:
    """Fly `count` dispersed cases of a mission into a store and report on them.

    `only` keeps the dispersions of some sets, `until` (as `0.99@95`) stops as soon as
    that claim is decided, `resume` goes on with a store. Raises `UserError`. From a
    script call it under `if __name__ == "__main__":`, since workers import the script.
    """
    from frigoris.campaign.plan import as_plan
    from frigoris.campaign.rows import HISTORY, check_history
    from frigoris.campaign.run import find_store, fly_missing
    from frigoris.campaign.sequential import parse_claim
    from frigoris.campaign.summary import summarize
    from frigoris.mission.dispersions import choose_sets
    from frigoris.mission.sampling import Sampling

    if count < 1:
        raise UserError(f"Cannot fly {count} cases: give -n a number above 0.")
    claim = parse_claim(until) if until else None
    chosen = choose_faults(set_values(load_mission(mission), sets), faults, off=nominal)
    if only:
        chosen = choose_sets(chosen, only)
    spread = Sampling(sampling, count)
    if spread.advice and say:
        say(spread.advice)
    plan = as_plan(
        chosen,
        count,
        seed=SEED if seed is None else seed,
        sampling=spread.kind,
        map_name=terrain,
        history=HISTORY if history is None else check_history(history),
    )
    folder = out or Path("runs") / f"{chosen.mission.name}-n{count}"
    store = find_store(plan, folder, versions(), resume=resume)
    store, pace = fly_missing(
        store,
        plan,
        workers or available_cores(),
        until=claim,
        progress=progress,
        say=say,
    )
    result = Campaign(store, summarize(store), pace)
    write_campaign(result)
    return result


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def campaign_report(folder: Path) -> Campaign:
    """What the store in a folder shows, as it is now; writes its report anew."""
    from frigoris.campaign.store import open_store
    from frigoris.campaign.summary import summarize

    store = open_store(folder)
    result = Campaign(store, summarize(store), None)
    write_campaign(result)
    return result


def write_campaign(result: Campaign) -> None:
    """The page and the picture of a campaign, beside its chunks."""
    from frigoris.report.campaign_page import write_campaign_report

    write_campaign_report(result.store, result.summary)


def campaign_comparison(first: Path, second: Path) -> Any:
    """Two stores compared case by case."""
    from frigoris.campaign.compare import compare
    from frigoris.campaign.store import open_store

    return compare(open_store(first), open_store(second))


def replay(
    folder: Path,
    case: int,
    *,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Any:
    """Fly one case of a store again: its row, and beside it a whole record."""
    from frigoris.campaign.replay import replay as replay_case
    from frigoris.campaign.store import open_store

    began = time.perf_counter()
    store = open_store(folder)
    found = replay_case(store, case, versions(), progress)
    name = store.plan.mission.mission.name
    record = write(found.flight, out or Path("runs") / f"{name}-{case}")
    spent = time.perf_counter() - began
    return replace(found, flight=replace(found.flight, record=record, wall_s=spent))
