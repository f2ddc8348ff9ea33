"""What the figures show of a flight: the powered descent, its marks, thinned curves."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from frigoris.phases import BRAKING, PHASES

Table = dict[str, np.ndarray]

BEFORE = 20.0  # shown before ignition [s]
POINTS = 700  # of one curve
NEAR = 4000.0  # altitude of the close look [m]


@dataclass(frozen=True)
class Mark:
    """A moment that is marked in every figure."""

    t: float  # after ignition [s]
    altitude: float  # true, above the ground beneath [m]
    descent_rate: float  # true [m/s]


@dataclass(frozen=True)
class View:
    """Curves from shortly before ignition to the contact, thinned.

    `t` is the time after ignition [s]; `near` the same close to the ground.
    """

    t: np.ndarray
    truth: Table
    onboard: Table
    near: "View | None"
    first_valid: Mark | None
    last_telemetry: Mark | None
    contact: Mark | None
    site_height: float  # of the target above the reference sphere [m]
    scheduled: np.ndarray  # where the flight software follows its schedule


def ignition(flight: Any) -> float:
    """When braking began, or was planned to begin [s of the flight]."""
    braking = np.flatnonzero(flight.onboard["phase"] == BRAKING)
    if len(braking):
        return float(flight.onboard["t_s"][braking[0]])
    return float(flight.ignition_s)


def make_view(flight: Any, radius: float) -> View:
    """All that the figures need. `radius`: of the reference sphere [m]."""
    zero = ignition(flight)
    t = flight.truth["t_s"] if _known(flight.truth["t_s"]) else flight.onboard["t_s"]
    end = flight.contact["t_s"] if flight.contact else t[-1]
    rows = np.flatnonzero((t >= zero - BEFORE) & (t <= end))
    rows = rows if len(rows) > 1 else np.arange(len(t))
    marks = _marks(flight, t, zero)
    height = float(np.linalg.norm(flight.site_M)) - radius
    close = near_rows(flight.truth["altitude_m"][rows])
    near = (
        _cut(flight, t, rows[close], zero, marks, height, None) if len(close) else None
    )
    return _cut(flight, t, rows, zero, marks, height, near)


def _known(values: np.ndarray) -> bool:
    return bool(np.isfinite(values).all())


def near_rows(altitude: np.ndarray) -> np.ndarray:
    """Rows after the last time the lander was higher than the close look."""
    high = np.flatnonzero(altitude > NEAR)
    first = int(high[-1]) + 1 if len(high) else 0
    rows = np.arange(first, len(altitude))
    return rows if len(rows) > 1 and _known(altitude[rows]) else np.arange(0)


def _cut(
    flight: Any,
    t: np.ndarray,
    rows: np.ndarray,
    zero: float,
    marks: dict[str, Mark | None],
    height: float,
    near: View | None,
) -> View:
    rows = thin(rows)
    return View(
        t=t[rows] - zero,
        truth={k: v[rows] for k, v in flight.truth.items()},
        onboard={k: v[rows] for k, v in flight.onboard.items()},
        near=near,
        site_height=height,
        scheduled=np.isin(flight.onboard["phase"][rows], _scheduled(flight)),
        **marks,
    )


def _scheduled(flight: Any) -> list[int]:
    """Numbers of the phases whose law is the schedule."""
    phases = flight.mission.onboard.sequence.phases
    return [PHASES.index(n) for n, phase in phases.items() if phase.law == "schedule"]


def thin(rows: np.ndarray) -> np.ndarray:
    """At most about `POINTS` of the rows, first and last among them."""
    step = max(len(rows) // POINTS, 1)
    return np.unique(np.append(rows[::step], rows[-1:]))


def _marks(flight: Any, t: np.ndarray, zero: float) -> dict[str, Mark | None]:
    valid = np.flatnonzero(flight.onboard["laser_valid"] > 0)
    first = float(flight.onboard["t_s"][valid[0]]) if len(valid) else None
    # after a landing the link goes on: only the record ends
    silent = flight.last_telemetry and not flight.landed
    last = flight.last_telemetry["t_s"] if silent else None
    touch = flight.contact["t_s"] if flight.contact else None
    moments = {"first_valid": first, "last_telemetry": last, "contact": touch}
    return {name: _mark(flight, t, at, zero) for name, at in moments.items()}


def _mark(flight: Any, t: np.ndarray, at: float | None, zero: float) -> Mark | None:
    if at is None:
        return None
    altitude = float(np.interp(at, t, flight.truth["altitude_m"]))
    rate = float(np.interp(at, t, flight.truth["descent_rate_m_s"]))
    if flight.contact and at == flight.contact["t_s"]:
        # the table may go on at rest after it
        altitude, rate = 0.0, float(flight.contact["speed_vertical_m_s"])
    return Mark(at - zero, altitude, rate) if np.isfinite(altitude) else None
