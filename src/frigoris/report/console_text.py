"""What a person reads in the terminal after a flight."""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from frigoris.report.published import verdict

PLAIN_WIDTH = 116  # columns, where nobody says how wide a line may be

Report = Callable[[float, float], None]  # time flown, time expected [s]

STYLE = {"good": "green", "bad": "bold red", "muted": "dim"}


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A bar on stderr while a flight is under way; nothing where nobody looks on."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("preparing", total=None, told="")

        def report(flown: float, expected: float) -> None:
            told = f"{flown / 60:.0f} of about {expected / 60:.0f} min"
            shown = min(flown, expected)
            bar.update(
                task, description="flying", completed=shown, total=expected, told=told
            )

        yield report


@contextmanager
def bytes_bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr while bytes come in; nothing where nobody looks on."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(name, total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total or None)


def make_console() -> Console:
    """Standard output, wide where nobody says how wide."""
    console = Console(highlight=False, soft_wrap=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PLAIN_WIDTH
    return console


def print_flight(flight: Any, console: Console | None = None) -> None:
    """Outcome, timeline, published observables, data used, where the record is."""
    out = console or make_console()
    out.print(timeline(flight.events))
    if flight.published:
        out.print(published(flight.published))
    for line in headline(flight):
        out.print(line, soft_wrap=True)
    out.print(Text(f"Data: {data_used(flight)}", style="dim"), soft_wrap=True)
    if flight.record is not None:
        out.print(Text(f"Report: {flight.record / 'report.html'}"))


def headline(flight: Any) -> list[Text]:
    """The outcome in words, and how the lander met the ground."""
    case = "design point" if flight.case is None else f"case {flight.case}"
    faults = f", with {', '.join(flight.faults)}" if flight.faults else ""
    style = "bold green" if flight.landed else "bold red"
    first = Text(f"{flight.mission.mission.title} ({case}{faults}): ")
    first.append(flight.outcome.replace("_", " "), style=style)
    lines = [first]
    if flight.contact is not None:
        c = flight.contact
        lines.append(
            Text(
                f"First contact {_clock(c['utc'])} UTC: "
                f"{c['speed_vertical_m_s']:.2f} m/s down, "
                f"{c['speed_horizontal_m_s']:.2f} m/s sideways, "
                f"tilt {c['tilt_deg']:.1f}°, {c['miss_m']:.0f} m from the target "
                f"at {c['lat_deg']:.4f}° N {c['lon_deg']:.4f}° E"
            )
        )
    if flight.touchdown:
        lines.append(Text(touchdown_line(flight.touchdown)))
    lines.append(Text(f"Propellant left: {flight.propellant_left_kg:.1f} kg"))
    return lines


def touchdown_line(t: dict[str, Any]) -> str:
    """What the legs did, and how much of them is left."""
    if not t["at_rest"]:
        count = t["broken_count"]
        legs = "1 leg" if count == 1 else f"{count} legs"
        return (
            f"Touchdown: {t['load_factor_ratio']:.1f} g, {legs} "
            f"broken, the body struck the ground at {t['strike_m_s']:.1f} m/s"
        )
    return (
        f"At rest after {t['time_s']:.1f} s: tilt {t['tilt_deg']:.1f}°, "
        f"{t['load_factor_ratio']:.1f} g, stroke left {t['stroke_left_m']:.2f} m, "
        f"clearance {t['clearance_m']:.2f} m, stability {t['stability_m']:.2f} m"
    )


def timeline(events: list[dict[str, Any]]) -> Table:
    """What happened, and when."""
    table = make_table("UTC", "t [s]", "event")
    table.columns[1].justify = "right"
    for event in events:
        table.add_row(_clock(event["utc"]), f"{event['t_s']:.1f}", event["text"])
    return table


def published(rows: list[dict[str, Any]]) -> Table:
    """What the real flight showed, and what this one shows."""
    maps = {part.get("terrain") for row in rows for part in row["parts"]} - {None}
    told = f"simulated over {maps.pop()}" if len(maps) == 1 else "simulated"
    table = make_table("id", "grade", "observable", told, "published", "")
    table.columns[3].justify = "right"
    table.columns[3].no_wrap = table.columns[4].no_wrap = True
    for row in rows:
        word, kind = verdict(row)
        cells = [[_value(p, bool(maps)), _interval(p)] for p in row["parts"]]
        simulated = "\n".join(cell[0] for cell in cells)
        wanted = "\n".join(cell[1] for cell in cells)
        table.add_row(
            row["id"],
            row["grade"],
            row["observable"],
            simulated,
            wanted,
            Text(word, style=STYLE[kind]),
        )
    return table


def print_reproduced(result: dict[str, Any], console: Console | None = None) -> None:
    """The table of each mission, and its score."""
    out = console or make_console()
    for mission in result["missions"]:
        out.print(published(mission["published"]))
        musts = "every must is met" if mission["musts_met"] else "a must is missed"
        line = Text(
            f"{mission['mission']}: {mission['met']} of {mission['total']} met, "
        )
        line.append(musts, style="bold green" if mission["musts_met"] else "bold red")
        line.append(f"; {len(mission['fitted'])} numbers fitted")
        out.print(line, soft_wrap=True)


def data_used(flight: Any) -> str:
    """Terrain and gravity of a flight in one line."""
    told = [flight.terrain.note, flight.gravity_note]
    return "; ".join(part for part in told if part)


def make_table(*titles: str) -> Table:
    """A table without lines."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _clock(utc: str) -> str:
    """Time of day to a tenth of a second out of ISO 8601."""
    return utc.partition("T")[2].rstrip("Z")[:10] or utc


def _unit(part: dict[str, Any]) -> str:
    """`m_s2` as people write it."""
    unit = str(part["unit"])
    if unit in ("yes", "ratio", "count"):
        return ""
    first, _, below = unit.partition("_")
    return f" {first}/{below}".rstrip("/").replace("s2", "s²")


def _value(part: dict[str, Any], with_map: bool) -> str:
    value = part["value"]
    if value is None or not math.isfinite(value):
        text = "none"
    elif part["unit"] == "yes":
        text = "yes" if value else "no"
    else:
        wide = max(abs(part["low"]), abs(part["high"]))
        shown = 0.0 if abs(value) < 1e-6 * wide else value  # no 1e-12 min
        text = f"{shown:.4g}{_unit(part)}"
    terrain = part.get("terrain")
    return f"{text} ({terrain})" if terrain and with_map else text


def _interval(part: dict[str, Any]) -> str:
    if part["unit"] == "yes":
        return "yes" if part["low"] else "no"
    return f"{part['low']:.4g} … {part['high']:.4g}{_unit(part)}"
