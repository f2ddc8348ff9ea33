"""The cheapest burns of a grid of problems against searches from random starts.

Prints each problem in which a random start finds something cheaper.
"""

from itertools import product

import numpy as np

from frigoris.errors import UserError
from frigoris.mission.optimal_burn import End, optimal_burn

MU, RADIUS = 4902.800066e9, 1737.4e3
ORBITS = ((15, 100), (15, 15), (30, 30), (100, 100), (15, 15.1), (10, 300))  # [km]
# height [km], rate up, speed [m/s]
ENDS = ((0, 0, 0), (2, -30, 60), (3.6, -80, 34), (8, -100, 150), (20, -50, 300))
EXHAUSTS = (2700.0, 3100.0)  # [m/s]
THRUSTS = (1.8, 3.0, 5.69, 8.0, 11.1)  # over mass [m/s^2]
LOW, HIGH = (-1.0, -0.6, -4.0, 0.95), (1.0, 0.6, 3.0, 1.2)  # of the starts
STARTS = 2


def main() -> None:
    """Count the problems, and those in which the search was beaten."""
    rng = np.random.default_rng(2025)
    count, beaten, unsolved = 0, 0, 0
    for orbit, (up, rate, speed), exhaust, thrust in product(
        ORBITS, ENDS, EXHAUSTS, THRUSTS
    ):
        ellipse = RADIUS + 1e3 * orbit[0], RADIUS + 1e3 * orbit[1]
        end = End(RADIUS + 1e3 * up, float(rate), float(speed))
        task = MU, ellipse, end, thrust, exhaust
        count += 1
        try:
            told = optimal_burn(*task)
        except UserError:
            unsolved += 1
            continue
        for _ in range(STARTS):
            start = rng.uniform(LOW, HIGH)
            start[3] *= told.solution[3]
            try:
                other = optimal_burn(*task, tuple(start.tolist()))
            except UserError:
                continue
            if other.dv < told.dv - 1e-3:
                beaten += 1
                print(f"{orbit} km, {end}, {exhaust}, {thrust}: {told.dv - other.dv}")
    print(f"{count} problems, {unsolved} without a burn, {beaten} starts found better")


if __name__ == "__main__":
    main()
