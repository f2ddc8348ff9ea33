"""A flight whose software runs in another process, in lockstep: a frame out, one back.

The tick is that of `flight.step`, cut in two where software stands: `look` measures,
`act` obeys and integrates. Compiled they are one small program for a single case, from
one frame to the next. When the software is lost, its last commands drop to zero and the
flight goes on to its end.
"""

import time as clock
from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from frigoris.constants import TICK
from frigoris.flight import door, protocol
from frigoris.flight.link import Line, Lost
from frigoris.flight.params import Params
from frigoris.flight.samples import as_columns, as_row
from frigoris.flight.sense import Beam, sense
from frigoris.flight.slices import (
    SLICE_TICKS,
    Flown,
    Loss,
    Progress,
    Timetable,
    begin,
    is_over,
    next_tick,
)
from frigoris.flight.state import State
from frigoris.flight.step import Flying, Seen, integrate, sample
from frigoris.math import packed
from frigoris.messages import Measurements
from frigoris.runtime import require_x64
from frigoris.types import Scalar

TICK_AT = [f.name for f in protocol.MEASURED].index("tick_s")


class Heard(NamedTuple):
    """The first half of a tick."""

    measured: Measurements
    truth: State
    beam: Beam


class Pace(NamedTuple):
    """How the process kept up."""

    ticks: int  # that it commanded
    wall_s: float  # of the flight, from its first tick
    waited_s: float  # for its answers
    late_ticks: int  # answered after their time where the flight is paced


class Between(NamedTuple):
    """A flight in the middle of a tick: measured, and not yet obeyed."""

    flying: Flying
    heard: Heard


class Layouts(NamedTuple):
    """Static: what the arguments of the programs are made of."""

    params: packed.Spec
    between: packed.Spec
    commands: protocol.Layout


def look(params: Params, flying: Flying) -> Heard:
    """The first half of a tick: what the instruments say."""
    return Heard(*sense(params, flying.truth, flying.time, flying.tick))


def act(
    params: Params, between: Between, row: Array, dt: Scalar, where: protocol.Layout
) -> tuple[Flying, dict[str, Array]]:
    """The second half: obey commands for `dt` seconds; what is recorded of the tick."""
    (flying, heard), config = between, params.onboard
    said, report = protocol.read_commands(row, where)
    commands = door.saturated(config, said, flying.onboard)
    onboard = door.shown(config, flying.onboard, report, commands)
    seen = Seen(heard.truth, onboard, heard.measured, commands, heard.beam, flying.time)
    truth = integrate(params, heard.truth, commands, flying.time, dt, None)
    after = Flying(truth, onboard, flying.time + dt, flying.tick + jnp.uint32(1))
    return after, sample(params, seen)


def _told(between: Between) -> Array:
    flying, heard = between
    # the length of the tick that begins is filled in where it is known
    return protocol.measured_row(heard.measured, flying.time, 0.0 * flying.time)


@partial(jax.jit, static_argnames="spec")
def _first(spec: packed.Spec, p: packed.Packed, flying: Flying) -> tuple[Any, Array]:
    params = packed.unpack(spec, p)
    between = Between(flying, look(params, flying))
    return between, _told(between)


@partial(jax.jit, static_argnames="how")
def _turn(
    how: Layouts, p: packed.Packed, b: packed.Packed, row: Array, dt: Scalar
) -> tuple[packed.Packed, Array, Array]:
    """Obey, and measure at the start of the next tick: one call for a tick."""
    params = packed.unpack(how.params, p)
    between = packed.unpack(how.between, b)
    flying, recorded = act(params, between, row, dt, how.commands)
    between = Between(flying, look(params, flying))
    return packed.pack(between)[0], as_row(recorded), _told(between)


