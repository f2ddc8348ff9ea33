"""What a person reads of the robustness of a reproduction."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from frigoris.report import text
from frigoris.report.console_text import make_console, make_table

LOUDEST = 3  # inputs that are named


def print_robust(result: dict[str, Any], console: Console | None = None) -> None:
    """Shares of all runs, rows that are missed, the heading, the loss foreseen."""
    out = console or make_console()
    runs = {run["name"]: run for run in result["runs"]}
    out.print(_headline(result), soft_wrap=True)
    for line in _soundness(result["sound"]):
        out.print(line, soft_wrap=True)
    out.print(_shares(result["runs"]))
    out.print(_rows(runs["held"]["sound"]["rows"]))
    out.print(_missed_most(runs["held"]["sound"]), soft_wrap=True)
    for run in result["runs"]:
        out.print(_outcomes(run), soft_wrap=True)
    if "heading" in runs:
        out.print(_bins(runs["heading"]["bins"]))
    for line in _left_out(result):
        out.print(line, soft_wrap=True)
    out.print(_foreseen(runs), soft_wrap=True)


def _headline(result: dict[str, Any]) -> Text:
    hold = f"; held: {', '.join(result['hold'])}" if result["hold"] else ""
    return Text(
        f"{result['mission']} over {result['map']}: {result['cases']:,} landers from "
        f"{len(result['ranges'])} ranges{hold}",
        style="bold",
    )


def percent(part: dict[str, Any]) -> str:
    """A share."""
    return f"{100 * part['share']:.1f} %" if part["cases"] else "–"


def bounds(part: dict[str, Any]) -> str:
    """Its interval of 95 % confidence."""
    low, high = (100 * x for x in part["interval"])
    return f"{low:.1f} … {high:.1f} %"


def _soundness(rows: list[dict[str, Any]]) -> list[Text]:
    lines = []
    for row in rows:
        line = Text(
            f"Sound, {row['text']}: {row['count']:,} of {row['cases']:,} come down "
            f"softly, {percent(row)} (95 %: {bounds(row)}); {row['drawn_again']:,} "
            f"drawn again as impossible{_drivers(row['drivers'])}"
        )
        lines.append(line)
    return lines


def _drivers(found: list[dict[str, Any]]) -> str:
    if not found:
        return ""
    named = [f"{d['input']} (p {d['p']:.1g})" for d in found[:LOUDEST]]
    return f"; told apart by {', '.join(named)}"


def _shares(runs: list[dict[str, Any]]) -> Table:
    table = make_table(
        "cases",
        "show the chain",
        "95 %",
        "of sound landers",
        "95 %",
        "and all musts",
        "lost",
        "sound",
    )
    for column in (1, 3, 5, 6, 7):
        table.columns[column].justify = "right"
    for run in runs:
        sound = run["sound"]
        table.add_row(
            run["text"],
            percent(run["shown"]),
            bounds(run["shown"]),
            percent(sound["shown"]),
            bounds(sound["shown"]),
            percent(sound["within"]),
            percent(run["lost"]),
            percent(sound["lost"]),
        )
    return table


def _rows(rows: list[dict[str, Any]]) -> Table:
    table = make_table(
        "id", "sound landers", "missed", "alone", "5 %", "median", "95 %", "published"
    )
    for column in range(2, 7):
        table.columns[column].justify = "right"
    for row in rows:
        parts = row["parts"]
        spread = [
            "\n".join(text.quantity(p["quantiles"][i], p["unit"], 3) for p in parts)
            for i in range(3)
        ]
        table.add_row(
            row["id"],
            row["observable"],
            f"{row['missed']:,}",
            f"{row['missed_alone']:,}",
            *spread,
            "\n".join(text.interval(p) for p in parts),
        )
    return table


def _missed_most(sound: dict[str, Any]) -> Text:
    worst = max(sound["rows"], key=lambda row: row["missed"])
    return Text(
        f"Missed most: {worst['id']}, by {worst['missed']:,} of "
        f"{sound['shown']['cases']:,}{_drivers(sound['drivers'])}"
    )


def _outcomes(run: dict[str, Any]) -> Text:
    """Of the sound landers, with those that show the chain in brackets."""
    sound = run["sound"]
    shown = sound["shown_by_outcome"]
    ends = [
        f"{count:,} {text.outcome(name)[0]}"
        + (f" ({shown[name]:,} show the chain)" if name in shown else "")
        for name, count in sound["outcomes"].items()
    ]
    return Text(f"Sound landers, {run['text']}: {', '.join(ends) or 'none'}")


def _bins(rows: list[dict[str, Any]]) -> Table:
    table = make_table("heading", "show the chain", "95 %", "of sound", "95 %")
    for column in (1, 3):
        table.columns[column].justify = "right"
    for row in rows:
        cells = [_counted(row["shown"]), bounds(row["shown"])]
        cells += [_counted(row["sound"]), bounds(row["sound"])]
        table.add_row(f"{row['low']:g} … {row['high']:g}°", *cells)
    return table


def _counted(part: dict[str, Any]) -> str:
    return f"{part['count']:,} of {part['cases']:,}"


def _left_out(result: dict[str, Any]) -> list[Text]:
    reasons: dict[str, list[str]] = {}
    for row in result["left_out"]:
        reasons.setdefault(row["why"], []).append(f"{row['id']} {row['metric']}")
    lines = [
        Text(f"Not judged, {why}: {', '.join(names)}", style="dim")
        for why, names in reasons.items()
    ]
    told = [f"{row['path']} {row['before']}" for row in result["fitted"]]
    if told:
        line = f"Fitted values about zero: {'; '.join(told)}"
        lines.append(Text(line, style="dim"))
    return lines


def _foreseen(runs: dict[str, Any]) -> Text:
    lost, sound = runs["before"]["lost"], runs["before"]["sound"]["lost"]
    line = Text("The probability of loss that the team could have known: ")
    line.append(f"{percent(sound)} of sound landers", style="bold")
    line.append(f" (95 %: {bounds(sound)}), {percent(lost)} of all")
    if "wide" in runs:
        wide = runs["wide"]["sound"]["lost"]
        line.append(f"; as wide as fitted {percent(wide)} (95 %: {bounds(wide)})")
    if "clean" in runs:
        clean = runs["clean"]["sound"]["lost"]
        line.append(f"; without any error {percent(clean)} (95 %: {bounds(clean)})")
    return line
