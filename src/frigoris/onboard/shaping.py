r"""A filter on the torque command: a notch on the slosh, or a low-pass below it.

$$ H(s) = \frac{n_2 s^2 + n_1 \omega s + \omega^2}{s^2 + 2 \zeta \omega s + \omega^2} $$
with $n_2 = 1$, $n_1 = 2 \zeta$ times the depth for a notch and both zero for a
low-pass; by the bilinear transform, exact at $\omega$ and at nought, in transposed
direct form. Liquid swings as the root of the specific force: where a reference is
given, $\omega$ follows that.

Left out: the frequency also changes as the tanks drain, by 15 % from full to a quarter
(docs/models/vehicle.md); a notch has to be that wide.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.types import Flag, Scalar, Vec3

FORCE_RANGE = (0.1, 10.0)  # of the specific force over its reference
WIDEST = 0.9 * jnp.pi  # a frequency is at most this per tick [rad]


class Shape(NamedTuple):
    """Settings of a filter."""

    frequency: Scalar  # [1/s], as hertz
    damping: Scalar  # of its poles [-]
    linear: Scalar  # n_1 [-]
    square: Scalar  # n_2 [-]
    accel: Scalar  # specific force that the frequency belongs to; 0: any [m/s^2]


Memory = Float[Array, "2 3 *#cases"]  # of both delays [N m]


def start(shape: Shape | None, torque: Vec3) -> Memory | None:
    """Nothing has gone through it yet."""
    return None if shape is None else jnp.stack([torque, torque]) * 0.0


def shaped(
    shape: Shape | None,
    torque: Vec3,
    memory: Memory | None,
    accel: Scalar,
    tight: Flag,
    dt: Scalar,
) -> tuple[Vec3, Memory | None]:
    """Torque [N m] behind the filter, and what it remembers.

    `accel` is the specific force of the engines [m/s^2]. Where control is not `tight`
    the torque passes as it is and the filter rests at it.
    """
    if shape is None or memory is None:
        return torque, None
    ahead, back = _coefficients(shape, accel, dt)
    out = ahead[0] * torque + memory[0]
    first = ahead[1] * torque - back[0] * out + memory[1]
    second = ahead[2] * torque - back[1] * out
    last = (ahead[2] - back[1]) * torque  # at rest
    rest = jnp.stack([(ahead[1] - back[0]) * torque + last, last])
    memory = jnp.where(tight, jnp.stack([first, second]), rest)
    return jnp.where(tight, out, torque), memory


def _coefficients(
    shape: Shape, accel: Scalar, dt: Scalar
) -> tuple[tuple[Scalar, Scalar, Scalar], tuple[Scalar, Scalar]]:
    """Of the difference equation: of what goes in, and of what has come out."""
    given = shape.accel > 0.0
    over = accel / jnp.where(given, shape.accel, 1.0)
    scale = jnp.where(given, jnp.sqrt(jnp.clip(over, *FORCE_RANGE)), 1.0)
    angle = jnp.minimum(2.0 * jnp.pi * shape.frequency * scale * dt, WIDEST)
    k = 1.0 / jnp.tan(0.5 * angle)  # s / omega is k (z - 1) / (z + 1)
    n2, n1, d1 = shape.square * k * k, shape.linear * k, 2.0 * shape.damping * k
    scale = 1.0 / (k * k + d1 + 1.0)
    ahead = ((n2 + n1 + 1.0) * scale, 2.0 * (1.0 - n2) * scale, (n2 - n1 + 1.0) * scale)
    return ahead, (2.0 * (1.0 - k * k) * scale, (k * k - d1 + 1.0) * scale)
