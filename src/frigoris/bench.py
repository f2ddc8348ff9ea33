"""Speed figures: `python -m frigoris.bench`, also `make bench`.

A rate is worth something only beside what was flown: tick, filter states and rates, and
the models switched on are printed with it. Rates of one and of two workers are taken in
turns, since other work on the machine comes and goes.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from frigoris import runtime

REPEATS = 5
ROUNDS = 2  # of one worker and then two
CASES = 1280  # of one campaign for each worker; whole chunks for one and for two
AGAIN = 10  # rows flown again by `fly`
MISSION = "hakuto-r-m2"
COMMANDS = (
    ("--help", ["--help"], 0.6),
    ("missions", ["missions"], 1.0),
    ("check", ["check", MISSION], 1.0),
)


def main() -> None:
    """Print every figure."""
    runtime.prepare()
    for name, arguments, asked in COMMANDS:
        print(
            f"frigoris {name:10s} {command_time(arguments):6.2f} s  (asked {asked} s)"
        )
    from frigoris.verify.moon_speed import moon

    moon()
    from frigoris.verify.law_speed import laws

    laws(MISSION)
    from frigoris.verify.fault_speed import faults

    faults(MISSION)
    with tempfile.TemporaryDirectory() as folder:
        landings(Path(folder))


def command_time(arguments: list[str]) -> float:
    """Median wall time of a command in a new process [s]."""
    walls = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "frigoris", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        walls.append(time.perf_counter() - began)
    return sorted(walls)[REPEATS // 2]


def landings(folder: Path) -> None:
    """Landings per second of campaigns: descent start to rest, histories on disk."""
    from frigoris import verbs

    best: dict[int, float] = {1: 0.0, 2: 0.0}
    for turn in range(ROUNDS):
        for workers in best:
            flown = verbs.campaign(
                MISSION,
                CASES * workers,
                workers=workers,
                nominal=True,
                out=folder / f"{turn}-{workers}",
            )
            pace = flown.pace
            best[workers] = max(best[workers], pace.rate)
            print(
                f"{workers} worker{'s' * (workers > 1)}: {pace.rate:6.1f} landings/s, "
                f"{pace.rate / workers:5.1f} each; "
                f"ready after {pace.prepare_s:.1f} s, {pace.peak_memory_mb:.0f} MB"
            )
    told = flown.store.manifest
    print(f"best: {best[1]:.1f} and {best[2]:.1f} landings/s", end="")
    print(f", two workers {50.0 * best[2] / best[1]:.0f} % of linear")
    print(f"features {told['features_hash']}: {told['features']}")
    print(flown_again(flown.store))


def flown_again(store: Any) -> str:
    """Rows of a store against the flight of `fly`, by another program."""
    from frigoris.campaign.replay import gap, stored_row
    from frigoris.mission.batch import make_stage
    from frigoris.mission.cases import Case
    from frigoris.mission.fly import fly

    plan = store.plan
    stage = make_stage(plan.mission, plan.map_name)
    equal, worst = 0, 0.0
    for case in range(0, plan.count, plan.count // AGAIN):
        row = stored_row(store, case).to_pylist()[0]
        flight = fly(stage, Case(case, plan.seed), judge=False)
        equal += flight.outcome == row["outcome"]
        worst = max(worst, abs(gap(row, flight) or 0.0))
    return (
        f"{AGAIN} rows flown again by `fly`: {equal} of {AGAIN} outcomes equal, "
        f"contact within {worst:.1e} s (asked 1e-6)"
    )


if __name__ == "__main__":
    main()
