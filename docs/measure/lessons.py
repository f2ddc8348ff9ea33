"""The tables of `docs/lessons.md`: every lesson on both HAKUTO-R missions.

`.venv/bin/python docs/measure/lessons.py [N] [FOLDER]`: N cases of each change (500),
the campaigns in FOLDER (`runs`), where those that are there are not flown again, nor
a study whose `lessons.json` is there.
Mission 2 also flies where nothing goes wrong; Mission 1 does not, since that would be
other ground: 13 more campaigns by programs of their own.
"""

import json
import re
import sys
from pathlib import Path

from frigoris import runtime

runtime.prepare()

from frigoris import verbs  # noqa: E402
from frigoris.report import lessons_text as text  # noqa: E402
from frigoris.report.lessons_page import write_lessons  # noqa: E402

PAGE = Path(__file__).parents[1] / "lessons.md"
MISSIONS = ("hakuto-r-m2", "hakuto-r-m1")
TWINS = {"hakuto-r-m2": True, "hakuto-r-m1": False}
FIGURES = {"hakuto-r-m2": PAGE.parent / "figures" / "lessons-m2.png"}


def said(name, place, campaigns, done, cases, rate):
    """One line for each campaign."""
    if done == cases:
        print(f"{place} of {campaigns}: {name}", file=sys.stderr, flush=True)


def tabled(result):
    """The table of one mission, what did not apply, and what it comes to."""
    lines = [f"`frigoris lessons {result['mission']} -n {result['cases']}`:", ""]
    lines += ["| " + " | ".join(text.HEAD) + " |", "|---" * len(text.HEAD) + "|"]
    for row in result["changes"]:
        if row["applicable"]:
            lines.append("| " + " | ".join(text.cells(row)) + " |")
    lines.append("")
    for row in result["changes"]:
        if not row["applicable"]:
            lines.append(f"- `{row['change']}` is not applicable: {row['reason']}.")
    twins = [r for r in result["changes"] if r.get("nothing_wrong")]
    if twins:
        lines += ["", text.harm(twins)]
    checks = [r for r in result["changes"] if r["check"]]
    told = ", ".join(f"`{r['change']}` {r['check']['verdict']}" for r in checks)
    return "\n".join(
        [*lines, "", f"Checks of the lessons: {told}.", "", text.saved(result)]
    )


def put(name, body):
    """The text between the marks of a mission in the page."""
    page = PAGE.read_text(encoding="utf-8")
    start, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    assert pattern.search(page), f"{PAGE} has no place for {name}"
    page = pattern.sub(lambda _: f"{start}\n{body}\n\n{end}", page)
    PAGE.write_text(page, encoding="utf-8")


def found(name, count, out):
    """The study of a mission: as it was told, or flown as far as it is not."""
    told = out / "lessons.json"
    if told.exists():
        return json.loads(told.read_text(encoding="utf-8"))
    result, _ = verbs.lessons(
        name, count, twins=TWINS[name], resume=True, out=out, progress=said
    )
    return result


def main():
    """Fly what is missing and write the tables."""
    count = int(sys.argv[1]) if sys.argv[1:] else 500
    folder = Path(sys.argv[2] if sys.argv[2:] else "runs")
    for name in MISSIONS:
        out = folder / f"{name}-lessons-n{count}"
        result = found(name, count, out)
        write_lessons(result, out)
        if name in FIGURES:
            FIGURES[name].write_bytes((out / "report.png").read_bytes())
        put(name, tabled(result))


if __name__ == "__main__":
    main()
