"""The guidance laws on the same 200 cases: what they cost, where they come down.

The table of `docs/models/guidance.md`:
`.venv/bin/python docs/measure/laws.py [N] [FILE...]`.
"""

import sys
from pathlib import Path

from frigoris import runtime

runtime.prepare()

import numpy as np  # noqa: E402

from frigoris.mission.batch import fly_lanes, look_at, make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import nominal  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402

WIDTH, EVERY = 64, 10
# at first contact: descent rate, sideways [m/s], tilt [deg]
LIMITS = (1.5, 1.0, 5.0)
EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = [EXAMPLES / "velocimeter.yaml", *sorted((EXAMPLES / "laws").glob("*.yaml"))]


def delta_v(truth):
    """Integral of thrust over mass from ignition on [m/s]."""
    thrust = truth["thrust_main_N"] + truth["thrust_assist_N"]
    after = truth["t_s"] > truth["t_s"][np.argmax(truth["speed_m_s"])]
    step = np.diff(truth["t_s"], append=truth["t_s"][-1])
    return float(np.sum((thrust / truth["mass_kg"] * step)[after]))


def judged(seen, left):
    """Whether a flight keeps the limits, and its figures."""
    if seen.touched is None:
        return False, [np.nan] * 6
    t = seen.touched
    figures = (t.vertical_speed, t.horizontal_speed, np.degrees(t.tilt))
    good = all(x <= limit for x, limit in zip(figures, LIMITS, strict=True))
    return good and left > 0.0, [*figures, seen.miss, left, delta_v(seen.truth)]


def row(name, count):
    """One line of the table."""
    mission = nominal(load_mission(name))
    stage = make_stage(mission)
    found = []
    for first in range(0, count, WIDTH):
        lanes = [(mission, Case(k)) for k in range(first, min(first + WIDTH, count))]
        batch = fly_lanes(stage, lanes, width=WIDTH, every=EVERY)
        left = np.asarray(batch.flown.truth.motion.propellant)
        seen = [look_at(stage, batch, k) for k in range(len(lanes))]
        found += [judged(s, left[k]) for k, s in enumerate(seen)]
    good = sum(g for g, _ in found)
    outside = [k for k, (g, _) in enumerate(found) if not g]
    print(f"{Path(name).stem}: outside {outside}", file=sys.stderr, flush=True)
    table = np.array([f for _, f in found])
    down, aside, tilt, miss, left, dv = np.nanmedian(table, axis=0)
    worst = np.nanmax(table[:, :2], axis=0)
    return (
        f"| {Path(name).stem} | {good} | {left:.1f} | {dv:.0f} | {miss:.0f} | "
        f"{down:.2f}, {worst[0]:.2f} | {aside:.2f}, {worst[1]:.2f} | {tilt:.1f} |"
    )


def main():
    """Print a row per law."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    chosen = sys.argv[2:] or [*map(str, FILES)]
    print(
        f"| mission | within the limits of {count} | propellant left [kg] | "
        "delta-v from ignition [m/s] | miss [m] | down, worst [m/s] | "
        "sideways, worst [m/s] | tilt [deg] |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name in chosen:
        print(row(name, count), flush=True)


main()
