r"""Gravity turn: thrust against the velocity, constant thrust over mass, flat Moon.

$$ \dot V = g(\cos\psi - n), \quad V\dot\psi = -g\sin\psi $$

`psi` is the angle of the velocity from straight down [rad] and `n` thrust over weight
[-]; with $z = \tan(\psi/2)$ speed, time, height and ground to a standstill are powers
of `z` (Culler and Fried, J. Appl. Phys. 28, 1957). Valid for `n > 1`: a lower thrust
never stops a fall, and gives values that are negative or infinite. Left out: the curve
of the Moon (a tenth of the height for 100 km of ground) and the mass that is burnt.
"""

from typing import NamedTuple

import jax.numpy as jnp

from frigoris.types import Scalar


class Stop(NamedTuple):
    """From here to a standstill."""

    time: Scalar  # [s]
    height: Scalar  # lost on the way [m]
    ground: Scalar  # covered on the way [m]
    dv: Scalar  # integral of thrust over mass [m/s]


def stop(speed: Scalar, psi: Scalar, n: Scalar, g: Scalar) -> Stop:
    """What it takes to stop from `speed` [m/s]; straight down (`psi` 0) included."""
    z = jnp.tan(0.5 * psi)
    z2 = z * z
    share = speed / (1.0 + z2)  # C z^(n-1) of the paper, which is 0 * inf at psi 0
    time = share / g * (1.0 / (n - 1.0) + z2 / (n + 1.0))
    size = share * share / g
    return Stop(
        time=time,
        height=0.5 * size * (1.0 / (n - 1.0) - z2 * z2 / (n + 1.0)),
        ground=2.0 * size * z * (1.0 / (2.0 * n - 1.0) + z2 / (2.0 * n + 1.0)),
        dv=n * g * time,
    )


def speed_at(speed: Scalar, psi: Scalar, n: Scalar, later: Scalar) -> Scalar:
    """Speed [m/s] when the velocity has turned from `psi` to `later` [rad].

    Valid for `psi > 0`: straight down nothing turns.
    """
    z0, z = jnp.tan(0.5 * psi), jnp.tan(0.5 * later)
    return speed * (z / z0) ** (n - 1.0) * (1.0 + z * z) / (1.0 + z0 * z0)


def thrust_to_stop(speed: Scalar, psi: Scalar, height: Scalar, g: Scalar) -> Scalar:
    """Thrust over weight `n` [-] that stops within `height` [m], above 1.

    The height of `stop` solved for `n`, a quadratic. Valid for `height > 0`.
    """
    z2 = jnp.tan(0.5 * psi) ** 2
    k = 2.0 * g * height * ((1.0 + z2) / speed) ** 2
    b = 1.0 - z2 * z2
    return (b + jnp.sqrt(b * b + 4.0 * k * (k + 1.0 + z2 * z2))) / (2.0 * k)
