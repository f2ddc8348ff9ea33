"""Speed figures: `python -m frigoris.bench`, also `make bench`.

A rate is worth something only beside what was flown: tick, filter states and rates, and
the models switched on are printed with it.
"""

import hashlib
import json
import subprocess
import sys
import time

from frigoris import runtime

WIDTH = 64
REPEATS = 5
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
    landings()


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


def landings() -> None:
    """Landings per second of one core, whole flights from before the deorbit burn."""
    from frigoris.mission.batch import fly_lanes, make_stage
    from frigoris.mission.cases import Case
    from frigoris.mission.edit import nominal
    from frigoris.mission.load import load_mission

    mission = load_mission(MISSION)
    stage = make_stage(mission)
    lanes = [(nominal(mission), Case(k)) for k in range(WIDTH)]
    began = time.perf_counter()
    fly_lanes(stage, lanes, width=WIDTH, every=10)
    first = time.perf_counter() - began
    cpu, walls = time.process_time(), []
    for _ in range(REPEATS):
        began = time.perf_counter()
        fly_lanes(stage, lanes, width=WIDTH, every=10)
        walls.append(time.perf_counter() - began)
    cpu = (time.process_time() - cpu) / REPEATS
    wall = sorted(walls)[REPEATS // 2]
    flown = features(mission.moon.gravity_degree_count, stage.terrain.name)
    mark = hashlib.sha256(json.dumps(flown, sort_keys=True).encode()).hexdigest()
    print(f"first batch of {WIDTH}, compilation or its cache included: {first:.1f} s")
    print(
        f"{WIDTH / wall:.1f} landings/s (wall), {WIDTH / cpu:.1f} per core and second"
    )
    print(f"features {mark[:12]}: {json.dumps(flown)}")


def features(gravity_degree: int, terrain: str) -> dict[str, object]:
    """What was switched on."""
    from frigoris.flight.slices import COAST_TICK_MAX, TICK
    from frigoris.onboard.software import FILTER_TICKS, GUIDANCE_TICKS, STAR_TICKS

    return {
        "tick_s": TICK,
        "coast_tick_s": COAST_TICK_MAX,
        "rk4_steps_per_tick": 1,
        "filter_states": 15,
        "filter_hz": 1.0 / (TICK * FILTER_TICKS),
        "star_tracker_hz": 1.0 / (TICK * STAR_TICKS),
        "guidance_hz": 1.0 / (TICK * GUIDANCE_TICKS),
        "laser_hz": 1.0 / TICK,
        "gravity_degree": gravity_degree,
        "terrain": terrain,
        "history_hz": 1.0,
    }


if __name__ == "__main__":
    main()
