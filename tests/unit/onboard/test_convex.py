"""The descent planner's door: words, batches, what is refused and what is not."""

import math
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from frigoris.errors import UserError
from frigoris.onboard.convex import Craft, Outcome, Problem, plan, plan_all
from frigoris.onboard.convex.numbers import UPRIGHT
from support.descents import GENERAL, MOON


def test_a_batch_equals_one_by_one_on_any_number_of_threads():
    """Solvers are kept and their numbers exchanged: nothing of the last may remain."""
    shapes = [GENERAL, replace(GENERAL, glide=None), replace(GENERAL, t_f=12.0)]
    shapes += [replace(GENERAL, t_f=50.0), replace(GENERAL, t_f=None)]
    problems = [
        replace(p, r_L=(p.r_L[0] + 40.0 * k, p.r_L[1], p.r_L[2]))
        for k in range(4)
        for p in shapes
    ]
    alone = [plan(p) for p in problems]
    words = {s.outcome for s in alone}
    assert words == set(Outcome)
    for threads in (1, 3, None):
        for one, other in zip(alone, plan_all(problems, threads=threads), strict=True):
            assert one.word == other.word
            for name in ("t", "r_L", "v_L", "u_L", "sigma", "m"):
                a, b = getattr(one, name), getattr(other, name)
                np.testing.assert_array_equal(a, b)


def test_the_shapes_are_those_of_the_nodes():
    found = plan(GENERAL)
    n = GENERAL.intervals + 1
    assert found.t.shape == found.m.shape == found.sigma.shape == (n,)
    assert found.r_L.shape == found.v_L.shape == found.u_L.shape == (3, n)
    np.testing.assert_array_equal(found.r_L[:, 0], GENERAL.r_L)
    np.testing.assert_array_equal(found.v_L[:, 0], GENERAL.v_L)
    assert found.m[0] == GENERAL.mass
    assert found.sample([1.0, 2.0]).r_L.shape == (3, 2)
    assert found.sample(1.0).m.shape == ()


def test_the_final_thrust_has_its_direction():
    wanted = np.array([0.1, -0.3, 2.0])
    found = plan(replace(GENERAL, final_thrust_L=tuple(map(float, wanted))))
    got = found.u_L[:, -1] / np.linalg.norm(found.u_L[:, -1])
    # measured 1e-14
    np.testing.assert_allclose(got, wanted / np.linalg.norm(wanted), atol=1e-6)


def test_it_turns_upright_before_the_end():
    """Thrust never tilts further than may be turned back in the time that is left."""
    craft = replace(CRAFT, tilt_max=math.radians(40.0), turn_rate=math.radians(2.0))
    problem = replace(GENERAL, craft=craft, final_thrust_L=(0.0, 0.0, 1.0))
    found = plan(problem)
    assert found.lands
    tilt = np.arccos(found.u_L[2] / np.linalg.norm(found.u_L, axis=0))
    left = found.t[-1] - found.t
    allowed = np.minimum(np.maximum(craft.turn_rate * left, UPRIGHT), craft.tilt_max)
    assert np.all(tilt <= allowed + 1e-6)
    # and it would without
    free = plan(replace(problem, craft=replace(craft, turn_rate=None)))
    tilt = np.arccos(free.u_L[2] / np.linalg.norm(free.u_L, axis=0))
    assert np.any(tilt > np.interp(free.t[-1] - free.t, left[::-1], allowed[::-1]))
    assert found.fuel > free.fuel


def test_a_free_end_is_cheaper_than_any_given_one():
    free = plan(replace(GENERAL, target_v_L=None))
    assert free.fuel < plan(GENERAL).fuel
    given = replace(GENERAL, target_v_L=tuple(map(float, free.v_L[:, -1])))
    assert abs(plan(given).fuel - free.fuel) < 1e-3


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"r_L": (math.nan, 0.0, 900.0)}, "the estimate is not finite"),
        ({"mass": -5.0}, "the estimate is not finite"),
        ({"mass": 99.0}, "no propellant is left"),
        ({"t_f": -1.0}, "no time is left"),
        ({"t_f": 5000.0}, "even at the least thrust"),
        ({"t_f": 9.0}, "none of 9.0 s keeps all limits"),
        ({"t_f": None, "v_L": (0.0, 0.0, -900.0)}, "none of"),
        ({"t_f": None, "v_L": (0.0, 0.0, -9e9)}, "at any duration"),
    ],
)
def test_no_descent_is_a_word_and_no_exception(change, word):
    found = plan(replace(GENERAL, **change))
    assert found.outcome is Outcome.NONE and not found.lands
    assert found.word.startswith("no descent is possible: ") and word in found.word
    assert np.isnan(found.r_L).all() and math.isnan(found.fuel)


def test_a_target_out_of_reach_is_a_word_with_the_miss():
    found = plan(replace(MOON, t_f=54.0, intervals=20))
    assert found.word == f"{Outcome.NEAREST.value}, {found.miss:.0f} m off"
    assert found.lands


def test_a_plan_that_is_not_lossless_says_so():
    """Ten minutes near the least thrust: the expansion of its bound asks for more."""
    found = plan(replace(GENERAL, r_L=(30e3, 0.0, 2000.0), t_f=600.0))
    assert found.lands and not found.tight
    assert "m off, not lossless by 1." in found.word


CRAFT = GENERAL.craft


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: replace(CRAFT, thrust_min=5000.0), "thrust_min = 5000 N"),
        (lambda: replace(CRAFT, exhaust_speed=320.0), "Isp g0 cos"),
        (lambda: replace(CRAFT, mass_dry=0.0), "mass_dry = 0 kg"),
        (lambda: replace(CRAFT, tilt_max=60.0), "in radians"),
        (lambda: replace(CRAFT, turn_rate=-0.1, tilt_max=0.5), "turn_rate = -0.1"),
        (lambda: replace(CRAFT, turn_rate=0.1, tilt_max=None), "beside a tilt_max"),
        (lambda: replace(GENERAL, intervals=2), "intervals = 2"),
        (lambda: replace(GENERAL, glide=10.0), "in radians"),
        (lambda: replace(GENERAL, final_thrust_L=(0.0, 0.0, 0.0)), "a direction"),
        (lambda: replace(GENERAL, t_f_range=(9.0, 3.0)), "0 < low < high"),
        (lambda: plan_all([GENERAL], threads=0), "give 1 or more"),
    ],
)
def test_what_no_lander_has_is_refused_with_one_message(make, words):
    with pytest.raises(UserError, match="Cannot plan") as caught:
        make()
    assert words in str(caught.value)


def test_a_problem_is_a_value():
    with pytest.raises(FrozenInstanceError):
        GENERAL.mass = 3.0
    assert isinstance(GENERAL, Problem) and isinstance(CRAFT, Craft)


def test_the_door_loads_no_solver():
    """`frigoris --help` must stay quick."""
    code = "import sys, frigoris.onboard.convex; "
    code += "print([m for m in ('clarabel', 'scipy', 'jax') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
