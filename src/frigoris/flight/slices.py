"""A whole flight as a chain of compiled slices, for a whole batch.

One program flies everything: the tick is a number, so the engine-off coast runs the
same slice with a longer one. What needs the host happens between slices.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import TICK
from frigoris.flight import door, replan, scan
from frigoris.flight import state as truth_state
from frigoris.flight.params import Params
from frigoris.flight.state import State
from frigoris.flight.step import Flying, Substeps, advance
from frigoris.runtime import require_x64

SLICE_TICKS = 200  # of one compiled slice
SHORT_TICKS = 10  # of one while something may be wanted between slices [1 s]
BETWEEN = (replan, scan)  # what acts there: `wanted`, `near`, `act`
COAST_TICK_MAX = 2.0  # engines off [s]
COAST_MARGIN = 30.0  # the short tick is back this long before ignition [s]
SAME = 1e-6  # two moments nearer than this are one [s]
AFTER_CONTACT = 3.0  # flown on at rest, so that the software can see its legs [s]
LONGEST = 1800.0  # after ignition; who still flies then is an outcome of its own [s]

Progress = Callable[[float, float], None]  # time flown, time expected [s]


@dataclass(frozen=True)
class Timetable:
    """When the batch may coast with the long tick [s of the flight]."""

    coast_start: float
    coast_end: float
    expected_end: float


@dataclass(frozen=True)
class Loss:
    """When and why software in another process was lost."""

    time: float  # [s]
    reason: str

    def counts(self, truth: State) -> bool:
        """Whether it was before the ground: who stands there needs no software."""
        return bool(np.all(self.time < np.asarray(truth.contact.time)))


@dataclass(frozen=True)
class Flown:
    """A batch after its flight: the last truth and what was recorded on the way."""

    truth: State
    samples: dict[str, np.ndarray]  # [sample, component, case]
    end: float  # [s]
    states: list[Flying] = field(default_factory=list)  # at the start of each slice
    lost: Loss | None = None  # of software in another process


@dataclass(frozen=True)
class Moment:
    """A state to fly on from, perhaps inside a slice, which is first flown to its end:
    so that the ticks after it are those of the flight that it was taken from."""

    flying: Flying
    tick: float = TICK  # of the slice [s]
    left: int = 0  # ticks to its end


def timetable(deorbit_time: float, ignition_time: float, burn_time: float) -> Timetable:
    """Coast between the deorbit burn, rounded up to whole slices, and ignition."""
    block = SLICE_TICKS * TICK
    start = np.ceil((deorbit_time + burn_time) / block) * block
    return Timetable(float(start), ignition_time - COAST_MARGIN, ignition_time + 760.0)


def next_tick(times: Timetable, now: float) -> float:
    """Tick of the slice that begins at `now`: whole slices fill the coast [s]."""
    left = times.coast_end - now
    if now < times.coast_start - SAME or left < SAME:
        return TICK
    slices = max(int(np.ceil(left / (SLICE_TICKS * COAST_TICK_MAX) - SAME)), 1)
    return float(left / (slices * SLICE_TICKS))


def begin(params: Params) -> Flying:
    """All lanes at the start of the flight."""
    truth, onboard = truth_state.start(params)
    # types are spelled out: a weak one would compile the program once more
    own = door.start(params)
    return Flying(truth, onboard, jnp.float64(0.0), jnp.uint32(0), own)


def _fitted(params: Params, start: Moment) -> Moment:
    """The moment with a memory of faults where there are tables of them, else without:
    a flight may go on with faults that it did not begin with.
    """
    truth = start.flying.truth
    if (params.faults is None) == (truth.faults is None):
        return start
    memory = truth_state.remembered(params, jnp.zeros_like(truth.clearance))
    truth = eqx.tree_at(lambda s: s.faults, truth, memory, is_leaf=lambda x: x is None)
    return replace(start, flying=start.flying._replace(truth=truth))


def fly_batch(
    params: Params,
    times: Timetable,
    *,
    every: int = 1,
    substeps: int = 1,
    start: Moment | None = None,
    keep: bool = False,
    progress: Progress | None = None,
) -> Flown:
    """Fly all lanes of `params` (cases last) to rest or to the longest time.

    From `start`, by default the beginning; `keep` keeps the state of each slice.
    """
    require_x64()
    params = jax.tree.map(jnp.asarray, params)
    start = _fitted(params, start) if start else Moment(begin(params))
    states = [jax.tree.map(np.asarray, start.flying)] if keep and start.left else []
    flying, kept = start.flying, []
    if start.left:
        flying, samples = fly_ticks(params, flying, start.tick, start.left)
        kept = [samples]
    now = float(flying.time)
    finer = jnp.int32(substeps) if substeps > 1 else None
    actors = [actor for actor in BETWEEN if actor.wanted(params)]
    while True:
        for actor in actors:
            flying = actor.act(params, flying)
        if keep:
            states.append(jax.tree.map(np.asarray, flying))
        dt, size = next_tick(times, now), SLICE_TICKS // every
        if now >= times.coast_end - SAME:
            if any(actor.near(params, flying) for actor in actors):
                size = max(SHORT_TICKS // every, 1)
        flying, samples = _advance(params, flying, dt, size, every, finer)
        kept.append(samples)
        now = float(flying.time)
        if progress:
            progress(now, times.expected_end)
        if is_over(flying, now, times):
            break
    joined = {k: np.concatenate([s[k] for s in kept]) for k in kept[0]}
    return Flown(jax.tree.map(np.asarray, flying.truth), joined, now, states)


def fly_ticks(
    params: Params, flying: Flying, dt: float, count: int
) -> tuple[Flying, dict[str, np.ndarray]]:
    """Ticks with their samples, to get to or from inside a slice."""
    params = jax.tree.map(jnp.asarray, params)
    return _advance(params, flying, dt, count, 1, None)


def _advance(
    params: Params, flying: Flying, dt: float, count: int, every: int, finer: Substeps
) -> tuple[Flying, dict[str, np.ndarray]]:
    """`count` samples of `every` ticks, by the program of whole slices."""
    flying, samples = advance(
        params,
        flying,
        jnp.float64(dt),
        jnp.int32(count),
        SLICE_TICKS // every,
        every,
        finer,
    )
    return flying, {k: np.asarray(v)[:count] for k, v in samples.items()}


def warm_up(params: Params, every: int) -> None:
    """Compile the program of `fly_batch` for this width, or fetch it from the cache."""
    params = jax.tree.map(jnp.asarray, params)
    flying, _ = _advance(params, begin(params), TICK, 0, every, None)
    scan.warm_up(params, flying)


def is_over(flying: Flying, now: float, times: Timetable) -> bool:
    """Whether every lane rests, is broken or has flown for too long."""
    if now > times.coast_end + LONGEST:
        return True
    truth = flying.truth
    rested = np.asarray(truth.contact.time) + AFTER_CONTACT < now
    return bool(np.all(rested | (np.asarray(truth.broken) > 0.5)))
