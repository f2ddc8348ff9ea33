r"""What a number of flights proves: intervals, sample sizes, quantiles, verdicts.

$n$ independent cases of which $k$ are good; $p$ the true share of good ones. The exact
(Clopper-Pearson) bounds are quantiles of beta distributions,
$p_\mathrm{low} = B^{-1}(\alpha; k, n-k+1)$ and $p_\mathrm{up} = B^{-1}(1-\alpha; k+1,
n-k)$: right for every $p$, never too narrow. Wilson's is nearer to its confidence on
average, and sometimes below it.

Valid for independent cases, so for random sampling; of a Latin hypercube or a Sobol
sequence the same bounds are too wide rather than too narrow in practice, but unproven.

Sources: Clopper & Pearson 1934; Wilson 1927; Hanson & Beard, NASA/TP-2010-216447
(sample sizes); David & Nagaraja 2003, section 7.1 (order statistics).
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, betaincinv, ndtri

TRIALS_MAX = 10**9


@dataclass(frozen=True)
class Interval:
    """Where a number lies, with a confidence."""

    low: float
    high: float
    confidence: float


def _check(successes: int, trials: int, confidence: float) -> None:
    if not 0 <= successes <= trials:
        raise ValueError(
            f"successes must be 0 to trials, found {successes} of {trials}"
        )
    _check_share("confidence", confidence)


def _check_share(name: str, value: float) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"{name} must be between 0 and 1, found {value}")


def lower_bound(successes: int, trials: int, confidence: float) -> float:
    """One-sided exact bound: the share is at least this."""
    _check(successes, trials, confidence)
    if successes == 0:
        return 0.0
    return float(betaincinv(successes, trials - successes + 1, 1.0 - confidence))


def upper_bound(successes: int, trials: int, confidence: float) -> float:
    """One-sided exact bound: the share is at most this."""
    _check(successes, trials, confidence)
    return 1.0 - lower_bound(trials - successes, trials, confidence)


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Two-sided exact interval; [0, 1] without any trial."""
    side = 0.5 * (1.0 + confidence)
    low = lower_bound(successes, trials, side)
    return Interval(low, upper_bound(successes, trials, side), confidence)


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Two-sided score interval; [0, 1] without any trial."""
    _check(successes, trials, confidence)
    if trials == 0:
        return Interval(0.0, 1.0, confidence)
    z = float(ndtri(0.5 * (1.0 + confidence)))
    share, w = successes / trials, z * z / trials
    middle = (share + 0.5 * w) / (1.0 + w)
    half = z / (1.0 + w) * np.sqrt(share * (1.0 - share) / trials + 0.25 * w / trials)
    low = 0.0 if successes == 0 else float(middle - half)
    high = 1.0 if successes == trials else float(middle + half)
    return Interval(low, high, confidence)


def sample_size(probability: float, confidence: float, failures: int = 0) -> int:
    """Cases of which at most `failures` may fail, to show `probability`.

    The smallest n with P(at most `failures` failures | 1 - probability) <= 1 -
    confidence.
    """
    _check_share("probability", probability)
    _check_share("confidence", confidence)
    if failures < 0:
        raise ValueError(f"failures must not be negative, found {failures}")
    low, high = failures, failures + 1
    while _risk(high, probability, failures) > 1.0 - confidence:
        low, high = high, 2 * high
        if high > TRIALS_MAX:
            raise ValueError(f"more than {TRIALS_MAX} cases would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        if _risk(middle, probability, failures) > 1.0 - confidence:
            low = middle
        else:
            high = middle
    return high


def _risk(trials: int, probability: float, failures: int) -> float:
    """That a lander just below the claim passes."""
    return float(bdtr(failures, trials, 1.0 - probability))


def failures_allowed(probability: float, confidence: float, trials: int) -> int | None:
    """The most failures among `trials` that still show it; None if none do."""
    if trials < sample_size(probability, confidence):
        return None
    low, high = 0, 1
    while high <= trials and _risk(trials, probability, high) <= 1.0 - confidence:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _risk(trials, probability, middle) <= 1.0 - confidence:
            low = middle
        else:
            high = middle
    return low


def order_index(trials: int, quantile: float, confidence: float) -> int | None:
    """Rank (from 1) of the smallest value that bounds the quantile from above.

    P(X_(r) >= quantile) = P(fewer than r of n below it) >= confidence; None where even
    the largest value does not bound it.
    """
    _check_share("quantile", quantile)
    _check_share("confidence", confidence)
    ranks = np.arange(1, trials + 1)
    good = bdtr(ranks - 1, trials, quantile) >= confidence
    return int(ranks[good][0]) if good.any() else None


def quantile_upper(values: np.ndarray, quantile: float, confidence: float) -> float:
    """The quantile is at most this, whatever the distribution; infinite if unknown."""
    rank = order_index(len(values), quantile, confidence)
    return float(np.sort(values)[rank - 1]) if rank else float("inf")


def quantile_lower(values: np.ndarray, quantile: float, confidence: float) -> float:
    """The quantile is at least this, whatever the distribution."""
    return -quantile_upper(-np.asarray(values), 1.0 - quantile, confidence)


def quantile_bounds(values: np.ndarray, quantile: float, confidence: float) -> Interval:
    """Two-sided, half of the risk on each side."""
    side = 0.5 * (1.0 + confidence)
    low = quantile_lower(values, quantile, side)
    return Interval(low, quantile_upper(values, quantile, side), confidence)


@dataclass(frozen=True)
class Verdict:
    """Whether a share was shown to be large enough."""

    name: str  # met, not met, not proven
    value: float  # share of good cases
    interval: Interval  # two one-sided bounds, each of the confidence asked for


def verdict(good: int, trials: int, probability: float, confidence: float) -> Verdict:
    """Met: the lower bound reaches the probability. Not met: the upper one does not.

    Both bounds are one-sided and exact, so each of the two statements is wrong with at
    most 1 - confidence. Between them nothing is proven.
    """
    low = lower_bound(good, trials, confidence)
    high = upper_bound(good, trials, confidence)
    name = "met" if low >= probability else "not proven"
    if high < probability:
        name = "not met"
    share = good / trials if trials else float("nan")
    return Verdict(name, share, Interval(low, high, confidence))
