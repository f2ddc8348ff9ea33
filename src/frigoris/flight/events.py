"""What happened in a flight and when, read off its record."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from frigoris.flight.channels import Table
from frigoris.flight.outcome import CRASHED, SOFTWARE_LOST, Touch
from frigoris.flight.slices import Loss
from frigoris.onboard.convex.replan import WORDS
from frigoris.onboard.convex.solution import Outcome
from frigoris.onboard.hazard.choice import BLIND, KEPT, LEAST_BAD
from frigoris.phases import PHASES
from frigoris.radio.downlink import Downlink, spells

EXPECTED_RANGE = 3000.0  # altitude by which a range finder must speak [m]

PHASE_WORDS = {
    "deorbit_burn": "deorbit burn begins",
    "coast": "deorbit burn ends, coast",
    "trim": "engines settle at low thrust",
    "braking": "braking burn begins",
    "pitch_up": "braking ends, pitch-up",
    "approach": "braking ends, approach",
    "hover": "hover",
    "terminal_descent": "terminal descent",
    "terminal_landing": "terminal landing",
    "landed": "flight software: landed, engines off",
    "abort": "abort: back to orbit",
    "parking": "abort ends, coast in orbit",
    "safe": "safe mode, engines off",
}


@dataclass(frozen=True)
class Event:
    """One line of the timeline."""

    t_s: float
    name: str
    text: str
    values: dict[str, float] = field(default_factory=dict)


def phase_start(onboard: Table, phase: int) -> float | None:
    """When a phase began [s], or none."""
    index = np.flatnonzero(onboard["phase"] == phase)
    return float(onboard["t_s"][index[0]]) if len(index) else None


def first(flags: np.ndarray) -> int | None:
    """Index of the first true value."""
    index = np.flatnonzero(flags)
    return int(index[0]) if len(index) else None


def crossing(
    time: np.ndarray, value: np.ndarray, level: float, after: float = -np.inf
) -> float | None:
    """When `value` first falls through `level` after a time, between samples [s]."""
    falls = (value[:-1] > level) & (value[1:] <= level) & (time[:-1] >= after)
    index = first(falls)
    if index is None:
        return None
    a, b = value[index], value[index + 1]
    part = (a - level) / (a - b)
    return float(time[index] + part * (time[index + 1] - time[index]))


def at(table: Table, name: str, time: float) -> float:
    """A channel at a time, between samples."""
    return float(np.interp(time, table["t_s"], table[name]))


def timeline(
    truth: Table,
    onboard: Table,
    touched: Touch | None,
    touchdown: dict[str, float],
    outcome: str,
    depleted: float,
    last_telemetry: float | None,
    monitors: Sequence[tuple[str, str]] = (),
) -> list[Event]:
    """All events in the order of time; `monitors` with what each does."""
    found = [
        *_phases(truth, onboard),
        *_laser(truth, onboard),
        *_looks(onboard),
        *_paths(onboard),
        *_monitors(onboard, monitors),
        *_end(truth, touched, touchdown, outcome, depleted, last_telemetry),
    ]
    return sorted(found, key=lambda e: e.t_s)


def software_lost(loss: Loss) -> Event:
    """The line about software in another process that went away."""
    return Event(loss.time, SOFTWARE_LOST, f"flight software lost: {loss.reason}")


def _state(truth: Table, onboard: Table, t: float) -> dict[str, float]:
    return {
        "altitude_m": at(truth, "altitude_m", t),
        "est_altitude_m": at(onboard, "est_altitude_m", t),
        "descent_rate_m_s": at(truth, "descent_rate_m_s", t),
        "speed_m_s": at(truth, "speed_m_s", t),
        "tilt_deg": at(truth, "tilt_deg", t),
    }


def _phases(truth: Table, onboard: Table) -> list[Event]:
    found = []
    for phase, words in PHASE_WORDS.items():
        t = phase_start(onboard, PHASES.index(phase))
        if t is not None:
            found.append(Event(t, phase, words, _state(truth, onboard, t)))
    return found


def _laser(truth: Table, onboard: Table) -> list[Event]:
    found = []
    t_valid = None
    index = first(onboard["laser_valid"] > 0)
    if index is not None:
        t_valid = float(onboard["t_s"][index])
        state = _state(truth, onboard, t_valid)
        # the software may have taken it in the same tick
        before = float(onboard["est_altitude_m"][max(index - 1, 0)])
        words = (
            f"first valid range, {state['altitude_m']:.0f} m at "
            f"{state['descent_rate_m_s']:.0f} m/s; onboard altitude {before:.0f} m"
        )
        found.append(Event(t_valid, "first_valid_range", words, state))
    t_due = crossing(truth["t_s"], truth["altitude_m"], EXPECTED_RANGE)
    if t_due is not None and (t_valid is None or t_valid > t_due):
        words = f"{EXPECTED_RANGE:.0f} m above the ground and no valid range"
        found.append(
            Event(t_due, "range_overdue", words, _state(truth, onboard, t_due))
        )
    gate = first(onboard["laser_accepted"] > 0)
    if gate is not None:
        t = float(onboard["t_s"][gate])
        jump = float(onboard["laser_innovation_m"][gate])
        words = f"navigation takes the first range, {jump:+.0f} m"
        found.append(Event(t, "first_accepted_range", words, {"innovation_m": jump}))
    deaf = first(onboard["laser_deaf"] > 0)
    if deaf is not None:
        t = float(onboard["t_s"][deaf])
        jump = float(onboard["laser_innovation_m"][deaf])
        words = f"navigation stops listening to the range finder at {jump:+.0f} m"
        state = _state(truth, onboard, t)
        found.append(Event(t, "range_ignored", words, state))
    return found


def _monitors(onboard: Table, monitors: Sequence[tuple[str, str]]) -> list[Event]:
    """When monitors tripped and when they let go again."""
    if "monitors_up" not in onboard:
        return []
    up = np.asarray(onboard["monitors_up"], dtype=np.int64)
    found = []
    for k, (name, does) in enumerate(monitors):
        bit = np.concatenate([[0], (up >> k) & 1])
        for i in np.flatnonzero(np.diff(bit)):
            t = float(onboard["t_s"][i])
            height = {"est_altitude_m": float(onboard["est_altitude_m"][i])}
            if bit[i + 1]:
                words = f"monitor {name} tripped: {does}"
                found.append(Event(t, "monitor_tripped", words, height))
            else:
                words = f"monitor {name} no longer holds"
                found.append(Event(t, "monitor_cleared", words, height))
    return found


PATH_WORDS = {
    WORDS[Outcome.FUEL_OPTIMAL]: "convex guidance: a path of least propellant",
    WORDS[Outcome.NEAREST]: "convex guidance: out of reach, as near as possible",
    WORDS[Outcome.NONE]: "convex guidance: no descent is possible, flies on as before",
}


def _paths(onboard: Table) -> list[Event]:
    """When plans of the descent become other than they were."""
    word = onboard["path_word"]
    found = []
    # nought before the first, NaN without convex guidance
    for k in np.flatnonzero(np.abs(np.diff(word)) > 0.0) + 1:
        text = PATH_WORDS[float(word[k])]
        found.append(Event(float(onboard["t_s"][k]), "convex_plan", text))
    return found


ROSE = (
    *("north", "north-east", "east", "south-east"),
    *("south", "south-west", "west", "north-west"),
)


def _looks(onboard: Table) -> list[Event]:
    """What the lander made of each look at the ground."""
    told = onboard["look_count"]
    found = []
    # noughts before the first, NaN without hazard avoidance
    for k in np.flatnonzero(np.diff(told) > 0.0) + 1:
        now = {name: float(x[k]) for name, x in onboard.items() if name in LOOK}
        name, words = _decision(now)
        found.append(Event(float(onboard["t_s"][k]), name, words, now))
    return found


LOOK = (
    *("look_why", "look_moved_east_m", "look_moved_north_m"),
    *("look_slope_deg", "look_slope_before_deg"),
    *("look_relief_m", "look_relief_before_m", "look_safe_ratio"),
    *("look_safe_before_ratio", "est_altitude_m"),
)


def _decision(now: dict[str, float]) -> tuple[str, str]:
    """Name and words of what was decided."""
    why = int(now["look_why"])
    slope, relief = now["look_slope_deg"], now["look_relief_m"]
    ground = f"slope {slope:.0f} deg, relief {relief:.2f} m"
    if why == KEPT:
        return "target_kept", f"the target is safe: {ground}"
    if why == BLIND:
        return "no_place", "no place in view can be reached: it stops where it is"
    east, north = now["look_moved_east_m"], now["look_moved_north_m"]
    way = ROSE[round(np.degrees(np.arctan2(east, north)) / 45.0) % 8]
    divert = f"diverted {np.hypot(east, north):.0f} m {way}"
    if np.isfinite(now["look_slope_before_deg"]):
        old, rough = now["look_slope_before_deg"], now["look_relief_before_m"]
        ground = (
            f"slope {slope:.0f} deg instead of {old:.0f}, relief {relief:.2f} m "
            f"instead of {rough:.2f}"
        )
    if why == LEAST_BAD:
        return "least_bad", f"nothing safe in view, {divert} to the least bad: {ground}"
    return "diverted", f"{divert}: {ground}"


def _end(
    truth: Table,
    touched: Touch | None,
    touchdown: dict[str, float],
    outcome: str,
    depleted: float,
    last_telemetry: float | None,
) -> list[Event]:
    found = []
    if np.isfinite(depleted):
        words = "propellant of the descent engines is used up"
        found.append(Event(depleted, "depleted", words))
    if last_telemetry is not None and outcome == CRASHED:
        h = at(truth, "altitude_m", last_telemetry)
        v = at(truth, "descent_rate_m_s", last_telemetry)
        words = f"last telemetry to reach the ground was sent, {h:.0f} m at {v:.0f} m/s"
        values = {"altitude_m": h, "descent_rate_m_s": v}
        found.append(Event(last_telemetry, "last_telemetry", words, values))
    if touched is None:
        end = float(truth["t_s"][-1])
        found.append(Event(end, outcome, f"end of the record: {outcome}"))
        return found
    words = "impact" if outcome == CRASHED else "touchdown"
    text = (
        f"{words}, {touched.vertical_speed:.2f} m/s down, "
        f"{touched.horizontal_speed:.2f} m/s sideways"
    )
    values = {
        "speed_vertical_m_s": touched.vertical_speed,
        "speed_horizontal_m_s": touched.horizontal_speed,
        "tilt_deg": float(np.degrees(touched.tilt)),
    }
    found.append(Event(touched.time, words, text, values))
    if touchdown.get("at_rest"):
        text = (
            f"at rest, tilt {touchdown['tilt_deg']:.1f} deg, slid "
            f"{touchdown['slide_m']:.2f} m, {touchdown['load_factor_ratio']:.2f} g"
        )
        told = {"tilt_deg": touchdown["tilt_deg"], "slide_m": touchdown["slide_m"]}
        end = touched.time + touchdown["time_s"]
        found.append(Event(end, "at_rest", text, told))
    return found


def link_events(link: Downlink) -> list[Event]:
    """When somebody begins to hear the lander, and when the Moon hides it again."""
    found = []
    heard = spells(link)
    for k, (start, end, names) in enumerate(heard):
        if start > link.t[0]:
            words = f"heard on Earth: {names.partition(', ')[0]}"
            found.append(Event(start, "signal_found", words))
        more = k + 1 < len(heard)
        if more or end < link.t[-1]:
            found.append(Event(end, "signal_lost", "not heard on Earth any more"))
    if not heard:
        found.append(Event(float(link.t[0]), "signal_lost", "never heard on Earth"))
    return found
