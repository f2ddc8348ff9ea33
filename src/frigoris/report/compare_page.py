"""Two flights on one page: curves over each other, differences at events."""

from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from frigoris import __version__
from frigoris.report import text
from frigoris.report.compare_view import AT_EVENTS, Pair, Side, read_pair, summary
from frigoris.report.figures import Draw, Figures, at_place, drawings, picture
from frigoris.report.style import LIGHT, css_variables

SINCE = "time since braking ignition, s"
NEAR = 4000.0  # altitude of the close look [m]
FIRST: dict[str, Any] = {"c": LIGHT["estimate"], "lw": 2.6}
SECOND: dict[str, Any] = {"c": LIGHT["measurement"], "lw": 1.3}
SIDES = ("first", "second")
UNIT = {"altitude_m": "m", "descent_rate_m_s": "m_s", "mass_kg": "kg"}
WORDS = {
    "altitude_m": "altitude",
    "descent_rate_m_s": "descent rate",
    "mass_kg": "mass",
}


def _strip(channel: str, title: str, label: str, scale: float = 1.0) -> Draw:
    """A drawing of one channel of both."""

    def draw(ax: Any, pair: Pair) -> None:
        ax.set_title(title)
        for side, look, order in _looks(pair):
            t, values = side.curves.get(channel, (np.zeros(0), np.zeros(0)))
            ax.plot(t, values * scale, label=order, **look)
        ax.set_xlabel(SINCE)
        ax.set_ylabel(label)
        ax.legend(loc="best")

    return draw


def _looks(pair: Pair) -> list[tuple[Side, dict[str, Any], str]]:
    return [(pair.first, FIRST, "first"), (pair.second, SECOND, "second")]


def _near(ax: Any, pair: Pair) -> None:
    """The last kilometres: descent rate against altitude."""
    ax.set_title("Descent rate against altitude, the last 4 km")
    for side, look, order in _looks(pair):
        empty = (np.zeros(0), np.zeros(0))
        (t, rate), (u, altitude) = (
            side.curves.get(name, empty) for name in ("descent_rate_m_s", "altitude_m")
        )
        if not len(t) or not len(u):
            continue
        here = np.interp(t, u, altitude)
        below = (here <= NEAR) & (t > 0.0)
        ax.plot(rate[below], here[below], label=order, **look)
    ax.set_xlabel("descent rate, m/s")
    ax.set_ylabel("altitude, m")
    ax.set_ylim(0.0, 1.04 * NEAR)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="best")


def _difference(channel: str, title: str, label: str, below: str = "") -> Draw:
    """A drawing of second less first; `below` stands under the lowest one."""

    def draw(ax: Any, pair: Pair) -> None:
        ax.set_title(title)
        ax.axhline(0.0, color=LIGHT["plan"], lw=0.8)
        ax.plot(*pair.difference(channel), c=LIGHT["third"], lw=1.4)
        ax.set_xlabel(below)
        ax.set_ylabel(label)

    return draw


FIGURES: Figures = {
    "compare-altitude": (
        (_strip("altitude_m", "Altitude", "altitude, km", 1e-3),),
        "altitude of both over time",
    ),
    "compare-near": ((_near,), "descent rate of both against altitude"),
    "compare-rate": (
        (_strip("descent_rate_m_s", "Descent rate", "descent rate, m/s"),),
        "descent rate of both over time",
    ),
    "compare-speed": (
        (_strip("speed_horizontal_m_s", "Horizontal speed", "speed, m/s"),),
        "horizontal speed of both over time",
    ),
    "compare-mass": (
        (_strip("mass_kg", "Mass", "mass, kg"),),
        "mass of both over time",
    ),
    "compare-difference": (
        (
            _difference("altitude_m", "Second less first: altitude", "m"),
            _difference("descent_rate_m_s", "Descent rate", "m/s", SINCE),
        ),
        "difference of altitude and of descent rate over time",
    ),
}


