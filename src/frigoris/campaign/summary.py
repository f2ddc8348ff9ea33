"""What a store shows: outcomes, verdicts, spread of the landings, cases to look at.

Everything is asked of the chunks by DuckDB, so it costs no more memory for a million
cases than for a thousand; anyone else can ask in the same way.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from scipy.stats import mannwhitneyu

from frigoris.campaign.paired import Paired
from frigoris.campaign.rows import RESULTS
from frigoris.campaign.statistics import Interval, clopper_pearson, verdict
from frigoris.campaign.store import Store, read_chunk
from frigoris.errors import UserError
from frigoris.flight.outcome import OUTCOMES
from frigoris.mission.schema_evidence import Requirement

SHOWN = 10  # cases to look at
DRIVERS = 5  # inputs that separate failures from landings best
FEW = 5  # failures, below which nothing is said about their drivers
MARGINS = tuple(name for name in RESULTS if name.startswith("margin_"))
# margins that have a limit, and what was used of it
LIMITED = {
    "margin_descent_rate_m_s": "contact_descent_rate_m_s",
    "margin_speed_horizontal_m_s": "contact_speed_horizontal_m_s",
    "margin_tilt_deg": "touchdown_tilt_deg",
}


def query(folder: Path, sql: str) -> list[dict[str, Any]]:
    """Rows that an SQL text asks for; the table of all cases is called `cases`.

    `select outcome, count(*) as n from cases group by all` is such a text.
    """
    with duckdb.connect() as connection:
        # one thread: the order of sums, and so their last bits, stays
        connection.execute("set threads to 1")
        files = str(folder / "chunk-*.parquet").replace("'", "''")
        connection.execute(f"create view cases as from read_parquet('{files}')")
        found = connection.execute(sql)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Summary:
    """What a campaign showed."""

    cases: int
    wanted: int
    outcomes: dict[str, int]
    landed: int
    interval: Interval
    requirements: list[dict[str, Any]]
    drivers: list[dict[str, Any]]
    to_look_at: list[dict[str, Any]]
    ellipse: dict[str, float] | None
    margins: list[dict[str, Any]]
    pairs: Paired | None = None  # first without the faults, then with them

    @property
    def rate(self) -> float:
        """Share that landed."""
        return self.landed / self.cases if self.cases else float("nan")

    @property
    def met(self) -> bool:
        """Every requirement is shown to hold."""
        return all(r["verdict"] == "met" for r in self.requirements)


def check_chunks(store: Store) -> None:
    """Raise `UserError` for a chunk that is damaged."""
    plan = store.plan
    for path in store.files:
        chunk = int(path.stem.rpartition("-")[2])
        read_chunk(path, plan.cases(chunk), ["case"])


def summarize(store: Store) -> Summary:
    """Everything that a report tells of a store."""
    if not store.files:
        raise UserError(
            f"Cannot report on {store.folder}: no case has been flown yet. Run the "
            "campaign again with --resume."
        )
    check_chunks(store)
    folder = store.folder
    counts = query(folder, "select outcome, count(*) as n from cases group by all")
    found = {row["outcome"]: row["n"] for row in counts}
    outcomes = {name: found.get(name, 0) for name in OUTCOMES}
    cases = sum(found.values())
    landed = _count(folder, "landed")
    plan = store.plan
    return Summary(
        cases=cases,
        wanted=plan.count,
        outcomes=outcomes,
        landed=landed,
        interval=clopper_pearson(landed, cases),
        requirements=[_judged(folder, r, cases) for r in plan.mission.requirements],
        drivers=drivers(folder),
        to_look_at=to_look_at(folder),
        ellipse=ellipse(folder),
        margins=_margins(folder),
        pairs=_paired(folder) if plan.pairs else None,
    )


def _paired(folder: Path) -> Paired:
    """Landings of the same cases without their faults, and with them."""
    sql = """
        select "pair.landed" as one, landed as two, count(*) as n
        from cases group by all
    """
    found = {(r["one"], r["two"]): r["n"] for r in query(folder, sql)}
    return Paired(
        both=found.get((True, True), 0),
        first_only=found.get((True, False), 0),
        second_only=found.get((False, True), 0),
        neither=found.get((False, False), 0),
    )


def _count(folder: Path, condition: str) -> int:
    sql = f"select count(*) as n from cases where {condition}"
    return int(query(folder, sql)[0]["n"])


def column_of(metric: str) -> str:
    """The column in which the value of a metric stands."""
    return metric if metric == "landed" or metric in RESULTS else f"metric.{metric}"


def good(requirement: Requirement) -> str:
    """What holds for a case that is good, in SQL; a number that is missing is bad."""
    column = quoted(column_of(requirement.metric))
    if requirement.metric == "landed" and requirement.low is requirement.high is None:
        return column
    parts = [f"isfinite({column}::double)"]
    if requirement.low is not None:
        parts.append(f"{column}::double >= {requirement.low!r}")
    if requirement.high is not None:
        parts.append(f"{column}::double <= {requirement.high!r}")
    return " and ".join(parts)


def _judged(folder: Path, requirement: Requirement, cases: int) -> dict[str, Any]:
    passed = _count(folder, good(requirement))
    found = verdict(
        passed, cases, requirement.probability_ratio, requirement.confidence_ratio
    )
    return {
        "id": requirement.id,
        "text": requirement.text,
        "verdict": found.name,
        "value": found.value,
        "interval": [found.interval.low, found.interval.high],
        "good": passed,
        "probability": requirement.probability_ratio,
        "confidence": requirement.confidence_ratio,
    }


def _columns(folder: Path, prefix: str) -> list[str]:
    described = query(folder, "describe cases")
    names = [row["column_name"] for row in described]
    return [name for name in names if name.startswith(prefix)]


def drivers(folder: Path) -> list[dict[str, Any]]:
    """Inputs whose values tell failures from landings best."""
    inputs = {
        name.removeprefix("input."): _numbers(folder, name)
        for name in _columns(folder, "input.")
    }
    return separating(inputs, _numbers(folder, "landed") > 0.5)[:DRIVERS]


def _numbers(folder: Path, column: str) -> np.ndarray:
    rows = query(folder, f"select {quoted(column)} as x from cases")
    return np.array([row["x"] for row in rows], dtype=np.float64)


def separating(inputs: dict[str, np.ndarray], good: np.ndarray) -> list[dict[str, Any]]:
    """Inputs that tell bad cases from good ones: Mann-Whitney, Holm's correction.

    The score is |2 AUC - 1|: 0 tells nothing, 1 everything. One input at a time: what
    only two of them together do is not seen. Nothing is said of a few bad ones.
    """
    if min(np.sum(good), np.sum(~good)) < FEW:
        return []
    found: list[dict[str, Any]] = []
    for name, x in inputs.items():
        u, p = mannwhitneyu(x[~good], x[good])
        score = abs(2.0 * u / (np.sum(~good) * np.sum(good)) - 1.0)
        found.append({"input": name, "score": float(score), "p": float(p)})
    found.sort(key=lambda row: row["p"])
    least = 0.0
    for i, row in enumerate(found):
        least = row["p"] = min(1.0, max(least, row["p"] * (len(found) - i)))
    return found


def to_look_at(folder: Path) -> list[dict[str, Any]]:
    """Failures first, the rarest outcome first and its hardest contact, then landings
    with the least margin left.
    """
    worst = "least(" + ", ".join(_share(name) for name in LIMITED) + ")"
    sql = f"""
        select "case", outcome, {worst} as margin, contact_descent_rate_m_s,
               contact_speed_horizontal_m_s, contact_tilt_deg, contact_miss_m
        from cases join (select outcome, count(*) as n from cases group by all)
             using (outcome)
        order by landed, n, margin nulls first, "case" limit {SHOWN}
    """
    return query(folder, sql)


def _share(margin: str) -> str:
    """A margin as a part of its limit, which is margin plus what was used."""
    used = LIMITED[margin]
    value = f"{margin} / ({margin} + {used})"
    return f"case when isnan({margin}) then null else {value} end"


def ellipse(folder: Path) -> dict[str, float] | None:
    """One-sigma ellipse of the landings around their mean; None below three."""
    sql = """
        select count(*) as n,
               avg(contact_east_m) as east, avg(contact_north_m) as north,
               var_samp(contact_east_m) as ee, var_samp(contact_north_m) as nn,
               covar_samp(contact_east_m, contact_north_m) as en,
               quantile_cont(contact_miss_m, 0.99) as p99
        from cases where landed
    """
    row = query(folder, sql)[0]
    if row["n"] < 3:
        return None
    sizes, axes = np.linalg.eigh([[row["ee"], row["en"]], [row["en"], row["nn"]]])
    major = axes[:, 1]
    return {
        "east_m": row["east"],
        "north_m": row["north"],
        "semi_major_m": float(np.sqrt(max(sizes[1], 0.0))),
        "semi_minor_m": float(np.sqrt(max(sizes[0], 0.0))),
        # clockwise from north, as headings are
        "azimuth_deg": float(np.degrees(np.arctan2(major[0], major[1])) % 180.0),
        "miss_99_m": row["p99"],
    }


def _margins(folder: Path) -> list[dict[str, Any]]:
    """Least, first percentile and median of each margin, over all contacts."""
    rows = []
    for name in MARGINS:
        sql = (
            f"select min({name}) as least, quantile_cont({name}, 0.01) as percentile_1,"
            f" median({name}) as median from cases where not isnan({name})"
        )
        rows.append({"name": name, **query(folder, sql)[0]})
    return rows
