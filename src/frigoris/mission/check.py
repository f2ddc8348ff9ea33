"""Faults that show only when the parts of a mission are held together.

Works on the plain tree, so that they are found although another part is wrong too.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from frigoris.mission.check_dispersions import dispersion_faults
from frigoris.mission.check_lander import lander_faults
from frigoris.mission.check_sensors import sensor_faults
from frigoris.mission.faults.library import faults_of
from frigoris.mission.metrics import METRICS, RELIEF, split
from frigoris.mission.paths import (
    Parameter,
    checked,
    did_you_mean,
    fault_path,
    parameters,
    read,
)
from frigoris.mission.schema import FITTED_MAX, Mission
from frigoris.mission.schema_base import numbers
from frigoris.mission.source import Location
from frigoris.mission.wording import shown
from frigoris.units import FACTORS

OUTER = 0.1  # share of an engineering range, at each end, that counts as fitted
SOURCE_MARK = re.compile(r"\bS\d+\b")

Fault = tuple[Location, str]


def cross_faults(tree: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything that is wrong between the parts."""
    known = parameters(tree)
    faults = tree.get("faults")
    if isinstance(faults, Mapping) and RELIEF in faults:
        text = f"no fault may be named {RELIEF}: {RELIEF}_off/ stands for level ground"
        yield ("faults", RELIEF), text
    yield from _fault_values(tree, known)
    yield from _injections(tree)
    dispersed = _rows(tree, "dispersions")
    yield from dispersion_faults(dispersed, known, partial(_lookup, tree, known))
    yield from lander_faults(tree)
    yield from sensor_faults(tree)
    yield from _engineering(tree, known)
    yield from _published(tree)
    yield from _chain(tree)
    yield from _requirements(tree)
    yield from _fitted(tree, known)
    for section in ("published", "requirements"):
        yield from _doubled(tree, section)


def _rows(tree: Mapping[str, Any], section: str) -> Iterator[tuple[int, Any]]:
    rows = tree.get(section)
    for i, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, Mapping):
            yield i, row


