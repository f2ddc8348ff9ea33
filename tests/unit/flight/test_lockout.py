"""Observables of a lock-out, on made-up flights with known answers."""

import numpy as np
import pytest

from frigoris.constants import MU_MOON, RADIUS_MOON
from frigoris.flight import lockout
from frigoris.flight.outcome import Touch
from frigoris.flight.seen import Seen
from frigoris.moon.orientation import SPIN
from frigoris.phases import BRAKING, COAST, DEORBIT_BURN

T = np.arange(0.0, 401.0)


def seen_as(truth: dict[str, np.ndarray], onboard: dict[str, np.ndarray]) -> Seen:
    """Contact at 340 s."""
    return Seen(
        truth=truth,
        onboard=onboard,
        touched=Touch(340.0, np.zeros(3), 100.0, 0.0, 0.0),
        touchdown={},
        path={},
        outcome="crashed",
        ignition_planned=0.0,
        gravity=1.62,
        miss=0.0,
        planned_rate=lambda _: 0.0,
        arcs={},
    )


def orbit(perilune: float, apolune: float) -> Seen:
    """At apolune, seen from the turning Moon, in deorbit burn and then in the coast."""
    low, high = RADIUS_MOON + perilune, RADIUS_MOON + apolune
    speed = np.sqrt(MU_MOON * (2.0 / high - 2.0 / (low + high)))
    one = np.ones_like(T)
    truth = {"t_s": T, "r_x_m": high * one, "r_y_m": 0 * one, "r_z_m": 0 * one}
    truth |= {"v_x_m_s": 0 * one, "v_z_m_s": 0.6 * speed * one}
    truth["v_y_m_s"] = (0.8 * speed - SPIN * high) * one
    phase = np.where(T < 100.0, DEORBIT_BURN, COAST)
    return seen_as(truth, {"t_s": T, "phase": phase})


def test_orbits_by_their_closed_forms() -> None:
    circle = orbit(1e5, 1e5)
    assert lockout.orbit_speed(circle) == pytest.approx(1633.5, abs=0.1)
    assert lockout.orbit_period(circle) / 60.0 == pytest.approx(117.8, abs=0.05)
    assert lockout.perilune(orbit(2e4, 1e5)) == pytest.approx(2e4, abs=1.0)


def locked_out() -> Seen:
    """Deaf at 100 s with 500 m, 3 km a minute later; stands at 200 s, dry at 260 s."""
    rise = np.interp(T, [0, 90, 160, 200], [100, 500, 3000, 9000])
    est = np.where(T < 200.0, 6000.0 - 30.0 * T, -0.7 * (T - 200.0))
    altitude = np.interp(T, [0, 200, 260, 340, 400], [8000, 4400, 5200, 0, 0])
    burning = np.where(T < 260.0, 600.0, 0.0)
    truth = {"t_s": T, "altitude_m": altitude, "slant_range_m": altitude}
    truth |= {"thrust_main_N": 0.0 * T, "thrust_assist_N": burning}
    onboard = {
        "t_s": T,
        "phase": np.full(T.shape, BRAKING),
        "est_altitude_m": est,
        "laser_valid": np.ones_like(T),
        "laser_accepted": np.where(T < 95.0, 1.0, 0.0),
        "laser_deaf": np.where(T >= 100.0, 1.0, 0.0),
        "laser_innovation_m": rise,
        "laser_range_m": 1.004 * altitude,
    }
    return seen_as(truth, onboard)


def test_what_the_latch_did() -> None:
    seen = locked_out()
    assert lockout.latched(seen) == 100.0
    assert lockout.estimate_at_latch(seen) == pytest.approx(3000.0)
    assert lockout.reading_less_estimate(seen) == pytest.approx(3000.0)
    assert lockout.reading_error(seen) == pytest.approx(0.004)
    assert lockout.heard_again(seen) == 0.0


def test_what_came_of_it() -> None:
    seen = locked_out()
    assert lockout.passes(seen, 1000.0) == pytest.approx(500.0 / 3.0)
    assert lockout.dry(seen) == 260.0
    assert lockout.highest_while_standing(seen) == pytest.approx(5200.0)
    assert lockout.fall(seen) == pytest.approx(80.0)
    assert lockout.below_ground(seen) == 1.0
    assert lockout.main_off(seen) == 1.0


def test_a_flight_that_never_latched_has_no_such_numbers() -> None:
    seen = locked_out()
    seen.onboard["laser_deaf"] = 0.0 * T
    for told in (lockout.latched, lockout.reading_error, lockout.heard_again):
        assert np.isnan(told(seen))
    assert np.isnan(lockout.reading_less_estimate(seen))
