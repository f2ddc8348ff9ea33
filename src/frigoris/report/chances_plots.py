"""The figure of the chances: share saved by the moment of sending, for each command."""

from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from frigoris.report.figures import inline
from frigoris.report.style import LIGHT, RC

COLOURS = ("estimate", "good", "measurement", "third", "telemetry", "second", "bad")
DASHES = ("-", "--", ":")


def _draw(ax: Any, result: dict[str, Any]) -> None:
    none, now = result["none"], result["t_s"]
    ax.axhline(100.0 * none["saved_rate"], c=LIGHT["truth"], lw=1.2, ls="-.")
    ax.axhspan(
        *(100.0 * x for x in none["saved_interval"]), color=LIGHT["plan"], alpha=0.15
    )
    for k, row in enumerate(result["commands"]):
        colour = LIGHT[COLOURS[k % len(COLOURS)]]
        dash = DASHES[k // len(COLOURS) % len(DASHES)]
        t = [s["sent_t_s"] - now for s in row["sent"]]
        y = [100.0 * s["saved_rate"] for s in row["sent"]]
        ax.plot(t, y, c=colour, ls=dash, lw=1.4, label=row["command"])
        for s, x, value in zip(row["sent"], t, y, strict=True):
            fill = colour if s["helps"] else "none"
            ax.plot(x, value, "o", ms=5.0, mec=colour, mfc=fill)
            if s["helps"]:
                low, high = (100.0 * v for v in s["saved_interval"])
                ax.plot([x, x], [low, high], c=colour, lw=3.0, alpha=0.25)
    ax.plot([], [], c=LIGHT["truth"], lw=1.2, ls="-.", label="nothing done, with 95 %")
    ax.axvline(result["first_sent_t_s"] - now, c=LIGHT["plan"], lw=1.0, ls=":")
    ax.set_xlim(left=0.0)
    ax.set_ylim(-3.0, 103.0)
    ax.set_xlabel("command sent, s after the state; filled: shown to help")
    ax.set_ylabel("saved, %")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))


def _figure(result: dict[str, Any], title: bool, top: float) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 4.2), dpi=110.0, facecolor=LIGHT["paper"])
    grid = figure.add_gridspec(1, 1, left=0.07, right=0.74, top=top, bottom=0.13)
    ax = figure.add_subplot(grid[0, 0])
    if title:
        told = f"{result['mission']} at {result['t_s']:.0f} s: what the ground can do"
        figure.text(0.012, 0.945, told, fontsize=12)
    _draw(ax, result)
    return figure


def drawing(result: dict[str, Any]) -> str:
    """As SVG for a page, in the page's colours."""
    from matplotlib import rc_context

    with rc_context({**RC, "svg.hashsalt": "chances"}):
        stream = StringIO()
        figure = _figure(result, title=False, top=0.96)
        figure.savefig(stream, format="svg", transparent=True)
    return inline(stream.getvalue())


def picture(result: dict[str, Any], path: Path) -> None:
    """As a file."""
    from matplotlib import rc_context

    with rc_context(RC):
        stream = BytesIO()
        figure = _figure(result, title=True, top=0.9)
        figure.savefig(stream, format="png", metadata={"Software": None})
    path.write_bytes(stream.getvalue())
