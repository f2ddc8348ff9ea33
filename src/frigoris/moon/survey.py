"""The map that a mission is planned with: the ground as a survey saw it, not as it is.

Heights are means over pixels, displaced as a whole, with an error of their own that
goes together over some distance. The flight software knows the ground from here only.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.math.patch import Sheet
from frigoris.math.scatter import Noise, noisy
from frigoris.math.vectors import norm
from frigoris.moon.ground import Ground, height, on_plane

SAMPLES = 8  # of the ground along a side of a pixel


@dataclass(frozen=True)
class Survey:
    """How good a map is, in SI."""

    resolution: float  # pixel [m]
    shift: tuple[float, float]  # of all its places against the true ones, east, north
    height_bias: float  # [m]
    height_rms: float  # [m]
    correlation: float  # over which the error of heights goes together [m]
    seed: int


def surveyed(ground: Ground, how: Survey, half: float) -> Sheet:
    """Square map around the site of a ground, to `half` [m] or a little more.

    Node k of a row lies (k - n // 2) pixels east of the site, as the map has it.
    """
    reach = max(int(np.ceil(half / how.resolution)), 1)
    node = how.resolution * np.arange(-reach, reach + 1)
    within = how.resolution * ((np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5)
    fine = (node[:, None] + within).ravel()
    east, north = np.meshgrid(fine - how.shift[0], fine - how.shift[1])
    r_M = on_plane(ground, jnp.asarray(east), jnp.asarray(north))
    whole = np.asarray(jax.jit(height)(ground, r_M, jnp.zeros_like(norm(r_M))))
    pixels = whole.reshape(node.size, SAMPLES, node.size, SAMPLES).mean((1, 3))
    x, y = np.meshgrid(node, node)
    return Sheet(pixels + how.height_bias + _error(how, x, y), reach * how.resolution)


def _error(how: Survey, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # off the lattice of the noise, where it would be widest
    one = Noise(
        spacing=jnp.array([how.correlation]),
        rms=jnp.array([how.height_rms]),
        cosine=jnp.array([np.cos(0.7)]),
        sine=jnp.array([np.sin(0.7)]),
        number=jnp.array([0x5EED], jnp.uint32),
    )
    aside = 0.37 * how.correlation
    place = jnp.asarray(x + aside), jnp.asarray(y + aside)
    return np.asarray(noisy(one, jnp.uint32(how.seed), *place))
