"""What the flights of a study show: shares with intervals, pairs, costs.

Shares have exact (Clopper-Pearson) intervals; a change against the mission as it flew
is judged by pairs of cases (McNemar, Newcombe), what it costs by pairs that both land
(Student). All at 95 %.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frigoris.campaign.paired import Paired, mean_interval
from frigoris.campaign.statistics import Interval, clopper_pearson
from frigoris.campaign.store import Store
from frigoris.campaign.summary import query
from frigoris.verify.lessons.study import Variant

# a contact within the limits of the legs; what it then stands on is the ground's
SOFT = "(margin_descent_rate_m_s >= 0 and margin_speed_horizontal_m_s >= 0)"
GOOD = {"landed": "landed", "soft": SOFT}
SPEED = "sqrt(contact_descent_rate_m_s ** 2 + contact_speed_horizontal_m_s ** 2)"
DRY = 0.1  # left in the tanks of engines that ran dry, at most [kg]
ALPHA = 0.05  # below it a change is shown


@dataclass(frozen=True)
class Shown:
    """One campaign."""

    cases: int
    landed: int
    soft: int  # contacts within the limits of the legs
    touchdown: float | None  # median speed at first contact of all that came down [m/s]
    touchdown_landed: float | None  # the same of those that landed [m/s]
    left: float | None  # propellant, mean of those that landed [kg]
    used: float | None  # the same, of what the mission plans to carry [kg]
    dry: int  # cases whose descent engines ran out of propellant

    def interval(self, what: str) -> Interval:
        """Of the share that landed, or came down softly."""
        return clopper_pearson(getattr(self, what), self.cases)


@dataclass(frozen=True)
class Cost:
    """What a change takes, in pairs that both land."""

    pairs: int
    mean: float | None  # propellant, more of it [kg]
    interval: Interval | None


def shown(store: Store) -> Shown:
    """The figures of a store."""
    sql = f"""
        select count(*) as cases,
               count(*) filter (where landed) as landed,
               count(*) filter (where {SOFT}) as soft,
               median({SPEED}) filter (where isfinite({SPEED})) as touchdown,
               median({SPEED}) filter (where landed) as touchdown_landed,
               avg(propellant_left_kg) filter (where landed) as kept,
               count(*) filter (where propellant_left_kg < {DRY}) as dry
        from cases
    """
    row = query(store.folder, sql)[0]
    loaded = store.plan.mission.lander.propellant_kg
    kept = row["kept"]
    return Shown(
        row["cases"],
        row["landed"],
        row["soft"],
        row["touchdown"],
        row["touchdown_landed"],
        kept,
        None if kept is None else loaded - kept,
        row["dry"],
    )


def slower(first: Store, second: Store) -> Paired:
    """Cases that come down slower with the second than with the first, or faster.

    A sign test: cases that come down equally fast, or not in both, tell nothing.
    """
    sql = f"""
        select count(*) filter (where b.speed > a.speed) as faster,
               count(*) filter (where b.speed < a.speed) as slower,
               count(*) filter (where b.speed = a.speed) as alike
        from (select "case", {SPEED} as speed from cases) a
        join (select "case", {SPEED} as speed from {_rows(second.folder)}) b
          using ("case") where isfinite(a.speed) and isfinite(b.speed)
    """
    row = query(first.folder, sql)[0]
    return Paired(0, row["faster"], row["slower"], row["alike"])


def pairs(first: Store, second: Store, what: str) -> Paired:
    """Cases of two stores, pair by pair: `what` is landed, soft or slower."""
    if what == "slower":
        return slower(first, second)
    good = GOOD[what]
    sql = f"""
        select a.good as one, b.good as two, count(*) as n
        from (select "case", {good} as good from cases) a
        join (select "case", {good} as good from {_rows(second.folder)}) b
          using ("case") group by all
    """
    table = {(r["one"], r["two"]): r["n"] for r in query(first.folder, sql)}
    return Paired(
        both=table.get((True, True), 0),
        first_only=table.get((True, False), 0),
        second_only=table.get((False, True), 0),
        neither=table.get((False, False), 0),
    )


def cost(first: Store, second: Store) -> Cost:
    """More propellant used by the second, where both land.

    The tanks hold what they were planned to and the same error of a case, so the change
    of what is left tells the change of what is used.
    """
    more = second.plan.mission.lander.propellant_kg
    more -= first.plan.mission.lander.propellant_kg
    sql = f"""
        select count(*) as n, avg(used) as mean, stddev_samp(used) as deviation from (
            select {more!r} - (b.propellant_left_kg - a.propellant_left_kg) as used
            from cases a join {_rows(second.folder)} b on a."case" = b."case"
            where a.landed and b.landed
        )
    """
    row = query(first.folder, sql)[0]
    if row["n"] < 2:
        return Cost(row["n"], row["mean"], None)
    found = mean_interval(row["mean"], row["deviation"], row["n"])
    return Cost(row["n"], row["mean"], found)


def _rows(folder: Path) -> str:
    files = str(folder / "chunk-*.parquet").replace("'", "''")
    return f"read_parquet('{files}')"


def told(variant: Variant, none: Variant) -> dict[str, Any]:
    """One row of the table, as `--json` has it."""
    lesson = variant.lesson
    row: dict[str, Any] = {
        "change": variant.id,
        "text": variant.change,
        "statement": lesson.statement if lesson else None,
        "kind": lesson.kind if lesson else None,
        "from_flight": lesson.from_flight if lesson else None,
        "year": lesson.year if lesson else None,
        "applicable": variant.flown is not None,
        "reason": variant.reason or None,
        "mass_kg": lesson.cost.mass_kg if lesson else 0.0,
    }
    if variant.flown is None or none.flown is None:
        blank = ("landed_rate", "interval", "propellant_kg", "touchdown_m_s")
        return row | dict.fromkeys(blank)
    row |= _flown(variant.flown)
    if lesson:
        row["against_none"] = against(none.flown, variant.flown)
    paid = _paid(variant, none) if lesson else None
    row["propellant_kg"] = paid["mean_kg"] if paid else (None if lesson else 0.0)
    row["cost"] = paid
    if variant.twin is not None:
        row["nothing_wrong"] = _flown(variant.twin)
        if lesson and none.twin is not None:
            row["nothing_wrong"]["against_none"] = against(none.twin, variant.twin)
    return row


def _flown(store: Store) -> dict[str, Any]:
    s = shown(store)
    return {
        "cases": s.cases,
        "landed": s.landed,
        "landed_rate": s.landed / s.cases,
        "interval": _ends(s.interval("landed")),
        "soft": s.soft,
        "soft_rate": s.soft / s.cases,
        "soft_interval": _ends(s.interval("soft")),
        "touchdown_m_s": s.touchdown,
        "touchdown_landed_m_s": s.touchdown_landed,
        "propellant_used_kg": s.used,
        "propellant_left_kg": s.left,
        "dry_rate": s.dry / s.cases,
        "store": str(store.folder),
    }


def against(none: Store, other: Store) -> dict[str, Any]:
    """What the change did to the same cases: landed, soft, slower in contact."""
    return {what: _pair(pairs(none, other, what)) for what in (*GOOD, "slower")}


def _pair(p: Paired) -> dict[str, Any]:
    return {
        "gained": p.second_only,
        "lost": p.first_only,
        "difference": p.difference,
        "interval": _ends(p.interval()),
        "p": p.p_value(),
        "shown": p.p_value() < ALPHA,
    }


def _paid(variant: Variant, none: Variant) -> dict[str, Any] | None:
    """What it costs: where nothing goes wrong if that was flown, else as it flew."""
    both = (none.twin, variant.twin) if variant.twin else (none.flown, variant.flown)
    if both[0] is None or both[1] is None:
        return None
    found = cost(both[0], both[1])
    return {
        "mean_kg": found.mean,
        "interval_kg": _ends(found.interval) if found.interval else None,
        "pairs": found.pairs,
    }


def _ends(interval: Interval) -> list[float]:
    return [interval.low, interval.high]


def holds(variant: Variant, row: dict[str, Any]) -> dict[str, Any] | None:
    """The lesson's check, where this mission is that of the check; else None."""
    lesson = variant.lesson
    if lesson is None or variant.mission is None or variant.flown is None:
        return None
    check = lesson.check
    if check.mission != variant.mission.mission.name or check.faults:
        return None
    pair = row["against_none"][check.raises]
    good = pair["difference"] > 0.0 and pair["shown"]
    return {"raises": check.raises, "verdict": "holds" if good else "not shown"}


def study(variants: list[Variant], mission: str, count: int, seed: int) -> Any:
    """The whole table, as `--json` has it."""
    rows = []
    for variant in variants:
        row = told(variant, variants[0])
        row["check"] = holds(variant, row)
        rows.append(row)
    return {
        "schema": "frigoris.lessons.1",
        "mission": mission,
        "cases": count,
        "seed": seed,
        "faults": list(variants[0].mission.faults) if variants[0].mission else [],
        "changes": rows,
        "saved_by_load": _saved(rows),
    }


def _saved(rows: list[dict[str, Any]]) -> list[str]:
    """Changes of software or data alone that raise the share of soft contacts."""
    return [
        row["change"]
        for row in rows
        if row["kind"] == "load"
        and row["applicable"]
        and row["against_none"]["soft"]["shown"]
        and row["against_none"]["soft"]["difference"] > 0.0
    ]
