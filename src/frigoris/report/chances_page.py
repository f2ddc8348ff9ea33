"""The page of the chances of a flight in progress, its picture, its numbers."""

import json
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from frigoris import __version__
from frigoris.report.chances_plots import drawing, picture
from frigoris.report.chances_text import HEAD, cells, state, verdict
from frigoris.report.figures import at_place
from frigoris.report.listing import plain
from frigoris.report.style import css_variables

NOTE = (
    "What the ground knows is the onboard estimate and how unsure of it the filter is, "
    "not the truth: a flight whose filter is wrong about itself has other chances than "
    "these. Saved: a first contact within the limits of the legs, or an orbit that "
    "does not come down. A command helps where the pairs of cases with and without it "
    "show more saved (McNemar, p below 0.05). Times are of the flight's clock."
)


def write_chances(result: dict[str, Any], folder: Path) -> Path:
    """Write `report.html`, `report.png` and `chances.json`; `OutputError` if not."""
    page = folder / "report.html"
    with at_place(page, "the chances"):
        page.write_text(_page(result), encoding="utf-8")
        picture(result, folder / "report.png")
        numbers = json.dumps(plain(result), indent=1, ensure_ascii=False)
        (folder / "chances.json").write_text(numbers + "\n", encoding="utf-8")
    return page


def _page(result: dict[str, Any]) -> str:
    title = escape(f"{result['mission']} – frigoris chances")
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    first, *rest = state(result)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            '<header><div class="over">frigoris chances</div>',
            f"<h1>{escape(result['mission'])}</h1>",
            f'<p class="lead">{escape(verdict(result))}</p>',
            *(f"<p>{escape(line)}</p>" for line in (first, *rest)),
            "</header>",
            '<figure role="img" aria-label="share saved by the moment of sending">'
            f"{drawing(result)}</figure>",
            _table(result),
            f"<footer><p>{escape(NOTE)}</p><p>frigoris {escape(__version__)}</p>"
            "</footer>\n</main>\n</body>\n</html>\n",
        ]
    )


def _table(result: dict[str, Any]) -> str:
    head = "".join(f"<th>{t}</th>" for t in HEAD)
    lines = []
    for row in result["commands"]:
        kind = "good" if row["last_t_s"] is not None else ""
        first, *rest = cells(row)
        told = f'<td class="{kind}">{escape(first)}</td>'
        lines.append(f"<tr>{told}{''.join(f'<td>{escape(c)}</td>' for c in rest)}</tr>")
    body = "\n".join(lines)
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
