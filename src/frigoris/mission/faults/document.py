"""The tables of docs/faults.md: `python -m frigoris.mission.faults.document PAGE`.

Each stands between two marks; `make docs` writes them again.
"""

import sys
from pathlib import Path
from typing import Any

from frigoris.flight.faults.names import FOREVER
from frigoris.mission.faults import triggers
from frigoris.mission.faults.declare import FaultClass, Parameter
from frigoris.mission.faults.kinds import KINDS, Kind
from frigoris.mission.faults.library import library


def flights(kind: FaultClass) -> str:
    """Flights that a class is known from, with their years."""
    told = (f"{name} ({year})" for name, year in kind.flights)
    return ", ".join(told) or "general"


def meaning(p: Parameter) -> str:
    """A parameter with what it may be and what it is unless it is told."""
    if p.is_word:
        options = ", ".join(p.words(None)) or "a name"
        return f"{options}; default {p.default}"
    default = "for good" if p.default == FOREVER else f"{p.default:g}"
    high = "any" if p.high == FOREVER else f"{p.high:g}"
    return f"{p.low:g} … {high}; default {default}"


def as_rows(kinds: dict[str, FaultClass]) -> list[dict[str, Any]]:
    """Classes as plain values."""
    return [
        {
            "class": k.name,
            "table": k.table,
            "text": k.text,
            "flights": [{"flight": f, "year": y} for f, y in k.flights],
            "kinds": list(k.kinds),
            "needs": list(k.needs),
            "parameters": [_parameter(p) for p in k.parameters],
            "trigger": dict(k.trigger),
        }
        for k in kinds.values()
    ]


def _parameter(p: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"name": p.name, "text": p.text, "default": p.default}
    if p.is_word:
        return told | {"among": list(p.words(None))}
    return told | {"low": p.low, "high": p.high}


def _classes() -> str:
    rows = ["| class | what happens | parameters | table | flights | kinds |"]
    rows.append("| --- | --- | --- | --- | --- | --- |")
    for k in library().values():
        told = "<br>".join(f"`{p.name}`: {p.text} ({meaning(p)})" for p in k.parameters)
        usual = ", ".join(f"`{key}={value:g}`" for key, value in k.trigger)
        if usual:
            told = "<br>".join(x for x in (told, f"unless told: {usual}") if x)
        needs = f"; needs {', '.join(k.needs)}" if k.needs else ""
        numbers = ", ".join(map(str, k.kinds))
        rows.append(
            f"| `{k.name}` | {k.text}{needs} | {told} | {k.table} | {flights(k)} "
            f"| {numbers} |"
        )
    return "\n".join(rows)


def _triggers() -> str:
    rows = ["| key | meaning |", "| --- | --- |"]
    rows += [f"| `{p.name}` | {p.text} ({meaning(p)}) |" for p in triggers.ALL]
    return "\n".join(rows)


def injected_by(kind: Kind) -> list[str]:
    """Classes that inject a kind."""
    return [k.name for k in library().values() if kind.number in k.kinds]


def _kinds() -> str:
    rows = ["| | kind | injected by | or set |", "| --- | --- | --- | --- |"]
    for kind in KINDS:
        classes = ", ".join(f"`{name}`" for name in injected_by(kind))
        paths = ", ".join(f"`{path}`" for path in kind.paths)
        rows.append(
            f"| {kind.number} | {kind.text} | {classes} | {paths or kind.missing} |"
        )
    return "\n".join(rows)


def tables() -> dict[str, str]:
    """The tables by the names of their marks."""
    return {"triggers": _triggers(), "classes": _classes(), "kinds": _kinds()}


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
