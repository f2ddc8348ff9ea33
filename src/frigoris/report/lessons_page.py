"""The page of the lessons of a mission, its picture, and the numbers as a file."""

import json
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from frigoris import __version__
from frigoris.report.figures import at_place
from frigoris.report.lessons_plots import drawing, picture
from frigoris.report.lessons_text import HEAD, cells, harm, headline, saved, sign
from frigoris.report.listing import plain
from frigoris.report.style import css_variables

NOTE = (
    "Landed: at rest on its legs within the tilt at which it can work. Soft: the first "
    "contact within the limits of the legs; what the lander then stands on is the "
    "ground's doing. Intervals: exact, 95 %. Pairs won and lost: the same cases, draws "
    "and noise with and without the change (McNemar); coloured where p is below 0.05. "
    "Propellant: mean of the pairs that both land where nothing goes wrong."
)


def write_lessons(result: dict[str, Any], folder: Path) -> Path:
    """Write `report.html`, `report.png` and `lessons.json`; `OutputError` if not."""
    page = folder / "report.html"
    with at_place(page, "the lessons"):
        page.write_text(_page(result), encoding="utf-8")
        picture(result, folder / "report.png")
        numbers = json.dumps(plain(result), indent=1, ensure_ascii=False)
        (folder / "lessons.json").write_text(numbers + "\n", encoding="utf-8")
    return page


def _page(result: dict[str, Any]) -> str:
    title = escape(f"{result['mission']} – frigoris lessons")
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    twins = [r for r in result["changes"] if r.get("nothing_wrong")]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            '<header><div class="over">frigoris lessons</div>',
            f"<h1>{escape(result['mission'])}</h1>",
            f'<p class="lead">{escape(headline(result))} {escape(saved(result))}</p>',
            f"<p>{escape(harm(twins))}</p></header>" if twins else "</header>",
            '<figure role="img" aria-label="shares, contact speeds and costs of each '
            f'change">{drawing(result)}</figure>',
            _table(result),
            "<h2>What each is</h2>",
            _meanings(result),
            f"<footer><p>{escape(NOTE)}</p><p>frigoris {escape(__version__)}</p>"
            "</footer>\n</main>\n</body>\n</html>\n",
        ]
    )


def _table(result: dict[str, Any]) -> str:
    head = "".join(
        f'<th class="{"n" if i else ""}">{t}</th>' for i, t in enumerate(HEAD)
    )
    lines = []
    for row in result["changes"]:
        if row["applicable"]:
            kind = {"+": "good", "-": "bad"}.get(sign(row), "")
            first, *rest = cells(row)
            told = f'<td class="{kind}">{escape(first)}</td>'
            told += "".join(f'<td class="n">{escape(cell)}</td>' for cell in rest)
        else:
            told = f"<td>{escape(row['change'])}</td>"
            span = len(HEAD) - 1
            told += f'<td colspan="{span}">not applicable: {escape(row["reason"])}</td>'
        lines.append(f"<tr>{told}</tr>")
    body = "\n".join(lines)
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )


def _meanings(result: dict[str, Any]) -> str:
    told = [
        f"<dt>{escape(row['change'])}</dt><dd>{escape(row['text'])} "
        f"({escape(str(row['from_flight']))}, {row['year']}). "
        f"{escape(row['statement'])}</dd>"
        for row in result["changes"]
        if row["from_flight"]
    ]
    return f"<dl>{''.join(told)}</dl>"
