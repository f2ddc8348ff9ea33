"""A whole flight as a chain of compiled slices, for a whole batch.

One program flies everything: the tick is a number, so the engine-off coast runs the
same slice with a longer one. What needs the host happens between slices.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.flight import state as truth_state
from frigoris.flight.params import Params
from frigoris.flight.state import State
from frigoris.flight.step import Flying, advance
from frigoris.runtime import require_x64

SLICE_TICKS = 200  # of one compiled slice
TICK = 0.1  # engines on [s]
COAST_TICK_MAX = 2.0  # engines off [s]
COAST_MARGIN = 30.0  # the short tick is back this long before ignition [s]
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
class Flown:
    """A batch after its flight: the last truth and what was recorded on the way."""

    truth: State
    samples: dict[str, np.ndarray]  # [sample, component, case]
    end: float  # [s]


def timetable(deorbit_time: float, ignition_time: float, burn_time: float) -> Timetable:
    """Coast between the deorbit burn, rounded up to whole slices, and ignition."""
    block = SLICE_TICKS * TICK
    start = np.ceil((deorbit_time + burn_time) / block) * block
    return Timetable(float(start), ignition_time - COAST_MARGIN, ignition_time + 760.0)


def slice_ticks(times: Timetable) -> list[float]:
    """Tick of each slice up to the end of the coast [s]; afterwards `TICK`."""
    before = round(times.coast_start / (SLICE_TICKS * TICK))
    span = times.coast_end - times.coast_start
    coasting = max(int(np.ceil(span / (SLICE_TICKS * COAST_TICK_MAX))), 1)
    return [TICK] * before + [span / (coasting * SLICE_TICKS)] * coasting


def fly_batch(
    params: Params,
    times: Timetable,
    *,
    every: int = 1,
    substeps: int = 1,
    progress: Progress | None = None,
) -> Flown:
    """Fly all lanes of `params` (cases last) to rest or to the longest time."""
    require_x64()
    params = jax.tree.map(jnp.asarray, params)
    truth, onboard = truth_state.start(params)
    # types are spelled out: a weak one would compile the program once more
    flying = Flying(truth, onboard, jnp.float64(0.0), jnp.uint32(0))
    kept: list[dict[str, np.ndarray]] = []
    ticks = slice_ticks(times)
    while True:
        dt = ticks[len(kept)] if len(kept) < len(ticks) else TICK
        flying, samples = advance(
            params, flying, jnp.float64(dt), SLICE_TICKS // every, every, substeps
        )
        kept.append({k: np.asarray(v) for k, v in samples.items()})
        now = float(flying.time)
        if progress:
            progress(now, times.expected_end)
        if _over(flying, now, times):
            break
    joined = {k: np.concatenate([s[k] for s in kept]) for k in kept[0]}
    return Flown(jax.tree.map(np.asarray, flying.truth), joined, now)


def warm_up(params: Params, every: int) -> None:
    """Compile the program of `fly_batch` for this width, or fetch it from the cache."""
    truth, onboard = truth_state.start(jax.tree.map(jnp.asarray, params))
    flying = Flying(truth, onboard, jnp.float64(0.0), jnp.uint32(0))
    advance(params, flying, jnp.float64(TICK), SLICE_TICKS // every, every, 1)


def _over(flying: Flying, now: float, times: Timetable) -> bool:
    if now > times.coast_end + LONGEST:
        return True
    truth = flying.truth
    rested = np.asarray(truth.contact.time) + AFTER_CONTACT < now
    return bool(np.all(rested | (np.asarray(truth.broken) > 0.5)))
