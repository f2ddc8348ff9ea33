"""How robust the reproduction of a flight is against what nobody published.

Many cases of one mission, each with other unknowns, planned and loaded anew, flown and
held against the published chain: see docs/robustness.md.
"""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from frigoris.errors import UserError
from frigoris.mission.schema import Mission
from frigoris.mission.setting import terrain_of
from frigoris.verify.chain import (
    Row,
    Wanted,
    binned,
    drivers,
    judged,
    share,
    summed,
)
from frigoris.verify.pilot import Progress, fly_all
from frigoris.verify.runs import HEADING, Job, Run, check_job, runs
from frigoris.verify.unknowns import Error, Range

BIN = 5.0  # of the heading [deg]


def robust(job: Job, workers: int, progress: Progress | None = None) -> dict[str, Any]:
    """Fly all cases of all runs and count; `UserError` for what cannot be flown."""
    began = time.perf_counter()
    check_job(job)
    plan = runs(job)
    terrain = terrain_of(job.mission, job.map_name)
    wanted, left = judged(job.mission, synthetic=terrain.synthetic)
    if not wanted:
        raise UserError(
            f"Cannot judge {job.mission.mission.name}: no must row under `published` "
            f"can be told from one flight over {terrain.name}. "
            "`frigoris check` shows what there is."
        )
    flown = fly_all(job, len(plan), workers, progress)
    rows = {run.name: found for run, found in zip(plan, flown, strict=True)}
    return {
        "schema": "frigoris.robust.1",
        "mission": job.mission.mission.name,
        "map": terrain.name,
        "cases": job.count,
        "seed": job.seed,
        "hold": list(job.hold),
        "fitted": _fitted(job.mission, plan),
        "ranges": [_range(part) for part in plan[0].parts if isinstance(part, Range)],
        "judged": [w._asdict() for w in wanted],
        "left_out": [x._asdict() for x in left],
        "sound": [_soundness(r, rows[r.name]) for r in plan if r.as_planned],
        "runs": [_counted(r, rows, wanted) for r in plan if not r.as_planned],
        "wall_s": time.perf_counter() - began,
    }


def _soundness(run: Run, rows: Sequence[Row]) -> dict[str, Any]:
    """How many landers come down softly as planned, and what tells the others."""
    soft = np.array([row.soft for row in rows])
    return {
        "name": run.name,
        "text": run.text,
        **share(int(soft.sum()), len(rows)),
        "drawn_again": sum(row.again > 0 for row in rows),
        "drivers": drivers(rows, soft),
    }


def _counted(
    run: Run, rows: dict[str, list[Row]], wanted: Sequence[Wanted]
) -> dict[str, Any]:
    own = rows[run.name]
    sound = {row.case for row in rows[run.sound_by] if row.soft}
    found = {"name": run.name, "text": run.text, **summed(wanted, own, sound)}
    if run.name == "heading":
        found["bins"] = binned(wanted, own, sound, HEADING, BIN)
    return found


def _range(part: Range) -> dict[str, Any]:
    return {
        "path": part.path,
        "low": part.low[0] if part.scalar else part.low,
        "high": part.high[0] if part.scalar else part.high,
        "alike": list(part.paths[1:]),
    }


def _fitted(mission: Mission, plan: Sequence[Run]) -> list[dict[str, str]]:
    """What becomes of each fitted value where they are not held, in words."""
    drawn = {part.path: part for run in plan for part in run.parts}
    before = {p.path for run in plan if run.name == "before" for p in run.parts}
    found = []
    for row in mission.fitted:
        part = drawn.get(row.path)
        how = "held: it has no range"
        if isinstance(part, Range) and row.path in before:
            ends = " … ".join(f"{x[0]:g}" for x in (part.low, part.high))
            how = f"uniform over its range, {ends}"
        elif isinstance(part, Error):
            sigma, kind = f"sigma {part.sigma[0]:.3g}", "log-normal, no better than"
            kind = kind if part.ratio else "normal about"
            how = f"{kind} {part.believed[0]:g}, {sigma}"
            if row.path not in before:
                how = f"as the dispersions scatter it; wide: {how}"
        found.append({"path": row.path, "before": how})
    return found
