"""Intervals, sample sizes, quantiles: published tables, coverage counted exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from frigoris.campaign import statistics as s

# NASA/TP-2010-216447 and recomputed: failures allowed 0 to 5
SIZES = {
    (0.9973, 0.90): (852, 1440, 1970, 2473, 2959, 3433),
    (0.99865, 0.90): (1705, 2880, 3941, 4947, 5920, 6868),
    (0.9973, 0.95): (1109, 1756, 2330, 2870, 3388, 3891),
    (0.99, 0.90): (230, 388, 531, 667, 798, 926),
    (0.999, 0.90): (2302, 3889, 5321, 6679, 7992, 9273),
    (0.95, 0.95): (59, 93, 124, 153, 181, 208),
    (0.9973, 0.50): (257, 622, 991, 1360, 1730, 2100),
}


@pytest.mark.parametrize(("claim", "sizes"), SIZES.items())
def test_sample_sizes_match_the_table(claim, sizes):
    assert tuple(s.sample_size(*claim, k) for k in range(6)) == sizes
    for k, n in enumerate(sizes):
        assert s.failures_allowed(*claim, n) == k
        assert s.failures_allowed(*claim, n - 1) == (k - 1 if k else None)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (0, 1000, 0.0, 0.0036821),
        (3, 1000, 0.00061910, 0.0087420),
        (10, 2000, 0.0024002, 0.0091759),
        (5, 100, 0.016432, 0.112835),
    ],
)
def test_clopper_pearson_matches_the_table(k, n, low, high):
    """To the last digit printed there."""
    found = s.clopper_pearson(k, n)
    assert found.low == pytest.approx(low, abs=5e-8 if low < 0.01 else 5e-7)
    assert found.high == pytest.approx(high, abs=5e-8 if high < 0.01 else 5e-7)


def test_wilson_and_one_sided_bounds_match_the_table():
    assert s.wilson(3, 1000).low == pytest.approx(0.0010208, abs=5e-8)
    assert s.wilson(3, 1000).high == pytest.approx(0.0087830, abs=5e-8)
    assert s.wilson(10, 2000).low == pytest.approx(0.0027182, abs=5e-8)
    assert s.wilson(10, 2000).high == pytest.approx(0.0091797, abs=5e-8)
    assert s.wilson(0, 1000).high == pytest.approx(0.0038268, abs=5e-8)
    assert s.upper_bound(0, 300, 0.95) == pytest.approx(0.0099361, abs=5e-8)


@pytest.mark.parametrize("p", [0.001, 0.01, 0.1])
@pytest.mark.parametrize("n", [64, 300, 1000])
def test_clopper_pearson_covers_by_exact_count(p, n):
    """Every possible result with its binomial weight; measured 95.5 to 99.8 %."""
    weight = binom.pmf(np.arange(n + 1), n, p)
    inside = [
        found.low <= p <= found.high
        for found in (s.clopper_pearson(k, n) for k in range(n + 1))
    ]
    assert np.sum(weight * inside) >= 0.95


@pytest.mark.parametrize("p", [0.001, 0.01, 0.1])
def test_clopper_pearson_covers_by_simulation(p):
    """20 000 campaigns of 1000; measured 98.1, 97.6 and 95.6 %."""
    seen = np.random.default_rng(3).binomial(1000, p, 20_000)
    found = {k: s.clopper_pearson(int(k), 1000) for k in np.unique(seen)}
    inside = np.mean([found[k].low <= p <= found[k].high for k in seen])
    assert inside >= 0.95


def test_wilson_covers_nearly_but_not_always():
    """The reason why requirements are judged by the exact bounds."""
    n, p = 300, 0.001
    weight = binom.pmf(np.arange(n + 1), n, p)
    inside = [s.wilson(k, n).low <= p <= s.wilson(k, n).high for k in range(n + 1)]
    share = np.sum(weight * inside)
    assert 0.90 < share < 0.97  # measured 0.963


@given(st.integers(0, 400), st.integers(1, 400), st.sampled_from([0.5, 0.9, 0.997]))
def test_intervals_hold_the_share_and_are_mirrored(k, more, confidence):
    n = k + more
    for interval in (s.clopper_pearson, s.wilson):
        found, other = interval(k, n, confidence), interval(n - k, n, confidence)
        assert 0.0 <= found.low <= k / n <= found.high <= 1.0
        assert found.low == pytest.approx(1.0 - other.high, abs=1e-12)
    assert s.lower_bound(k, n, confidence) <= s.lower_bound(k + 1, n + 1, confidence)


def test_without_trials_nothing_is_known():
    for interval in (s.clopper_pearson, s.wilson):
        found = interval(0, 0)
        assert (found.low, found.high) == (0.0, 1.0)
    assert s.verdict(0, 0, 0.5, 0.9).name == "not proven"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: s.wilson(3, 2), "successes must be 0 to trials, found 3 of 2"),
        (lambda: s.clopper_pearson(-1, 2), "found -1 of 2"),
        (lambda: s.lower_bound(1, 2, 1.0), "confidence must be between 0 and 1"),
        (lambda: s.sample_size(1.0, 0.9), "probability must be between 0 and 1"),
        (lambda: s.sample_size(0.9, 0.9, -1), "failures must not be negative"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_order_statistics_match_the_sample_sizes():
    """The largest of n bounds a quantile as no failure in n shows a probability."""
    assert s.order_index(1109, 0.9973, 0.95) == 1109
    assert s.order_index(1108, 0.9973, 0.95) is None
    assert s.order_index(1756, 0.9973, 0.95) == 1755
    values = np.random.default_rng(1).normal(size=500)
    assert s.quantile_upper(values, 0.9973, 0.95) == np.inf
    assert s.quantile_lower(values, 0.0027, 0.95) == -np.inf


@pytest.mark.parametrize("quantile", [0.05, 0.5, 0.95])
def test_quantile_bounds_cover(quantile):
    """4000 samples of 200 from an exponential; measured 96.5, 96.0 and 96.9 %."""
    rng = np.random.default_rng(11)
    truth = -np.log1p(-quantile)
    hit = 0
    for _ in range(4000):
        found = s.quantile_bounds(rng.exponential(size=200), quantile, 0.95)
        hit += found.low <= truth <= found.high
    assert 0.945 < hit / 4000 < 0.985


@pytest.mark.parametrize(
    ("good", "n", "name"),
    [
        (230, 230, "met"),
        (229, 229, "not proven"),
        (387, 388, "met"),
        (386, 388, "not proven"),
        (370, 388, "not met"),
    ],
)
def test_verdicts_turn_where_the_table_says(good, n, name):
    """0.99 with 90 %: 230 without failure, 388 with one."""
    assert s.verdict(good, n, 0.99, 0.9).name == name
