"""What the ground may send to a lander in descent, and when it counts.

A *phase* is ordered, as the flight software hears orders; a *load* changes numbers of
the flight software: every lesson that does so and nothing else (`verify/lessons`), and
what the user names. Parts of the load that come or go would be other software, and
cannot be sent.

The times, all of the flight's clock: what the lander is at `t` is heard at `t + L`; a
command sent at `s` arrives at `s + L`, and none is sent before somebody has thought:

$$ s \\ge t + L + R, \\qquad a = s + L $$

with the light time `L` and the reaction time of the operators `R`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from frigoris.constants import C_LIGHT
from frigoris.errors import UserError
from frigoris.flight.slices import SAME
from frigoris.mission.edit import set_values
from frigoris.mission.paths import did_you_mean
from frigoris.mission.schema import Mission
from frigoris.moon.ephemeris import look
from frigoris.verify.lessons.change import changed, structure
from frigoris.verify.lessons.entry import Lesson

REACTION = 5.0  # of operators with the command ready to be sent [s]
# phases that nobody orders in a descent: the engines would be off, or a burn is over
NEVER = ("boot", "deorbit_burn", "landed")


@dataclass(frozen=True)
class Command:
    """One command; either a phase or the mission with another load."""

    name: str
    text: str
    phase: str | None = None
    load: Mission | None = None

    @property
    def kind(self) -> str:
        """phase or load."""
        return "phase" if self.phase else "load"


def light_time(mission: Mission, moment: datetime) -> float:
    """From the site to the middle of the Earth [s].

    A station is up to 6400 km, 0.02 s nearer.
    """
    seen = look(mission.site.latitude_deg, mission.site.longitude_deg, moment)
    return 1e3 * seen["earth_distance_km"] / C_LIGHT


def sendings(
    now: float, light: float, reaction: float, step: float, end: float
) -> list[tuple[float, float]]:
    """When commands are sent and when they arrive [s], up to an arrival at `end`."""
    if step <= 0.0:
        raise ValueError(f"step must be above nought, found {step}")
    found, sent = [], now + light + reaction
    while sent + light < end - SAME:
        found.append((sent, sent + light))
        sent += step
    return found


def phases(mission: Mission, current: str) -> list[Command]:
    """Orders of the phases that may follow the current one."""
    names = list(mission.onboard.sequence.phases)
    place = names.index(current) if current in names else -1
    return [
        Command(f"phase {name}", f"go to {name.replace('_', ' ')}", phase=name)
        for name in names[place + 1 :]
        if name not in NEVER
    ]


def loads(mission: Mission, lessons: dict[str, Lesson]) -> list[Command]:
    """Lessons that change numbers of the flight software and nothing else."""
    found = []
    for name, lesson in lessons.items():
        result = changed(mission, lesson).mission
        if lesson.kind != "load" or result is None:
            continue
        if structure(result) == structure(mission):
            found.append(Command(f"load {name}", lesson.change, load=result))
    return found


def own_loads(mission: Mission, edits: Sequence[str]) -> list[Command]:
    """Loads that the user names, as `onboard.PATH=VALUE`; `UserError` otherwise."""
    found = []
    for edit in edits:
        path = edit.partition("=")[0].strip()
        if not path.startswith("onboard."):
            raise UserError(
                f"Cannot send {edit!r}: the ground changes the load of the flight "
                "software, a path below onboard, for example "
                "onboard.navigation.editor=reacquire."
            )
        result = set_values(mission, [edit])
        if structure(result) != structure(mission):
            raise UserError(
                f"Cannot send {edit!r}: that is other software, not another number."
            )
        found.append(Command(f"load {edit}", edit, load=result))
    return found


def choose(commands: Sequence[Command], only: Sequence[str]) -> list[Command]:
    """Those of the names of `only`, with or without `phase` or `load` before."""
    names = {c.name: c for c in commands}
    short = {c.name.partition(" ")[2]: c for c in commands}
    found = []
    for name in only:
        command = names.get(name) or short.get(name)
        if command is None:
            raise UserError(
                f"Cannot send {name!r}: the ground may send {', '.join(names)}."
                f"{did_you_mean(name, short)}"
            )
        found.append(command)
    return found if only else list(commands)
