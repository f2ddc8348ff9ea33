"""The command for margins: budgets by phase, and of the control loops."""

from pathlib import Path
from typing import Annotated

import typer

from frigoris.commands.options import FAILED, AsJson, Map, MissionName, Seed, Sets


def margins(
    mission: MissionName,
    sets: Sets = None,
    seed: Seed = None,
    terrain: Map = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder, by default runs/MISSION-margins.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Exit with 1 unless the margins are met."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What a mission has left: velocity, propellant, thrust, and its control loops.

    One flight without faults at the design point, seven dispersed ones beside it.
    """
    from rich.console import Console

    from frigoris import verbs
    from frigoris.report import console_text, listing, margins_text

    with console_text.progress_bar() as progress:
        sheet, page = verbs.margins(
            mission,
            sets=tuple(sets or ()),
            seed=seed,
            terrain=terrain,
            out=out,
            progress=progress,
        )
    if as_json:
        listing.print_json(margins_text.facts(sheet) | {"report": str(page)})
    else:
        for table in margins_text.tables(sheet):
            Console().print(table)
        print(margins_text.verdict(sheet))
        print(f"Page: {page}")
    if check and not sheet.met:
        raise typer.Exit(FAILED)
