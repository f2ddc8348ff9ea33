"""A flight in progress flown on many times: with nothing done, and with each command.

All flights of a case are the same to the bit until the command arrives, so a command
is judged by pairs: cases that are saved with it and not without. *Saved* is a first
contact within the limits of the legs, or an orbit that does not come down.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.campaign.paired import Paired
from frigoris.campaign.plan import EVERY, WIDTH
from frigoris.campaign.statistics import clopper_pearson
from frigoris.constants import TICK
from frigoris.errors import UserError
from frigoris.flight import moments
from frigoris.flight.landing import settle
from frigoris.flight.outcome import IN_ORBIT, LANDED, outcomes, touches
from frigoris.flight.params import Params
from frigoris.flight.slices import (
    SAME,
    SLICE_TICKS,
    Flown,
    Moment,
    begin,
    fitted,
    fly_batch,
    fly_ticks,
)
from frigoris.flight.step import Flying
from frigoris.math.tree import replace_at
from frigoris.mission.batch import rated
from frigoris.mission.branch import Opened
from frigoris.mission.build import join, make_planned, take
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import choose_faults, planned
from frigoris.mission.faults.injected import injects
from frigoris.mission.schema import Mission
from frigoris.mission.si import si
from frigoris.phases import PHASES
from frigoris.verify.chances import belief
from frigoris.verify.chances.belief import SEED
from frigoris.verify.chances.commands import Command, sendings

Progress = Callable[[str, int, int], None]  # what flies, flights of it done, in all
ALPHA = 0.05  # below it a command is shown to help
MOMENTS = 6  # at which a command is tried, unless a step is given


@dataclass(frozen=True)
class Wish:
    """What the ground asks."""

    time: float  # of the state [s of the flight]
    count: int = WIDTH
    belief: str = "estimate"
    reaction: float = 5.0  # [s]
    step: float | None = None  # between two sendings [s]
    seed: int = SEED


@dataclass(frozen=True)
class Ends:
    """What became of the cases of one way to go on."""

    outcomes: list[str]
    saved: np.ndarray  # yes or no
    time: np.ndarray  # of the contact, NaN without one [s]
    speed: np.ndarray  # there [m/s]

    @property
    def landed(self) -> np.ndarray:
        """Yes or no."""
        return np.array([name == LANDED for name in self.outcomes])


@dataclass(frozen=True)
class Chunk:
    """Up to `WIDTH` cases at the moment of the record, and how they go on untouched."""

    cases: range
    assumed: Mission  # what the ground takes the flight for
    params: Params
    start: Moment


class Ground:
    """The ground's view of one flight, from which every way to go on is flown."""

    def __init__(self, opened: Opened, record: Path, assumed: Mission, wish: Wish):
        self.opened, self.record, self.wish = opened, record, wish
        self.assumed = assumed
        self.stage = opened.stage
        self.state, self.tick, self.left = self._recorded()

    @property
    def now(self) -> float:
        """Time of the state [s]: that asked for, back to a whole sample."""
        return float(self.state.time)

    @property
    def nav(self) -> Any:
        """What the onboard navigation remembered."""
        return belief.one(self.state.onboard.navigator)

    @property
    def phase(self) -> str:
        """The phase of the flight."""
        return PHASES[int(np.asarray(self.state.onboard.sequencer.phase)[0])]

    def _recorded(self) -> tuple[Flying, float, int]:
        """The recorded state in every lane, and what is left of its slice."""
        o = self.opened
        plain = self._lanes(o.flown, [o.case], tables=injects(o.flown))
        armed = self._lanes(o.flown, [o.case], tables=True)
        path = self.record / "truth" / moments.FILE
        found = moments.load(path, self.wish.time, begin(plain))
        passed = (self.wish.time - float(found.flying.time)) / found.tick
        samples = min(int(passed / EVERY + SAME), found.left // EVERY)
        flying = fitted(armed, found).flying
        flying, _ = fly_ticks(armed, flying, found.tick, samples, EVERY)
        return flying, found.tick, found.left - samples * EVERY

    def _lanes(self, mission: Mission, cases: Sequence[Case], tables: bool) -> Params:
        o = self.stage
        lanes = make_lanes(mission, o.planned, o.setting, cases, tables=tables)
        return join([lanes.params], WIDTH)

    def chunks(self) -> list[Chunk]:
        """All cases, `WIDTH` at a time."""
        count = self.wish.count
        firsts = range(0, count, WIDTH)
        return [self._chunk(range(k, min(k + WIDTH, count))) for k in firsts]

    def _chunk(self, numbers: range) -> Chunk:
        cases = [Case(k, self.wish.seed) for k in numbers]
        flying = self.state
        if self.wish.belief == "truth":
            params = self._lanes(self.assumed, [self.opened.case], tables=True)
            keys = self._lanes(self.assumed, cases, tables=True).key
            params = replace_at(lambda p: p.key, params, keys)
        else:
            params = self._lanes(self.assumed, cases, tables=True)
            errors = self._errors(numbers)
            used = np.asarray(flying.onboard.propellant_used)
            params, flying = belief.believed(params, flying, errors, used)
        start = Moment(flying, self.tick, self.left)
        return Chunk(numbers, self.assumed, params, start)

    def _errors(self, numbers: range) -> np.ndarray:
        nav = self.nav
        params = take(self._lanes(self.assumed, [Case(None)], tables=True), 0)
        found = belief.doubt(params, nav).draw(numbers, self.wish.seed)
        if self.wish.belief == "reading":
            found = belief.by_reading(found, nav, params, numbers, self.wish.seed)
        rest = np.repeat(found[:, -1:], WIDTH - found.shape[1], axis=1)
        return np.concatenate([found, rest], axis=1)

    def untouched(self, chunk: Chunk) -> tuple[Flown, Ends]:
        """Nothing is done."""
        return self._fly(chunk, chunk.params, chunk.start, keep=True)

    def commanded(
        self, chunk: Chunk, flown: Flown, command: Command, arrives: float
    ) -> Ends:
        """A command arrives; until then the flight is the untouched one."""
        moment = state_before(flown.states, arrives)
        if command.phase:
            params = self._ordered(chunk, command.phase, arrives)
        else:
            assert command.load is not None
            params = self._loaded(chunk, command.load)
            moment = self._on_to(chunk, moment, arrives)
        return self._fly(chunk, params, moment, keep=False)[1]

    def _ordered(self, chunk: Chunk, phase: str, arrives: float) -> Params:
        told = choose_faults(
            chunk.assumed, [f"order:phase_ordered={phase},time_s={arrives!r}"]
        )
        case = [Case(chunk.cases[0], self.wish.seed)]
        faults = self._lanes(told, case, tables=True).faults
        return replace_at(lambda p: p.faults, chunk.params, faults)

    def _loaded(self, chunk: Chunk, load: Mission) -> Params:
        o = self.stage
        new = make_planned(si(planned(load)), o.setting, plan=o.planned.plan)
        case = [Case(chunk.cases[0], self.wish.seed)]
        lanes = make_lanes(chunk.assumed, new, o.setting, case, tables=True)
        onboard = join([lanes.params], WIDTH).onboard
        return replace_at(lambda p: p.onboard, chunk.params, onboard)

    def _on_to(self, chunk: Chunk, moment: Moment, arrives: float) -> Moment:
        """On to the first whole sample after the arrival."""
        ahead = (arrives - float(moment.flying.time)) / moment.tick
        samples = min(int(np.ceil(ahead / EVERY - SAME)), moment.left // EVERY)
        flying, _ = fly_ticks(chunk.params, moment.flying, moment.tick, samples, EVERY)
        return Moment(flying, moment.tick, moment.left - samples * EVERY)

    def _fly(
        self, chunk: Chunk, params: Params, start: Moment, *, keep: bool
    ) -> tuple[Flown, Ends]:
        flown = fly_batch(params, self.stage.times, every=EVERY, start=start, keep=keep)
        down = settle(params, flown.truth, flown.end).landing
        legs = rated(si(chunk.assumed))
        n = len(chunk.cases)
        named = outcomes(flown.truth, down, legs)[:n]
        t = touches(flown.truth)
        soft = (t.vertical_speed <= legs.vertical_speed_max) & (
            t.horizontal_speed <= legs.horizontal_speed_max
        )
        orbit = np.array([name == IN_ORBIT for name in named])
        speed = np.hypot(t.vertical_speed, t.horizontal_speed)
        return flown, Ends(named, soft[:n] | orbit, t.time[:n], speed[:n])


def state_before(states: Sequence[Flying], time: float) -> Moment:
    """The last kept state at or before `time` [s], with the rest of its slice."""
    times = [float(s.time) for s in states]
    k = max(int(np.searchsorted(times, time + SAME)) - 1, 0)
    state = jax.tree.map(jnp.asarray, states[k])
    if k + 1 == len(times):
        return Moment(state, TICK, SLICE_TICKS)
    left = int(states[k + 1].tick) - int(states[k].tick)
    return Moment(state, (times[k + 1] - times[k]) / left, left)


def joined(parts: Sequence[Ends]) -> Ends:
    """Chunks one after another."""
    return Ends(
        [name for p in parts for name in p.outcomes],
        np.concatenate([p.saved for p in parts]),
        np.concatenate([p.time for p in parts]),
        np.concatenate([p.speed for p in parts]),
    )


def fly_chances(
    ground: Ground,
    commands: Sequence[Command],
    light: float,
    progress: Progress | None = None,
) -> tuple[Ends, dict[str, list[tuple[float, float, Ends]]]]:
    """How it ends with nothing done, and by command: sent, arrives [s], how it ends."""
    if progress:
        progress("nothing done", 0, 1)
    chunks = ground.chunks()
    untouched = [ground.untouched(chunk) for chunk in chunks]
    none = joined([ends for _, ends in untouched])
    times = moments_of(ground.now, light, ground.wish, none)
    total, done = len(commands) * len(times), 0
    found: dict[str, list[tuple[float, float, Ends]]] = {c.name: [] for c in commands}
    for command in commands:
        for sent, arrives in times:
            if progress:
                progress(command.name, done, total)
            parts = [
                ground.commanded(chunk, flown, command, arrives)
                for chunk, (flown, _) in zip(chunks, untouched, strict=True)
            ]
            found[command.name].append((sent, arrives, joined(parts)))
            done += 1
    return none, found


def moments_of(
    now: float, light: float, wish: Wish, none: Ends
) -> list[tuple[float, float]]:
    """When commands are sent and arrive [s], until half of the cases are down."""
    down = none.time[np.isfinite(none.time)]
    end = float(np.median(down)) if len(down) else now + 600.0
    first = now + 2.0 * light + wish.reaction
    if first >= end:
        raise UserError(
            f"No command can help from {now:.0f} s on: that is heard {light:.2f} s "
            f"later, a command sent after {wish.reaction:g} s arrives at {first:.1f} "
            f"s, and half of the cases are down by {end:.1f} s. Ask for an earlier "
            "time."
        )
    step = wish.step or max((end - first) / MOMENTS, 1.0)
    return sendings(now, light, wish.reaction, step, end)


def pair(none: Ends, other: Ends) -> Paired:
    """Saved cases with nothing done and with a command."""
    a, b = none.saved, other.saved
    return Paired(
        both=int(np.sum(a & b)),
        first_only=int(np.sum(a & ~b)),
        second_only=int(np.sum(~a & b)),
        neither=int(np.sum(~a & ~b)),
    )


def told(ends: Ends) -> dict[str, Any]:
    """Shares of one way to go on."""
    n = len(ends.outcomes)
    landed, saved = int(ends.landed.sum()), int(ends.saved.sum())
    lands, saves = clopper_pearson(landed, n), clopper_pearson(saved, n)
    speed = ends.speed[np.isfinite(ends.speed)]
    return {
        "cases": n,
        "landed_rate": landed / n,
        "interval": [lands.low, lands.high],
        "saved_rate": saved / n,
        "saved_interval": [saves.low, saves.high],
        "outcomes": dict(Counter(ends.outcomes)),
        "contact_m_s": float(np.median(speed)) if len(speed) else None,
    }


def table(
    none: Ends, found: dict[str, list[tuple[float, float, Ends]]]
) -> list[dict[str, Any]]:
    """Each command: how it ends by the time of sending, and when it last helps."""
    rows = []
    for name, tries in found.items():
        sent = []
        for s, a, ends in tries:
            p = pair(none, ends)
            sent.append(
                {"sent_t_s": s, "arrives_t_s": a, **told(ends)}
                | {"gained": p.second_only, "lost": p.first_only, "p": p.p_value()}
                | {"helps": p.p_value() < ALPHA and p.difference > 0.0}
            )
        rows.append({"command": name, "sent": sent, **last(sent)})
    return rows


def last(sent: Sequence[dict[str, Any]]) -> dict[str, float | None]:
    """When the command last helps, and the next moment, at which it does not."""
    helped = [k for k, row in enumerate(sent) if row["helps"]]
    if not helped:
        return {"last_t_s": None, "too_late_t_s": sent[0]["sent_t_s"] if sent else None}
    k = helped[-1]
    after = sent[k + 1]["sent_t_s"] if k + 1 < len(sent) else None
    return {"last_t_s": sent[k]["sent_t_s"], "too_late_t_s": after}
