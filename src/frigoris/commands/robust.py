"""The command for how much a reproduction rests on what nobody published."""

from typing import Annotated

import typer

from frigoris.commands.options import AsJson, Map, MissionName, Seed

Count = Annotated[int, typer.Option("-n", help="Number of cases of each run.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes, by default one for each core."),
]
Hold = Annotated[
    list[str] | None,
    typer.Option(
        metavar="PATH",
        help="Hold what begins with this at the mission's value: lander, "
        "sensors.laser, ...",
    ),
]


def robust(
    mission: MissionName,
    count: Count = 500,
    hold: Hold = None,
    terrain: Map = None,
    seed: Seed = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Fly a past mission with other unknowns: how many cases show what was published.

    Every value under `engineering` goes over its range, plan and load made anew; then
    the same with the fitted errors about zero, for the loss that could be foreseen.
    """
    from frigoris import verbs
    from frigoris.report import campaign_text, listing, robust_text

    with campaign_text.progress_bar() as progress:
        result = verbs.robust(
            mission,
            count,
            hold=tuple(hold or ()),
            terrain=terrain,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    if as_json:
        listing.print_json(result)
    else:
        robust_text.print_robust(result)
