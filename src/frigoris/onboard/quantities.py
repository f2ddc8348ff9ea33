"""Quantities that conditions of the sequence are written in, all estimated."""

from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp

from frigoris.math.rotation import rotate
from frigoris.math.trig import atan2
from frigoris.math.vectors import cross, dot, norm
from frigoris.onboard.config import OnboardConfig, Phase
from frigoris.onboard.navigation import Navigator, height, height_sigma
from frigoris.onboard.protection import boundary
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
    checks: dict[str, Scalar] | None = None  # of fault protection, see CHECKS


def value(k: Known, quantity: str, phase: Phase | None) -> Scalar:
    """A quantity in SI units; checks are NaN where nobody watches."""
    if quantity == "over_target":
        target = None if phase is None else phase.target
        return height(k.nav, k.config) - (0.0 if target is None else target.height)
    if quantity in CHECKS:
        return k.mass + jnp.nan if k.checks is None else k.checks[quantity]
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
    "altitude_sigma": lambda k: height_sigma(k.nav),
    "turn_rate": lambda k: norm(k.nav.omega_B),
    "stop_altitude": lambda k: boundary.stop_height(k.config, k.nav, k.mass),
    "abort_margin": lambda k: boundary.abort_margin(k.config, k.nav, k.mass),
}

RANGERS = ("laser", "radar")
# from `protection.watch`, and so only where something watches
CHECKS = (
    *(f"{r}_{what}" for r in RANGERS for what in ("age", "unchanged", "off")),
    *(f"{r}_{what}" for r in RANGERS for what in ("doubt", "jump", "rate_off", "odd")),
    *("inertial_odd", "laser_radar_off", "velocimeter_age", "velocimeter_off"),
    *("camera_age", "camera_off", "star_age", "star_off", "gauge_age", "gauge_off"),
    *("altimetry_age", "imu_unchanged", "thrust_missing", "shock", "legs_closed"),
    "attitude_error",
)
