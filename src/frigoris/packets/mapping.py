"""The mapping of foreign telemetry: which column is which channel, in which unit.

A small YAML file. Every fault in it is found at once, each with `file:line:col` and the
nearest valid name.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from frigoris.errors import UserError
from frigoris.moon.time import parse_utc
from frigoris.packets.dictionary import Dictionary, Field, Packet
from frigoris.packets.foreign_units import TIME_UNITS, UTC, units_for

KEYS = ("epoch_utc", "separator", "time", "ground_time", "columns")
COLUMN_KEYS = ("column", "unit", "channel", "names")
TIME_KEYS = ("column", "unit")
HELP = "docs/export.md shows a mapping file."


@dataclass(frozen=True)
class TimeColumn:
    """A column of times: a unit of time, or `utc` for moments."""

    column: str
    unit: str


@dataclass(frozen=True)
class ColumnMap:
    """One foreign column and the field that it becomes."""

    column: str
    unit: str  # empty for pure numbers and names
    packet: Packet
    field: Field
    names: dict[str, str]  # foreign name of an enumerated value -> ours
    place: str  # file:line:col, for what is found out later


@dataclass(frozen=True)
class Mapping:
    """A whole mapping file."""

    path: Path
    epoch_utc: str
    separator: str
    time: TimeColumn | None
    ground_time: TimeColumn | None
    columns: tuple[ColumnMap, ...]


@dataclass
class _Reader:
    path: Path
    dictionary: Dictionary
    findings: list[tuple[int, int, str]] = field(default_factory=list)

    def fault(self, owner: Any, key: Any, text: str, of_key: bool = False) -> None:
        """Note a fault at the value of a key, or at the key."""
        line, column = _place(owner, key, of_key)
        self.findings.append((line, column, text))


def _place(owner: Any, key: Any, of_key: bool = False) -> tuple[int, int]:
    """Line and column from 1; those of the owner where there is no such key."""
    try:
        at = owner.lc.key(key) if of_key else owner.lc.value(key)
    except (AttributeError, LookupError, TypeError):
        try:
            at = owner.lc.item(key)
        except (AttributeError, LookupError, TypeError):
            at = (getattr(owner.lc, "line", 0), getattr(owner.lc, "col", 0))
    return at[0] + 1, at[1] + 1


def read_mapping(path: Path, dictionary: Dictionary) -> Mapping:
    """The mapping of a file. Raises `UserError` with all of its faults."""
    tree = _load(path)
    reader = _Reader(path, dictionary)
    for key in tree:
        if key not in KEYS:
            text = f"unknown key {key}. {_near(str(key), KEYS)}"
            reader.fault(tree, key, text, of_key=True)
    epoch = _epoch(reader, tree)
    separator = str(tree.get("separator", ","))
    if len(separator) != 1:
        text = f"separator = {separator!r} is not one character"
        reader.fault(tree, "separator", text)
    time, ground = (_time(reader, tree, key) for key in ("time", "ground_time"))
    columns = _columns(reader, tree)
    units = {t.unit for t in (time, ground) if t is not None}
    if columns and not epoch and units - {UTC}:
        text = "epoch_utc is missing: the moment at which the times are 0"
        reader.findings.append((1, 1, text))
    if reader.findings:
        lines = [f"{path}:{a}:{b}: {text}" for a, b, text in sorted(reader.findings)]
        raise UserError("\n".join(lines))
    return Mapping(path, epoch, separator, time, ground, columns)


def _load(path: Path) -> Any:
    try:
        tree = YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(
            f"Cannot read the mapping {path}: {error.strerror}. {HELP}"
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        problem = error.problem or error.context or "syntax error"
        raise UserError(f"{path}{place}: is not YAML: {problem}. {HELP}") from None
    except (YAMLError, ValueError, RecursionError) as error:
        first = (str(error).splitlines() or ["it is nested too deeply"])[0]
        raise UserError(f"{path}:1:1: is not YAML: {first}. {HELP}") from None
    if not hasattr(tree, "lc") or not isinstance(tree, dict):
        raise UserError(
            f"{path}:1:1: is not a mapping of {', '.join(KEYS)}. {HELP}"
        ) from None
    return tree


def _near(word: str, known: Iterable[str]) -> str:
    """The nearest valid name as a question, or all of them."""
    options = list(known)
    lower = {o.lower(): o for o in options}
    found = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    if found:
        return f"Did you mean {lower[found[0]]}?"
    return f"Known here: {', '.join(options) or 'none'}."


def _epoch(reader: _Reader, tree: Any) -> str:
    value = tree.get("epoch_utc")
    if value is None:
        return ""
    if isinstance(value, datetime):  # YAML knows moments; without a zone they are UTC
        value = f"{value:%Y-%m-%dT%H:%M:%S.%f}Z"
    try:
        parse_utc(str(value))
    except UserError:
        text = f"epoch_utc = {value} is no UTC: write it as 2025-06-05T19:17:00Z"
        reader.fault(tree, "epoch_utc", text)
    return str(value)


def _time(reader: _Reader, tree: Any, key: str) -> TimeColumn | None:
    node = tree.get(key)
    if node is None:
        if key == "time" and "columns" in tree:
            text = "time is missing: {column: NAME, unit: s} of the time onboard"
            reader.findings.append((1, 1, text))
        return None
    if not isinstance(node, dict) or "column" not in node:
        reader.fault(tree, key, f"{key} is not of the form {{column: NAME, unit: s}}")
        return None
    _known_keys(reader, node, TIME_KEYS)
    unit = str(node.get("unit", "s"))
    if unit not in TIME_UNITS:
        text = f"unknown unit {unit} of times. {_near(unit, TIME_UNITS)}"
        reader.fault(node, "unit", text)
    return TimeColumn(str(node["column"]), unit)


def _known_keys(reader: _Reader, node: Any, known: tuple[str, ...]) -> None:
    for key in node:
        if key not in known:
            text = f"unknown key {key}. {_near(str(key), known)}"
            reader.fault(node, key, text, of_key=True)


def _columns(reader: _Reader, tree: Any) -> tuple[ColumnMap, ...]:
    nodes = tree.get("columns")
    if nodes is None:
        return ()
    if not isinstance(nodes, list) or not nodes:
        reader.fault(tree, "columns", "columns is not a list of columns")
        return ()
    found = []
    taken: dict[str, int] = {}
    for index, node in enumerate(nodes):
        if not isinstance(node, dict):
            text = "is not of the form {column: NAME, unit: m, channel: PACKET.FIELD}"
            reader.fault(nodes, index, text)
            continue
        _known_keys(reader, node, COLUMN_KEYS)
        missing = [key for key in ("column", "channel") if node.get(key) is None]
        for key in missing:
            reader.fault(nodes, index, f"{key} is missing")
        if missing:
            continue
        channel = str(node["channel"])
        if channel in taken:
            line = taken[channel]
            text = f"channel {channel} has a column already, in line {line}"
            reader.fault(node, "channel", text)
        else:
            taken[channel] = _place(node, "channel")[0]
            found.append(_column(reader, node, channel))
    return tuple(column for column in found if column is not None)


def _column(reader: _Reader, node: Any, channel: str) -> ColumnMap | None:
    known = {
        f"{p.name}.{f.name}": (p, f)
        for p in reader.dictionary.packets
        for f in p.fields
    }
    if channel not in known:
        # a field without its packet is the likeliest mistake
        ends = [name for name in known if name.partition(".")[2] == channel]
        text = f"unknown channel {channel}. {_near(channel, ends or known)}"
        reader.fault(node, "channel", text)
        return None
    packet, ours = known[channel]
    unit = "" if node.get("unit") is None else str(node["unit"])
    units = units_for(ours)
    if unit not in units:
        what = f"unknown unit {unit}" if unit else "no unit"
        text = f"{what} for {channel}, which is in {ours.unit or 'no unit'}."
        reader.fault(node, "unit", f"{text} {_near(unit, filter(None, units))}")
        return None
    names = _names(reader, node, ours)
    line, column = _place(node, "column")
    place = f"{reader.path}:{line}:{column}"
    return ColumnMap(str(node["column"]), unit, packet, ours, names, place)


def _names(reader: _Reader, node: Any, ours: Field) -> dict[str, str]:
    names = node.get("names")
    if names is None:
        return {}
    if not ours.enumeration or not isinstance(names, dict):
        reader.fault(node, "names", f"names: {ours.name} is not an enumeration")
        return {}
    known = reader.dictionary.enumerations[ours.enumeration]
    for name, value in names.items():
        if str(value) not in known:
            text = f"unknown value {value} of {ours.name}. {_near(str(value), known)}"
            reader.fault(names, name, text)
    return {str(name): str(value) for name, value in names.items()}
