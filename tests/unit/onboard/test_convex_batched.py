"""The batched planner against clarabel, and a case against the cases beside it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from frigoris.onboard.convex import Outcome, batched, plan, plan_all
from frigoris.onboard.convex.batched import plan_batch
from frigoris.onboard.convex.numbers import shape_of
from support.descents import GENERAL


def drawn(count):
    """Descents about the general one, half of them without a limit or two."""
    rng = np.random.default_rng(11)
    problems = []
    for k in range(count):
        r = tuple(float(x) for x in GENERAL.r_L + rng.normal(0.0, 60.0, 3))
        v = tuple(float(x) for x in GENERAL.v_L + rng.normal(0.0, 2.0, 3))
        glide = GENERAL.glide if k % 2 else None
        tilt = None if k % 3 == 0 else math.radians(rng.uniform(30.0, 60.0))
        craft = replace(GENERAL.craft, tilt_max=tilt)
        t_f = float(rng.uniform(58.0, 75.0))
        problem = replace(GENERAL, craft=craft, r_L=r, v_L=v, glide=glide, t_f=t_f)
        if k % 5 == 0:
            problem = replace(problem, final_thrust_L=(0.1, -0.2, 1.0))
        problems.append(replace(problem, mass=float(rng.uniform(900.0, 1100.0))))
    return problems


@pytest.fixture(scope="module")
def problems():
    others = [  # what it hands on to clarabel, each for another reason
        replace(GENERAL, t_f=9.0),
        replace(GENERAL, t_f=50.0),
        replace(GENERAL, r_L=(math.nan, 0.0, 900.0)),
        replace(GENERAL, target_v_L=None),
        replace(GENERAL, t_f=None),
    ]
    return drawn(60)[:30] + others + drawn(60)[30:]


@pytest.fixture(scope="module")
def plans(problems):
    return plan_batch(problems, threads=1)


def test_plans_match_clarabel(problems, plans):
    for one, other in zip(plan_all(problems, threads=1), plans, strict=True):
        assert one.outcome is other.outcome and one.word == other.word
        if one.outcome is not Outcome.FUEL_OPTIMAL:
            continue
        # measured 2.6e-6 kg, 22 mm, 4e-7 m/s^2, 1e-6 m, 7e-4 m/s^2
        assert abs(one.fuel - other.fuel) < 1e-4
        assert np.abs(one.r_L - other.r_L).max() < 0.2
        assert other.gap < 1e-4
        end = other.r_L[:, -1] - np.array(GENERAL.target_r_L)
        assert np.abs(end).max() < 1e-3
        np.testing.assert_allclose(one.u_L[:, -1], other.u_L[:, -1], atol=5e-3)


def test_it_solves_them_itself(problems):
    """Or the test above would compare clarabel with itself."""
    regular = drawn(32)
    assert all(batched.fits(p) for p in regular)
    by_shape = {}
    for problem in regular:
        by_shape.setdefault(shape_of(problem, nearest=False), []).append(problem)
    assert len(by_shape) > 5
    for group in by_shape.values():
        assert None not in batched._plan_chunk(group)
    assert not any(batched.fits(p) for p in problems[33:35])


def test_a_case_does_not_depend_on_those_beside_it(problems, plans):
    for k in (0, 1, 17):
        (alone,) = plan_batch([problems[k]])
        np.testing.assert_array_equal(alone.u_L, plans[k].u_L)
        np.testing.assert_array_equal(alone.r_L, plans[k].r_L)


def test_a_plan_is_consistent_with_itself(plans):
    """Its states are the motion under its thrust, by trapezoids between many times."""
    found = plans[3]
    t = np.linspace(0.0, found.t_f, 20001)
    q = found.sample(t)
    moved = np.trapezoid(q.v_L, t, axis=1)
    np.testing.assert_allclose(
        moved, found.r_L[:, -1] - found.r_L[:, 0], rtol=0.0, atol=1e-3
    )


def test_nothing_asked_nothing_planned():
    assert plan_batch([]) == []
    assert plan(GENERAL).lands
