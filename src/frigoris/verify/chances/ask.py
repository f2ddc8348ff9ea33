"""A question of the ground, from the record of a flight to the table of its answer."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.campaign.plan import WIDTH
from frigoris.errors import UserError
from frigoris.mission.branch import Opened, open_record
from frigoris.mission.edit import choose_faults, set_values
from frigoris.mission.paths import did_you_mean
from frigoris.mission.schema import Mission
from frigoris.moon.time import format_utc
from frigoris.onboard.navigation import height, height_sigma
from frigoris.verify.chances.belief import BELIEFS, last_reading
from frigoris.verify.chances.commands import (
    REACTION,
    Command,
    choose,
    light_time,
    loads,
    own_loads,
    phases,
)
from frigoris.verify.chances.study import (
    Ground,
    Progress,
    Wish,
    fly_chances,
    table,
    told,
)
from frigoris.verify.lessons.entry import load_lessons

DOUBT = 4.0  # sigma beyond which a range and the estimate disagree


@dataclass(frozen=True)
class Ask:
    """What is asked, and what the ground takes the flight for."""

    count: int = WIDTH
    belief: str = "estimate"
    commands: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    reaction: float = REACTION
    step: float | None = None


def ask(
    record: Path, time: float, wish: Ask, progress: Progress | None = None
) -> dict[str, Any]:
    """Chances of a flight at `time` [s] of its record, as `--json` has them."""
    _check(wish)
    opened = open_record(record, time)
    assumed = _assumed(opened, wish)
    asked = Wish(time, wish.count, wish.belief, wish.reaction, wish.step)
    ground = Ground(opened, record, assumed, asked)
    start = opened.stage.planned.start
    moment = start + timedelta(seconds=ground.now)
    light = light_time(opened.believed, moment)
    commands = _commands(ground, wish)
    none, found = fly_chances(ground, commands, light, progress)
    rows = table(none, found)
    kinds = {c.name: c for c in commands}
    for row in rows:
        row |= {"kind": kinds[row["command"]].kind, "text": kinds[row["command"]].text}
    return {
        "schema": "frigoris.chances.1",
        "mission": opened.believed.mission.name,
        "record": str(record),
        "t_s": ground.now,
        "utc": format_utc(moment),
        "belief": wish.belief,
        "belief_text": BELIEFS[wish.belief],
        "assumed": [*wish.sets, *wish.faults],
        "light_time_s": light,
        "reaction_s": wish.reaction,
        "first_sent_t_s": ground.now + light + wish.reaction,
        "state": _state(ground),
        "none": told(none),
        "commands": rows,
        "last": _last(rows, start),
    }


def _check(wish: Ask) -> None:
    if wish.belief not in BELIEFS:
        raise UserError(
            f"Cannot believe {wish.belief!r}: there are {', '.join(BELIEFS)}."
            f"{did_you_mean(wish.belief, BELIEFS)}"
        )
    if wish.count < 2:
        raise UserError(
            f"Cannot judge a command by {wish.count} cases: pairs need two at least. "
            "Try -n 64."
        )
    for name, value in (("--reaction", wish.reaction), ("--step", wish.step)):
        if value is not None and (not np.isfinite(value) or value < 0.0):
            raise UserError(f"Cannot wait {name} {value:g}: give seconds above 0.")
    if wish.step == 0.0:
        raise UserError("Cannot wait --step 0: give seconds above 0.")


def _assumed(opened: Opened, wish: Ask) -> Mission:
    """What the ground takes the flight for: its plan, and what it suspects."""
    base = opened.flown if wish.belief == "truth" else opened.believed
    return choose_faults(set_values(base, wish.sets), wish.faults)


def _commands(ground: Ground, wish: Ask) -> list[Command]:
    believed = ground.opened.believed
    own = own_loads(believed, wish.loads)
    known = [*phases(believed, ground.phase), *loads(believed, load_lessons()), *own]
    if not wish.commands and own:
        return own
    return choose(known, wish.commands)


def _state(ground: Ground) -> dict[str, Any]:
    nav, load = ground.nav, ground.stage.planned.onboard
    up = np.asarray(nav.r_M) / np.linalg.norm(nav.r_M)
    reading, spread = last_reading(nav), float(nav.spread)
    off = reading is not None and abs(reading) > DOUBT * max(spread, 1.0)
    return {
        "phase": ground.phase,
        "est_altitude_m": float(height(nav, load)),
        "est_altitude_sigma_m": float(height_sigma(nav)),
        "est_descent_rate_m_s": -float(up @ np.asarray(nav.v_M)),
        "disagrees_m": reading if off else None,
    }


def _last(rows: list[dict[str, Any]], start: Any) -> dict[str, Any] | None:
    """The command that helps latest, and at that moment most."""
    good = [row for row in rows if row["last_t_s"] is not None]
    if not good:
        return None

    def at(row: dict[str, Any]) -> dict[str, Any]:
        moments: list[dict[str, Any]] = row["sent"]
        return next(s for s in moments if s["sent_t_s"] == row["last_t_s"])

    best = max(good, key=lambda row: (row["last_t_s"], at(row)["saved_rate"]))
    return {
        "command": best["command"],
        "sent_t_s": best["last_t_s"],
        "utc": format_utc(start + timedelta(seconds=best["last_t_s"])),
        "saved_rate": at(best)["saved_rate"],
        "too_late_t_s": best["too_late_t_s"],
    }
