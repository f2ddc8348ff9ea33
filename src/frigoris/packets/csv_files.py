"""Telemetry as CSV: a folder with one file per packet, and one about the fields."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from frigoris.packets.dictionary import Dictionary, Field, Packet
from frigoris.packets.sample import Table

FIELDS = "fields.csv"
ABOUT = ("packet", "field", "unit", "type", "low", "high", "enumeration", "meaning")


def write_csv(
    folder: Path, tables: dict[str, Table], dictionary: Dictionary
) -> dict[str, int]:
    """Write into a folder that exists; rows by packet.

    Enumerated values are their names; what is no number is an empty cell. Numbers are
    written with as many digits as their type needs to come back the same.
    """
    counts = {}
    for packet in dictionary.packets:
        table = tables.get(packet.name)
        if table is not None:
            columns = [_cells(dictionary, packet, n, v) for n, v in table.items()]
            path = folder / f"{packet.name}.csv"
            _write(path, list(table), list(zip(*columns, strict=True)))
            counts[packet.name] = len(table["t_s"])
    rows = [
        (p.name, f.name, f.unit, f.type, *map(_text, (f.low, f.high)), *_meaning(f))
        for p in dictionary.packets
        if p.name in tables
        for f in p.fields
    ]
    _write(folder / FIELDS, list(ABOUT), rows)
    return counts


def _meaning(field: Field) -> tuple[str, str]:
    return field.enumeration, field.text


def _write(path: Path, head: list[str], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(head)
        writer.writerows(rows)


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _cells(
    dictionary: Dictionary, packet: Packet, name: str, values: np.ndarray
) -> list[str]:
    field = next((f for f in packet.fields if f.name == name), None)
    if field is not None and field.enumeration:
        names = dictionary.enumerations[field.enumeration]
        known = dict(enumerate(names))
        return [known.get(v, str(v)) for v in values.tolist()]
    if values.dtype.kind != "f":
        return [str(v) for v in values.tolist()]
    return [str(v) if v == v else "" for v in values]
