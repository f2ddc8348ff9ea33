"""What one worker does: make everything ready once, then fly chunk after chunk."""

import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from frigoris.campaign.plan import EVERY, HISTORY_SAMPLES, Plan
from frigoris.campaign.rows import RESULTS, Columns, row_table
from frigoris.campaign.store import write_chunk
from frigoris.errors import FrigorisError
from frigoris.flight import landing
from frigoris.flight.params import Params
from frigoris.flight.slices import warm_up
from frigoris.mission.batch import Batch, fly_built, make_stage
from frigoris.mission.build import Planned, join, spread, take
from frigoris.mission.cases import Case, check_known, make_lanes
from frigoris.mission.dispersions import known, make_sampler
from frigoris.mission.edit import as_flown, without_faults
from frigoris.mission.faults.injected import injects
from frigoris.mission.read_back import Reader

AGREE = 1e-6  # of the scatter of an input: more, and something else flew [-]
MEGABYTE = 2.0**20


@dataclass(frozen=True)
class Done:
    """What is heard of a chunk; its rows are on disk by then."""

    chunk: int
    process: int
    outcomes: dict[str, int]
    wall_s: float
    peak_memory_mb: float


class Pilot:
    """Stage, sampler and reader of one campaign, and its compiled program."""

    def __init__(self, plan: Plan):
        """Load, lay out and compile. Raises `UserError` for what cannot be flown."""
        self.plan = plan
        self.stage = make_stage(plan.mission, plan.map_name)
        self.sampler = make_sampler(as_flown(plan.mission), plan.seed, plan.spread)
        stage = self.stage
        check_known(plan.mission, stage.planned, stage.setting, self.sampler)
        asked = {r.metric for r in plan.mission.requirements}
        self.metrics = sorted(asked - {"landed", *RESULTS})
        self.labels = self.sampler.labels
        case = [Case(0, plan.seed)]
        self.partner = without_faults(plan.mission) if plan.pairs else None
        lanes = make_lanes(
            plan.mission, stage.planned, stage.setting, case, self.sampler
        )
        self._reader = self._make_reader(lanes.planned[0])
        wide = join([lanes.params], plan.width)
        warm_up(wide, EVERY)
        landing.warm_up(wide)

    def _make_reader(self, planned: Planned) -> Reader:
        stage = self.stage
        return Reader(self.plan.mission, planned, stage.setting, self.sampler)

    def fly(self, numbers: Sequence[int]) -> tuple[Batch, pa.Table]:
        """These cases side by side, and their rows."""
        plan = self.plan
        batch = self._fly([Case(k, plan.seed) for k in numbers])
        rows = row_table(
            self.stage,
            batch,
            numbers,
            self._inputs(batch, numbers),
            self.metrics,
            plan.history,
            HISTORY_SAMPLES,
        )
        return batch, rows

    def _fly(self, cases: Sequence[Case]) -> Batch:
        """The cases; for pairs, behind them the same without their faults."""
        stage, plan = self.stage, self.plan
        lanes, built = [], []
        tables = injects(plan.mission)
        for mission in (plan.mission, self.partner):
            if mission is None:
                continue
            # of the same streams, around the values of its own mission
            sampler = self.sampler
            if mission is self.partner:
                sampler = make_sampler(as_flown(mission), plan.seed, plan.spread)
            lanes += [(mission, case) for case in cases]
            built.append(
                make_lanes(
                    mission, stage.planned, stage.setting, cases, sampler, tables
                )
            )
        return fly_built(stage.times, lanes, built, width=plan.width, every=EVERY)

    def _inputs(self, batch: Batch, numbers: Sequence[int]) -> Columns:
        """What was asked for, and what the flights were built of."""
        if not self.labels:
            return {}
        asked = self.sampler.block(numbers).T
        built = self._read_back(batch)[:, : len(numbers)]
        off = np.abs(built - asked) > AGREE * self._reader.moves[:, None]
        if off.any():
            i, k = np.argwhere(off)[0]
            raise FrigorisError(
                f"Case {numbers[k]} was to fly with {self.labels[i]} = {asked[i, k]!r} "
                f"but was built with {built[i, k]!r}."
            )
        columns = {f"input.{n}": x for n, x in zip(self.labels, asked, strict=True)}
        read = {f"built.{n}": x for n, x in zip(self.labels, built, strict=True)}
        return columns | read

    def _read_back(self, batch: Batch) -> np.ndarray:
        if not known(self.plan.mission):
            return self._reader.values(batch.params)
        # each case has a load of its own, against which its numbers are read
        parts = [
            self._make_reader(planned).values(one_lane(batch, k))
            for k, planned in enumerate(batch.planned)
        ]
        return np.concatenate(parts, axis=1)

    def fly_chunk(self, folder: Path, chunk: int) -> Done:
        """Fly one chunk and write it."""
        began = time.perf_counter()
        _, rows = self.fly(self.plan.cases(chunk))
        peak = peak_memory_mb()
        wall = time.perf_counter() - began
        write_chunk(folder, chunk, rows, {"wall_s": wall, "peak_memory_mb": peak})
        counts = Counter(rows["outcome"].to_pylist())
        return Done(chunk, os.getpid(), dict(counts), time.perf_counter() - began, peak)


def one_lane(batch: Batch, lane: int) -> Params:
    """The numbers of one lane, with its case axis."""
    single = take(batch.params, lane)
    return spread(single, single, 1)


def peak_memory_mb() -> float:
    """The most that this process has had in memory."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / MEGABYTE if sys.platform == "darwin" else size / 1024.0
