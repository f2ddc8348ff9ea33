"""Navigation: strapdown integration and an error-state filter over it.

Position and velocity are held in the Moon-fixed frame. With engines off the
accelerometer only reads its own bias, so it is not integrated but used to learn that
bias, while no attitude thruster fires either. The altitude is the height over the level
of the target: there is no map on board.
"""

import equinox as eqx
import jax.numpy as jnp

from frigoris.math.harmonics import central, uneven
from frigoris.math.rotation import (
    conj,
    dcm_from_q,
    normalize,
    q_about_axis,
    q_from_rotvec,
    qmul,
    rotate,
    rotvec_from_q,
)
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, dot, matvec, matvec_t, norm, skew
from frigoris.messages import boresight
from frigoris.onboard import covariance as cov
from frigoris.onboard import editing as edit
from frigoris.onboard.config import MoonModel, NavigationConfig, OnboardConfig
from frigoris.types import Flag, Mat3, Quat, Scalar, Vec3

ACCEL_WALK = 1e-7  # of the accelerometer bias, as the filter believes [m/s^2/sqrt(s)]
GYRO_WALK = 1e-10  # of the gyro bias [rad/s/sqrt(s)]
REST_TIME = 20.0  # of accelerometer readings that make one calibration, about [s]


class Navigator(eqx.Module):
    """What the navigation remembers."""

    r_M: Vec3  # [m]
    v_M: Vec3  # [m/s]
    q_MB: Quat
    accel_bias: Vec3  # [m/s^2]
    gyro_bias: Vec3  # [rad/s]
    covariance: cov.Covariance
    dv_sum_M: Vec3  # velocity from specific force since the last filter step [m/s]
    dv_raw_sum_B: Vec3  # uncorrected accelerometer sum at rest, since the last update
    since: Scalar  # time since the last filter step [s]
    sensed: Scalar  # part of it in which the accelerometer was integrated [s]
    since_rest: Scalar  # time of rest since the last rest update [s]
    omega_B: Vec3  # last corrected inertial rate [rad/s]
    free_M: Vec3  # acceleration without engines, middle of the last tick [m/s^2]
    editing: edit.Editing  # of ranges
    innovation: Scalar  # of the last range [m]
    accepted: Scalar  # 1 if the last range was used


def start(
    config: NavigationConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
) -> Navigator:
    """The state loaded from the ground before the descent."""
    one = jnp.ones_like(r_M)
    zero, none = jnp.zeros_like(r_M), jnp.zeros_like(r_M[0])
    sigmas = (
        config.position_sigma,
        config.velocity_sigma,
        config.attitude_sigma,
        config.accel_bias_sigma,
        config.gyro_bias_sigma,
    )
    return Navigator(
        r_M=r_M,
        v_M=v_M,
        q_MB=q_MB,
        accel_bias=zero,
        gyro_bias=zero,
        covariance=cov.diagonal([s * s * one for s in sigmas]),
        dv_sum_M=zero,
        dv_raw_sum_B=zero,
        since=none,
        sensed=none,
        since_rest=none,
        omega_B=omega_B,
        free_M=zero,  # the first tick measures before it steers
        editing=edit.start(none),
        innovation=none,
        accepted=none,
    )


def free_accel(moon: MoonModel, r_M: Vec3, v_M: Vec3, uneven_M: Vec3) -> Vec3:
    """Acceleration without engines, seen from the rotating Moon [m/s^2]."""
    omega = moon.omega_MI_M
    turning = cross(omega, 2.0 * v_M + cross(omega, r_M))
    return central(moon.gravity, r_M) + uneven_M - turning


def uneven_gravity(moon: MoonModel, r_M: Vec3) -> Vec3:
    """What the field adds to its point mass [m/s^2]."""
    return matvec_t(moon.dcm_PM, uneven(moon.gravity, matvec(moon.dcm_PM, r_M)))


