r"""The laser's parameters from a test: maximum likelihood, intervals by its profile.

An interval of 90 % holds all values whose best likelihood, the others free, is within
$2\Delta\ln L = 2.706$ of the best; where the best value is the boundary 0 the limit is
one-sided, 1.642. What the data do not determine stays at the data sheet and is named.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from frigoris.verify.sensor.climb import PLACES, climb
from frigoris.verify.sensor.data import Shots
from frigoris.verify.sensor.model import (
    AVERAGING,
    EFFICIENCY,
    LOWER,
    NAMES,
    TINY,
    UPPER,
    WARMTH,
    Likelihood,
    Sheet,
    coordinates,
    named,
)

TWO_SIDED, ONE_SIDED = 2.7055, 1.6424  # of chi-square, one degree: 90 %, 80 %
WIDE = 3.29  # sigmas in an interval of 90 %
SPEED_SPAN, WARM_SPAN = 0.5, 1.0  # less than this is one speed [m/s], temperature [K]


@dataclass(frozen=True)
class Estimate:
    """One parameter, in the unit of its name."""

    name: str
    value: float
    low: float  # of 90 %; equal to `high` where undetermined
    high: float
    sheet: float
    kind: str  # between, at most, at least, undetermined
    why: str = ""  # it is undetermined, or a limit


@dataclass(frozen=True)
class Fit:
    """The best coordinates and what is known of them."""

    like: Likelihood
    best: np.ndarray
    free: tuple[int, ...]
    sigmas: np.ndarray  # of the free coordinates, from their intervals
    log_likelihood: float
    estimates: tuple[Estimate, ...]


def usable(sheet: Sheet, shots: Shots) -> tuple[Shots, list[str]]:
    """Shots within the reach of the data sheet's timer, and what was left out."""
    low, high = float(sheet.laser.range_min), float(sheet.laser.range_max)
    inside = (shots.slant_range > low) & (shots.slant_range < high)
    if np.all(inside):
        return shots, []
    lost = shots.where(~inside)
    note = (
        f"{_count(lost.count.sum(), 'shot')} beyond the timer of the data sheet "
        f"({low:g} to {high:g} m) left out"
    )
    if lost.hits.sum() > 0.0:
        note += (
            f", although {lost.hits.sum():.0f} of them detected something: check "
            "sensors.laser.range_min_m and range_max_m"
        )
    return shots.where(inside), [note + "."]


def fit(sheet: Sheet, shots: Shots) -> Fit:
    """Fit the laser of a data sheet to shots."""
    like = Likelihood(sheet, shots)
    start = coordinates(sheet.laser)
    why = _one_condition(shots)
    hits, count = shots.hits.sum(), shots.count.sum()
    if hits in (0.0, count):
        return _saturated(like, start, bool(hits), why)
    while True:
        free = tuple(i for i in range(3) if i not in why)
        best, top = _maximum(like, start, free)
        found = {i: _interval(like, best, top, free, i) for i in free}
        loose = [i for i in free if found[i][2] == "undetermined"]
        if not loose:
            break
        why[loose[0]] = "the shots fit any value of it"
    told = tuple(_estimate(i, best, start, found.get(i), why) for i in range(3))
    sigmas = np.array([(found[i][1] - found[i][0]) / WIDE for i in free])
    return Fit(like, best, free, sigmas, top, told)


def _one_condition(shots: Shots) -> dict[int, str]:
    """Coordinates that no comparison within the test can tell, and why."""
    why = {}
    speed = np.abs(shots.closing)
    if np.ptp(speed) < SPEED_SPAN:
        why[AVERAGING] = f"all shots at one speed, {speed.mean():.3g} m/s"
    if np.ptp(shots.temperature) < WARM_SPAN:
        warm = shots.temperature.mean()
        why[WARMTH] = f"all shots at one temperature, {warm:.3g} °C"
        if "temperature_degC" in shots.missing:
            why[WARMTH] = "the table has no temperature_degC"
    if AVERAGING in why and "speed_m_s" in shots.missing:
        why[AVERAGING] = "the table has no speed_m_s"
    return why


def _maximum(
    like: Likelihood, start: np.ndarray, free: tuple[int, ...]
) -> tuple[np.ndarray, float]:
    """Where the likelihood is largest, and its logarithm: climbs from a grid."""
    rest: list[Any] = [(start[0],), (0.01, 0.3, 3.0, 30.0, 300.0), (0.02, 1.0, 4.0)]
    chosen = [rest[i] if i in free else (start[i],) for i in range(3)]
    product = np.meshgrid(*chosen, indexing="ij")
    grid = np.vstack([np.stack(product, axis=-1).reshape(-1, 3), start])
    held = tuple(i for i in range(3) if i not in free)
    starts = _with_best_link(like, grid)
    best_first = np.argsort(-like.many(starts))
    x, tops = climb(like, starts[best_first[:PLACES]], held)
    best = int(np.argmax(tops))
    return x[best], float(tops[best])


