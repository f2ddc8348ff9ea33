"""What became of a flight: a value, never an exception."""

from dataclasses import dataclass

import numpy as np

from frigoris.constants import HIGHEST_MOON, MU_MOON, RADIUS_MOON, SPIN_MOON
from frigoris.flight.landing import FALLEN, Landing
from frigoris.flight.state import State

LANDED = "landed"
LEANING = "leaning"  # at rest and whole, but too steep to work
TIPPED_OVER = "tipped_over"
CRASHED = "crashed"
STILL_FLYING = "still_flying"
IN_ORBIT = "in_orbit"  # does not come down by itself
NOT_FINITE = "not_finite"
SOFTWARE_LOST = "software_lost"  # in another process, gone before the ground
OUTCOMES = (
    *(LANDED, LEANING, TIPPED_OVER, CRASHED),
    *(IN_ORBIT, STILL_FLYING, NOT_FINITE, SOFTWARE_LOST),
)


@dataclass(frozen=True)
class Rated:
    """What the landing gear is rated for."""

    vertical_speed_max: float  # [m/s]
    horizontal_speed_max: float  # [m/s]
    tilt_max: float  # at rest [rad]
    strike_max: float  # speed of a strike that the body survives [m/s]


@dataclass(frozen=True)
class Touch:
    """The first contact of one case, in the local frame at the point of contact."""

    time: float  # [s]
    r_M: np.ndarray  # centre of mass [m]
    vertical_speed: float  # downward [m/s]
    horizontal_speed: float  # [m/s]
    tilt: float  # from the local vertical [rad]


@dataclass(frozen=True)
class Touches:
    """The same of every case of a batch, NaN where there was no contact."""

    time: np.ndarray  # [s]
    r_M: np.ndarray  # [3, case] [m]
    vertical_speed: np.ndarray  # [m/s]
    horizontal_speed: np.ndarray  # [m/s]
    tilt: np.ndarray  # [rad]


def touches(truth: State) -> Touches:
    """The first contacts of a batch."""
    c = truth.contact
    time, r, v = (np.asarray(x) for x in (c.time, c.r_M, c.v_M))
    w, x, y, z = np.asarray(c.q_MB)
    up = r / np.sqrt(np.sum(r * r, axis=0))
    axis = np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)])
    climb = np.sum(v * up, axis=0)
    level = v - climb * up
    across = np.cross(axis, up, axis=0)
    tilt = np.arctan2(np.sqrt(np.sum(across**2, axis=0)), np.sum(axis * up, axis=0))
    none = np.where(np.isfinite(time), 0.0, np.nan)
    return Touches(
        time=time + none,
        r_M=r + none,
        vertical_speed=-climb + none,
        horizontal_speed=np.sqrt(np.sum(level * level, axis=0)) + none,
        tilt=tilt + none,
    )


def touch(truth: State, lane: int) -> Touch | None:
    """The contact of one lane, or none."""
    found = touches(truth)
    if not np.isfinite(found.time[lane]):
        return None
    return Touch(
        time=float(found.time[lane]),
        r_M=found.r_M[:, lane],
        vertical_speed=float(found.vertical_speed[lane]),
        horizontal_speed=float(found.horizontal_speed[lane]),
        tilt=float(found.tilt[lane]),
    )


def perilunes(truth: State) -> np.ndarray:
    """Lowest point of the orbit of every lane, over the sphere of heights [m]."""
    r, v_M = (np.asarray(x) for x in (truth.motion.r_M, truth.motion.v_M))
    turning = np.stack([-r[1], r[0], np.zeros_like(r[0])])
    v = v_M + SPIN_MOON * turning
    h2 = np.sum(np.cross(r, v, axis=0) ** 2, axis=0)
    energy = 0.5 * np.sum(v * v, axis=0) - MU_MOON / np.sqrt(np.sum(r * r, axis=0))
    e = np.sqrt(np.maximum(1.0 + 2.0 * energy * h2 / MU_MOON**2, 0.0))
    lowest: np.ndarray = h2 / MU_MOON / (1.0 + e) - RADIUS_MOON
    return lowest


def outcomes(truth: State, landing: Landing, rated: Rated) -> list[str]:
    """The outcome of every lane, by what its touchdown came to.

    Landed is who came to rest within the rated tilt, with all struts whole and no hard
    strike of the body; who fell on the side tipped over. Only what is shown to be so
    lands: a number that is not finite fails.
    """
    touched = np.isfinite(np.asarray(truth.contact.time))
    whole = (landing.broken == 0) & (landing.strike <= rated.strike_max)
    stands, upright = landing.tilt <= FALLEN, landing.tilt <= rated.tilt_max
    choices = [
        (np.asarray(truth.broken) > 0.5, NOT_FINITE),
        (~touched & (perilunes(truth) > HIGHEST_MOON), IN_ORBIT),
        (~touched, STILL_FLYING),
        (~np.isfinite(landing.duration), NOT_FINITE),
        (~whole, CRASHED),
        (~stands, TIPPED_OVER),
        (~(landing.at_rest > 0.5), STILL_FLYING),
        (~upright, LEANING),
    ]
    named = np.select([c for c, _ in choices], [n for _, n in choices], LANDED)
    return [str(name) for name in named]
