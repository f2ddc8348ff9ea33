"""The state handed over, against orbits integrated by scipy."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from frigoris.constants import MU_MOON
from frigoris.mission.handover import carried, orbit_axes, told

OMEGA = np.array([1.1e-7, -0.6e-7, 2.66e-6])  # [rad/s]
RADIUS = 1.8374e6


def state():
    """A circular orbit in general position, velocity over the rotating Moon."""
    r = RADIUS * np.array([0.48, -0.36, 0.8])
    across = np.cross(r, [0.3, 0.9, -0.2])
    across /= np.linalg.norm(across)
    v_I = np.sqrt(MU_MOON / RADIUS) * np.cross(across, r) / RADIUS
    return r, v_I - np.cross(OMEGA, r)


def flown(r, v, seconds):
    """Two-body motion in inertial axes, by scipy at 1e-12."""

    def rate(_, y):
        return [*y[3:], *(-MU_MOON * y[:3] / np.linalg.norm(y[:3]) ** 3)]

    end = solve_ivp(
        rate, (0.0, seconds), [*r, *v], rtol=1e-12, atol=1e-9, method="DOP853"
    )
    return end.y[:3, -1], end.y[3:, -1]


@pytest.mark.parametrize("age", [700.0, 5400.0])
def test_an_old_error_matches_two_orbits_flown_by_scipy(age):
    """Measured 0.004 and 0.026 m, 5e-6 and 1.7e-5 m/s, of errors of 49 to 735 m."""
    r, v_M = state()
    v = v_M + np.cross(OMEGA, r)
    axes = orbit_axes(r, v)
    dr, dv = np.array([31.0, -120.0, 47.0]), np.array([0.021, 0.013, -0.017])
    r1, v1 = flown(r, v, age)
    r2, v2 = flown(r + axes @ dr, v + axes @ dv, age)
    later_axes = orbit_axes(r1, v1)
    rate = np.sqrt(MU_MOON / RADIUS**3)
    got_r, got_v = carried(dr, dv, rate, np.array(age))
    np.testing.assert_allclose(got_r, later_axes.T @ (r2 - r1), atol=0.2)
    np.testing.assert_allclose(got_v, later_axes.T @ (v2 - v1), atol=2e-4)


def handover(**values):
    plain = {
        "position_error": (0.0, 0.0, 0.0),
        "velocity_error": (0.0, 0.0, 0.0),
        "age": 0.0,
        "time_tag_error": 0.0,
    }
    return SimpleNamespace(**(plain | values))


def test_a_late_time_tag_tells_where_the_lander_will_be():
    """Against scipy in inertial axes, turned back. Measured 4 mm, 3e-5 m/s."""
    r, v_M = state()
    dt = 40.0
    r1, v1 = flown(r, v_M + np.cross(OMEGA, r), dt)
    angle = -dt * np.linalg.norm(OMEGA)
    axis = OMEGA / np.linalg.norm(OMEGA)

    def turned(a):
        return (
            a * np.cos(angle)
            + np.cross(axis, a) * np.sin(angle)
            + axis * (axis @ a) * (1 - np.cos(angle))
        )

    expected_r = turned(r1)
    expected_v = turned(v1) - np.cross(OMEGA, expected_r)
    got_r, got_v = told(handover(time_tag_error=dt), r, v_M, MU_MOON, OMEGA)
    np.testing.assert_allclose(got_r, expected_r, atol=0.02)
    np.testing.assert_allclose(got_v, expected_v, atol=2e-4)


def test_an_error_of_now_is_told_as_it_is():
    r, v_M = state()
    h = handover(position_error=(10.0, -20.0, 30.0), velocity_error=(0.1, 0.2, -0.3))
    got_r, got_v = told(h, r, v_M, MU_MOON, OMEGA)
    up = r / RADIUS
    assert (got_r - r) @ up == pytest.approx(10.0, abs=1e-8)
    assert np.linalg.norm(got_r - r) == pytest.approx(np.sqrt(1400.0), abs=1e-8)
    inertial = got_v - v_M + np.cross(OMEGA, got_r - r)
    assert inertial @ up == pytest.approx(0.1, abs=1e-12)
    assert (got_r - r) @ v_M < 0.0 < inertial @ v_M  # behind, and faster


def test_cases_side_by_side_are_the_cases_alone():
    r, v_M = state()
    one = handover(position_error=(5.0, 6.0, -7.0), age=300.0, time_tag_error=-2.0)
    two = handover(velocity_error=(0.2, -0.1, 0.05), age=1200.0, time_tag_error=0.0)
    both = SimpleNamespace(
        **{
            name: np.array([getattr(one, name), getattr(two, name)]).T
            for name in vars(one)
        }
    )
    got = told(both, r, v_M, MU_MOON, OMEGA)
    for k, h in enumerate((one, two)):
        alone = told(h, r, v_M, MU_MOON, OMEGA)
        np.testing.assert_allclose(got[0][:, k], alone[0], rtol=1e-15)
        np.testing.assert_allclose(got[1][:, k], alone[1], rtol=1e-13)
