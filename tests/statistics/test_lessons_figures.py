"""Figures of a study of lessons on stores of which everything is known (synthetic)."""

import numpy as np
import pytest

from frigoris.report.lessons_text import HEAD, cells, saved, sign
from frigoris.verify.lessons.entry import load_lessons
from frigoris.verify.lessons.figures import cost, pairs, shown, study
from frigoris.verify.lessons.study import NONE, Variant
from support.synthetic_store import make_plan, make_store

COUNT = 100


def outcomes(landed):
    return ["landed" if yes else "crashed" for yes in landed]


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """50 of 100 land, then 65: 18 won, 3 lost; 2 kg more used where both land."""
    folder = tmp_path_factory.mktemp("lessons")
    number = np.arange(COUNT)
    first = number < 50
    second = ((number >= 3) & (number < 68)) | (number >= 200)
    left = np.linspace(20.0, 40.0, COUNT)
    rng = np.random.default_rng(4)
    noise = rng.normal(0.0, 0.5, COUNT)
    plan = make_plan(COUNT)
    one = make_store(
        folder / "none",
        plan,
        outcomes(first),
        propellant_left_kg=left,
        contact_descent_rate_m_s=np.where(first, 0.8, 40.0),
        contact_speed_horizontal_m_s=np.where(first, 0.6, 30.0),
        margin_descent_rate_m_s=np.where(number < 60, 0.1, -9.0),
    )
    two = make_store(
        folder / "two",
        plan,
        outcomes(second),
        propellant_left_kg=left - 2.0 + noise,
        margin_descent_rate_m_s=np.where(number < 90, 0.1, -9.0),
    )
    return one, two, noise[3:50]


def test_shares_speeds_and_propellant_of_a_store(stores):
    found = shown(stores[0])
    assert (found.cases, found.landed, found.soft) == (COUNT, 50, 60)
    assert found.touchdown_landed == pytest.approx(1.0)  # of 0.6 and 0.8
    assert found.touchdown == pytest.approx(25.5)  # half at 1, half at 50
    kept = np.linspace(20.0, 40.0, COUNT)[:50].mean()
    assert found.left == pytest.approx(kept)
    assert found.used == pytest.approx(414.0 - kept)
    assert found.dry == 0


def test_pairs_count_what_changed(stores):
    landed = pairs(*stores[:2], "landed")
    assert (landed.both, landed.first_only, landed.second_only, landed.neither) == (
        *(47, 3, 18),
        32,
    )
    soft = pairs(*stores[:2], "soft")
    assert (soft.first_only, soft.second_only) == (0, 30)
    back = pairs(stores[1], stores[0], "landed")
    assert (back.first_only, back.second_only) == (18, 3)


def test_slower_contacts_are_a_sign_test(stores):
    """The second store comes down at sqrt 2 everywhere: 50 slower, 50 faster."""
    found = pairs(*stores[:2], "slower")
    assert (found.first_only, found.second_only) == (50, 50)
    assert found.p_value() == 1.0


def test_the_cost_is_of_pairs_that_both_land(stores):
    one, two, noise = stores
    found = cost(one, two)
    assert found.pairs == 47
    assert found.mean == pytest.approx(2.0 - noise.mean(), abs=1e-12)
    assert found.interval.low < found.mean < found.interval.high
    assert cost(two, one).mean == pytest.approx(-found.mean)


def as_study(stores, first, second):
    lesson = load_lessons()["full-thrust"]
    mission = stores[0].plan.mission
    flown = [
        Variant(NONE, None, mission, flown=stores[first]),
        Variant("full-thrust", lesson, mission, flown=stores[second]),
        Variant("radar", load_lessons()["radar"], None, "it has one already"),
    ]
    return study(flown, "hakuto-r-m2", COUNT, 2025)


def test_a_change_that_wins_pairs_is_named(stores):
    found = as_study(stores, 0, 1)
    none, better, absent = found["changes"]
    assert none["propellant_kg"] == 0.0 and "against_none" not in none
    pair = better["against_none"]["landed"]
    assert (pair["gained"], pair["lost"], pair["shown"]) == (18, 3, True)
    assert pair["difference"] == pytest.approx(0.15)
    # both tails of a fair coin with 3 of 21 or fewer: 2 (1 + 21 + 210 + 1330) / 2^21
    assert pair["p"] == pytest.approx(3124 / 2**21, rel=1e-12)
    assert better["check"] == {"raises": "soft", "verdict": "holds"}
    assert sign(better) == "+" and found["saved_by_load"] == ["full-thrust"]
    assert "full-thrust (soft 60.0 % to 90.0 %)" in saved(found)
    assert cells(better)[4] == "18, 3" and len(cells(better)) == len(HEAD)
    assert absent["landed_rate"] is None and absent["reason"] == "it has one already"


def test_a_change_that_loses_pairs_saves_nothing(stores):
    found = as_study(stores, 1, 0)
    assert sign(found["changes"][1]) == "-"
    assert found["changes"][1]["check"]["verdict"] == "not shown"
    assert found["saved_by_load"] == []
    assert saved(found).startswith("No single change of software")
