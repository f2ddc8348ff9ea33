"""Two flights side by side: common channels over a common time, events, differences."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.errors import UserError
from frigoris.flight.record import Truth, read_truth
from frigoris.packets.ordering import gaps, with_breaks
from frigoris.packets.tables import read_ground
from frigoris.phases import BRAKING, PHASES
from frigoris.report.view import thin

Curve = tuple[np.ndarray, np.ndarray]  # times after ignition [s], values
Table = dict[str, np.ndarray]

BEFORE = 20.0  # shown before ignition [s]

# channel -> (column of the truth, packet and field of the telemetry)
CHANNELS: dict[str, tuple[str, tuple[str, str] | None]] = {
    "altitude_m": ("altitude_m", ("gnc", "est_altitude_m")),
    "descent_rate_m_s": ("descent_rate_m_s", ("gnc", "est_descent_rate_m_s")),
    "speed_horizontal_m_s": (
        "speed_horizontal_m_s",
        ("gnc", "est_speed_horizontal_m_s"),
    ),
    "mass_kg": ("mass_kg", ("propulsion", "est_mass_kg")),
    "tilt_deg": ("tilt_deg", None),
}
AT_EVENTS = ("altitude_m", "descent_rate_m_s", "mass_kg")
ENDS = (  # of the contact, and of the whole flight
    ("speed_vertical_m_s", "m_s", "downward at contact"),
    ("speed_horizontal_m_s", "m_s", "sideways at contact"),
    ("tilt_deg", "deg", "tilt at contact"),
    ("miss_m", "m", "from the target"),
    ("propellant_left_kg", "kg", "propellant left"),
)


@dataclass(frozen=True)
class Side:
    """One of the two flights."""

    name: str
    known: str  # what its curves are: truth, or telemetry
    curves: dict[str, Curve]
    events: dict[str, float]  # name -> first time of it, after ignition [s]
    ends: dict[str, float | None]
    outcome: str  # empty where only telemetry is known
    missing: int  # packets in gaps
    notes: list[str] = field(default_factory=list)

    def at(self, channel: str, t: float) -> float | None:
        """Value at a time after ignition, None outside of what is known."""
        if channel not in self.curves:
            return None
        times, values = self.curves[channel]
        if not len(times) or not times[0] <= t <= times[-1]:
            return None
        value = float(np.interp(t, times, values))
        return value if np.isfinite(value) else None


@dataclass(frozen=True)
class Pair:
    """Both, and what is between them."""

    first: Side
    second: Side

    def difference(self, channel: str) -> Curve:
        """Second less first at the same time after ignition, where both are known."""
        if channel not in self.first.curves or channel not in self.second.curves:
            return np.zeros(0), np.zeros(0)
        (t, a), (u, b) = self.first.curves[channel], self.second.curves[channel]
        if not len(t) or not len(u):
            return np.zeros(0), np.zeros(0)
        inside = t[(t >= u[0]) & (t <= u[-1])]
        return inside, np.interp(inside, u, b) - np.interp(inside, t, a)

    def events(self) -> list[str]:
        """Names of the events of either, in the order of their times."""
        both = {**self.second.events, **self.first.events}
        return sorted(both, key=lambda name: both[name])


def read_pair(first: Path, second: Path) -> Pair:
    """Both records, or folders of telemetry. Raises `UserError`."""
    return Pair(_read(first), _read(second))


def _read(folder: Path) -> Side:
    notes: list[str] = []
    ground = read_ground(folder, notes.append)
    missing = sum(gap.missing for gap in gaps(ground.tables))
    if not (folder / "truth" / "flight.json").is_file():
        return _from_telemetry(folder, ground.tables, missing, notes)
    try:
        return _from_truth(folder, read_truth(folder), missing, notes)
    except (OSError, ValueError, KeyError, TypeError, UserError) as error:
        notes.append(f"its truth was left out: {error}")
        return _from_telemetry(folder, ground.tables, missing, notes)


def _from_truth(folder: Path, truth: Truth, missing: int, notes: list[str]) -> Side:
    flight = truth.flight
    zero = _ignition(truth.onboard["t_s"], truth.onboard["phase"])
    contact = flight.get("contact") or {}
    end = float(contact.get("t_s", truth.states["t_s"][-1])) - zero
    curves = {}
    for channel, (column, _) in CHANNELS.items():
        t = truth.states["t_s"] - zero
        curves[channel] = _shown(t, truth.states[column], end)
    events = {
        str(e["name"]): float(e["t_s"]) - zero for e in reversed(flight["events"])
    }
    case = flight["case"]
    what = "design point" if case is None else f"case {case}"
    return Side(
        name=f"{flight['mission']}, {what} ({folder.name})",
        known="truth",
        curves=curves,
        events=events,
        ends={name: (contact | flight).get(name) for name, _, _ in ENDS},
        outcome=str(flight["outcome"]),
        missing=missing,
        notes=notes,
    )


def _from_telemetry(
    folder: Path, tables: dict[str, Table], missing: int, notes: list[str]
) -> Side:
    gnc = tables.get("gnc", {})
    phases = "phase" in gnc and len(gnc["t_s"]) > 0
    zero = _ignition(gnc["t_s"], gnc["phase"]) if phases else 0.0
    curves = {}
    for channel, (_, source) in CHANNELS.items():
        if source and source[1] in tables.get(source[0], {}):
            t, values = with_breaks(tables[source[0]], source[1])
            curves[channel] = _shown(t - zero, values, np.inf)
    return Side(
        name=f"{_mission(folder)} ({folder.name})",
        known="telemetry",
        curves=curves,
        events=_phases(gnc, zero) if phases else {},
        ends={},
        outcome="",
        missing=missing,
        notes=notes,
    )


def _mission(folder: Path) -> str:
    try:
        index = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        return str(index["mission"])
    except (OSError, ValueError, KeyError, TypeError):
        return "telemetry"


def _ignition(t: np.ndarray, phase: np.ndarray) -> float:
    """When braking began, or the first time where it never did [s]."""
    braking = np.flatnonzero(phase == BRAKING)
    return float(t[braking[0]]) if len(braking) else float(t[0])


def _phases(gnc: Table, zero: float) -> dict[str, float]:
    """When each phase is first seen."""
    phase, t = gnc["phase"], gnc["t_s"]
    known = [p for p in np.unique(phase) if p < len(PHASES)]
    return {PHASES[p]: float(t[np.argmax(phase == p)]) - zero for p in known}


def _shown(t: np.ndarray, values: np.ndarray, end: float) -> Curve:
    rows = np.flatnonzero((t >= -BEFORE) & (t <= end))
    rows = thin(rows) if len(rows) else rows
    return t[rows], np.asarray(values, np.float64)[rows]


def summary(pair: Pair) -> dict[str, Any]:
    """The comparison as numbers, for JSON and for the page."""
    return {
        "flights": [_told(side) for side in (pair.first, pair.second)],
        "ends": [
            _compared(name, *(s.ends.get(name) for s in (pair.first, pair.second)))
            | {"unit": unit, "text": text}
            for name, unit, text in ENDS
        ],
        "events": [_event(pair, name) for name in pair.events()],
    }


def _told(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "known": side.known,
        "outcome": side.outcome or None,
        "missing_packets": side.missing,
        "notes": side.notes,
    }


def _compared(name: str, first: float | None, second: float | None) -> dict[str, Any]:
    both = first is not None and second is not None
    difference = second - first if both else None  # type: ignore[operator]
    return {"name": name, "first": first, "second": second, "difference": difference}


def _event(pair: Pair, name: str) -> dict[str, Any]:
    """When it was in each, and what both were like at their own moment of it."""
    sides = (pair.first, pair.second)
    times = [side.events.get(name) for side in sides]
    values = {}
    for channel in AT_EVENTS:
        then = [
            None if t is None else side.at(channel, t)
            for side, t in zip(sides, times, strict=True)
        ]
        values[channel] = _compared(channel, *then)
    return _compared(name, *times) | {"values": values}
