r"""Looking at a campaign while it flies, and stopping when a claim is decided.

An interval for a fixed number of cases, looked at again and again, is wrong far more
often than it says. A confidence sequence holds at all times together. With a beta
mixture $\pi$ over $q$, the likelihood ratio
$M_n = \frac{\int q^k(1-q)^{n-k}\pi(q)dq}{p^k(1-p)^{n-k}}$
is a martingale under $p$, so by Ville's inequality
$P(\exists n: M_n \ge 1/\alpha) \le \alpha$; all $p$ with $M_n < 1/\alpha$ are kept.

Sources: Robbins 1970; Howard et al. 2021 (time-uniform confidence sequences).
"""

import re
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln, xlogy

from frigoris.campaign.statistics import Interval
from frigoris.errors import UserError

EDGE = 1e-12  # of the unit interval, where the search for an end stops


@dataclass(frozen=True)
class Claim:
    """A probability of landing that is to be shown, or refuted."""

    probability: float
    confidence: float

    @property
    def text(self) -> str:
        """As it is written: `0.99@95`."""
        return f"{self.probability:g}@{100.0 * self.confidence:g}"


def parse_claim(text: str) -> Claim:
    """`0.99@95` as a claim: a probability of 0.99 with a confidence of 95 per cent."""
    number = r"\s*([0-9.eE+-]+)\s*"
    found = re.fullmatch(f"{number}@{number}%?\\s*", text)
    try:
        probability, confidence = map(float, found.groups() if found else ("0", "0"))
    except ValueError:
        probability = confidence = 0.0
    if not (0.0 < probability < 1.0 and 0.0 < confidence < 100.0):
        raise UserError(
            f"Cannot fly until {text!r}: write a probability below 1 and a confidence "
            "in per cent below 100, for example --until 0.99@95."
        )
    return Claim(probability, confidence / 100.0)


def _evidence(
    successes: int, trials: int, probability: float, prior: tuple[float, float]
) -> float:
    """Logarithm of the mixture's likelihood over that of `probability`."""
    failures = trials - successes
    mixed = betaln(successes + prior[0], failures + prior[1]) - betaln(*prior)
    plain = xlogy(successes, probability) + xlogy(failures, 1.0 - probability)
    return float(mixed - plain)


def prior_of(probability: float) -> tuple[float, float]:
    """Mixture over shares for a claim: its failures lie around those that it allows.

    The bounds hold for any mixture that is chosen beforehand; this one decides early.
    """
    return 1.0 / (1.0 - probability), 0.5


def confidence_sequence(
    successes: int,
    trials: int,
    confidence: float,
    prior: tuple[float, float] = (0.5, 0.5),
) -> Interval:
    """Interval for the share that holds at every look of a whole campaign at once.

    `prior` are the parameters of the beta mixture.
    """
    if trials == 0:
        return Interval(0.0, 1.0, confidence)
    limit = -float(np.log1p(-confidence))

    def beyond(p: float) -> float:
        return _evidence(successes, trials, p, prior) - limit

    share = min(max(successes / trials, EDGE), 1.0 - EDGE)
    low, high = 0.0, 1.0
    if beyond(EDGE) > 0.0:
        low = float(brentq(beyond, EDGE, share, xtol=EDGE))
    if beyond(1.0 - EDGE) > 0.0:
        high = float(brentq(beyond, share, 1.0 - EDGE, xtol=EDGE))
    return Interval(low, high, confidence)


def decide(successes: int, trials: int, probability: float, confidence: float) -> str:
    """`met`, `not met` or `go on`; over all looks wrong with at most 1 - confidence."""
    prior = prior_of(probability)
    found = confidence_sequence(successes, trials, confidence, prior)
    if found.low >= probability:
        return "met"
    return "not met" if found.high < probability else "go on"
