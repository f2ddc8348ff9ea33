"""Decision support: who knows what, what can be sent, and when it counts."""

from datetime import UTC, datetime

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.errors import UserError
from frigoris.flight.step import Flying
from frigoris.mission.load import load_mission
from frigoris.onboard import covariance as cov
from frigoris.verify.chances.belief import Doubt, given, matrix, root_of
from frigoris.verify.chances.commands import (
    choose,
    light_time,
    loads,
    own_loads,
    phases,
    sendings,
)
from frigoris.verify.chances.study import (
    Ends,
    Wish,
    last,
    moments_of,
    pair,
    state_before,
    table,
)
from frigoris.verify.lessons.entry import load_lessons

MISSION = load_mission("hakuto-r-m2")


def test_light_takes_what_the_distance_says():
    """384 400 km, the mean distance, would be 1.282 s; 5 June 2025 is two days before
    the apogee of 405 600 km (7 June), less the Moon's radius or not: 1.33 to 1.36 s."""
    found = light_time(MISSION, datetime(2025, 6, 5, 19, 14, tzinfo=UTC))
    assert 1.33 < found < 1.36


def test_a_command_counts_after_three_delays():
    """State at 100 s, light 1.28 s, 5 s to react: sent 106.28 s, there 107.56 s."""
    found = sendings(100.0, 1.28, 5.0, 10.0, 130.0)
    assert found[0] == pytest.approx((106.28, 107.56))
    assert [s for s, _ in found] == pytest.approx([106.28, 116.28, 126.28])
    assert sendings(100.0, 1.28, 5.0, 10.0, 107.56) == []


def test_nothing_is_tried_that_arrives_after_the_ground():
    down = np.array([108.0, 130.0, 140.0])
    ends = Ends(["crashed"] * 3, np.zeros(3, bool), down, np.ones(3))
    found = moments_of(100.0, 1.28, Wish(100.0, reaction=5.0), ends)
    assert all(a < 130.0 for _, a in found) and len(found) == 6
    with pytest.raises(UserError, match=r"arrives at 137\.6"):
        moments_of(130.0, 1.28, Wish(130.0, reaction=5.0), ends)


def test_phases_that_may_follow_are_offered():
    names = [c.name for c in phases(MISSION, "braking")]
    assert names == [
        "phase pitch_up",
        "phase terminal_descent",
        "phase terminal_landing",
    ]
    assert phases(MISSION, "terminal_landing") == []


def test_only_numbers_of_the_software_are_loads():
    names = {c.name for c in loads(MISSION, load_lessons())}
    assert names == {
        *("load editor", "load multiple-model", "load earlier-gate"),
        *("load full-thrust", "load turn-rate"),
    }
    (own,) = own_loads(MISSION, ["onboard.guidance.rate_gain_per_s=0.5"])
    assert own.load.onboard.guidance.rate_gain_per_s == 0.5
    with pytest.raises(UserError, match="a path below onboard"):
        own_loads(MISSION, ["lander.dry_mass_kg=300"])
    with pytest.raises(UserError, match="Did you mean pitch_up"):
        choose(phases(MISSION, "braking"), ["pich_up"])


def random_covariance(rng, blocks=cov.WHOLE):
    """Of the sizes that the filter has: 100 m, 0.1 m/s, 1 mrad, 1e-4, 1e-7, ..."""
    scale = np.repeat([100.0, 0.1, 1e-3, 1e-4, 1e-7, 30.0, 1e-3], 3)[: 3 * blocks]
    a = rng.standard_normal((3 * blocks, 3 * blocks))
    return scale[:, None] * (a @ a.T / len(a) + 0.1 * np.eye(len(a))) * scale[None]


def test_draws_have_the_covariance_of_the_filter():
    """20 000 draws: measured 3.5 % of a variance at worst, 0.02 of others."""
    p = random_covariance(np.random.default_rng(3))
    draws = Doubt(np.zeros(len(p)), root_of(p)).draw(range(20_000))
    found = np.cov(draws)
    np.testing.assert_allclose(np.diag(found), np.diag(p), rtol=0.05)
    s = np.sqrt(np.diag(p))
    np.testing.assert_allclose(found / np.outer(s, s), p / np.outer(s, s), atol=0.05)


def test_a_case_draws_the_same_in_any_company():
    p = random_covariance(np.random.default_rng(3))
    doubt = Doubt(np.zeros(len(p)), root_of(p))
    assert np.array_equal(doubt.draw(range(10))[:, 7], doubt.draw(range(7, 9))[:, 0])
    assert not np.array_equal(doubt.draw(range(1)), doubt.draw(range(1), seed=2))


def test_what_is_known_moves_what_goes_with_it():
    """Against the information form: a measurement of no noise, by its limit."""
    rng = np.random.default_rng(5)
    p, place, value, noise = random_covariance(rng), 15, 42.0, 1e-9
    mean, left = given(p, place, value)
    assert mean[place] == pytest.approx(value)
    assert not left[place].any() and not left[:, place].any()
    h = np.zeros(len(p))
    h[place] = 1.0
    information = np.linalg.inv(p) + np.outer(h, h) / noise**2
    # measured 3e-7 of the diagonal, which is what the inverses lose
    expected = np.linalg.inv(information)
    s = np.sqrt(np.diag(p))
    np.testing.assert_allclose(
        left / np.outer(s, s), expected / np.outer(s, s), atol=1e-4
    )
    np.testing.assert_allclose(mean / s, expected @ h * value / noise**2 / s, atol=1e-3)


def test_blocks_become_one_symmetric_matrix():
    p = random_covariance(np.random.default_rng(7))
    blocks = {
        (i, j): jnp.asarray(p[3 * i : 3 * i + 3, 3 * j : 3 * j + 3])
        for i, j in cov.pairs(cov.WHOLE)
    }
    # lower blocks are mirror images: p itself is symmetric to rounding only
    np.testing.assert_allclose(matrix(blocks), p, rtol=1e-14)


def ends(saved):
    names = ["landed" if s else "crashed" for s in saved]
    return Ends(names, np.array(saved), np.full(len(saved), 9.0), np.ones(len(saved)))


def test_the_last_moment_is_the_last_that_the_pairs_show():
    none = ends([False] * 20)
    some, few = ends([True] * 12 + [False] * 8), ends([True] * 3 + [False] * 17)
    tries = {"load x": [(1.0, 2.0, some), (5.0, 6.0, some), (9.0, 10.0, few)]}
    (row,) = table(none, tries)
    assert [s["helps"] for s in row["sent"]] == [True, True, False]
    assert (row["last_t_s"], row["too_late_t_s"]) == (5.0, 9.0)
    assert row["sent"][2]["p"] == pytest.approx(0.25)  # three of three: 2 / 2^3
    assert pair(none, few).second_only == 3
    assert last(row["sent"][:2])["too_late_t_s"] is None
    assert table(some, {"load x": [(1.0, 2.0, none)]})[0]["last_t_s"] is None


def state(time, tick):
    return Flying(jnp.zeros(2), jnp.zeros(2), jnp.float64(time), jnp.uint32(tick))


def test_a_command_begins_in_the_slice_that_it_arrives_in():
    states = [state(10.0, 100), state(30.0, 300), state(31.0, 310)]
    found = state_before(states, 30.4)
    assert (float(found.flying.time), found.left) == (30.0, 10)
    assert found.tick == pytest.approx(0.1)
    assert float(state_before(states, 29.9).flying.time) == 10.0
    assert float(state_before(states, 31.0).flying.time) == 31.0
