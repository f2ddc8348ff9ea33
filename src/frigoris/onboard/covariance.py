r"""Covariance of the error state in blocks: position, velocity, attitude, two biases.

Errors are true minus estimated; the attitude error $\psi$ is held in the reference
frame, $C = (I + [\psi\times])\hat C$, so its own block of the
transition is the identity:

$$ \delta\dot r = \delta v,\quad
   \delta\dot v = G\,\delta r - [\hat C f\times]\psi - \hat C\,\delta b_a,\quad
   \dot\psi = -\hat C\,\delta b_g $$

Two more blocks where the load has them: what ranges are wrong by (height of the ground
over what the filter takes it for, bias of the range finder, bias of the radar), and the
mounting of the star tracker. Each of their six may be estimated or only *considered*
(Schmidt): its gain is nought then, its variance and correlations are kept.

Upper blocks `[3, 3, *cases]`; joining them to one array inside the loop costs
eight times as much. Left out: Coriolis and the Moon's rotation of psi (2 % of a coast).
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from frigoris.math.vectors import dot, matmul, matvec, transpose
from frigoris.types import Flag, Index, Mat3, Scalar, Vec3

R, V, PSI, BA, BG, RANGE, MOUNT = range(7)
MOTION, WHOLE = 5, 7  # blocks without and with the slow errors

Covariance = dict[tuple[int, int], Mat3]
ErrorState = list[Vec3]  # a vector of three for each block
Gradient = dict[int, Vec3]  # of a measurement, by the blocks that it depends on
Gains = dict[int, Vec3]  # of blocks: 1 where estimated, 0 where only considered


class Transition(NamedTuple):
    """What moves the error over `h` seconds, engines on or off."""

    h: Scalar  # [s]
    sensed: Scalar  # part of it in which the accelerometer was integrated [s]
    gradient: Mat3  # of gravity and centrifugal acceleration [1/s^2]
    turn: Mat3  # -[integral of C f dt x], velocity per attitude error [m/s]
    dcm_MB: Mat3
    fade: Vec3 | None = None  # share of the errors of ranges that stays


class Process(NamedTuple):
    """Variances that come in, per second but for the last."""

    v: Scalar
    psi: Scalar
    accel_bias: Scalar
    gyro_bias: Scalar
    ranges: Vec3 | None = None  # of the errors of ranges, over the whole step [m^2]


def count(p: Covariance) -> int:
    """Blocks in a row."""
    return MOTION if len(p) == MOTION * (MOTION + 1) // 2 else WHOLE


def pairs(blocks: int) -> list[tuple[int, int]]:
    """Places of the upper blocks."""
    return [(i, j) for i in range(blocks) for j in range(i, blocks)]


def diagonal(blocks: list[Vec3]) -> Covariance:
    """Covariance with the given variances, everything else zero."""
    eye = jnp.eye(3)
    p = {}
    for i, j in pairs(len(blocks)):
        like = blocks[i]
        e = eye.reshape((3, 3) + (1,) * (like.ndim - 1))
        p[i, j] = e * like[None] if i == j else jnp.zeros_like(e * like[None])
    return p


def block(p: Covariance, i: int, j: int) -> Mat3:
    """Any block, the lower ones from their mirror image."""
    return p[i, j] if i <= j else transpose(p[j, i])


def _forward(t: Transition, column: list[Mat3]) -> list[Mat3]:
    """Transition times one column of blocks; absent blocks are skipped."""
    r, v, psi, ba, bg, *slow = column
    turned = matmul(t.turn, psi)
    tilted = t.sensed * matmul(t.dcm_MB, ba)
    pulled = t.h * matmul(t.gradient, r)
    if slow and t.fade is not None:
        slow[0] = t.fade[:, None] * slow[0]
    return [
        r + t.h * v + 0.5 * t.h * (turned - tilted),
        v + pulled + turned - tilted,
        psi - t.h * matmul(t.dcm_MB, bg),
        ba,
        bg,
        *slow,
    ]


def propagate(p: Covariance, t: Transition, q: Process) -> Covariance:
    """One step of the covariance."""
    n = count(p)
    columns = [_forward(t, [block(p, i, j) for i in range(n)]) for j in range(n)]
    # from the right: the same on the transposed rows; only upper blocks are kept
    out: Covariance = {}
    for i in range(n):
        row = _forward(t, [transpose(columns[j][i]) for j in range(n)])
        for j in range(i, n):
            out[i, j] = transpose(row[j])
    eye = jnp.eye(3).reshape((3, 3) + (1,) * (out[0, 0].ndim - 2))
    h = t.h
    felt = q.v * t.sensed  # the accelerometer errs only where it is integrated
    out[R, R] = out[R, R] + eye * (felt * h * h / 3.0)
    out[R, V] = out[R, V] + eye * (felt * h / 2.0)
    out[V, V] = out[V, V] + eye * felt
    out[PSI, PSI] = out[PSI, PSI] + eye * (q.psi * h)
    out[BA, BA] = out[BA, BA] + eye * (q.accel_bias * h)
    out[BG, BG] = out[BG, BG] + eye * (q.gyro_bias * h)
    if n == WHOLE and q.ranges is not None:
        out[RANGE, RANGE] = out[RANGE, RANGE] + eye * q.ranges[None]
    return out


def _correct(
    p: Covariance,
    dx: ErrorState,
    u: list[Vec3],
    s: Scalar,
    nu: Scalar,
    use: Flag,
    extra: Scalar,
    gains: Gains | None,
) -> tuple[Covariance, ErrorState]:
    """One scalar update with `u = P H^T`; unused where `use` is false.

    The gain is that of a variance larger by `extra`, times `gains` of some blocks;
    the covariance is that of any gain along `u` (Joseph's form, three terms in one).
    """
    gain = jnp.where(use, 1.0 / (s + extra), 0.0)
    nu = jnp.where(use, nu, 0.0)
    both = gain * (2.0 - s * gain)
    new, share = {}, gains or {}
    for i, j in p:
        less = both * (u[i][:, None] * u[j][None])
        if i in share or j in share:
            a = share[i][:, None] if i in share else 1.0
            b = share[j][None] if j in share else 1.0
            less = gain * (a + b - s * gain * a * b) * (u[i][:, None] * u[j][None])
        new[i, j] = p[i, j] - less
    moved = []
    for i, (d, u_i) in enumerate(zip(dx, u, strict=True)):
        step = u_i * (gain * nu)
        moved.append(d + (share[i] * step if i in share else step))
    return new, moved


def sensitivity(
    p: Covariance, h: Gradient, variance: Scalar
) -> tuple[list[Vec3], Scalar]:
    """`P H^T` and the variance of the innovation; without blocks that `p` lacks."""
    n = count(p)
    h = {k: g for k, g in h.items() if k < n}
    u = []
    for i in range(n):
        parts = [matvec(block(p, i, k), g) for k, g in h.items()]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        u.append(total)
    s = variance
    for k, g in h.items():
        s = s + dot(g, u[k])
    return u, s


def update(
    p: Covariance,
    dx: ErrorState,
    h: Gradient,
    nu: Scalar,
    variance: Scalar,
    use: Flag,
    *,
    underweight: Scalar | float = 0.0,
    gains: Gains | None = None,
) -> tuple[Covariance, ErrorState]:
    """A scalar measurement with gradient `h`; `nu` against the state without `dx`.

    `underweight` adds that share of what the state is unsure of to the variance that
    the gain is made with (Lear): for states whose error the measurement is not linear
    over. `gains` has the blocks of which not all is estimated.
    """
    u, s = sensitivity(p, h, variance)
    for k, g in h.items():
        if k < len(dx):
            nu = nu - dot(g, dx[k])
    extra = underweight * (s - variance)
    return _correct(p, dx, u, s, nu, use, extra, gains)


def update_direct(
    p: Covariance,
    dx: ErrorState,
    which: int,
    nu: Vec3,
    variance: Scalar,
    use: Flag,
    *,
    beside: tuple[int, Mat3] | None = None,
    gains: Gains | None = None,
) -> tuple[Covariance, ErrorState]:
    """Three uncorrelated measurements of the three components of one block.

    With `beside` another block is in them too, through that matrix.
    """

    def component(
        k: Index, carry: tuple[Covariance, ErrorState]
    ) -> tuple[Covariance, ErrorState]:
        p, dx = carry

        def pick(m: Mat3, axis: int) -> Vec3:
            got: Vec3 = lax.dynamic_index_in_dim(m, k, axis=axis, keepdims=False)
            return got

        u = [pick(block(p, i, which), 1) for i in range(len(dx))]
        left = nu[k] - dx[which][k]
        if beside is None:
            s = u[which][k] + variance
        else:
            other, matrix = beside
            row = pick(matrix, 0)
            u = [a + matvec(block(p, i, other), row) for i, a in enumerate(u)]
            s = u[which][k] + dot(row, u[other]) + variance
            left = left - dot(row, dx[other])
        return _correct(p, dx, u, s, left, use, 0.0 * s, gains)

    done: tuple[Covariance, ErrorState] = lax.fori_loop(0, 3, component, (p, dx))
    return done


def rotated_diagonal(dcm: Mat3, variance: Vec3) -> Mat3:
    """`dcm diag(variance) dcm^T`."""
    return matmul(dcm * variance[None], transpose(dcm))
