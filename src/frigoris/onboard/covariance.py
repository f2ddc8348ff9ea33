r"""Covariance of the error state in blocks: position, velocity, attitude, two biases.

Errors are true minus estimated; the attitude error $\psi$ is held in the reference
frame, $C = (I + [\psi\times])\hat C$, so its own block of the
transition is the identity:

$$ \delta\dot r = \delta v,\quad
   \delta\dot v = G\,\delta r - [\hat C f\times]\psi - \hat C\,\delta b_a,\quad
   \dot\psi = -\hat C\,\delta b_g $$

Fifteen upper blocks `[3, 3, *cases]`; joining them to one array inside the loop costs
eight times as much. Left out: Coriolis and the Moon's rotation of psi (2 % of a coast).
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from frigoris.math.vectors import matmul, matvec, transpose
from frigoris.types import Flag, Index, Mat3, Scalar, Vec3

R, V, PSI, BA, BG = range(5)
BLOCKS = tuple((i, j) for i in range(5) for j in range(i, 5))

Covariance = dict[tuple[int, int], Mat3]
ErrorState = list[Vec3]  # five vectors of three


class Transition(NamedTuple):
    """What moves the error over `h` seconds, engines on or off."""

    h: Scalar  # [s]
    sensed: Scalar  # part of it in which the accelerometer was integrated [s]
    gradient: Mat3  # of gravity and centrifugal acceleration [1/s^2]
    turn: Mat3  # -[integral of C f dt x], velocity per attitude error [m/s]
    dcm_MB: Mat3


def diagonal(blocks: list[Vec3]) -> Covariance:
    """Covariance with the given variances, everything else zero."""
    eye = jnp.eye(3)
    p = {}
    for i, j in BLOCKS:
        like = blocks[i]
        e = eye.reshape((3, 3) + (1,) * (like.ndim - 1))
        p[i, j] = e * like[None] if i == j else jnp.zeros_like(e * like[None])
    return p


def block(p: Covariance, i: int, j: int) -> Mat3:
    """Any block, the lower ones from their mirror image."""
    return p[i, j] if i <= j else transpose(p[j, i])


def _forward(t: Transition, column: list[Mat3]) -> list[Mat3]:
    """Transition times one column of blocks; absent blocks are skipped."""
    r, v, psi, ba, bg = column
    turned = matmul(t.turn, psi)
    tilted = t.sensed * matmul(t.dcm_MB, ba)
    pulled = t.h * matmul(t.gradient, r)
    return [
        r + t.h * v + 0.5 * t.h * (turned - tilted),
        v + pulled + turned - tilted,
        psi - t.h * matmul(t.dcm_MB, bg),
        ba,
        bg,
    ]


def propagate(p: Covariance, t: Transition, q: tuple[Scalar, ...]) -> Covariance:
    """One step; `q` are the variances per second of v, psi, b_a, b_g."""
    columns = [_forward(t, [block(p, i, j) for i in range(5)]) for j in range(5)]
    # from the right: the same on the transposed rows; only upper blocks are kept
    out: Covariance = {}
    for i in range(5):
        row = _forward(t, [transpose(columns[j][i]) for j in range(5)])
        for j in range(i, 5):
            out[i, j] = transpose(row[j])
    eye = jnp.eye(3).reshape((3, 3) + (1,) * (out[0, 0].ndim - 2))
    q_v, q_psi, q_ba, q_bg = q
    h = t.h
    out[R, R] = out[R, R] + eye * (q_v * h * h * h / 3.0)
    out[R, V] = out[R, V] + eye * (q_v * h * h / 2.0)
    out[V, V] = out[V, V] + eye * (q_v * h)
    out[PSI, PSI] = out[PSI, PSI] + eye * (q_psi * h)
    out[BA, BA] = out[BA, BA] + eye * (q_ba * h)
    out[BG, BG] = out[BG, BG] + eye * (q_bg * h)
    return out


def _correct(
    p: Covariance,
    dx: ErrorState,
    u: list[Vec3],
    s: Scalar,
    nu: Scalar,
    use: Flag,
    extra: Scalar,
) -> tuple[Covariance, ErrorState]:
    """One scalar update with `u = P H^T`; unused where `use` is false.

    The gain is that of a variance larger by `extra`; the covariance is that of any
    gain along `u` (Joseph's form, whose three terms are one here).
    """
    gain = jnp.where(use, 1.0 / (s + extra), 0.0)
    nu = jnp.where(use, nu, 0.0)
    less = gain * (2.0 - s * gain)
    new = {(i, j): p[i, j] - less * (u[i][:, None] * u[j][None]) for i, j in BLOCKS}
    return new, [d + u_i * (gain * nu) for d, u_i in zip(dx, u, strict=True)]


def update_range(
    p: Covariance,
    dx: ErrorState,
    h_r: Vec3,
    h_psi: Vec3,
    nu: Scalar,
    variance: Scalar,
    use: Flag,
    underweight: Scalar,
) -> tuple[Covariance, ErrorState]:
    """A scalar measurement of position and attitude.

    `underweight` adds that share of what the state is unsure of to the variance that
    the gain is made with (Lear): for states whose error the measurement is not linear
    over.
    """
    u, s = range_sensitivity(p, h_r, h_psi, variance)
    return _correct(p, dx, u, s, nu, use, underweight * (s - variance))


def range_sensitivity(
    p: Covariance, h_r: Vec3, h_psi: Vec3, variance: Scalar
) -> tuple[list[Vec3], Scalar]:
    """`P H^T` and the variance of the innovation."""
    u = [
        matvec(block(p, i, R), h_r) + matvec(block(p, i, PSI), h_psi) for i in range(5)
    ]
    s = (
        h_r[0] * u[R][0]
        + h_r[1] * u[R][1]
        + h_r[2] * u[R][2]
        + h_psi[0] * u[PSI][0]
        + h_psi[1] * u[PSI][1]
        + h_psi[2] * u[PSI][2]
        + variance
    )
    return u, s


def update_direct(
    p: Covariance, dx: ErrorState, which: int, nu: Vec3, variance: Scalar, use: Flag
) -> tuple[Covariance, ErrorState]:
    """Three uncorrelated measurements of the three components of one block."""

    def component(
        k: Index, carry: tuple[Covariance, ErrorState]
    ) -> tuple[Covariance, ErrorState]:
        p, dx = carry
        u = [
            lax.dynamic_index_in_dim(block(p, i, which), k, axis=1, keepdims=False)
            for i in range(5)
        ]
        s = u[which][k] + variance
        return _correct(p, dx, u, s, nu[k] - dx[which][k], use, 0.0 * s)

    done: tuple[Covariance, ErrorState] = lax.fori_loop(0, 3, component, (p, dx))
    return done


def rotated_diagonal(dcm: Mat3, variance: Vec3) -> Mat3:
    """`dcm diag(variance) dcm^T`."""
    return matmul(dcm * variance[None], transpose(dcm))
