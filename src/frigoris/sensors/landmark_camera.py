r"""Landmark camera: a position fix from craters that are known from a map.

How many craters it can name: their density in the map times the ground in view, as far
as they are large enough in pixels and lit from the side,

$$ n = \nu\, (2 h \tan(\phi/2))^2\, \min(1, (d / (k\,\delta\,h))^2)\, \cos e $$

with `nu` craters of at least `d` per area (cumulative numbers go as d^-2), `k` pixels
across that a match needs, `delta` the angle of a pixel, `e` the Sun's elevation (a high
Sun throws no shadows). Too high they are too small, too low too few are in view. The
pose is solved from their directions, so attitude knowledge does not enter; the error is
$h \delta s / \sqrt n$ across, $2 / \tan(\phi/2)$ times that along the axis, and that of
the map, which stays.

Source: the relations are those of crater-based terrain-relative navigation; values of
the class as flown by Mars 2020 (40 m required) stand with the missions.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import rotate
from frigoris.math.trig import sincos
from frigoris.math.vectors import dot, norm
from frigoris.sensors import mount
from frigoris.sensors.mount import Mount
from frigoris.types import Flag, Quat, Scalar, Vec3

NOISES = 4  # standard normal numbers that one fix uses


class LandmarkCamera(eqx.Module):
    """One camera with its map, as they really are; it looks along -z of the body."""

    mount: Mount
    half_view: Scalar  # half of the field of view [rad]
    pixel: Scalar  # angle of one pixel [rad]
    matching: Scalar  # error of one crater's direction [pixels]
    pixels_min: Scalar  # diameter of a crater that can be matched [pixels]
    crater: Scalar  # smallest diameter in the map [m]
    density: Scalar  # of them [1/m^2]
    needed: Scalar  # craters that make a fix [-]
    map_error_M: Vec3  # of the map's places, Moon-fixed axes [m]
    tilt_max: Scalar  # of the axis from the vertical [rad]
    height_min: Scalar  # [m]
    height_max: Scalar  # [m]
    sun_M: Vec3  # towards the Sun, unit
    period: Scalar  # of fixes [ticks]
    latency: Scalar  # that matching takes [ticks]
    noise_switch: Scalar  # 1, or 0 for a noise-free instrument


def craters(camera: LandmarkCamera, above: Scalar, sine_sun: Scalar) -> Scalar:
    """Craters that it can name from `above` the ground [m], mean; the Sun's sine."""
    sine, cosine = sincos(camera.half_view)
    side = 2.0 * above * sine / cosine
    size = camera.pixels_min * camera.pixel * jnp.maximum(above, 1.0)
    large = jnp.minimum(1.0, (camera.crater / size) ** 2)
    light = jnp.sqrt(jnp.maximum(1.0 - sine_sun * sine_sun, 0.0))
    lit = jnp.where(sine_sun > 0.0, light, 0.0)
    return camera.density * side * side * large * lit


def measure(
    camera: LandmarkCamera,
    place_M: Vec3,
    q_MB: Quat,
    above: Scalar,
    due: Flag,
    noise: Float[Array, "4 *#cases"],
) -> tuple[Vec3, Scalar]:
    """Position of the camera [m] and the sigma across that it claims [m]; NaN: none."""
    up = place_M / norm(place_M)
    zero = jnp.zeros_like(above)
    down_B = jnp.stack([zero, zero, zero - 1.0])
    axis_M = rotate(mount.axes(camera.mount, q_MB), down_B)
    mean = craters(camera, above, dot(up, camera.sun_M + zero))
    seen = jnp.floor(mean + jnp.sqrt(mean) * camera.noise_switch * noise[0])
    upright = -dot(axis_M, up) > sincos(camera.tilt_max)[1]
    valid = due & upright & (seen >= camera.needed)
    valid = valid & (above > camera.height_min) & (above < camera.height_max)
    sigma = above * camera.pixel * camera.matching / jnp.sqrt(jnp.maximum(seen, 1.0))
    sine, cosine = sincos(camera.half_view)
    along = 2.0 * cosine / sine
    push = noise[1:4]
    axial = dot(push + 0.0 * axis_M, axis_M)
    error = push + (along - 1.0) * axial * axis_M
    fix = place_M + camera.map_error_M + camera.noise_switch * sigma * error
    return jnp.where(valid, fix, jnp.nan), jnp.where(valid, sigma, jnp.nan)
