r"""Altitude-velocity schedule: a descent rate by altitude, down to the ground.

Down to the end of the square-root part the rate follows
$w^2 = w_1^2 + 2 a_s (h - h_1)$, a constant deceleration `a_s`; then it falls linearly
to the landing rate, which is held until contact, also below an estimated height of
zero. The horizontal velocity is nulled within a tilt limit; after a look at the ground
the lander is steered over its aim instead, see `hazard.divert`.
"""

import jax.numpy as jnp

from frigoris.math.vectors import dot, norm
from frigoris.onboard.config import GuidanceConfig
from frigoris.onboard.hazard import divert
from frigoris.onboard.hazard.config import HazardConfig
from frigoris.onboard.laws.law import Command, Law, Situation
from frigoris.onboard.navigation import Navigator, height
from frigoris.types import Flag, Scalar, Vec3

# heights over the first look's between which the drift to the target fades out [-]
STOPPING, STOPPED = 2.5, 1.2


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


def _command(at: Situation) -> Command:
    g, nav = at.config.guidance, at.nav
    up, descent, drift_M = parts(nav)
    h = height(nav, at.config)
    planned, slope = schedule(g, h)
    a_up = slope * descent + g.rate_gain * (descent - planned)
    wanted_M = _drift_command(at, h, up)
    a_level = g.drift_gain * (wanted_M - drift_M)
    tilt = jnp.where(h > g.schedule_height, g.tilt_max, g.tilt_landing_max)
    if at.config.hazard is not None and at.looked is not None:
        looked = at.looked.scans > 0.0
        return leaning(
            at, a_up, *_over_aim(at, at.config.hazard, looked, a_level, tilt)
        )
    return leaning(at, a_up, a_level, tilt)


def parts(nav: Navigator) -> tuple[Vec3, Scalar, Vec3]:
    """The vertical in M, descent rate [m/s], horizontal velocity in M [m/s]."""
    up = nav.r_M / norm(nav.r_M)
    descent = -dot(nav.v_M, up)
    return up, descent, nav.v_M + descent * up


def leaning(at: Situation, a_up: Scalar, a_level: Vec3, tilt: Scalar) -> Command:
    """Thrust for accelerations above hovering and level [m/s^2], within `tilt`."""
    nav = at.nav
    up, _, drift_M = parts(nav)
    weight = -dot(nav.free_M, up)
    weight = weight - dot(drift_M, drift_M) / norm(nav.r_M)
    # too slow is no reason to shut the engines: they also brake the horizontal motion
    return leant(at, jnp.maximum(weight + a_up, 0.7 * weight), a_level, tilt)


def leant(at: Situation, a_up: Scalar, a_level: Vec3, tilt: Scalar) -> Command:
    """Thrust for thrust accelerations up and level [m/s^2], within `tilt`.

    Where that is more thrust than there is, both get less.
    """
    up, _, _ = parts(at.nav)
    a_up = jnp.minimum(a_up, at.most / at.burn.mass)
    size = norm(a_level) + 1e-9
    a_level = a_level * jnp.minimum(1.0, a_up * jnp.tan(tilt) / size)
    a = up * a_up + a_level
    thrust = norm(a)
    return a / thrust, jnp.minimum(at.burn.mass * thrust, at.most)


def _over_aim(
    at: Situation, c: HazardConfig, looked: Flag, a_level: Vec3, tilt: Scalar
) -> tuple[Vec3, Scalar]:
    """Level acceleration [m/s^2] and largest tilt [rad]; those given before a look.

    Towards that the drift to the target fades out: an upright lander sees below it what
    it can reach.
    """
    g, h = at.config.guidance, height(at.nav, at.config)
    up, _, drift_M = parts(at.nav)
    miss = at.aim_M - up * dot(at.aim_M, up)
    steered = divert.steer(miss, drift_M, divert.time_to_go(c, g, h))
    stopped = -g.drift_gain * drift_M
    share = jnp.clip((h / c.altitudes[0] - STOPPED) / (STOPPING - STOPPED), 0.0, 1.0)
    a_level = stopped + share * (a_level - stopped)
    return (
        jnp.where(looked, steered, a_level),
        jnp.where(looked, jnp.minimum(tilt, c.tilt_max), tilt),
    )


def _drift_command(at: Situation, h: Scalar, up: Vec3) -> Vec3:
    """Horizontal velocity towards the aim [m/s], given up in time to come to rest."""
    g, aim = at.config.guidance, at.aim_M
    miss = aim - up * dot(aim, up)  # towards it, level part
    fade = jnp.clip((h - g.drift_end) / (g.drift_full - g.drift_end), 0.0, 1.0)
    wanted = g.position_gain * miss
    size = norm(wanted) + 1e-9
    return wanted * (fade * jnp.minimum(1.0, g.drift_max / size))


LAW = Law(_command, near=True)
