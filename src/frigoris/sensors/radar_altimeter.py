r"""Radar altimeter: a wide beam whose nearest ground it ranges, or the mean of it.

Beam-limited: the footprint has the radius $h \tan(\theta/2)$, 1820 m from 5 km with a
beam of 40 deg. A leading-edge tracker reports the nearest point of it: over a rim the
rim, and for a tilted beam its near edge. `centre` mixes in the mean over the beam.

The echo weakens with the fourth power of the range and has no dependence on the Sun,
nor on dust. Source: Skolnik, Radar Handbook (beam-limited altimeters).
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import rotate
from frigoris.math.trig import sincos
from frigoris.moon.ground import Ground, footprint
from frigoris.sensors import mount
from frigoris.sensors.mount import Mount
from frigoris.types import Flag, Quat, Scalar, Vec3

NOISES = 2  # standard normal numbers that one measurement uses
COS_GRAZING = 0.2588  # of 75 deg [-]


class RadarAltimeter(eqx.Module):
    """One altimeter as it really is; its beam lies along -z of the body."""

    mount: Mount
    half_beam: Scalar  # [rad]
    centre: Scalar  # share of the mean range, 0 for a leading edge [-]
    gain: Scalar  # signal to noise at 1 km over level ground [-]
    threshold: Scalar  # that an echo needs [-]
    range_min: Scalar  # [m]
    range_max: Scalar  # [m]
    scale: Scalar  # error, share of the range [-]
    bias: Scalar  # [m]
    noise: Scalar  # one sigma [m]
    spread: Scalar  # one sigma, share of the range [-]
    period: Scalar  # of measurements [ticks]
    latency: Scalar  # [ticks]
    noise_switch: Scalar  # 1, or 0 for a noise-free instrument


def look(
    radar: RadarAltimeter,
    ground: Ground,
    place_M: Vec3,
    q_MB: Quat,
    fine: Scalar,
    wanted: Flag,
) -> tuple[Scalar, Flag]:
    """Range that the tracker locks to [m], and whether there is ground in the beam."""
    q = mount.axes(radar.mount, q_MB)
    zero = jnp.zeros_like(place_M[0])
    down_M = rotate(q, jnp.stack([zero, zero, zero - 1.0]))
    steep = -jnp.sum(place_M * down_M, axis=0)
    steep = steep > COS_GRAZING * jnp.sqrt(jnp.sum(place_M * place_M, axis=0))
    first, mean, hit = footprint(
        ground, place_M, down_M, radar.half_beam + zero, fine, wanted & steep
    )
    first = jnp.where(hit, first, 0.0)
    return first + radar.centre * (mean - first), hit & wanted & steep


def signal_to_noise(radar: RadarAltimeter, distance: Scalar) -> Scalar:
    """Signal to noise of an echo from `distance` [m]."""
    near = 1e3 / jnp.maximum(distance, 1.0)
    return radar.gain * near**4


def measure(
    radar: RadarAltimeter,
    distance: Scalar,
    hit: Flag,
    due: Flag,
    noise: Float[Array, "2 *#cases"],
) -> Scalar:
    """Reported range [m], NaN where there is none."""
    strong = signal_to_noise(radar, distance) + radar.noise_switch * noise[0]
    valid = due & hit & (strong > radar.threshold)
    valid = valid & (distance > radar.range_min) & (distance < radar.range_max)
    sigma = radar.noise_switch * jnp.sqrt(
        radar.noise**2 + (radar.spread * distance) ** 2
    )
    value = (1.0 + radar.scale) * distance + radar.bias + sigma * noise[1]
    return jnp.where(valid, value, jnp.nan)


def footprint_radius(radar: RadarAltimeter, height: Scalar) -> Scalar:
    """Radius of the footprint straight down [m]."""
    sine, cosine = sincos(radar.half_beam)
    return height * sine / cosine
