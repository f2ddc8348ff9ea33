"""Quantities that conditions of the sequence are written in, all estimated."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from frigoris.math.rotation import rotate
from frigoris.math.trig import atan2
from frigoris.math.vectors import cross, dot, norm
from frigoris.onboard.config import OnboardConfig, Phase
from frigoris.onboard.navigation import Navigator, height
from frigoris.types import Scalar


class Known(NamedTuple):
    """What the sequencer may look at."""

    config: OnboardConfig
    nav: Navigator
    time: Scalar  # onboard clock [s]
    phase_time: Scalar  # in the phase [s]
    dt: Scalar  # of the tick [s]
    deorbit_left: Scalar  # [m/s]
    t_go: Scalar  # of the guidance law [s]
    silence: Scalar  # since the last range that was used [s]
    mass: Scalar  # [kg]


def value(k: Known, quantity: str, phase: Phase) -> Scalar:
    """A quantity in SI units."""
    if quantity == "over_target":
        lowest = 0.0 if phase.target is None else phase.target.height
        return height(k.nav, k.config) - lowest
    return TABLE[quantity](k)


def _since(k: Known, moment: Scalar) -> Scalar:
    # the nearest tick: a time that falls on a tick must not depend on rounding
    return k.time - (moment - 0.5 * k.dt)


def _level(k: Known) -> Scalar:
    up = k.nav.r_M / norm(k.nav.r_M)
    return norm(k.nav.v_M - up * dot(k.nav.v_M, up))


def _tilt(k: Known) -> Scalar:
    z = jnp.zeros_like(k.nav.r_M).at[2].set(1.0)
    axis_M = rotate(k.nav.q_MB, z)
    return atan2(norm(cross(axis_M, k.nav.r_M)), dot(axis_M, k.nav.r_M))


def ground(k: Known) -> Scalar:
    """Ground still to go to the target, negative beyond it [m]."""
    site, normal = k.config.moon.site_M, k.config.guidance.plane_normal_M
    radius = norm(site)
    along = dot(k.nav.r_M, cross(normal, site / radius))
    return -radius * atan2(along, dot(k.nav.r_M, site / radius))


def perilune(k: Known) -> Scalar:
    """Lowest point of the present orbit above the site [m]."""
    moon = k.config.moon
    r, v = k.nav.r_M, k.nav.v_M + cross(moon.omega_MI_M, k.nav.r_M)
    mu = moon.gravity.mu
    h = cross(r, v)
    energy = 0.5 * dot(v, v) - mu / norm(r)
    e = jnp.sqrt(jnp.maximum(1.0 + 2.0 * energy * dot(h, h) / mu**2, 0.0))
    return dot(h, h) / mu / (1.0 + e) - norm(moon.site_M)


TABLE: dict[str, Callable[[Known], Scalar]] = {
    "clock": lambda k: k.time,
    "phase_time": lambda k: k.phase_time,
    "after_deorbit_time": lambda k: _since(k, k.config.sequence.deorbit_time),
    "after_ignition_time": lambda k: _since(k, k.config.sequence.ignition_time),
    "deorbit_left": lambda k: k.deorbit_left,
    "t_go": lambda k: k.t_go,
    "altitude": lambda k: height(k.nav, k.config),
    "descent_rate": lambda k: -dot(k.nav.v_M, k.nav.r_M) / norm(k.nav.r_M),
    "speed_horizontal": _level,
    "tilt": _tilt,
    "silence": lambda k: k.silence,
    "propellant": lambda k: k.mass - k.config.vehicle.mass_empty,
    "perilune": perilune,
    "ground": ground,
}
