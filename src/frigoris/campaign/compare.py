"""Two stores compared case by case: what one change did."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frigoris.campaign.paired import Paired, mean_interval
from frigoris.campaign.rows import RESULTS
from frigoris.campaign.store import Store
from frigoris.campaign.summary import check_chunks, query
from frigoris.errors import UserError


@dataclass(frozen=True)
class Comparison:
    """Two campaigns of the same cases."""

    paired: Paired
    means: list[dict[str, Any]]  # change of each metric, cases with contact in both
    changed: list[dict[str, Any]]  # cases that end differently


def compare(first: Store, second: Store) -> Comparison:
    """Pair two stores by case; `UserError` where their cases are not the same draws."""
    _same_cases(first, second)
    check_chunks(first)
    check_chunks(second)
    files = str(second.folder / "chunk-*.parquet").replace("'", "''")
    joined = f"""
        from cases a join read_parquet('{files}') b on a."case" = b."case"
    """
    sql = (
        f"select a.landed as one, b.landed as two, count(*) as n {joined} group by all"
    )
    table = {(r["one"], r["two"]): r["n"] for r in query(first.folder, sql)}
    paired = Paired(
        both=table.get((True, True), 0),
        first_only=table.get((True, False), 0),
        second_only=table.get((False, True), 0),
        neither=table.get((False, False), 0),
    )
    if paired.trials == 0:
        raise UserError(
            f"Cannot compare {first.folder} with {second.folder}: no case was flown in "
            "both."
        )
    sql = f"""
        select a."case" as "case", a.outcome as first, b.outcome as second {joined}
        where a.outcome != b.outcome order by a."case"
    """
    changed = query(first.folder, sql)
    return Comparison(paired, _changes(first.folder, joined), changed)


def _changes(folder: Path, joined: str) -> list[dict[str, Any]]:
    """Mean change of each result, Student's interval from the moments alone."""
    rows = []
    for name in RESULTS:
        gap = f"b.{name} - a.{name}"
        sql = (
            f"select count(*) as n, avg({gap}) as mean, stddev_samp({gap}) as sd "
            f"{joined} where isfinite({gap})"
        )
        row = query(folder, sql)[0]
        if row["n"] < 2:
            continue
        found = mean_interval(row["mean"], row["sd"], row["n"])
        ends = [found.low, found.high]
        rows.append({"name": name, "change": row["mean"], "interval": ends})
    return rows


def _same_cases(first: Store, second: Store) -> None:
    """Pairs must share seed and sampling, or they have nothing in common."""
    one, two = first.plan, second.plan
    keys: Sequence[str] = ("seed", "sampling")
    if one.sampling != "random" or two.sampling != "random":
        keys = (*keys, "count")
    unlike = [k for k in keys if getattr(one, k) != getattr(two, k)]
    if unlike:
        told = ", ".join(f"{k} {getattr(one, k)} and {getattr(two, k)}" for k in unlike)
        raise UserError(
            f"Cannot compare {first.folder} with {second.folder} case by case: their "
            f"cases are not the same draws ({told}). Fly both with the same --seed and "
            "--sampling."
        )
