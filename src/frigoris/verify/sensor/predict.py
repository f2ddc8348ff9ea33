"""When the first range of a flight is valid: shots drawn with the laser's own memory.

Every draw of the parameters flies the descent once, shot by shot at the laser's rate,
through `sensors.laser.measure`: N of M in agreement, blind range, false alarms.
"""

from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from frigoris.math.tree import leaf
from frigoris.sensors.laser import NOISES, Laser, LaserState, View, measure, start
from frigoris.verify.sensor.flight import Descent
from frigoris.verify.sensor.model import Conditions, Sheet, margin, with_values

BLOCK = 256  # shots of one compiled piece
HOPELESS = -7.0  # margin below which no shot is drawn
SHOTS_MAX = 200_000


@dataclass(frozen=True)
class Forecast:
    """First valid altitude of many draws, sorted; 0 where there was none [m]."""

    altitudes: np.ndarray
    need: float  # [m]

    def quantile(self, share: float) -> float:
        """Altitude that this share of the draws stays below [m]."""
        return float(np.quantile(self.altitudes, share))

    @property
    def probability(self) -> float:
        """Of a valid range at or above the altitude needed."""
        return float(np.mean(self.altitudes >= self.need))


def forecast(
    sheet: Sheet, descent: Descent, xs: np.ndarray, need: float, seed: int
) -> Forecast:
    """Fly the descent once for every row of coordinates."""
    shots = _shots(sheet, descent)
    laser = with_values(sheet.laser, jnp.asarray(xs.T))  # a lane for every row
    hopeful = _hopeful(sheet, xs, shots)
    first = np.zeros(len(xs))
    key = jax.random.PRNGKey(seed)
    state = start(jnp.zeros(len(xs)))
    reported = np.interp(shots.time + sheet.delay, shots.time, shots.altitude)
    begin = int(np.argmax(hopeful)) if np.any(hopeful) else len(shots.time)
    for at in range(max(begin - int(sheet.laser.window), 0), len(shots.time), BLOCK):
        block = slice(at, at + BLOCK)
        key, fresh = jax.random.split(key)
        here = len(shots.time[block])
        state, valid = _block(laser, state, _table(shots, block), fresh)
        hit = np.asarray(valid)[:here]
        new = (first == 0.0) & hit.any(axis=0)
        first[new] = reported[block][hit.argmax(axis=0)[new]]
        if np.all(first > 0.0):
            break
    return Forecast(np.sort(first), need)


def _table(shots: Descent, block: slice) -> Array:
    """Range, cosine of incidence, closing speed, and what is out of reach."""
    range_, closing = shots.slant_range[block], shots.closing[block]
    table = np.stack([range_, np.cos(shots.incidence[block]), closing])
    fill = np.repeat([[1e9], [1.0], [0.0]], BLOCK - len(range_), axis=1)
    return jnp.asarray(np.hstack([table, fill]))


def _shots(sheet: Sheet, descent: Descent) -> Descent:
    near = descent.slant_range <= float(sheet.laser.range_max)
    begin = descent.time[np.argmax(near)] if np.any(near) else descent.time[-1]
    end = descent.time[-1]
    number = min(int((end - begin) / sheet.interval) + 1, SHOTS_MAX)
    return descent.at(end - sheet.interval * np.arange(number)[::-1])


def flight_conditions(sheet: Sheet, descent: Descent) -> Conditions:
    """The descent as the conditions of shots."""
    return Conditions(
        slant_range=leaf(descent.slant_range),
        albedo=leaf(descent.albedo),
        incidence=leaf(descent.incidence),
        closing=leaf(descent.closing),
        warming=leaf(descent.temperature - sheet.tested),
    )


@eqx.filter_jit
def _best_margin(laser: Laser, xs: Array, at: Conditions) -> Array:
    return jnp.max(
        jax.lax.map(lambda x: margin(laser, x, at), xs, batch_size=16), axis=0
    )


def _hopeful(sheet: Sheet, xs: np.ndarray, shots: Descent) -> np.ndarray:
    """Shots that some lane may detect."""
    few = np.unique(xs, axis=0)
    if len(few) > 64:  # the best draws are among those of the most efficient
        few = few[np.argsort(few[:, 0])[-64:]]
    best = _best_margin(sheet.laser, leaf(few), flight_conditions(sheet, shots))
    return np.asarray(best) > HOPELESS


@eqx.filter_jit
def _block(
    laser: Laser, state: LaserState, table: Array, key: Array
) -> tuple[LaserState, Array]:
    """A block of shots of all lanes: which are valid, `[shots, lanes]`."""
    lanes = state.ranges.shape[1]
    noises = jax.random.normal(key, (table.shape[1], NOISES, lanes))
    yes = jnp.ones(lanes) > 0.0

    def shoot(state: LaserState, x: tuple[Array, Array]) -> tuple[LaserState, Array]:
        row, noise = x
        full = jnp.zeros(lanes)
        view = View(
            slant_range=full + row[0],
            cos_incidence=full + row[1],
            closing=full + row[2],
            clear=full + 1.0,
            supply=full + 1.0,
            hit=yes,
        )
        value, state = measure(laser, state, view, yes, noise)
        return state, jnp.isfinite(value)

    return jax.lax.scan(shoot, state, (table.T, noises))
