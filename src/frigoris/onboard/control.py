"""Attitude control: a turn that can be stopped in time, torque, jets' on-times."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import conj, q_from_dcm, qmul, rotvec_from_q
from frigoris.math.vectors import dot
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.modulation import opposed
from frigoris.onboard.terminal import attitude_axes
from frigoris.types import Flag, Quat, Scalar, Vec3


def attitude_command(direction_M: Vec3, normal_M: Vec3) -> Quat:
    """The attitude with +z along the thrust and +y along the plane's normal."""
    x, y, z = attitude_axes(direction_M, normal_M + 0.0 * direction_M)
    return q_from_dcm(jnp.stack([x, y, z], axis=1))


def torque_command(
    config: OnboardConfig,
    trim: Vec3,
    q_MB: Quat,
    omega_B: Vec3,
    q_cmd: Quat,
    inertia: Vec3,
    tight: Flag,
    dt: Scalar,
) -> tuple[Vec3, Vec3]:
    """Torque [N m] towards `q_cmd`, and the trim that cancels a steady disturbance.

    `tight` is the control of burns; without it the coast is held loosely and no trim is
    learnt.
    """
    c = config.control
    wn = jnp.where(tight, c.bandwidth, c.bandwidth_coast)
    error = rotvec_from_q(qmul(conj(q_MB), q_cmd))
    size = jnp.sqrt(dot(error, error) + 1e-16)
    # linear near zero, then no faster than the jets can stop, then the rate limit
    linear = 0.5 * wn / c.damping * size
    stop = jnp.sqrt(2.0 * c.accel_max * size)
    rate = jnp.minimum(jnp.minimum(linear, stop), c.rate_max)
    rate_error = rate * error / size - omega_B
    learnt = trim + c.trim_gain * inertia * rate_error * wn * dt
    learnt = jnp.clip(learnt, -c.torque_trim_max, c.torque_trim_max)
    learnt = jnp.where(tight, learnt, 0.0)
    return inertia * (2.0 * c.damping * wn * rate_error) + learnt, learnt


def allocate(
    config: OnboardConfig, torque: Vec3, tight: Flag, dt: Scalar
) -> Float[Array, "8 *#cases"]:
    """Part of the tick for each of eight jets.

    Held tightly, small torques are exact; in the coast they are dropped, which leaves a
    dead band of some degrees and a quiet vehicle. Saturation scales all channels, which
    keeps the direction of the torque.
    """
    v = config.vehicle
    tx, ty, tz = jnp.unstack(torque)
    duty = (
        v.rcs_allocation[:, 0] * tx
        + v.rcs_allocation[:, 1] * ty
        + v.rcs_allocation[:, 2] * tz
    )
    peak = jnp.max(jnp.abs(duty), axis=0)
    wanted = duty / jnp.maximum(peak, 1.0) * dt
    plus, minus = opposed(wanted, v.rcs_on_time_min, dt, tight)
    both = jnp.stack([plus, minus], axis=1) / dt
    return both.reshape((8, *duty.shape[1:]))
