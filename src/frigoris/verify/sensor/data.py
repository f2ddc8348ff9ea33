"""Tests of a range finder as a table: read, checked, in SI.

A CSV with one line per shot or per group of shots alike. Every fault is told with
`file:line:col`, what was found there and what to do; nothing is guessed.
"""

import difflib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from frigoris.errors import UserError
from frigoris.mission.paths import did_you_mean
from frigoris.units import meant, to_si

ROWS_MAX = 200_000
BYTES_MAX = 64_000_000
TOLD_MAX = 8  # faults that one message tells
NEAR = 20.0  # a test with no range beyond it was surely written in kilometres [m]
RADIAN = 1.5708  # no incidence in degrees ends here


class Column(NamedTuple):
    """A column of the table, in the unit of its name."""

    low: float
    high: float
    what: str
    needed: bool = False


COLUMNS = {
    "range_m": Column(0.1, 1e6, "slant range to the target", True),
    "albedo_ratio": Column(1e-3, 1.0, "normal reflectance of the target", True),
    "incidence_deg": Column(0.0, 89.0, "of the beam, from the normal of the target"),
    "speed_m_s": Column(-500.0, 500.0, "along the beam, positive if closing"),
    "temperature_degC": Column(-150.0, 150.0, "of the laser"),
    "detected": Column(0.0, 1.0, "1 for a detection, 0 for a miss"),
    "detected_count": Column(0.0, 1e9, "detections of a group of shots"),
    "shots_count": Column(1.0, 1e9, "shots of the group"),
}
COUNTS = ("detected_count", "shots_count")
WHOLE = ("detected", *COUNTS)


@dataclass(frozen=True)
class Shots:
    """Groups of shots; each array has one number per line of the table."""

    file: str
    line: np.ndarray
    slant_range: np.ndarray  # [m]
    albedo: np.ndarray
    incidence: np.ndarray  # [rad]
    closing: np.ndarray  # [m/s]
    temperature: np.ndarray  # [degC]
    hits: np.ndarray
    count: np.ndarray
    missing: tuple[str, ...] = ()  # columns that the table has not

    def where(self, keep: np.ndarray) -> "Shots":
        """Some of the lines."""
        names = "line slant_range albedo incidence closing temperature hits count"
        kept = {name: getattr(self, name)[keep] for name in names.split()}
        return Shots(file=self.file, missing=self.missing, **kept)


class _Line(NamedTuple):
    number: int
    cells: list[str]
    places: list[int]  # column of the first letter of each cell, from 1


def read_shots(path: str | Path, tested_degC: float) -> Shots:
    """The table of a test; `UserError` with every fault of it."""
    name = str(path)
    lines = _lines(_text(Path(path)))
    if not lines:
        raise UserError(
            f"{name}:1:1: the file is empty. Its first line names the columns: "
            "range_m,albedo_ratio,incidence_deg,speed_m_s,temperature_degC,detected"
        )
    header, rows = lines[0], lines[1:]
    names = _header(name, header)
    if not rows:
        raise UserError(
            f"{name}:{header.number}:1: there is no shot below the names of the "
            "columns. Write one line per shot, or per group of shots alike."
        )
    if len(rows) > ROWS_MAX:
        raise UserError(
            f"{name}: {len(rows):,} lines are more than {ROWS_MAX:,}. Write shots "
            "under the same conditions as one line: detected_count, shots_count."
        )
    values, faults = _values(name, names, rows)
    _tell(faults)
    numbers = np.array([row.number for row in rows])
    shots = _shots(name, dict(zip(names, values.T, strict=True)), numbers, tested_degC)
    _check_units(shots)
    return shots


