"""The command for the descent as planned: what it costs, and against which floor."""

from pathlib import Path
from typing import Annotated

import typer

from frigoris.commands.options import FAILED, AsJson, Map, MissionName, Sets


def design(
    mission: MissionName,
    sets: Sets = None,
    terrain: Map = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of report and trajectory, by default runs/design-MISSION."
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Exit with 1 unless the plan lands with what is in the tanks.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The planned descent: deorbit and ignition points, trajectory, delta-v, margin.

    Compared with the least that is possible, and with other thrusts.
    """
    from frigoris import verbs
    from frigoris.report import design_text, listing

    found, files = verbs.design(
        mission, sets=tuple(sets or ()), terrain=terrain, out=out
    )
    if as_json:
        listing.print_json(found.facts | {"files": files})
    else:
        design_text.print_design(found.facts)
        print(f"Report: {files['page']}")
    if check and not found.facts["lands"]:
        raise typer.Exit(FAILED)
