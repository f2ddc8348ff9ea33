"""The tables of fields in the page about own flight software, written by `make docs`.

`python -m frigoris.flight.protocol_document PAGE` puts them into the page, each between
its two marks.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from frigoris.flight.protocol import (
    COMMANDED,
    HEADER,
    KINDS,
    MEASURED,
    REPORTED,
    VERSION,
    Field,
    layout,
)

# a lander with four legs and eight thrusters, and none of the other instruments
USUAL = {
    "legs": 4,
    "jets": 8,
    "radar": 0,
    "velocimeter": 0,
    "beams": 0,
    "camera": 0,
    "camera_3": 0,
}
OFTEN = {"camera_3": "3", "radar": "1", "velocimeter": "1", "camera": "1"}


def _fields(fields: Sequence[Field]) -> str:
    """One row for each field, with its offset in the payload of a usual lander."""
    offsets = {p["name"]: p["offset"] for p in layout(fields, USUAL).places()}
    rows = [
        f"| `{f.name}` | {f.unit} | {OFTEN.get(str(f.many), f.many)} "
        f"| {offsets.get(f.name, '')} | {f.about} |"
        for f in fields
    ]
    head = [
        "| field | unit | count | offset [bytes] | meaning |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows])


def _frame() -> str:
    rows = [
        ("u32", 0, f"length of the whole frame, these {HEADER.size} bytes included"),
        ("u16", 4, f"version of the protocol: {VERSION}"),
        ("u16", 6, "kind: " + ", ".join(f"{n} {name}" for name, n in KINDS.items())),
        ("u64", 8, "tick, counted from 0; an answer repeats it; 0 in hello and ready"),
    ]
    head = ["| type | offset | meaning |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {t} | {at} | {text} |" for t, at, text in rows)])


def tables() -> dict[str, str]:
    """The tables by the names of their marks."""
    return {
        "frame": _frame(),
        "measurements": _fields(MEASURED),
        "commands": _fields(COMMANDED + REPORTED),
    }


def renewed(page: str) -> str:
    """The page with its tables as they are now."""
    for name, table in tables().items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        page = before + begin + table + end + rest.partition(end)[2]
    return page


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
