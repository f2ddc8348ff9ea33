r"""Hazard lidar: an image of ranges of the ground below, taken when it is asked for.

A square of directions about -z of the body, `side` to a row; each range has noise and a
share of the pixels has no echo. What makes it a map of heights is the flight software's
work: here only ranges are made, and nothing else leaves the instrument.

An image takes many rays and is taken a few times in a flight, between the compiled
slices (`flight.scan`); so the instrument is no part of the tick.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.noise import normals
from frigoris.math.rotation import rotate
from frigoris.messages import RangeImage
from frigoris.moon.ground import Ground, ray
from frigoris.sensors import mount
from frigoris.sensors.mount import Mount
from frigoris.types import Key, Quat, Scalar, Vec3


class HazardLidar(eqx.Module):
    """One imaging lidar as it really is."""

    mount: Mount
    half_view: Scalar  # half of the field of view, each way [rad]
    range_max: Scalar  # [m]
    noise: Scalar  # one sigma of a range [m]
    bias: Scalar  # [m]
    lost: Scalar  # share of pixels without an echo [-]
    side: int = eqx.field(static=True, default=64)  # pixels along a side of an image


def directions(lidar: HazardLidar) -> Float[Array, "3 pixels"]:
    """Beams of an image, row by row, evenly spaced on the plane that they look at."""
    line = jnp.tan(lidar.half_view) * jnp.linspace(-1.0, 1.0, lidar.side)
    x, y = (a.ravel() for a in jnp.meshgrid(line, line, indexing="ij"))
    beams = jnp.stack([x, y, -jnp.ones_like(x)])
    return beams / jnp.sqrt(jnp.sum(beams * beams, axis=0))


@eqx.filter_jit
def scan(
    lidar: HazardLidar,
    ground: Ground,
    place_M: Vec3,
    q_MB: Quat,
    key: Key,
) -> RangeImage:
    """One image from a place [m]; the key names its noise."""
    beams = directions(lidar)
    u_M = rotate(mount.axes(lidar.mount, q_MB)[:, None], beams)
    many = jnp.broadcast_to(place_M[:, None], u_M.shape)
    one = jnp.ones(beams.shape[1])
    rho, _, hit = ray(ground, many, u_M, one, one > 0.0)
    draws = jax.vmap(lambda k: normals(key, k, 2))(
        jnp.arange(beams.shape[1], dtype=jnp.uint32)
    )
    heard = hit & (rho < lidar.range_max)
    heard = heard & (jax.scipy.stats.norm.cdf(draws[:, 1]) >= lidar.lost)
    value = rho + lidar.bias + lidar.noise * draws[:, 0]
    return RangeImage(beams, jnp.where(heard, value, jnp.nan))
