"""Where an instrument sits on the lander and how it is turned there."""

import equinox as eqx

from frigoris.math.rotation import q_from_rotvec, qmul, rotate
from frigoris.math.vectors import cross
from frigoris.types import Quat, Vec3


class Mount(eqx.Module):
    """Place and axes of an instrument, as they really are."""

    position_B: Vec3  # from the origin of the body frame [m]
    misalignment_B: Vec3  # true minus believed axes, rotation vector [rad]


def axes(mount: Mount, q_MB: Quat) -> Quat:
    """Moon-fixed from instrument axes; those lie along the body's but for the error.

    Valid for errors below 0.3 rad.
    """
    return qmul(q_MB, q_from_rotvec(mount.misalignment_B))


def arm(mount: Mount, q_MB: Quat, com_B: Vec3) -> Vec3:
    """Way from the centre of mass to the instrument, Moon-fixed axes [m]."""
    return rotate(q_MB, mount.position_B - com_B)


def speed(arm_M: Vec3, v_M: Vec3, omega_M: Vec3) -> Vec3:
    """Velocity of the instrument from that of the centre of mass [m/s].

    `omega_M` is the rate of the body against the axes that `v_M` is seen from.
    """
    return v_M + cross(omega_M, arm_M)
