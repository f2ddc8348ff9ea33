"""Paired campaigns against the worked examples of Newcombe 1998 and scipy."""

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_1samp

from frigoris.campaign.paired import Paired, mean_interval, paired_mean

# Newcombe 1998 (paired proportions), table II, method 10: first less second
EXAMPLES = [
    ((36, 12, 2, 0), 0.0569, 0.3404),
    ((36, 14, 0, 0), 0.1528, 0.4167),
]


@pytest.mark.parametrize(("cells", "low", "high"), EXAMPLES)
def test_the_interval_matches_newcombe(cells, low, high):
    found = Paired(*cells).interval()
    assert (-found.high, -found.low) == pytest.approx((low, high), abs=5e-5)


def test_mcnemar_matches_the_binomial_test():
    for one, two in ((10, 2), (0, 7), (5, 5), (31, 14)):
        p = Paired(40, one, two, 3).p_value()
        assert p == pytest.approx(binomtest(one, one + two).pvalue, rel=1e-12)
    assert Paired(40, 0, 0, 3).p_value() == 1.0


def test_the_interval_covers():
    """3000 campaigns of 400 pairs with shares 0.9 and 0.93; measured 95.8 %."""
    rng = np.random.default_rng(2)
    cells = rng.multinomial(400, [0.88, 0.02, 0.05, 0.05], 3000)
    hit = 0
    for row in cells:
        found = Paired(*(int(x) for x in row)).interval()
        hit += found.low <= 0.03 <= found.high
    assert 0.94 < hit / 3000 < 0.97


def test_swapping_the_campaigns_mirrors_the_interval():
    one = Paired(52, 9, 3, 6).interval()
    two = Paired(52, 3, 9, 6).interval()
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low), abs=1e-14)
    assert Paired(52, 9, 3, 6).difference < 0.0


def test_a_mean_change_matches_scipy():
    change = np.random.default_rng(8).normal(0.3, 2.0, 37)
    low, high = ttest_1samp(change, 0.0).confidence_interval(0.9)
    found = paired_mean(change, 0.9)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-12)
    assert paired_mean(np.array([1.0])).high == np.inf
    again = mean_interval(float(change.mean()), float(change.std(ddof=1)), 37, 0.9)
    assert again == found
