"""Faults of messages on their way between hardware and flight software.

Laser, radar, velocimeter and camera speak through rings of their own (`sensors.delay`);
what else travels goes through one ring here, and only the faults read it.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, UInt32

from frigoris.flight.faults import measured
from frigoris.flight.faults.degraded import On, if_used
from frigoris.flight.faults.names import (
    ACCEL,
    BEAMS,
    CHANNELS,
    FIRST_BEAM,
    FIX,
    GAUGE,
    GYRO,
    LASER,
    MESSAGES,
    NOT,
    RADAR,
    SIGMA,
    SLOTS,
    STAR,
)
from frigoris.flight.faults.tables import Bus
from frigoris.math.noise import normals
from frigoris.messages import Commands, Measurements
from frigoris.types import Key, Scalar

DEPTH = 8  # ticks that the ring holds
FIRST_NOISE = 4224
IN_RINGS = 4  # the first messages have a latency of their own
OURS = (*range(STAR.start, STAR.stop), GYRO.start, 1, 2, 3, 4, 5, GAUGE)
# channels of each message but the last, the commands
PARTS = (
    (LASER,),
    (RADAR,),
    tuple(range(FIRST_BEAM, FIRST_BEAM + BEAMS)),
    (*range(FIX.start, FIX.stop), SIGMA),
    tuple(range(STAR.start, STAR.stop)),
    tuple(range(GYRO.start, ACCEL.stop)),
    (GAUGE,),
)

Ring = Float[Array, "8 _ *#cases"]


class Late(NamedTuple):
    """Ticks by which messages come later than their latency."""

    laser: Scalar
    radar: Scalar
    velocimeter: Scalar
    camera: Scalar


def ticks(f: Bus, on: On, message: int) -> Scalar:
    """By which a message is late now."""
    found = jnp.zeros_like(f.delay[0])
    for k in range(SLOTS):
        meant = on[k] & (f.message[k, message] > 0.5)
        found = found + jnp.where(meant, f.delay[k], 0.0)
    return found


def lateness(f: Bus, on: On) -> Late:
    """Of the instruments with a latency."""
    zero = jnp.zeros_like(f.delay[0])
    found: Late = if_used(
        f,
        lambda: Late(*(ticks(f, on, k) for k in range(IN_RINGS))),
        lambda: Late(*[zero] * IN_RINGS),
    )
    return found


def fresh(zero: Scalar, jets: int) -> tuple[Ring, Ring]:
    """Nothing was measured yet and everything is off; measurements and commands."""
    said = [zero + (0.0 if k < ACCEL.stop else jnp.nan) for k in OURS]
    off = [zero] * (5 + jets)
    measured_, commanded = jnp.stack(said), jnp.stack(off)
    return jnp.stack([measured_] * DEPTH), jnp.stack([commanded] * DEPTH)


def put(ring: Ring, tick: UInt32[Array, ""], row: Array) -> Ring:
    """The ring with what is sent in this tick."""
    place = (tick % DEPTH).astype(jnp.int32)
    new: Ring = lax.dynamic_update_index_in_dim(ring, row, place, 0)
    return new


def last(ring: Ring, tick: UInt32[Array, ""]) -> Array:
    """What was sent in the tick before."""
    place = ((tick + DEPTH - 1) % DEPTH).astype(jnp.int32)
    row: Array = lax.dynamic_index_in_dim(ring, place, 0, keepdims=False)
    return row


def taken(ring: Ring, tick: UInt32[Array, ""], late: Array) -> Array:
    """What was sent `late` ticks ago, no more than the ring holds; late by row."""
    place = (tick % DEPTH).astype(jnp.int32)
    age = (place - jnp.arange(DEPTH, dtype=jnp.int32)) % DEPTH
    tail = (slice(None),) + (None,) * (ring.ndim - 1)
    due = jnp.abs(age.astype(late.dtype)[tail] - jnp.clip(late, 0, DEPTH - 1)) < 0.5
    # only one row is due: the others are put away before they are added
    return jnp.sum(jnp.where(due, ring, 0.0), axis=0)


def sent_row(m: Measurements) -> Array:
    """What goes into the ring of measurements."""
    whole = measured.channels(m)
    return jnp.stack([whole[k] for k in OURS])


def _lost(f: Bus, on: On, message: int, luck: Array) -> Array:
    found = on[0] & False
    for k in range(SLOTS):
        meant = on[k] & (f.message[k, message] > 0.5)
        found = found | (meant & (luck[k] < f.drop[k]))
    return found


def _delayed(
    f: Bus, on: On, ring: Ring, tick: Array, v: Array, touched: Array
) -> tuple[Array, Array]:
    rows: list[Array] = []
    for message in range(IN_RINGS, len(MESSAGES) - 1):
        rows += [ticks(f, on, message)] * len(PARTS[message])
    late = jnp.stack(rows)
    old = taken(ring, tick, late)
    values, flags = list(v), list(touched)
    for k, channel in enumerate(OURS):
        later = late[k] > 0.5
        values[channel] = jnp.where(later, old[k], values[channel])
        flags[channel] = flags[channel] | later
    # no scatter here: the compiler takes a loop with one apart, several times slower
    return jnp.stack(values), jnp.stack(flags)


def _swapped(f: Bus, on: On, v: Array, touched: Array) -> tuple[Array, Array]:
    rows = jnp.arange(len(CHANNELS)).reshape((-1,) + (1,) * (v.ndim - 1))
    rows = rows.astype(v.dtype)
    for k in range(SLOTS):
        a, b = f.swap_a[k], f.swap_b[k]
        swaps = on[k] & (a > 0.5 * NOT)
        is_a, is_b = rows == a, rows == b
        of_a = jnp.sum(jnp.where(is_a, v, 0.0), axis=0)
        of_b = jnp.sum(jnp.where(is_b, v, 0.0), axis=0)
        new = jnp.where(is_a, of_b, jnp.where(is_b, of_a, v))
        v = jnp.where(swaps, new, v)
        touched = touched | (swaps & (is_a | is_b))
    return v, touched


def received(
    f: Bus,
    on: On,
    m: Measurements,
    ring: Ring,
    key: Key,
    tick: UInt32[Array, ""],
) -> Measurements:
    """The measurements that arrive; `ring` holds those that were sent, this tick's too.

    A message that is lost is not there; an increment that is lost is none.
    """

    def now() -> Measurements:
        luck = normals(key, tick, SLOTS * len(MESSAGES), first=FIRST_NOISE)
        v = measured.channels(m)
        touched = (v != v) & False
        v, touched = _delayed(f, on, ring, tick, v, touched)
        v, touched = _swapped(f, on, v, touched)
        values, flags = list(v), list(touched)
        for message, parts in enumerate(PARTS):
            gone = _lost(f, on, message, luck[SLOTS * message :])
            for channel in parts:
                none = 0.0 if channel < ACCEL.stop else jnp.nan
                values[channel] = jnp.where(gone, none, values[channel])
                flags[channel] = flags[channel] | gone
        found: Measurements = measured.replaced(m, jnp.stack(values), jnp.stack(flags))
        return found

    found: Measurements = if_used(f, now, lambda: m)
    return found


def command_row(c: Commands) -> Array:
    """Commands, one number under the other."""
    rows = [c.main_duty, c.assist_duty, *c.rcs_duty, *c.gimbal, c.laser_cant]
    return jnp.stack(jnp.broadcast_arrays(*rows))


def commands_of(row: Array, like: Commands) -> Commands:
    """The commands that a row holds."""
    jets = like.rcs_duty.shape[0]
    return Commands(
        main_duty=row[0],
        assist_duty=row[1],
        rcs_duty=row[2 : 2 + jets],
        gimbal=row[2 + jets : 4 + jets],
        laser_cant=row[4 + jets],
    )


def obeyed(
    f: Bus,
    on: On,
    commands: Commands,
    ring: Ring,
    held: Array,
    key: Key,
    tick: UInt32[Array, ""],
) -> tuple[Commands, Array]:
    """The commands that arrive, and as a row: where one is lost the last one holds."""
    row = command_row(commands)

    def now() -> Array:
        message = len(MESSAGES) - 1
        luck = normals(key, tick, SLOTS * len(MESSAGES), first=FIRST_NOISE)
        late = ticks(f, on, message)
        new = jnp.where(late > 0.5, taken(ring, tick, late + 0.0 * row), row)
        gone = _lost(f, on, message, luck[SLOTS * message :])
        return jnp.where(gone, held, new)

    arrived = if_used(f, now, lambda: row)
    return commands_of(arrived, commands), arrived
