"""How a planned descent ends when thrust is not what was believed, by drawn-in limits.

A table of `docs/models/convex.md`: `.venv/bin/python docs/measure/convex_tracking.py`.
A small lander follows the nodes of a plan. Every 2 s it is planned anew; the new plan
is taken if it is fuel-optimal. Its true limits are those of the engines.
"""

import math
from collections import Counter
from dataclasses import replace

import numpy as np

from frigoris.constants import G0
from frigoris.onboard.convex import Craft, Outcome, Problem, plan

LOW, HIGH = 400.0, 1600.0  # thrust [N]
BANDWIDTH = 0.3  # of the tracking, critically damped [rad/s]
TICK, REPLAN, FREEZE = 0.1, 2.0, 5.0  # [s]
CRAFT = Craft(LOW, HIGH, 285.0 * G0, 300.0, math.radians(60.0))
START = Problem(
    CRAFT,
    (-1000.0, 50.0, 3600.0),
    (34.0, 0.0, -80.0),
    480.0,
    (0.0, 0.0, -1.6242),
    glide=math.radians(10.0),
)


def fly(margin, error):
    """Final position, velocity, mass, and the words of the plans made on the way."""
    craft = replace(
        CRAFT, thrust_min=LOW * (1 + margin), thrust_max=HIGH * (1 - margin)
    )
    start, g = replace(START, craft=craft), np.array(START.g_L)
    current = plan(start)
    t_end, begun, asked, words = current.t_f, 0.0, 0.0, Counter()
    r, v, m = np.array(start.r_L), np.array(start.v_L), start.mass
    for t in np.arange(0.0, t_end, TICK):
        if t - asked >= REPLAN and t_end - t > FREEZE:
            asked = t
            here = [tuple(map(float, x)) for x in (r, v)]
            new = plan(
                replace(start, r_L=here[0], v_L=here[1], mass=m, t_f=float(t_end - t))
            )
            words[new.outcome.name] += 1
            if new.outcome is Outcome.FUEL_OPTIMAL:
                current, begun = new, t
        now, ahead = current.sample(t - begun), current.sample(t - begun + 0.5 * TICK)
        u = ahead.u_L + BANDWIDTH**2 * (now.r_L - r) + 2.0 * BANDWIDTH * (now.v_L - v)
        wanted = m * np.linalg.norm(u)
        u = u * np.clip(wanted * (1.0 + error), LOW, HIGH) / wanted
        dt = min(TICK, t_end - t)
        r, v = r + dt * v + 0.5 * dt**2 * (u + g), v + dt * (u + g)
        m *= 1.0 - dt * np.linalg.norm(u) / craft.exhaust_speed
    return r, v, m, words


def main():
    """Print one row per margin and error."""
    print(
        "| limits drawn in | thrust error | off [m] | high [m] | speed [m/s] |", end=""
    )
    print(" propellant [kg] | plans taken of |")
    print("|---|---|---|---|---|---|---|")
    for margin in (0.0, 0.05):
        for error in (0.0, -0.01, -0.03, 0.03):
            r, v, m, words = fly(margin, error)
            row = (
                f"| {margin:.0%} | {error:+.0%} | {np.hypot(*r[:2]):.2f} | {r[2]:+.2f}"
            )
            row += f" | {np.linalg.norm(v):.2f} | {START.mass - m:.2f}"
            print(f"{row} | {words['FUEL_OPTIMAL']} of {sum(words.values())} |")


main()
