"""Figures as files: one drawing for each part of the page, one picture of the flight.

matplotlib is imported when a report is written and not before.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from frigoris.errors import OutputError
from frigoris.report import plots
from frigoris.report.style import LIGHT, RC, themed

Draw = Callable[[Any, Any], None]

# name -> (panels from top to bottom, what it shows in words)
Figures = dict[str, tuple[tuple[Draw, ...], str]]
FIGURES: Figures = {
    "altitude": ((plots.altitude,), "altitude over time: truth, estimate, laser"),
    "near": ((plots.altitude_near,), "the same for the last four kilometres"),
    "rate": ((plots.descent_rate,), "descent rate against altitude, and as planned"),
    "thrust": ((plots.thrust, plots.propellant), "thrust by group, propellant"),
    "attitude": ((plots.tilt, plots.rates), "tilt from the vertical, body rates"),
    "terrain": ((plots.terrain,), "height and terrain against distance to the target"),
}
SIZE = (5.6, 3.9)  # of one drawing [inches]
ROOM = {"left": 0.105, "right": 0.985, "top": 0.935, "bottom": 0.115}
PICTURE_ROOM = {"left": 0.045, "right": 0.988, "top": 0.865, "bottom": 0.065}
PICTURE, DPI = (15.0, 8.6), 110.0  # of the picture of the flight


def drawings(view: Any, figures: Figures = FIGURES) -> dict[str, str]:
    """Every figure as SVG to be put into a page; its colours are the page's."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    found = {}
    for name, (panels, _) in figures.items():
        with rc_context({**RC, "svg.hashsalt": name}):
            figure = Figure(figsize=SIZE)
            # placed by hand: laying out by what is drawn takes twice as long
            cell = figure.add_gridspec(1, 1, **ROOM)[0, 0]
            _draw(panels, view, cell)
            stream = StringIO()
            figure.savefig(stream, format="svg", transparent=True)
        found[name] = inline(stream.getvalue())
    return found


def picture(
    view: Any, title: str, subtitle: str, path: Path, figures: Figures = FIGURES
) -> None:
    """All figures in one picture."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(RC):
        figure = Figure(figsize=PICTURE, dpi=DPI, facecolor=LIGHT["paper"])
        figure.text(0.042, 0.955, title, fontsize=15, fontweight="bold")
        figure.text(0.042, 0.925, subtitle, fontsize=10, color=LIGHT["muted"])
        grid = figure.add_gridspec(2, 3, hspace=0.26, wspace=0.17, **PICTURE_ROOM)
        for i, (panels, _) in enumerate(figures.values()):
            _draw(panels, view, grid[i // 3, i % 3])
        stream = BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    path.write_bytes(stream.getvalue())


@contextmanager
def at_place(path: Path, what: str) -> Iterator[None]:
    """Make the folder; a failure inside is told as one of writing `what` to `path`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"Cannot write {what} to {path}: {reason}. Give --out a file that can be "
            "written."
        ) from None


def _draw(panels: tuple[Draw, ...], view: Any, cell: Any) -> None:
    inner = cell.subgridspec(len(panels), 1, hspace=0.28)
    axes = inner.subplots(sharex=True, squeeze=False)[:, 0]
    for draw, ax in zip(panels, axes, strict=True):
        draw(ax, view)


def inline(svg: str) -> str:
    """The drawing alone: no prologue, no names that would clash, no fixed size."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"', "<g", svg)
    head, rest = svg.split(">", 1)
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    return themed(head + ">" + re.sub(r"\n *", "\n", rest))
