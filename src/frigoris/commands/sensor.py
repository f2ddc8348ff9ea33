"""Commands for instruments: what tests on the ground say about the flight."""

import difflib
import sys
from pathlib import Path
from typing import Annotated

import typer

from frigoris.commands.options import AsJson, Sets
from frigoris.errors import UserError

MODELS = ("laser",)

sensor = typer.Typer(help="Instruments: what their tests say about the flight.")


@sensor.callback()
def _sensor() -> None:
    pass


@sensor.command("fit")
def fit(
    data: Annotated[
        str, typer.Argument(metavar="DATA", help="CSV of tests, one line per shot.")
    ],
    model: Annotated[str, typer.Option(help="Of which instrument: laser.")],
    mission: Annotated[
        str, typer.Option(metavar="MISSION", help="Whose data sheet and whose descent.")
    ],
    record: Annotated[
        Path | None,
        typer.Option(help="Flight whose conditions count instead of the plan's."),
    ] = None,
    need_m: Annotated[
        float | None,
        typer.Option(help="A range must be valid by this altitude; end of braking."),
    ] = None,
    sets: Sets = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Picture, by default runs/sensor-fit-laser.png.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fit a sensor to its ground tests: parameters, prediction, what was not tested."""
    if model not in MODELS:
        near = difflib.get_close_matches(model.lower(), MODELS, n=1, cutoff=0.3)
        hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(MODELS)}."
        raise UserError(f"Cannot fit the model {model!r}: there is no such one. {hint}")
    from frigoris import verbs
    from frigoris.report import listing, sensor_text

    print("fitting and predicting ...", file=sys.stderr)
    found, path = verbs.sensor_fit(
        data,
        mission,
        record=record,
        need_m=need_m,
        sets=tuple(sets or ()),
        seed=seed,
        out=out,
    )
    if as_json:
        listing.print_json(sensor_text.facts(found) | {"picture": str(path)})
        return
    sensor_text.print_study(found)
    print(f"Picture: {path}")
