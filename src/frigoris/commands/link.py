"""The command for the radio link of a mission or of a recorded flight."""

from pathlib import Path
from typing import Annotated

import typer

from frigoris.commands.options import AsJson, Sets


def link(
    what: Annotated[
        str,
        typer.Argument(
            metavar="MISSION|RECORD", help="A mission, or a record's folder."
        ),
    ],
    sets: Sets = None,
    hours: Annotated[
        float, typer.Option(help="How long after touchdown a mission is looked at.")
    ] = 48.0,
    out: Annotated[
        Path | None, typer.Option(help="Folder, by default runs/MISSION-link.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The radio link: budget, who hears the lander and when, margin over time.

    Of a mission: upright at its site from the planned touchdown on. Of a record: along
    the flight.
    """
    from frigoris import verbs
    from frigoris.report import link_text, listing

    study, page = verbs.link(what, sets=tuple(sets or ()), hours=hours, out=out)
    if as_json:
        listing.print_json(link_text.facts(study) | {"report": str(page)})
        return
    listing.print_rows(link_text.lines(study))
    print(f"Page: {page}")
