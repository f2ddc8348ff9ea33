"""One look at the ground: from an image and the estimated state to a new aim.

Everything is laid out in the level axes of the estimated place: east, north, up. So an
error of position shifts the map with the lander and costs nothing by itself; what
counts is how it changes until the landing, and the error of attitude, which tilts it.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array

from frigoris.math.rotation import rotate
from frigoris.math.vectors import cross, matvec, matvec_t, norm
from frigoris.messages import RangeImage
from frigoris.onboard.config import GuidanceConfig, OnboardConfig
from frigoris.onboard.hazard import choice, divert
from frigoris.onboard.hazard.config import HazardConfig
from frigoris.onboard.hazard.footprint import Footing, footing
from frigoris.onboard.hazard.height_map import HeightMap, at, height_map, places
from frigoris.onboard.hazard.safety import Safety, safety
from frigoris.types import Flag, Mat3, Quat, Scalar, Vec3

CELLS_MIN = 1.5  # radius of a footprint, in cells
OFF_AXIS = 1.15  # side of the map over that of an image straight down, for a tilt [-]


class Pose(NamedTuple):
    """Where the flight software believes to be when the image is taken."""

    r_M: Vec3  # centre of mass [m]
    v_M: Vec3  # [m/s]
    q_MB: Quat
    com_B: Vec3  # [m]
    height: Scalar  # of the footpads over the ground [m]
    mass: Scalar  # [kg]
    weight: Scalar  # gravity [m/s^2]


class Looked(eqx.Module):
    """What the last look came to; part of the software's memory."""

    scans: Scalar  # looks so far
    why: Scalar  # one of the words of `choice`
    moved_east: Scalar  # from the aim before [m]
    moved_north: Scalar
    slope: Scalar  # under the aim [rad]
    slope_before: Scalar  # under the aim before, NaN out of view [rad]
    relief: Scalar  # [m]
    relief_before: Scalar
    probability: Scalar  # of a safe landing
    probability_before: Scalar


class Survey(NamedTuple):
    """All that a look made on its way, for whoever wants to see it."""

    heights: HeightMap
    under: Footing
    safe: Safety
    possible: Array  # cells that can be reached
    cost: Array


def start(zero: Scalar) -> Looked:
    """Before the first look."""
    none = jnp.full_like(zero, jnp.nan)
    return Looked(zero, zero, zero, zero, none, none, none, none, none, none)


def level_axes(r_M: Vec3) -> Mat3:
    """East, north and up at a place, as rows; any level pair at a pole."""
    up = r_M / norm(r_M)
    flat = jnp.sqrt(up[0] ** 2 + up[1] ** 2)
    pole = flat < 1e-9
    safe = jnp.where(pole, 1.0, flat)
    east = jnp.stack(
        [jnp.where(pole, 1.0, -up[1] / safe), up[0] / safe, jnp.zeros_like(flat)]
    )
    return jnp.stack([east, cross(up, east), up])


