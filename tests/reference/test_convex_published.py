"""Descent plans against the published fuel of the papers that the method is from."""

from dataclasses import replace

import numpy as np
import pytest

from frigoris.onboard.convex import Outcome, plan
from support.descents import BLACKMORE, DRY, MARS, MARS_GLIDE, MOON, at_one_second

FOUND = {  # problem -> published [kg], band [kg]; measured here
    "A&P without glide slope": (at_one_second(MARS, 72.0), 387.9, 0.5),  # 387.945
    "A&P with 4 deg": (at_one_second(MARS_GLIDE, 81.0), 399.5, 1.5),  # 399.400
    "Blackmore, case 1": (BLACKMORE, 399.4, 1.0),  # 398.870
}


@pytest.mark.parametrize("name", FOUND)
def test_fuel_matches_the_papers(name):
    problem, published, band = FOUND[name]
    found = plan(problem)
    assert found.word == "fuel-optimal"
    assert abs(found.fuel - published) < band
    low, high = problem.craft.thrust_min, problem.craft.thrust_max
    # measured: gap 1.2e-8 m/s^2, thrust at nodes within 1.3e-6 of its bounds
    assert found.gap < 1e-4 and found.tight
    assert np.all(found.thrust > low * (1.0 - 1e-4))
    assert np.all(found.thrust < high * (1.0 + 1e-4))
    # between nodes it turns, so the chord is shorter: measured 3.5e-4 below the least
    q = found.sample(np.linspace(0.0, found.t_f, 3001))
    thrust = q.m * np.linalg.norm(q.u_L, axis=0)
    assert np.all(thrust > low * (1.0 - 1e-3))
    assert np.all(thrust < high * (1.0 + 1e-3))


def test_the_plan_without_glide_slope_goes_underground():
    """Known of that case: 228 to 234 m; it tests a solver and is not to be flown."""
    found = plan(at_one_second(MARS, 72.0))
    assert -236.0 < found.r_L[2].min() < -226.0


@pytest.mark.parametrize("problem", [at_one_second(MARS_GLIDE, 81.0), BLACKMORE])
def test_without_the_cant_the_paper_contradicts_itself(problem):
    """Its eq. 72 prints alpha = 4.53e-4 s/m, with which it would need 361.5 kg."""
    craft = replace(problem.craft, exhaust_speed=1.0 / 4.53e-4)
    found = plan(replace(problem, craft=craft))
    assert abs(found.fuel - 361.5) < 1.5  # measured 361.13 and 361.08


def test_fuel_over_duration_matches_another_program():
    """Recomputed elsewhere in SI units, without glide slope, to 0.01 kg."""
    expected = [395.48, 389.51, 387.95, 388.83, 391.28, 394.85]
    times = (66.0, 69.0, 72.0, 75.0, 78.0, 81.0)
    found = [plan(at_one_second(MARS, t_f)).fuel for t_f in times]
    # measured 0.012: the last row was made with the engines unrounded
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=0.02)


def test_fuel_over_duration_with_glide_slope_regression():
    """The same table with 4 deg; the other program had 0.2 to 1.3 kg more.

    In SI units it stopped before its optimum: the independent program of
    test_convex_cvxpy.py, scaled, agrees with ours to 5 mg at 81 s. Renew by `plan`.
    """
    expected = [404.423, 399.208, 398.134, 399.400, 402.192]
    times = (72.0, 75.0, 78.0, 81.0, 84.0)
    found = [plan(at_one_second(MARS_GLIDE, t_f)).fuel for t_f in times]
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=2e-3)


def test_a_target_out_of_reach_is_met_as_nearly_as_possible():
    """Blackmore case 2: "at least 410 kg"; with 400 kg aboard it lands 268 m off.

    The fuel agrees (409.3 kg). The miss does not: 233 m, and another program found
    232; the start is garbled in the only text we have, so that number is no oracle.
    """
    problem = replace(MARS_GLIDE, v_L=(100.0, 40.0, -75.0), t_f=77.6, intervals=78)
    assert abs(plan(problem).fuel - 410.0) < 1.0
    found = plan(replace(problem, craft=DRY))
    assert found.outcome is Outcome.NEAREST
    assert found.word.startswith("out of reach: lands as near as possible, 23")
    assert abs(found.miss - 232.0) < 2.0  # regression; measured 232.8
    assert 399.9 < found.fuel <= 400.0  # all there is
    assert found.tight
    assert abs(found.r_L[2, -1]) < 1e-3
    assert np.abs(found.v_L[:, -1]).max() < 1e-5


def test_lunar_fuel_over_duration_regression():
    """Scaled cvxpy agrees at 58 and 70 s (48.7771, 51.8440). Renew by `plan`."""
    expected = [48.7771, 48.8071, 51.8440, 56.0025]
    times = (58.0, 60.0, 70.0, 80.0)
    found = [plan(replace(MOON, t_f=t_f)) for t_f in times]
    fuel = [s.fuel for s in found]
    np.testing.assert_allclose(fuel, expected, rtol=0.0, atol=1e-3)
    assert all(s.tight for s in found)


def test_a_lunar_descent_in_too_short_a_time_lands_elsewhere():
    found = plan(replace(MOON, t_f=54.0))
    assert found.outcome is Outcome.NEAREST
    assert 140.0 < found.miss < 155.0  # regression; measured 147.9


@pytest.mark.parametrize("problem", [MOON, MARS_GLIDE])
def test_the_best_duration_is_found(problem):
    """Against a scan of fine plans, of which none is better by 0.1 %."""
    found = plan(problem)
    times = found.t_f * np.linspace(0.96, 1.1, 15)
    scanned = [plan(replace(problem, t_f=float(t_f))) for t_f in times]
    best = min(s.fuel for s in scanned if s.outcome is Outcome.FUEL_OPTIMAL)
    # measured 0 and 2.2e-4 above it
    assert found.fuel < best * (1.0 + 1e-3)
