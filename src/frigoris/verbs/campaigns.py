"""The verbs about campaigns: fly many, report, compare, fly one again."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from frigoris.errors import UserError
from frigoris.mission.cases import SEED
from frigoris.mission.edit import choose_faults, set_values
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.verbs.flights import Progress, available_cores, versions, write


@dataclass(frozen=True)
class Campaign:
    """A campaign that was flown, or read again, with what it showed."""

    store: Any
    summary: Any
    pace: Any  # None where nothing was flown


def campaign(
    mission: str | Path,
    count: int,
    *,
    workers: int | None = None,
    resume: bool = False,
    until: str | None = None,
    seed: int | None = None,
    sampling: str = "random",
    only: Sequence[str] = (),
    sets: Sequence[str] = (),
    faults: Sequence[str] = (),
    nominal: bool = False,
    pairs: bool = False,
    history: Sequence[str] | None = None,
    out: Path | None = None,
    terrain: str | None = None,
    progress: Callable[[int, int, float], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Campaign:
    """Fly `count` dispersed cases of a mission into a store and report on them.

    `only` keeps the dispersions of some sets, `until` (as `0.99@95`) stops as soon as
    that claim is decided, `resume` goes on with a store. `pairs` flies each case beside
    itself without its faults, with the same noise, by the same program. Raises
    `UserError`. From a script call it under `if __name__ == "__main__":`, since workers
    import the script.
    """
    from frigoris.campaign.plan import as_plan
    from frigoris.campaign.rows import HISTORY, check_history
    from frigoris.campaign.run import find_store, fly_missing
    from frigoris.campaign.sequential import parse_claim
    from frigoris.campaign.summary import summarize
    from frigoris.mission.dispersions import choose_sets
    from frigoris.mission.sampling import Sampling

    claim = parse_claim(until) if until else None
    chosen = choose_faults(set_values(load_mission(mission), sets), faults, off=nominal)
    if only:
        chosen = choose_sets(chosen, only)
    _check(count, chosen, pairs)
    spread = Sampling(sampling, count)
    if spread.advice and say:
        say(spread.advice)
    plan = as_plan(
        chosen,
        count,
        seed=SEED if seed is None else seed,
        sampling=spread.kind,
        map_name=terrain,
        history=HISTORY if history is None else check_history(history),
        pairs=pairs,
    )
    folder = out or Path("runs") / f"{chosen.mission.name}-n{count}"
    store = find_store(plan, folder, versions(), resume=resume)
    store, pace = fly_missing(
        store,
        plan,
        workers or available_cores(),
        until=claim,
        progress=progress,
        say=say,
    )
    result = Campaign(store, summarize(store), pace)
    write_campaign(result)
    return result


def _check(count: int, mission: Mission, pairs: bool) -> None:
    if count < 1:
        raise UserError(f"Cannot fly {count} cases: give -n a number above 0.")
    if pairs and not mission.faults:
        raise UserError(
            f"Cannot fly pairs of {mission.mission.name}: no fault flies. Name one "
            "with --fault; `frigoris faults` lists them."
        )


def campaign_report(folder: Path) -> Campaign:
    """What the store in a folder shows, as it is now; writes its report anew."""
    from frigoris.campaign.store import open_store
    from frigoris.campaign.summary import summarize

    store = open_store(folder)
    result = Campaign(store, summarize(store), None)
    write_campaign(result)
    return result


def write_campaign(result: Campaign) -> None:
    """The page and the picture of a campaign, beside its chunks."""
    from frigoris.report.campaign_page import write_campaign_report

    write_campaign_report(result.store, result.summary)


def campaign_comparison(first: Path, second: Path) -> Any:
    """Two stores compared case by case."""
    from frigoris.campaign.compare import compare
    from frigoris.campaign.store import open_store

    return compare(open_store(first), open_store(second))


def replay(
    folder: Path,
    case: int,
    *,
    out: Path | None = None,
    progress: Progress | None = None,
) -> Any:
    """Fly one case of a store again: its row, and beside it a whole record."""
    from frigoris.campaign.replay import replay as replay_case
    from frigoris.campaign.store import open_store

    began = time.perf_counter()
    store = open_store(folder)
    found = replay_case(store, case, versions(), progress)
    name = store.plan.mission.mission.name
    record = write(found.flight, out or Path("runs") / f"{name}-{case}")
    spent = time.perf_counter() - began
    return replace(found, flight=replace(found.flight, record=record, wall_s=spent))
