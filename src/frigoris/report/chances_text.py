"""What a person reads of the chances of a flight in progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from frigoris.report import text
from frigoris.report.console_text import make_console, make_table
from frigoris.report.lessons_text import share

HEAD = ("command", "kind", "best when sent at", "landed", "saved", "helps until")


@contextmanager
def progress_bar() -> Iterator[Any]:
    """A bar on stderr; a line for each command where nobody looks on."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed} of {task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("getting ready", total=None)
        last = ""

        def report(name: str, done: int, total: int) -> None:
            nonlocal last
            if name != last and not console.is_terminal:
                console.print(f"frigoris: {name}", highlight=False, soft_wrap=True)
            last = name
            bar.update(task, description=name, completed=done, total=total)

        yield report


def print_chances(
    result: dict[str, Any], page: Path | None = None, console: Console | None = None
) -> None:
    """The state, what becomes of it, each command, the last moment."""
    out = console or make_console()
    for line in state(result):
        out.print(Text(line), soft_wrap=True)
    table = make_table(*HEAD)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in result["commands"]:
        style = "green" if row["last_t_s"] is not None else ""
        table.add_row(*cells(row), style=style)
    out.print(table)
    out.print(Text(verdict(result), style="bold"), soft_wrap=True)
    if page:
        out.print(Text(f"Report: {page}"), soft_wrap=True)


def state(result: dict[str, Any]) -> list[str]:
    """Where the flight is, what is believed of it, how it ends by itself."""
    s, none = result["state"], result["none"]
    low, high = none["interval"]
    lines = [
        f"{result['mission']} at {result['t_s']:.1f} s ({result['utc']}), in "
        f"{s['phase'].replace('_', ' ')}: estimated "
        f"{text.number(s['est_altitude_m'])} m (1 sigma "
        f"{text.number(s['est_altitude_sigma_m'], 3)} m), descending at "
        f"{text.number(s['est_descent_rate_m_s'], 3)} m/s.",
        f"Believed: {result['belief_text']}. {none['cases']} cases"
        + (f", assuming {', '.join(result['assumed'])}." if result["assumed"] else "."),
        f"Nothing done: {share(none['landed_rate'])} land (95 %: {100 * low:.1f} … "
        f"{100 * high:.1f} %), {share(none['saved_rate'])} come down softly.",
    ]
    if s["disagrees_m"] is not None:
        lines.append(
            f"The last range says {text.number(s['disagrees_m'])} m more height than "
            "the estimate, beyond what the filter thinks possible: ask with --belief "
            "reading too."
        )
    return lines


def cells(row: dict[str, Any]) -> list[str]:
    """A command as texts."""
    best = max(row["sent"], key=lambda s: (s["saved_rate"], s["landed_rate"]))
    until = row["last_t_s"]
    return [
        row["command"],
        row["kind"],
        f"{best['sent_t_s']:.1f} s",
        share(best["landed_rate"]),
        share(best["saved_rate"]),
        "–" if until is None else f"{until:.1f} s",
    ]


def verdict(result: dict[str, Any]) -> str:
    """The last moment at which something can still be done."""
    light, reaction = result["light_time_s"], result["reaction_s"]
    times = (
        f"Light takes {light:.2f} s each way; with {reaction:g} s to react the first "
        f"command is sent at {result['first_sent_t_s']:.1f} s."
    )
    last = result["last"]
    if last is None:
        return f"{times} No command is shown to help at any of the moments tried."
    until = last["too_late_t_s"]
    end = f"; at {until:.1f} s it is too late" if until is not None else ""
    return (
        f"{times} The last that is shown to help: {last['command']}, sent at "
        f"{last['sent_t_s']:.1f} s ({last['utc']}), saves {share(last['saved_rate'])}"
        f"{end}."
    )