class Talk:
    """The conversation of one flight, and what became of it."""

    def __init__(self, line: Line, params: Params, pace: float | None):
        self.line, self.pace = line, pace
        counted = protocol.sizes(params)
        fields = protocol.COMMANDED + protocol.REPORTED
        self.commands = protocol.layout(fields, counted)
        commanded = protocol.layout(protocol.COMMANDED, counted)
        self.names = [
            f.name if n == 1 else f"{f.name}[{k}]"
            for f, n in zip(commanded.fields, commanded.counts, strict=True)
            for k in range(n)
        ]
        # engines off, and nothing said
        self.silence = np.full(self.commands.numbers, np.nan)
        self.silence[: len(self.names)] = 0.0
        self.loss: Loss | None = None
        self.about: dict[str, Any] = {}
        self.ticks, self.waited, self.late = 0, 0.0, 0
        self.began, self.zero, self.wall = clock.perf_counter(), 0.0, 0.0

    def meet(self, told: dict[str, Any]) -> None:
        """Wait for the software and say hello."""
        try:
            self.about = self.line.meet(told)
        except Lost as lost:
            self.loss = Loss(0.0, str(lost))

    def begin(self, time: float) -> None:
        """Start the clock: the flight is at `time` [s], its programs are ready."""
        self.began, self.zero = clock.perf_counter(), time

    def ask(self, tick: int, time: float, dt: float, row: np.ndarray) -> np.ndarray:
        """The commands of a tick; silence once the software is lost."""
        if self.loss is not None:
            return self.silence
        row[TICK_AT] = dt
        if self.pace:
            self._wait(time)
        asked = clock.perf_counter()
        try:
            self.line.send("measurements", tick, row.astype("<f8").tobytes())
            reply = self.line.receive("commands", tick, exactly=self.commands.bytes)
            found = self._believed(np.frombuffer(reply, "<f8"))
        except Lost as lost:
            self.loss = Loss(time, str(lost))
            return self.silence
        now = clock.perf_counter()
        self.ticks += 1
        self.waited += now - asked
        self.wall = now - self.began
        if self.pace and self.wall > (time + dt - self.zero) / self.pace:
            self.late += 1
        return found

    def _wait(self, time: float) -> None:
        assert self.pace is not None
        ahead = (time - self.zero) / self.pace - (clock.perf_counter() - self.began)
        if ahead > 0.0:
            clock.sleep(ahead)

    def _believed(self, found: np.ndarray) -> np.ndarray:
        wrong = np.flatnonzero(~np.isfinite(found[: len(self.names)]))
        if len(wrong):
            k = int(wrong[0])
            raise Lost(f"its command {self.names[k]} is {found[k]}, no number")
        return found.astype(np.float64)

    def kept_up(self) -> Pace:
        """How the process kept up."""
        return Pace(self.ticks, self.wall, self.waited, self.late)


def fly_lockstep(
    params: Params,
    times: Timetable,
    talk: Talk,
    *,
    start: Flying | None = None,
    progress: Progress | None = None,
) -> Flown:
    """Fly one case, with a case axis of one, to rest or to the longest time.

    From `start`, by default the beginning.
    """
    require_x64()
    params = jax.tree.map(jnp.asarray, params)
    p, params_spec = packed.pack(params)
    flying = start or begin(params)
    between, told = _first(params_spec, p, flying)
    shapes = _shapes(params, between, talk.commands)
    b, between_spec = packed.pack(between)
    how = Layouts(params_spec, between_spec, talk.commands)
    # compiled, or fetched, before the clock starts
    none = jnp.zeros(talk.commands.numbers)
    np.asarray(_turn(how, p, b, none, jnp.float64(TICK))[1])
    kept: list[np.ndarray] = []
    now, tick = float(flying.time), int(flying.tick)
    talk.begin(now)
    while True:
        step = next_tick(times, now)
        dt = jnp.float64(step)
        for _ in range(SLICE_TICKS):
            reply = talk.ask(tick, now, step, np.array(told))
            b, recorded, told = _turn(how, p, b, jnp.asarray(reply), dt)
            kept.append(np.asarray(recorded))
            now, tick = now + step, tick + 1
        flying = packed.unpack(between_spec, b).flying
        if progress:
            progress(now, times.expected_end)
        if is_over(flying, now, times):
            break
    samples = as_columns(jnp.asarray(np.stack(kept)), shapes)
    lost = talk.loss if talk.loss and talk.loss.counts(flying.truth) else None
    return Flown(
        jax.tree.map(np.asarray, flying.truth),
        {k: np.asarray(v) for k, v in samples.items()},
        now,
        lost=lost,
    )


def _shapes(params: Params, between: Between, where: protocol.Layout) -> dict[str, Any]:
    def one(between: Between) -> dict[str, Array]:
        row = jnp.zeros(where.numbers)
        return act(params, between, row, jnp.float64(TICK), where)[1]

    found: dict[str, Any] = eqx.filter_eval_shape(one, between)
    return found
