"""Observables of a flight by name: the numbers that published ones are held against.

Each takes what was seen of one flight and gives a number, or NaN where the flight never
came to the point in question. Yes is 1 and no is 0.
"""

from collections.abc import Callable

import numpy as np

from frigoris.flight import gates, lockout
from frigoris.flight.channels import Table
from frigoris.flight.events import at, crossing, first, phase_start
from frigoris.flight.outcome import LANDED
from frigoris.flight.seen import Seen
from frigoris.phases import BRAKING, DEORBIT_BURN

NEVER = float("nan")
FIX_MAX = 1500.0  # no valid range above this in the real flight [m]
HEALTHY_BY = 3000.0  # a healthy range finder speaks by this altitude [m]
LAST_HEARD = 192.0  # altitude of the last telemetry of the real flight [m]
SPEED_MARK = 500.0  # [m/s]
FIX_PUBLISHED = 893.0  # altitude of the first valid range of the real flight [m]
STOP_FROM = 66.0  # descent rate there [m/s]


def _ignition(s: Seen) -> float:
    t = phase_start(s.onboard, BRAKING)
    return NEVER if t is None else t


def _first_valid(s: Seen) -> float:
    index = first(s.onboard["laser_valid"] > 0)
    return NEVER if index is None else float(s.onboard["t_s"][index])


def _at(s: Seen, table: Table, name: str, t: float) -> float:
    return at(table, name, t) if np.isfinite(t) else NEVER


def _slow(s: Seen) -> float:
    t = crossing(s.truth["t_s"], s.truth["speed_m_s"], SPEED_MARK)
    return NEVER if t is None else t


def _last_heard(s: Seen) -> float:
    t = crossing(s.truth["t_s"], s.truth["altitude_m"], LAST_HEARD)
    return NEVER if t is None else t


def _error_before_fix(s: Seen) -> float:
    """Estimated minus true altitude just before the first range is used."""
    index = first(s.onboard["laser_accepted"] > 0)
    if index is None or index == 0:
        return NEVER
    before = index - 1
    return float(s.onboard["est_altitude_m"][before] - s.truth["altitude_m"][before])


def _specific_thrust(s: Seen) -> float:
    """Mean thrust over mass from the first valid range to 192 m."""
    a, b = _first_valid(s), _last_heard(s)
    if not (np.isfinite(a) and np.isfinite(b) and b > a):
        return NEVER
    t = s.truth["t_s"]
    inside = (t >= a) & (t <= b)
    thrust = s.truth["thrust_main_N"] + s.truth["thrust_assist_N"]
    return float(np.mean((thrust / s.truth["mass_kg"])[inside]))


def _excess(s: Seen) -> float:
    """Descent rate at the first valid range over that of the schedule there [m/s]."""
    first = _first_valid(s)
    rate = _at(s, s.truth, "descent_rate_m_s", first)
    return rate - s.planned_rate(_at(s, s.truth, "altitude_m", first))


def _contact(s: Seen) -> float:
    return s.touched.time if s.touched else NEVER


def _impact_speed(s: Seen) -> float:
    if s.touched is None:
        return NEVER
    return float(np.hypot(s.touched.vertical_speed, s.touched.horizontal_speed))


def _stop_ratio(s: Seen) -> float:
    """Height flown to a stop from 66 m/s over the closed form of constant thrust.

    The arc is flown with the run's own mass and thrust at the first valid range; the
    closed form is v^2 / 2(a - g) with the acceleration of that moment.
    """
    flown = s.arcs.get("stop_height", NEVER)
    net = s.arcs.get("stop_accel", NEVER) - s.gravity
    return float(flown / (STOP_FROM**2 / (2.0 * net))) if net > 0.0 else NEVER


