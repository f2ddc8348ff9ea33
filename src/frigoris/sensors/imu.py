"""Inertial measurement unit: increments with bias, scale error, noise, random walk."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import q_from_rotvec, rotate_inv
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross
from frigoris.sensors.mount import Mount
from frigoris.types import Scalar, Vec3

NOISES = 6  # standard normal numbers that one measurement uses, and one walk


class Imu(eqx.Module):
    """True errors of one unit, and where it sits."""

    mount: Mount
    accel_bias: Vec3  # at the start [m/s^2]
    accel_scale: Vec3  # scale error per axis [-]
    accel_noise: Scalar  # velocity random walk [m/s/sqrt(s)]
    accel_walk: Scalar  # bias random walk [m/s^2/sqrt(s)]
    gyro_bias: Vec3  # [rad/s]
    gyro_scale: Vec3  # [-]
    gyro_noise: Scalar  # angle random walk [rad/sqrt(s)]
    gyro_walk: Scalar  # bias random walk [rad/s/sqrt(s)]


class ImuState(eqx.Module):
    """Biases as they have walked by now."""

    accel_bias: Vec3  # [m/s^2]
    gyro_bias: Vec3  # [rad/s]
    since: Scalar  # time since their last step [s]


def start(imu: Imu) -> ImuState:
    """Switch on: the biases have not walked yet."""
    zero = jnp.zeros_like(imu.accel_bias[0])
    return ImuState(accel_bias=imu.accel_bias, gyro_bias=imu.gyro_bias, since=zero)


def at_place(
    imu: Imu, dtheta_B: Vec3, dv_B: Vec3, change_B: Vec3, dt: Scalar, com_B: Vec3
) -> tuple[Vec3, Vec3]:
    """Increments where the unit sits, in its own axes, from those of the vehicle.

    `dv_B` is that of the centre of mass, `change_B` of the rate over the `dt`.
    """
    arm = imu.mount.position_B - com_B
    rate = dtheta_B / jnp.maximum(dt, 1e-3)
    dv_B = dv_B + cross(change_B, arm) + dt * cross(rate, cross(rate, arm))
    turned = q_from_rotvec(imu.mount.misalignment_B)
    return rotate_inv(turned, dtheta_B), rotate_inv(turned, dv_B)


def measure(
    imu: Imu,
    state: ImuState,
    dtheta_B: Vec3,
    dv_B: Vec3,
    dt: Scalar,
    noise: Float[Array, "6 *#cases"],
) -> tuple[Vec3, Vec3, ImuState]:
    """Measured increments over the last `dt` from the true ones."""
    root = jnp.sqrt(dt)
    gyro = (1.0 + imu.gyro_scale) * dtheta_B + state.gyro_bias * dt
    gyro = gyro + imu.gyro_noise * root * noise[0:3]
    accel = (1.0 + imu.accel_scale) * dv_B + state.accel_bias * dt
    accel = accel + imu.accel_noise * root * noise[3:6]
    return gyro, accel, replace_at(lambda s: s.since, state, state.since + dt)


def walk(imu: Imu, state: ImuState, noise: Float[Array, "6 *#cases"]) -> ImuState:
    """One step of the random walk of the biases, for all the time since the last."""
    root = jnp.sqrt(state.since)
    return ImuState(
        accel_bias=state.accel_bias + imu.accel_walk * root * noise[0:3],
        gyro_bias=state.gyro_bias + imu.gyro_walk * root * noise[3:6],
        since=jnp.zeros_like(state.since),
    )
