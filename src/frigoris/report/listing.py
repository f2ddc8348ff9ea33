"""What the quick commands print: JSON, rows, the summary of a mission file.

Plain text without rich, so that they answer at once.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from frigoris.mission.check import Edge, edges, over_fitted
from frigoris.mission.paths import read
from frigoris.mission.schema import Mission


def print_json(value: Any) -> None:
    """One JSON object on stdout."""
    print(json.dumps(plain(value), ensure_ascii=False, allow_nan=False))


def plain(value: Any) -> Any:
    """For JSON: no arrays, and null for what is not a finite number."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # numpy, which is not imported here
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def print_rows(rows: Sequence[Sequence[str]], before: str = "") -> None:
    """Columns as wide as their longest entry; the last one is free."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) for cell, width in zip(row[:-1], widths[:-1], strict=True)
        ]
        print(before + "  ".join([*cells, row[-1]]).rstrip())


def summary(mission: Mission) -> dict[str, Any]:
    """What a mission rests on besides published numbers, for `check --json`."""
    engineering = [
        {"path": row.path, "value": value, "low": row.low, "high": row.high}
        | {"why": row.why}
        for row in mission.engineering
        if (value := _value(mission, row.path)) is not None
    ]
    return {
        "mission": mission.mission.name,
        "engineering": engineering,
        "fitted": [row.path for row in mission.fitted],
        "edges": [edge._asdict() for edge in edges(mission)],
        "over_fitted": over_fitted(mission),
        "open_items": list(mission.open_items),
    }


def print_summary(mission: Mission) -> None:
    """The same for people."""
    told = summary(mission)
    _heading("Engineering values, with the range of each", told["engineering"])
    if told["engineering"]:
        print_rows([_engineering_row(row) for row in told["engineering"]], "  ")
    _heading("Fitted", told["fitted"])
    if mission.fitted:
        print_rows(
            [
                (row.path, f"= {_text(_value(mission, row.path))}", row.observable)
                for row in mission.fitted
            ],
            "  ",
        )
    for edge in edges(mission):
        print(f"  counts as fitted: {_edge(edge)}")
    _heading("Open items", told["open_items"])
    for line in told["open_items"]:
        print(f"  {line}")


def _heading(title: str, rows: Sequence[Any]) -> None:
    print(f"{title}: {len(rows) or 'none'}")


def _value(mission: Mission, path: str) -> Any:
    try:
        return read(mission, path)
    except KeyError:  # a variant without what its base has
        return None


def _engineering_row(row: dict[str, Any]) -> tuple[str, str, str, str]:
    interval = f"{_text(row['low'])} … {_text(row['high'])}"
    return row["path"], f"= {_text(row['value'])}", interval, row["why"]


def _edge(edge: Edge) -> str:
    interval = f"{_text(edge.low)} … {_text(edge.high)}"
    return f"{edge.path} = {_text(edge.value)} is in the outer tenth of {interval}"


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(_text(item) for item in value)}]"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
