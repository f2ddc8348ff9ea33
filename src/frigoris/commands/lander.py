"""The command for landers: how fast, how steep and how turned they may touch down."""

from pathlib import Path
from typing import Annotated

import typer

from frigoris.commands.options import AsJson, MissionName, Sets
from frigoris.errors import UserError


def lander(
    mission: MissionName,
    envelope: Annotated[
        bool,
        typer.Option("--envelope", help="Boundary of safe touchdown: table and plot."),
    ] = False,
    sets: Sets = None,
    out: Annotated[
        Path | None, typer.Option(help="Picture, by default runs/lander-MISSION.png.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What a lander survives: speeds, slopes and rates of its touchdown."""
    if not envelope:
        raise UserError(
            "Nothing to do for this lander: say what to show. Known is --envelope, the "
            "boundary of safe touchdown."
        )
    from rich.console import Console

    from frigoris import verbs
    from frigoris.report import console_text, listing
    from frigoris.report import envelope as told

    with console_text.progress_bar() as progress:
        found, path = verbs.lander(
            mission, sets=tuple(sets or ()), out=out, progress=progress
        )
    if as_json:
        listing.print_json(told.facts(found) | {"picture": str(path)})
        return
    for table in told.tables(found):
        Console().print(table)
    print(f"Picture: {path}")
