"""Sideways speed at touchdown against the grade of the inertial instruments.

The table of `docs/caveats.md`: `.venv/bin/python docs/measure/imu_grade.py`.
"""

from frigoris import runtime

runtime.prepare()

import numpy as np  # noqa: E402

from frigoris.flight.outcome import LANDED  # noqa: E402
from frigoris.mission.batch import fly_lanes, look_at, make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import nominal  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402

CASES = 64
GRADES = (0.3, 1.0, 3.0, 10.0, 30.0)
INSTRUMENTS = ("sensors.imu", "sensors.star_tracker")


def graded(mission, factor):
    """The mission with the dispersion of its inertial instruments times a factor."""
    rows = []
    for row in mission.dispersions:
        if row.path.startswith(INSTRUMENTS) and row.normal is not None:
            sigma = tuple(factor * s for s in np.atleast_1d(row.normal.sigma))
            row = row.model_copy(
                update={"normal": row.normal.model_copy(update={"sigma": sigma})}
            )
        rows.append(row)
    return mission.model_copy(update={"dispersions": tuple(rows)})


def main():
    """Print one row per grade."""
    mission = nominal(load_mission("hakuto-r-m2"))
    stage = make_stage(mission)
    print("| grade | landed of 64 | sideways, median [m/s] | 95 % | largest |")
    print("|---|---|---|---|---|")
    for factor in GRADES:
        lanes = [(graded(mission, factor), Case(k)) for k in range(CASES)]
        batch = fly_lanes(stage, lanes, width=CASES, every=10)
        seen = [look_at(stage, batch, k) for k in range(CASES)]
        speed = np.array([s.touched.horizontal_speed for s in seen if s.touched])
        landed = sum(s.outcome == LANDED for s in seen)
        middle, high = np.quantile(speed, [0.5, 0.95])
        told = " | ".join(f"{x:.2f}" for x in (middle, high, speed.max()))
        print(f"| x{factor:g} | {landed} | {told} |")


main()
