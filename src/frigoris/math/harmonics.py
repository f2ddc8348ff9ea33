r"""Gravity of a body from its spherical harmonic coefficients, and the tide of others.

Cunningham's recursion in fully normalised form, without a singularity at the poles:
$V_{nm}, W_{nm}$ are the solid harmonics $(R/r)^{n+1}\bar P_{nm}(\sin\varphi)
\{\cos,\sin\} m\lambda$, and the acceleration is a sum of harmonics one degree higher.
Here it is unrolled, the quickest form for low degrees; higher ones go by rows.

Source: Cunningham 1970; Montenbruck & Gill 2000, section 3.2.4 (eqs. 3.29-3.33), with
the normalisation of the coefficients moved into constants.
"""

from math import factorial, sqrt

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math import harmonics_rows
from frigoris.math.vectors import matvec, norm
from frigoris.types import Mat3, Scalar, Vec3

UNROLLED_MAX = 12  # beyond it compiling takes seconds, and soon minutes


class Harmonics(eqx.Module):
    """A field in its body-fixed frame; the degree is the size of the tables."""

    mu: Float[Array, ""]  # [m^3/s^2]
    radius: Float[Array, ""]  # reference radius of the coefficients [m]
    C: Float[Array, "n n"]  # 4-pi normalised, `C[0, 0]` is 1
    S: Float[Array, "n n"]
    tide: (
        Mat3  # gradient of what outer bodies add, their pull on the centre off [1/s^2]
    )


def _factor(n: int, m: int) -> float:
    """Unnormalised over normalised coefficient."""
    return sqrt((2 - (m == 0)) * (2 * n + 1) * factorial(n - m) / factorial(n + m))


def _solid(
    degree: int, x: Scalar, y: Scalar, z: Scalar, rho: Scalar
) -> dict[tuple[int, int], tuple[Scalar, Scalar]]:
    """Unnormalised V, W up to `degree`, for a position in units of the radius squared.

    `x, y, z` are r_i R / r^2 and `rho` is R^2 / r^2 [-].
    """
    vw: dict[tuple[int, int], tuple[Scalar, Scalar]] = {
        (0, 0): (jnp.sqrt(rho), jnp.zeros_like(rho))
    }
    for m in range(degree + 1):
        if m:
            v, w = vw[m - 1, m - 1]
            k = 2 * m - 1
            vw[m, m] = (k * (x * v - y * w), k * (x * w + y * v))
        for n in range(m + 1, degree + 1):
            a, b = (2 * n - 1) / (n - m), (n + m - 1) / (n - m)
            v1, w1 = vw[n - 1, m]
            if n - 2 >= m:
                v2, w2 = vw[n - 2, m]
                vw[n, m] = (
                    a * z * v1 - b * rho * v2,
                    a * z * w1 - b * rho * w2,
                )
            else:
                vw[n, m] = (a * z * v1, a * z * w1)
    return vw


def central(field: Harmonics, r: Vec3) -> Vec3:
    """Acceleration of the point mass [m/s^2] at `r` [m], any axes."""
    distance = norm(r)
    return -field.mu / (distance * distance * distance) * r


def accel(field: Harmonics, r_P: Vec3) -> Vec3:
    """Gravitational acceleration [m/s^2] at `r_P` [m], body-fixed axes."""
    return central(field, r_P) + uneven(field, r_P)


def uneven(field: Harmonics, r_P: Vec3) -> Vec3:
    """What is added to the point mass [m/s^2] at `r_P` [m], body-fixed axes.

    Valid outside the reference sphere and a little below it: there a term of degree n
    grows like 1 / r^n, as the series may. Cost grows with the square of the degree.
    """
    degree = field.C.shape[0] - 1
    tide = matvec(field.tide, r_P)
    if degree < 2:
        return tide
    r = norm(r_P)
    scale = field.radius / (r * r)
    x, y, z = jnp.unstack(r_P * scale)
    rho = field.radius * scale
    pull = _unrolled if degree <= UNROLLED_MAX else harmonics_rows.pull
    unit = field.mu / (field.radius * field.radius)
    return tide + unit * pull(field.C, field.S, x, y, z, rho)


def _unrolled(
    C: Float[Array, "n n"],
    S: Float[Array, "n n"],
    x: Scalar,
    y: Scalar,
    z: Scalar,
    rho: Scalar,
) -> Vec3:
    """Acceleration of degrees 2 and up in units of mu / R^2."""
    degree = C.shape[0] - 1
    vw = _solid(degree + 1, x, y, z, rho)
    ax, ay, az = jnp.zeros_like(x), jnp.zeros_like(x), jnp.zeros_like(x)
    for n in range(2, degree + 1):
        for m in range(n + 1):
            factor = _factor(n, m)
            dx, dy, dz = _term(vw, n, m, C[n, m] * factor, S[n, m] * factor)
            ax, ay, az = ax + dx, ay + dy, az + dz
    return jnp.stack([ax, ay, az])


def _term(
    vw: dict[tuple[int, int], tuple[Scalar, Scalar]],
    n: int,
    m: int,
    c: Scalar,
    s: Scalar,
) -> tuple[Scalar, Scalar, Scalar]:
    """Acceleration of one coefficient pair in units of mu / R^2."""
    v1, w1 = vw[n + 1, m]
    v_up, w_up = vw[n + 1, m + 1]
    dz = (n - m + 1) * (-c * v1 - s * w1)
    if m == 0:
        return -c * v_up, -c * w_up, dz
    v_dn, w_dn = vw[n + 1, m - 1]
    k = 0.5 * (n - m + 1) * (n - m + 2)
    dx = 0.5 * (-c * v_up - s * w_up) + k * (c * v_dn + s * w_dn)
    dy = 0.5 * (-c * w_up + s * v_up) + k * (-c * w_dn + s * v_dn)
    return dx, dy, dz