def strapdown(
    nav: Navigator, moon: MoonModel, dtheta: Vec3, dv: Vec3, dt: Scalar, thrust_on: Flag
) -> Navigator:
    """Carry position, velocity and attitude over the last tick of `dt` seconds."""
    turn_B = dtheta - nav.gyro_bias * dt
    dv_B = jnp.where(thrust_on, dv - nav.accel_bias * dt, 0.0)
    rest = jnp.where(thrust_on, 0.0, 1.0)
    # the increment was collected while turning: half the turn (sculling, rotation)
    dv_M = rotate(nav.q_MB, dv_B + 0.5 * cross(turn_B, dv_B))
    # once, in the middle: it changes little over a tick
    uneven_M = uneven_gravity(moon, nav.r_M + 0.5 * dt * nav.v_M)
    a_start = free_accel(moon, nav.r_M, nav.v_M, uneven_M)
    v_mid = nav.v_M + 0.5 * (dv_M + dt * a_start)
    r_mid = nav.r_M + 0.5 * dt * (nav.v_M + 0.25 * (dv_M + dt * a_start))
    a_free = free_accel(moon, r_mid, v_mid, uneven_M)
    dv_free = dt * a_free
    v_new = nav.v_M + dv_M + dv_free
    # third order: the change of the free acceleration inside the tick
    r_new = nav.r_M + 0.5 * dt * (nav.v_M + v_new) - dt / 6.0 * (dv_free - dt * a_start)
    spin = q_from_rotvec(-dt * moon.omega_MI_M)
    q_new = normalize(qmul(qmul(spin, nav.q_MB), q_from_rotvec(turn_B)))
    return replace_at(
        lambda n: (
            n.r_M, n.v_M, n.q_MB, n.dv_sum_M, n.dv_raw_sum_B,
            n.since, n.sensed, n.since_rest, n.omega_B, n.free_M,
        ),
        nav,
        (
            r_new, v_new, q_new, nav.dv_sum_M + dv_M, nav.dv_raw_sum_B + rest * dv,
            nav.since + dt, nav.sensed + (1.0 - rest) * dt, nav.since_rest + rest * dt,
            jnp.where(dt > 0.0, turn_B / jnp.maximum(dt, 1e-3), nav.omega_B), a_free,
        ),
    )  # fmt: skip


def gravity_gradient(moon: MoonModel, r_M: Vec3) -> Mat3:
    """Gradient of the central gravity [1/s^2]."""
    r = norm(r_M)
    u = r_M / r
    eye = jnp.eye(3).reshape((3, 3) + (1,) * (r_M.ndim - 1))
    return moon.gravity.mu / (r * r * r) * (3.0 * u[:, None] * u[None] - eye)


def propagate(nav: Navigator, config: OnboardConfig) -> Navigator:
    """Carry the covariance over the time since the last filter step."""
    c = config.navigation
    step = cov.Transition(
        h=nav.since,
        sensed=nav.sensed,
        gradient=gravity_gradient(config.moon, nav.r_M),
        turn=-skew(nav.dv_sum_M),
        dcm_MB=dcm_from_q(nav.q_MB),
    )
    zero = jnp.zeros_like(nav.since)
    bias = (zero + ACCEL_WALK**2, zero + GYRO_WALK**2)
    walk = (c.accel_process**2, c.gyro_process**2, *bias)
    p = cov.propagate(nav.covariance, step, walk)
    p[cov.R, cov.R] = p[cov.R, cov.R] + _relief(nav, c.relief_walk)
    return replace_at(
        lambda n: (n.covariance, n.dv_sum_M, n.since, n.sensed),
        nav,
        (
            p,
            jnp.zeros_like(nav.dv_sum_M),
            jnp.zeros_like(nav.since),
            jnp.zeros_like(nav.sensed),
        ),
    )


def _relief(nav: Navigator, walk: Scalar) -> Mat3:
    """Variance of the height over the ground that the way over it brings [m^2].

    The height that a range measures is that over the ground below, which the filter
    knows as level: so its own height walks as the ground does.
    """
    up = nav.r_M / norm(nav.r_M)
    level = nav.v_M - dot(nav.v_M, up) * up
    return walk * norm(level) * nav.since * up[:, None] * up[None]


def _zero_error(nav: Navigator) -> cov.ErrorState:
    return [jnp.zeros_like(nav.r_M) for _ in range(5)]


def _apply(nav: Navigator, p: cov.Covariance, dx: cov.ErrorState) -> Navigator:
    """Move the estimate by the error state and forget the error state."""
    q = normalize(qmul(q_from_rotvec(dx[cov.PSI]), nav.q_MB))
    return replace_at(
        lambda n: (n.covariance, n.r_M, n.v_M, n.q_MB, n.accel_bias, n.gyro_bias),
        nav,
        (
            p, nav.r_M + dx[cov.R], nav.v_M + dx[cov.V], q,
            nav.accel_bias + dx[cov.BA], nav.gyro_bias + dx[cov.BG],
        ),
    )  # fmt: skip


def predict_range(
    r_M: Vec3, u_M: Vec3, radius: Scalar
) -> tuple[Scalar, Vec3, Vec3, Scalar]:
    """Slant range along `u_M` to a sphere, and its gradients.

    Returns range [m], d range/d r [-], d range/d psi [m], and the cosine of incidence.
    """
    along = -dot(r_M, u_M)
    height2 = dot(r_M, r_M) - along * along  # distance of the beam's line, squared
    reach = jnp.sqrt(jnp.maximum(radius * radius - height2, 1.0))
    rho = along - reach
    normal = (r_M + rho * u_M) / radius
    cos_incidence = -dot(normal, u_M)
    h_r = normal / cos_incidence
    # turning the beam by psi moves the hit point by rho psi x u
    h_psi = rho * cross(u_M, normal) / cos_incidence
    return rho, h_r, h_psi, cos_incidence


