"""The mission file explained, written from the schema: `make docs`.

`python -m frigoris.mission.document` prints docs/mission-file.md.
"""

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from frigoris.mission.metrics import METRICS
from frigoris.mission.paths import section_of
from frigoris.mission.schema import Mission
from frigoris.mission.schema_base import Section, bounds, unit_text
from frigoris.units import suffix

HEAD = """\
# The mission file

<!-- Written by `make docs` from src/frigoris/mission/schema*.py: change it there. -->

A mission is YAML 1.2. The last part of each key is its unit. Unknown keys, values out
of range and wrong units are refused, all of a file at once, each with file, line and
column: `frigoris check FILE`. A file may begin with `extend: NAME` (a catalogue name or
a path beside it): then it holds only what differs; `key: null` takes a key away.
`extend: [A, B]` lays B over A first; B may be a part of a mission only.

Paths, as `--set`, `faults`, `dispersions` and `engineering` use them, are the keys
joined by dots: `sensors.laser.efficiency_ratio`. An item of a list goes by its name or
number: `lander.engines.main.isp_s`.

What stands under `faults` is what really differed from the plan; the flight software
is loaded without it. All faults fly unless `--nominal` takes them away; `--fault NAME`
flies only those named, `--fault NAME:KEY=VALUE` changes what one sets and leaves the
others.

What is marked `needed` has no default. `3 x` is a list of three numbers.

For an editor that completes and checks while you type, the JSON Schema of the file:
`.venv/bin/python -m frigoris.mission.json_schema > mission.schema.json`.
"""

METRIC_HEAD = """\
## Metrics

What `published` and `requirements` may judge. A yes/no metric has unit `yes`, and 1 is
yes. `FAULT_off/METRIC` is taken from the same flight with that fault taken away,
`relief_off/METRIC` from the same flight over the map `level`.

| metric | unit | meaning |
| --- | --- | --- |"""

TABLE = """\
| key | unit | allowed | default | meaning |
| --- | --- | --- | --- | --- |"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, field in Mission.model_fields.items():
        parts.append("\n".join(_section(name, field)))
    rows = [f"| `{n}` | {unit_text(m.unit)} | {m.about} |" for n, m in METRICS.items()]
    return "\n".join([*parts, METRIC_HEAD, *rows, ""])


def _section(name: str, field: FieldInfo) -> Iterator[str]:
    need = "needed" if field.is_required() else "may be left out"
    yield f"## `{name}`\n\n{_capital(field.description)}; {need}.\n"
    inner = section_of(field.annotation)
    if inner is None:
        return
    rows = list(_rows(inner, ""))
    if rows:
        yield TABLE
        yield from rows
        yield ""


def _rows(owner: type[Section], before: str) -> Iterator[str]:
    for name, field in owner.model_fields.items():
        inner = section_of(field.annotation)
        if inner is None:
            yield _row(before + name, name, field)
        else:
            text = str(field.annotation)
            many = "[]" if "tuple" in text else ".*" if "dict" in text else ""
            yield from _rows(inner, f"{before}{name}{many}.")


def _row(path: str, name: str, field: FieldInfo) -> str:
    unit = unit_text(suffix(name))
    cells = [
        f"`{path}`",
        unit,
        _allowed(field),
        _default(field),
        str(field.description),
    ]
    return f"| {' | '.join(cells)} |"


def _allowed(field: FieldInfo) -> str:
    text = str(field.annotation)
    limits = bounds(field)
    if limits is None:
        return _kind(field)
    low, high = (f"{limit:.12g}" for limit in limits)
    count = "3 x " if text.count("float") == 3 else ""
    whole = "whole, " if field.annotation is int else ""
    return f"{count}{whole}{low} … {high}"


def _kind(field: FieldInfo) -> str:
    text = str(field.annotation)
    if "Literal" in text:
        options = text.partition("Literal[")[2].partition("]")[0].replace("'", "")
        among = ", ".join(f"`{option.strip()}`" for option in options.split(","))
        return f"any of {among}" if text.startswith("tuple") else among
    if "dict" in text:
        return "mapping"
    if "float" in text:
        return "number"
    return "text"


def _one(value: object) -> str:
    return f"{value:g}" if isinstance(value, float | int) else str(value)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    value: Any = field.get_default()
    if value is None:
        return "none"
    if isinstance(value, tuple):
        return f"[{', '.join(_one(x) for x in value)}]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _capital(text: str | None) -> str:
    return (text or "")[:1].upper() + (text or "")[1:]


if __name__ == "__main__":
    print(page(), end="")
