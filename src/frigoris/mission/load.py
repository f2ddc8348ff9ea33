"""Read a mission file: every fault in it at once, each with `file:line:col`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from frigoris.errors import MissionFileError, UnknownMissionError
from frigoris.mission.catalog import find
from frigoris.mission.check import cross_faults
from frigoris.mission.faults.library import checked
from frigoris.mission.own_module import place_module
from frigoris.mission.paths import nearest, section_of
from frigoris.mission.schema import Mission
from frigoris.mission.schema_base import Section
from frigoris.mission.source import (
    Finding,
    Location,
    Place,
    Source,
    dotted,
    read_source,
)
from frigoris.mission.tables import read_tables
from frigoris.mission.wording import shown, words
from frigoris.units import stem, suffix

EXTENDS_MAX = 8  # files in a chain of `extend`


def load_mission(mission: str | Path) -> Mission:
    """The mission of a catalogue name or path, validated.

    Raises UnknownMissionError, or MissionFileError with all faults of the file.
    """
    source = read_extended(find(mission))
    findings = list(source.findings)
    findings += [Finding(_place(source, at), text) for at, text in read_tables(source)]
    place_module(source)
    result = None
    try:
        result = Mission.model_validate(source.tree)
    except ValidationError as error:
        findings += _schema_findings(source, error.errors(include_url=False))
    own = source.values[()].file
    for at, text in cross_faults(source.tree):
        place = _place(source, at)
        # a variant need not keep to the ranges of the mission that it extends
        if at[0] != "engineering" or place.file == own:
            findings.append(Finding(place, text))
    if result is None or findings:
        raise MissionFileError(_together(findings))
    return checked(result)


def read_extended(path: Path, depth: int = 1) -> Source:
    """A file merged over what its key `extend` names, and so on: one, or several, each
    over those before it.

    Mappings are joined, everything else is replaced; `key: null` takes a key away.
    """
    source = read_source(path)
    if "extend" not in source.tree:
        return source
    told = source.tree.pop("extend")
    place = source.values[("extend",)]
    base = None
    for name in told if isinstance(told, list) and told else [told]:
        if depth >= EXTENDS_MAX:
            raise MissionFileError(
                f"{place}: extend = {shown(name)} is the {depth}th file of a chain; "
                "does a mission extend itself?"
            )
        try:
            part = read_extended(find(str(name), beside=path.parent), depth + 1)
        except UnknownMissionError as error:
            text = f"{place}: extend = {shown(name)}: {error}"
            raise MissionFileError(text) from None
        base = part if base is None else _merge(base, part)
    return source if base is None else _merge(base, source)


def _merge(base: Source, change: Source) -> Source:
    kept = dict(base.tree)
    replaced: set[Location] = set()
    _lay_over(kept, change.tree, (), replaced)

    def places(old: dict[Location, Place], new: dict[Location, Place]) -> Any:
        gone = {
            at for at in old if any(at[:n] in replaced for n in range(1, len(at) + 1))
        }
        return {at: p for at, p in old.items() if at not in gone} | new

    return Source(
        tree=kept,
        keys=places(base.keys, change.keys),
        values=places(base.values, change.values),
        findings=base.findings + change.findings,
    )


def _lay_over(
    base: dict[str, Any],
    change: Mapping[str, Any],
    at: Location,
    replaced: set[Location],
) -> None:
    for key, value in change.items():
        here = (*at, key)
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            base[key] = dict(base[key])
            _lay_over(base[key], value, here, replaced)
        elif value is None and key in base:
            del base[key]
            replaced.add(here)
        else:
            base[key] = value
            replaced.add(here)


def _together(findings: list[Finding]) -> str:
    """One line per fault in the order of the file, each once."""
    ordered = sorted(findings, key=lambda f: f.place)
    first: dict[tuple[Place, str], str] = {}
    for place, text in ordered:  # a value that fits neither kind of a union: once
        line = f"{place}: {_printable(text)}"
        first.setdefault((place, text.partition(" is not ")[0]), line)
    return "\n".join(first.values())


def _printable(text: str) -> str:
    """A key may hold line ends and worse."""
    return "".join(x if x.isprintable() else ascii(x)[1:-1] for x in text)


def _place(source: Source, at: Location, of_key: bool = False) -> Place:
    """Place of a value or key, or of the nearest thing around it."""
    if of_key and at in source.keys:
        return source.keys[at]
    while at not in source.values:
        at = at[:-1]
    return source.values[at]


def _schema_findings(source: Source, errors: list[Any]) -> list[Finding]:
    meant: set[Location] = set()  # keys that are there under a wrong name
    findings = []
    for error in errors:
        if error["type"] == "extra_forbidden":
            findings.append(_unknown_key(source, error["loc"], meant))
    for error in errors:
        at: Location = error["loc"]
        if error["type"] == "missing" and isinstance(at[-1], str):
            if at not in meant:
                findings.append(_missing(source, at))
        elif error["type"] != "extra_forbidden" and not _follows(error):
            findings.append(_wrong_value(source, error))
    return findings


def _follows(error: Any) -> bool:
    """Does it only repeat that items of a list are wrong: said already."""
    return bool(
        error["type"] == "too_short"
        and len(error["input"]) >= error["ctx"]["min_length"]
    )


def _unknown_key(source: Source, at: Location, meant: set[Location]) -> Finding:
    key, owner = str(at[-1]), _owner(source, at[:-1])
    kind = "section" if len(at) == 1 else "key"
    text = f"unknown {kind} {dotted(at)}."
    names = list(owner.model_fields) if owner else []
    near = nearest(key, names)
    if near is None:
        text += (
            f" Known here: {', '.join(names)}." if names else " Nothing is known here."
        )
    else:
        meant.add((*at[:-1], near))
        text += f" Did you mean {near}?"
        if stem(near) == stem(key) or suffix(key) != suffix(near):
            text += f" Its unit is {suffix(near)}." if suffix(near) else ""
    return Finding(_place(source, at, of_key=True), text)


def _missing(source: Source, at: Location) -> Finding:
    about = _meaning(_field(source, at))
    if len(at) == 1:
        text = f"section {dotted(at)} is missing{about}"
    else:
        text = f"{dotted(at)} is missing{about}"
    return Finding(_place(source, at[:-1], of_key=True), text)


def _wrong_value(source: Source, error: Any) -> Finding:
    """The pydantic location may go deeper than the file: unions, absent items."""
    at: Location = error["loc"]
    while at and at not in source.values:
        at = at[:-1]
    value: Any = source.tree
    for part in at:
        value = value[part]
    parameter = at[:-1] if at and isinstance(at[-1], int) else at
    text = words(error, _field(source, parameter))
    if isinstance(value, dict) and value:
        return Finding(_place(source, at, of_key=True), f"{dotted(at)}: {text}")
    return Finding(_place(source, at), f"{dotted(at)} = {shown(value)} {text}")


def _owner(source: Source, at: Location) -> type[Section] | None:
    """The section that stands at a location."""
    section: type[Section] | None = Mission
    for part in at:
        if section is None or (isinstance(part, str) and section_names(section, part)):
            field = section.model_fields[str(part)] if section else None
            section = section_of(field.annotation) if field else None
    return section


def section_names(section: type[Section], part: str) -> bool:
    """Is `part` a field of the section (else it is a name or number of an item)."""
    return part in section.model_fields


def _field(source: Source, at: Location) -> FieldInfo | None:
    owner = _owner(source, at[:-1]) if at else None
    return owner.model_fields.get(str(at[-1])) if owner else None


def _meaning(field: FieldInfo | None) -> str:
    return f" ({field.description})" if field and field.description else ""
