"""A tree of many small arrays as one vector: a compiled call pays for each argument."""

from math import prod
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

SMALL = 256  # numbers of an array that goes into the vector


class Packed(NamedTuple):
    """The doubles of small arrays under each other, and all other arrays."""

    small: Float[Array, " n"]
    rest: list[Array]


class Spec(NamedTuple):
    """What it takes to unpack: the tree, and the shape of each array in the vector."""

    tree: Any
    shapes: tuple[tuple[int, ...] | None, ...]  # None: it is in the rest


def pack(tree: Any) -> tuple[Packed, Spec]:
    """The tree of arrays, and how to get it back."""
    leaves, structure = jax.tree.flatten(tree)
    fits = [x.dtype == jnp.float64 and x.size <= SMALL for x in leaves]
    shapes = tuple(
        tuple(x.shape) if fit else None for x, fit in zip(leaves, fits, strict=True)
    )
    small = [jnp.ravel(x) for x, fit in zip(leaves, fits, strict=True) if fit]
    rest = [x for x, fit in zip(leaves, fits, strict=True) if not fit]
    vector = jnp.concatenate(small) if small else jnp.zeros(0)
    return Packed(vector, rest), Spec(structure, shapes)


def unpack(spec: Spec, packed: Packed) -> Any:
    """The tree that was packed."""
    rest, at, leaves = iter(packed.rest), 0, []
    for shape in spec.shapes:
        if shape is None:
            leaves.append(next(rest))
            continue
        size = prod(shape)
        leaves.append(packed.small[at : at + size].reshape(shape))
        at += size
    return jax.tree.unflatten(spec.tree, leaves)
