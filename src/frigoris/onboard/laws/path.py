"""A trajectory to be tracked: nodes at equal times."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.types import Flag, Scalar, Vec3

Nodes = Float[Array, "3 nodes *#cases"]


class Path(eqx.Module):
    """Position, velocity and thrust acceleration at nodes `step` apart."""

    start: Scalar  # onboard time of the first node [s]
    step: Scalar  # [s]
    r_M: Nodes  # [m]
    v_M: Nodes  # [m/s]
    a_M: Nodes  # of thrust alone [m/s^2]
    word: Scalar  # how the last plan came out: 0 there was none, see convex.replan


def none(zero: Scalar, nodes: int) -> Path:
    """No path yet; arrays of one with so many nodes."""
    empty = jnp.stack([jnp.stack([zero] * nodes)] * 3)
    before = zero - 1.0
    return Path(
        start=before, step=zero + 1.0, r_M=empty, v_M=empty, a_M=empty, word=zero
    )


def there(path: Path) -> Flag:
    """Whether there is a path: without one it starts before the flight."""
    return path.start >= 0.0


def duration(path: Path) -> Scalar:
    """From its first node to its last [s]."""
    return path.step * (path.r_M.shape[1] - 1.0)


def at(path: Path, time: Scalar) -> tuple[Vec3, Vec3, Vec3]:
    """Position, velocity and acceleration at onboard `time`.

    Acceleration is linear between nodes; the position is the cubic through both ends.
    After its end the path runs on with its final velocity, before its start it waits.
    """
    count = path.r_M.shape[1]
    over = jnp.maximum(time - path.start - duration(path), 0.0)
    s = jnp.clip((time - path.start) / path.step, 0.0, count - 1.0)
    low = jnp.clip(jnp.floor(s), 0.0, count - 2.0)
    x = s - low
    nodes = jnp.arange(count, dtype=x.dtype).reshape((count,) + (1,) * x.ndim)
    first = jnp.where(nodes == low, 1.0, 0.0)
    second = jnp.where(nodes == low + 1.0, 1.0, 0.0)

    def both(values: Nodes) -> tuple[Vec3, Vec3]:
        return jnp.sum(values * first, axis=1), jnp.sum(values * second, axis=1)

    (r0, r1), (v0, v1), (a0, a1) = both(path.r_M), both(path.v_M), both(path.a_M)
    h = path.step
    r = (1.0 + 2.0 * x) * (1.0 - x) ** 2 * r0 + x * (1.0 - x) ** 2 * h * v0
    r = r + x * x * (3.0 - 2.0 * x) * r1 + x * x * (x - 1.0) * h * v1
    slope = 6.0 * x * (1.0 - x) * (r1 - r0) / h
    v = slope + (1.0 - x) * (1.0 - 3.0 * x) * v0 + x * (3.0 * x - 2.0) * v1
    return r + over * v, v, (1.0 - x) * a0 + x * a1
