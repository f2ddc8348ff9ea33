"""What a person reads of the lessons of a mission."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from frigoris.report import text
from frigoris.report.console_text import make_console, make_table

Report = Callable[[str, int, int, int, int, float], None]
DRY_SHOWN = 0.01  # share of flights that run dry, from which on it is told
HEAD = (
    "change",
    "landed",
    "95 %",
    "soft contact",
    "pairs won, lost",
    "contact",
    "used",
    "propellant",
    "mass",
)


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A bar on stderr; a line for each campaign where nobody looks on."""
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
        task = bar.add_task("starting the workers", total=None, told="")
        last = ""

        def report(
            name: str, place: int, campaigns: int, done: int, cases: int, rate: float
        ) -> None:
            nonlocal last
            what = f"{place} of {campaigns}: {name}"
            if what != last and not console.is_terminal:
                console.print(f"frigoris: {what}", highlight=False, soft_wrap=True)
            last = what
            told = f"{done:,} of {cases:,} cases, {rate:.0f} landings/s"
            bar.update(
                task,
                description=what,
                completed=done if done else None,
                total=cases if done else None,
                told=told if done else "compiling",
            )

        yield report


def print_lessons(
    result: dict[str, Any], page: Path | None = None, console: Console | None = None
) -> None:
    """The table, what did not fit, and what the ground software alone could do."""
    out = console or make_console()
    out.print(headline(result), soft_wrap=True)
    table = make_table(*HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in result["changes"]:
        if row["applicable"]:
            style = {"+": "green", "-": "red"}.get(sign(row), "")
            table.add_row(*cells(row), style=style)
    out.print(table)
    twins = [r for r in result["changes"] if r.get("nothing_wrong")]
    if twins:
        out.print(Text(harm(twins)), soft_wrap=True)
    for row in result["changes"]:
        if not row["applicable"]:
            line = f"{row['change']}: not applicable, {row['reason']}"
            out.print(Text(line, style="dim"), soft_wrap=True)
    out.print(Text(saved(result), style="bold"), soft_wrap=True)
    if page:
        out.print(Text(f"Report: {page}"), soft_wrap=True)


def headline(result: dict[str, Any]) -> str:
    """What was flown."""
    faults = ", ".join(result["faults"])
    told = f"with {faults}" if faults else "as it is planned"
    return (
        f"{result['mission']}, {told}: each change on the same {result['cases']:,} "
        f"cases of seed {result['seed']}."
    )


def sign(row: dict[str, Any]) -> str:
    """+ where the pairs show more soft contacts or landings, - where fewer."""
    pairs = row.get("against_none") or {}
    shown = [p["difference"] for k, p in pairs.items() if p["shown"] and k != "slower"]
    if not shown:
        return " "
    return "+" if max(shown) > 0.0 and min(shown) >= 0.0 else "-"


def cells(row: dict[str, Any]) -> list[str]:
    """A row of the table as texts."""
    low, high = row["interval"]
    pair = (row.get("against_none") or {}).get("landed")
    return [
        row["change"],
        share(row["landed_rate"]),
        f"{100 * low:.1f} … {100 * high:.1f}",
        share(row["soft_rate"]),
        f"{pair['gained']}, {pair['lost']}" if pair else "",
        f"{text.number(row['touchdown_m_s'], 3)} m/s",
        _kg(row["propellant_used_kg"]),
        paid(row),
        f"{row['mass_kg']:+g} kg" if row["mass_kg"] else "",
    ]


def _kg(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} kg"


def share(value: float) -> str:
    """A share in per cent."""
    return f"{100 * value:.1f} %"


def paid(row: dict[str, Any]) -> str:
    """Propellant that the change takes, with half of its interval."""
    cost = row.get("cost")
    if not cost or cost["mean_kg"] is None or cost["interval_kg"] is None:
        return "" if row["change"] == "none" else "–"
    half = 0.5 * (cost["interval_kg"][1] - cost["interval_kg"][0])
    return f"{cost['mean_kg']:+.1f} ± {half:.1f} kg".replace("-", "−")


def harm(twins: list[dict[str, Any]]) -> str:
    """What the changes do where nothing goes wrong."""
    none = twins[0]["nothing_wrong"]
    start = (
        f"Where nothing goes wrong {share(none['landed_rate'])} land as it flew, "
        f"{share(none['soft_rate'])} come down softly"
    )
    worse: list[str] = []
    better: list[str] = []
    for row in twins[1:]:
        for what, pair in row["nothing_wrong"]["against_none"].items():
            if pair["shown"] and what != "slower":
                by = f"{row['change']} ({what} {100 * pair['difference']:+.1f} points)"
                (better if pair["difference"] > 0.0 else worse).append(by)
    told = [f"better with {', '.join(better)}"] if better else []
    told += [f"worse with {', '.join(worse)}"] if worse else []
    dry = [r for r in twins if r["nothing_wrong"]["dry_rate"] >= DRY_SHOWN]
    if dry:
        each = (f"{r['change']} {share(r['nothing_wrong']['dry_rate'])}" for r in dry)
        told.append(f"tanks run dry with {', '.join(each)}")
    return f"{start}; {'; '.join(told) or 'no change is shown to alter that'}."


def saved(result: dict[str, Any]) -> str:
    """Whether other software alone would have saved it."""
    rows = {row["change"]: row for row in result["changes"]}
    names = result["saved_by_load"]
    if not names:
        return "No single change of software or its data is shown to save it."
    told = ", ".join(
        f"{name} (soft {share(rows['none']['soft_rate'])} to "
        f"{share(rows[name]['soft_rate'])})"
        for name in names
    )
    return f"Changes of software or its data alone that bring more down softly: {told}."
