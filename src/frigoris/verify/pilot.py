"""Cases of one mission, each with a plan and a load of its own, flown by processes."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

import jax
import numpy as np

from frigoris import runtime
from frigoris.campaign.execution import begin, kill
from frigoris.constants import TICK
from frigoris.errors import UserError, WorkerError
from frigoris.flight.outcome import Rated, Touch
from frigoris.flight.params import Params
from frigoris.flight.slices import SLICE_TICKS, Timetable
from frigoris.mission.batch import (
    WIDTH,
    Stage,
    fly_built,
    look_at,
    make_stage,
    rated,
)
from frigoris.mission.build import Planned, bare, make_planned
from frigoris.mission.build_onboard import start_mass
from frigoris.mission.cases import Case, Lanes, make_lanes
from frigoris.mission.dispersions import make_sampler
from frigoris.mission.edit import as_flown, planned
from frigoris.mission.edit import replace as with_values
from frigoris.mission.plan import in_orbit
from frigoris.mission.sampling import Sampling
from frigoris.mission.schema import Mission
from frigoris.mission.schema_base import numbers
from frigoris.mission.si import si
from frigoris.moon.data import LEVEL
from frigoris.verify.chain import Row, judged, measured
from frigoris.verify.runs import Job, runs
from frigoris.verify.unknowns import Drawn, Error, Range, Unknowns

TIMED = ("orbit.lead_s", "orbit.doi_to_ignition_s")  # what moves the ignition

Progress = Callable[[int, int, float], None]  # cases done, in all, per second


class Pilot:
    """What one worker needs: the ground, the gravity, the timetable, the draws."""

    def __init__(self, job: Job):
        self.job, self.runs = job, runs(job)
        self.stage = make_stage(job.mission, job.map_name)
        self._level: Stage | None = None
        self.wanted, _ = judged(job.mission, synthetic=self.stage.terrain.synthetic)
        parts = [part for run in self.runs for part in run.parts]
        self.times = shared_times(self.stage.times, job.mission, parts)
        self.unknowns = [
            Unknowns(run.mission, run.parts, job.seed, job.count) for run in self.runs
        ]
        self._check_counts(parts)

    def _check_counts(self, parts: Sequence[Range | Error]) -> None:
        """Raise `UserError` for a count that makes another program of a flight."""
        whole = Drawn(self.job.mission, {}, 0)
        case = Case(None, self.job.seed)
        design = _shapes(self._built(self.stage, whole, case)[1].params)
        for part in parts:
            if not isinstance(part, Range) or not part.whole:
                continue
            for end in (part.low, part.high):
                value = int(end[0]) if part.scalar else tuple(int(x) for x in end)
                other = with_values(self.job.mission, dict.fromkeys(part.paths, value))
                lanes = self._built(self.stage, Drawn(other, {}, 0), case)[1]
                if _shapes(lanes.params) != design:
                    raise UserError(
                        f"Cannot vary {part.path} from case to case: with {value} the "
                        "flight is another program, not the same with other numbers. "
                        f"Hold it: --hold {part.path}."
                    )

    def level(self) -> Stage:
        """The same Moon as high everywhere as the target."""
        if self._level is None:
            self._level = make_stage(self.job.mission, LEVEL)
        return self._level

    def _built(self, stage: Stage, drawn: Drawn, case: Case) -> tuple[Planned, Lanes]:
        """Plan, load and numbers of one case."""
        mission, job = drawn.mission, self.job
        base = make_planned(si(planned(mission)), stage.setting)
        even = Sampling("latin_hypercube", job.count)
        sampler = make_sampler(as_flown(mission), job.seed, even)
        return base, make_lanes(mission, base, stage.setting, [case], sampler)

    def fly(self, number: int, cases: Sequence[int]) -> list[Row]:
        """These cases side by side, by the program that records single flights."""
        run, seed = self.runs[number], self.job.seed
        stage = self.level() if run.as_planned else self.stage
        drawn = [self.unknowns[number].draw(k) for k in cases]
        which = [
            Case(None, seed, noise=False) if run.as_planned else Case(k, seed)
            for k in cases
        ]
        pairs = [
            self._built(stage, d, case) for d, case in zip(drawn, which, strict=True)
        ]
        for d, k, (base, _) in zip(drawn, cases, pairs, strict=True):
            check_burn(self.times, d.mission, base, k)
        lanes = [(d.mission, case) for d, case in zip(drawn, which, strict=True)]
        batch = fly_built(self.times, lanes, [built for _, built in pairs])
        rows = []
        for i, k in enumerate(cases):
            seen = look_at(stage, batch, i)
            rows.append(
                Row(
                    case=k,
                    outcome=seen.outcome,
                    values=measured(self.wanted, seen),
                    soft=soft(seen.touched, rated(si(drawn[i].mission))),
                    again=drawn[i].again,
                    inputs=self._inputs(number, drawn[i], batch.drawn[i]),
                )
            )
        return rows

    def _inputs(
        self, run: int, drawn: Drawn, scattered: dict[str, Any]
    ) -> dict[str, float]:
        """All that was drawn for a case, a name for each number."""
        own = {part.path: drawn.values[part.path] for part in self.runs[run].parts}
        found: dict[str, float] = {}
        for path, value in (own | scattered).items():
            several = isinstance(value, list | tuple)
            for i, x in enumerate(numbers(value)):
                found[f"{path}.{i}" if several else path] = float(x)
        return found


def soft(found: Touch | None, legs: Rated) -> bool:
    """Whether the first contact is within what the legs are rated for."""
    return found is not None and bool(
        found.vertical_speed <= legs.vertical_speed_max
        and found.horizontal_speed <= legs.horizontal_speed_max
        and found.tilt <= legs.tilt_max
    )


def _shapes(params: Params) -> list[tuple[int, ...]]:
    return [np.shape(x) for x in jax.tree.leaves(bare(params))]


def shared_times(
    times: Timetable, mission: Mission, parts: Sequence[Range | Error]
) -> Timetable:
    """One timetable for all cases, so that none depends on those beside it.

    The coast ends before the earliest ignition and begins after the latest deorbit
    burn that the ranges allow.
    """
    design = si(planned(mission)).orbit
    timed = {p.path: p for p in parts if isinstance(p, Range) and p.path in TIMED}
    now = {
        "orbit.lead_s": design.lead,
        "orbit.doi_to_ignition_s": design.doi_to_ignition,
    }
    early = sum(max(now[path] - part.low[0], 0.0) for path, part in timed.items())
    late = {path: max(part.high[0] - now[path], 0.0) for path, part in timed.items()}
    block = SLICE_TICKS * TICK
    # one more for the burns of other landers from other orbits
    more = block * (1.0 + np.ceil(late.get("orbit.lead_s", 0.0) / block))
    return Timetable(
        float(times.coast_start + more),
        float(times.coast_end - early),
        float(times.expected_end + sum(late.values())),
    )


def check_burn(times: Timetable, mission: Mission, base: Planned, case: int) -> None:
    """Raise `UserError` where the deorbit burn of a case lasts into the long ticks."""
    m = si(planned(mission))
    thrust = sum(e.thrust for e in in_orbit(m.lander))
    end = base.plan.deorbit_time + base.plan.deorbit_dv * start_mass(m) / thrust
    if end > times.coast_start:
        raise UserError(
            f"Cannot fly case {case} of {mission.mission.name}: its deorbit burn ends "
            f"at {end:.0f} s, the coast of all cases begins at {times.coast_start:.0f} "
            "s. Take orbits and masses nearer to one another under `engineering`."
        )


_pilot: Pilot | None = None  # of this worker


def _fly(job: Job, run: int, cases: Sequence[int]) -> list[Row]:
    global _pilot
    if _pilot is None or _pilot.job != job:
        _pilot = Pilot(job)
    return _pilot.fly(run, cases)


def fly_all(
    job: Job, count: int, workers: int, progress: Progress | None = None
) -> list[list[Row]]:
    """The rows of `count` runs, each in the order of its cases, by several processes.

    Which worker flies a batch changes nothing: a batch is always of the same cases.
    """
    runtime.prepare()  # in the environment before a child imports JAX
    batches = [
        (i, range(k, min(k + WIDTH, job.count)))
        for i in range(count)
        for k in range(0, job.count, WIDTH)
    ]
    pool = ProcessPoolExecutor(
        max_workers=min(workers, len(batches)),
        mp_context=get_context("spawn"),
        initializer=begin,
        initargs=(os.getpid(),),
    )
    rows: list[list[Row]] = [[] for _ in range(count)]
    done, began = 0, 0.0
    try:
        futures = {pool.submit(_fly, job, i, cases): i for i, cases in batches}
        for future in as_completed(futures):
            found = future.result()
            rows[futures[future]] += found
            done += len(found)
            began = began or time.perf_counter()  # compiled by then
            if progress:
                spent = max(time.perf_counter() - began, 1e-3)
                progress(done, count * job.count, done / spent)
    except BrokenProcessPool:
        raise WorkerError(
            "A worker ended while it flew: the process was killed, perhaps for want of "
            "memory. Fewer --workers need less."
        ) from None
    finally:
        kill(pool)
    return [sorted(found, key=lambda row: row.case) for found in rows]
