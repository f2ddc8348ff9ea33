"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

MissionName = Annotated[
    str, typer.Argument(metavar="MISSION", help="Name in the catalogue, or a path.")
]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout, nothing else.")
]
CaseNumber = Annotated[
    int, typer.Option(help="Which draw of the dispersions and noise, from 0.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one parameter."),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        metavar="NAME[:KEY=VALUE,...]",
        help="Fly only the faults named; with KEY=VALUE change what one does and "
        "leave the others. A class of `frigoris faults` is injected beside them.",
    ),
]
Nominal = Annotated[
    bool, typer.Option("--nominal", help="Without the faults of the mission.")
]
Undispersed = Annotated[
    bool,
    typer.Option("--undispersed", help="The design point: no dispersions, no noise."),
]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of dispersions and noise.")]
Out = Annotated[
    Path | None,
    typer.Option(help="Folder of the record, by default runs/MISSION-CASE."),
]
Map = Annotated[
    str | None,
    typer.Option("--map", help="auto, ldem_4, fused16, embedded, level, or a file."),
]
BranchFrom = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="RECORD@T_S",
        help="Go on from this time of a recorded flight, as its case, with what the "
        "other options change from there on.",
    ),
]
Software = Annotated[
    str | None,
    typer.Option(
        metavar="COMMAND",
        help="Flight software in another process, in lockstep: a command that is "
        "started, or listen:PORT to wait for one.",
    ),
]
Pace = Annotated[
    float | None,
    typer.Option(metavar="X", help="With --software: X times real time."),
]
Patience = Annotated[
    float | None,
    typer.Option(metavar="S", help="With --software: seconds to wait for a reply."),
]
StoreFolder = Annotated[
    Path, typer.Argument(metavar="STORE", help="Folder that a campaign wrote.")
]
