"""Angles by polynomials, so that a compiled loop stays in vector registers.

The sine, cosine and arc tangent of the C library take one number at a time: together
they were a fifth of a flight. These are sums and products, to the last bit or two.
The compiler's own arc tangent is wrong in vectors of 512 bits (jaxlib 0.10.2: off by up
to 0.4 rad for 64 numbers side by side), so nothing here may call it.

Source: Moshier, Cephes Mathematical Library (atan.c, sin.c), double precision.
"""

import jax.numpy as jnp

from frigoris.types import Scalar

# atan(x) = x + x z P(z)/Q(z), z = x^2, |x| < 0.66
P = (
    -8.750608600031904122785e-1,
    -1.615753718733365076637e1,
    -7.500855792314704667340e1,
    -1.228866684490136173410e2,
    -6.485021904942025371773e1,
)
Q = (
    1.0,
    2.485846490142306297962e1,
    1.650270098316988542046e2,
    4.328810604912902668951e2,
    4.853903996359136964868e2,
    1.945506571482613964425e2,
)
NEAR = 0.66  # above it an eighth of a turn is taken off first [-]
# sin(x) = x + x z S(z), cos(x) = 1 - z/2 + z^2 C(z), |x| < pi/4
S = (
    1.58962301576546568060e-10,
    -2.50507477628578072866e-8,
    2.75573136213857245213e-6,
    -1.98412698295895385996e-4,
    8.33333333332211858878e-3,
    -1.66666666666666307295e-1,
)
C = (
    -1.13585365213876817300e-11,
    2.08757008419747316778e-9,
    -2.75573141792967388112e-7,
    2.48015872888517045348e-5,
    -1.38888888888730564116e-3,
    4.16666666666665929218e-2,
)
# pi/2 in three parts, the first two of which are exact times a small whole number
HALF_PI = (
    1.57079625129699707031,
    7.54978941586159635335e-8,
    5.39030252995776476554e-15,
)
TINY = 1e-300


def _polynomial(x: Scalar, coefficients: tuple[float, ...]) -> Scalar:
    value = jnp.full_like(x, coefficients[0])
    for c in coefficients[1:]:
        value = value * x + c
    return value


def atan2(y: Scalar, x: Scalar) -> Scalar:
    """Angle of the point (x, y) from the x axis, within -pi and pi [rad].

    Error below 5e-16 rad; zero for the point (0, 0); the sign of a zero is not looked
    at.
    """
    ax, ay = jnp.abs(x), jnp.abs(y)
    steep = ay > ax
    low, high = jnp.where(steep, ax, ay), jnp.where(steep, ay, ax)
    near = low > NEAR * high
    above = jnp.where(near, low - high, low)
    below = jnp.where(near, low + high, high)
    t = above / jnp.maximum(below, TINY)
    z = t * t
    angle = t + t * z * _polynomial(z, P) / _polynomial(z, Q)
    angle = jnp.where(near, jnp.pi / 4.0 + angle, angle)
    angle = jnp.where(steep, jnp.pi / 2.0 - angle, angle)
    angle = jnp.where(x < 0.0, jnp.pi - angle, angle)
    return jnp.where(y < 0.0, -angle, angle)


def sincos(angle: Scalar) -> tuple[Scalar, Scalar]:
    """Sine and cosine. Error below 3e-16 for angles up to some thousand turns [rad]."""
    quarter = jnp.round(angle * (2.0 / jnp.pi))
    x = ((angle - quarter * HALF_PI[0]) - quarter * HALF_PI[1]) - quarter * HALF_PI[2]
    z = x * x
    s = x + x * z * _polynomial(z, S)
    c = 1.0 - 0.5 * z + z * z * _polynomial(z, C)
    turn = quarter - 4.0 * jnp.floor(0.25 * quarter)
    odd = (turn == 1.0) | (turn == 3.0)
    sine, cosine = jnp.where(odd, c, s), jnp.where(odd, s, c)
    sine = jnp.where(turn >= 2.0, -sine, sine)
    return sine, jnp.where((turn == 1.0) | (turn == 2.0), -cosine, cosine)
