"""The fit of a range finder: a probit as oracle, coverage, what stays unknown."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import binom, norm

from frigoris.verify.sensor import fit as sensor_fit
from frigoris.verify.sensor import posterior as sensor_posterior
from frigoris.verify.sensor import predict as sensor_predict
from frigoris.verify.sensor.flight import Descent
from frigoris.verify.sensor.model import Likelihood, named
from frigoris.verify.sensor.quality import quality
from support.laser_tests import SHEET, TRUTH, campaign, replaced

SEEDS = 60
C, H = 299_792_458.0, 6.62607015e-34


def by_name(fit):
    return {e.name: e for e in fit.estimates}


def budget(shots, efficiency):
    """Signal to noise of the mission's laser at rest on level ground, by hand."""
    area = np.pi / 4.0 * 0.030**2
    photons = 62e-6 * efficiency * 0.4 * shots.albedo * area * 1064e-9
    photons = photons / (np.pi * shots.slant_range**2 * H * C)
    return photons / 20.0


@pytest.fixture(scope="module")
def at_rest():
    """Everything but range and albedo is zero: a probit of one number."""
    return campaign(5, 120, speeds=(0.0, 0.0), incidence=(0.0, 0.0))


def test_the_gradient_is_that_of_a_probit_in_closed_form(at_rest):
    x = np.array([np.log(0.25), 1e-8, 0.0])
    snr = budget(at_rest, 0.25)
    m = snr - 12.0
    hazard = np.exp(norm.logpdf(m) - norm.logcdf(np.where(at_rest.hits > 0, m, -m)))
    want = np.sum(np.where(at_rest.hits > 0, hazard, -hazard) * snr)
    value, slope = Likelihood(SHEET, at_rest)(x)
    assert slope[0] == pytest.approx(want, rel=1e-6)  # measured 2e-11
    sign = np.where(at_rest.hits > 0, 1.0, -1.0)
    assert value == pytest.approx(np.sum(norm.logcdf(sign * m)), rel=1e-8)


def test_the_best_value_and_its_interval_are_those_of_a_probit(at_rest):
    def down(log_e):
        sign = np.where(at_rest.hits > 0, 1.0, -1.0)
        return -np.sum(norm.logcdf(sign * (budget(at_rest, np.exp(log_e)) - 12.0)))

    best = minimize_scalar(down, bracket=(-1.3, -1.1), tol=1e-10)
    grid = np.linspace(best.x - 0.5, best.x + 0.5, 4001)
    inside = grid[[down(g) - best.fun < 0.5 * 1.6449**2 for g in grid]]
    got = by_name(sensor_fit.fit(SHEET, at_rest))["efficiency_ratio"]
    assert got.value == pytest.approx(np.exp(best.x), rel=1e-4)
    assert np.log([got.low, got.high]) == pytest.approx(inside[[0, -1]], abs=6e-4)


def test_the_gradient_is_that_of_differences_in_general_position():
    like = Likelihood(SHEET, campaign(2, 120, warm=(-5.0, 30.0)))
    x = np.array([-1.1, 3.3, 0.9])
    _, slope = like(x)
    for i, step in enumerate(np.diag([1e-5, 1e-4, 1e-4])):
        want = (like(x + step)[0] - like(x - step)[0]) / (2.0 * step[i])
        assert slope[i] == pytest.approx(want, rel=1e-5)


@pytest.fixture(scope="module")
def repeated():
    """Many tests of one laser at rest, each fitted and each predicting one descent."""
    time = np.arange(0.0, 60.0, 0.1)
    descent = Descent(
        source="straight down",
        time=time,
        altitude=4000.0 - 62.0 * time,
        slant_range=4000.0 - 62.0 * time,
        incidence=0.0 * time,
        closing=62.0 + 0.0 * time,
        albedo=0.2 + 0.0 * time,
        temperature=20.0 + 0.0 * time,
    )
    still = np.array([np.log(0.3), 1e-8, 0.0])
    truth = np.repeat(still[None], 400, axis=0)
    real = sensor_predict.forecast(SHEET, descent, truth, 1800.0, 11).altitudes
    rows = []
    for seed in range(SEEDS):
        shots = campaign(seed, 120, x=still, speeds=(0.0, 0.0))
        found = sensor_fit.fit(SHEET, shots)
        xs, worth = sensor_posterior.draws(found, 400, np.random.default_rng(seed))
        told = sensor_predict.forecast(SHEET, descent, xs, 1800.0, seed)
        low, high = told.quantile(0.05), told.quantile(0.95)
        link = by_name(found)["efficiency_ratio"]
        covers = np.mean((real >= low) & (real <= high))
        rows.append((link.low, link.high, covers, high - low, worth))
    return np.array(rows).T


