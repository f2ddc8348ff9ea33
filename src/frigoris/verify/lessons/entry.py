"""A lesson as data: where it comes from, what it changes, what must come of it.

Lessons stand in `lessons.yaml` beside this file; a file of one's own has the same form
(docs/lessons.md). Every fault of a file is told at once, each with `file:line:col`.
"""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_origin

from pydantic import ValidationError

from frigoris.errors import MissionFileError, UserError
from frigoris.mission.catalog import catalogue
from frigoris.mission.paths import did_you_mean, section_of
from frigoris.mission.schema import PARAMETERS, Mission
from frigoris.mission.schema_base import Number, Section, item, param
from frigoris.mission.source import (
    Finding,
    Location,
    Source,
    dotted,
    read_source,
)
from frigoris.mission.wording import words
from frigoris.onboard.names import LAWS

ANY = "*"  # in a path: every item of a list, or every entry
KINDS = {
    "load": "flight software and its data: nothing of the lander is another",
    "instrument": "another instrument, or a stronger one",
    "vehicle": "engines, tanks, structure",
}


class Edit(Section):
    """What is changed of a mission, and of which missions it can be."""

    set: dict[str, Any] = item("path: value", {})
    add: dict[str, Number] = item("path: number that is added", {})
    multiply: dict[str, Number] = item("path: factor", {})
    merge: dict[str, Any] = item("sections laid over those of the mission", {})
    healthy: tuple[str, ...] = item("beginnings of paths that faults leave alone", ())
    lacks: tuple[str, ...] = item("what the mission must not have yet", ())
    flies: tuple[str, ...] = item("laws, one of which some phase must fly by", ())


class Cost(Section):
    """What a lesson costs that is not counted in the flight."""

    mass_kg: Number = param(-1e4, 1e4, "of the lander, carried in its flights", 0.0)


class Check(Section):
    """What the lesson must do, so that it can be flown as a test."""

    mission: str = item("of the catalogue, with its faults", min_length=1)
    faults: tuple[str, ...] = item("which of them, as --fault has it; none: all", ())
    raises: Literal["landed", "soft", "slower"] = item(
        "what must become more, pair by pair: landings, soft contacts, slower contacts"
    )


class Lesson(Section):
    """One single change, and why."""

    change: str = item("what is changed, in words", min_length=1)
    kind: Literal["load", "instrument", "vehicle"] = item("what has to be changed")
    from_flight: str = item("the flight that taught it", min_length=1)
    year: int = item("of that flight", ge=1959, le=2100)
    statement: str = item("the lesson in a sentence or two", min_length=1)
    source: str = item("where to read of it", min_length=1)
    edit: Edit = item("of the mission file")
    cost: Cost = item("what it costs", Cost())
    check: Check = item("what must come of it")


class Lessons(Section):
    """A file of lessons, by their ids."""

    lessons: dict[str, Lesson] = item("by id", min_length=1)


def own_file() -> Path:
    """The lessons that come with the package."""
    return Path(str(files("frigoris"))) / "verify" / "lessons" / "lessons.yaml"


def load_lessons(path: Path | None = None) -> dict[str, Lesson]:
    """The lessons of a file by id, by default ours.

    Raises MissionFileError with everything that is wrong with it.
    """
    source = read_source(path or own_file())
    findings = list(source.findings)
    found: Lessons | None = None
    try:
        found = Lessons.model_validate(source.tree)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            findings.append(_finding(source, one))
    if found is not None:
        for name, lesson in found.lessons.items():
            findings += _cross(source, name, lesson)
    if found is None or findings:
        lines = [f"{f.place}: {f.text}" for f in sorted(findings)]
        raise MissionFileError("\n".join(dict.fromkeys(lines)))
    return dict(found.lessons)


def _finding(source: Source, error: Any) -> Finding:
    at: Location = error["loc"]
    if error["type"] == "extra_forbidden":
        known = list(_owner(at[:-1]).model_fields)
        hint = did_you_mean(str(at[-1]), known) or f" Known here: {', '.join(known)}."
        return Finding(_place(source, at, True), f"unknown key {dotted(at)}.{hint}")
    if error["type"] == "missing":
        return Finding(_place(source, at[:-1], True), f"{dotted(at)} is missing")
    return Finding(_place(source, at), f"{dotted(at)} {words(error, None)}")


def _owner(at: Location) -> type[Section]:
    """The section that stands at a place of a file of lessons."""
    if len(at) < 2:  # of the file itself, where only `lessons` can stand
        return Lessons
    inner = section_of(Lesson.model_fields[str(at[2])].annotation) if at[2:] else None
    return inner or Lesson


def _place(source: Source, at: Location, of_key: bool = False) -> Any:
    """Place of a value or key, or of the nearest thing around it."""
    if of_key and at in source.keys:
        return source.keys[at]
    while at not in source.values:
        at = at[:-1]
    return source.values[at]


def _cross(source: Source, name: str, lesson: Lesson) -> Iterator[Finding]:
    """What shows only when the parts are held together, or against the schema."""
    at: Location = ("lessons", name)
    edit = lesson.edit
    if not (edit.set or edit.add or edit.multiply or edit.merge or edit.healthy):
        text = f"{dotted(at)}.edit changes nothing: give it set, add, multiply or merge"
        yield Finding(_place(source, (*at, "edit"), True), text)
    for key in ("set", "add", "multiply"):
        for path in getattr(edit, key):
            wrong = unknown_path(path)
            if wrong:
                place = _place(source, (*at, "edit", key, path), True)
                yield Finding(place, f"lesson {name}: {wrong}")
    for key in ("lacks", "healthy"):
        for i, path in enumerate(getattr(edit, key)):
            wrong = unknown_path(path)
            if wrong:
                place = _place(source, (*at, "edit", key, i))
                yield Finding(place, f"lesson {name}: {wrong}")
    for i, law in enumerate(edit.flies):
        if law not in LAWS:
            text = f"lesson {name}: {law} is no guidance law.{did_you_mean(law, LAWS)}"
            yield Finding(_place(source, (*at, "edit", "flies", i)), text)
    if lesson.check.mission not in catalogue():
        text = (
            f"lesson {name}: its check flies {lesson.check.mission}, which is not in "
            f"the catalogue.{did_you_mean(lesson.check.mission, catalogue())}"
        )
        yield Finding(_place(source, (*at, "check", "mission")), text)


def unknown_path(path: str) -> str | None:
    """What is wrong with a path into a mission, whichever it is; None if nothing is."""
    owner: type[Section] | None = Mission
    known: list[str] = list(PARAMETERS)
    parts = path.split(".")
    i = 0
    while i < len(parts):
        if owner is None or parts[i] not in known:
            before = ".".join(parts[:i])
            hint = did_you_mean(parts[i], known) if owner else ""
            return f"a mission has no {before + '.' if before else ''}{parts[i]}.{hint}"
        annotation: Any = owner.model_fields[parts[i]].annotation
        owner = section_of(annotation)
        known = list(owner.model_fields) if owner else []
        # an item of a list or an entry has a name of its own
        i += 2 if get_origin(annotation) in (tuple, dict) and owner else 1
    return None


def choose(lessons: dict[str, Lesson], only: Sequence[str]) -> dict[str, Lesson]:
    """Those with the ids of `only`, all without any; `UserError` with the nearest."""
    for name in only:
        if name not in lessons:
            hint = did_you_mean(name, lessons)
            raise UserError(
                f"Unknown lesson {name!r}: there are {', '.join(lessons)}.{hint}"
            )
    return {k: v for k, v in lessons.items() if not only or k in only}
