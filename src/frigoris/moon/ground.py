"""The ground of the Moon as sensors and legs meet it: every query, compiled, batched.

Three layers: latitude-longitude maps of the whole Moon; sheets around the site, which
hold maps and synthetic relief down to some 16 m; and fine relief everywhere, a function
of position, which is looked at only near the ground.
"""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jax import lax

from frigoris.constants import RADIUS_MOON
from frigoris.math.grid import Grid, height_under
from frigoris.math.patch import Patch, patch_height, plane
from frigoris.math.ray import Steepness, walk
from frigoris.math.tree import replace_at
from frigoris.math.trig import atan2, sincos
from frigoris.math.vectors import across, matvec_t, norm, unit
from frigoris.moon import bumps as extra
from frigoris.moon import relief
from frigoris.moon.bumps import Bumps
from frigoris.moon.relief import Relief
from frigoris.types import Flag, Mat3, Scalar, Vec3

BEAM_SPAN = 0.5  # over which the slope under a beam is taken, near the ground [m]
FAR_SPAN = 20.0  # the same where fine relief is not looked at [m]


class Ground(eqx.Module):
    """The ground of one site; no case axis anywhere but in the bumps of a fault."""

    maps: Grid
    patch: Patch
    dcm_LM: Mat3  # axes of the site: east, north, up
    fine: Relief
    fine_on: Scalar  # 1 where there is fine relief, else 0
    steepness: Steepness
    bumps: Bumps | None = None  # that only a fault puts there


def height(ground: Ground, r_M: Vec3, fine: Scalar) -> Scalar:
    """Height of the ground under a place [m]; `fine` is the share of fine relief."""
    x, y, ahead = plane(ground.dcm_LM, r_M)
    near, inside = patch_height(ground.patch, x, y)
    inside = jnp.where(ahead, inside, 0.0)

    def mixed() -> Scalar:
        below = height_under(ground.maps, r_M)
        return below + inside * (near - below)

    # maps are asked only where a case is off the sheets: angles cost more than the rest
    total = lax.cond(jnp.all(inside >= 1.0), lambda: near, mixed)
    share = jnp.where(ahead, fine * ground.fine_on, 0.0)
    added: Scalar = lax.cond(
        jnp.any(share > 0.0),
        lambda: share * relief.height(ground.fine, x, y),
        lambda: jnp.zeros_like(total),
    )
    whole: Scalar = total + added
    return whole if ground.bumps is None else whole + _bumped(ground.bumps, x, y, ahead)


def _bumped(bumps: Bumps, x: Scalar, y: Scalar, ahead: Flag) -> Scalar:
    found: Scalar = lax.cond(
        jnp.any(extra.there(bumps) > 0.0),
        lambda: jnp.where(ahead, extra.height(bumps, x, y), 0.0),
        lambda: jnp.zeros_like(x),
    )
    return found


def with_bumps(ground: Ground, bumps: Bumps) -> Ground:
    """The ground with bumps on it, and the bounds of its slopes with them."""
    more, limits = extra.steepest(bumps), ground.steepness
    limits = Steepness(
        slope=limits.slope + more,
        detail_slope=limits.detail_slope + more,
        detail=limits.detail,
        highest=limits.highest + extra.highest(bumps),
    )
    return Ground(
        maps=ground.maps,
        patch=ground.patch,
        dcm_LM=ground.dcm_LM,
        fine=ground.fine,
        fine_on=ground.fine_on,
        steepness=limits,
        bumps=bumps,
    )


def on_plane(ground: Ground, east: Scalar, north: Scalar) -> Vec3:
    """The place of the site's plane in M [m]; it lies above the sphere."""
    radius = jnp.full_like(east, RADIUS_MOON)
    return matvec_t(ground.dcm_LM, jnp.stack([east, north, radius]))


def fading(clearance: Scalar, full: float, none: float) -> Scalar:
    """Share of fine relief: all below `full` [m] over the ground, none above `none`."""
    return jnp.clip((none - clearance) / (none - full), 0.0, 1.0)


def normal_at(
    ground: Ground, r_M: Vec3, here: Scalar, span: Scalar | float, fine: Scalar
) -> Vec3:
    """Unit normal where the ground is `here` high [m], from slopes over `span` [m]."""
    up = r_M / norm(r_M)
    a, b = across(up)
    beside = jnp.stack([r_M + span * a, r_M + span * b], axis=1)
    slope = (height(ground, beside, fine) - here) / span
    return unit(up - slope[0] * a - slope[1] * b)


