"""The report of a descent design: a page, a picture, and the trajectory as a table."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from importlib.resources import files
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np

from frigoris import __version__
from frigoris.errors import OutputError
from frigoris.mission.design import Design, Table
from frigoris.phases import PHASES
from frigoris.report import design_text, text
from frigoris.report.design_plots import FIGURES
from frigoris.report.figures import drawings, picture
from frigoris.report.style import css_variables

TABLES = (design_text.points, design_text.budget, design_text.phases)
DIGITS = 6  # behind the point in the table of the trajectory


def write_design(d: Design, folder: Path) -> dict[str, str]:
    """Write page, picture and trajectory; gives their paths. `OutputError`."""
    places = {
        "page": folder / "report.html",
        "picture": folder / "report.png",
        "trajectory": folder / "trajectory.csv",
    }
    with _writing(folder):
        places["page"].write_text(page(d, drawings(d, FIGURES)), encoding="utf-8")
        picture(d, design_text.heading(d.facts), lead(d), places["picture"], FIGURES)
        places["trajectory"].write_text(as_csv(d.table), encoding="utf-8")
    return {name: str(path) for name, path in places.items()}


def check_folder(folder: Path) -> None:
    """Make the folder and see that it can be written, before work is spent on it."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"Cannot write the design of this descent to {folder}: "
            f"{error.strerror or error}. Give --out a folder that can be written."
        ) from None


def as_csv(table: Table) -> str:
    """The trajectory for any other tool; phases by name, empty where there is none."""
    stream = StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(table)
    for values in zip(*table.values(), strict=True):
        rows.writerow(
            PHASES[int(x)] if name == "phase" else _cell(float(x))
            for name, x in zip(table, values, strict=True)
        )
    return stream.getvalue()


def _cell(value: float) -> str:
    return f"{value:.{DIGITS}f}" if np.isfinite(value) else ""


def lead(d: Design) -> str:
    """The answer in one line."""
    t = d.facts["totals"]
    ends = [] if d.facts["lands"] else ["DOES NOT LAND"]
    return "  ·  ".join(
        [
            *ends,
            f"delta-v {text.quantity(t['dv_m_s'], 'm_s')}",
            f"{text.quantity(t['propellant_used_kg'], 'kg')} of propellant",
            f"{text.quantity(t['over_floor_m_s'], 'm_s', 3)} over the floor",
            f"{design_text.margin_words(d.facts)}: "
            f"{text.quantity(t['propellant_left_kg'], 'kg', 3)}, "
            f"{text.quantity(t['dv_left_m_s'], 'm_s', 3)}",
        ]
    )


def page(d: Design, figures: dict[str, str]) -> str:
    """The whole page."""
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    title = escape(design_text.heading(d.facts))
    told = [f"<p>{escape(s)}</p>" for s in design_text.sentences(d.facts)]
    if not d.facts["lands"]:
        told[0] = told[0].replace("<p>", '<p class="notice bad">', 1)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title} – frigoris design</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            f'<header><div class="over">frigoris descent design · '
            f"{escape(d.facts['site'])}</div>\n<h1>{title}</h1>",
            f'<div class="cards">{"".join(_cards(d))}</div></header>',
            *told,
            "<h2>The descent in pictures</h2>",
            _figures(figures),
            *(_table(*make(d.facts)) for make in TABLES),
            _footer(d),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _cards(d: Design) -> Iterator[str]:
    t = d.facts["totals"]
    kind = "good" if t["propellant_left_kg"] >= 0.0 else "bad"
    for value, unit, words, mark in (
        (t["dv_m_s"], "m_s", "delta-v, deorbit burn included", ""),
        (t["propellant_used_kg"], "kg", "of propellant", ""),
        (t["propellant_left_kg"], "kg", "left at contact", kind),
        (t["dv_left_m_s"], "m_s", "margin in delta-v", kind),
        (t["over_floor_m_s"], "m_s", "over the floor", ""),
        (t["over_optimum_m_s"], "m_s", "over the best single burn", ""),
    ):
        shown = escape(text.quantity(value, unit, 4 if value >= 1e3 else 3))
        yield (
            f'<div class="card"><b class="{mark}">{shown}</b>'
            f"<span>{escape(words)}</span></div>"
        )


def _figures(figures: dict[str, str]) -> str:
    drawn = [
        f'<figure role="img" aria-label="{escape(FIGURES[name][1])}">{svg}</figure>'
        for name, svg in figures.items()
    ]
    return '<div class="figures">\n' + "\n".join(drawn) + "\n</div>"


def _table(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(
        f'<th class="{"n" if k else ""}">{escape(c)}</th>'
        for k, c in enumerate(columns)
    )
    classes = {k: "n" for k in range(1, len(columns))}
    shown = [f"<tr>{text.cells(*row, classes=classes)}</tr>" for row in rows]
    shown[-1] = shown[-1].replace("<tr>", '<tr class="end">', 1)
    body = "\n".join(shown)
    return (
        f'<h2>{escape(title)}</h2>\n<div class="wide"><table><thead><tr>{head}</tr>'
        f"</thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _footer(d: Design) -> str:
    return (
        "<footer><p>Altitudes are above the planned site, distances along the "
        "approach, speeds over the ground. The trajectory is that of a point mass "
        "under the mission's own guidance: no errors of navigation, no attitude "
        "thrusters, valves or slosh. Against gravity is the part of the delta-v that "
        "carries the lander, across the way the part that does not point against its "
        "velocity; with the speed taken off they make up the whole.</p>"
        f"<p>{escape(d.facts['terrain'])}; {escape(d.facts['gravity'])}</p>"
        f"<p>frigoris {escape(__version__)}</p></footer>"
    )
