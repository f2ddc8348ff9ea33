"""A navigator of one's own: dead reckoning, and a fixed gain on the range finder."""

import jax.numpy as jnp

import frigoris
from frigoris.math.rotation import conj, q_about_axis, q_from_rotvec, qmul, rotate
from frigoris.math.vectors import dot, norm
from frigoris.messages import Measurements, boresight
from frigoris.onboard import navigation
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.own import Estimate, Memory
from frigoris.types import Quat, Scalar, Vec3

STAR_GAIN, HEIGHT_GAIN = 0.1, 0.05  # of one reading [-]
HIGHEST = 6000.0  # ranges from above are of other ground [m]


def start(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
) -> Memory:
    """The state that the ground loaded."""
    zero = jnp.zeros_like(r_M[0])
    return {"r_M": r_M, "v_M": v_M, "q_MB": q_MB, "omega_B": omega_B, "time": zero}


@frigoris.register_navigator("dead_reckoning", start=start)
def dead_reckoning(
    config: OnboardConfig, memory: Memory, measured: Measurements, dt: Scalar
) -> tuple[Estimate, Memory]:
    """Position by twice integrating, attitude and height drawn to what is measured."""
    moon, h = config.moon, measured.elapsed
    r, v, q = memory["r_M"], memory["v_M"], memory["q_MB"]
    push = rotate(q, measured.dv)
    # engines off, the accelerometer reads its own bias
    quiet = norm(measured.dv) < 5e-4 * h
    push = jnp.where(quiet, 0.0, push)
    uneven = navigation.uneven_gravity(moon, r + 0.5 * h * v)
    middle = v + 0.5 * (push + h * navigation.free_accel(moon, r, v, uneven))
    r_middle = r + 0.5 * h * 0.5 * (v + middle)
    fall = navigation.free_accel(moon, r_middle, middle, uneven)
    r, v = r + 0.5 * h * (v + v + push + h * fall), v + push + h * fall
    spin = q_from_rotvec(-h * moon.omega_MI_M + 0.0 * r)
    q = qmul(qmul(spin, q), q_from_rotvec(measured.dtheta))
    time = memory["time"]
    q = _starred(config, q, measured, time)
    r = _ranged(config, r, q, measured)
    omega = jnp.where(
        h > 0.0, measured.dtheta / jnp.maximum(h, 1e-3), memory["omega_B"]
    )
    estimate = Estimate(r_M=r, v_M=v, q_MB=q, omega_B=omega, ground=jnp.zeros_like(h))
    new = {"r_M": r, "v_M": v, "q_MB": q, "omega_B": omega, "time": time + dt}
    return estimate, new


def _starred(config: OnboardConfig, q: Quat, said: Measurements, time: Scalar) -> Quat:
    """Part of the way to the star tracker's attitude; NaN chosen away before use."""
    moon = config.moon
    rate = norm(moon.omega_MI_M)
    q_IM = qmul(moon.q_IM0, q_about_axis(moon.omega_MI_M / rate, rate * time))
    seen = jnp.where(said.star_valid, qmul(conj(q_IM), said.q_IB), q)
    same = jnp.where(jnp.sum(seen * q, axis=0) < 0.0, -seen, seen)
    mixed = q + STAR_GAIN * (same - q)
    return mixed / jnp.sqrt(jnp.sum(mixed * mixed, axis=0))


def _ranged(config: OnboardConfig, r: Vec3, q: Quat, said: Measurements) -> Vec3:
    up = r / norm(r)
    beam = rotate(q, boresight(jnp.nan_to_num(said.laser_cant)))
    height = jnp.nan_to_num(said.laser_range) * -dot(beam, up)
    over = height + dot(
        rotate(q, config.vehicle.com_dry_B - config.vehicle.laser_B), up
    )
    error = over - (norm(r) - norm(config.moon.site_M))
    use = said.laser_valid & (over < HIGHEST)
    return r + jnp.where(use, HEIGHT_GAIN * error, 0.0) * up
