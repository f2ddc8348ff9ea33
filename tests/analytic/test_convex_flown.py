"""Descent plans flown by an integrator, and against a burn known in closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from frigoris.onboard.convex import plan
from support.descents import BLACKMORE, GENERAL, MOON


def fly(problem, found):
    """The state after the thrust of the plan, interpolated here, and its mass flow."""
    assert found.lands  # an integrator never comes to an end with NaN

    def rates(t, y):
        u = [np.interp(t, found.t, u) for u in found.u_L]
        flow = y[6] * np.linalg.norm(u) / problem.craft.exhaust_speed
        return [*y[3:6], *(np.array(u) + problem.g_L), -flow]

    y = np.array([*problem.r_L, *problem.v_L, problem.mass])
    for start, end in zip(found.t[:-1], found.t[1:], strict=True):
        done = solve_ivp(rates, (start, end), y, "DOP853", rtol=1e-12, atol=1e-9)
        y = done.y[:, -1]
    return y


@pytest.mark.parametrize(
    "problem", [GENERAL, BLACKMORE, replace(GENERAL, t_f=None, intervals=50)]
)
def test_the_thrust_of_a_plan_leads_to_the_target(problem):
    found = plan(problem)
    y = fly(problem, found)
    v_f = np.array(problem.target_v_L)
    # measured 7e-8 to 7e-5 m, 3e-10 to 4e-7 m/s
    np.testing.assert_allclose(y[:3], problem.target_r_L, rtol=0.0, atol=1e-3)
    np.testing.assert_allclose(y[3:6], v_f, rtol=0.0, atol=1e-5)
    # thrust between nodes is a little below its bound, so a little less is burnt:
    # measured 8e-5
    assert 0.0 < y[6] - found.m[-1] < 1e-3 * found.fuel


def test_sample_matches_the_integrator_between_nodes():
    found = plan(GENERAL)
    t = 0.37 * GENERAL.t_f  # inside an interval
    cut = int(np.searchsorted(found.t, t))
    q = found.sample(t)
    u = np.column_stack([found.u_L[:, :cut], q.u_L])
    part = replace(found, t=np.append(found.t[:cut], t), u_L=u)
    y = fly(GENERAL, part)
    np.testing.assert_allclose(q.r_L, y[:3], rtol=0.0, atol=1e-4)
    np.testing.assert_allclose(q.v_L, y[3:6], rtol=0.0, atol=1e-6)
    np.testing.assert_allclose(q.m, y[6], rtol=0.0, atol=2e-3 * found.fuel)
    many = found.sample(np.array([-5.0, t, 1e3]))
    np.testing.assert_array_equal(many.r_L[:, 1], q.r_L)
    np.testing.assert_allclose(many.r_L[:, 2], found.r_L[:, -1], rtol=0.0, atol=1e-6)
    np.testing.assert_array_equal(many.m[:1], found.m[:1])


def last_moment(h, v, m, low, high, v_e, g):
    """Least thrust, then full thrust until rest at the ground: fuel and duration.

    The best vertical descent, by Pontryagin; each arc by Tsiolkovsky's equation and
    its integral over time.
    """

    def arc(h, v, m, thrust, t):
        m_t = m - thrust / v_e * t
        ratio = np.log(m / m_t)
        left = v_e * (t - m_t * v_e / thrust * ratio)
        return h + v * t - 0.5 * g * t**2 + left, v - g * t + v_e * ratio, m_t

    def end(times):
        return arc(*arc(h, v, m, low, times[0]), high, times[1])

    times = fsolve(lambda x: end(x)[:2], [20.0, 40.0], xtol=1e-12)
    return m - end(times)[2], times.sum()


def test_a_vertical_descent_matches_the_burn_at_the_last_moment():
    problem = replace(
        MOON, r_L=(0.0, 0.0, 2600.0), v_L=(0.0, 0.0, -31.0), intervals=100
    )
    c = problem.craft
    fuel, t_f = last_moment(
        2600.0, -31.0, 1000.0, c.thrust_min, c.thrust_max, c.exhaust_speed, 1.6242
    )
    found = plan(problem)
    # linear thrust cannot switch at once, and costs a little: measured 0.19 %, 0.25 %
    assert 0.0 < found.fuel - fuel < 4e-3 * fuel
    assert abs(found.t_f - t_f) < 5e-3 * t_f


def test_path_and_thrust_stay_in_their_cones():
    """Glide slope of 4 deg and tilt of 50 deg, both of which this descent touches."""
    craft = replace(BLACKMORE.craft, tilt_max=math.radians(50.0))
    problem = replace(BLACKMORE, craft=craft)
    found = plan(problem)
    q = found.sample(np.linspace(0.0, found.t_f, 4001))
    tilt = np.degrees(np.arccos(q.u_L[2] / np.linalg.norm(q.u_L, axis=0)))
    assert abs(tilt.max() - 50.0) < 1e-4  # measured 1.3e-7
    rise = np.tan(problem.glide)
    over = found.r_L[2] - np.hypot(*found.r_L[:2]) * rise
    assert -1e-5 < over[1:-1].min() < 1e-3  # measured -2e-8 m
    # between nodes a second apart the path may sag below the cone
    sag = np.hypot(*q.r_L[:2]) * rise - q.r_L[2]
    assert 0.0 < sag.max() < 0.5  # measured 0.31 m
