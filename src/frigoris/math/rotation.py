"""Rotations: quaternions (Hamilton, scalar first) and direction cosine matrices.

`q_AB` and `dcm_AB` map components in frame B to components in frame A, so adjacent
letters cancel: `q_AC = qmul(q_AB, q_BC)`, `dcm_AC = matmul(dcm_AB, dcm_BC)`.
"""

import jax.numpy as jnp

from frigoris.math.trig import atan2, sincos
from frigoris.math.vectors import cross, dot, over_cases
from frigoris.types import Mat3, Quat, Scalar, Vec3


def qmul(p: Quat, q: Quat) -> Quat:
    """Hamilton product: `q_AC = qmul(q_AB, q_BC)`."""
    p0, p1, p2, p3 = jnp.unstack(p)
    q0, q1, q2, q3 = jnp.unstack(q)
    return jnp.stack(
        [
            p0 * q0 - p1 * q1 - p2 * q2 - p3 * q3,
            p0 * q1 + p1 * q0 + p2 * q3 - p3 * q2,
            p0 * q2 - p1 * q3 + p2 * q0 + p3 * q1,
            p0 * q3 + p1 * q2 - p2 * q1 + p3 * q0,
        ]
    )


def conj(q: Quat) -> Quat:
    """The inverse of a unit quaternion: `q_BA = conj(q_AB)`."""
    return jnp.stack([q[0], -q[1], -q[2], -q[3]])


def normalize(q: Quat) -> Quat:
    """Back onto the unit sphere after an integration step."""
    c = q * q
    return q / jnp.sqrt(c[0] + c[1] + c[2] + c[3])


def rotate(q: Quat, v: Vec3) -> Vec3:
    """`v_A = rotate(q_AB, v_B)`."""
    t = 2.0 * cross(q[1:], v)
    return over_cases(v, 1, t.ndim - 1) + q[0] * t + cross(q[1:], t)


def rotate_inv(q: Quat, v: Vec3) -> Vec3:
    """`v_B = rotate_inv(q_AB, v_A)`."""
    t = 2.0 * cross(v, q[1:])
    return over_cases(v, 1, t.ndim - 1) + q[0] * t + cross(t, q[1:])


def dcm_from_q(q: Quat) -> Mat3:
    """The matrix of a unit quaternion."""
    w, x, y, z = jnp.unstack(q)
    return jnp.stack(
        [
            jnp.stack(
                [
                    1.0 - 2.0 * (y * y + z * z),
                    2.0 * (x * y - w * z),
                    2.0 * (x * z + w * y),
                ]
            ),
            jnp.stack(
                [
                    2.0 * (x * y + w * z),
                    1.0 - 2.0 * (x * x + z * z),
                    2.0 * (y * z - w * x),
                ]
            ),
            jnp.stack(
                [
                    2.0 * (x * z - w * y),
                    2.0 * (y * z + w * x),
                    1.0 - 2.0 * (x * x + y * y),
                ]
            ),
        ]
    )


def q_from_rotvec(phi: Vec3) -> Quat:
    """Exponential map by its series. Error below 1e-13 for `|phi| < 0.3 rad`.

    A polynomial, because a float64 sine costs more than everything else here.
    """
    s = 0.25 * dot(phi, phi)  # (|phi|/2)^2
    c = 1.0 + s * (
        -1 / 2 + s * (1 / 24 + s * (-1 / 720 + s * (1 / 40320 - s / 3628800)))
    )
    k = 0.5 * (1.0 + s * (-1 / 6 + s * (1 / 120 + s * (-1 / 5040 + s * (1 / 362880)))))
    return jnp.stack([c, k * phi[0], k * phi[1], k * phi[2]])


def rotvec_from_q(q: Quat) -> Vec3:
    """Logarithm of a unit quaternion, the short way round [rad]."""
    sign = jnp.where(q[0] < 0.0, -1.0, 1.0)
    square = dot(q[1:], q[1:])
    small = square < 1e-18
    # the root of a safe number, so that the derivative at the identity is finite
    sin_half = jnp.sqrt(jnp.where(small, 1.0, square))
    angle = 2.0 * atan2(sin_half, sign * q[0])
    k = jnp.where(small, 2.0, angle / sin_half)
    return k * sign * q[1:]


def q_about_axis(axis: Vec3, angle: Scalar) -> Quat:
    """Rotation by `angle` [rad] about the unit vector `axis`, any angle."""
    s, c = sincos(0.5 * angle)
    x, y, z = s * axis[0], s * axis[1], s * axis[2]
    return jnp.stack([jnp.broadcast_to(c, x.shape), x, y, z])


def q_from_dcm(m: Mat3) -> Quat:
    """The quaternion of a matrix (Shepperd's method, all four branches computed)."""
    trace = m[0, 0] + m[1, 1] + m[2, 2]
    four = jnp.stack([trace, m[0, 0], m[1, 1], m[2, 2]])
    a, b, c = m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]
    d, e, f = m[1, 0] + m[0, 1], m[2, 0] + m[0, 2], m[2, 1] + m[1, 2]
    candidates = (
        jnp.stack([1.0 + trace, a, b, c]),
        jnp.stack([a, 1.0 + m[0, 0] - m[1, 1] - m[2, 2], d, e]),
        jnp.stack([b, d, 1.0 - m[0, 0] + m[1, 1] - m[2, 2], f]),
        jnp.stack([c, e, f, 1.0 - m[0, 0] - m[1, 1] + m[2, 2]]),
    )
    best = jnp.argmax(four, axis=0)
    q = candidates[0]
    for i in (1, 2, 3):
        q = jnp.where(best == i, candidates[i], q)
    return normalize(q)
