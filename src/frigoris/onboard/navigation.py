"""Navigation: strapdown integration and an error-state filter over it.

Position and velocity are held in the Moon-fixed frame. With engines off the
accelerometer only reads its own bias, so it is not integrated but used to learn that
bias, while no attitude thruster fires either. What instruments say comes in by
`ranging.py` and `fixes.py`.
"""

import equinox as eqx
import jax.numpy as jnp

from frigoris.math.harmonics import central, uneven
from frigoris.math.rotation import (
    dcm_from_q,
    normalize,
    q_from_rotvec,
    qmul,
    rotate,
)
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, dot, matvec, matvec_t, norm, skew
from frigoris.onboard import covariance as cov
from frigoris.onboard import editing as edit
from frigoris.onboard import ground_map
from frigoris.onboard.config import MoonModel, NavigationConfig, OnboardConfig
from frigoris.types import Flag, Mat3, Quat, Scalar, Vec3

ACCEL_WALK = 1e-7  # of the accelerometer bias, as the filter believes [m/s^2/sqrt(s)]
GYRO_WALK = 1e-10  # of the gyro bias [rad/s/sqrt(s)]


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
    accel_M: Vec3  # with them, mean over it [m/s^2]
    range_error: Vec3 | None  # ground over what it is taken for, laser, radar [m]
    mounting: Vec3 | None  # of the star tracker, true minus believed [rad]
    editing: edit.Editing  # of ranges
    innovation: Scalar  # of the last range [m]
    spread: Scalar  # sigma that it was expected with [m]
    accepted: Scalar  # 1 if the last range was used
    radar_editing: edit.Editing
    radar_innovation: Scalar  # [m]


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
    slow = config.slow
    variances = [s * s * one for s in sigmas]
    if slow is not None:
        variances += [slow.range_sigma**2 * one, slow.mounting_sigma**2 * one]
    return Navigator(
        r_M=r_M,
        v_M=v_M,
        q_MB=q_MB,
        accel_bias=zero,
        gyro_bias=zero,
        covariance=cov.diagonal(variances),
        dv_sum_M=zero,
        dv_raw_sum_B=zero,
        since=none,
        sensed=none,
        since_rest=none,
        omega_B=omega_B,
        free_M=zero,  # the first tick measures before it steers
        accel_M=zero,
        range_error=None if slow is None else zero,
        mounting=None if slow is None else zero,
        editing=edit.start(none),
        innovation=none,
        spread=none,
        accepted=none,
        radar_editing=edit.start(none),
        radar_innovation=none,
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
    nav: Navigator,
    moon: MoonModel,
    dtheta: Vec3,
    dv: Vec3,
    dt: Scalar,
    thrust_on: Flag,
    arm_B: Vec3,
) -> Navigator:
    """Carry position, velocity and attitude over the last tick of `dt` seconds.

    They are the centre of mass's; the accelerometer sits at `arm_B` from it.
    """
    turn_B = dtheta - nav.gyro_bias * dt
    omega_B = jnp.where(dt > 0.0, turn_B / jnp.maximum(dt, 1e-3), nav.omega_B)
    swing = cross(omega_B - nav.omega_B, arm_B)
    dv = dv - swing - dt * cross(omega_B, cross(omega_B, arm_B))
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
            n.since, n.sensed, n.since_rest, n.omega_B, n.free_M, n.accel_M,
        ),
        nav,
        (
            r_new, v_new, q_new, nav.dv_sum_M + dv_M, nav.dv_raw_sum_B + rest * dv,
            nav.since + dt, nav.sensed + (1.0 - rest) * dt, nav.since_rest + rest * dt,
            omega_B, a_free, a_free + dv_M / jnp.maximum(dt, 1e-3),
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
    fade, comes = _ground_ahead(nav, c)
    step = cov.Transition(
        h=nav.since,
        sensed=nav.sensed,
        gradient=gravity_gradient(config.moon, nav.r_M),
        turn=-skew(nav.dv_sum_M),
        dcm_MB=dcm_from_q(nav.q_MB),
        fade=fade,
    )
    zero = jnp.zeros_like(nav.since)
    walk = cov.Process(
        v=c.accel_process**2,
        psi=c.gyro_process**2,
        accel_bias=zero + ACCEL_WALK**2,
        gyro_bias=zero + GYRO_WALK**2,
        ranges=comes,
    )
    p = cov.propagate(nav.covariance, step, walk)
    p[cov.R, cov.R] = p[cov.R, cov.R] + _relief(nav, c.relief_walk)
    if fade is not None and nav.range_error is not None:
        nav = replace_at(lambda n: n.range_error, nav, fade * nav.range_error)
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


def _level_way(nav: Navigator) -> Scalar:
    """Ground flown over since the last filter step [m]."""
    up = nav.r_M / norm(nav.r_M)
    return norm(nav.v_M - dot(nav.v_M, up) * up) * nav.since


def _ground_ahead(
    nav: Navigator, c: NavigationConfig
) -> tuple[Vec3 | None, Vec3 | None]:
    """Share of the errors of ranges that stays, and the variance that comes [m^2].

    The ground is a first-order Markov process over the way; biases stay.
    """
    if c.slow is None:
        return None, None
    stays = jnp.exp(-_level_way(nav) / c.slow.ground_length)
    one, zero = jnp.ones_like(stays), jnp.zeros_like(stays)
    comes = c.slow.range_sigma[0] ** 2 * (1.0 - stays * stays)
    return jnp.stack([stays, one, one]), jnp.stack([comes, zero, zero])


def _relief(nav: Navigator, walk: Scalar) -> Mat3:
    """Variance of the height over the ground that the way over it brings [m^2].

    The height that a range measures is that over the ground below, which the filter
    knows as level: so its own height walks as the ground does.
    """
    up = nav.r_M / norm(nav.r_M)
    return walk * _level_way(nav) * up[:, None] * up[None]


def no_error(nav: Navigator) -> cov.ErrorState:
    """An error state of noughts."""
    return [jnp.zeros_like(nav.r_M) for _ in range(cov.count(nav.covariance))]


def gains(c: NavigationConfig) -> cov.Gains:
    """Of the slow errors: 1 estimated, 0 considered; none without them."""
    if c.slow is None:
        return {}
    return {cov.RANGE: c.slow.range_gain, cov.MOUNT: c.slow.mounting_gain}


def corrected(nav: Navigator, p: cov.Covariance, dx: cov.ErrorState) -> Navigator:
    """The estimate moved by the error state, which is forgotten."""
    q = normalize(qmul(q_from_rotvec(dx[cov.PSI]), nav.q_MB))
    nav = replace_at(
        lambda n: (n.covariance, n.r_M, n.v_M, n.q_MB, n.accel_bias, n.gyro_bias),
        nav,
        (
            p, nav.r_M + dx[cov.R], nav.v_M + dx[cov.V], q,
            nav.accel_bias + dx[cov.BA], nav.gyro_bias + dx[cov.BG],
        ),
    )  # fmt: skip
    if nav.range_error is None or nav.mounting is None:
        return nav
    return replace_at(
        lambda n: (n.range_error, n.mounting),
        nav,
        (nav.range_error + dx[cov.RANGE], nav.mounting + dx[cov.MOUNT]),
    )


def past(nav: Navigator, age: Scalar) -> tuple[Vec3, Quat]:
    """Position [m] and attitude `age` seconds ago, of a second at most.

    Acceleration and rate as over the last tick; the Moon's rotation of the attitude
    (3e-6 rad) is left out.
    """
    r_M = nav.r_M - age * nav.v_M + 0.5 * age * age * nav.accel_M
    return r_M, qmul(nav.q_MB, q_from_rotvec(-age * nav.omega_B))


def load_ignition_covariance(
    nav: Navigator, config: OnboardConfig, now: Flag
) -> Navigator:
    """At ignition the flight takes the position and velocity sigmas of its load.

    They stand for orbit determination over the coast. Their axes are those of the
    target and correlations are dropped, so a first range over the target corrects the
    vertical and leaves the horizontal alone: up at ignition lies 20 deg off.
    """
    c = config.navigation
    if c.ignition_position_sigma is None or c.ignition_velocity_sigma is None:
        return nav
    up = config.moon.site_M / norm(config.moon.site_M)
    cross_track = config.guidance.plane_normal_M
    along = cross(cross_track, up)
    dcm = jnp.stack([up, along, cross_track], axis=1)
    p = nav.covariance
    fresh = {key: jnp.zeros_like(block) for key, block in p.items()}
    kept = {key: p[key] for key in p if key[0] >= cov.PSI}
    fresh |= kept
    fresh[cov.R, cov.R] = cov.rotated_diagonal(dcm, c.ignition_position_sigma**2)
    fresh[cov.V, cov.V] = cov.rotated_diagonal(dcm, c.ignition_velocity_sigma**2)
    chosen = {key: jnp.where(now, fresh[key], p[key]) for key in p}
    return replace_at(lambda n: n.covariance, nav, chosen)


def height(nav: Navigator, config: OnboardConfig) -> Scalar:
    """Estimated height of the footpads over the ground below [m].

    Without map and estimate of the ground that is the level of the target.
    """
    above = norm(nav.r_M) - norm(config.moon.site_M) - config.vehicle.standoff
    above = above - ground_map.height(config.moon.ground, nav.r_M)
    return above if nav.range_error is None else above - nav.range_error[0]


def height_sigma(nav: Navigator) -> Scalar:
    """Sigma of it that the filter believes [m]."""
    p, up = nav.covariance, nav.r_M / norm(nav.r_M)
    variance = dot(up, matvec(p[cov.R, cov.R], up))
    if nav.range_error is not None:
        ground = p[cov.RANGE, cov.RANGE][0, 0]
        variance = variance + ground - 2.0 * dot(up, p[cov.R, cov.RANGE][:, 0])
    return jnp.sqrt(jnp.maximum(variance, 0.0))