def look(
    config: OnboardConfig, pose: Pose, image: RangeImage, aim_M: Vec3, old: Looked
) -> tuple[Vec3, Looked, Survey]:
    """The new aim [m], the memory of this look, and its maps.

    One lander, no cases. Raises nothing: where nothing was seen that can be reached,
    the aim is where the lander stops with the least effort.
    """
    c, g = config.hazard, config.guidance
    assert c is not None, "a look without its configuration"
    dcm_LM = level_axes(pose.r_M)
    points, seen = _points(c, pose, image, dcm_LM)
    heights, centre = _map(c, points, seen)
    # of a coarse map no plane can be laid through less than three cells
    radius = jnp.maximum(c.radius, CELLS_MIN * heights.cell)
    under = footing(heights, radius, c.reach)
    above = pose.height
    sigma = choice.mean_error(c, above)
    safe = safety(c, under, heights.cell, sigma)
    v = matvec(dcm_LM, pose.v_M)[:2]
    x, y = places(heights)
    d = jnp.stack([x.ravel(), y.ravel()])
    can, fuel = _diverts(config, c, g, pose, d, v[:, None])
    site = matvec(dcm_LM, config.moon.site_M - pose.r_M)
    distance = jnp.sqrt(jnp.sum((d - site[:2, None]) ** 2, axis=0)).reshape(x.shape)
    possible = can.reshape(x.shape) & jnp.isfinite(under.slope)
    price = choice.cost(c, safe, distance, fuel.reshape(x.shape))
    target = matvec(dcm_LM, aim_M - pose.r_M)
    place = choice.choose(c, safe, price, possible, _cell(heights, target))
    kept, blind = place.why == choice.KEPT, place.why == choice.BLIND
    stop = 0.5 * v * divert.time_to_go(c, g, above)  # least effort of all aims
    found = jnp.stack([x[place.row, place.column], y[place.row, place.column]])
    flat = jnp.where(blind, stop, jnp.where(kept, target[:2], found))
    depth = at(heights, under.level, flat[0], flat[1])
    depth = jnp.where(jnp.isfinite(depth), depth, centre)
    new_M = pose.r_M + matvec_t(dcm_LM, jnp.append(flat, depth))
    told = Looked(
        scans=old.scans + 1.0,
        why=place.why.astype(depth.dtype),
        moved_east=flat[0] - target[0],
        moved_north=flat[1] - target[1],
        slope=at(heights, under.slope, flat[0], flat[1]),
        slope_before=at(heights, under.slope, target[0], target[1]),
        relief=at(heights, under.relief, flat[0], flat[1]),
        relief_before=at(heights, under.relief, target[0], target[1]),
        probability=at(heights, safe.probability, flat[0], flat[1]),
        probability_before=at(heights, safe.probability, target[0], target[1]),
    )
    return new_M, told, Survey(heights, under, safe, possible, price)


def _points(
    c: HazardConfig, pose: Pose, image: RangeImage, dcm_LM: Mat3
) -> tuple[Array, Flag]:
    """Where the pixels met the ground, from the centre of mass in L [m]."""
    arm = c.lidar_B - pose.com_B
    body = arm[:, None] + image.beams_B * image.ranges
    points = matvec(dcm_LM, rotate(pose.q_MB[:, None], body))
    return points, jnp.any(jnp.isfinite(image.ranges))


def _map(c: HazardConfig, points: Array, seen: Flag) -> tuple[HeightMap, Scalar]:
    """Heights in a square around what was seen, and the height of its middle."""
    middle = jnp.where(seen, jnp.nanmedian(points, axis=1), jnp.array([0.0, 0.0, -1.0]))
    span = 2.0 * jnp.tan(c.half_view) * OFF_AXIS * jnp.maximum(-middle[2], 1.0)
    # a footprint has to fit into the windows that are run through
    cell = jnp.maximum(span / c.cells, c.radius / c.reach)
    return height_map(points, middle[:2], cell, c.cells), middle[2]


def _diverts(
    config: OnboardConfig, c: HazardConfig, g: GuidanceConfig, pose: Pose, d: Array,
    v: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Whether aims at `d` can be reached, and the propellant of getting there [kg]."""
    t, h = divert.time_to_go(c, g, pose.height), pose.height
    vehicle = config.vehicle
    exhaust = (vehicle.main_thrust + vehicle.assist_thrust) / (
        vehicle.main_flow + vehicle.assist_flow
    )
    up = pose.weight + g.schedule_decel
    fuel = divert.propellant(d, v, t, pose.mass, up, exhaust)
    left = pose.mass - vehicle.mass_empty - c.reserve
    left = left - divert.straight_down(g, h, pose.mass, pose.weight, exhaust)
    can = divert.reachable(c, g, d, v, h, pose.weight)
    return can & (fuel <= left), fuel


def _cell(m: HeightMap, place: Vec3) -> tuple[Array, Array, Array]:
    """Row and column that a place lies in, and whether it is on the map."""
    index = jnp.floor((place[:2] - m.corner) / m.cell + 0.5)
    size = jnp.asarray(m.heights.shape, dtype=index.dtype)
    inside = jnp.all((index >= 0.0) & (index < size))
    row, column = jnp.where(inside, index, 0.0).astype(jnp.int32)
    return row, column, inside


look_once = jax.jit(look)