def _with_best_link(like: Likelihood, places: np.ndarray) -> np.ndarray:
    """The same places, each with the best of a grid of efficiencies.

    That is a start only, so a share of the shots will do.
    """
    links = np.linspace(LOWER[0], 5.0, 60)
    grid = np.repeat(places[:, None], len(links), axis=1)
    grid[..., 0] = links
    heights = like.thin.many(grid.reshape(-1, 3)).reshape(len(places), -1)
    return np.asarray(grid[np.arange(len(places)), np.argmax(heights, axis=1)])


def _interval(
    like: Likelihood,
    best: np.ndarray,
    top: float,
    free: tuple[int, ...],
    i: int,
) -> tuple[float, float, str]:
    """Low, high and kind of one coordinate."""
    at_zero = i != EFFICIENCY and best[i] <= LOWER[i] + 10.0 * TINY
    limit = ONE_SIDED if at_zero else TWO_SIDED
    held = tuple(j for j in range(3) if j not in free or j == i)

    def root(values: np.ndarray) -> np.ndarray:
        """Of what the likelihood loses, which is nearly straight in the value."""
        starts = np.repeat(best[None], len(values), axis=0)
        starts[:, i] = values
        if i != EFFICIENCY:
            starts = _with_best_link(like, starts)
        lost = 2.0 * (top - climb(like, starts, held)[1])
        assert np.all(np.isfinite(lost))
        return np.asarray(np.sqrt(np.maximum(lost, 0.0)))

    step = 1.0 / np.sqrt(max(like.information(best)[i, i], 1e-4))
    low = None if at_zero else _crossing(root, best[i], LOWER[i], step, limit)
    high = _crossing(root, best[i], UPPER[i], step, limit)
    if high is None:
        return best[i], best[i], "undetermined"
    if low is None:
        return float(LOWER[i]), high, "at most" if i != EFFICIENCY else "between"
    return low, high, "between"


def _crossing(
    root: Callable[[np.ndarray], np.ndarray],
    start: float,
    end: float,
    step: float,
    limit: float,
) -> float | None:
    """Where a profile reaches its limit on the way to `end`; None if nowhere."""
    reach, edge = end - start, np.sqrt(limit)
    if reach == 0.0:
        return None
    near = np.linspace(0.5, 4.0, PLACES) * min(step, 0.1 * abs(reach))
    far = np.geomspace(near[-1], abs(reach), PLACES + 1)[1:]
    inner, before = float(start), 0.0
    for away in (near, far):
        values = start + np.sign(reach) * away
        lost = root(values)
        if lost[-1] > edge:
            break
        inner, before = float(values[-1]), float(lost[-1])
    else:
        return None
    for _ in range(2):  # closer in
        pair, losses = _around(inner, before, values, lost, edge)
        inner, before = pair[0], losses[0]
        values = np.linspace(inner, pair[1], PLACES + 1)[1:]
        lost = root(values)
    pair, losses = _around(inner, before, values, lost, edge)
    return float(np.interp(edge, losses, pair))


def _around(
    inner: float, before: float, values: np.ndarray, lost: np.ndarray, edge: float
) -> tuple[list[float], list[float]]:
    """The two neighbours between which a profile passes its edge, and their losses."""
    places, losses = [inner, *values.tolist()], [before, *lost.tolist()]
    k = max(int(np.argmax(np.array(losses) > edge)), 1)
    return places[k - 1 : k + 1], losses[k - 1 : k + 1]


def _saturated(
    like: Likelihood, start: np.ndarray, all_hit: bool, why: dict[int, str]
) -> Fit:
    """Nothing but detections, or nothing but misses: a limit of the link alone."""
    best = start.copy()

    def short(value: float) -> float:
        best[0] = value
        return -2.0 * like(best)[0] - ONE_SIDED

    from scipy.optimize import brentq

    ends = float(LOWER[0]), float(UPPER[0])
    signs = [np.sign(short(end)) for end in ends]
    best[0] = brentq(short, *ends) if signs[0] * signs[1] < 0 else start[0]
    for i in (AVERAGING, WARMTH):
        why.setdefault(i, "nothing was missed" if all_hit else "nothing was detected")
    rest = tuple(_estimate(i, best, start, None, why) for i in (AVERAGING, WARMTH))
    value = float(named(best)[0])
    low, high = (value, np.inf) if all_hit else (0.0, value)
    link = Estimate(
        NAMES[0],
        value,
        low,
        high,
        float(named(start)[0]),
        "at least" if all_hit else "at most",
        "every shot was detected" if all_hit else "no shot was detected",
    )
    none = np.empty(0)
    return Fit(like, best, (), none, like(best)[0], (link, *rest))


def _estimate(
    i: int,
    best: np.ndarray,
    start: np.ndarray,
    found: tuple[float, float, str] | None,
    why: dict[int, str],
) -> Estimate:
    def value(x: np.ndarray | float) -> float:
        whole = best.copy()
        whole[i] = x[i] if isinstance(x, np.ndarray) else x
        return float(named(whole)[i])

    if found is None:
        sheet = value(start)
        return Estimate(NAMES[i], sheet, sheet, sheet, sheet, "undetermined", why[i])
    low, high, kind = found
    return Estimate(NAMES[i], value(best), value(low), value(high), value(start), kind)


def _count(number: float, what: str) -> str:
    return f"{number:,.0f} {what}" + ("" if number == 1 else "s")