def _text(path: Path) -> str:
    try:
        if path.is_dir():
            raise UserError(f"Cannot read {path}: it is a folder. Give the CSV in it.")
        if path.stat().st_size > BYTES_MAX:
            raise UserError(
                f"Cannot read {path}: {path.stat().st_size / 1e6:.0f} MB are more than "
                f"{BYTES_MAX / 1e6:.0f}. Write shots alike as one line: "
                "detected_count, shots_count."
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"Cannot read {path}: no such file.{_beside(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"Cannot read {path}: {reason}. Give a CSV that can be read."
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text, at = "\0", error.start
    else:
        at = text.find("\0")
    if "\0" in text:
        line = raw.count(b"\n", 0, max(at, 0)) + 1
        raise UserError(
            f"{path}:{line}:1: byte {at} is not text in UTF-8. Save the table as CSV, "
            "UTF-8; a workbook or a binary log cannot be read."
        )
    return text


def _beside(path: Path) -> str:
    try:
        found = [p.name for p in path.parent.iterdir() if p.is_file()]
    except OSError:
        return " Give the path of a CSV."
    near = difflib.get_close_matches(path.name, found, n=1)
    return f" Did you mean {path.with_name(near[0])}?" if near else " Check the path."


def _lines(text: str) -> list[_Line]:
    """Lines with something in them that are no comments."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cells, places, at = [], [], 0
        for cell in line.split(","):
            lead = len(cell) - len(cell.lstrip())
            places.append(at + lead + 1)
            cells.append(cell.strip().strip('"'))
            at += len(cell) + 1
        found.append(_Line(number, cells, places))
    return found


def _header(name: str, header: _Line) -> list[str]:
    names, here = header.cells, f"{name}:{header.number}"
    other = next((c for c in ";\t|" if c in names[0]), None)
    if len(names) == 1 and other:
        raise UserError(
            f"{here}:{header.places[0] + names[0].index(other)}: columns are set apart "
            f"by {other!r}. Set them apart by commas, with points in numbers."
        )
    faults = []
    for i, (cell, place) in enumerate(zip(names, header.places, strict=True)):
        if cell not in COLUMNS:
            hint = did_you_mean(cell, COLUMNS) or f" Known: {', '.join(COLUMNS)}."
            faults.append(f"{here}:{place}: unknown column {_short(cell)}.{hint}")
        elif cell in names[:i]:
            faults.append(f"{here}:{place}: column {cell} is there twice. Remove one.")
    faults = faults or _lacking(names, here)
    _tell(faults)
    return names


def _lacking(names: list[str], here: str) -> list[str]:
    faults = [
        f"{here}:1: column {name} is missing ({column.what}). Add it."
        for name, column in COLUMNS.items()
        if column.needed and name not in names
    ]
    counts = [name for name in COUNTS if name in names]
    if "detected" in names and counts:
        faults.append(
            f"{here}:1: there are detected and {counts[0]}. Keep detected for single "
            "shots, or detected_count and shots_count for groups."
        )
    elif "detected" not in names and len(counts) == 1:
        (lost,) = set(COUNTS) - set(counts)
        faults.append(f"{here}:1: column {lost} is missing beside {counts[0]}. Add it.")
    elif "detected" not in names and not counts:
        faults.append(
            f"{here}:1: column detected is missing (0 or 1 per shot). Add it, or "
            "detected_count and shots_count."
        )
    return faults


def _values(
    name: str, names: list[str], rows: list[_Line]
) -> tuple[np.ndarray, list[str]]:
    values = np.full((len(rows), len(names)), np.nan)
    faults: list[str] = []
    for i, row in enumerate(rows):
        here = f"{name}:{row.number}"
        if len(row.cells) != len(names):
            faults.append(
                f"{here}:{row.places[min(len(names), len(row.cells) - 1)]}: "
                f"{len(row.cells)} cells, but {len(names)} columns are named. "
                "Write one number per column."
            )
            continue
        for j, (column, cell) in enumerate(zip(names, row.cells, strict=True)):
            values[i, j], wrong = _number(column, cell)
            if wrong:
                faults.append(f"{here}:{row.places[j]}: {wrong}")
        faults += _counts_agree(here, row, dict(zip(names, values[i], strict=True)))
    return values, faults


def _number(name: str, cell: str) -> tuple[float, str]:
    column = COLUMNS[name]
    if not cell:
        return math.nan, f"{name} is empty. Write a number, or remove the line."
    try:
        value = float(cell)
    except ValueError:
        return math.nan, f"{name} = {_short(cell)} is not a number ({column.what})."
    if not math.isfinite(value):
        return math.nan, f"{name} = {_short(cell)} is not a finite number. Remove it."
    if name in WHOLE and value != round(value):
        return math.nan, f"{name} = {_short(cell)} is not a whole number."
    if column.low <= value <= column.high:
        return value, ""
    unit = meant(name, value, column.low, column.high)
    hint = (
        f" In {unit[0]}? Then write {unit[1]:g}." if unit else f" It is {column.what}."
    )
    if name == "temperature_degC" and column.low <= value - 273.15 <= column.high:
        hint = f" In kelvin? Then write {value - 273.15:g}."
    bounds = f"{column.low:g} … {column.high:g}"
    return math.nan, f"{name} = {_short(cell)} is outside {bounds}.{hint}"


def _counts_agree(here: str, row: _Line, values: dict[str, float]) -> list[str]:
    hits, shots = (values.get(name, math.nan) for name in COUNTS)
    if not hits > shots:
        return []
    place = row.places[list(values).index(COUNTS[0])]
    return [
        f"{here}:{place}: detected_count = {hits:g} is more than shots_count = "
        f"{shots:g}. Are the columns exchanged?"
    ]


def _shots(
    file: str, table: dict[str, np.ndarray], lines: np.ndarray, tested_degC: float
) -> Shots:
    def column(name: str, default: float) -> np.ndarray:
        return table.get(name, np.full(len(lines), default))

    single = "detected" in table
    return Shots(
        file=file,
        line=lines,
        slant_range=table["range_m"],
        albedo=table["albedo_ratio"],
        incidence=to_si("incidence_deg", 1.0) * column("incidence_deg", 0.0),
        closing=column("speed_m_s", 0.0),
        temperature=column("temperature_degC", tested_degC),
        hits=table["detected" if single else "detected_count"],
        count=np.ones(len(lines)) if single else table["shots_count"],
        missing=tuple(n for n in COLUMNS if n not in table and n not in WHOLE),
    )


def _check_units(shots: Shots) -> None:
    """A mistake of units that only a whole column shows."""
    first = shots.line[0]
    at = f"{shots.file}:{first}"
    longest = float(np.max(shots.slant_range))
    if longest < NEAR:
        raise UserError(
            f"{at}:1: no range_m is above {longest:g} m. Are these kilometres? Then "
            "multiply the column by 1000."
        )


def doubts(shots: Shots) -> list[str]:
    """What may be a mistake and may be none, as notes."""
    largest = float(np.degrees(np.max(shots.incidence)))
    if 0.0 < largest < RADIAN:
        return [
            f"No incidence_deg is above {largest:.3g} deg: if these are radians, "
            "multiply the column by 57.29578."
        ]
    return []


def _tell(faults: list[str]) -> None:
    if not faults:
        return
    told = faults[:TOLD_MAX]
    if len(faults) > TOLD_MAX:
        told[-1] += f" (and {len(faults) - TOLD_MAX} more faults like these)"
    raise UserError("\n".join(told))


def _short(text: str) -> str:
    """What was found, so that it fits into a line of a terminal."""
    shown = repr(text)
    return shown if len(shown) <= 42 else shown[:38] + "…'"
