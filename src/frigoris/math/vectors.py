"""Small vectors and matrices with components first, any case axes last.

`jnp.dot`, `@` and `linalg` on arrays of three leave the fused path of the compiler and
need the cases in front; these run over the leading axes and fuse.

One argument may have no cases where another has some: a constant meets a batch.
"""

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array

from frigoris.types import Mat3, Scalar, Vec3


def dot(a: Vec3, b: Vec3) -> Scalar:
    """Scalar product over the leading axis of three."""
    a0, a1, a2 = jnp.unstack(a)
    b0, b1, b2 = jnp.unstack(b)
    return a0 * b0 + a1 * b1 + a2 * b2


def norm(a: Vec3) -> Scalar:
    """Euclidean length; its derivative is infinite at zero, as it should be."""
    return jnp.sqrt(dot(a, a))


def unit(a: Vec3) -> Vec3:
    """The direction of `a`. Valid for `a != 0`."""
    return a / norm(a)


def over_cases(a: ArrayLike, component_axes: int, cases: int) -> Array:
    """`a` with single axes behind it, up to `cases` case axes.

    JAX aligns shapes at their ends, so `[3]` would meet the cases of `[3, B]`: an
    error, or a wrong number without one where `B` is 3.
    """
    shape = jnp.shape(a)
    return jnp.reshape(a, shape + (1,) * (component_axes + cases - len(shape)))


def cross(a: Vec3, b: Vec3) -> Vec3:
    """Vector product."""
    a0, a1, a2 = jnp.unstack(a)
    b0, b1, b2 = jnp.unstack(b)
    return jnp.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0])


def matvec(m: Mat3, v: Vec3) -> Vec3:
    """`m v`."""
    m = over_cases(m, 2, v.ndim - 1)
    v0, v1, v2 = jnp.unstack(v)
    return m[:, 0] * v0 + m[:, 1] * v1 + m[:, 2] * v2


def matvec_t(m: Mat3, v: Vec3) -> Vec3:
    """`m^T v`, without forming the transpose."""
    m = over_cases(m, 2, v.ndim - 1)
    v0, v1, v2 = jnp.unstack(v)
    return m[0] * v0 + m[1] * v1 + m[2] * v2


def matmul(a: Mat3, b: Mat3) -> Mat3:
    """`a b`."""
    a, b = over_cases(a, 2, b.ndim - 2), over_cases(b, 2, a.ndim - 2)
    return (
        a[:, 0, None] * b[None, 0]
        + a[:, 1, None] * b[None, 1]
        + a[:, 2, None] * b[None, 2]
    )


def transpose(m: Mat3) -> Mat3:
    """Swap the two component axes, keep the cases last."""
    return jnp.swapaxes(m, 0, 1)


def skew(a: Vec3) -> Mat3:
    """The matrix with `skew(a) b = a x b`."""
    zero = jnp.zeros_like(a[0])
    return jnp.stack(
        [
            jnp.stack([zero, -a[2], a[1]]),
            jnp.stack([a[2], zero, -a[0]]),
            jnp.stack([-a[1], a[0], zero]),
        ]
    )


def solve3(m: Mat3, b: Vec3) -> Vec3:
    """`m^-1 b` by cofactors. Valid for a well-conditioned `m` (an inertia is)."""
    m = over_cases(m, 2, b.ndim - 1)
    c0, c1, c2 = cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1])
    return (c0 * b[0] + c1 * b[1] + c2 * b[2]) / dot(m[0], c0)


def across(direction: Vec3) -> tuple[Vec3, Vec3]:
    """Two unit vectors square to a unit vector and to each other; any two will do."""
    steep = jnp.abs(direction[2]) > 0.7
    zero = jnp.zeros_like(direction[2])
    other = jnp.stack([jnp.where(steep, 1.0, zero), zero, jnp.where(steep, zero, 1.0)])
    a = unit(cross(other, direction))
    return a, cross(direction, a)
