"""Commands about what would have saved a flight."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from frigoris.commands.options import AsJson, Faults, Map, MissionName, Seed, Sets

Count = Annotated[int, typer.Option("-n", help="Cases that each change is flown on.")]
Only = Annotated[
    list[str] | None, typer.Option(metavar="LESSON", help="Fly only these lessons.")
]
File = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Lessons of one's own.")
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes, by default one for each core.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with what is in --out.")]
NoTwins = Annotated[
    bool,
    typer.Option(
        "--no-twins", help="Leave out the flights in which nothing goes wrong."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder of all of it, by default runs/MISSION-lessons-nN."),
]


def lessons(
    mission: MissionName,
    count: Count = 200,
    only: Only = None,
    file: File = None,
    no_twins: NoTwins = False,
    sets: Sets = None,
    faults: Faults = None,
    seed: Seed = None,
    workers: Workers = None,
    resume: Resume = False,
    out: Out = None,
    terrain: Map = None,
    as_json: AsJson = False,
) -> None:
    """What would have saved it: single changes flown on the same cases."""
    from frigoris import verbs
    from frigoris.report import lessons_text, listing

    with lessons_text.progress_bar() as progress:
        result, page = verbs.lessons(
            mission,
            count,
            only=tuple(only or ()),
            file=file,
            sets=tuple(sets or ()),
            faults=tuple(faults or ()),
            seed=seed,
            twins=not no_twins,
            workers=workers,
            resume=resume,
            out=out,
            terrain=terrain,
            progress=progress,
            say=_say,
        )
    if as_json:
        listing.print_json(result)
    else:
        lessons_text.print_lessons(result, page)


def _say(text: str) -> None:
    print(f"frigoris: {text}", file=sys.stderr)


Place = Annotated[
    str,
    typer.Argument(
        metavar="RECORD@T_S", help="Record of the flight, @ and the time of the state."
    ),
]
Cases = Annotated[int, typer.Option("-n", help="Cases drawn around what is known.")]
Belief = Annotated[
    str,
    typer.Option(
        help="What the ground goes by: estimate, reading (of the range finder), or "
        "truth in hindsight."
    ),
]
Commands = Annotated[
    list[str] | None,
    typer.Option("--command", metavar="NAME", help="Try only this command."),
]
Loads = Annotated[
    list[str] | None,
    typer.Option(
        "--load", metavar="PATH=VALUE", help="Try this change of the load, onboard.…"
    ),
]
Reaction = Annotated[
    float, typer.Option(metavar="S", help="Seconds from hearing to sending.")
]
Step = Annotated[
    float | None,
    typer.Option(metavar="S", help="Seconds from one sending to the next."),
]
Assumed = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="What the ground suspects."),
]


def chances(
    place: Place,
    count: Cases = 64,
    belief: Belief = "estimate",
    commands: Commands = None,
    load: Loads = None,
    sets: Assumed = None,
    faults: Faults = None,
    reaction: Reaction = 5.0,
    step: Step = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """What the ground can still do for a flight, and until when."""
    from frigoris import verbs
    from frigoris.report import chances_text, listing

    with chances_text.progress_bar() as progress:
        result, page = verbs.chances(
            place,
            count,
            belief=belief,
            commands=tuple(commands or ()),
            loads=tuple(load or ()),
            sets=tuple(sets or ()),
            faults=tuple(faults or ()),
            reaction=reaction,
            step=step,
            out=out,
            progress=progress,
        )
    if as_json:
        listing.print_json(result)
    else:
        chances_text.print_chances(result, page)
