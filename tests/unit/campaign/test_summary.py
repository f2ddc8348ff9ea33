"""What a store of made-up rows shows: every number is known beforehand."""

import numpy as np
import pytest

from frigoris.campaign.compare import compare
from frigoris.campaign.summary import summarize
from frigoris.errors import UserError
from frigoris.mission.schema_evidence import Requirement
from support.synthetic_store import make_plan, make_store, with_requirements

COUNT = 200
FAILED = (3, 70, 71, 150, 199, 12)
PLAN = make_plan(COUNT)


def outcomes(failed=FAILED, word="crashed"):
    found = np.full(COUNT, "landed", dtype="<U16")
    found[list(failed)] = word
    return found


@pytest.fixture
def store(tmp_path):
    return make_store(tmp_path / "store", PLAN, outcomes())


def test_outcomes_sum_up(store):
    found = summarize(store)
    assert found.cases == found.wanted == COUNT
    assert found.outcomes["landed"] == found.landed == COUNT - len(FAILED)
    assert found.outcomes["crashed"] == len(FAILED)
    assert sum(found.outcomes.values()) == COUNT


def test_what_was_not_flown_yet_is_told(store):
    (store.folder / "chunk-000001.parquet").unlink()
    found = summarize(store)
    assert (found.cases, found.wanted) == (136, COUNT)
    for path in store.folder.glob("chunk-*"):
        path.unlink()
    with pytest.raises(UserError, match=r"no case has been flown yet.*--resume"):
        summarize(store)


def asked(metric, probability, **limits):
    return Requirement.model_validate(
        {
            "id": f"{metric}-{probability}",
            "text": "made up",
            "metric": metric,
            "probability_ratio": probability,
            "confidence_ratio": 0.95,
            **limits,
        }
    )


def test_requirements_are_met_not_met_or_not_proven(tmp_path):
    """Exact one-sided bounds at 95 % for 194 of 200: 94.16 % and 98.68 %."""
    rows = [asked("landed", p) for p in (0.94, 0.97, 0.99)]
    plan = with_requirements(PLAN, rows)
    found = summarize(make_store(tmp_path / "store", plan, outcomes()))
    assert [r["verdict"] for r in found.requirements] == [
        "met",
        "not proven",
        "not met",
    ]
    assert found.requirements[0]["interval"] == pytest.approx(
        [0.9416, 0.9868], abs=1e-4
    )
    assert not found.met


def test_a_missing_number_is_not_good(tmp_path):
    """A case without contact has no miss distance, and misses."""
    miss = np.full(COUNT, 50.0)
    miss[:40] = np.nan
    miss[40:60] = 101.0
    rows = [
        asked("contact_miss_m", 0.5, high=100.0),
        asked("contact_miss_m", 0.4, low=10.0),
    ]
    plan = with_requirements(PLAN, rows)
    store = make_store(tmp_path / "store", plan, outcomes(), contact_miss_m=miss)
    found = [r["good"] for r in summarize(store).requirements]
    assert found == [COUNT - 60, COUNT - 40]


def test_the_input_that_separates_failures_comes_first(tmp_path):
    albedo = np.random.default_rng(1).normal(0.12, 0.01, COUNT)
    failed = np.argsort(albedo)[-8:]
    store = make_store(
        tmp_path / "store",
        PLAN,
        outcomes(failed),
        input__site__albedo_ratio=albedo,
    )
    first, second = summarize(store).drivers
    assert first["input"] == "site.albedo_ratio"
    assert first["score"] == pytest.approx(1.0)
    assert first["p"] < 1e-4 < 0.01 < second["p"]


def test_few_failures_say_nothing_about_their_cause(tmp_path):
    store = make_store(tmp_path / "store", PLAN, outcomes((1, 2)))
    assert summarize(store).drivers == []


def test_failures_are_looked_at_first_and_then_the_closest_landings(tmp_path):
    tilt, left = np.full(COUNT, 1.0), np.full(COUNT, 9.0)
    tilt[17], left[17] = 9.5, 0.5
    found = outcomes()
    found[44] = "tipped_over"
    store = make_store(
        tmp_path / "store", PLAN, found, contact_tilt_deg=tilt, margin_tilt_deg=left
    )
    cases = [row["case"] for row in summarize(store).to_look_at]
    assert len(cases) == 10
    assert cases[0] == 44  # the rarest outcome
    assert set(cases[1:7]) == set(FAILED)
    assert cases[7] == 17


def test_the_ellipse_is_that_of_the_landings(tmp_path):
    """Long axis 300 m towards 30° from north, short axis 100 m, centre (40, -20)."""
    rng = np.random.default_rng(3)
    along, across = rng.normal(size=(2, COUNT))
    samples = np.stack([along - along.mean(), across - across.mean()])
    white = np.linalg.inv(np.linalg.cholesky(np.cov(samples))) @ samples
    a = np.radians(30.0)
    east = 300.0 * white[0] * np.sin(a) + 100.0 * white[1] * np.cos(a) + 40.0
    north = 300.0 * white[0] * np.cos(a) - 100.0 * white[1] * np.sin(a) - 20.0
    store = make_store(
        tmp_path / "store",
        PLAN,
        outcomes(()),
        contact_east_m=east,
        contact_north_m=north,
    )
    found = summarize(store).ellipse
    told = [found[k] for k in ("semi_major_m", "semi_minor_m", "azimuth_deg")]
    assert told == pytest.approx([300.0, 100.0, 30.0], rel=1e-9)
    assert (found["east_m"], found["north_m"]) == pytest.approx((40.0, -20.0))


def test_pairs_are_counted_by_case(store, tmp_path):
    other = make_store(
        tmp_path / "other",
        PLAN,
        outcomes((3, 70, 100)),
        contact_miss_m=np.full(COUNT, 1.5),
    )
    found = compare(store, other)
    p = found.paired
    assert (p.both, p.first_only, p.second_only, p.neither) == (193, 1, 4, 2)
    assert [r["case"] for r in found.changed] == [12, 71, 100, 150, 199]
    miss = next(r for r in found.means if r["name"] == "contact_miss_m")
    assert miss["change"] == pytest.approx(0.5)


def test_other_draws_cannot_be_paired(store, tmp_path):
    other = make_store(tmp_path / "b", make_plan(COUNT, seed=7), outcomes())
    with pytest.raises(UserError, match=r"seed 2025 and 7"):
        compare(store, other)
    even = make_store(tmp_path / "c", make_plan(COUNT, sampling="sobol"), outcomes())
    with pytest.raises(UserError, match="sampling random and sobol"):
        compare(store, even)
