"""Commands about telemetry: export of a record, import of others', a record played."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from frigoris.commands.options import AsJson
from frigoris.errors import UserError

SIDES = ("first", "second", "difference")

Record = Annotated[
    Path,
    typer.Argument(metavar="RECORD", help="Folder of a flight, or of its telemetry."),
]


def export(
    record: Record,
    to: Annotated[str, typer.Option(help="Format: mcap, ccsds, csv or xtce.")],
    path: Annotated[
        Path, typer.Argument(metavar="PATH", help="File to write; for csv a folder.")
    ],
    as_json: AsJson = False,
) -> None:
    """Write a record for other tools: MCAP, CCSDS packets, CSV, XTCE."""
    from frigoris.packets.export import export as write

    done = write(record, to, path)
    told: dict[str, Any] = {
        "path": str(done.path),
        "format": done.kind,
        "size_bytes": done.size_bytes,
        "counts": done.counts,
        "gaps": [_gap(gap) for gap in done.gaps],
    }
    if as_json:
        _print_json(told)
        return
    count = sum(done.counts.values())
    what = {"mcap": "messages", "csv": "rows", "xtce": "fields"}.get(to, "packets")
    print(f"{done.path}: {count} {what}, {done.size_bytes} bytes")
    _print_gaps(done.gaps)


def import_(
    telemetry: Annotated[
        Path,
        typer.Argument(
            metavar="TELEMETRY", help="CSV, Parquet, or MCAP and packets of ours."
        ),
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(help="What the columns are: docs/export.md shows one."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="New folder, by default runs/TELEMETRY.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a folder of telemetry out of telemetry that others recorded."""
    from frigoris.packets.importing import import_telemetry

    done = import_telemetry(telemetry, mapping, out or Path("runs") / telemetry.stem)
    if as_json:
        _print_json(
            {
                "folder": str(done.folder),
                "epoch_utc": done.epoch_utc or None,
                "rows": done.rows,
                "gaps": [_gap(gap) for gap in done.gaps],
            }
        )
        return
    rows = ", ".join(f"{count} of {name}" for name, count in done.rows.items())
    print(f"{done.folder}: {rows}")
    _print_gaps(done.gaps)


def play(
    record: Record,
    speed: Annotated[
        float, typer.Option(help="Times real time; inf: as fast as it goes.")
    ] = 1.0,
    to: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where the datagrams go.")
    ] = "127.0.0.1:10015",
    begin: Annotated[
        float | None,
        typer.Option(metavar="T_S", help="Leave out what was made before this time."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Send the packets of a record by UDP as if they came down now."""
    from frigoris.packets import live
    from frigoris.packets.dictionary import load_dictionary
    from frigoris.packets.stream import make_stream
    from frigoris.packets.tables import read_ground

    if not speed > 0.0:
        raise UserError(f"Cannot play at {speed:g} times real time: try --speed 10.")
    where = live.address(to)
    sent = make_stream(load_dictionary(), read_ground(record).tables)
    if begin is not None:
        sent = [packet for packet in sent if packet.t_s >= begin]
    if not sent:
        since = "" if begin is None else f" made after {begin:g} s"
        raise UserError(f"Cannot play {record}: it has no packets{since}.")
    done = live.play(sent, where, speed=speed, progress=_progress)
    if as_json:
        _print_json({"to": f"{where[0]}:{where[1]}", **vars(done)})
        return
    print(
        f"{done.packets} packets, {done.size_bytes} bytes in {done.wall_s:.1f} s "
        f"to {where[0]}:{where[1]}"
    )


def compare(
    first: Record,
    second: Annotated[
        Path,
        typer.Argument(metavar="RECORD", help="The other one.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Page, by default runs/compare-FIRST-SECOND.html."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Two flights on one page: curves over each other, differences at events."""
    from frigoris.report.compare_page import compare as write

    names = f"compare-{first.resolve().name}-{second.resolve().name}.html"
    told = write(first, second, out or Path("runs") / names)
    if as_json:
        _print_json(told)
        return
    from frigoris.report import listing, text

    rows = [
        (end["text"], *(text.quantity(end[k], end["unit"]) for k in SIDES))
        for end in told["ends"]
        if end["first"] is not None or end["second"] is not None
    ]
    rows += [
        (
            event["name"].replace("_", " "),
            *(text.quantity(event[k], "s") for k in SIDES),
        )
        for event in told["events"]
    ]
    listing.print_rows([("", *SIDES), *rows])
    print(f"Page: {told['page']}")


def _progress(t_s: float, number: int, total: int) -> None:
    """One line on stderr that is written over where people look on."""
    if sys.stderr.isatty():
        end = "\n" if number == total else "\r"
        text = f"T+{t_s:9.1f} s  {number} of {total} packets"
        print(text, end=end, file=sys.stderr, flush=True)


def _gap(gap: Any) -> dict[str, Any]:
    return dict(vars(gap))


def _print_gaps(gaps: list[Any]) -> None:
    for gap in gaps:
        print(
            f"gap: {gap.missing} of {gap.packet} missing between {gap.after_t_s:.3f} s "
            f"and {gap.before_t_s:.3f} s"
        )


def _print_json(value: dict[str, Any]) -> None:
    from frigoris.report.listing import print_json

    print_json(value)
