"""What corrects attitude, biases, velocity and position: all but ranges."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import (
    conj,
    dcm_from_q,
    q_about_axis,
    qmul,
    rotate,
    rotvec_from_q,
)
from frigoris.math.tree import replace_at
from frigoris.math.vectors import across, cross, dot, matvec, norm
from frigoris.onboard import covariance as cov
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.navigation import Navigator, corrected, gains, no_error, past
from frigoris.types import Flag, Quat, Scalar, Vec3

REST_TIME = 20.0  # of accelerometer readings that make one calibration, about [s]


def update_star(
    nav: Navigator, config: OnboardConfig, q_IB: Quat, valid: Flag, time: Scalar
) -> Navigator:
    """Attitude from the star tracker, through the onboard rotation of the Moon."""
    moon = config.moon
    rate = norm(moon.omega_MI_M)
    q_IM = qmul(moon.q_IM0, q_about_axis(moon.omega_MI_M / rate, rate * time))
    safe = jnp.where(valid, q_IB, qmul(q_IM, nav.q_MB))
    residual = rotvec_from_q(qmul(qmul(conj(q_IM), safe), conj(nav.q_MB)))
    beside = None
    if nav.mounting is not None:
        dcm = dcm_from_q(nav.q_MB)
        residual = residual - matvec(dcm, nav.mounting)
        beside = (cov.MOUNT, dcm)
    p, dx = cov.update_direct(
        nav.covariance,
        no_error(nav),
        cov.PSI,
        residual,
        config.navigation.star_sigma**2,
        valid,
        beside=beside,
        gains=gains(config.navigation),
    )
    return corrected(nav, p, dx)


def update_rest(nav: Navigator, config: OnboardConfig) -> Navigator:
    """Engines off: what the accelerometer reads is its bias."""
    mean = nav.dv_raw_sum_B / jnp.maximum(nav.since_rest, 1e-3)
    long_enough = nav.since_rest > 0.5 * REST_TIME
    p, dx = cov.update_direct(
        nav.covariance,
        no_error(nav),
        cov.BA,
        mean - nav.accel_bias,
        config.navigation.accel_rest_sigma**2,
        long_enough,
        gains=gains(config.navigation),
    )
    nav = corrected(nav, p, dx)
    return replace_at(
        lambda n: (n.dv_raw_sum_B, n.since_rest),
        nav,
        (jnp.zeros_like(nav.dv_raw_sum_B), jnp.zeros_like(nav.since_rest)),
    )


def update_speed(
    nav: Navigator,
    config: OnboardConfig,
    closing: Float[Array, "beams *cases"],
    age: Scalar,
    com_B: Vec3,
) -> Navigator:
    """Closing speeds along the beams of the velocimeter [m/s], NaN without one.

    They do not move the place (it is considered): all that they know of it is in the
    filter's correlations, its sigma falls by a third in 100 s, and meanwhile each word
    would move it by 10 m, which guidance runs after.
    """
    c, meter = config.navigation, config.vehicle.beams
    if meter is None:
        return nav
    p, dx = nav.covariance, no_error(nav)
    kept = gains(c) | {cov.R: jnp.zeros_like(nav.r_M)}
    age = jnp.where(jnp.isfinite(age), age, 0.0)
    _, q_MB = past(nav, age)
    arm_M = rotate(q_MB, meter.place_B - com_B)
    turn_M = rotate(q_MB, nav.omega_B) - config.moon.omega_MI_M
    v_M = nav.v_M - age * nav.accel_M + cross(turn_M, arm_M)
    for k in range(meter.directions_B.shape[1]):
        u_M = rotate(q_MB, meter.directions_B[:, k] + 0.0 * v_M)
        h = {cov.V: u_M, cov.PSI: cross(u_M, v_M)}
        valid = jnp.isfinite(closing[k])
        nu = jnp.where(valid, closing[k], 0.0) - dot(u_M, v_M)
        variance = c.speed_sigma**2
        _, s = cov.sensitivity(p, h, variance)
        left = nu - dot(u_M, dx[cov.V]) - dot(h[cov.PSI], dx[cov.PSI])
        gate = jnp.maximum(c.speed_gate, c.editor.sigma * jnp.sqrt(s))
        use = valid & (jnp.abs(left) <= gate)
        p, dx = cov.update(p, dx, h, nu, variance, use, gains=kept)
    return corrected(nav, p, dx)


def update_fix(
    nav: Navigator,
    config: OnboardConfig,
    fix: tuple[Vec3, Scalar, Scalar],
    com_B: Vec3,
) -> Navigator:
    """A position from landmarks [m], NaN without one, its sigma across and its age.

    Along the axis of the camera it is less sure, by the cone of its view.
    """
    place_M, sigma, age = fix
    camera_B = config.vehicle.camera_B
    if camera_B is None:
        return nav
    valid = jnp.isfinite(sigma)
    c, age = config.navigation, jnp.where(valid, age, 0.0)
    r_M, q_MB = past(nav, age)
    zero = jnp.zeros_like(age)
    axis = rotate(q_MB, jnp.stack([zero, zero, zero - 1.0]))
    arm_M = rotate(q_MB, camera_B - com_B)
    away = jnp.where(valid, place_M, 0.0) - r_M - arm_M
    sigma = jnp.where(valid, sigma, 1.0)
    p, dx = nav.covariance, no_error(nav)
    one = jnp.ones_like(age)
    sides = [(e, one) for e in across(axis)]
    for e, factor in [*sides, (axis, c.fix_along * one)]:
        h = {cov.R: e, cov.V: -age * e}
        variance = (factor * sigma) ** 2 + c.fix_sigma**2
        _, s = cov.sensitivity(p, h, variance)
        nu = dot(e, away)
        inside = jnp.abs(nu - dot(e, dx[cov.R])) <= c.editor.sigma * jnp.sqrt(s)
        p, dx = cov.update(p, dx, h, nu, variance, valid & inside, gains=gains(c))
    return corrected(nav, p, dx)
