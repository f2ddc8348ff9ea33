"""What a person reads in the terminal of a campaign."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from frigoris.report import text
from frigoris.report.console_text import STYLE, make_console, make_table

Report = Callable[[int, int, float], None]  # cases done, in all, landings per second
KIND = {"met": "good", "not met": "bad", "not proven": "warn"}
COLOUR = STYLE | {"warn": "yellow"}
CHANGED_SHOWN = 10  # cases that end differently


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A bar on stderr with the pace and the time left; lines where nobody looks on."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("starting the workers", total=None, told="")

        def report(done: int, cases: int, rate: float) -> None:
            told = f"{done:,} of {cases:,} cases, {rate:.0f} landings/s"
            bar.update(
                task, description="flying", completed=done, total=cases, told=told
            )

        yield report


def print_campaign(result: Any, console: Console | None = None) -> None:
    """Verdicts, outcomes, spread, cases to look at, where everything is."""
    out = console or make_console()
    s, manifest = result.summary, result.store.manifest
    out.print(_headline(result), soft_wrap=True)
    out.print(_requirements(s.requirements))
    out.print(_outcomes(s.outcomes, s.cases), soft_wrap=True)
    if s.pairs:
        out.print(_pairs(s.pairs), soft_wrap=True)
    if s.ellipse:
        out.print(_spread(s.ellipse), soft_wrap=True)
    if s.drivers:
        told = ", ".join(f"{d['input']} (p {d['p']:.1g})" for d in s.drivers[:3])
        out.print(Text(f"What separates failures best: {told}"), soft_wrap=True)
    out.print(_cases(s.to_look_at))
    if manifest.get("stopped"):
        stop = manifest["stopped"]
        line = (
            f"Stopped after {stop['cases']:,} cases: {stop['claim']} {stop['verdict']}"
        )
        out.print(Text(line, style="bold"))
    if result.pace and result.pace.flown:
        out.print(_pace(result.pace), soft_wrap=True)
    folder = result.store.folder
    out.print(Text(f"Report: {folder / 'report.html'}"))
    first = s.to_look_at[0]["case"]
    again = f"frigoris replay {folder} --case {first}"
    out.print(Text(f"One of them again: {again}", style="dim"), soft_wrap=True)


def _headline(result: Any) -> Text:
    s, plan = result.summary, result.store.plan
    faults = ", ".join(plan.mission.faults)
    line = Text(f"{plan.mission.mission.title}{f', with {faults}' if faults else ''}: ")
    style = "bold green" if s.met else "bold"
    line.append(f"{s.landed:,} of {s.cases:,} landed", style=style)
    low, high = 100 * s.interval.low, 100 * s.interval.high
    line.append(f", {100 * s.rate:.2f} % (95 %: {low:.2f} … {high:.2f} %)")
    if s.cases < s.wanted:
        line.append(f"; {s.wanted - s.cases:,} cases are still to be flown")
    return line


def _requirements(rows: list[dict[str, Any]]) -> Table:
    table = make_table("requirement", "asked", "share", "between", "verdict")
    for row in rows:
        low, high = (f"{100 * x:.2f}" for x in row["interval"])
        table.add_row(
            f"{row['id']}: {row['text']}",
            f"{100 * row['probability']:g} % at {100 * row['confidence']:g} %",
            f"{100 * row['value']:.2f} %",
            f"{low} … {high} %",
            Text(row["verdict"], style=COLOUR[KIND[row["verdict"]]]),
        )
    return table


def _pairs(p: Any) -> Text:
    interval = p.interval()
    low, high = 100 * interval.low, 100 * interval.high
    without = p.both + p.first_only
    return Text(
        f"Pairs: {without:,} of {p.trials:,} land without what is injected; with it "
        f"{100 * p.difference:+.2f} % of the cases (95 %: {low:+.2f} … {high:+.2f}), "
        f"McNemar p = {p.p_value():.2g}: {p.first_only:,} are lost by it, "
        f"{p.second_only:,} saved"
    )


def _outcomes(counts: dict[str, int], cases: int) -> Text:
    told = [f"{n:,} {text.outcome(name)[0]}" for name, n in counts.items() if n]
    return Text(f"Outcomes of {cases:,} cases: {', '.join(told)}")


def _spread(e: dict[str, float]) -> Text:
    return Text(
        f"Landings: 1 sigma {e['semi_major_m']:,.0f} m by {e['semi_minor_m']:,.0f} m "
        f"(long axis {e['azimuth_deg']:.0f}° from north), centred {e['east_m']:,.0f} m "
        f"east and {e['north_m']:,.0f} m north of the target; 99 % within "
        f"{e['miss_99_m']:,.0f} m"
    )


def _cases(rows: list[dict[str, Any]]) -> Table:
    table = make_table("look at case", "outcome", "down", "sideways", "tilt", "miss")
    for column in (0, 2, 3, 4, 5):
        table.columns[column].justify = "right"
    for row in rows:
        words, kind = text.outcome(row["outcome"])
        table.add_row(
            str(row["case"]),
            Text(words, style=COLOUR[kind]),
            text.quantity(row["contact_descent_rate_m_s"], "m_s", 3),
            text.quantity(row["contact_speed_horizontal_m_s"], "m_s", 3),
            text.quantity(row["contact_tilt_deg"], "deg", 3),
            text.quantity(row["contact_miss_m"], "m", 3),
        )
    return table


def _pace(pace: Any) -> Text:
    line = (
        f"{pace.flown:,} landings in {pace.fly_s:.1f} s: {pace.rate:.0f} per second, "
        f"{pace.rate_total:.0f} with the {pace.prepare_s:.1f} s of getting ready; "
        f"memory {pace.peak_memory_mb:,.0f} MB at most"
    )
    if pace.workers_replaced:
        line += f"; workers replaced: {pace.workers_replaced}"
    return Text(line, style="dim")


def print_comparison(
    first: Path, second: Path, found: Any, console: Console | None = None
) -> None:
    """What one change did to the same cases."""
    out = console or make_console()
    p = found.paired
    one, two = p.both + p.first_only, p.both + p.second_only
    out.print(Text(f"{first}: {one:,} of {p.trials:,} landed"), soft_wrap=True)
    out.print(Text(f"{second}: {two:,} of {p.trials:,} landed"), soft_wrap=True)
    interval = p.interval()
    low, high = 100 * interval.low, 100 * interval.high
    line = (
        f"Difference {100 * p.difference:+.2f} % of the cases (95 %: {low:+.2f} … "
        f"{high:+.2f}); McNemar p = {p.p_value():.2g}: {p.second_only:,} landed only "
        f"in the second, {p.first_only:,} only in the first"
    )
    out.print(Text(line, style="bold"), soft_wrap=True)
    table = make_table("result", "mean change", "95 %")
    for row in found.means:
        ends = " … ".join(f"{x:+.3g}" for x in row["interval"])
        table.add_row(row["name"], f"{row['change']:+.3g}", ends)
    out.print(table)
    if found.changed:
        told = ", ".join(
            f"{r['case']} ({r['first']} → {r['second']})"
            for r in found.changed[:CHANGED_SHOWN]
        )
        more = len(found.changed) - CHANGED_SHOWN
        end = f" and {more:,} more" if more > 0 else ""
        line = f"{len(found.changed):,} cases end differently: {told}{end}"
        out.print(Text(line.replace("_", " ")), soft_wrap=True)


def print_replay(found: Any, console: Console | None = None) -> None:
    """Whether a case came out as its row says, and where its record is."""
    from frigoris.report.console_text import print_flight

    out = console or make_console()
    print_flight(found.flight, out)
    near = "to its last digits" if found.same_program else "to a millionth"
    how = "bit for bit" if found.bit_for_bit else near
    if found.unlike:
        line = f"The row came out different in: {', '.join(found.unlike)}"
    else:
        line = f"The row came out as stored, {how}"
    out.print(Text(line, style=COLOUR["bad" if found.unlike else "good"]))
    if not found.outcome_kept:
        line = (
            f"The outcome flipped: {found.row['outcome']} in the campaign, "
            f"{found.flight.outcome} in the record"
        )
        out.print(Text(line, style=COLOUR["bad"]))
    elif found.contact_difference_s is not None:
        gap = f"{found.contact_difference_s:+.1e} s"
        out.print(Text(f"Contact in the record against the row: {gap}"))
