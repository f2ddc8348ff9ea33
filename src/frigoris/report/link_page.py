"""The page of a link: budget, receivers, margin over time."""

from html import escape
from importlib.resources import files
from pathlib import Path

from frigoris import __version__
from frigoris.mission.link_study import HOURS, LinkStudy, link_study
from frigoris.report import link_plots as plots
from frigoris.report.figures import Figures, at_place, drawings, picture
from frigoris.report.link_text import budget_rows, heading, heard_rows, lines
from frigoris.report.style import css_variables

FIGURES: Figures = {
    "margin": ((plots.margin,), "margin of the link over time"),
    "elevation": ((plots.elevation,), "elevation at the stations over time"),
    "gain": ((plots.antenna,), "gain of the antenna in use over time"),
    "rate": ((plots.rate,), "rate of the downlink over time"),
    "pattern": ((plots.pattern,), "antenna patterns"),
    "delay": ((plots.delay,), "light time over time"),
}
NOTE = (
    "Powers and antennas that nobody published are engineering values. The budget is "
    "that of the first moment heard of a plan, and of the last one of a flight."
)


def link(
    what: str,
    *,
    sets: tuple[str, ...] = (),
    hours: float = HOURS,
    out: Path | None = None,
) -> tuple[LinkStudy, Path]:
    """The link of a mission or record, and its page in `out`, by default
    `runs/MISSION-link`. Raises `UserError`.
    """
    study = link_study(what, sets, hours)
    folder = out or Path("runs") / f"{study.mission.mission.name}-link"
    page = folder / "link.html"
    with at_place(page, "the page of the link"):
        page.write_text(_page(study), encoding="utf-8")
        title = f"{study.mission.mission.title}: link"
        picture(study, title, heading(study), folder / "link.png", FIGURES)
    return study, page


def _page(study: LinkStudy) -> str:
    title = escape(f"{study.mission.mission.title} – frigoris link")
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    drawn = "\n".join(
        f'<figure role="img" aria-label="{escape(FIGURES[name][1])}">{svg}</figure>'
        for name, svg in drawings(study, FIGURES).items()
    )
    others = lines(study)[1 + len(budget_rows(study)) :]
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            '<header><div class="over">frigoris link</div>',
            f"<h1>{escape(study.mission.mission.title)}</h1>",
            f'<p class="lead">{escape(heading(study))}</p></header>',
            f'<div class="figures">\n{drawn}\n</div>',
            "<h2>Budget</h2>",
            _table(budget_rows(study)),
            "<h2>Receivers, and when it is heard</h2>",
            _table(others or heard_rows(study)),
            f"<footer><p>{escape(NOTE)}</p><p>{escape(study.terrain.note)}</p>"
            f"<p>frigoris {escape(__version__)}</p></footer>",
            "</main>\n</body>\n</html>\n",
        ]
    )


def _table(rows: list[tuple[str, str]]) -> str:
    body = "\n".join(
        f'<tr><td>{escape(a)}</td><td class="n">{escape(b)}</td></tr>' for a, b in rows
    )
    return f'<div class="wide"><table><tbody>\n{body}\n</tbody></table></div>'