def test_intervals_cover_the_truth_as_often_as_they_say(repeated):
    low, high, *_ = repeated
    assert 0.83 <= np.mean((low <= 0.3) & (high >= 0.3)) <= 0.97  # measured 0.85
    assert np.all(high / low < 1.5)


def test_the_predicted_altitude_covers_what_is_flown(repeated):
    _, _, covers, width, worth = repeated
    assert 0.83 <= np.mean(covers) <= 0.97  # measured 0.88
    assert np.median(width) < 500.0  # measured 254 m
    assert np.min(worth) > 1000.0


def test_the_interval_of_the_averaging_covers_it_too():
    """With two free values that trade against each other."""
    fits = [
        sensor_fit.fit(SHEET, campaign(s, 120, x=TRUTH * [1, 1, 0])) for s in range(12)
    ]
    lags = [by_name(f)["averaging_ms"] for f in fits]
    inside = sum(e.low <= 20.0 <= e.high for e in lags)
    assert binom.ppf(0.01, 12, 0.9) <= inside  # measured 12


def test_the_effect_of_speed_is_found_where_there_is_one():
    lag = by_name(sensor_fit.fit(SHEET, campaign(1, 480)))["averaging_ms"]
    assert lag.kind == "between"
    assert 10.0 < lag.low < 20.0 < lag.high < 30.0


def test_no_effect_of_speed_is_a_limit_from_above():
    none = campaign(4, 480, x=np.array([np.log(0.3), 1e-8, 0.0]))
    lag = by_name(sensor_fit.fit(SHEET, none))["averaging_ms"]
    assert lag.kind == "at most" and lag.low == 0.0
    assert 1.0 < lag.high < 12.0


@pytest.mark.parametrize("speed", [0.0, 30.0])
def test_one_speed_leaves_the_averaging_undetermined(speed):
    shots = campaign(3, 120, speeds=(speed, speed))
    lag = by_name(sensor_fit.fit(SHEET, shots))["averaging_ms"]
    assert lag.kind == "undetermined"
    assert lag.value == lag.sheet == 0.0
    assert f"one speed, {speed:g} m/s" in lag.why


def test_a_little_speed_leaves_it_undetermined_too():
    """All values of it fit: a test that is too short says so."""
    shots = campaign(3, 120, speeds=(0.0, 0.6))
    lag = by_name(sensor_fit.fit(SHEET, shots))["averaging_ms"]
    assert lag.kind == "undetermined" and "any value" in lag.why


def test_warmth_is_found_and_its_absence_is_named():
    warm = by_name(sensor_fit.fit(SHEET, campaign(6, 480, warm=(-10.0, 40.0))))
    loss = warm["temperature_loss_per_K"]
    assert 0.004 < loss.low < loss.value < loss.high < 0.014
    cold = replaced(campaign(3, 120), missing=("temperature_degC",))
    loss = by_name(sensor_fit.fit(SHEET, cold))["temperature_loss_per_K"]
    assert loss.kind == "undetermined" and "no temperature_degC" in loss.why


@pytest.mark.parametrize(("hit", "kind"), [(1.0, "at least"), (0.0, "at most")])
def test_detections_alone_or_misses_alone_give_a_limit(at_rest, hit, kind):
    shots = replaced(at_rest, hits=np.full(len(at_rest.line), hit))
    link = by_name(sensor_fit.fit(SHEET, shots))["efficiency_ratio"]
    assert link.kind == kind
    m = budget(shots, link.value) - 12.0
    share = np.prod(norm.cdf(m if hit else -m))
    assert share == pytest.approx(np.exp(-0.5 * 1.2816**2), rel=1e-3)