def update_laser(
    nav: Navigator, config: OnboardConfig, cant: Scalar, measured: Scalar, valid: Flag
) -> Navigator:
    """Range over the level of the target, edited as the load says."""
    c = config.navigation
    u_M = rotate(nav.q_MB, boresight(cant))
    radius = norm(config.moon.site_M)
    rho, h_r, h_psi, cos_incidence = predict_range(nav.r_M, u_M, radius)
    seen = valid & (cos_incidence > 0.2)
    nu = jnp.where(seen, jnp.where(valid, measured, 0.0) - rho, 0.0)
    sigma = c.laser_sigma + c.laser_spread * rho
    variance = sigma * sigma
    _, s = cov.range_sensitivity(nav.covariance, h_r, h_psi, variance)
    use, step, memory = edit.edit(c.editor, nav.editing, nu, s, seen)
    p = dict(nav.covariance)
    opened = jnp.where(step, nu * nu, 0.0)
    up = nav.r_M / norm(nav.r_M)
    p[cov.R, cov.R] = p[cov.R, cov.R] + opened * up[:, None] * up[None]
    unsure = s + opened - variance > c.underweight_above**2
    beta = jnp.where(unsure, c.underweight, 0.0)
    p, dx = cov.update_range(p, _zero_error(nav), h_r, h_psi, nu, variance, use, beta)
    nav = _apply(nav, p, dx)
    used = use.astype(nu.dtype)
    return replace_at(
        lambda n: (n.editing, n.innovation, n.accepted),
        nav,
        (memory, jnp.where(seen, nu, jnp.nan), used),
    )


def update_star(
    nav: Navigator, config: OnboardConfig, q_IB: Quat, valid: Flag, time: Scalar
) -> Navigator:
    """Attitude from the star tracker, through the onboard rotation of the Moon."""
    moon = config.moon
    rate = norm(moon.omega_MI_M)
    q_IM = qmul(moon.q_IM0, q_about_axis(moon.omega_MI_M / rate, rate * time))
    safe = jnp.where(valid, q_IB, qmul(q_IM, nav.q_MB))
    residual = rotvec_from_q(qmul(qmul(conj(q_IM), safe), conj(nav.q_MB)))
    p, dx = cov.update_direct(
        nav.covariance,
        _zero_error(nav),
        cov.PSI,
        residual,
        config.navigation.star_sigma**2,
        valid,
    )
    return _apply(nav, p, dx)


def update_rest(nav: Navigator, config: OnboardConfig) -> Navigator:
    """Engines off: what the accelerometer reads is its bias."""
    mean = nav.dv_raw_sum_B / jnp.maximum(nav.since_rest, 1e-3)
    long_enough = nav.since_rest > 0.5 * REST_TIME
    p, dx = cov.update_direct(
        nav.covariance,
        _zero_error(nav),
        cov.BA,
        mean - nav.accel_bias,
        config.navigation.accel_rest_sigma**2,
        long_enough,
    )
    nav = _apply(nav, p, dx)
    return replace_at(
        lambda n: (n.dv_raw_sum_B, n.since_rest),
        nav,
        (jnp.zeros_like(nav.dv_raw_sum_B), jnp.zeros_like(nav.since_rest)),
    )


def load_ignition_covariance(
    nav: Navigator, config: OnboardConfig, now: Flag
) -> Navigator:
    """At ignition the flight takes the position and velocity sigmas of its load.

    They stand for orbit determination over the coast. Their axes are those of the
    target and correlations are dropped, so a first range over the target corrects the
    vertical and leaves the horizontal alone: up at ignition lies 20 deg off.
    """
    c = config.navigation
    up = config.moon.site_M / norm(config.moon.site_M)
    cross_track = config.guidance.plane_normal_M
    along = cross(cross_track, up)
    dcm = jnp.stack([up, along, cross_track], axis=1)
    p = nav.covariance
    fresh = {key: jnp.zeros_like(block) for key, block in p.items()}
    for which in (cov.PSI, cov.BA, cov.BG):
        for other in (cov.PSI, cov.BA, cov.BG):
            if which <= other:
                fresh[which, other] = p[which, other]
    fresh[cov.R, cov.R] = cov.rotated_diagonal(dcm, c.ignition_position_sigma**2)
    fresh[cov.V, cov.V] = cov.rotated_diagonal(dcm, c.ignition_velocity_sigma**2)
    chosen = {key: jnp.where(now, fresh[key], p[key]) for key in p}
    return replace_at(lambda n: n.covariance, nav, chosen)


def height(nav: Navigator, config: OnboardConfig) -> Scalar:
    """Estimated height of the footpads over the level of the target [m]."""
    return norm(nav.r_M) - norm(config.moon.site_M) - config.vehicle.standoff
