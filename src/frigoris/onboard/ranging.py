"""Ranges to the ground: prediction, gradients and update, edited as the load says."""

from typing import NamedTuple

import jax.numpy as jnp

from frigoris.math.rotation import rotate
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, dot, norm
from frigoris.messages import boresight
from frigoris.onboard import covariance as cov
from frigoris.onboard import editing as edit
from frigoris.onboard import ground_map
from frigoris.onboard.config import NavigationConfig, OnboardConfig
from frigoris.onboard.navigation import Navigator, corrected, gains, no_error, past
from frigoris.types import Flag, Quat, Scalar, Vec3

COS_FLAT = 0.2  # of the largest incidence that is still believed [-]
REFINEMENTS = 2  # of the place that a beam over a map ends at


class Predicted(NamedTuple):
    """A range as the filter expects it, with its gradients."""

    range: Scalar  # [m]
    h_r: Vec3  # by position [-]
    h_psi: Vec3  # by attitude error [m]
    cos_incidence: Scalar


def predict_range(r_M: Vec3, u_M: Vec3, radius: Scalar) -> Predicted:
    """Slant range along `u_M` to a sphere, and its gradients."""
    along = -dot(r_M, u_M)
    height2 = dot(r_M, r_M) - along * along  # distance of the beam's line, squared
    reach = jnp.sqrt(jnp.maximum(radius * radius - height2, 1.0))
    rho = along - reach
    return _gradients(rho, u_M, (r_M + rho * u_M) / radius)


def _gradients(rho: Scalar, u_M: Vec3, normal: Vec3) -> Predicted:
    cos_incidence = -dot(normal, u_M)
    h_r = normal / cos_incidence
    # turning the beam by psi moves the hit point by rho psi x u
    return Predicted(rho, h_r, rho * cross(u_M, normal) / cos_incidence, cos_incidence)


def predict(nav: Navigator, config: OnboardConfig, r_M: Vec3, u_M: Vec3) -> Predicted:
    """The same to the ground as the load and the filter know it."""
    ground, level = config.moon.ground, norm(config.moon.site_M)
    if nav.range_error is not None:
        level = level + nav.range_error[0]
    if ground is None:
        return predict_range(r_M, u_M, level)
    found = predict_range(r_M, u_M, level + ground_map.height(ground, r_M))
    for _ in range(REFINEMENTS):
        end_M = r_M + found.range * u_M
        found = predict_range(r_M, u_M, level + ground_map.height(ground, end_M))
    end_M = r_M + found.range * u_M
    return _gradients(found.range, u_M, ground_map.normal(ground, end_M))


def update_laser(
    nav: Navigator,
    config: OnboardConfig,
    shot: tuple[Scalar, Scalar, Scalar],
    com_B: Vec3,
) -> Navigator:
    """A slant range [m], NaN without one, its mirror's cant [rad] and its age [s]."""
    measured, cant, age = shot
    valid = jnp.isfinite(measured)
    cant, age = (jnp.where(valid, x, 0.0) for x in (cant, age))
    r_M, q_MB = past(nav, age)
    arm_M = rotate(q_MB, config.vehicle.laser_B - com_B)
    expected = predict(nav, config, r_M + arm_M, rotate(q_MB, boresight(cant)))
    c, zero = config.navigation, jnp.zeros_like(age)
    bias = zero if nav.range_error is None else nav.range_error[1]
    sigma = c.laser_sigma + c.laser_spread * expected.range
    aside = _aside(c, rotate(q_MB, boresight(cant)) * expected.range, r_M)
    nav, used = _update(
        nav,
        config,
        {
            cov.R: expected.h_r,
            cov.V: -age * expected.h_r,
            cov.PSI: expected.h_psi + cross(arm_M, expected.h_r),
            cov.RANGE: jnp.stack([-1.0 / expected.cos_incidence, zero + 1.0, zero]),
        },
        jnp.where(valid, measured, 0.0) - expected.range - bias,
        sigma * sigma + aside,
        valid & (expected.cos_incidence > COS_FLAT),
        nav.editing,
    )
    return replace_at(
        lambda n: (n.editing, n.innovation, n.spread, n.accepted),
        nav,
        (used.memory, used.nu, used.spread, used.use),
    )


