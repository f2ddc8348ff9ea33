"""Antenna patterns against the sphere's integral and by hand."""

import numpy as np
import pytest

from frigoris.radio.antenna import EFFICIENCY, Antenna, best_gain, gain, peak_gain


def antenna(width_deg, gain_dBi=None, steer_deg=0.0, boresight=(0.0, 0.0, 1.0)):
    axis = np.array(boresight) / np.linalg.norm(boresight)
    width, steer = np.radians([width_deg, steer_deg])
    return Antenna("one", axis, float(width), gain_dBi, -40.0, float(steer))


@pytest.mark.parametrize("width_deg", [17.0, 90.0, 180.0, 240.0])
def test_half_the_power_is_left_at_half_the_width(width_deg):
    one = antenna(width_deg, 4.0)
    edge = gain(one, np.radians([0.5 * width_deg]))
    assert edge[0] == pytest.approx(4.0 + 10.0 * np.log10(0.5), abs=1e-9)
    assert gain(one, np.zeros(1))[0] == 4.0


@pytest.mark.parametrize("width_deg", [23.0, 120.0, 180.0])
def test_the_sphere_gets_back_what_the_efficiency_leaves(width_deg):
    """The mean of the gain over all directions is the efficiency."""
    angle = np.linspace(0.0, np.pi, 20_001)
    power = 10.0 ** (0.1 * gain(antenna(width_deg), angle))
    mean = np.trapezoid(power * np.sin(angle), angle) / 2.0
    # measured 7e-4 for the narrow one, which is its floor of -40 dBi
    assert mean == pytest.approx(EFFICIENCY, abs=1e-3)


def test_a_narrow_beam_is_that_of_a_gaussian_near_its_axis():
    """12 dB times the square of angle over width, the usual pointing loss."""
    one = antenna(5.0, 30.0)
    off = np.radians([0.4, 1.1, 2.3])
    loss = 30.0 - gain(one, off)
    np.testing.assert_allclose(loss, 12.04 * (off / np.radians(5.0)) ** 2, rtol=1e-3)


def test_the_best_of_two_is_taken_and_the_floor_holds():
    top, bottom = antenna(180.0), antenna(180.0, boresight=(0.0, 0.0, -1.0))
    u = np.array([[0.6, 0.0, 0.8], [0.6, 0.0, -0.8], [0.0, 1.0, 0.0]])
    level, which = best_gain([top, bottom], u)
    assert list(which[:2]) == [0, 1]
    # (1 + 0.8) / 2 of the peak
    expected = peak_gain(top) + 10.0 * np.log10(0.9)
    np.testing.assert_allclose(level[:2], expected, atol=1e-12)
    assert gain(top, np.array([np.pi]))[0] == -40.0


def test_a_beam_that_is_steered_loses_nothing_within_its_cone():
    one = antenna(12.0, 20.0, steer_deg=50.0)
    inside, edge = gain(one, np.radians([49.0, 56.0]))
    assert inside == 20.0 and edge == pytest.approx(20.0 - 3.0103, abs=1e-4)
