"""The map of heights that the flight software carries, with whatever errors it has."""

import equinox as eqx
import jax.numpy as jnp

from frigoris.math.patch import Patch, patch_height, plane
from frigoris.math.vectors import across, norm, unit
from frigoris.types import Mat3, Scalar, Vec3


class GroundMap(eqx.Module):
    """Heights over the level of the target, which is also that of its edge."""

    patch: Patch
    dcm_LM: Mat3  # axes of the site: east, north, up


def height(ground: GroundMap | None, r_M: Vec3) -> Scalar:
    """Of the ground under a place, over the level of the target [m]."""
    if ground is None:
        return jnp.zeros_like(r_M[0])
    x, y, ahead = plane(ground.dcm_LM, r_M)
    found, share = patch_height(ground.patch, x, y)
    return jnp.where(ahead, share * found, 0.0)


def normal(ground: GroundMap | None, r_M: Vec3) -> Vec3:
    """Unit normal of the ground under a place, by slopes over two cells of the map."""
    up = r_M / norm(r_M)
    if ground is None:
        return up
    span = ground.patch.step[0]
    a, b = across(up)
    east = height(ground, r_M + span * a) - height(ground, r_M - span * a)
    north = height(ground, r_M + span * b) - height(ground, r_M - span * b)
    return unit(up - (east * a + north * b) / (2.0 * span))
