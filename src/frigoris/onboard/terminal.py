r"""Pitch-up and terminal descent: a descent rate scheduled with altitude.

Down to the end of the square-root part the rate follows
$w^2 = w_1^2 + 2 a_s (h - h_1)$, a constant deceleration `a_s`; then it falls linearly
to the landing rate, which is held until contact, also below an estimated height of
zero. The horizontal velocity is nulled within a tilt limit.
"""

import jax.numpy as jnp

from frigoris.math.vectors import cross, dot, norm
from frigoris.onboard.config import GuidanceConfig, OnboardConfig
from frigoris.onboard.navigation import Navigator, height
from frigoris.types import Scalar, Vec3


def schedule(g: GuidanceConfig, h: Scalar) -> tuple[Scalar, Scalar]:
    """Planned descent rate [m/s] at height `h` [m], and its slope [1/s]."""
    above = jnp.maximum(h - g.schedule_height, 0.0)
    rate_high = jnp.sqrt(g.schedule_rate**2 + 2.0 * g.schedule_decel * above)
    slope_low = (g.schedule_rate - g.landing_rate) / (
        g.schedule_height - g.landing_height
    )
    rate_low = g.landing_rate + slope_low * jnp.maximum(h - g.landing_height, 0.0)
    high = h > g.schedule_height
    slope = jnp.where(
        high,
        g.schedule_decel / rate_high,
        jnp.where(h > g.landing_height, slope_low, 0.0),
    )
    return jnp.where(high, rate_high, rate_low), slope


def command(
    nav: Navigator, config: OnboardConfig, mass: Scalar, thrust_max: Scalar
) -> tuple[Vec3, Scalar]:
    """Thrust direction in M (unit) and thrust [N], clipped to what the engines give."""
    g = config.guidance
    r = norm(nav.r_M)
    up = nav.r_M / r
    h = height(nav, config)
    descent = -dot(nav.v_M, up)
    drift_M = nav.v_M + descent * up
    planned, slope = schedule(g, h)
    weight = -dot(nav.free_M, up)
    weight = weight - dot(drift_M, drift_M) / r
    a_up = weight + slope * descent + g.rate_gain * (descent - planned)
    # too slow is no reason to shut the engines: they also brake the horizontal motion
    a_up = jnp.clip(a_up, 0.7 * weight, thrust_max / mass)
    wanted_M = _drift_command(nav, config, h, up)
    a_level = g.drift_gain * (wanted_M - drift_M)
    tilt = jnp.where(h > g.schedule_height, g.tilt_max, g.tilt_landing_max)
    size = norm(a_level) + 1e-9
    a_level = a_level * jnp.minimum(1.0, a_up * jnp.tan(tilt) / size)
    a = up * a_up + a_level
    thrust = norm(a)
    return a / thrust, jnp.minimum(mass * thrust, thrust_max)


def _drift_command(nav: Navigator, config: OnboardConfig, h: Scalar, up: Vec3) -> Vec3:
    """Horizontal velocity towards the target [m/s], fading out over the last metres."""
    g = config.guidance
    site = config.moon.site_M
    miss = site - up * dot(site, up)  # towards the target, level part
    fade = jnp.clip((h - 30.0) / 70.0, 0.0, 1.0)  # [m]: none below 30, all above 100
    wanted = g.position_gain * miss
    size = norm(wanted) + 1e-9
    return wanted * (fade * jnp.minimum(1.0, g.drift_max / size))


def retrograde(nav: Navigator) -> Vec3:
    """Direction against the velocity, for burns in orbit."""
    return -nav.v_M / norm(nav.v_M)


def attitude_axes(direction: Vec3, normal: Vec3) -> tuple[Vec3, Vec3, Vec3]:
    """Body axes in M with +z along `direction` and +y near the plane's normal."""
    y = normal - direction * dot(normal, direction)
    y = y / norm(y)
    return cross(y, direction), y, direction
