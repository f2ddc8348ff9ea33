"""The real closed loop, flown with another gain and a later torque in each lane.

Truth, instruments, navigation and flight software are those of every flight, tick by
tick; thrusters have no shortest pulse, so their torque is what was asked for.
"""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.flight.params import Params
from frigoris.flight.sense import sense
from frigoris.flight.step import Flying, integrate
from frigoris.math.tree import replace_at
from frigoris.onboard import software

LATEST = 24  # ticks that a torque may be late at most
TICKS = 600  # of each of both parts
LARGEST = np.log(2e-4)  # of what is taken for small [rad/s]


def prepared(params: Params, axis: int, gain: np.ndarray) -> Params:
    """Lanes whose thrusters are asked for `gain` times the torque about an axis."""
    scale = np.ones((1, 6, len(gain)))
    scale[0, 2 * axis : 2 * axis + 2] = gain
    vehicle = params.onboard.vehicle
    return replace_at(
        lambda p: (
            p.onboard.vehicle.rcs_allocation,
            p.onboard.vehicle.rcs_on_time_min,
        ),
        params,
        (
            vehicle.rcs_allocation * scale,
            np.zeros_like(vehicle.rcs_on_time_min),
        ),
    )


def everywhere(flying: Flying, lanes: int) -> Flying:
    """The first lane of a stored moment in all lanes."""

    def spread(x: Any) -> Any:
        x = np.asarray(x)
        if x.ndim == 0:
            return jnp.asarray(x)
        return jnp.asarray(np.broadcast_to(x[..., :1], (*x.shape[:-1], lanes)))

    return jax.tree.map(spread, flying)


@partial(jax.jit, static_argnames=("ticks",))
def _fly(
    params: Params, flying: Flying, late: jax.Array, axis: jax.Array, ticks: int
) -> tuple[Flying, jax.Array]:
    dt = jnp.float64(0.1)

    def one(carry: Any, _: None) -> Any:
        flying, kept = carry
        measured, truth, _beam = sense(params, flying.truth, flying.time, flying.tick)
        onboard, commands = software.step(
            params.onboard, flying.onboard, measured, flying.tick, dt
        )
        kept = jnp.concatenate([commands.rcs_duty[None], kept[:-1]])
        duty = kept[late, :, jnp.arange(late.shape[0])].T
        commands = replace_at(lambda c: c.rcs_duty, commands, duty)
        truth = integrate(params, truth, commands, flying.time, dt, None)
        after = Flying(truth, onboard, flying.time + dt, flying.tick + jnp.uint32(1))
        return (after, kept), truth.motion.omega_BI_B[axis]

    jets = params.onboard.vehicle.rcs_allocation.shape[0]
    kept = jnp.zeros((LATEST, jets, late.shape[0]))
    (flying, _), rates = jax.lax.scan(one, (flying, kept), None, length=ticks)
    return flying, rates


def sizes(
    params: Params, flying: Flying, axis: int, gain: np.ndarray, late: np.ndarray
) -> np.ndarray:
    """Logarithm of the wave of each lane's rate about an axis, every five seconds.

    The flight settles first, without shortest pulses. The turn that the flight makes
    anyway goes with second differences from tick to tick; `late` are ticks.
    """
    lanes = len(gain)
    calm, none = np.ones(lanes), jnp.zeros(lanes, jnp.int32)
    flying = everywhere(flying, lanes)
    for factors, ticks_late in ((calm, none), (gain, jnp.asarray(late, jnp.int32))):
        ready = jax.tree.map(jnp.asarray, prepared(params, axis, factors))
        flying, rates = _fly(ready, flying, ticks_late, jnp.int32(axis), TICKS)
    wave = np.diff(np.asarray(rates), n=2, axis=0)
    parts = np.array_split(wave, TICKS // 50)
    return np.log([np.sqrt(np.mean(x**2, axis=0)) for x in parts])


def growths(found: np.ndarray) -> np.ndarray:
    """Growth rate of each lane [1/s], as long as its torque is not saturated."""
    time = 5.0 * np.arange(len(found))
    rates = []
    for lane in found.T:
        use = np.flatnonzero(lane > LARGEST)
        stop = max(int(use[0]), 2) if len(use) else len(lane)
        rates.append(np.polyfit(time[:stop][-4:], lane[:stop][-4:], 1)[0])
    return np.array(rates)


def crossing(at: np.ndarray, rates: np.ndarray) -> float:
    """Where the growth passes nought, between two neighbours."""
    k = int(np.flatnonzero((rates[:-1] < 0.0) & (rates[1:] > 0.0))[0])
    part = rates[k] / (rates[k] - rates[k + 1])
    return float(at[k] + part * (at[k + 1] - at[k]))
