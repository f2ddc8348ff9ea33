"""What became of a flight: a value, never an exception."""

from dataclasses import dataclass

import numpy as np

from frigoris.flight.state import State

LANDED = "landed"
TIPPED_OVER = "tipped_over"
CRASHED = "crashed"
STILL_FLYING = "still_flying"
NOT_FINITE = "not_finite"
OUTCOMES = (LANDED, TIPPED_OVER, CRASHED, STILL_FLYING, NOT_FINITE)


@dataclass(frozen=True)
class Gear:
    """What the landing gear survives."""

    vertical_speed_max: float  # [m/s]
    horizontal_speed_max: float  # [m/s]
    tilt_max: float  # [rad]


@dataclass(frozen=True)
class Touch:
    """The first contact of one case, in the local frame at the point of contact."""

    time: float  # [s]
    r_M: np.ndarray  # centre of mass [m]
    vertical_speed: float  # downward [m/s]
    horizontal_speed: float  # [m/s]
    tilt: float  # from the local vertical [rad]


def touch(truth: State, lane: int) -> Touch | None:
    """The contact of one lane, or none."""
    time = float(truth.contact.time[lane])
    if not np.isfinite(time):
        return None
    r = np.asarray(truth.contact.r_M[:, lane])
    v = np.asarray(truth.contact.v_M[:, lane])
    w, x, y, z = truth.contact.q_MB[:, lane]
    up = r / np.linalg.norm(r)
    axis = np.array([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)])
    climb = float(v @ up)
    return Touch(
        time=time,
        r_M=r,
        vertical_speed=-climb,
        horizontal_speed=float(np.linalg.norm(v - climb * up)),
        tilt=float(np.arctan2(np.linalg.norm(np.cross(axis, up)), axis @ up)),
    )


def classify(truth: State, lane: int, gear: Gear) -> str:
    """The outcome of one lane.

    The touchdown itself is not simulated: contact within what the gear survives is a
    landing, a faster descent is a crash, a faster drift or a larger tilt tips over.
    """
    if truth.broken[lane] > 0.5:
        return NOT_FINITE
    found = touch(truth, lane)
    if found is None:
        return STILL_FLYING
    if found.vertical_speed > gear.vertical_speed_max:
        return CRASHED
    sideways = found.horizontal_speed > gear.horizontal_speed_max
    if sideways or found.tilt > gear.tilt_max:
        return TIPPED_OVER
    return LANDED
