r"""Does the fitted model describe the test? Detections in bins against those expected.

$$ X^2 = \sum_b \frac{(O_b - E_b)^2}{V_b + 1/4}, \qquad
   V_b = \sum_{i \in b} p_i (1 - p_i) $$

over bins of range and of signal to noise; the same over each other condition. Its
distribution comes from tests drawn from the fitted model, refitted to first order, so
few shots per bin do no harm; the quarter keeps bins that are sure from counting alone.
"""

from dataclasses import dataclass

import numpy as np

from frigoris.verify.sensor.data import Shots
from frigoris.verify.sensor.fit import Fit
from frigoris.verify.sensor.model import TINY, probability

EDGES = (-np.inf, -3.0, -1.0, 1.0, 3.0, np.inf)  # of the margin, in units of noise
DRAWN = 20_000_000  # numbers at most
P_BAD = 0.01
SURPRISE = 1e-4  # a group of shots less likely than this is named
NAMED_MAX = 5


@dataclass(frozen=True)
class Bin:
    """Shots of like range and signal."""

    range_low: float  # [m]
    range_high: float
    margin_low: float
    margin_high: float
    shots: float
    seen: float
    expected: float
    sigma: float


@dataclass(frozen=True)
class Quality:
    """What speaks for and against the model."""

    bins: tuple[Bin, ...]
    chi_square: float
    p_range: float  # of the bins above
    p_by: dict[str, float]  # the same bins over other conditions
    p: float  # of the worst of them, corrected for their number
    odd: tuple[tuple[int, float], ...]  # line of the table, chance of what it says
    odd_count: int

    @property
    def good(self) -> bool:
        """Whether the model may be used."""
        return self.p >= P_BAD


def quality(fit: Fit, shots: Shots, rng: np.random.Generator) -> Quality:
    """Of a fit to these shots."""
    m = fit.like.margins(fit.best)
    p = probability(m)
    steps = np.searchsorted(EDGES, m, side="right") - 1
    conditions = {
        "range_m": shots.slant_range,
        "albedo_ratio": shots.albedo,
        "incidence_deg": shots.incidence,
        "speed_m_s": np.abs(shots.closing),
        "temperature_degC": shots.temperature,
    }
    drawn = _drawn(fit, shots, p, rng)
    found = {}
    for name, values in conditions.items():
        if name == "range_m" or np.ptp(values) > 0.0:
            cell = 5 * _thirds(values) + steps
            found[name] = _compare(cell, shots, p, drawn)
    p_by = {name: x[1] for name, x in found.items()}
    chance = _chance(shots, p)
    odd = np.flatnonzero(chance < SURPRISE / max(len(p), 1) * 10.0)
    worst = odd[np.argsort(chance[odd])][:NAMED_MAX]
    return Quality(
        bins=_bins(shots, p, steps),
        chi_square=found["range_m"][0],
        p_range=p_by.pop("range_m"),
        p_by=p_by,
        p=min(1.0, len(found) * min(x[1] for x in found.values())),
        odd=tuple((int(shots.line[i]), float(chance[i])) for i in worst),
        odd_count=len(odd),
    )


def _thirds(values: np.ndarray) -> np.ndarray:
    """0, 1, 2 for the lower, middle and upper third of the lines."""
    cuts = np.quantile(values, (1 / 3, 2 / 3))
    return np.asarray(np.searchsorted(np.unique(cuts), values, side="left"))


def _drawn(
    fit: Fit, shots: Shots, p: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Drawn less expected detections, each draw after a refit, `[n, shots]`."""
    number = int(np.clip(DRAWN // len(p), 99, 2000))
    hits = rng.binomial(shots.count.astype(np.int64), p, (number, len(p)))
    inner = [fit.best[i] > 10.0 * TINY or i == 0 for i in fit.free]
    free = [i for i, within in zip(fit.free, inner, strict=True) if within]
    rest = hits - shots.count * p
    if not free:
        return np.asarray(rest)
    slopes = fit.like.slopes(fit.best)[:, free]
    weight = fit.like.weights(fit.best)
    info = slopes.T @ (slopes * weight[:, None])
    # where the likelihood is flat a refit goes nowhere
    info = info + np.diag(0.05 / fit.sigmas[inner] ** 2)
    # dp/dm is the density; the score of a shot is its rest over p (1 - p) times that
    density = np.exp(-0.5 * fit.like.margins(fit.best) ** 2) / np.sqrt(2.0 * np.pi)
    safe = np.where(density > 0.0, density, 1.0)
    score = rest * np.where(density > 0.0, weight / (shots.count * safe), 0.0)
    moved = score @ slopes @ np.linalg.inv(info)
    expected: np.ndarray = (moved @ slopes.T) * (shots.count * density)
    return np.asarray(rest - expected)


def _compare(
    cell: np.ndarray, shots: Shots, p: np.ndarray, drawn: np.ndarray
) -> tuple[float, float]:
    """Statistic and p value over cells."""
    names, of = np.unique(cell, return_inverse=True)
    member = np.zeros((len(p), len(names)))
    member[np.arange(len(p)), of] = 1.0
    floor = (shots.count * p * (1.0 - p)) @ member + 0.25
    rest = (shots.hits - shots.count * p) @ member
    chi = float(np.sum(rest**2 / floor))
    chis = np.sum((drawn @ member) ** 2 / floor, axis=1)
    return chi, float((1 + np.sum(chis >= chi)) / (1 + len(chis)))


def _bins(shots: Shots, p: np.ndarray, steps: np.ndarray) -> tuple[Bin, ...]:
    third = _thirds(shots.slant_range)
    found = []
    for i in np.unique(third):
        for j in range(5):
            inside = (third == i) & (steps == j)
            if not np.any(inside):
                continue
            here, q = shots.where(inside), p[inside]
            variance = np.sum(here.count * q * (1.0 - q))
            found.append(
                Bin(
                    range_low=float(shots.slant_range[third == i].min()),
                    range_high=float(shots.slant_range[third == i].max()),
                    margin_low=EDGES[j],
                    margin_high=EDGES[j + 1],
                    shots=float(here.count.sum()),
                    seen=float(here.hits.sum()),
                    expected=float(np.sum(here.count * q)),
                    sigma=float(np.sqrt(variance)),
                )
            )
    return tuple(found)


def _chance(shots: Shots, p: np.ndarray) -> np.ndarray:
    """Of so few or so many detections in each line, the smaller of the two."""
    from scipy.stats import binom

    few = binom.cdf(shots.hits, shots.count, p)
    many = binom.sf(shots.hits - 1.0, shots.count, p)
    return np.asarray(np.minimum(few, many))
