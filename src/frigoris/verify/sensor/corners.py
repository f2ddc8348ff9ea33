"""What of the flight the test never visited, the most important first.

One condition alone: the flight lies outside the interval that was tested, by more
than what counts as the same. Two together: inside both intervals, but outside the
convex hull of the tested pairs, or with no shot within 20 % of the tested span in both.
First comes what covers most of the stretch in which the first valid range is expected,
then what covers most of the descent, then range with speed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from frigoris.verify.sensor.data import Shots
from frigoris.verify.sensor.flight import Descent

SAMPLES = 1500  # of the descent, at equal times
NEAR = 0.2  # of the tested span: a shot within it in both speaks for a pair
EDGE = 0.05  # of the span: as near as this to the hull is inside
SLIVER = 0.01  # of the descent: what is shorter is not told
NARROW = 0.05  # a stretch narrower than this is widened, of its altitude


class Kind(NamedTuple):
    """A condition of the shots."""

    word: str
    unit: str
    same: float  # difference that does not count, in its unit
    digits: int  # after the point, where it is told
    same_ratio: float = 0.0


KINDS = {
    "range_m": Kind("range", "m", 1.0, 0, 0.02),
    "speed_m_s": Kind("speed", "m/s", 1.0, 1),
    "incidence_deg": Kind("incidence", "°", 2.0, 1),
    "albedo_ratio": Kind("albedo", "", 0.005, 3),
    "temperature_degC": Kind("temperature", "°C", 2.0, 1),
}


@dataclass(frozen=True)
class Corner:
    """A part of the flight without tests, numbers in the units of the names."""

    names: tuple[str, ...]
    side: str  # below, above, together
    tested: tuple[tuple[float, float], ...]
    flight: tuple[tuple[float, float], ...]
    altitude_high: float  # [m]
    altitude_low: float
    share: float  # of the time between the reach of the timer and touchdown
    deciding: float  # share of the stretch where the first valid range is expected
    text: str
    where: np.ndarray  # which samples of the descent


def tested_conditions(shots: Shots) -> dict[str, np.ndarray]:
    """What was tested, in the units of the names."""
    return {
        "range_m": shots.slant_range,
        "speed_m_s": np.abs(shots.closing),
        "incidence_deg": np.degrees(shots.incidence),
        "albedo_ratio": shots.albedo,
        "temperature_degC": shots.temperature,
    }


def descent_conditions(descent: Descent) -> dict[str, np.ndarray]:
    """The same of a flight."""
    return {
        "range_m": descent.slant_range,
        "speed_m_s": np.abs(descent.closing),
        "incidence_deg": np.degrees(descent.incidence),
        "albedo_ratio": descent.albedo,
        "temperature_degC": descent.temperature,
    }


def within_reach(descent: Descent, range_max: float) -> Descent:
    """The descent from the reach of the laser's timer on, at equal times."""
    near = np.flatnonzero(descent.slant_range <= range_max)
    begin = descent.time[near[0]] if near.size else descent.time[0]
    return descent.at(np.linspace(begin, descent.time[-1], SAMPLES))


def corners(
    shots: Shots, descent: Descent, stretch: tuple[float, float]
) -> tuple[Corner, ...]:
    """Every corner of a descent `within_reach` that shots never visited.

    `stretch` is where the first valid range is expected [m].
    """
    tested, flown = tested_conditions(shots), descent_conditions(descent)
    deciding = _deciding(descent.altitude, stretch)
    inside = {name: _inside(name, tested[name], flown[name]) for name in KINDS}
    found = []
    for names, side, outside in (
        *_alone(inside, deciding),
        *_together(tested, flown, inside),
    ):
        where = np.flatnonzero(outside)
        spans = tuple(_span(flown[n][where]) for n in names)
        high, low = (float(f(descent.altitude[where])) for f in (np.max, np.min))
        known = _tested_there(names, side, tested, spans)
        found.append(
            Corner(
                names=names,
                side=side,
                tested=known,
                flight=spans,
                altitude_high=high,
                altitude_low=low,
                share=float(np.mean(outside)),
                deciding=float(np.mean(outside[deciding])),
                text=_text(names, side, known, spans, (high, low)),
                where=outside,
            )
        )
    return tuple(sorted(found, key=lambda c: (-c.deciding, -c.share)))


def _deciding(altitude: np.ndarray, stretch: tuple[float, float]) -> np.ndarray:
    low, high = stretch
    wide = NARROW * max(high, 1.0)
    inside = (altitude >= low - wide) & (altitude <= high + wide)
    return inside if np.any(inside) else np.ones_like(inside)


def _inside(name: str, tested: np.ndarray, flown: np.ndarray) -> np.ndarray:
    """-1 below, 0 within, 1 above what was tested."""
    kind, (low, high) = KINDS[name], _span(tested)
    below = flown < low - kind.same - kind.same_ratio * low
    above = flown > high + kind.same + kind.same_ratio * high
    return np.asarray(above.astype(np.int64) - below.astype(np.int64))


Found = tuple[tuple[str, ...], str, np.ndarray]


