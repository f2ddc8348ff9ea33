"""Budgets by phase of made-up flights: rows, ticks, and flights that end early."""

import numpy as np
import pytest

from frigoris.flight.budgets import budget
from frigoris.flight.outcome import Touch
from frigoris.flight.seen import Seen
from frigoris.phases import ABORT, BRAKING, COAST, PITCH_UP
from support.loop_points import point
from support.synthetic_flight import IMPACT, poisoned, synthetic_flight

TICK = 0.1
LOAD = point().load


def seen(truth, onboard, touched=None) -> Seen:
    return Seen(
        truth=truth,
        onboard=onboard,
        touched=touched,
        touchdown={},
        path={},
        outcome="still_flying",
        ignition_planned=0.0,
        gravity=1.62,
        miss=np.nan,
        planned_rate=lambda h: h,
        arcs={},
    )


def burning() -> Seen:
    """Coast, 10 s of braking at 2 m/s^2, pitch-up at 3 m/s^2: 300 kg that stay so.

    A row is the end of a tick: its thrust is the mean of the tick before, its phase
    that of the tick to come.
    """
    t = TICK * np.arange(301)
    accel = np.where(t < 10.0, 0.0, np.where(t < 20.0, 2.0, 3.0))
    number = np.where(t < 10.0, COAST, np.where(t < 20.0, BRAKING, PITCH_UP))
    nought = np.zeros_like(t)
    places = {f"{name}_{c}_m": nought for name in ("r", "est_r") for c in "xyz"}
    truth = {
        "t_s": t,
        "thrust_main_N": 300.0 * np.append(0.0, accel[:-1]),
        "thrust_assist_N": nought,
        "mass_kg": np.full_like(t, 300.0),
        "propellant_kg": nought + 50.0,
        "rcs_propellant_kg": nought + 2.0,
        "altitude_m": nought,
        **places,
    }
    names = "thrust_cmd_N assist_duty_ratio sigma_altitude_m est_altitude_m".split()
    onboard = {
        "t_s": t,
        "phase": number,
        "radar_range_m": np.full_like(t, np.nan),
        "laser_accepted": nought,
        **dict.fromkeys(names, nought),
        **places,
    }
    return seen(truth, onboard)


def test_a_phase_gets_the_velocity_of_its_own_ticks() -> None:
    """Two m/s^2 over ten seconds are 20 m/s: a row too early or late it is 19.8."""
    told = budget(LOAD, burning())
    assert told["coast"]["dv_m_s"] == pytest.approx(0.0, abs=1e-9)
    assert told["braking"]["dv_m_s"] == pytest.approx(20.0, rel=1e-9)
    assert told["braking"]["time_s"] == pytest.approx(10.0, rel=1e-9)
    # of the last row nobody knows the tick to come
    assert told["pitch_up"]["dv_m_s"] == pytest.approx(30.0, rel=1e-9)


def test_the_budgets_end_at_the_contact() -> None:
    here = burning()
    touch = Touch(15.05, np.zeros(3), 1.0, 0.0, 0.0)
    told = budget(LOAD, seen(here.truth, here.onboard, touch))
    assert list(told) == ["coast", "braking"]
    # the rows of 10.0 to 15.0 s, 51 ticks
    assert told["braking"]["dv_m_s"] == pytest.approx(10.2, rel=1e-9)


def test_a_phase_that_the_load_does_not_know_has_no_thrust_to_spare() -> None:
    here = burning()
    number = np.where(here.onboard["phase"] == COAST, ABORT, BRAKING)
    told = budget(LOAD, seen(here.truth, {**here.onboard, "phase": number}))
    assert list(told) == ["abort", "braking"]
    assert np.isnan(told["abort"]["thrust_left_ratio"])


@pytest.mark.parametrize("rows", [None, 300, 2, 1])
def test_no_flight_is_too_short_or_too_broken_for_its_budgets(rows) -> None:
    flight = poisoned(synthetic_flight()) if rows else synthetic_flight()
    tables = [
        {k: v[:rows] for k, v in t.items()} for t in (flight.truth, flight.onboard)
    ]
    touch = None if rows else Touch(IMPACT, np.zeros(3), 32.0, 0.0, 0.0)
    told = budget(LOAD, seen(*tables, touch))
    assert bool(told) is (rows != 1)