def compare(first: Path, second: Path, out: Path) -> dict[str, Any]:
    """Write the page `out` and a picture beside it; the comparison as numbers."""
    pair = read_pair(first, second)
    told = summary(pair)
    with at_place(out, "the comparison"):
        out.write_text(page(pair, told, drawings(pair, FIGURES)), encoding="utf-8")
        line = f"first: {pair.first.name}   ·   second: {pair.second.name}"
        picture(pair, "Two flights", line, out.with_suffix(".png"), FIGURES)
    return told | {"page": str(out)}


def page(pair: Pair, told: dict[str, Any], figures: dict[str, str]) -> str:
    """The whole page."""
    style = files("frigoris.report").joinpath("page.css").read_text("utf-8")
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<title>Two flights – frigoris</title>",
            f"<style>\n{css_variables()}\n{style}</style>\n</head>\n<body>\n<main>",
            '<header><div class="over">frigoris, two flights</div>',
            "<h1>Two flights compared</h1>",
            _side("first", pair.first, "estimate"),
            _side("second", pair.second, "measurement"),
            "</header>",
            _ends(told),
            "<h2>Powered descent</h2>",
            _figures(figures),
            _events(told),
            f"<footer><p>Time is from braking ignition of each. frigoris "
            f"{escape(__version__)}</p></footer>",
            "</main>\n</body>\n</html>\n",
        ]
    )


def _side(order: str, side: Side, colour: str) -> str:
    words, kind = text.outcome(side.outcome) if side.outcome else ("", "")
    shown = f'<span class="outcome {kind}">{escape(words)}</span> ' if words else ""
    known = "the truth" if side.known == "truth" else "its telemetry alone"
    lines = [f"Shown is {known}."]
    if side.missing:
        lines.append(f"{side.missing} packets of its telemetry are missing.")
    lines += [f"Note: {note}." for note in side.notes]
    dot = f'<span class="dot" style="background:var(--{colour})"></span>'
    return (
        f'<p class="lead">{shown}{dot} <b>{order}</b>: {escape(side.name)}. '
        f'<span class="muted">{escape(" ".join(lines))}</span></p>'
    )


def _figures(figures: dict[str, str]) -> str:
    drawn = [
        f'<figure role="img" aria-label="{escape(FIGURES[name][1])}">{svg}</figure>'
        for name, svg in figures.items()
    ]
    return '<div class="figures">\n' + "\n".join(drawn) + "\n</div>"


def _ends(told: dict[str, Any]) -> str:
    rows = [
        [escape(end["text"]), *_three(end, end["unit"])]
        for end in told["ends"]
        if end["first"] is not None or end["second"] is not None
    ]
    if not rows:
        return ""
    return "<h2>How they ended</h2>" + _table(["", *SIDES, "difference"], rows)


def _events(told: dict[str, Any]) -> str:
    """Each event: its time in both, and what both were like then."""
    heads = ["event", *SIDES, "later by"]
    for channel in AT_EVENTS:
        heads += [WORDS[channel], "", "difference"]
    rows = []
    for event in told["events"]:
        row = [escape(event["name"].replace("_", " ")), *_three(event, "s")]
        for channel in AT_EVENTS:
            row += _three(event["values"][channel], UNIT[channel])
        rows.append(row)
    return "<h2>Key events</h2>" + _table(heads, rows)


def _three(compared: dict[str, Any], unit: str) -> list[str]:
    first, second, difference = (
        compared[name] for name in ("first", "second", "difference")
    )
    signed = text.quantity(difference, unit, 3)
    if difference is not None and difference > text.SMALLEST:
        signed = f"+{signed}"
    return [text.quantity(first, unit, 4), text.quantity(second, unit, 4), signed]


def _table(heads: list[str], rows: list[list[str]]) -> str:
    head = "".join(
        f'<th class="{"n" if i else ""}">{name}</th>' for i, name in enumerate(heads)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td class="{"n" if i else ""}">{cell}</td>' for i, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table></div>"
    )
