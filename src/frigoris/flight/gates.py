"""Gates of a descent: when it passes them, how high, how fast, at what cost.

A plan is a table of such moments. Heights are those of the footpads over the target;
the time is counted from the planned ignition.
"""

from collections.abc import Callable

import numpy as np

from frigoris.flight.events import at, crossing, phase_start
from frigoris.flight.seen import Seen
from frigoris.moon.orientation import SPIN
from frigoris.phases import APPROACH

NEVER = float("nan")
FULL = 0.9  # of the largest thrust of the flight: below it the throttle is back [-]
MARKS = (13_692.0, 11_945.0, 6898.0, 2287.0, 152.0)  # heights [m]


def height(s: Seen) -> np.ndarray:
    """True height of the footpads over the target [m], at each sample."""
    return np.asarray(s.truth["height_m"] - s.level)


def _after_ignition(s: Seen) -> np.ndarray:
    return s.truth["t_s"] >= s.ignition_planned


def throttle_recovery(s: Seen) -> float:
    """When the main engines first leave full thrust [s of the flight]."""
    t, thrust = s.truth["t_s"], s.truth["thrust_main_N"]
    after = _after_ignition(s)
    if not np.any(thrust[after] > 0.0):
        return NEVER
    found = crossing(t[after], thrust[after], FULL * float(np.max(thrust[after])))
    return NEVER if found is None else found


def approach(s: Seen) -> float:
    """When the phase approach begins [s of the flight]."""
    found = phase_start(s.onboard, APPROACH)
    return NEVER if found is None else found


def over(mark: float) -> Callable[[Seen], float]:
    """When the flight falls through a height over the target [s of the flight]."""

    def moment(s: Seen) -> float:
        found = crossing(s.truth["t_s"], height(s), mark, after=s.ignition_planned)
        return NEVER if found is None else found

    return moment


def inertial_speed(s: Seen) -> np.ndarray:
    """Speed in axes that do not turn with the Moon [m/s], at each sample."""
    r, v = (
        np.stack([s.truth[f"{name}_{k}_{unit}"] for k in "xyz"])
        for name, unit in (("r", "m"), ("v", "m_s"))
    )
    carried = SPIN * np.stack([-r[1], r[0], np.zeros_like(r[0])])
    return np.asarray(np.linalg.norm(v + carried, axis=0))


def dv(s: Seen) -> np.ndarray:
    """Thrust over mass since the planned ignition [m/s], at each sample."""
    thrust = s.truth["thrust_main_N"] + s.truth["thrust_assist_N"]
    # a sample has the mean thrust of the tick that ends with it
    step = np.diff(s.truth["t_s"], prepend=s.truth["t_s"][0])
    gained = np.where(_after_ignition(s), thrust / s.truth["mass_kg"] * step, 0.0)
    return np.cumsum(gained)


def contact_dv(s: Seen) -> float:
    """The same until first contact [m/s]."""
    if s.touched is None:
        return NEVER
    return float(np.interp(s.touched.time, s.truth["t_s"], dv(s)))


def _read(series: Callable[[Seen], np.ndarray]) -> Callable[[Seen, float], float]:
    return lambda s, t: float(np.interp(t, s.truth["t_s"], series(s)))


MOMENTS: dict[str, Callable[[Seen], float]] = {
    "throttle_recovery": throttle_recovery,
    "approach": approach,
    **{f"over_{mark:.0f}_m": over(mark) for mark in MARKS},
}
ASKED: dict[str, Callable[[Seen, float], float]] = {
    "after_planned_ignition_s": lambda s, t: t - s.ignition_planned,
    "height_m": _read(height),
    "rate_m_s": lambda s, t: at(s.truth, "descent_rate_m_s", t),
    "inertial_speed_m_s": _read(inertial_speed),
    "dv_m_s": _read(dv),
}


def _observable(gate: str, what: str) -> Callable[[Seen], float]:
    def count(s: Seen) -> float:
        t = MOMENTS[gate](s)
        return ASKED[what](s, t) if np.isfinite(t) else NEVER

    return count


OBSERVABLES = {
    "contact_dv_m_s": contact_dv,
    **{f"{gate}_{what}": _observable(gate, what) for gate in MOMENTS for what in ASKED},
}
