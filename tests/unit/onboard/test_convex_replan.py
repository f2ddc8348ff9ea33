"""A replan in flight: frames there and back, and which plans are flown."""

import numpy as np
import pytest

from frigoris.flight.replan import solve
from frigoris.onboard.convex import Outcome, plan
from frigoris.onboard.convex.replan import Need, better, nodes, problem

INTERVALS = 30
SITE_M = np.array([-1.1e6, 0.4e6, 1.28e6])
UP_M = SITE_M / np.linalg.norm(SITE_M)
TRAVEL_M = np.cross(np.array([0.3, -0.9, 0.2]), UP_M)
TRAVEL_M /= np.linalg.norm(TRAVEL_M)


def need(lower: float = 0.0, left: float = 0.0, height: float = 900.0) -> Need:
    """A RESILIENCE 300 m before its target; its estimate `lower` than planned."""
    here = (height - lower) * UP_M - 300.0 * TRAVEL_M
    return Need(
        r_M=SITE_M + here,
        v_M=-40.0 * UP_M + 12.0 * TRAVEL_M,
        g_M=-1.62 * UP_M,
        target_r_M=SITE_M,
        target_v_M=-14.0 * UP_M,
        travel_M=TRAVEL_M,
        mass=400.0,
        mass_empty=370.0,
        thrust_min=400.0,
        thrust_max=1360.0,
        exhaust_speed=2900.0,
        tilt_max=np.radians(40.0),
        turn_rate=np.radians(2.0),
        glide=0.0,
        left=left,
    )


def made(wanted: Need, t_f: float | None = None):
    return plan(problem(wanted, INTERVALS, t_f))


def test_the_path_leads_from_here_to_the_target_in_its_own_axes():
    wanted = need()
    found = made(wanted)
    r_M, v_M, a_M = nodes(wanted, found)
    np.testing.assert_allclose(r_M[:, 0], wanted.r_M, atol=1e-6)
    np.testing.assert_allclose(v_M[:, 0], wanted.v_M, atol=1e-9)
    np.testing.assert_allclose(r_M[:, -1], wanted.target_r_M, atol=1e-3)
    np.testing.assert_allclose(v_M[:, -1], wanted.target_v_M, atol=1e-6)
    # the last thrust is upward there, and thrust and gravity make the motion
    upward = a_M[:, -1] / np.linalg.norm(a_M[:, -1])
    np.testing.assert_allclose(upward, UP_M, atol=1e-6)
    h = found.t_f / INTERVALS
    mean = 0.5 * (a_M[:, 1:] + a_M[:, :-1]) + wanted.g_M[:, None]
    np.testing.assert_allclose(np.diff(v_M) / h, mean, atol=1e-6)


def test_a_first_plan_is_flown_if_it_stays_above_ground():
    found = made(need())
    assert found.outcome is Outcome.FUEL_OPTIMAL and better(need(), found)


def lowered(lower: float) -> Need:
    """A quarter of its path later, found to be lower than it was thought to be."""
    first = made(need())
    state = first.sample(0.25 * first.t_f)
    return need(left=0.75 * first.t_f)._replace(
        r_M=SITE_M + to_M(state.r_L, lower),
        v_M=to_M(state.v_L, 0.0),
        mass=float(state.m),
    )


def test_who_is_a_little_low_ends_on_time():
    low = lowered(20.0)
    (found,) = solve([low], INTERVALS)
    assert better(low, found) and found.t_f == pytest.approx(low.left)


def test_who_is_too_low_for_that_ends_a_little_later():
    low = lowered(150.0)
    assert not better(low, made(low, low.left))
    (found,) = solve([low], INTERVALS)
    assert better(low, found) and low.left < found.t_f <= 1.5 * low.left * 1.001


def test_who_is_far_too_low_keeps_the_path():
    """With any time there is a "fuel-optimal" plan, which leads below the ground."""
    low = lowered(420.0)
    any_time = made(low)
    assert any_time.outcome is Outcome.FUEL_OPTIMAL
    assert any_time.r_L[2].min() < min(0.0, any_time.r_L[2, 0]) - 10.0
    assert not better(low._replace(left=0.0), any_time)
    (found,) = solve([low], INTERVALS)
    assert not better(low, found)


def to_M(x_L, lower):
    """From the frame of the target, lowered by some metres."""
    y = np.cross(UP_M, TRAVEL_M)
    y /= np.linalg.norm(y)
    dcm_ML = np.stack([np.cross(y, UP_M), y, UP_M], axis=1)
    return dcm_ML @ np.asarray(x_L) - lower * UP_M


def test_who_has_a_path_keeps_it_rather_than_land_elsewhere():
    """Too far to the side for the time: the nearest landing is no reason to turn."""
    far = need(left=25.0)._replace(r_M=need().r_M + 900.0 * TRAVEL_M, left=25.0)
    found = made(far, 25.0)
    assert found.outcome is not Outcome.FUEL_OPTIMAL
    assert not better(far, found)
