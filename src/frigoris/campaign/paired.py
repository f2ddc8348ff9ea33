"""Two campaigns of the same cases with one thing changed.

Cases with the same number have the same draws and the same noise, so only those tell
anything that end differently: the discordant pairs.

Sources: McNemar 1947 (exact form: binomial over the discordant pairs); Newcombe 1998,
Statistics in Medicine 17, 2635, method 10.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, stdtrit

from frigoris.campaign.statistics import Interval, wilson


@dataclass(frozen=True)
class Paired:
    """Good cases of two campaigns, pair by pair."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @property
    def trials(self) -> int:
        """Pairs."""
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def difference(self) -> float:
        """Share of the second less share of the first."""
        return (self.second_only - self.first_only) / self.trials

    def p_value(self) -> float:
        """Exact McNemar, two-sided: how likely so uneven a split is without effect."""
        split = self.first_only + self.second_only
        fewer = min(self.first_only, self.second_only)
        return min(1.0, 2.0 * float(bdtr(fewer, split, 0.5))) if split else 1.0

    def interval(self, confidence: float = 0.95) -> Interval:
        """Of the difference, second less first (Newcombe's method 10)."""
        n = self.trials
        first, second = self.both + self.first_only, self.both + self.second_only
        one, two = wilson(first, n, confidence), wilson(second, n, confidence)
        phi = self._correlation()
        p1, p2 = first / n, second / n
        up1, down1 = one.high - p1, p1 - one.low
        up2, down2 = two.high - p2, p2 - two.low
        below = np.sqrt(max(down2**2 - 2.0 * phi * down2 * up1 + up1**2, 0.0))
        above = np.sqrt(max(up2**2 - 2.0 * phi * up2 * down1 + down1**2, 0.0))
        gap = self.difference
        return Interval(float(gap - below), float(gap + above), confidence)

    def _correlation(self) -> float:
        """Phi of the table, with Newcombe's continuity correction."""
        a, b, c, d = self.both, self.first_only, self.second_only, self.neither
        sides = float(a + b) * (c + d) * (a + c) * (b + d)
        if sides == 0.0:
            return 0.0
        top = float(a) * d - float(b) * c
        if top > 0.0:
            top = max(top - 0.5 * self.trials, 0.0)
        return float(top / np.sqrt(sides))


def paired_mean(differences: np.ndarray, confidence: float = 0.95) -> Interval:
    """Mean change of a metric (Student); needs two pairs at least."""
    d = np.asarray(differences, dtype=float)
    if len(d) < 2:
        return Interval(-np.inf, np.inf, confidence)
    return mean_interval(float(d.mean()), float(np.std(d, ddof=1)), len(d), confidence)


def mean_interval(
    mean: float, deviation: float, count: int, confidence: float = 0.95
) -> Interval:
    """Interval of a mean from the sample's mean, standard deviation and size."""
    half = float(stdtrit(count - 1, 0.5 * (1.0 + confidence)))
    half *= deviation / float(np.sqrt(count))
    return Interval(mean - half, mean + half, confidence)
