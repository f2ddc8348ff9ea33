"""Hypothesis strategies in general position: no zeros, no identity, no aligned axes.

Hypothesis likes 0.0 and 1.0, where signs and swapped axes cancel; these stay away from
there. Only the seed is drawn: a failing example names it.
"""

import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st

_seeds = st.integers(0, 2**32 - 1)


def _normal(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def vectors(scale: float = 1.0) -> st.SearchStrategy:
    """`[3]` in any direction; lengths over three decades around `scale`."""

    def build(seed: int, decade: float) -> jnp.ndarray:
        return jnp.asarray(scale * 10.0**decade * _normal(seed, 3))

    return st.builds(build, _seeds, st.floats(-1.5, 1.5))


def unit_vectors() -> st.SearchStrategy:
    """`[3]` of length one, spread evenly over the sphere."""
    return _seeds.map(lambda s: jnp.asarray(_unit(_normal(s, 3))))


def quaternions() -> st.SearchStrategy:
    """`[4]` unit quaternions, both signs, spread evenly over all rotations."""
    return _seeds.map(lambda s: jnp.asarray(_unit(_normal(s, 4))))


def matrices() -> st.SearchStrategy:
    """`[3, 3]` without any symmetry."""
    return _seeds.map(lambda s: jnp.asarray(_normal(s, 3, 3)))


def inertias() -> st.SearchStrategy:
    """`[3, 3]` symmetric, positive definite, unequal moments, tilted axes."""

    def build(seed: int) -> jnp.ndarray:
        a = _normal(seed, 3, 3)
        return jnp.asarray(400.0 * a @ a.T + np.diag([150.0, 210.0, 330.0]))

    return _seeds.map(build)


def _unit(a: np.ndarray) -> np.ndarray:
    return a / np.sqrt((a**2).sum(axis=0))
