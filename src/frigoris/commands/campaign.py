"""Commands over campaigns: fly one, report on one or two, replay a case."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from frigoris.commands.options import (
    AsJson,
    Faults,
    Map,
    MissionName,
    Nominal,
    Out,
    Seed,
    Sets,
    StoreFolder,
)

FAILED = 1  # exit code where something asked for was not met

Count = Annotated[int, typer.Option("-n", help="Number of cases.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes, by default one for each core."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the campaign in the store.")
]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="P@C",
        help="Stop as soon as a landing probability is shown or refuted: 0.99@95.",
    ),
]
Check = Annotated[
    bool,
    typer.Option("--check", help="Exit with 1 unless every requirement is met."),
]
SamplingKind = Annotated[str, typer.Option(help="random, latin_hypercube or sobol.")]
Only = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SET",
        help="Scatter only this set: known_late, on_the_day or never_known.",
    ),
]
History = Annotated[
    list[str] | None,
    typer.Option(metavar="CHANNEL", help="Keep the history of this channel instead."),
]
Pairs = Annotated[
    bool,
    typer.Option("--pairs", help="Each case beside itself without what is injected."),
]
StoreOut = Annotated[
    Path | None, typer.Option("--out", help="Store, by default runs/MISSION-nN.")
]


def campaign(
    mission: MissionName,
    count: Count,
    workers: Workers = None,
    resume: Resume = False,
    until: Until = None,
    check: Check = False,
    sampling: SamplingKind = "random",
    only: Only = None,
    sets: Sets = None,
    faults: Faults = None,
    nominal: Nominal = False,
    pairs: Pairs = False,
    seed: Seed = None,
    history: History = None,
    out: StoreOut = None,
    terrain: Map = None,
    as_json: AsJson = False,
) -> None:
    """Fly thousands of dispersed cases and say what they prove."""
    from frigoris import verbs
    from frigoris.report import campaign_text, listing

    with campaign_text.progress_bar() as progress:
        result = verbs.campaign(
            mission,
            count,
            workers=workers,
            resume=resume,
            until=until,
            seed=seed,
            sampling=sampling,
            only=tuple(only or ()),
            sets=tuple(sets or ()),
            faults=tuple(faults or ()),
            nominal=nominal,
            pairs=pairs,
            history=history,
            out=out,
            terrain=terrain,
            progress=progress,
            say=_say,
        )
    if as_json:
        listing.print_json(campaign_json(result))
    else:
        campaign_text.print_campaign(result)
    if check and not result.summary.met:
        raise typer.Exit(FAILED)


def _say(text: str) -> None:
    print(f"frigoris: {text}", file=sys.stderr)


def campaign_report(
    store: StoreFolder,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[STORE2]", help="Compare with it, case by case."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What a campaign showed; with two, what one change did to the same cases."""
    from frigoris import verbs
    from frigoris.report import campaign_text, listing

    if other is None:
        result = verbs.campaign_report(store)
        if as_json:
            listing.print_json(campaign_json(result))
        else:
            campaign_text.print_campaign(result)
        return
    found = verbs.campaign_comparison(store, other)
    if as_json:
        listing.print_json(comparison_json(store, other, found))
    else:
        campaign_text.print_comparison(store, other, found)


def replay(
    store: StoreFolder,
    case: Annotated[int, typer.Option(help="Number of the case.")],
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Fly one case of a campaign again, and write its whole record."""
    from frigoris import verbs
    from frigoris.report import campaign_text, console_text, listing

    with console_text.progress_bar() as progress:
        found = verbs.replay(store, case, out=out, progress=progress)
    if as_json:
        listing.print_json(replay_json(store, found))
    else:
        campaign_text.print_replay(found)
    if not found.agrees:
        raise typer.Exit(FAILED)


def paired_json(p: Any) -> dict[str, Any] | None:
    """Landings without and with the faults, pair by pair."""
    if p is None:
        return None
    interval = p.interval()
    return {
        "both": p.both,
        "only_without": p.first_only,
        "only_with": p.second_only,
        "neither": p.neither,
        "difference": p.difference,
        "interval": [interval.low, interval.high],
        "p": p.p_value(),
    }


def campaign_json(result: Any) -> dict[str, Any]:
    """A campaign as the contract of the command line has it."""
    s, pace, manifest = result.summary, result.pace, result.store.manifest
    return {
        "schema": "frigoris.campaign.1",
        "mission": manifest["plan"]["mission"],
        "cases": s.cases,
        "landed": s.landed,
        "rate": s.rate,
        "interval": [s.interval.low, s.interval.high],
        "outcomes": s.outcomes,
        "requirements": s.requirements,
        "drivers": s.drivers,
        "to_look_at": s.to_look_at,
        "ellipse": s.ellipse,
        "margins": s.margins,
        "pairs": paired_json(s.pairs),
        "stopped": manifest.get("stopped"),
        "landings_per_s": pace.rate if pace else None,
        "landings_per_s_total": pace.rate_total if pace else None,
        "features": manifest["features"] | {"hash": manifest["features_hash"]},
        "wall_s": pace.prepare_s + pace.fly_s if pace else None,
        "peak_memory_mb": pace.peak_memory_mb if pace else None,
        "workers_replaced": pace.workers_replaced if pace else None,
        "store": str(result.store.folder),
    }


def comparison_json(one: Path, two: Path, found: Any) -> dict[str, Any]:
    """Two campaigns compared."""
    p = found.paired
    interval = p.interval()
    return {
        "schema": "frigoris.comparison.1",
        "first": str(one),
        "second": str(two),
        "pairs": p.trials,
        "landed_both": p.both,
        "landed_first_only": p.first_only,
        "landed_second_only": p.second_only,
        "landed_neither": p.neither,
        "difference": p.difference,
        "interval": [interval.low, interval.high],
        "p": p.p_value(),
        "means": found.means,
        "changed": found.changed,
    }


def replay_json(store: Path, found: Any) -> dict[str, Any]:
    """A case flown again."""
    return {
        "schema": "frigoris.replay.1",
        "store": str(store),
        "case": found.case,
        "agrees": found.agrees,
        "same_program": found.same_program,
        "unlike": found.unlike,
        "outcome": found.row["outcome"],
        "outcome_of_record": found.flight.outcome,
        "contact_difference_s": found.contact_difference_s,
        "row": found.row,
        "record": str(found.flight.record),
    }
