"""Impulsive costs against printed numbers and against flights that conserve energy."""

from math import hypot

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from frigoris.mission.impulses import floor

MU, RADIUS = 4902.800066e9, 1737.4e3  # of algorithms.md
PERILUNE, APOLUNE = RADIUS + 15e3, RADIUS + 100e3


@pytest.fixture(scope="module")
def low():
    return floor(MU, PERILUNE, APOLUNE, RADIUS)


def test_costs_match_the_printed_numbers(low):
    # section 1.6; measured half of the last printed digit
    assert low.perilune_speed == pytest.approx(1692.338, abs=1e-3)
    assert low.apolune_circular_speed == pytest.approx(1633.504, abs=1e-3)
    assert low.deorbit == pytest.approx(19.455, abs=1e-3)
    assert low.period == pytest.approx(6823.67, abs=1e-2)
    assert low.grazing == pytest.approx(1706.55, abs=6e-3)
    assert low.kick == pytest.approx(3.55, abs=6e-3)
    assert low.touch == pytest.approx(1703.19, abs=6e-3)
    assert low.two_impulses == pytest.approx(1706.74, abs=6e-3)
    assert low.from_circular == pytest.approx(1726.20, abs=6e-3)


def test_the_orbit_of_the_lunar_module_has_its_printed_speed():
    lunar_module = floor(MU, RADIUS + 15.24e3, RADIUS + 111.12e3, RADIUS)
    assert lunar_module.perilune_speed == pytest.approx(1694.656, abs=1e-3)


def fly(state, time):
    def rates(_, y):
        r3 = hypot(y[0], y[1]) ** 3
        return y[2], y[3], -MU * y[0] / r3, -MU * y[1] / r3

    return solve_ivp(
        rates, (0.0, time), state, method="DOP853", rtol=1e-12, atol=1e-6
    ).y[:, -1]


def test_a_flight_around_comes_back_after_the_period(low):
    start = np.array([PERILUNE, 0.0, 0.0, low.perilune_speed])
    # measured 9e-6 m over 11 000 km
    np.testing.assert_allclose(fly(start, low.period), start, atol=1e-3)
    halfway = fly(start, 0.5 * low.period)
    assert hypot(*halfway[:2]) == pytest.approx(APOLUNE, abs=1e-3)


def test_both_impulses_lead_to_the_ground_at_the_speed_of_the_second(low):
    """Flown, not computed: from apolune with the kick, half a turn down."""
    leave = low.apolune_circular_speed - low.deorbit - low.kick
    half = 0.5 * floor(MU, RADIUS, APOLUNE, RADIUS).period
    down = fly((APOLUNE, 0.0, 0.0, leave), half)
    assert hypot(*down[:2]) == pytest.approx(RADIUS, abs=1e-3)
    assert hypot(*down[2:]) == pytest.approx(low.touch, abs=1e-6)


def test_no_pair_of_impulses_beats_the_floor(low):
    """A kick of any size and direction anywhere on the ellipse, then the stop."""
    rng = np.random.default_rng(7)
    anomaly = rng.uniform(0.0, 2.0 * np.pi, 20_000)
    e = (APOLUNE - PERILUNE) / (APOLUNE + PERILUNE)
    p = PERILUNE * (1.0 + e)
    r = p / (1.0 + e * np.cos(anomaly))
    up = np.sqrt(MU / p) * e * np.sin(anomaly)
    level = np.sqrt(MU / p) * (1.0 + e * np.cos(anomaly))
    size, angle = 60.0 * rng.random(len(r)) ** 2, rng.uniform(0.0, 2.0 * np.pi, len(r))
    up, level = up + size * np.sin(angle), level + size * np.cos(angle)
    at_ground = up**2 + level**2 + 2.0 * MU * (1.0 / RADIUS - 1.0 / r)
    # who has too much angular momentum for that never comes down
    reaches = at_ground >= (level * r / RADIUS) ** 2
    cost = size[reaches] + np.sqrt(at_ground[reaches])
    assert reaches.sum() > 1000
    assert cost.min() > low.grazing
    # measured 0.2 m/s over it: the floor is nearly reached
    assert cost.min() < low.grazing + 1.0


def test_ground_that_moves_along_saves_its_speed(low):
    assert low.over_ground(4.62, 0.0) == pytest.approx(1701.93, abs=6e-3)
    assert low.over_ground(-4.62, 0.0) == pytest.approx(1711.17, abs=6e-3)
    assert 0.0 < low.over_ground(0.0, 4.62) - low.grazing < 0.01
