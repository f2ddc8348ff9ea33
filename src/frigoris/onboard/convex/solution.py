"""A planned descent: its nodes, what it costs, and a word for how it ends."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

GAP_MAX = 1e-2  # of a lossless plan [m/s^2], of thrust accelerations about 5


class Outcome(Enum):
    """How a plan ends; the value is the word for it."""

    FUEL_OPTIMAL = "fuel-optimal"
    NEAREST = "out of reach: lands as near as possible"
    NONE = "no descent is possible"


class Sample(NamedTuple):
    """A plan at some times: `[3, times]` and `[times]`, or without the last axis."""

    r_L: Floats  # [m]
    v_L: Floats  # [m/s]
    u_L: Floats  # thrust over mass [m/s^2]
    m: Floats  # [kg]


@dataclass(frozen=True)
class Solution:
    """Nodes of a descent, in the frame L of the target; NaN where there is none.

    Thrust acceleration is linear between nodes, so position is a cubic there and
    `sample` is exact. `gap` is the greatest `sigma - |u|`: of a lossless plan it is 0.
    Where it is not, the plan counts more propellant than it burns, or `u` is below the
    least thrust: long descents at little thrust, where the bounds are expanded too far.
    """

    outcome: Outcome
    reason: str  # why there is no descent; empty if there is one
    t: Floats  # from now [s], [N+1]
    r_L: Floats  # [m], [3, N+1]
    v_L: Floats  # [m/s], [3, N+1]
    u_L: Floats  # thrust over mass [m/s^2], [3, N+1]
    sigma: Floats  # its bound [m/s^2], [N+1]
    m: Floats  # [kg], [N+1]
    miss: float  # horizontally from the target at the end [m]
    solves: int  # cone programs that were solved for it

    @property
    def lands(self) -> bool:
        """Whether it comes to the ground, on the target or elsewhere."""
        return self.outcome is not Outcome.NONE

    @property
    def tight(self) -> bool:
        """Whether the relaxation is lossless, so that the plan can be flown."""
        return self.gap < GAP_MAX

    @property
    def word(self) -> str:
        """The outcome for people, such as `fuel-optimal`."""
        word = self.outcome.value + (f": {self.reason}" if self.reason else "")
        if self.outcome is Outcome.NEAREST:
            word += f", {self.miss:.0f} m off"
        if self.lands and not self.tight:
            word += f", not lossless by {self.gap:.2g} m/s^2"
        return word

    @property
    def t_f(self) -> float:
        """Duration [s]."""
        return float(self.t[-1])

    @property
    def fuel(self) -> float:
        """Propellant [kg]."""
        return float(self.m[0] - self.m[-1])

    @property
    def gap(self) -> float:
        """How far the relaxation is from lossless [m/s^2]."""
        return float(np.max(self.sigma - np.linalg.norm(self.u_L, axis=0)))

    @property
    def thrust(self) -> Floats:
        """At the nodes [N], [N+1]."""
        return np.asarray(self.m * np.linalg.norm(self.u_L, axis=0))

    def sample(self, t: ArrayLike) -> Sample:
        """Position, velocity, thrust acceleration and mass at times `t` [s].

        Before the start the first values and after the end the last ones are held.
        """
        time = np.clip(np.asarray(t, dtype=float), self.t[0], self.t[-1])
        k = np.clip(np.searchsorted(self.t, time, side="right") - 1, 0, len(self.t) - 2)
        h = self.t[k + 1] - self.t[k]
        s = time - self.t[k]
        u, u_next = self.u_L[:, k], self.u_L[:, k + 1]
        jerk = (u_next - u) / h
        # gravity is not stored: it is what the velocity lacks
        g = (self.v_L[:, k + 1] - self.v_L[:, k]) / h - 0.5 * (u + u_next)
        burnt = s * (self.sigma[k] + 0.5 * s / h * (self.sigma[k + 1] - self.sigma[k]))
        whole = 0.5 * h * (self.sigma[k] + self.sigma[k + 1])
        rate = np.log(self.m[k + 1] / self.m[k]) / whole  # minus 1 / exhaust speed
        fall = self.v_L[:, k] + s * (0.5 * (u + g) + s / 6.0 * jerk)
        return Sample(
            r_L=self.r_L[:, k] + s * fall,
            v_L=self.v_L[:, k] + s * (u + g + 0.5 * s * jerk),
            u_L=u + s * jerk,
            m=self.m[k] * np.exp(rate * burnt),
        )


def no_descent(
    reason: str, intervals: int, t_f: float = np.nan, solves: int = 0
) -> Solution:
    """A plan that isn't there: NaN, so that whoever flies it by mistake notices."""
    nan = np.full(intervals + 1, np.nan)
    nans = np.full((3, intervals + 1), np.nan)
    return Solution(
        outcome=Outcome.NONE,
        reason=reason,
        t=np.linspace(0.0, 1.0, intervals + 1) * t_f,
        r_L=nans,
        v_L=nans,
        u_L=nans,
        sigma=nan,
        m=nan,
        miss=np.nan,
        solves=solves,
    )
