"""The map sheet of a site as one picture."""

from pathlib import Path
from textwrap import shorten

from frigoris.moon.overview import Overview
from frigoris.report.figures import at_place, picture
from frigoris.report.moon_plots import FIGURES

WIDTH = 210  # characters that fit under the title


def write_sheet(view: Overview, path: Path) -> None:
    """All panels in one picture; `OutputError` where it can't be written."""
    where = f"{view.lat_deg:.4f}° N, {view.lon_deg:.4f}° E"
    title = f"{view.name}: {where}, {view.moment:%Y-%m-%d %H:%M} UTC"
    with at_place(path, "the map sheet"):
        picture(view, title, shorten(view.terrain.note, WIDTH), path, FIGURES)
