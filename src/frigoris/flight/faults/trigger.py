"""When faults begin and whether they are there now."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from frigoris.flight.faults.names import (
    ALTITUDE,
    ONBOARD_ALTITUDE,
    OPENINGS,
    PHASE,
    SLOTS,
    TIME,
)
from frigoris.flight.faults.tables import Trigger
from frigoris.types import Scalar

Since = Float[Array, "4 *#cases"]
NOW = 1e-6  # a time nearer than this is there: it may fall on a tick [s]


class Clocks(eqx.Module):
    """When each slot of each table began [s], infinite before; and what is counted."""

    measurement: Since
    actuator: Since
    bus: Since
    processor: Since
    discrete: Since
    contact: Since
    openings: Scalar  # of the main engine
    burning: Scalar  # 1 while it is commanded
    ranges: Scalar  # of the laser that were valid


class Quantities(NamedTuple):
    """What triggers look at."""

    time: Scalar  # [s]
    altitude: Scalar  # true, of the footpads [m]
    onboard_altitude: Scalar  # [m]
    phase: Scalar  # of the flight software
    openings: Scalar
    ranges: Scalar


def start(zero: Scalar) -> Clocks:
    """Nothing has begun."""
    never = jnp.stack([zero + jnp.inf] * SLOTS)
    return Clocks(never, never, never, never, never, never, zero, zero, zero)


def begun(trigger: Trigger, since: Since, q: Quantities) -> Since:
    """When each slot began, with those that begin now.

    A time counts as what it says, not as the tick that found it.
    """
    kind, bound = trigger.quantity, trigger.threshold
    level = jnp.where(kind == ALTITUDE, q.altitude, q.onboard_altitude)
    below = (kind == ALTITUDE) | (kind == ONBOARD_ALTITUDE)
    count = jnp.where(kind == OPENINGS, q.openings, q.ranges)
    met = jnp.where(below, level <= bound, count >= bound)
    met = jnp.where(kind == PHASE, jnp.abs(q.phase - bound) < 0.5, met)
    met = jnp.where(kind == TIME, q.time >= bound - NOW, met)
    moment = jnp.where(kind == TIME, bound, q.time)
    return jnp.where(met & ~jnp.isfinite(since), moment, since)


def active(trigger: Trigger, since: Since, time: Scalar) -> Bool[Array, "4 *#cases"]:
    """Which slots do something now."""
    started = jnp.isfinite(since)
    age = time - jnp.where(started, since, 0.0) + NOW
    within = age - trigger.period * jnp.floor(age / trigger.period)
    return started & (age < trigger.duration) & (within < trigger.on)


def age(since: Since, time: Scalar) -> Since:
    """Time since each slot began, 0 before [s]."""
    return jnp.where(jnp.isfinite(since), time - since, 0.0)
