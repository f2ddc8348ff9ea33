"""Attitude control: a turn that can be stopped in time, torque, jets' on-times."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import conj, q_from_dcm, qmul, rotvec_from_q
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, dot, norm
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.modulation import pulse
from frigoris.onboard.terminal import attitude_axes
from frigoris.types import Flag, Quat, Scalar, Vec3


class Controller(eqx.Module):
    """What the controller remembers."""

    trim: Vec3  # torque that cancels the steady disturbance [N m]
    owed: Float[Array, "4 *cases"]  # on-time of each channel not yet given [s], signed


def start(like: Vec3) -> Controller:
    """No trim, nothing owed."""
    zero = jnp.zeros_like(like)
    return Controller(trim=zero, owed=jnp.stack([zero[0]] * 4))


def attitude_command(direction_M: Vec3, normal_M: Vec3) -> Quat:
    """The attitude with +z along the thrust and +y along the plane's normal."""
    x, y, z = attitude_axes(direction_M, normal_M + 0.0 * direction_M)
    return q_from_dcm(jnp.stack([x, y, z], axis=1))


def torque_command(
    config: OnboardConfig,
    state: Controller,
    q_MB: Quat,
    omega_B: Vec3,
    q_cmd: Quat,
    inertia: Vec3,
    tight: Flag,
    dt: Scalar,
) -> tuple[Vec3, Controller]:
    """Torque [N m] towards `q_cmd`, and the trim it learnt on the way."""
    c = config.control
    wn = jnp.where(tight, c.bandwidth, c.bandwidth_coast)
    error = rotvec_from_q(qmul(conj(q_MB), q_cmd))
    size = jnp.sqrt(dot(error, error) + 1e-16)
    # linear near zero, then no faster than the jets can stop, then the rate limit
    linear = 0.5 * wn / c.damping * size
    stop = jnp.sqrt(2.0 * c.accel_max * size)
    rate = jnp.minimum(jnp.minimum(linear, stop), c.rate_max)
    rate_error = rate * error / size - omega_B
    trim = state.trim + jnp.where(
        tight, c.trim_gain * inertia * rate_error * wn * dt, 0.0
    )
    trim = jnp.clip(trim, -c.torque_trim_max, c.torque_trim_max)
    trim = jnp.where(tight, trim, 0.0)
    torque = inertia * (2.0 * c.damping * wn * rate_error) + trim
    return torque, Controller(trim=trim, owed=state.owed)


def allocate(
    config: OnboardConfig, state: Controller, torque: Vec3, tight: Flag, dt: Scalar
) -> tuple[Float[Array, "8 *cases"], Controller]:
    """Part of the tick for each of eight jets.

    Held tightly, a channel shorter than the smallest pulse is owed to the next tick, so
    that the mean torque is right; in the coast it is dropped, which leaves a dead band
    of some degrees and a quiet vehicle. Saturation scales all channels, which keeps the
    direction.
    """
    allocation = config.vehicle.rcs_allocation
    duty = (
        allocation[:, 0] * torque[0]
        + allocation[:, 1] * torque[1]
        + allocation[:, 2] * torque[2]
    )
    peak = jnp.max(jnp.abs(duty), axis=0)
    given, owed = pulse(
        duty / jnp.maximum(peak, 1.0) * dt,
        state.owed,
        config.vehicle.rcs_on_time_min,
        dt,
    )
    jets = []
    for k in range(4):
        jets += [jnp.maximum(given[k], 0.0), jnp.maximum(-given[k], 0.0)]
    return jnp.stack(jets) / dt, replace_at(
        lambda s: s.owed, state, jnp.where(tight, owed, 0.0)
    )


def tilt(q_MB: Quat, up_M: Vec3) -> Scalar:
    """Angle between the body's +z axis and `up_M` [rad]."""
    w, x, y, z = q_MB[0], q_MB[1], q_MB[2], q_MB[3]
    axis = jnp.stack(
        [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)]
    )
    return jnp.arctan2(norm(cross(axis, up_M)), dot(axis, up_M))
