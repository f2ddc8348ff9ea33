"""The command for landing sites: a map sheet of one."""

from pathlib import Path
from typing import Annotated

import typer

from frigoris.commands.options import AsJson, Map


def moon(
    site: Annotated[
        str,
        typer.Argument(
            metavar="SITE|MISSION",
            help="A mission, a named place, or LATITUDE,LONGITUDE in degrees "
            "(behind -- where the latitude is negative).",
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option(metavar="UTC", help="Moment, by default the planned touchdown."),
    ] = None,
    terrain: Map = None,
    ground: Annotated[
        str, typer.Option(help="Relief of a place without a mission: mare, highland.")
    ] = "mare",
    kernels: Annotated[
        bool, typer.Option("--kernels", help="Sun and Earth from kernels of JPL.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Picture, by default runs/moon-SITE.png.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Map sheet of a landing site: relief, slopes, light, Earth, what is synthetic."""
    from frigoris import verbs
    from frigoris.report import listing, moon_text

    view, path = verbs.moon(
        site, at=at, terrain=terrain, ground=ground, kernels=kernels, out=out
    )
    if as_json:
        listing.print_json(moon_text.facts(view) | {"picture": str(path)})
        return
    listing.print_rows(moon_text.lines(view))
    print(view.terrain.note)
    print(f"Map sheet: {path}")
