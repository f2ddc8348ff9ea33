r"""Climb to the largest likelihood from many places at once, some coordinates held.

Gauss-Newton with Levenberg's damping inside the bounds. The logarithm of a probit is
concave in its margin, with the weights

$$ w = k\,h(h + m) + (n - k)\,g(g - m), \qquad h = \phi/\Phi(m),\ g = \phi/\Phi(-m) $$

so that a shot far on the wrong side still pulls with a weight of one.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array

from frigoris.math.tree import leaf
from frigoris.sensors.laser import Laser
from frigoris.verify.sensor.model import (
    LOWER,
    UPPER,
    Conditions,
    Likelihood,
    margin,
)

PLACES = 8  # climbers side by side; one compiled program for all uses
STEPS = 60.0
GAIN_MIN = 1e-9  # of the logarithm of the likelihood
DAMPING_MAX = 1e8
STEP_MAX = np.array([2.0, 200.0, 4.0])


def climb(
    like: Likelihood, starts: np.ndarray, held: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Where each of at most `PLACES` climbers arrives, `[n, 3]`, and how high."""
    number = len(starts)
    padded = np.vstack([starts, np.repeat(starts[-1:], PLACES - number, axis=0)])
    free = np.array([i not in held for i in range(3)])
    x, top = _climb(
        like.laser, like.at, like.hits, like.count, leaf(padded), jnp.asarray(free)
    )
    return np.asarray(x)[:number], np.asarray(top)[:number]


class _Place(NamedTuple):
    """Where one climber stands, and what it knows there."""

    x: Array
    height: Array
    margin: Array
    damping: Array
    gain: Array  # of the last step that was taken
    steps: Array


@jax.jit
def _climb(
    laser: Laser, at: Conditions, hits: Array, count: Array, starts: Array, free: Array
) -> tuple[Array, Array]:
    """All climbers; free coordinates are those that may move."""
    slopes_of = jax.jacfwd(margin, argnums=1)
    misses = count - hits

    def look(x: Array) -> tuple[Array, Array]:
        m = margin(laser, x, at)
        return jnp.sum(hits * norm.logcdf(m) + misses * norm.logcdf(-m)), m

    def uphill(here: _Place) -> Array:
        x, m, slopes = here.x, here.margin, slopes_of(laser, here.x, at)
        h = jnp.exp(norm.logpdf(m) - norm.logcdf(m))
        g = jnp.exp(norm.logpdf(m) - norm.logcdf(-m))
        weight = hits * h * (h + m) + misses * g * (g - m)
        slope = slopes.T @ (hits * h - misses * g)
        out = ((x <= LOWER) & (slope < 0.0)) | ((x >= UPPER) & (slope > 0.0))
        moves = jnp.where(free & ~out, 1.0, 0.0)
        info = slopes.T @ (slopes * jnp.maximum(weight, 0.0)[:, None])
        scale = moves / jnp.sqrt(jnp.maximum(jnp.diagonal(info), 1e-12))
        info = info * scale[:, None] * scale[None, :]
        damped = info + jnp.diag(here.damping + 1.0 - moves)
        step = scale * _solve(damped, scale * slope)
        return jnp.clip(x + jnp.clip(step, -STEP_MAX, STEP_MAX), LOWER, UPPER)

    def step(here: _Place) -> _Place:
        x = uphill(here)
        height, m = look(x)
        better = height >= here.height
        return _Place(
            x=jnp.where(better, x, here.x),
            height=jnp.where(better, height, here.height),
            margin=jnp.where(better, m, here.margin),
            damping=jnp.where(better, 0.2, 8.0) * here.damping,
            gain=jnp.where(better, height - here.height, here.gain),
            steps=here.steps + 1.0,
        )

    def climbs(here: _Place) -> Array:
        lively = (here.gain > GAIN_MIN) & (here.damping < DAMPING_MAX)
        return lively & (here.steps < STEPS)

    def one(x: Array) -> tuple[Array, Array]:
        height, m = look(x)
        first, zero = jnp.float64(1e-3), jnp.float64(0.0)
        begin = _Place(x, height, m, first, zero + jnp.inf, zero)
        end = jax.lax.while_loop(climbs, step, begin)
        return end.x, end.height

    return jax.vmap(one)(starts)


def _solve(a: Array, b: Array) -> Array:
    """Three equations by Cramer's rule: a call of a library would cost more."""
    first, second, third = jnp.cross(a[1], a[2]), a[2], a[0]
    adjugate = jnp.stack([first, jnp.cross(second, third), jnp.cross(a[0], a[1])])
    return adjugate.T @ b / jnp.dot(a[0], first)