OBSERVABLES: dict[str, Callable[[Seen], float]] = {
    "insertion_dv_m_s": lambda s: s.arcs.get("insertion_dv", NEVER),
    "insertion_apolune_km": lambda s: s.arcs.get("insertion_apolune", NEVER) / 1e3,
    "circularisation_burn_min": lambda s: s.arcs.get("circular_burn", NEVER) / 60.0,
    "circularisation_perilune_km": lambda s: (
        s.arcs.get("circular_perilune", NEVER) / 1e3
    ),
    "circularisation_apolune_km": lambda s: s.arcs.get("circular_apolune", NEVER) / 1e3,
    "deorbit_before_ignition_min": lambda s: (
        (s.ignition_planned - (phase_start(s.onboard, DEORBIT_BURN) or NEVER)) / 60.0
    ),
    "ignition_offset_min": lambda s: (_ignition(s) - s.ignition_planned) / 60.0,
    "ignition_altitude_km": lambda s: _at(s, s.truth, "altitude_m", _ignition(s)) / 1e3,
    "altitude_at_500_m_s_km": lambda s: _at(s, s.truth, "altitude_m", _slow(s)) / 1e3,
    "ignition_to_500_m_s_min": lambda s: (_slow(s) - _ignition(s)) / 60.0,
    "no_valid_range_above_1500_m": lambda s: float(
        not _at(s, s.truth, "altitude_m", _first_valid(s)) > FIX_MAX
    ),
    "valid_range_by_3000_m": lambda s: float(
        _at(s, s.truth, "altitude_m", _first_valid(s)) >= HEALTHY_BY
    ),
    "first_valid_altitude_m": lambda s: _at(s, s.truth, "altitude_m", _first_valid(s)),
    "first_valid_descent_rate_m_s": lambda s: _at(
        s, s.truth, "descent_rate_m_s", _first_valid(s)
    ),
    "first_valid_excess_rate_m_s": _excess,
    "first_valid_tilt_deg": lambda s: _at(s, s.truth, "tilt_deg", _first_valid(s)),
    "planned_descent_rate_at_893_m_m_s": lambda s: s.planned_rate(FIX_PUBLISHED),
    "altitude_error_before_fix_m": _error_before_fix,
    "descent_rate_at_192_m_m_s": lambda s: _at(
        s, s.truth, "descent_rate_m_s", _last_heard(s)
    ),
    "first_valid_to_192_m_s": lambda s: _last_heard(s) - _first_valid(s),
    "mean_specific_thrust_m_s2": _specific_thrust,
    "impact_after_192_m_s": lambda s: _contact(s) - _last_heard(s),
    "impact_speed_m_s": _impact_speed,
    "impact_after_ignition_s": lambda s: _contact(s) - _ignition(s),
    "impact_after_planned_ignition_s": lambda s: _contact(s) - s.ignition_planned,
    "contact_miss_m": lambda s: s.miss,
    "propellant_at_contact_kg": lambda s: _at(s, s.truth, "propellant_kg", _contact(s)),
    "contact_descent_rate_m_s": lambda s: (
        s.touched.vertical_speed if s.touched else NEVER
    ),
    "contact_speed_horizontal_m_s": lambda s: (
        s.touched.horizontal_speed if s.touched else NEVER
    ),
    "contact_tilt_deg": lambda s: (
        float(np.degrees(s.touched.tilt)) if s.touched else NEVER
    ),
    "landed": lambda s: float(s.outcome == LANDED),
    "stopping_height_ratio": _stop_ratio,
    "orbit_speed_m_s": lockout.orbit_speed,
    "orbit_period_min": lambda s: lockout.orbit_period(s) / 60.0,
    "deorbit_dv_m_s": lockout.deorbit_dv,
    "perilune_altitude_km": lambda s: lockout.perilune(s) / 1e3,
    "ignition_speed_m_s": lockout.ignition_speed,
    "ignition_to_est_3000_m_min": lambda s: (
        (lockout.passes(s, 3000.0) - _ignition(s)) / 60.0
    ),
    "speed_at_est_3000_m_m_s": lambda s: lockout.true(s, "speed_m_s", 3000.0),
    "est_descent_rate_at_est_1000_m_m_s": lambda s: lockout.estimated(
        s, "est_descent_rate_m_s", 1000.0
    ),
    "tilt_at_est_1000_m_deg": lambda s: lockout.true(s, "tilt_deg", 1000.0),
    "est_descent_rate_at_est_90_m_m_s": lambda s: lockout.estimated(
        s, "est_descent_rate_m_s", 90.0
    ),
    "latched": lambda s: float(np.isfinite(lockout.latched(s))),
    "reading_less_estimate_km": lambda s: lockout.reading_less_estimate(s) / 1e3,
    "est_altitude_at_latch_km": lambda s: lockout.estimate_at_latch(s) / 1e3,
    "rejected_reading_error_ratio": lockout.reading_error,
    "used_after_latch_count": lockout.heard_again,
    "altitude_from_est_zero_to_dry_km": lambda s: (
        lockout.highest_while_standing(s) / 1e3
    ),
    "est_descent_rate_at_est_zero_m_s": lambda s: lockout.estimated(
        s, "est_descent_rate_m_s", lockout.ZERO
    ),
    "descent_rate_at_est_zero_m_s": lambda s: lockout.true(
        s, "descent_rate_m_s", lockout.ZERO
    ),
    "tilt_at_est_zero_deg": lambda s: lockout.true(s, "tilt_deg", lockout.ZERO),
    "est_below_ground": lockout.below_ground,
    "main_off_at_est_zero": lockout.main_off,
    "est_zero_to_dry_s": lambda s: lockout.dry(s) - lockout.passes(s, lockout.ZERO),
    "dry_to_impact_s": lockout.fall,
    "propellant_used_kg": lockout.propellant_used,
    **gates.OBSERVABLES,
}
