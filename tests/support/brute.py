"""Rays by brute force: every few centimetres, no bound of anything is used."""

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.math.vectors import norm
from frigoris.moon.ground import Ground, height

BLOCK = 1 << 18
LONGEST = 1e3  # a ray is followed so far [m]


@jax.jit
def _clear(ground: Ground, r_M: jax.Array, u_M: jax.Array, rho: jax.Array) -> jax.Array:
    p = r_M + rho * u_M
    return norm(p) - RADIUS_MOON - height(ground, p, jnp.ones_like(rho))


def first_hits(
    ground: Ground, r_M: np.ndarray, u_M: np.ndarray, top: float, step: float
) -> np.ndarray:
    """Length of each ray [3, n] to the ground [m]; inf where it ends nowhere.

    `top` is the height above the sphere that no ground reaches.
    """
    rays = np.arange(r_M.shape[1])
    found = np.full(len(rays), np.inf)
    chunk = max(BLOCK // len(rays), 1)
    start = 0.0
    while len(rays) and start < LONGEST:
        s = start + step * np.arange(chunk)
        index, rho = np.repeat(rays, chunk), np.tile(s, len(rays))
        above = _in_blocks(ground, r_M[:, index], u_M[:, index], rho)
        above = above.reshape(len(rays), chunk)
        hit = (above <= 0.0).any(axis=1)
        first = (above <= 0.0).argmax(axis=1)
        found[rays[hit]] = s[first[hit]]
        end = r_M[:, rays] + s[-1] * u_M[:, rays]
        rising = (end * u_M[:, rays]).sum(0) > 0.0
        gone = rising & (np.linalg.norm(end, axis=0) > RADIUS_MOON + top)
        rays = rays[~hit & ~gone]
        start = s[-1] + step
        chunk = max(BLOCK // max(len(rays), 1), 1)
    return found


def _in_blocks(
    ground: Ground, r_M: np.ndarray, u_M: np.ndarray, rho: np.ndarray
) -> np.ndarray:
    n = rho.size
    rest = -n % BLOCK
    r_M, u_M = (np.pad(x, ((0, 0), (0, rest)), mode="edge") for x in (r_M, u_M))
    rho = np.pad(rho, (0, rest), mode="edge")
    parts = [
        np.asarray(
            _clear(
                ground, *(jnp.asarray(x[..., k : k + BLOCK]) for x in (r_M, u_M, rho))
            )
        )
        for k in range(0, n + rest, BLOCK)
    ]
    return np.concatenate(parts)[:n]
