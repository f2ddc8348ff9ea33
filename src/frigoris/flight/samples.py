"""What a tick records, as one array and by name again.

One array for all that is recorded: written row by row into many of them, each write
goes over the whole of each, and took a tenth of the flight.
"""

from math import prod
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array


def as_row(sample: dict[str, Array]) -> Array:
    """All components of a sample under each other, as real numbers."""
    cases = sample["t"].shape
    ordered = [sample[name] for name in sorted(sample)]  # as trees of JAX are
    flat = [x.astype(jnp.float64).reshape(-1, *cases) for x in ordered]
    return jnp.concatenate(flat)


def blank(shapes: dict[str, Any]) -> Array:
    """A row of nothing."""
    cases = shapes["t"].shape
    count = sum(prod(x.shape) // prod(cases) for x in shapes.values())
    return jnp.zeros((count, *cases))


def as_columns(kept: Array, shapes: dict[str, Any]) -> dict[str, Array]:
    """The samples by name again, in their own types: `[sample, component, case]`."""
    found, start = {}, 0
    cases = shapes["t"].shape
    for name, x in sorted(shapes.items()):
        stop = start + prod(x.shape) // prod(cases)
        part = kept[:, start:stop].reshape(-1, *x.shape)
        found[name] = part.astype(x.dtype)
        start = stop
    return found
