"""Attitude thrusters: any number of them, anywhere, each pushing one way."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from frigoris.constants import G0
from frigoris.math.vectors import cross
from frigoris.types import Jets, Scalar, Vec3


class Thrusters(eqx.Module):
    """The jets as they really are."""

    thrust: Scalar  # of one thruster [N]
    isp: Scalar  # [s]
    open_delay: Scalar  # from the command to the first flow [s]
    close_delay: Scalar  # from the command to the last flow [s]
    off_from: Jets  # does not push any more [s of the flight]
    on_from: Jets  # can't be closed any more [s of the flight]
    position_B: Float[Array, "3 jets *#cases"]  # [m]
    direction_B: Float[Array, "3 jets *#cases"]  # of the force on the vehicle [-]


def corner_layout(
    arm: float | np.ndarray, height: float | np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Four corners, two opposite jets each, canted by 45 deg out of the level plane.

    Thrusters `2k` and `2k+1` of corner `k` push exactly opposite ways, so their torques
    do too and each corner is one signed channel; four channels span three axes and one
    may fail. Returns positions `[3, 8]` [m], with cases last where `arm` or `height`
    has them, and force directions `[3, 8]`.
    """
    positions, directions = [], []
    for k in range(4):
        azimuth = np.pi / 4 + k * np.pi / 2
        radial = np.array([np.cos(azimuth), np.sin(azimuth), 0.0])
        tangent = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
        # the vertical part changes sign from corner to corner: pure roll has no force
        push = (tangent + (-1) ** k * np.array([0.0, 0.0, 1.0])) / np.sqrt(2.0)
        for sign in (1.0, -1.0):
            x, y = arm * radial[0], arm * radial[1]
            positions.append(np.stack(np.broadcast_arrays(x, y, height)))
            directions.append(sign * push)
    return np.stack(positions, axis=1), np.stack(directions, axis=1)


def delivered(jets: Thrusters, duty: Jets, time: Scalar, dt: Scalar) -> Jets:
    """Part of a tick of `dt` [s] for which each jet really pushes."""
    longer = (jets.close_delay - jets.open_delay) / dt
    on = jnp.where(duty > 0.0, jnp.clip(duty + longer, 0.0, 1.0), 0.0)
    on = jnp.where(time >= jets.on_from, 1.0, jnp.where(duty >= 1.0, 1.0, on))
    return jnp.where(time >= jets.off_from, 0.0, on)


def wrench(jets: Thrusters, duty: Jets, com_B: Vec3) -> tuple[Vec3, Vec3]:
    """Force [N] and torque about the centre of mass [N m], body axes."""
    force_each = jets.direction_B * (jets.thrust * duty)[None]
    arm_each = jets.position_B - com_B[:, None]
    force_B = jnp.sum(force_each, axis=1)
    return force_B, jnp.sum(cross(arm_each, force_each), axis=1)


def mass_flow(jets: Thrusters, duty: Jets) -> Scalar:
    """Propellant used per second [kg/s]."""
    return jets.thrust * jnp.sum(duty, axis=0) / (jets.isp * G0)