def _alone(inside: dict[str, np.ndarray], deciding: np.ndarray) -> Iterator[Found]:
    for name in KINDS:
        for side, sign in (("above", 1), ("below", -1)):
            outside = inside[name] == sign
            outside = _without_slivers(outside) | (outside & deciding)
            if np.any(outside):
                yield (name,), side, outside


def _together(
    tested: dict[str, np.ndarray],
    flown: dict[str, np.ndarray],
    inside: dict[str, np.ndarray],
) -> Iterator[Found]:
    for a, b in combinations(KINDS, 2):
        both = (inside[a] == 0) & (inside[b] == 0)
        spans = [np.ptp(tested[n]) for n in (a, b)]
        narrow = [s <= KINDS[n].same for s, n in zip(spans, (a, b), strict=True)]
        if not np.any(both) or any(narrow):
            continue
        points = np.stack([tested[n] / s for n, s in zip((a, b), spans, strict=True)])
        # what counts as the same as the edge of the interval is the edge
        there = [np.clip(flown[n], *_span(tested[n])) for n in (a, b)]
        asked = np.stack([v / s for v, s in zip(there, spans, strict=True)])
        slack = [KINDS[n].same / s for n, s in zip((a, b), spans, strict=True)]
        known = _supported(points, asked, np.maximum(slack, EDGE))
        outside = _without_slivers(both & ~known)
        if np.any(outside):
            yield (a, b), "together", outside


def _without_slivers(outside: np.ndarray) -> np.ndarray:
    """Without runs of samples too short to speak of."""
    outside = outside.copy()
    steps = np.diff(np.concatenate([[0], outside.astype(np.int64), [0]]))
    for begin, end in zip(
        np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True
    ):
        if end - begin < SLIVER * len(outside):
            outside[begin:end] = False
    return outside


def _supported(points: np.ndarray, asked: np.ndarray, slack: np.ndarray) -> np.ndarray:
    """Whether tested pairs, scaled by their spans, speak for those asked, `[2, n]`."""
    from scipy.spatial import ConvexHull, QhullError

    near = np.zeros(asked.shape[1], dtype=bool)
    for i in range(0, points.shape[1], 512):
        apart = np.abs(asked[:, :, None] - points[:, None, i : i + 512])
        near |= np.any(np.all(apart <= NEAR, axis=0), axis=1)
    try:
        hull = ConvexHull(points.T)
    except QhullError:  # all on one line
        return near
    normals, offset = hull.equations[:, :2], hull.equations[:, 2:]
    reach = np.abs(normals) @ slack
    return np.asarray(near & np.all(normals @ asked + offset <= reach[:, None], axis=0))


def _tested_there(
    names: tuple[str, ...],
    side: str,
    tested: dict[str, np.ndarray],
    spans: tuple[tuple[float, float], ...],
) -> tuple[tuple[float, float], ...]:
    """Tested intervals; for a pair each at the flight's values of the other one."""
    if side != "together":
        return (_span(tested[names[0]]),)
    found = []
    for i, name in enumerate(names):
        other, (low, high) = tested[names[1 - i]], spans[1 - i]
        there = tested[name][(other >= low) & (other <= high)]
        found.append(_span(there) if there.size else (np.nan, np.nan))
    return tuple(found)


def _span(values: np.ndarray) -> tuple[float, float]:
    return float(np.min(values)), float(np.max(values))


def _text(
    names: tuple[str, ...],
    side: str,
    tested: tuple[tuple[float, float], ...],
    flight: tuple[tuple[float, float], ...],
    altitudes: tuple[float, float],
) -> str:
    down = f"{_height(altitudes[0])} to {_height(altitudes[1])} of the descent"
    first = KINDS[names[0]]
    if side != "together":
        edge = tested[0][1] if side == "above" else tested[0][0]
        return (
            f"{first.word} {side} {_number(edge, first)}: tested "
            f"{_interval(tested[0], first)}, flight {_interval(flight[0], first)}; "
            f"{down}"
        )
    second = KINDS[names[1]]
    if np.isnan(tested[1][0]):
        told = f"no test at such a {first.word}"
    else:
        told = f"tests at such a {first.word} had {_interval(tested[1], second)}"
    return (
        f"{first.word} with {second.word}: {_interval(flight[0], first)} together with "
        f"{_interval(flight[1], second)} was not tested, {told}; {down}"
    )


def _height(metres: float) -> str:
    if metres >= 995.0:
        return f"{metres / 1000.0:.1f} km"
    return f"{metres:.0f} m" if metres >= 1.5 else "touchdown"


def _number(value: float, kind: Kind) -> str:
    text = f"{value:,.{kind.digits}f}"
    if kind.digits:
        text = text.rstrip("0").rstrip(".")
    gap = "" if kind.unit in ("", "°") else " "
    return f"{text}{gap}{kind.unit}"


def _interval(span: tuple[float, float], kind: Kind) -> str:
    low, high = (_number(v, kind) for v in span)
    if low == high:
        return high
    bare = low.removesuffix(kind.unit).rstrip() if kind.unit else low
    return f"{bare} to {high}"
