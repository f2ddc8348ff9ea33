r"""Gravity of any degree: the recursion runs over the degree, one row of orders a step.

In the normalised form of Pines the solid harmonics are
$V_{nm} + i W_{nm} = D_{nm}\,(\xi + i\eta)^m$ with $\xi, \eta, \zeta = r_k R/r^2$,
$\rho = R^2/r^2$, and $D_{nm} = a_{nm}\zeta D_{n-1,m} - b_{nm}\rho D_{n-2,m}$,
$D_{nn} = k_n\sqrt\rho$: no singularity at the poles, no factorial, and a program whose
size does not grow with the degree.

Source: Pines 1973; Lundberg and Schutz 1988, eqs. 22-25 (normalised recursion); the
acceleration of a pair of coefficients as in Montenbruck and Gill 2000, eq. 3.33.
"""

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from frigoris.types import Scalar, Vec3

Table = Float[Array, "rows orders"]
Weights = Float[Array, "higher_rows 6 higher_orders"]


def _recursion(top: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """`a`, `b` and the start `k` of each row up to degree `top`, zero elsewhere."""
    n, m = np.mgrid[: top + 1, : top + 1].astype(np.float64)
    inside = n > m
    gap = np.where(inside, (n - m) * (n + m), 1.0)
    a = np.sqrt(np.where(inside, (2 * n - 1) * (2 * n + 1) / gap, 0.0))
    above = (2 * n + 1) * (n + m - 1) * (n - m - 1) / np.abs((2 * n - 3) * gap)
    b = np.sqrt(np.where(n > m + 1, above, 0.0))
    order = np.arange(1, top + 1)
    ratio = np.sqrt((2 * order + 1) / (2 * order) * (1 + (order == 1)))
    return a, b, np.diag(np.cumprod([1.0, *ratio]))


def _shifted(x: Table, by: int) -> Table:
    """Column `m` of the result is column `m - by` of `x`, zero where there is none."""
    moved = jnp.roll(x, by, axis=1)
    return moved.at[:, 0].set(0.0) if by > 0 else moved.at[:, -1].set(0.0)


def weights(C: Table, S: Table) -> Weights:
    """By degree and order of the harmonics: what each pair V, W adds to x, y and z."""
    top = C.shape[0]  # one degree above the field's
    n, m = np.mgrid[:top, :top].astype(np.float64)
    odd = (2 * n + 1) / (2 * n + 3)
    half = np.where(m == 0, np.sqrt(0.5), 0.5)  # order 0 has one neighbour only
    up = half * np.sqrt(odd * (n + m + 2) * (n + m + 1))
    inside = (n >= m) & (m >= 1)
    gap = np.where(inside, (n - m + 1) * (n - m + 2), 0.0)
    down = 0.5 * np.sqrt(np.where(m == 1, 2.0, 1.0) * odd * gap)
    level = np.sqrt(odd * np.where(n >= m, (n + m + 1) * (n - m + 1), 0.0))
    wide = ((1, 0), (0, 1))  # harmonics reach one degree and one order higher

    def of(table: Array, factor: np.ndarray) -> Array:
        return jnp.pad(jnp.where(n >= 2, factor, 0.0) * table, wide)

    c_up, s_up = _shifted(of(C, up), 1), _shifted(of(S, up), 1)
    c_dn, s_dn = _shifted(of(C, down), -1), _shifted(of(S, down), -1)
    parts = (
        (c_dn - c_up, s_dn - s_up),
        (s_up + s_dn, -c_up - c_dn),
        (-of(C, level), -of(S, level)),
    )
    return jnp.stack([half for pair in parts for half in pair], axis=1)


def pull(C: Table, S: Table, x: Scalar, y: Scalar, z: Scalar, rho: Scalar) -> Vec3:
    """Acceleration of degrees 2 and up in units of mu / R^2.

    `x, y, z` are r_k R / r^2 and `rho` is R^2 / r^2 [-]; cases last.
    """
    top = C.shape[0]
    a, b, start = (jnp.asarray(t) for t in _recursion(top))
    lanes = (slice(None),) + (None,) * x.ndim
    root = jnp.sqrt(rho)
    zero = jnp.zeros((top + 1, *x.shape))

    def row(
        carry: tuple[Array, Array, Array], given: tuple[Array, ...]
    ) -> tuple[tuple[Array, Array, Array], None]:
        d1, d2, total = carry
        a_n, b_n, k_n, w_n = given
        d = a_n[lanes] * z * d1 - b_n[lanes] * rho * d2 + k_n[lanes] * root
        return (d, d1, total + w_n[(slice(None), *lanes)] * d), None

    sums = jnp.zeros((6, *zero.shape))
    given = (a, b, start, weights(C, S))
    (_, _, sums), _ = lax.scan(row, (zero, zero, sums), given)

    def turn(
        carry: tuple[Scalar, Scalar, Vec3], s: Array
    ) -> tuple[tuple[Scalar, Scalar, Vec3], None]:
        re, im, total = carry
        total = total + s[0::2] * re + s[1::2] * im
        return (re * x - im * y, re * y + im * x, total), None

    first = (jnp.ones_like(x), jnp.zeros_like(x), jnp.zeros((3, *x.shape)))
    (_, _, total), _ = lax.scan(turn, first, jnp.moveaxis(sums, 1, 0))
    return total