def _aside(c: NavigationConfig, beam_M: Vec3, r_M: Vec3) -> Scalar:
    """Variance of the ground where the beam ends against that below [m^2]."""
    if c.slow is None:
        return jnp.zeros_like(r_M[0])
    up = r_M / norm(r_M)
    level = norm(beam_M - dot(beam_M, up) * up + 1e-6)  # nought has no gradient
    return 2.0 * c.slow.range_sigma[0] ** 2 * -jnp.expm1(-level / c.slow.ground_length)


def looks_below(config: OnboardConfig, r_M: Vec3, q_MB: Quat) -> Flag:
    """Whether the beam of the radar altimeter holds the vertical."""
    half = config.vehicle.radar_half_beam
    if half is None:
        raise ValueError("there is no radar altimeter")
    z = jnp.zeros_like(r_M).at[2].set(1.0)
    upward = dot(rotate(q_MB, z), r_M) / norm(r_M)
    return upward >= jnp.cos(half)


def update_radar(
    nav: Navigator, config: OnboardConfig, echo: tuple[Scalar, Scalar], com_B: Vec3
) -> Navigator:
    """Range of the nearest ground [m], NaN without one, and its age [s].

    Taken for the height over the ground below: over level ground the nearest point of
    a beam that holds the vertical is there, however the lander leans. Any other is not
    used.
    """
    measured, age = echo
    radar_B = config.vehicle.radar_B
    if radar_B is None:
        return nav
    said = jnp.isfinite(measured)
    age = jnp.where(said, age, 0.0)
    r_M, q_MB = past(nav, age)
    valid = said & looks_below(config, r_M, q_MB)
    arm_M = rotate(q_MB, radar_B - com_B)
    place_M = r_M + arm_M
    up = place_M / norm(place_M)
    expected = predict(nav, config, place_M, -up)
    c, zero = config.navigation, jnp.zeros_like(age)
    bias = zero if nav.range_error is None else nav.range_error[2]
    sigma = c.radar_sigma + c.radar_spread * expected.range
    nav, used = _update(
        nav,
        config,
        {
            cov.R: up,
            cov.V: -age * up,
            cov.PSI: cross(arm_M, up),
            cov.RANGE: jnp.stack([zero - 1.0, zero, zero + 1.0]),
        },
        jnp.where(valid, measured, 0.0) - expected.range - bias,
        sigma * sigma,
        valid,
        nav.radar_editing,
    )
    return replace_at(
        lambda n: (n.radar_editing, n.radar_innovation),
        nav,
        (used.memory, used.nu),
    )


class _Used(NamedTuple):
    memory: edit.Editing
    nu: Scalar  # NaN where there was none [m]
    spread: Scalar  # sigma that it was expected with [m]
    use: Scalar  # 1 or 0


def _update(
    nav: Navigator,
    config: OnboardConfig,
    h: cov.Gradient,
    nu: Scalar,
    variance: Scalar,
    seen: Flag,
    memory: edit.Editing,
) -> tuple[Navigator, _Used]:
    c = config.navigation
    nu = jnp.where(seen, nu, 0.0)
    _, s = cov.sensitivity(nav.covariance, h, variance)
    use, step, memory = edit.edit(c.editor, memory, nu, s, seen)
    p = dict(nav.covariance)
    opened = jnp.where(step, nu * nu, 0.0)
    if nav.range_error is None:
        up = nav.r_M / norm(nav.r_M)
        p[cov.R, cov.R] = p[cov.R, cov.R] + opened * up[:, None] * up[None]
    else:  # the ground is what stepped
        one = jnp.zeros((3, 3)).at[0, 0].set(1.0)
        cases = (1,) * (nav.r_M.ndim - 1)
        p[cov.RANGE, cov.RANGE] = p[cov.RANGE, cov.RANGE] + opened * one.reshape(
            3, 3, *cases
        )
    unsure = s + opened - variance > c.underweight_above**2
    beta = jnp.where(unsure, c.underweight, 0.0)
    p, dx = cov.update(
        p, no_error(nav), h, nu, variance, use, underweight=beta, gains=gains(c)
    )
    used = use.astype(nu.dtype)
    said = jnp.where(seen, nu, jnp.nan)
    return corrected(nav, p, dx), _Used(memory, said, jnp.sqrt(s), used)
