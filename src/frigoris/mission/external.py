"""Fly one case of a mission by flight software in another process."""

import sys
import time
from dataclasses import dataclass
from dataclasses import replace as replace_in

import jax
import numpy as np

from frigoris.errors import UserError
from frigoris.flight import protocol
from frigoris.flight.landing import settle
from frigoris.flight.link import LISTEN, PATIENCE, Line, open_line
from frigoris.flight.lockstep import Talk, fly_lockstep
from frigoris.flight.slices import Progress
from frigoris.flight.step import Flying
from frigoris.mission.batch import WIDTH, Batch, Stage, check_ignitions, look_at
from frigoris.mission.build import join, take
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.faults.injected import injects
from frigoris.mission.fly import Flight, as_flight


@dataclass(frozen=True)
class External:
    """Which software flies, and how it is waited for."""

    command: str  # or `listen:PORT`, `listen:PATH`
    pace: float | None = None  # times real time; None as fast as it goes
    patience: float = PATIENCE  # for each reply [s]


def external(
    software: str | None,
    pace: float | None,
    patience: float | None,
    branch_from: str | None,
) -> External | None:
    """What the options ask for, None without --software. Raises `UserError`."""
    if software is None:
        if pace is not None or patience is not None:
            raise UserError(
                "Cannot set a pace or patience for our own flight software: --pace "
                "and --patience go with --software."
            )
        return None
    if branch_from is not None:
        raise UserError(
            "Cannot go on from a record by --software: it has not been aboard until "
            "then. Leave --from away, or fly by a function (onboard.software)."
        )
    wish = External(software, pace, PATIENCE if patience is None else patience)
    _check(wish)
    return wish


def _check(wish: External) -> None:
    for name, value in (("--pace", wish.pace), ("--patience", wish.patience)):
        if value is not None and not 0.0 < value < float("inf"):
            raise UserError(
                f"Cannot fly with {name} {value:g}: give a number above 0, for example "
                f"{name} 1."
            )


def fly_external(
    stage: Stage,
    case: Case,
    wish: External,
    *,
    start: Flying | None = None,
    progress: Progress | None = None,
) -> Flight:
    """One flight by the software of `wish`, from `start` or the beginning.

    Raises `UserError`; a software that fails is an outcome.
    """
    began = time.perf_counter()
    _check(wish)
    mission = stage.mission
    if mission.onboard.software is not None:
        raise UserError(
            f"Cannot fly {mission.mission.name} by {wish.command!r}: the mission names "
            "its own software already. Take onboard.software or --software away."
        )
    if injects(mission):
        raise UserError(
            f"Cannot inject faults into a flight by {wish.command!r}: software in "
            "lockstep has no tables of faults yet. Take the injected faults away, or "
            "fly by a function (onboard.software)."
        )
    lanes = make_lanes(mission, stage.planned, stage.setting, [case])
    check_ignitions(stage.times, [(mission, case)], lanes.planned)
    told = protocol.hello(take(lanes.params, 0), mission.mission.name)
    line = open_line(wish.command, wish.patience)
    talk = Talk(line, lanes.params, wish.pace)
    try:
        if wish.command.startswith(LISTEN):
            _say(line)
        talk.meet(told)
        flown = fly_lockstep(
            lanes.params, stage.times, talk, start=start, progress=progress
        )
    finally:
        line.close({"reason": talk.loss.reason if talk.loss else "rest"})
    # to rest by the program that all flights use
    wide = join([lanes.params], WIDTH)
    flown = replace_in(
        flown, truth=jax.tree.map(lambda x: np.repeat(x, WIDTH, -1), flown.truth)
    )
    settled = settle(wide, flown.truth, flown.end, keep=True)
    batch = Batch([(mission, case)], wide, lanes.planned, lanes.drawn, flown, settled)
    flight = as_flight(stage, case, batch, look_at(stage, batch, 0))
    return replace_in(
        flight, software=_told(wish, talk), wall_s=time.perf_counter() - began
    )


def _say(line: Line) -> None:
    print(f"waiting for flight software at {line.address}", file=sys.stderr)


def _told(wish: External, talk: Talk) -> dict[str, object]:
    kept = talk.kept_up()
    rate = kept.ticks / kept.wall_s if kept.ticks else 0.0
    return {
        "command": wish.command,
        "name": str(talk.about.get("name", "")),
        "lost": talk.loss.reason if talk.loss else None,
        "ticks": kept.ticks,
        "ticks_per_s": rate,
        "flight_wall_s": kept.wall_s,
        "waited_s": kept.waited_s,
        "pace_ratio": wish.pace,
        "late_ticks": kept.late_ticks if wish.pace else None,
    }
