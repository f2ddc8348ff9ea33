"""Telemetry that others recorded, read by a mapping into tables of our dictionary."""

import csv
import difflib
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.errors import UserError
from frigoris.moon.time import format_utc, parse_utc
from frigoris.packets.dictionary import SEQUENCE, Dictionary, Packet
from frigoris.packets.foreign_units import TIME_UNITS, UTC, units_for
from frigoris.packets.mapping import ColumnMap, Mapping, TimeColumn
from frigoris.packets.sample import Table, on_ground, on_link
from frigoris.packets.tables import Note

PARQUET = b"PAR1"
EMPTY = ("", "nan", "NaN", "NAN")


class Source:
    """A foreign table: its columns as text or numbers, and where each row stands."""

    def __init__(self, path: Path, columns: dict[str, list[Any]], first: int) -> None:
        self.path, self.columns, self.first = path, columns, first

    def column(self, name: str, asked: str) -> list[Any]:
        """A column by its name; `asked` says where it was asked for."""
        if name not in self.columns:
            known = list(self.columns)
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(known)}."
            raise UserError(f"{asked}: {self.path} has no column {name}. {hint}")
        return self.columns[name]

    def fault(self, row: int, name: str, text: str) -> UserError:
        """A fault of one cell."""
        line = f"{row + self.first}" if self.first else f"row {row}"
        return UserError(f"{self.path}:{line}: column {name}: {text}")


def read_source(path: Path, separator: str) -> Source:
    """A file of CSV or Parquet. Raises `UserError`."""
    try:
        with path.open("rb") as stream:
            parquet = stream.read(len(PARQUET)) == PARQUET
        return _parquet(path) if parquet else _csv(path, separator)
    except OSError as error:
        raise UserError(
            f"Cannot import {path}: {error.strerror or error}. Give a file of CSV or "
            "Parquet."
        ) from None


def _parquet(path: Path) -> Source:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, use_threads=False)
    except pa.ArrowException as error:
        first = str(error).splitlines()[0]
        raise UserError(f"Cannot import {path}: {first}. Is it whole?") from None
    columns = {name: table[name].to_pylist() for name in table.column_names}
    return Source(path, columns, 0)


def _csv(path: Path, separator: str) -> Source:
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.reader(stream, delimiter=separator))
    except UnicodeDecodeError as error:
        raise UserError(
            f"Cannot import {path}: byte {error.start} is not text in UTF-8. Give a "
            "file of CSV or Parquet."
        ) from None
    except csv.Error as error:
        raise UserError(f"Cannot import {path}: it is no CSV: {error}.") from None
    head = [name.strip() for name in rows[0]] if rows else []
    for number, row in enumerate(rows[1:], start=2):
        if row and len(row) != len(head):
            raise UserError(
                f"{path}:{number}: has {len(row)} cells, and the first line names "
                f"{len(head)} columns. Is the separator {separator!r}?"
            )
    whole = [row for row in rows[1:] if row]
    columns = zip(*whole, strict=True) if whole else ([] for _ in head)
    return Source(path, dict(zip(head, map(list, columns), strict=True)), 2)


def foreign_tables(
    source: Source, mapping: Mapping, dictionary: Dictionary, note: Note
) -> tuple[dict[str, Table], str]:
    """Tables by packet, and the epoch of their times.

    A packet gets the rows in which any of its columns has a value. Fields without a
    column are NaN; whole numbers without one are left out, since they have no NaN.
    """
    if mapping.time is None:
        raise UserError(f"{mapping.path}:1:1: time and columns are missing.")
    epoch = mapping.epoch_utc or _first_moment(source, mapping.time, mapping)
    t = _times(source, mapping.time, epoch, mapping)
    ground = np.full(len(t), np.nan)
    if mapping.ground_time is not None:
        ground = _times(source, mapping.ground_time, epoch, mapping)
    if not np.isfinite(t).all():
        row = int(np.flatnonzero(~np.isfinite(t))[0])
        raise source.fault(row, mapping.time.column, "a row without a time")
    values = {(c.packet.name, c.field.name): _values(source, c, dictionary)
              for c in mapping.columns}  # fmt: skip
    tables = {}
    for packet in dictionary.packets:
        mine = {f: v for (p, f), v in values.items() if p == packet.name}
        if mine:
            tables[packet.name] = _table(packet, t, ground, mine, note)
    return tables, epoch


