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
near one, and Newton steps from a rough guess find it (10 to 90 flights of 1 ms). The
conditions are necessary only: to a gate high above the ground two burns may meet them,
one that dives first, so the search starts in more than one place.
Left out: unevenness of the field (below 1 m/s) and the ground on the way: the burn may
start anywhere, so `lowest` says how low the path came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, exp, hypot, inf, log, nan, pi, sin, sqrt
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar, root

from frigoris.errors import UserError

# anomaly [rad], angle of the costates [rad], that of radius; the second is for burns
# that are over soon after perilune or before it
GUESSES = ((0.0, 0.0, 1.9), (-0.3, 0.0, 1.0))
LOSS = 1.05  # delta-v of the first guess over the speed that is to be lost
WRONG = 1e-7  # of the conditions at the end: 0.2 mm/s, 0.2 m
WEAK, STRONGER = 2.0, 1.4  # where the search over thrust begins [m/s^2], and its steps
ROUND = 1e-6  # eccentricity below which an orbit has no perilune: 2 mm/s


@dataclass(frozen=True)
class End:
    """Where a burn ends, seen without the rotation of the Moon."""

    radius: float  # [m]
    rate_up: float = 0.0  # [m/s]
    speed: float = 0.0  # level, along the flight [m/s]


@dataclass(frozen=True)
class OptimalBurn:
    """A stationary burn: none beside it is cheaper, to first order."""

    thrust_to_mass: float  # at ignition [m/s^2]
    dv: float  # [m/s]
    time: float  # [s]
    anomaly: float  # true, at ignition, negative ahead of perilune; NaN on a circle
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

    `guess` is the `solution` of a neighbour, and what is found is the stationary burn
    nearest to it. Without, it is the cheapest of those that fixed guesses and the way
    up from weaker engines lead to. Raises `UserError` where there is none: the thrust
    is far too weak, or so strong that a single burn cannot come down.
    """
    task = _Task(mu, ellipse, end, thrust_to_mass, exhaust)
    if guess:
        found = [_solved(task, guess)]
    else:
        found = [_solved(task, (*start, task.first_time())) for start in GUESSES]
        steps = int(log(max(thrust_to_mass / WEAK, 1.0)) / log(STRONGER))
        weaker = [thrust_to_mass / STRONGER**k for k in range(steps, -1, -1)]
        found += _along([_Task(mu, ellipse, end, a, exhaust) for a in weaker])[-1:]
    burns = [burn for burn in found if burn]
    if not burns:
        low, high = ((radius - end.radius) / 1e3 for radius in ellipse)
        raise UserError(
            "Cannot find the cheapest burn to the ground: with "
            f"{thrust_to_mass:.3g} m/s^2 at ignition and an exhaust velocity of "
            f"{exhaust:.0f} m/s no single burn from {low:.3g} x {high:.3g} km above "
            "its end gets there. Check thrust, masses and the heights of the orbit."
        )
    return min(burns, key=lambda burn: burn.dv)


def _solved(task: "_Task", first: tuple[float, ...]) -> OptimalBurn | None:
    """The stationary burn that a first guess leads to, if it leads to one."""
    fixed = first[: task.fixed]
    try:
        found = root(
            lambda x: task.miss((*fixed, *x)),
            first[task.fixed :],
            method="hybr",
            options={"xtol": 1e-11},
        )
        x = (*fixed, *(float(value) for value in found.x))
        if np.max(np.abs(found.fun)) > WRONG or not 0.0 < x[3] < task.burnt_out():
            return None
        low = float(task.fly(x).y[0].min())
    except ValueError:  # a step of the search that went beyond all numbers
        return None
    return OptimalBurn(
        thrust_to_mass=task.thrust_to_mass,
        dv=-task.exhaust * log(1.0 - x[3] / task.burnt_out()),
        time=x[3] * task.second,
        anomaly=nan if task.fixed else (x[0] + pi) % (2.0 * pi) - pi,
        lowest=(low - 1.0) * task.end.radius,
        solution=x,
    )


def _along(tasks: Sequence["_Task"]) -> list[OptimalBurn | None]:
    """Each task from the solution of the one before, in rising order of thrust."""
    burns: list[OptimalBurn | None] = []
    for task in tasks:
        before = burns[-1] if burns else None
        first: tuple[float, ...] = (*GUESSES[0], task.first_time())
        if before:  # the burn is as much shorter as the thrust is stronger
            shorter = before.thrust_to_mass / task.thrust_to_mass
            first = (*before.solution[:3], before.solution[3] * shorter)
        burns.append(_solved(task, first))
    return burns


def trade(
    mu: float,
    ellipse: tuple[float, float],
    end: End,
    exhaust: float,
    thrusts_to_mass: Sequence[float],
) -> list[OptimalBurn | None]:
    """The cheapest burns over thrust to mass at ignition [m/s^2], in rising order.

    Each starts from its neighbour; None where that leads to no burn.
    """
    rising = sorted(thrusts_to_mass)
    return _along([_Task(mu, ellipse, end, a, exhaust) for a in rising])


def enough_thrust(
    mu: float,
    ellipse: tuple[float, float],
    end: End,
    exhaust: float,
    burns: Sequence[OptimalBurn | None],
) -> OptimalBurn | None:
    """Where the curve of a `trade` has its bottom: more thrust costs more again.

    A short burn has to dive to reach the ground before it is over. None where the
    curve still falls at its end.
    """
    known = [b for b in burns if b]
    k = int(np.argmin([b.dv for b in known])) if known else 0
    if k in (0, len(known) - 1):
        return None
    sides = known[k - 1].thrust_to_mass, known[k + 1].thrust_to_mass

    def at(value: float) -> OptimalBurn | None:
        return _solved(_Task(mu, ellipse, end, value, exhaust), known[k].solution)

    def cost(value: float) -> float:
        burn = at(value)
        return burn.dv if burn else inf

    found = minimize_scalar(
        cost,
        bounds=sides,
        method="bounded",
        options={"xatol": 1e-2},
    )
    return at(float(found.x)) or known[k]


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
        self.thrust_to_mass, self.exhaust = thrust_to_mass, exhaust
        self.second = end.radius / unit
        self.a0 = thrust_to_mass * self.second / unit
        self.c = exhaust / unit
        self.target = (1.0, end.rate_up / unit, end.speed / unit)
        low, high = (r / end.radius for r in ellipse)
        self.p = 2.0 * low * high / (low + high)
        self.e = (high - low) / (high + low)
        self.speed = sqrt((1.0 + self.e) / low)
        # on a circle it does not matter where: the first unknown stays as guessed
        self.fixed = 1 if self.e < ROUND else 0

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

    def start(self, x: Sequence[float]) -> tuple[float, ...]:
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

    def fly(self, x: Sequence[float]) -> Any:
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

    def miss(self, x: Sequence[float]) -> np.ndarray:
        """Of radius and velocity at the end, and of transversality at the start."""
        if not np.all(np.isfinite(x)):
            raise ValueError("nothing can be flown from there")
        r, u, v, *costates = self.start(x)
        transversal = np.dot(costates, self.free(r, u, v))
        misses = [*(self.fly(x).y[:3, -1] - self.target), transversal]
        return np.array(misses[: len(misses) - self.fixed])
