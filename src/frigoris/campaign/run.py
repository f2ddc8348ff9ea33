"""A whole campaign: its store made or found again, its chunks flown, its pace told."""

import fcntl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from frigoris.campaign.execution import Fleet
from frigoris.campaign.pilot import Done, peak_memory_mb
from frigoris.campaign.plan import Plan, features, machine, mark
from frigoris.campaign.sequential import Claim, decide
from frigoris.campaign.store import (
    MANIFEST,
    Store,
    chunk_path,
    create,
    differences,
    missing,
    open_store,
    read_chunk,
    tidy,
    write_manifest,
)
from frigoris.errors import OutputError, UserError
from frigoris.flight.outcome import LANDED
from frigoris.flight.provenance import data_hashes
from frigoris.mission.own_software import code_mark
from frigoris.mission.setting import terrain_of
from frigoris.moon.gravity import gravity

Progress = Callable[[int, int, float], None]  # cases done, in all, landings per second
Say = Callable[[str], None]


@dataclass(frozen=True)
class Pace:
    """How fast the chunks of this run were flown."""

    flown: int  # cases
    prepare_s: float  # import, trace and compile
    fly_s: float  # from all workers ready to the last chunk on disk
    peak_memory_mb: float  # of all processes together, each at its own peak
    workers_replaced: int

    @property
    def rate(self) -> float:
        """Landings per second, writing included, compilation excluded."""
        return self.flown / self.fly_s if self.flown else 0.0

    @property
    def rate_total(self) -> float:
        """The same with compilation."""
        return self.flown / (self.fly_s + self.prepare_s) if self.flown else 0.0


def about(plan: Plan, versions: dict[str, str]) -> dict[str, Any]:
    """What decides the bits of the rows beside the plan."""
    terrain = terrain_of(plan.mission, plan.map_name)
    moon = plan.mission.moon
    field = gravity(moon.gravity_degree_count, moon.gravity)
    on = features(plan.mission, terrain.name, width=plan.width)
    return {
        "features": on,
        "features_hash": mark(on),
        "data": data_hashes((*terrain.sources, *field.sources)),
        "synthetic_terrain": terrain.synthetic,
        "versions": versions,
        "machine": machine(),
        "software": code_mark(plan.mission),
    }


def find_store(
    plan: Plan, folder: Path, versions: dict[str, str], *, resume: bool
) -> Store:
    """A new store, or the one there to go on with; `UserError` if it is another's."""
    told = about(plan, versions)
    if not (folder / MANIFEST).exists():
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise OutputError(
                f"Cannot store a campaign in {folder}: there are other things. "
                "Choose another place with --out."
            )
        return create(folder, plan, told)
    store = open_store(folder)
    if not resume:
        raise UserError(
            f"There is a campaign in {folder} already. Go on with it by --resume, or "
            "choose another place with --out."
        )
    unlike = differences(store, plan, told)
    if unlike:
        raise UserError(
            f"Cannot go on with the campaign in {folder}: this one is different "
            f"({'; '.join(unlike)}). Rows of two kinds are not mixed: choose another "
            "place with --out, or give the options of the first run."
        )
    return _grown(store, plan)


def _grown(store: Store, plan: Plan) -> Store:
    manifest = dict(store.manifest)
    manifest["plan"] = manifest["plan"] | {"count": plan.count}
    manifest.pop("stopped", None)
    with locked(store.folder):
        write_manifest(store.folder, manifest)
    return replace(store, manifest=manifest)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep a second campaign out of this store; a lock ends with its process."""
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(
                f"Cannot fly into {folder}: another campaign is writing there."
            ) from None
        yield


def fly_missing(
    store: Store,
    plan: Plan,
    workers: int,
    *,
    until: Claim | None = None,
    progress: Progress | None = None,
    say: Say | None = None,
    fleet: Fleet | None = None,
) -> tuple[Store, Pace]:
    """Fly what the store lacks, perhaps no further than a claim is decided.

    By the workers of `fleet`, which are turned to this plan and live on, or own ones.
    """
    with locked(store.folder):
        todo, damaged = missing(store, plan)
        for text in damaged:
            if say:
                say(f"{text}; its cases are flown again")
        tidy(store.folder, range(plan.chunks))
        counting = Counting(store, plan, todo, until)
        pace = _fly(store, plan, todo, workers, counting, progress, fleet)
        if counting.stopped is None:
            return store, pace
        tidy(store.folder, range(counting.chunks))
        manifest = store.manifest | {"stopped": counting.stopped}
        manifest["plan"] = manifest["plan"] | {"count": counting.cases}
        write_manifest(store.folder, manifest)
        return replace(store, manifest=manifest), pace


def _fly(
    store: Store,
    plan: Plan,
    todo: list[int],
    workers: int,
    counting: "Counting",
    progress: Progress | None,
    lent: Fleet | None = None,
) -> Pace:
    if not todo or counting.stopped:
        return Pace(0, 0.0, 0.0, peak_memory_mb(), 0)
    began = time.perf_counter()
    fleet = lent or Fleet(plan, store.folder, min(workers, len(todo)))
    if lent:
        lent.turn_to(plan, store.folder)
    peaks: dict[int, float] = {}
    flown = 0
    try:
        fleet.prepare()
        ready = time.perf_counter()

        def done(told: Done) -> bool:
            nonlocal flown
            flown += sum(told.outcomes.values())
            peaks[told.process] = told.peak_memory_mb
            spent = time.perf_counter() - ready
            if progress:
                progress(counting.before + flown, plan.count, flown / spent)
            return counting.hear(told)

        fleet.fly(todo, done)
        end = time.perf_counter()
    finally:
        if not lent:
            fleet.stop()
    return Pace(
        flown=flown,
        prepare_s=ready - began,
        fly_s=end - ready,
        peak_memory_mb=sum(peaks.values()) + peak_memory_mb(),
        workers_replaced=fleet.replaced,
    )


class Counting:
    """Outcomes of the unbroken row of chunks from the first: the same cases count
    however many workers fly, in whatever order they finish.
    """

    def __init__(self, store: Store, plan: Plan, todo: list[int], claim: Claim | None):
        self.plan, self.claim = plan, claim
        self.chunks, self.cases, self.landed = 0, 0, 0
        self.stopped: dict[str, Any] | None = None
        self._heard: dict[int, Counter[str]] = {}
        there = sorted(set(range(plan.chunks)) - set(todo))
        self.before = sum(len(plan.cases(k)) for k in there)
        for k in there if claim else []:
            path = chunk_path(store.folder, k)
            rows = read_chunk(path, plan.cases(k), ["case", "outcome"])
            self._heard[k] = Counter(rows["outcome"].to_pylist())
        self._advance()

    def hear(self, told: Done) -> bool:
        """Count a chunk; False once the claim is decided."""
        if self.claim:
            self._heard[told.chunk] = Counter(told.outcomes)
            self._advance()
        return self.stopped is None

    def _advance(self) -> None:
        while self.claim and self.stopped is None and self.chunks in self._heard:
            counts = self._heard.pop(self.chunks)
            self.chunks += 1
            self.cases += sum(counts.values())
            self.landed += counts[LANDED]
            c = self.claim
            found = decide(self.landed, self.cases, c.probability, c.confidence)
            if found != "go on":
                self.stopped = {
                    "claim": f"{c.probability:g}@{100 * c.confidence:g}",
                    "verdict": found,
                    "cases": self.cases,
                }
