"""The map sheet of a site as one picture."""

from pathlib import Path
from textwrap import shorten

from frigoris.errors import OutputError
from frigoris.moon.overview import Overview
from frigoris.report.figures import picture
from frigoris.report.moon_plots import FIGURES

WIDTH = 210  # characters that fit under the title


def write_sheet(view: Overview, path: Path) -> None:
    """All panels in one picture; `OutputError` where it can't be written."""
    where = f"{view.lat_deg:.4f}° N, {view.lon_deg:.4f}° E"
    title = f"{view.name}: {where}, {view.moment:%Y-%m-%d %H:%M} UTC"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(view, title, shorten(view.terrain.note, WIDTH), path, FIGURES)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"Cannot write the map sheet to {path}: {reason}. Give --out a file that "
            "can be written."
        ) from None