def _first_moment(source: Source, time: TimeColumn, mapping: Mapping) -> str:
    """The epoch where moments alone are given: the first of them, to the second."""
    cells = source.column(time.column, str(mapping.path))
    if not cells:
        return ""
    first = _moment(source, time.column, 0, cells[0])
    return format_utc(first.replace(microsecond=0))


def _moment(source: Source, name: str, row: int, cell: Any) -> Any:
    text = cell.isoformat() + "Z" if hasattr(cell, "isoformat") else str(cell).strip()
    try:
        return parse_utc(text)
    except UserError:
        raise source.fault(row, name, f"{cell!r} is no UTC of ISO 8601") from None


def _times(
    source: Source, time: TimeColumn, epoch: str, mapping: Mapping
) -> np.ndarray:
    cells = source.column(time.column, str(mapping.path))
    if time.unit != UTC:
        return TIME_UNITS[time.unit] * _numbers(source, time.column, cells)
    zero = parse_utc(epoch) if epoch else None
    found = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if zero is not None and cell is not None and str(cell).strip() not in EMPTY:
            moment = _moment(source, time.column, row, cell)
            found[row] = (moment - zero).total_seconds()
    return found


def _numbers(source: Source, name: str, cells: list[Any]) -> np.ndarray:
    """Numbers, NaN for what is empty."""
    found = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if cell is None or (isinstance(cell, str) and cell.strip() in EMPTY):
            continue
        try:
            found[row] = float(cell)
        except (TypeError, ValueError):
            raise source.fault(row, name, f"{cell!r} is no number") from None
    return found


def _values(source: Source, column: ColumnMap, dictionary: Dictionary) -> np.ndarray:
    """A column in the unit of its field, NaN where it is empty."""
    cells = source.column(column.column, column.place)
    if column.field.enumeration:
        names = dictionary.enumerations[column.field.enumeration]
        return _named(source, column, cells, names)
    found = _numbers(source, column.column, cells)
    return found * units_for(column.field)[column.unit]


def _named(
    source: Source, column: ColumnMap, cells: list[Any], names: tuple[str, ...]
) -> np.ndarray:
    """Numbers of enumerated values that are given by name or by number."""
    known = {name: i for i, name in enumerate(names)}
    found = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        text = "" if cell is None else str(cell).strip()
        text = column.names.get(text, text)
        if text in EMPTY:
            continue
        number = known.get(text, _whole(text))
        if number is None or not 0 <= number < len(names):
            near = difflib.get_close_matches(text, names, n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}."
            told = f"{text!r} is no value of {column.field.name}. {hint}"
            raise source.fault(row, column.column, f"{told} `names` translates them")
        found[row] = number
    return found


def _whole(text: str) -> int | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else None


def _table(
    packet: Packet,
    t: np.ndarray,
    ground: np.ndarray,
    mine: dict[str, np.ndarray],
    note: Note,
) -> Table:
    known = np.stack([np.isfinite(v) for v in mine.values()])
    whole = [f.name for f in packet.fields if f.name in mine and f.type[0] in "ui"]
    rows = known.any(axis=0)
    for name in whole:
        without = rows & ~np.isfinite(mine[name])
        if without.any():
            note(f"{packet.name}: {without.sum()} rows without {name} left out")
            rows &= ~without
    order = np.flatnonzero(rows)
    order = order[np.argsort(t[order], kind="stable")]
    again = np.flatnonzero(np.diff(t[order]) == 0.0) + 1
    if len(again):
        note(f"{packet.name}: {len(again)} rows of a time that was there left out")
        order = np.delete(order, again)
    table = {"t_s": t[order], "ground_t_s": ground[order]}
    table["sequence_count"] = (np.arange(len(order)) % SEQUENCE).astype(np.uint16)
    for field in packet.fields:
        if field.name in mine:
            values = mine[field.name][order]
            table[field.name] = on_ground(field, _fitting(field, values, note))
        elif field.type[0] == "f":
            table[field.name] = np.full(len(order), np.nan, np.dtype(field.type))
        else:
            note(f"{packet.name}: no column is {field.name}, so the table has none")
    return table


def _fitting(field: Any, values: np.ndarray, note: Note) -> np.ndarray:
    """Numbers of the link; what its type does not hold is told."""
    numbers = on_link(field, values)
    error = np.abs(on_ground(field, numbers).astype(np.float64) - values)
    most = 0.51 * field.scale if field.scale else 1e-6 * np.abs(values) + 1e-30
    wrong = np.isfinite(values) & ~(error <= most)
    if wrong.any():
        note(f"{field.name}: {wrong.sum()} values do not fit its type {field.type}")
    return numbers