def ray(
    ground: Ground, r_M: Vec3, u_M: Vec3, fine: Scalar, wanted: Flag
) -> tuple[Scalar, Vec3, Flag]:
    """Length of a beam [m], normal of the ground where it ends, and if it does.

    The normal is that of half a metre: on the back of a rock it may face away.
    """
    rho, hit = walk(
        lambda p: height(ground, p, fine), _bounds(ground, fine), r_M, u_M, wanted
    )
    end_M = r_M + rho * u_M
    span = jnp.where(fine > 0.0, BEAM_SPAN, FAR_SPAN)
    normal = normal_at(ground, end_M, norm(end_M) - RADIUS_MOON, span, fine)
    return rho, normal, hit


def _bounds(ground: Ground, fine: Scalar) -> Steepness:
    """Bounds for beams that see so much of the fine relief."""
    limits, seen = ground.steepness, fine * ground.fine_on > 0.0
    return replace_at(
        lambda s: (s.detail_slope, s.detail),
        limits,
        (
            jnp.where(seen, limits.detail_slope, limits.slope),
            jnp.where(seen, limits.detail, 0.0),
        ),
    )


def cone(axis: Vec3, half_angle: Scalar, rings: int = 2) -> Vec3:
    """Directions [3, rays] that fill a cone evenly, the axis itself first."""
    a, b = across(axis)
    rays = [axis]
    for k in range(1, rings + 1):
        sine, cosine = sincos(half_angle * (k / rings))
        for angle in np.arange(6 * k) * (np.pi / (3 * k)):
            side = float(np.cos(angle)) * a + float(np.sin(angle)) * b
            rays.append(cosine * axis + sine * side)
    return jnp.stack(rays, axis=1)


def footprint(
    ground: Ground, r_M: Vec3, u_M: Vec3, half_angle: Scalar, fine: Scalar, wanted: Flag
) -> tuple[Scalar, Scalar, Flag]:
    """Nearest and mean range within a beam [m], and if any of it meets the ground.

    Rays of equal weight on rings: the mean over an evenly lit cone.
    """
    rays = cone(u_M, half_angle)
    many = jnp.broadcast_to(r_M[:, None], rays.shape)
    wide = jnp.broadcast_to(fine, rays.shape[1:])
    rho, hit = walk(
        lambda p: height(ground, p, wide),
        _bounds(ground, wide),
        many,
        rays,
        jnp.broadcast_to(wanted, rays.shape[1:]),
    )
    count = jnp.maximum(jnp.sum(jnp.where(hit, 1.0, 0.0), axis=0), 1.0)
    first = jnp.min(jnp.where(hit, rho, jnp.inf), axis=0)
    return (
        first,
        jnp.sum(jnp.where(hit, rho, 0.0), axis=0) / count,
        jnp.any(hit, axis=0),
    )


def footing(
    ground: Ground, r_M: Vec3, radius: float, rings: int = 4
) -> tuple[Scalar, Scalar]:
    """Slope [rad] and roughness [m] of the ground under a circle.

    Slope of the plane that fits best (least squares); roughness is the largest distance
    from it. Points lie on rings, as many per area everywhere.
    """
    r = norm(r_M)
    up = r_M / r
    spots = [(0.0, 0.0)] + [
        (radius * k / rings, angle)
        for k in range(1, rings + 1)
        for angle in np.arange(6 * k) * (np.pi / (3 * k))
    ]
    e = np.array([s * np.cos(t) for s, t in spots])
    n = np.array([s * np.sin(t) for s, t in spots])
    a, b = across(up)
    tail = (slice(None),) + (None,) * r.ndim
    ee, nn = jnp.asarray(e)[tail], jnp.asarray(n)[tail]
    places = r_M[:, None] + a[:, None] * ee + b[:, None] * nn
    h = height(ground, places, jnp.ones_like(r))
    # the points are symmetric: the normal equations are diagonal
    slope_a = jnp.sum(h * ee, axis=0) / float(np.sum(e * e))
    slope_b = jnp.sum(h * nn, axis=0) / float(np.sum(n * n))
    rest = h - jnp.mean(h, axis=0) - slope_a * ee - slope_b * nn
    slope2 = slope_a * slope_a + slope_b * slope_b
    rough = jnp.max(jnp.abs(rest), axis=0) / jnp.sqrt(1.0 + slope2)
    return atan2(jnp.sqrt(slope2), jnp.ones_like(slope2)), rough


def altitude(ground: Ground, r_M: Vec3, fine: Scalar) -> Scalar:
    """Height over the ground [m]."""
    return norm(r_M) - RADIUS_MOON - height(ground, r_M, fine)
