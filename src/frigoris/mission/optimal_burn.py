r"""The cheapest single burn from an ellipse to the ground, by Pontryagin's principle.

Constant thrust, one burn, direction free at every moment, start anywhere on the
ellipse; planar, a point mass that does not turn. With the thrust against the costates
of the velocity

$$ \dot u = v^2/r - \mu/r^2 - a\,\lambda_u/|\lambda|, \quad
   \dot v = -uv/r - a\,\lambda_v/|\lambda|, \quad a = a_0/(1 - a_0 t/v_e) $$

the Hamiltonian of free motion vanishes at the start, where the place on the ellipse is
free (transversality); shooting closes it together with radius and velocity at the end.
A constant thrust makes least time, least propellant and least delta-v the same thing.

Units inside are those of a circular orbit at the end: a solution is then a few numbers
near one, and Newton steps from a rough guess find it (10 to 90 flights of 1 ms).
Left out: unevenness of the field (below 1 m/s) and the ground on the way: the burn may
start anywhere, so `lowest` says how low the path came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, exp, hypot, log, pi, sin, sqrt
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar, root

from frigoris.errors import UserError

GUESS = (0.0, 0.0, 1.9)  # anomaly [rad], angle of the costates [rad], that of radius
LOSS = 1.05  # delta-v of the first guess over the speed that is to be lost
WRONG = 1e-7  # of the conditions at the end: 0.2 mm/s, 0.2 m


@dataclass(frozen=True)
class End:
    """Where a burn ends, seen without the rotation of the Moon."""

    radius: float  # [m]
    rate_up: float = 0.0  # [m/s]
    speed: float = 0.0  # level, along the flight [m/s]


@dataclass(frozen=True)
class OptimalBurn:
    """A burn that no other single burn of its thrust can better."""

    thrust_to_mass: float  # at ignition [m/s^2]
    dv: float  # [m/s]
    time: float  # [s]
    anomaly: float  # true anomaly at ignition, negative ahead of perilune [rad]
    lowest: float  # of the path over its end [m]
    solution: tuple[float, ...]  # of the shooting, to start a neighbour from


def optimal_burn(
    mu: float,
    ellipse: tuple[float, float],
    end: End,
    thrust_to_mass: float,
    exhaust: float,
    guess: tuple[float, ...] | None = None,
) -> OptimalBurn:
    """Solve for perilune and apolune `ellipse` [m] and exhaust velocity [m/s].

    `guess` is the `solution` of a neighbour. Raises `UserError` where there is none:
    the thrust is far too weak, or so strong that a single burn cannot come down.
    """
    task = _Task(mu, ellipse, end, thrust_to_mass, exhaust)
    first = guess or (*GUESS, task.first_time())
    found = root(task.miss, first, method="hybr", options={"xtol": 1e-11})
    flown = None if np.max(np.abs(found.fun)) > WRONG else task.fly(found.x)
    if flown is None or not 0.0 < found.x[3] < task.burnt_out():
        low, high = ((radius - end.radius) / 1e3 for radius in ellipse)
        raise UserError(
            "Cannot find the cheapest burn to the ground: with "
            f"{thrust_to_mass:.3g} m/s^2 at ignition and an exhaust velocity of "
            f"{exhaust:.0f} m/s no single burn from {low:.3g} x {high:.3g} km above "
            "its end gets there. Check thrust, masses and the heights of the orbit."
        )
    x = tuple(float(value) for value in found.x)
    return OptimalBurn(
        thrust_to_mass=thrust_to_mass,
        dv=-exhaust * log(1.0 - x[3] / task.burnt_out()),
        time=x[3] * task.second,
        anomaly=(x[0] + pi) % (2.0 * pi) - pi,
        lowest=float(flown.y[0].min() - 1.0) * end.radius,
        solution=x,
    )


def trade(
    mu: float,
    ellipse: tuple[float, float],
    end: End,
    exhaust: float,
    thrusts_to_mass: Sequence[float],
) -> list[OptimalBurn]:
    """The cheapest burns over thrust to mass at ignition [m/s^2], in rising order.

    Each starts from its neighbour; `UserError` where the first has no solution.
    """
    burns: list[OptimalBurn] = []
    for value in sorted(thrusts_to_mass):
        guess = burns[-1].solution if burns else None
        if guess:  # the burn is as much shorter as the thrust is stronger
            shorter = burns[-1].thrust_to_mass / value
            guess = (*guess[:3], guess[3] * shorter)
        burns.append(optimal_burn(mu, ellipse, end, value, exhaust, guess))
    return burns


def enough_thrust(
    mu: float,
    ellipse: tuple[float, float],
    end: End,
    exhaust: float,
    burns: Sequence[OptimalBurn],
) -> OptimalBurn | None:
    """Where the curve of a `trade` has its bottom: more thrust costs more again.

    A short burn has to dive to reach the ground before it is over. None where the
    curve still falls at its end.
    """
    k = int(np.argmin([b.dv for b in burns]))
    if k in (0, len(burns) - 1):
        return None
    sides = burns[k - 1].thrust_to_mass, burns[k + 1].thrust_to_mass

    def at(value: float) -> OptimalBurn:
        return optimal_burn(mu, ellipse, end, value, exhaust, burns[k].solution)

    found = minimize_scalar(
        lambda value: at(value).dv,
        bounds=sides,
        method="bounded",
        options={"xatol": 1e-2},
    )
    return at(float(found.x))


class _Task:
    """One problem in its own units."""

    def __init__(
        self,
        mu: float,
        ellipse: tuple[float, float],
        end: End,
        thrust_to_mass: float,
        exhaust: float,
    ):
        self.end, unit = end, sqrt(mu / end.radius)
        self.second = end.radius / unit
        self.a0 = thrust_to_mass * self.second / unit
        self.c = exhaust / unit
        self.target = (1.0, end.rate_up / unit, end.speed / unit)
        low, high = (r / end.radius for r in ellipse)
        self.p = 2.0 * low * high / (low + high)
        self.e = (high - low) / (high + low)
        self.speed = sqrt((1.0 + self.e) / low)

    def burnt_out(self) -> float:
        """Time after which nothing would be left."""
        return self.c / self.a0

    def first_time(self) -> float:
        """The rocket equation for the speed that is to be lost."""
        lost = LOSS * (self.speed - hypot(*self.target[1:]))
        return self.burnt_out() * (1.0 - exp(-lost / self.c))

    def free(self, r: float, u: float, v: float) -> tuple[float, float, float]:
        """Rates of radius and velocity without thrust."""
        return u, v * v / r - 1.0 / (r * r), -u * v / r

    def rates(self, t: float, y: np.ndarray) -> tuple[float, ...]:
        """Of state and costates; the thrust is against the costates of velocity."""
        r, u, v, lr, lu, lv = y
        a = self.a0 / (1.0 - self.a0 * t / self.c) / hypot(lu, lv)
        d_r, d_u, d_v = self.free(r, u, v)
        return (
            d_r,
            d_u - a * lu,
            d_v - a * lv,
            lu * (v * v / r - 2.0 / (r * r)) / r - lv * u * v / (r * r),
            lv * v / r - lr,
            (lv * u - 2.0 * lu * v) / r,
        )

    def start(self, x: np.ndarray) -> tuple[float, ...]:
        """State on the ellipse, and costates of the velocity of size one."""
        anomaly, angle, costate, _ = x
        root_p = sqrt(self.p)
        return (
            self.p / (1.0 + self.e * cos(anomaly)),
            self.e * sin(anomaly) / root_p,
            (1.0 + self.e * cos(anomaly)) / root_p,
            costate,
            sin(angle),
            cos(angle),
        )

    def fly(self, x: np.ndarray) -> Any:
        """The burn for its four unknowns."""
        until = min(max(float(x[3]), 1e-3), 0.999 * self.burnt_out())
        return solve_ivp(
            self.rates,
            (0.0, until),
            self.start(x),
            method="DOP853",
            rtol=1e-9,
            atol=1e-10,
        )

    def miss(self, x: np.ndarray) -> np.ndarray:
        """Of radius and velocity at the end, and of transversality at the start."""
        r, u, v, *costates = self.start(x)
        transversal = np.dot(costates, self.free(r, u, v))
        return np.array([*(self.fly(x).y[:3, -1] - self.target), transversal])
