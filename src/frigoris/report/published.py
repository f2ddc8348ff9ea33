"""What a real flight showed beside what this one shows: rows, verdicts, sources."""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from frigoris.report import text

Row = dict[str, Any]

MARK = re.compile(r"\bS\d+\b")  # of a source, in the text of a row
SIGN = {"met": "✓ ", "missed": "✗ "}
COLUMNS = (
    *(("", ""), ("id", ""), ("published observable", "")),
    *(("simulated", "n"), ("meets", "n"), ("grade", ""), ("source", "")),
)


def verdict(row: Row) -> tuple[str, str]:
    """What to say of a row, and its class; only met and missed rows are counted."""
    if row["grade"] == "input":
        return "input", "muted"
    if not row.get("judged", True):
        return "not judged", "muted"
    return ("met", "good") if row["met"] else ("missed", "bad")


def score(rows: Iterable[Row]) -> str:
    """How many rows are met of those that count, and how many could not be judged."""
    words = [verdict(row)[0] for row in rows]
    met, missed = words.count("met"), words.count("missed")
    unjudged = words.count("not judged")
    aside = f", {unjudged} not judged" if unjudged else ""
    return f"{met} of {met + missed} met{aside}"


def section(rows: list[Row], sources: dict[str, str]) -> str:
    """The table of the page with its heading, and where its sources are read."""
    if not rows:
        return ""
    head = "".join(f'<th class="{kind}">{name}</th>' for name, kind in COLUMNS)
    body = "\n".join(_row(row) for row in rows)
    return (
        f"<h2>Published observables: {score(rows)}</h2>\n"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>\n{_sources(rows, sources)}"
    )


def _row(row: Row) -> str:
    parts = row["parts"]
    values = "<br>".join(escape(text.quantity(p["value"], p["unit"])) for p in parts)
    needed = "<br>".join(escape(text.interval(p)) for p in parts)
    words, kind = verdict(row)
    dim = "input" if kind == "muted" else escape(row["grade"])
    return (
        f'<tr class="{dim}"><td class="t {kind}">{SIGN.get(words, "")}{words}</td>'
        f"{text.cells(row['id'], row['observable'], classes={0: 't'})}"
        f'<td class="n">{values}</td><td class="n">{needed}</td>'
        f"{text.cells(row['grade'], row.get('source', ''))}</tr>"
    )


def _sources(rows: list[Row], sources: dict[str, str]) -> str:
    """The marks of the table and what they stand for, folded away."""
    used = {mark for row in rows for mark in MARK.findall(row.get("source", ""))}
    known = [mark for mark in sources if mark in used]
    if not known:
        return ""
    items = "\n".join(
        f"<dt>{escape(mark)}</dt><dd>{escape(sources[mark])}</dd>" for mark in known
    )
    return f"<details><summary>Sources</summary><dl>\n{items}\n</dl></details>"
