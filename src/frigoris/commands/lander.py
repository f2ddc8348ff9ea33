"""The command for landers: what one is made of and how it may touch down."""

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
    """The data sheet of a lander: masses, thrust, torque, slosh, footing, power.

    With --envelope what it survives: speeds, slopes and rates of its touchdown.
    """
    from rich.console import Console

    from frigoris import verbs
    from frigoris.report import console_text, data_sheet, listing
    from frigoris.report import envelope as told

    if not envelope:
        if out is not None:
            raise UserError("Cannot draw a data sheet: --out goes with --envelope.")
        sheet = verbs.data_sheet(mission, sets=tuple(sets or ()))
        if as_json:
            listing.print_json({"schema": "frigoris.data_sheet.1"} | sheet)
            return
        for table in data_sheet.tables(sheet):
            Console().print(table)
        return
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
