"""Observables of a descent whose navigation stopped listening, and of its plan's gates.

Heights that the software believes are above the level of the target ("estimated").
"""

import numpy as np

from frigoris.constants import MU_MOON, RADIUS_MOON
from frigoris.flight.events import at, crossing, first, phase_start
from frigoris.flight.seen import Seen
from frigoris.moon.orientation import SPIN
from frigoris.phases import BRAKING, COAST, DEORBIT_BURN

NEVER = float("nan")
WITHIN = 60.0  # after the latch the reading is compared [s]
NO_THRUST = 5.0  # below which the engines are out [N]
ZERO = 1.0  # the software believes to stand [m]


def _orbit(s: Seen, t: float | None) -> tuple[float, float, float]:
    """Inertial speed [m/s], period [s] and perilune altitude [m] at a moment."""
    if t is None:
        return NEVER, NEVER, NEVER
    r = np.array([at(s.truth, f"r_{k}_m", t) for k in "xyz"])
    v = np.array([at(s.truth, f"v_{k}_m_s", t) for k in "xyz"])
    v = v + np.cross([0.0, 0.0, SPIN], r)
    radius, speed = float(np.linalg.norm(r)), float(np.linalg.norm(v))
    axis = 1.0 / (2.0 / radius - speed**2 / MU_MOON)
    swept = float(np.linalg.norm(np.cross(r, v)))
    shape = np.sqrt(max(1.0 - swept**2 / (MU_MOON * axis), 0.0))
    period = 2.0 * np.pi * np.sqrt(axis**3 / MU_MOON)
    return speed, float(period), float(axis * (1.0 - shape) - RADIUS_MOON)


def orbit_speed(s: Seen) -> float:
    """Before the deorbit burn [m/s]."""
    return _orbit(s, phase_start(s.onboard, DEORBIT_BURN))[0]


def orbit_period(s: Seen) -> float:
    """Before the deorbit burn [s]."""
    return _orbit(s, phase_start(s.onboard, DEORBIT_BURN))[1]


def deorbit_dv(s: Seen) -> float:
    """Speed that the deorbit burn took [m/s]."""
    return orbit_speed(s) - _orbit(s, phase_start(s.onboard, COAST))[0]


def perilune(s: Seen) -> float:
    """Altitude of the lowest point of the way down without braking [m]."""
    return _orbit(s, phase_start(s.onboard, COAST))[2]


def ignition_speed(s: Seen) -> float:
    """Over the ground at the start of braking [m/s]."""
    t = phase_start(s.onboard, BRAKING)
    return NEVER if t is None else at(s.truth, "speed_m_s", t)


def passes(s: Seen, height: float) -> float:
    """When the estimated height falls through this [s]."""
    start = phase_start(s.onboard, BRAKING)
    if start is None:
        return NEVER
    t = crossing(s.onboard["t_s"], s.onboard["est_altitude_m"], height, after=start)
    return NEVER if t is None else t


def estimated(s: Seen, name: str, height: float) -> float:
    """A channel of the software where its height falls through this."""
    t = passes(s, height)
    return at(s.onboard, name, t) if np.isfinite(t) else NEVER


def true(s: Seen, name: str, height: float) -> float:
    """A channel of the truth at that moment."""
    t = passes(s, height)
    return at(s.truth, name, t) if np.isfinite(t) else NEVER


def latched(s: Seen) -> float:
    """When the navigation stopped listening to the range finder [s]."""
    index = first(s.onboard["laser_deaf"] > 0)
    return NEVER if index is None else float(s.onboard["t_s"][index])


def reading_less_estimate(s: Seen) -> float:
    """Largest innovation of valid ranges within a minute after the latch [m]."""
    rows = _after_latch(s)
    return _most(s.onboard["laser_innovation_m"][rows])


def estimate_at_latch(s: Seen) -> float:
    """Estimated height then [m]."""
    t = latched(s)
    return at(s.onboard, "est_altitude_m", t) if np.isfinite(t) else NEVER


def reading_error(s: Seen) -> float:
    """Largest error of the rejected ranges of that minute, share of the truth [-]."""
    rows = _after_latch(s)
    if not rows.any():
        return NEVER
    t = s.onboard["t_s"][rows]
    slant = np.interp(t, s.truth["t_s"], s.truth["slant_range_m"])
    return float(np.nanmax(np.abs(s.onboard["laser_range_m"][rows] / slant - 1.0)))


def heard_again(s: Seen) -> float:
    """Ranges that were used after the latch [-]."""
    t = latched(s)
    if not np.isfinite(t):
        return NEVER
    after = s.onboard["t_s"] > t
    return float(np.sum(s.onboard["laser_accepted"][after] > 0))


def _after_latch(s: Seen) -> np.ndarray:
    t, start = s.onboard["t_s"], latched(s)
    valid = s.onboard["laser_valid"] > 0
    inside = (t >= start) & (t <= start + WITHIN)
    return inside & valid & np.isfinite(s.onboard["laser_innovation_m"])


def dry(s: Seen) -> float:
    """When the engines ran out after the software believed to stand [s]."""
    zero = passes(s, ZERO)
    thrust = s.truth["thrust_main_N"] + s.truth["thrust_assist_N"]
    t = s.truth["t_s"]
    end = s.touched.time if s.touched else np.inf
    index = first((t > zero) & (t < end) & (thrust < NO_THRUST))
    return NEVER if index is None else float(t[index])


def highest_while_standing(s: Seen) -> float:
    """Above the ground, from believing to stand until dry [m]."""
    t = s.truth["t_s"]
    inside = (t >= passes(s, ZERO)) & (t <= dry(s))
    return _most(s.truth["altitude_m"][inside])


def _most(values: np.ndarray) -> float:
    return float(np.max(values)) if len(values) else NEVER


def below_ground(s: Seen) -> float:
    """Did it believe to be below the target before it touched anything?"""
    end = s.touched.time if s.touched else np.inf
    before = s.onboard["t_s"] < end
    return float(np.any(s.onboard["est_altitude_m"][before] < 0.0))


def main_off(s: Seen) -> float:
    """Was the main group off when the software believed to stand?"""
    thrust = true(s, "thrust_main_N", ZERO)
    return NEVER if np.isnan(thrust) else float(thrust < NO_THRUST)


def fall(s: Seen) -> float:
    """From dry to the ground [s]."""
    return s.touched.time - dry(s) if s.touched else NEVER


def propellant_used(s: Seen) -> float:
    """From the start of the deorbit burn to the end [kg]."""
    t = phase_start(s.onboard, DEORBIT_BURN)
    if t is None:
        return NEVER
    return at(s.truth, "propellant_kg", t) - float(s.truth["propellant_kg"][-1])
