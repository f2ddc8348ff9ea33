"""Go on from a moment of a recorded flight, with something changed from there on.

The plan stays that of the record: what is changed of the load is as if it had been sent
up at that moment; what is changed of the truth happens then.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import equinox as eqx
import numpy as np

from frigoris.errors import UserError
from frigoris.flight import moments
from frigoris.flight.record import read_truth
from frigoris.flight.slices import SAME, Moment, Progress, begin, fly_ticks
from frigoris.mission.batch import WIDTH, Stage, make_stage
from frigoris.mission.build import join, make_planned
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import planned
from frigoris.mission.faults.injected import injections
from frigoris.mission.fly import Flight, Origin, fly
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.mission.si import si


def parse_place(text: str) -> tuple[Path, float]:
    """`RECORD@t_s` as a folder and a time of the flight [s]."""
    folder, at, time = text.rpartition("@")
    try:
        seconds = float(time)
    except ValueError:
        seconds = float("nan")
    if not at or not folder or not np.isfinite(seconds):
        raise UserError(
            f"Cannot go on from {text!r}: write the folder of a record, @ and the time "
            "of the flight in seconds, for example --from runs/MISSION-0@3900."
        )
    return Path(folder), seconds


def branch(
    record: Path, time: float, mission: Mission, progress: Progress | None = None
) -> Flight:
    """Fly `mission` on from `time` [s] of a record: its case, its noise, its plan."""
    told = read_truth(record)
    info, end = told.flight, float(told.states["t_s"][-1])
    if not 0.0 <= time < end:
        raise UserError(
            f"Cannot go on from {time:g} s of {record}: that flight lasted {end:.1f} s."
        )
    if info.get("software"):
        raise UserError(
            f"Cannot go on from {record}: a process of its own flew it, and what that "
            "remembered is not in the record. Fly again by the same --software."
        )
    flown = load_mission(record / "truth" / "flown.yaml")
    if flown.mission.name != mission.mission.name:
        raise UserError(
            f"Cannot fly {mission.mission.name} on from {record}: it is a record of "
            f"{flown.mission.name}."
        )
    case = Case(info["case"], info["seed"], noise=info["case"] is not None)
    believed = load_mission(record / "planned.yaml")
    stage = make_stage(believed, info["terrain"]["name"])
    origin = _origin(stage, flown, case, record, time, told)
    if [i[:2] for i in injections(flown)] != [i[:2] for i in injections(mission)]:
        origin = _without_memory(origin)
    load = make_planned(si(planned(mission)), stage.setting, plan=stage.planned.plan)
    if load.software is not stage.planned.software:
        raise UserError(
            f"Cannot fly on from {record} by other flight software: what it would have "
            "remembered is not in the record. Fly by it from the start."
        )
    changed = Stage(mission, stage.terrain, stage.setting, load, stage.times)
    return fly(changed, case, judge=False, origin=origin, progress=progress)


def _without_memory(origin: Origin) -> Origin:
    """The same without what the flight remembers of its faults: others follow, of which
    those that should have begun begin at once.
    """
    moment = origin.moment
    truth = eqx.tree_at(
        lambda s: s.faults, moment.flying.truth, None, is_leaf=lambda x: x is None
    )
    moment = replace(moment, flying=moment.flying._replace(truth=truth))
    return replace(origin, moment=moment)


def _origin(
    stage: Stage, flown: Mission, case: Case, record: Path, time: float, told: Any
) -> Origin:
    lanes = make_lanes(flown, stage.planned, stage.setting, [case])
    params = join([lanes.params], WIDTH)
    path = record / "truth" / moments.FILE
    found = moments.load(path, time, begin(params))
    # the last tick that begins no later than the time asked for
    count = int((time - float(found.flying.time)) / found.tick + SAME)
    count = min(count, found.left)
    flying, _ = fly_ticks(params, found.flying, found.tick, count)
    now = float(flying.time)
    before = told.states["t_s"] < now - SAME
    return Origin(
        moment=Moment(flying, found.tick, found.left - count),
        truth={k: v[before] for k, v in told.states.items()},
        onboard={k: v[before] for k, v in told.onboard.items()},
        told={"record": str(record), "t_s": now},
    )
