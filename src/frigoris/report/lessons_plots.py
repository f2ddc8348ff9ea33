"""The figure of the lessons: shares, contact speeds and costs, one line a change."""

from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.report.figures import inline
from frigoris.report.lessons_text import headline, sign
from frigoris.report.style import LIGHT, RC

LINE = 0.34  # height of a change [inches]
COLOUR = {"+": LIGHT["good"], "-": LIGHT["bad"], " ": LIGHT["estimate"]}


def _draw(figure: Any, result: dict[str, Any], top: float) -> None:
    rows = [r for r in result["changes"] if r["applicable"]]
    grid = figure.add_gridspec(
        1, 3, left=0.15, right=0.985, top=top, bottom=0.16, wspace=0.08,
        width_ratios=(1.5, 1.0, 1.0),
    )  # fmt: skip
    share = figure.add_subplot(grid[0, 0])
    speed = figure.add_subplot(grid[0, 1], sharey=share)
    cost = figure.add_subplot(grid[0, 2], sharey=share)
    y = np.arange(len(rows))[::-1]
    _shares(share, rows, y)
    _speeds(speed, rows, y)
    _costs(cost, rows, y)
    share.set_yticks(y, [r["change"] for r in rows])
    share.set_ylim(-0.7, len(rows) - 0.3)
    for ax in (speed, cost):
        ax.tick_params(labelleft=False)


def _shares(ax: Any, rows: list[dict[str, Any]], y: np.ndarray) -> None:
    ax.set_title("Landed, and softly in contact")
    for row, at in zip(rows, y, strict=True):
        colour = COLOUR[sign(row)]
        low, high = (100.0 * x for x in row["interval"])
        ax.plot([low, high], [at, at], c=colour, lw=4.0, alpha=0.35)
        ax.plot(100.0 * row["landed_rate"], at, "o", c=colour, ms=5.5)
        ax.plot(100.0 * row["soft_rate"], at, "D", c=colour, ms=5.0, mfc="none")
        twin = row.get("nothing_wrong")
        if twin:
            ax.plot(100.0 * twin["landed_rate"], at, "|", c=LIGHT["truth"], ms=11.0)
    if any(row.get("nothing_wrong") for row in rows):
        ax.plot([], [], "|", c=LIGHT["truth"], ms=9.0, label="landed, nothing wrong")
    ax.plot([], [], "o", c=LIGHT["muted"], label="landed, with 95 %")
    ax.plot([], [], "D", c=LIGHT["muted"], mfc="none", label="soft contact")
    ax.axvline(100.0 * rows[0]["landed_rate"], c=LIGHT["plan"], ls=":", lw=1.0)
    ax.set_xlim(-2.0, 102.0)
    ax.set_xlabel("share of cases, %")
    ax.legend(loc="upper center", bbox_to_anchor=(0.45, -0.14), ncols=3)


def _speeds(ax: Any, rows: list[dict[str, Any]], y: np.ndarray) -> None:
    ax.set_title("Speed at first contact")
    for row, at in zip(rows, y, strict=True):
        if row["touchdown_m_s"] is not None:
            ax.plot(row["touchdown_m_s"], at, "o", c=COLOUR[sign(row)], ms=5.5)
    ax.set_xscale("log")
    ax.set_xlabel("median, m/s")


def _costs(ax: Any, rows: list[dict[str, Any]], y: np.ndarray) -> None:
    ax.set_title("Propellant it takes")
    ax.axvline(0.0, c=LIGHT["plan"], ls=":", lw=1.0)
    for row, at in zip(rows, y, strict=True):
        paid = row.get("cost")
        if paid and paid["interval_kg"]:
            ax.plot(paid["interval_kg"], [at, at], c=LIGHT["third"], lw=4.0, alpha=0.35)
            ax.plot(paid["mean_kg"], at, "o", c=LIGHT["third"], ms=5.5)
        elif row["change"] != "none":
            ax.text(0.0, at, "no pairs", va="center", color=LIGHT["muted"], fontsize=8)
    ax.set_xlabel("more than as it flew, kg")


def _figure(result: dict[str, Any], title: bool, top: float) -> Any:
    from matplotlib.figure import Figure

    count = sum(r["applicable"] for r in result["changes"])
    size = (11.5, 1.4 + LINE * count + (0.5 if title else 0.0))
    figure = Figure(figsize=size, dpi=110.0, facecolor=LIGHT["paper"])
    if title:
        figure.text(0.012, 0.945, f"Lessons: {headline(result)}", fontsize=12)
    _draw(figure, result, top)
    return figure


def drawing(result: dict[str, Any]) -> str:
    """As SVG for a page, in the page's colours."""
    from matplotlib import rc_context

    with rc_context({**RC, "svg.hashsalt": "lessons"}):
        stream = StringIO()
        figure = _figure(result, title=False, top=0.93)
        figure.savefig(stream, format="svg", transparent=True)
    return inline(stream.getvalue())


def picture(result: dict[str, Any], path: Path) -> None:
    """As a file."""
    from matplotlib import rc_context

    with rc_context(RC):
        stream = BytesIO()
        figure = _figure(result, title=True, top=0.87)
        figure.savefig(stream, format="png", metadata={"Software": None})
    path.write_bytes(stream.getvalue())
