"""E-guidance (Cherry 1964), which is ZEM/ZEV (Ebrahimi 2008): least effort, not fuel.

Acceleration linear in time; position and velocity of the target are met.
"""

from functools import partial

import jax.numpy as jnp

from frigoris.math.vectors import dot
from frigoris.onboard.laws.law import Law
from frigoris.onboard.laws.polynomial import Family, command, solve
from frigoris.types import Scalar, Vec3

FAMILY = Family(gamma=0.0, gain=6.0)


def effort(zem: Vec3, zev: Vec3, t: Scalar) -> Scalar:
    """Least integral of the squared thrust acceleration over `t` seconds [m^2/s^3].

    `zem` [m] and `zev` [m/s] are what would miss without thrust (Guo, Hawkins, Wie).
    """
    return (
        12.0 * dot(zem, zem) / t**3
        - 12.0 * dot(zem, zev) / t**2
        + 4.0 * dot(zev, zev) / t
    )


def least_cost_time(
    r: Vec3, v: Vec3, gravity: Scalar, weight: Scalar, guess: Scalar
) -> Scalar:
    """Time to go [s] of least `weight * t + effort / 2` to rest at the origin.

    D'Souza 1997, by Newton from `guess`; `gravity` is its size [m/s^2].
    """
    a = weight + 0.5 * gravity**2
    b, c, d = 2.0 * dot(v, v), 12.0 * dot(r, v), 18.0 * dot(r, r)
    t = guess
    for _ in range(20):
        value = a * t**4 - b * t**2 - c * t - d
        t = t - value / (4.0 * a * t**3 - 2.0 * b * t - c)
    return jnp.asarray(t)


LAW = Law(partial(command, FAMILY), partial(solve, FAMILY), full=True)
