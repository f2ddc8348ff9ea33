"""Gates of a descent on a motion that is known in closed form."""

import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.flight.gates import OBSERVABLES
from frigoris.flight.seen import Seen
from frigoris.mission import metrics
from frigoris.moon.orientation import SPIN
from frigoris.phases import APPROACH, BRAKING

SITE, IGNITION = -1900.0, 30.0  # level of the target [m], planned ignition [s]
FULL, LESS, MASS, CUT = 40e3, 20e3, 1e4, 61.37  # [N], [N], [kg], [s]
START, RATE = 8000.0, 50.0  # over the target at time zero [m], downward [m/s]
PLACE = 1.7e6 * np.array([0.6, 0.7, 0.38])  # [m]
ALONG = np.array([0.3, -0.8, 0.52]) * 90.0  # speed over ground on the whole [m/s]


def flight() -> Seen:
    """It sinks steadily, east of where x points, with thrust that falls at a time."""
    t = np.arange(0.0, 160.0, 0.1)
    thrust = np.where(t <= IGNITION, 0.0, np.where(t <= CUT, FULL, LESS))
    one = np.ones_like(t)
    truth = {
        "t_s": t,
        "height_m": SITE + START - RATE * t,
        "descent_rate_m_s": RATE * one,
        "thrust_main_N": thrust,
        "thrust_assist_N": 0.0 * one,
        "mass_kg": MASS * one,
    }
    for k, x, v in zip("xyz", PLACE, ALONG, strict=True):
        truth |= {f"r_{k}_m": x * one, f"v_{k}_m_s": v * one}
    phase = np.where(t < 100.0, BRAKING, APPROACH)
    return Seen(
        truth=truth,
        onboard={"t_s": t, "phase": phase},
        touched=None,
        touchdown={},
        path={},
        outcome="still_flying",
        ignition_planned=IGNITION,
        gravity=1.62,
        miss=np.nan,
        planned_rate=lambda height: 0.0 * height,
        arcs={},
        level=SITE,
    )


def test_names_are_those_of_the_metrics():
    assert {f"over_{mark}_m" for mark in metrics.MARKS} < set(metrics.GATES)
    assert set(OBSERVABLES) < set(metrics.METRICS)


def test_a_height_over_the_target_is_passed_when_the_motion_says_so():
    # the line 8000 m - 50 m/s t
    t = (START - 2287.0) / RATE
    moment = OBSERVABLES["over_2287_m_after_planned_ignition_s"](flight())
    assert moment == pytest.approx(t - IGNITION, abs=1e-9)
    assert OBSERVABLES["over_2287_m_height_m"](flight()) == pytest.approx(2287.0)
    assert OBSERVABLES["over_2287_m_rate_m_s"](flight()) == pytest.approx(RATE)
    never = OBSERVABLES["over_13692_m_dv_m_s"](flight())
    assert np.isnan(never)


def test_the_throttle_is_back_where_full_thrust_ends():
    moment = OBSERVABLES["throttle_recovery_after_planned_ignition_s"](flight())
    # between two samples
    assert moment == pytest.approx(CUT - IGNITION, abs=0.1)


def test_spent_velocity_is_the_integral_of_thrust_over_mass():
    """Two constant parts; measured 0.2 m/s off, one sample of the switch."""
    t = (START - 2287.0) / RATE
    spent = (FULL * (CUT - IGNITION) + LESS * (t - CUT)) / MASS
    got = OBSERVABLES["over_2287_m_dv_m_s"](flight())
    assert got == pytest.approx(spent, abs=0.5)


def test_the_turning_moon_adds_to_the_speed():
    """By angle-by-angle trigonometry, not by the cross product."""
    away = np.hypot(PLACE[0], PLACE[1])
    azimuth = np.arctan2(PLACE[1], PLACE[0])
    east = SPIN * away
    v = ALONG + east * np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    got = OBSERVABLES["approach_inertial_speed_m_s"](flight())
    assert got == pytest.approx(np.sqrt(np.sum(v**2)), rel=1e-12)
    assert abs(got - np.sqrt(np.sum(ALONG**2))) > 1.0
    assert RADIUS_MOON * SPIN == pytest.approx(4.62, abs=0.01)