def test_groups_of_shots_count_as_shots():
    single = campaign(7, 60)
    columns = {k: v for k, v in vars(single).items() if isinstance(v, np.ndarray)}
    apart = {k: np.concatenate([v, v]) for k, v in columns.items()}
    apart["hits"][:9] = 1.0 - apart["hits"][:9]
    hits = apart["hits"][:60] + apart["hits"][60:]
    grouped = replaced(single, hits=hits, count=np.full(60, 2.0))
    x = np.array([-1.1, 3.3, 0.9])
    one, other = (Likelihood(SHEET, s) for s in (replaced(single, **apart), grouped))
    assert one(x)[0] == pytest.approx(other(x)[0], rel=1e-12)
    assert one(x)[1] == pytest.approx(other(x)[1], rel=1e-10)
    assert one.information(x) == pytest.approx(other.information(x), rel=1e-10)


def test_draws_follow_the_profile():
    found = sensor_fit.fit(SHEET, campaign(9, 120))
    xs, worth = sensor_posterior.draws(found, 4000, np.random.default_rng(1))
    low, high = np.quantile(named(xs), (0.05, 0.95), axis=0)
    assert worth > 1000.0
    for i, e in enumerate(found.estimates[:2]):
        width = e.high - e.low
        assert low[i] == pytest.approx(e.low, abs=0.1 * width)
        assert high[i] == pytest.approx(e.high, abs=0.1 * width)


def test_draws_at_the_boundary_are_those_of_a_grid():
    """No averaging at all: averaging times of either sign are folded together."""
    found = sensor_fit.fit(
        SHEET, campaign(4, 120, x=np.array([np.log(0.3), 1e-8, 0.0]))
    )
    xs, _ = sensor_posterior.draws(found, 4000, np.random.default_rng(2))
    link, lag = np.linspace(-1.7, -0.7, 60), np.linspace(1e-3, 4.0, 80)
    grid = np.stack([*np.meshgrid(link, lag**2, indexing="ij"), np.zeros((60, 80))])
    heights = found.like.many(grid.reshape(3, -1).T)
    weight = np.exp(heights - heights.max()).reshape(60, 80).sum(axis=0)
    share = np.cumsum(weight) / np.sum(weight)
    for q in (0.1, 0.5, 0.9):
        want = np.interp(q, share, lag)
        got = np.quantile(np.sqrt(xs[:, 1]), q)
        assert got == pytest.approx(want, abs=0.08)


def test_a_good_model_is_not_called_bad():
    """The p value of a true model is not small more often than it says."""
    rng = np.random.default_rng(0)
    ps = []
    for seed in range(16):
        still = np.array([np.log(0.3), 1e-8, 0.0])
        shots = campaign(seed, 120, x=still, speeds=(0.0, 0.0))
        ps.append(quality(sensor_fit.fit(SHEET, shots), shots, rng).p)
    assert np.sum(np.array(ps) < 0.05) <= binom.ppf(0.999, 16, 0.05)
    assert min(ps) > 0.001


@pytest.mark.parametrize("wrong", ["cosine", "clouds"])
def test_a_model_that_does_not_fit_is_found(wrong):
    if wrong == "cosine":  # falls by the fourth power of the cosine, not the first
        shots = campaign(8, 480, incidence=(0.0, 60.0), speeds=(0.0, 0.0))
        m = Likelihood(SHEET, shots).margins(TRUTH * [1, 0, 0] + [0, 1e-8, 0]) + 12.0
        m = m * np.cos(shots.incidence) ** 3 - 12.0
        noise = np.random.default_rng(1).standard_normal(480)
        shots = replaced(shots, hits=1.0 * (m + noise > 0.0))
    else:  # every tenth shot lost to something else
        shots = campaign(8, 480)
        lost = np.random.default_rng(1).uniform(size=480) < 0.1
        shots = replaced(shots, hits=np.where(lost, 0.0, shots.hits))
    judged = quality(sensor_fit.fit(SHEET, shots), shots, np.random.default_rng(0))
    assert not judged.good
    if wrong == "cosine":
        assert judged.p_by["incidence_deg"] < 0.01
    else:
        assert judged.odd_count > 10
        assert judged.odd[0][0] in shots.line[shots.hits == 0.0]


def test_shots_beyond_the_timer_are_left_out_and_told():
    shots = campaign(1, ranges=(8000.0, 15_000.0))
    kept, notes = sensor_fit.usable(SHEET, shots)
    assert np.all(kept.slant_range < 12_000.0) and 0 < len(kept.line) < 160
    assert f"{160 - len(kept.line)} shots beyond the timer" in notes[0]
