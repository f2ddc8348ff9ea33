"""What an instrument says arrives later than it was measured: a ring of some ticks."""

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, UInt32

from frigoris.constants import LATENCY_TICKS
from frigoris.math.tree import replace_at
from frigoris.types import Scalar

DEPTH = LATENCY_TICKS + 1  # ticks that a ring holds


class Ring(eqx.Module):
    """Readings of the last ticks, invalid ones NaN."""

    values: Float[Array, "16 n *cases"]


def start(zero: Scalar, count: int) -> Ring:
    """Nothing was said yet; `count` numbers a tick."""
    return Ring(jnp.stack([jnp.stack([zero + jnp.nan] * count)] * DEPTH))


def push(
    ring: Ring, tick: UInt32[Array, ""], latency: Scalar, reading: Array
) -> tuple[Array, Ring]:
    """Put in what is measured at `tick`; take out what is due after `latency` ticks."""
    place = (tick % DEPTH).astype(jnp.int32)
    values = lax.dynamic_update_index_in_dim(ring.values, reading, place, 0)
    rows = jnp.arange(DEPTH, dtype=jnp.int32)
    age = ((place - rows) % DEPTH).astype(latency.dtype)
    tail = (slice(None),) + (None,) * (values.ndim - 1)
    due = jnp.abs(age[tail] - latency) < 0.5
    # NaN marks what is invalid, and is no number to be weighed with nought
    out = jnp.sum(jnp.where(due, jnp.nan_to_num(values), 0.0), axis=0)
    said = jnp.sum(jnp.where(due & jnp.isfinite(values), 1.0, 0.0), axis=0)
    late = jnp.where(said > 0.0, out, jnp.nan)
    return late, replace_at(lambda r: r.values, ring, values)
