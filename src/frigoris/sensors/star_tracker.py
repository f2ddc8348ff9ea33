"""Star tracker: inertial attitude with noise, and a mounting that may be off."""

import equinox as eqx

from frigoris.math.rotation import q_from_rotvec, qmul
from frigoris.types import Quat, Scalar, Vec3

NOISES = 3  # standard normal numbers that one measurement uses


class StarTracker(eqx.Module):
    """The instrument's axes are turned by `misalignment` from where the flight software
    believes them, so every attitude it reports is wrong by that, in body axes."""

    misalignment_B: Vec3  # true minus believed mounting, rotation vector [rad]
    noise: Scalar  # per axis and measurement [rad]


def measure(tracker: StarTracker, q_IB: Quat, noise: Vec3) -> Quat:
    """Reported attitude `q_IB`; `noise` are three standard normal numbers.

    Valid for errors below 0.3 rad.
    """
    error_B = tracker.misalignment_B + tracker.noise * noise
    return qmul(q_IB, q_from_rotvec(error_B))
