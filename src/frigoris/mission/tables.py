"""Tables of measured values beside a mission file: read once, when the file is loaded.

The rows then stand in the mission itself, so that what is stored with a campaign needs
no other file.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from frigoris.mission.paths import did_you_mean
from frigoris.mission.source import SIZE_MAX, Location, Source
from frigoris.mission.wording import shown

NUMBERS_MAX = 20_000  # of one table: a mission with it must still be read again

Fault = tuple[Location, str]
Line = tuple[int, list[str]]  # its number, its cells


class _Wrong(Exception):
    """A fault of the file itself, in words."""


def read_tables(source: Source) -> Iterator[Fault]:
    """Put the rows of each table's file into the tree; what is wrong goes out.

    A file is looked up from the folder of the mission file that names it. Its first
    line names the columns; lines that begin with # are left out.
    """
    rows = source.tree.get("dispersions")
    for i, row in enumerate(rows if isinstance(rows, list) else []):
        table = row.get("table") if isinstance(row, Mapping) else None
        if not isinstance(table, dict) or table.get("values") is not None:
            continue
        name, columns = table.get("file"), table.get("columns")
        texts = isinstance(columns, list) and all(isinstance(c, str) for c in columns)
        if not isinstance(name, str) or not columns or not texts:
            continue  # the schema says so
        at: Location = ("dispersions", i, "table")
        folder = Path(source.values[(*at, "file")].file).parent
        try:
            lines = list(_lines(folder / name, name))
        except _Wrong as wrong:
            yield (*at, "file"), f"dispersions: {wrong}"
            continue
        faults = list(_faults(lines, columns, name))
        if faults:
            yield from (((*at, *end), f"dispersions: {text}") for end, text in faults)
            continue
        table["values"] = _values(lines, columns)


def _lines(path: Path, name: str) -> Iterator[Line]:
    """Line number and cells of each line that is neither empty nor a comment."""
    try:
        if not path.is_file():
            what = "it is a folder" if path.is_dir() else "there is no such file"
            raise _Wrong(
                f"cannot open the table {shown(name)}: {what} in {path.parent}"
            )
        if path.stat().st_size > SIZE_MAX:
            raise _Wrong(f"the table {shown(name)} is larger than {SIZE_MAX} bytes")
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, skipinitialspace=True)
            for cells in reader:
                if any(cells) and not cells[0].startswith("#"):
                    yield reader.line_num, [cell.strip() for cell in cells]
    except (OSError, ValueError, csv.Error) as error:
        raise _Wrong(f"cannot read the table {shown(name)}: {_why(error)}") from None


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not text in UTF-8"
    return str(getattr(error, "strerror", None) or error)


def _faults(
    lines: Sequence[Line], columns: Sequence[str], name: str
) -> Iterator[tuple[Location, str]]:
    if len(lines) < 2:
        yield ("file",), f"the table {shown(name)} has no rows below its head line"
        return
    head = lines[0][1]
    for j, column in enumerate(columns):
        if column not in head:
            text = f"{name} has no column {shown(column)}.{did_you_mean(column, head)}"
            yield ("columns", j), text
            continue
        wrong = _cell_fault(lines[1:], head.index(column))
        if wrong:
            line, cell = wrong
            text = f"{name}:{line}: {column} = {shown(cell)} is not a number"
            yield ("columns", j), text
    count = (len(lines) - 1) * len(columns)
    if count > NUMBERS_MAX:
        text = f"{name} gives {count} numbers, {NUMBERS_MAX} are the most"
        yield ("file",), text


def _cell_fault(rows: Sequence[Line], column: int) -> tuple[int, str] | None:
    """Line and text of the first cell that is no finite number."""
    for line, cells in rows:
        cell = cells[column] if column < len(cells) else ""
        if _number(cell) is None:
            return line, cell
    return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


def _values(lines: Sequence[Line], columns: Sequence[str]) -> list[Any]:
    places = [lines[0][1].index(column) for column in columns]
    rows = [[float(cells[p]) for p in places] for _, cells in lines[1:]]
    return rows if len(columns) > 1 else [row[0] for row in rows]