def _sets(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    faults = tree.get("faults")
    for name, fault in (faults if isinstance(faults, Mapping) else {}).items():
        values = fault.get("set") if isinstance(fault, Mapping) else None
        for path, value in (values if isinstance(values, Mapping) else {}).items():
            yield name, path, value


def _fault_values(tree: Mapping[str, Any], known: dict[str, Parameter]) -> Any:
    for name, path, value in _sets(tree):
        at: Location = ("faults", name, "set", path)
        if path not in known:
            hint = did_you_mean(path, known)
            yield at, f"fault {name} sets the unknown parameter {path}.{hint}"
            continue
        wrong = checked(known[path], value)[1]
        if wrong:
            yield at, f"fault {name}: {path} = {shown(value)} {wrong}"


def _injections(tree: Mapping[str, Any]) -> Iterator[Fault]:
    faults = tree.get("faults")
    for name, fault in (faults if isinstance(faults, Mapping) else {}).items():
        told = fault.get("inject") if isinstance(fault, Mapping) else None
        for i, one in enumerate(told if isinstance(told, list) else []):
            for key, text in faults_of(one):
                at: Location = ("faults", name, "inject", i, *([key] if key else []))
                yield at, f"fault {name}: {key or 'what it injects'} {text}"


def _lookup(tree: Mapping[str, Any], known: dict[str, Parameter], path: Any) -> Any:
    """Value at a path of the tree, or a fault in words."""
    through = fault_path(str(path))
    if through:
        for name, inner, value in _sets(tree):
            if through == (name, inner):
                return value, None
        options = [f"faults.{name}.set.{inner}" for name, inner, _ in _sets(tree)]
        return None, f"no fault sets {path}.{did_you_mean(str(path), options)}"
    if path not in known:
        return None, f"unknown parameter {path}.{did_you_mean(str(path), known)}"
    value = tree
    for part in str(path).split("."):
        value = _step(value, part)
    if value is None:
        value = known[path].field.get_default()
    return value, None


def _step(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part)
    for i, entry in enumerate(value if isinstance(value, list) else []):
        if part == str(i) or (isinstance(entry, Mapping) and entry.get("name") == part):
            return entry
    return None


def _engineering(tree: Mapping[str, Any], known: dict[str, Parameter]) -> Any:
    for i, row in _rows(tree, "engineering"):
        path, low, high = row.get("path"), row.get("low"), row.get("high")
        if not isinstance(path, str):
            continue
        value, wrong = _lookup(tree, known, path)
        at: Location = ("engineering", i)
        if wrong:
            yield (*at, "path"), f"engineering: {wrong}"
            continue
        if path in known and checked(known[path], value)[1]:
            continue  # said already
        triples = within(value, low, high)
        if triples is None:
            yield at, f"engineering: low and high don't fit {path} = {shown(value)}"
        elif any(not a <= x <= b for x, a, b in triples):
            text = f"{path} = {shown(value)} is outside its declared range"
            yield at, f"{text} {shown(low)} … {shown(high)}"


def within(value: Any, low: Any, high: Any) -> list[tuple[float, float, float]] | None:
    """Each number of a value with its own interval; None if they don't fit."""
    x, a, b = (list(numbers(v)) for v in (value, low, high))
    a, b = (ends * len(x) if len(ends) == 1 else ends for ends in (a, b))
    fits = len(x) == len(a) == len(b) > 0
    return list(zip(x, a, b, strict=True)) if fits else None


def _published(tree: Mapping[str, Any]) -> Iterator[Fault]:
    sources = tree.get("sources")
    for i, row in _rows(tree, "published"):
        for mark in SOURCE_MARK.findall(str(row.get("source"))):
            if not isinstance(sources, Mapping) or mark not in sources:
                text = f"{row.get('id')}: source {mark} is not in sources"
                yield ("published", i, "source"), text
        for j, part in _rows(row, "parts"):
            at: Location = ("published", i, "parts", j)
            for key, wrong in _part(tree, part):
                yield (*at, key), f"{row.get('id')}: {wrong}"


def _chain(tree: Mapping[str, Any]) -> Iterator[Fault]:
    sources = tree.get("sources")
    for i, row in _rows(tree, "chain"):
        for mark in SOURCE_MARK.findall(str(row.get("source"))):
            if not isinstance(sources, Mapping) or mark not in sources:
                yield ("chain", i, "source"), f"chain: source {mark} is not in sources"
        for key, wrong in _part(tree, row):
            yield ("chain", i, key), f"chain: {wrong}"


def _part(tree: Mapping[str, Any], part: Mapping[str, Any]) -> Any:
    """What is wrong with metric and unit of one part of a row."""
    metric, unit = part.get("metric"), part.get("unit")
    if not isinstance(metric, str) or not isinstance(unit, str):
        return
    wrong = _metric(tree, metric)
    if wrong:
        yield "metric", wrong
    elif unit != METRICS[split(metric)[1]].unit:
        text = (
            f"unknown unit {unit}" if unit not in {*FACTORS, "yes"} else f"unit {unit}"
        )
        yield "unit", f"{text}: {metric} is in {METRICS[split(metric)[1]].unit}"


def _metric(tree: Mapping[str, Any], metric: str) -> str | None:
    """What is wrong with the name of a metric."""
    fault, name = split(metric)
    faults = tree.get("faults")
    known = list(faults) if isinstance(faults, Mapping) else []
    if name not in METRICS:
        hint = did_you_mean(name, METRICS) or " docs/mission-file.md lists them."
        return f"unknown metric {name}.{hint}"
    if fault and fault not in (*known, RELIEF):
        return f"{metric}: there is no fault {fault}.{did_you_mean(fault, known)}"
    return None


def _requirements(tree: Mapping[str, Any]) -> Iterator[Fault]:
    for i, row in _rows(tree, "requirements"):
        wrong = _metric(tree, str(row["metric"])) if "metric" in row else None
        if wrong:
            yield ("requirements", i, "metric"), f"{row.get('id')}: {wrong}"


def _doubled(tree: Mapping[str, Any], section: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, row in _rows(tree, section):
        name = str(row.get("id"))
        if name in seen:
            yield (section, i, "id"), f"{section}: the id {name} stands here twice"
        seen.add(name)


def _fitted(tree: Mapping[str, Any], known: dict[str, Parameter]) -> Any:
    rows = list(_rows(tree, "fitted"))
    published = {str(row.get("id")): row for _, row in _rows(tree, "published")}
    for i, row in rows:
        wrong = _lookup(tree, known, row.get("path"))[1]
        if wrong and "path" in row:
            yield ("fitted", i, "path"), f"fitted: {wrong}"
        if "observable" in row and row["observable"] not in published:
            text = f"fitted: no published row has the id {row['observable']}"
            yield ("fitted", i, "observable"), text
    counted = sum(row.get("grade") != "input" for row in published.values())
    if rows and len(rows) > counted - 2:
        text = f"fitted: {len(rows)} numbers, but {counted} observables allow"
        yield ("fitted",), f"{text} {max(counted - 2, 0)} at most"


class Edge(NamedTuple):
    """An engineering value so near the end of its range that it counts as fitted."""

    path: str
    value: Any
    low: Any
    high: Any


def edges(mission: Mission) -> list[Edge]:
    """Engineering values in the outer tenth of their range, fitted ones left out."""
    fitted = {row.path for row in mission.fitted}
    found = []
    for row in mission.engineering:
        try:
            value = read(mission, row.path)
        except KeyError:  # a variant without what its base has
            continue
        triples = within(value, row.low, row.high) or []
        inner = [min(x - a, b - x) / (b - a) for x, a, b in triples if a < b]
        # a variant may leave the range of its base: it is another lander then
        if row.path not in fitted and any(0.0 <= share < OUTER for share in inner):
            found.append(Edge(row.path, value, row.low, row.high))
    return found


def over_fitted(mission: Mission) -> bool:
    """More numbers count as fitted than a flight may have."""
    counted = sum(row.grade != "input" for row in mission.published)
    limit = min(FITTED_MAX, max(counted - 2, 0))
    return len(mission.fitted) + len(edges(mission)) > limit
