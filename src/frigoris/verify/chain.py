"""The published chain of a flight: which rows one flight can show, who shows them.

A case shows the chain when every link of it in the mission file is there; it is within
what was published when every part of every `must` row that can be judged is met, too.
Left out are parts that need more than the one flight, see `judged`.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from frigoris.campaign.statistics import clopper_pearson
from frigoris.campaign.summary import separating
from frigoris.flight.observables import OBSERVABLES
from frigoris.flight.outcome import LANDED, OUTCOMES
from frigoris.flight.seen import Seen
from frigoris.mission.metrics import split
from frigoris.mission.schema import Mission

# counted on an arc that is flown by itself
OF_ARCS = (
    "insertion_dv_m_s",
    "insertion_apolune_km",
    "circularisation_burn_min",
    "circularisation_perilune_km",
    "circularisation_apolune_km",
    "stopping_height_ratio",
)
GROUND = "needs measured ground"
LINK = "chain-"  # begins the ids of links
QUANTILES = (0.05, 0.5, 0.95)
SIGNIFICANT = 0.01  # of the p-values of inputs, after Holm's correction


class Wanted(NamedTuple):
    """One number that a case must show."""

    id: str
    observable: str
    metric: str
    unit: str
    low: float
    high: float

    def met(self, value: float) -> bool:
        """Whether this is the number; none never is."""
        return bool(self.low <= value <= self.high)


class LeftOut(NamedTuple):
    """A part of a must that one flight over this ground does not tell."""

    id: str
    metric: str
    why: str


@dataclass(frozen=True)
class Row:
    """What came of one case."""

    case: int
    outcome: str
    values: tuple[float, ...]  # of what is wanted, NaN where the flight has none
    soft: bool = False  # its contact was within what the legs are rated for
    again: int = 0  # draws before, of landers that can't be
    inputs: Mapping[str, float] = field(default_factory=dict)


def judged(mission: Mission, *, synthetic: bool) -> tuple[list[Wanted], list[LeftOut]]:
    """What a case must show, and what of the musts is left out, with the reason."""
    wanted = [
        Wanted(f"{LINK}{i}", k.text, k.metric, k.unit, k.low, k.high)
        for i, k in enumerate(mission.chain, 1)
        if k.terrain == "any" or not synthetic
    ]
    left = []
    if len(wanted) < len(mission.chain):
        left = [LeftOut("chain", k.metric, GROUND) for k in mission.chain]
    for row in mission.published:
        for part in row.parts if row.grade == "must" else ():
            fault, name = split(part.metric)
            why = ""
            if fault:
                why = "compares with another flight"
            elif name in OF_ARCS:
                why = "on an arc flown by itself"
            elif synthetic and row.terrain != "any":
                why = GROUND
            if why:
                left.append(LeftOut(row.id, part.metric, why))
                continue
            wanted.append(
                Wanted(row.id, row.observable, name, part.unit, part.low, part.high)
            )
    return wanted, left


def measured(wanted: Sequence[Wanted], seen: Seen) -> tuple[float, ...]:
    """The numbers of one flight that are wanted."""
    return tuple(float(OBSERVABLES[w.metric](seen)) for w in wanted)


def shows(wanted: Sequence[Wanted], row: Row) -> bool:
    """Whether a case shows the whole chain; without one, all that is wanted."""
    pairs = list(zip(wanted, row.values, strict=True))
    links = [p for p in pairs if p[0].id.startswith(LINK)]
    return all(w.met(x) for w, x in links or pairs)


def within(wanted: Sequence[Wanted], row: Row) -> bool:
    """Whether a case is within every must as well."""
    return not missed(wanted, row)


def missed(wanted: Sequence[Wanted], row: Row) -> set[str]:
    """The ids of the rows that a case misses."""
    pairs = zip(wanted, row.values, strict=True)
    return {w.id for w, x in pairs if not w.met(x)}


def share(count: int, cases: int) -> dict[str, Any]:
    """A count as a share with its exact interval."""
    bounds = clopper_pearson(count, cases)
    return {
        "count": count,
        "cases": cases,
        "share": count / cases if cases else float("nan"),
        "interval": [bounds.low, bounds.high],
    }


def summed(
    wanted: Sequence[Wanted], rows: Sequence[Row], sound: Collection[int]
) -> dict[str, Any]:
    """Everything that is said of the cases of one run.

    `sound` are the cases whose lander comes down softly as planned.
    """
    inside = [row for row in rows if row.case in sound]
    good = np.array([shows(wanted, row) for row in inside], dtype=bool)
    return {
        "shown": _shown(wanted, rows),
        "within": _within(wanted, rows),
        "lost": _lost(rows),
        "sound": {
            "shown": _shown(wanted, inside),
            "within": _within(wanted, inside),
            "lost": _lost(inside),
            "outcomes": _outcomes(inside),
            "shown_by_outcome": _outcomes([r for r in inside if shows(wanted, r)]),
            "rows": _rows(wanted, inside),
            "drivers": drivers(inside, good),
        },
        "outcomes": _outcomes(rows),
        "shown_by_outcome": _outcomes([r for r in rows if shows(wanted, r)]),
        "rows": _rows(wanted, rows),
    }


def _shown(wanted: Sequence[Wanted], rows: Sequence[Row]) -> dict[str, Any]:
    return share(sum(shows(wanted, row) for row in rows), len(rows))


def _within(wanted: Sequence[Wanted], rows: Sequence[Row]) -> dict[str, Any]:
    return share(sum(within(wanted, row) for row in rows), len(rows))


def _lost(rows: Sequence[Row]) -> dict[str, Any]:
    return share(sum(row.outcome != LANDED for row in rows), len(rows))


def _outcomes(rows: Sequence[Row]) -> dict[str, int]:
    ends = Counter(row.outcome for row in rows)
    return {name: ends[name] for name in OUTCOMES if ends[name]}


def _rows(wanted: Sequence[Wanted], rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Per published row: how many miss it, miss it alone, and what they show."""
    lacks = [missed(wanted, row) for row in rows]
    found: dict[str, dict[str, Any]] = {}
    for i, w in enumerate(wanted):
        x = np.array([row.values[i] for row in rows])
        there = x[np.isfinite(x)]
        ends = np.quantile(there, QUANTILES).tolist() if len(there) else [None] * 3
        entry = found.setdefault(
            w.id,
            {
                "id": w.id,
                "observable": w.observable,
                "missed": sum(w.id in lack for lack in lacks),
                "missed_alone": sum(lack == {w.id} for lack in lacks),
                "parts": [],
            },
        )
        entry["parts"].append(
            {
                "metric": w.metric,
                "unit": w.unit,
                "low": w.low,
                "high": w.high,
                "missed": sum(not w.met(v) for v in x),
                "none": len(x) - len(there),
                "quantiles": ends,
            }
        )
    return list(found.values())


def drivers(rows: Sequence[Row], good: np.ndarray) -> list[dict[str, Any]]:
    """Inputs that tell good cases from others, beyond chance."""
    names = rows[0].inputs if rows else {}
    inputs = {name: np.array([row.inputs[name] for row in rows]) for name in names}
    varied = {name: x for name, x in inputs.items() if np.ptp(x) > 0.0}
    return [d for d in separating(varied, good) if d["p"] < SIGNIFICANT]


def binned(
    wanted: Sequence[Wanted],
    rows: Sequence[Row],
    sound: Collection[int],
    path: str,
    width: float,
) -> list[dict[str, Any]]:
    """The share that shows the chain, by bins of one input; empty bins are left out."""
    place = {row.case: int(row.inputs[path] // width) for row in rows}
    found = []
    for k in sorted(set(place.values())):
        inside = [row for row in rows if place[row.case] == k]
        found.append(
            {
                "low": k * width,
                "high": (k + 1) * width,
                "shown": _shown(wanted, inside),
                "sound": _shown(wanted, [r for r in inside if r.case in sound]),
            }
        )
    return found
