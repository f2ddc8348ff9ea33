"""Attitude control: a turn that can be stopped in time, torque, jets' on-times."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import conj, q_from_dcm, qmul, rotate_inv, rotvec_from_q
from frigoris.math.trig import atan2
from frigoris.math.vectors import cross, dot, norm, over_cases
from frigoris.onboard import sequence
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.guidance import BEFORE
from frigoris.onboard.modulation import Modulation, jet_pulses, pwpf, unopposed
from frigoris.types import Flag, Index, Jets, Quat, Scalar, Vec3

POINTING_TIME = 25.0  # before ignition the attitude is held as closely as in a burn [s]


def attitude_axes(direction: Vec3, normal: Vec3) -> tuple[Vec3, Vec3, Vec3]:
    """Body axes in M with +z along `direction` and +y near the plane's normal."""
    y = normal - direction * dot(normal, direction)
    y = y / norm(y)
    return cross(y, direction), y, direction


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


def swing(
    config: OnboardConfig, torque: Vec3, thrust: Scalar
) -> tuple[Float[Array, "2 *#cases"], Vec3]:
    """Gimbal angles of the main engines [rad], and the torque left for the jets [N m].

    `thrust` is that of the main engines [N]. Fixed engines have no room to turn.
    """
    v = config.vehicle
    lever = jnp.maximum(v.gimbal_arm * thrust, 1e-6)
    angle = jnp.clip(-torque[:2] / lever, -v.gimbal_max, v.gimbal_max)
    angle = jnp.where(thrust > 0.0, angle, 0.0)
    done = jnp.concatenate([-angle * lever, jnp.zeros_like(torque[:1])])
    return angle, torque - done


def allocate(
    config: OnboardConfig,
    torque: Vec3,
    tight: Flag,
    memory: Modulation,
    dt: Scalar,
) -> tuple[Jets, Modulation]:
    """Part of the tick for each jet, and what their modulators remember.

    Without modulators: held tightly, small torques are exact; in the coast they are
    dropped, which leaves a dead band of some degrees and a quiet vehicle. Saturation
    scales all jets, which keeps the direction of the torque.
    """
    v = config.vehicle
    ways = jnp.stack([jnp.maximum(torque, 0.0), jnp.maximum(-torque, 0.0)], axis=1)
    ways = ways.reshape((6, *torque.shape[1:]))
    table = over_cases(v.rcs_allocation, 2, torque.ndim - 1)
    pairs = over_cases(v.rcs_opposites, 2, torque.ndim - 1)
    time = unopposed(jnp.sum(table * ways[None], axis=1) * dt, pairs, dt)
    if config.control.modulator is None:
        return jet_pulses(time, pairs, v.rcs_on_time_min, dt, tight) / dt, memory
    time, memory = pwpf(config.control.modulator, time / dt, memory, dt)
    return time / dt, memory


def nadir_cant(config: OnboardConfig, q_MB: Quat, r_M: Vec3) -> Scalar:
    """Mirror of the range finder that looks straight down, as far as it goes [rad]."""
    down_B = rotate_inv(q_MB, -r_M)
    return jnp.clip(atan2(-down_B[0], -down_B[2]), 0.0, config.vehicle.cant_max)


def tight(config: OnboardConfig, phase: Index, time: Scalar) -> Flag:
    """Whether the attitude is held as in a burn, and not as in a coast."""
    soon = config.sequence.ignition_time - time < POINTING_TIME
    settles = soon & sequence.among(phase, BEFORE)
    return ~sequence.within(config.sequence, phase, ("coast",)) | settles
