"""Budgets of a flight by phase: velocity, propellant, time, altitude, thrust left."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from frigoris.flight.channels import Table
from frigoris.flight.seen import Seen
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.laws.table import LAWS
from frigoris.phases import PHASES

STEADY = ("hold", "coast", "deorbit", "trim", "off")  # laws that ask for no level
UNBOUND = (*STEADY, "own")  # and those that are not ours to bound
QUANTITIES = (  # of each phase
    "time_s",
    "dv_m_s",
    "propellant_kg",
    "left_kg",
    "sigma_altitude_m",
    "error_altitude_m",
    "thrust_left_ratio",
)


class Phase(NamedTuple):
    """Rows of a flight's tables from the start of a phase to before the next."""

    name: str
    rows: slice


def phases(seen: Seen) -> list[Phase]:
    """The phases of a flight up to the contact, in the order flown."""
    t, number = seen.onboard["t_s"], seen.onboard["phase"]
    end = seen.touched.time if seen.touched else np.inf
    stop = int(np.searchsorted(t, end))
    edges = [0, *(np.flatnonzero(np.diff(number[:stop])) + 1), stop]
    return [
        Phase(PHASES[int(number[a])], slice(int(a), int(b)))
        for a, b in pairwise(edges)
        if b > a
    ]


def _lasts(t: np.ndarray) -> np.ndarray:
    """How long each row stands for [s]."""
    return np.diff(t, append=2.0 * t[-1] - t[-2])


def thrust_left(load: OnboardConfig, onboard: Table, phase: str) -> np.ndarray:
    """Share of the thrust that may be asked for and is not; NaN where none is.

    Some laws may open the assist engines for a part of the time only, and the main
    engines count where they burn.
    """
    v, name = load.vehicle, law_of(load, phase)
    if name in UNBOUND:
        return np.full(len(onboard["t_s"]), np.nan)
    law = LAWS[name]
    main, assist = float(v.main_thrust), float(v.assist_thrust)
    part = 1.0 if law.full else float(load.guidance.terminal_duty_max)
    part = 0.0 if law.alone else part
    asked = onboard["thrust_cmd_N"]
    of_main = asked - onboard["assist_duty_ratio"] * assist
    most = np.where(of_main > 1e-6, main, 0.0) + part * assist
    on = (asked > 0.0) & (most > 0.0)
    return np.where(on, 1.0 - asked / np.where(on, most, 1.0), np.nan)


def law_of(load: OnboardConfig, phase: str) -> str:
    """The guidance law of a phase; `own` of one that only own software knows."""
    number = PHASES.index(phase)
    return next((p.law for p in load.sequence.phases if p.number == number), "own")


def altitude_error(seen: Seen) -> np.ndarray:
    """Estimate minus truth of the altitude [m].

    Over the ground below once a range was used; before, nothing on board speaks of
    the ground, and it is that of the distance from the Moon's centre.
    """
    truth, onboard = seen.truth, seen.onboard
    far, believed = (
        np.linalg.norm([table[f"{name}_{c}_m"] for c in "xyz"], axis=0)
        for table, name in ((truth, "r"), (onboard, "est_r"))
    )
    ranged = np.isfinite(onboard["radar_range_m"]) | (onboard["laser_accepted"] > 0)
    over = onboard["est_altitude_m"] - truth["altitude_m"]
    return np.where(np.maximum.accumulate(ranged), over, believed - far)


def budget(load: OnboardConfig, seen: Seen) -> dict[str, dict[str, float]]:
    """`QUANTITIES` of each phase of one flight; of knowledge, at the end of a phase.

    Nothing of a flight of one moment.
    """
    truth, onboard = seen.truth, seen.onboard
    thrust = truth["thrust_main_N"] + truth["thrust_assist_N"]
    if len(truth["t_s"]) < 2:
        return {}
    lasts, error = _lasts(truth["t_s"]), altitude_error(seen)
    stored = truth["propellant_kg"] + truth["rcs_propellant_kg"]
    # of a row: the thrust is the mean over the tick before, so the next row tells it
    burn = np.append(thrust[1:], 0.0) / truth["mass_kg"] * lasts
    found = {}
    for name, rows in phases(seen):
        last = min(rows.stop, len(stored) - 1)
        left = thrust_left(load, {k: v[rows] for k, v in onboard.items()}, name)
        found[name] = {
            "time_s": float(np.sum(lasts[rows])),
            "dv_m_s": float(np.sum(burn[rows])),
            "propellant_kg": float(stored[rows.start] - stored[last]),
            "left_kg": float(truth["propellant_kg"][last]),
            "sigma_altitude_m": float(onboard["sigma_altitude_m"][rows][-1]),
            "error_altitude_m": float(error[rows][-1]),
            "thrust_left_ratio": _least(left),
        }
    return found


def _least(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.min(known)) if len(known) else float("nan")
