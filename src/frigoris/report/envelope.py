"""The envelope of safe touchdown as a table and as a picture."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table

from frigoris.mission.envelope import RATE_MOST, SPEED_MOST, Envelope
from frigoris.report.figures import DPI, at_place
from frigoris.report.style import LIGHT, RC

SIZE = (11.0, 4.8)  # [inches]
COLOURS = ("first", "second", "third", "bad")


def facts(e: Envelope) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "schema": "frigoris.lander.1",
        "lander": e.name,
        "mass_kg": e.mass,
        "com_height_m": e.height,
        "slope_deg": e.slopes.tolist(),
        "descent_rate_m_s": e.speeds.tolist(),
        "speed_horizontal_max_m_s": e.horizontal.tolist(),
        "rate_max_deg_s": e.rate.tolist(),
    }


def tables(e: Envelope) -> list[Table]:
    """Limits by downward speed and slope, for reading."""
    return [
        _table("Horizontal speed that is safe, m/s", e, e.horizontal, SPEED_MOST, 2),
        _table("Attitude rate that is safe, °/s", e, e.rate, RATE_MOST, 0),
    ]


def _table(
    title: str, e: Envelope, values: np.ndarray, most: float, digits: int
) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("down, m/s", justify="right")
    for slope in e.slopes:
        table.add_column(f"{slope:.0f}° slope", justify="right")
    for speed, row in zip(e.speeds, values, strict=True):
        shown = [_limit(x, most, digits) for x in row]
        table.add_row(f"{speed:.1f}", *shown)
    return table


def _limit(value: float, most: float, digits: int) -> str:
    if value <= 0.0:
        return "none"
    return f"> {most:g}" if value > 0.99 * most else f"{value:.{digits}f}"


def draw(e: Envelope, path: Path) -> None:
    """Both boundaries, a line for each slope; `OutputError` where it can't."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(RC):
        figure = Figure(figsize=SIZE, dpi=DPI, facecolor=LIGHT["paper"])
        left, right = figure.subplots(1, 2)
        _lines(left, e, e.horizontal, "horizontal speed, downhill, m/s")
        _lines(right, e, e.rate, "attitude rate, downhill, °/s")
        down, level = e.rated
        box = ([0.0, level, level], [down, down, 0.0])
        left.plot(*box, c=LIGHT["muted"], ls="--", lw=1.0, label="rated")
        left.set_title(f"{e.name}: safe left of its line")
        right.set_title(f"{e.mass:.0f} kg, centre of mass {e.height:.2f} m over pads")
        left.legend(loc="upper right")
        stream = BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    with at_place(path, "the envelope"):
        path.write_bytes(stream.getvalue())


def _lines(ax: Any, e: Envelope, values: np.ndarray, name: str) -> None:
    for k, slope in enumerate(e.slopes):
        colour = LIGHT[COLOURS[k % len(COLOURS)]]
        label = f"{slope:.0f}° slope"
        ax.plot(values[:, k], e.speeds, c=colour, marker="o", ms=3.5, label=label)
    ax.set_xlabel(name)
    ax.set_ylabel("descent rate, m/s")
    ax.set_xlim(left=0.0)
    ax.set_ylim(0.0, 1.05 * e.speeds[-1])
