"""The page of a sheet of margins, and its picture."""

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np

from frigoris import __version__
from frigoris.flight.slices import Progress
from frigoris.mission.cases import SEED
from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission
from frigoris.report import margins_plots as plots
from frigoris.report import text
from frigoris.report.figures import Figures, at_place, drawings, picture
from frigoris.report.margins_text import HEAD, LOOP_WORDS, budget_rows, verdict
from frigoris.report.style import css_variables
from frigoris.verify.linear import Margins
from frigoris.verify.margins import Sheet, margin_sheet

FIGURES: Figures = {
    "gains": ((plots.gains,), "gain margin of each loop along the descent"),
    "angles": ((plots.angles,), "phase margin of each loop along the descent"),
    "liquid": ((plots.liquid,), "frequency of the slosh against the crossover"),
    "bode": ((plots.bode,), "gain of the worst loop over frequency"),
    "nyquist": ((plots.nyquist,), "the worst loop around minus one"),
    "budget": ((plots.budget,), "velocity spent and propellant left by phase"),
}
FIGURES_ALONE = {"budget": FIGURES["budget"]}  # where no loop was looked at
NOTE = (
    "Loops are one tick of the flight's code linearised by automatic differentiation, "
    "cut at one place with the others closed; modulators are gains of one, and no "
    "limit is active. Altitude is at the end of a phase: sigma as the filter has it, "
    "and the true error; thrust left is the least in the phase."
)


def margins(
    mission: str | Path,
    *,
    sets: Sequence[str] = (),
    seed: int | None = None,
    terrain: str | None = None,
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Sheet, Path]:
    """Budgets of a mission without its faults and margins of its loops, and the page.

    The page and its picture go to the folder `out`, by default `runs/MISSION-margins`.
    Raises `UserError`.
    """
    loaded = set_values(load_mission(mission), sets)
    folder = out or Path("runs") / f"{loaded.mission.name}-margins"
    with at_place(folder / "margins.html", "the sheet of margins"):
        pass  # found now, not after the work
    chosen = SEED if seed is None else seed
    sheet = margin_sheet(loaded, terrain=terrain, seed=chosen, progress=progress)
    return sheet, write_margins(sheet, folder)


def write_margins(sheet: Sheet, folder: Path) -> Path:
    """Write `margins.html` and `margins.png`; `OutputError` where it can't."""
    page = folder / "margins.html"
    with at_place(page, "the sheet of margins"):
        page.write_text(_page(sheet), encoding="utf-8")
        title = f"{sheet.mission.mission.title}: margins"
        path = folder / "margins.png"
        told = verdict(sheet).partition(" Least delay")[0]
        picture(sheet, title, told, path, _figures(sheet))
    return page


def _page(sheet: Sheet) -> str:
    title = escape(f"{sheet.mission.mission.title} – frigoris margins")
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    figures = drawings(sheet, _figures(sheet))
    drawn = "\n".join(
        f'<figure role="img" aria-label="{escape(FIGURES[name][1])}">{svg}</figure>'
        for name, svg in figures.items()
    )
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            _header(sheet),
            "<h2>Budgets</h2>",
            _table(HEAD, budget_rows(sheet)),
            "<h2>Control loops</h2>",
            f'<div class="figures">\n{drawn}\n</div>',
            _points(sheet),
            f"<footer><p>{escape(NOTE)}</p><p>frigoris {escape(__version__)}</p>"
            "</footer>\n</main>\n</body>\n</html>\n",
        ]
    )


def _figures(sheet: Sheet) -> Figures:
    return FIGURES if sheet.looks else FIGURES_ALONE


def _header(sheet: Sheet) -> str:
    kind, word = ("good", "margins met") if sheet.met else ("bad", "margins not met")
    landed = sheet.outcomes[1:].count("landed")
    flown = (
        f"Design point: {text.outcome(sheet.outcomes[0])[0]}; {landed} of "
        f"{len(sheet.outcomes) - 1} dispersed cases landed. No faults."
    )
    return "\n".join(
        [
            '<header><div class="over">frigoris margins</div>',
            f"<h1>{escape(sheet.mission.mission.title)}</h1>",
            f'<p class="lead"><span class="outcome {kind}">{word}</span> '
            f"{escape(verdict(sheet))}</p><p>{escape(flown)}</p></header>",
        ]
    )


def _points(sheet: Sheet) -> str:
    head = ["phase", "time, s", "altitude, m", "loop", "gain, dB", "phase, °"]
    head += ["delay, s", "crossover, rad/s", "stable"]
    rows = []
    for look in sheet.looks:
        place = [look.phase.replace("_", " "), text.number(look.time, 5)]
        place.append(text.number(look.altitude, 4))
        rows += [[*place, *_loop(name, m)] for name, m in look.loops.items()]
    return _table(head, rows)


def _loop(name: str, m: Margins) -> list[str]:
    values = (m.gain_dB, np.degrees(m.phase), m.delay, m.crossover)
    shown = [text.number(v, 3) for v in values]
    return [LOOP_WORDS[name], *shown, "yes" if m.stable else "no"]


def _table(head: list[str], rows: list[list[str]]) -> str:
    def line(cells: list[str], tag: str) -> str:
        kinds = ["", *["n"] * (len(cells) - 1)]
        inner = (
            f'<{tag} class="{kind}">{escape(c)}</{tag}>'
            for c, kind in zip(cells, kinds, strict=True)
        )
        return f"<tr>{''.join(inner)}</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    return (
        f'<div class="wide"><table><thead>{line(head, "th")}</thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
