"""The sequencer: which phase the flight is in, and what ends it.

Phases and conditions are those of the mission file; this only evaluates them.
"""

from collections.abc import Callable, Collection

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool

from frigoris.onboard.config import End, OnboardConfig, Phase, SequenceConfig
from frigoris.onboard.quantities import Known, value
from frigoris.phases import BOOT
from frigoris.types import Flag, Index, Scalar

NOT = -jnp.inf  # how long what is not true has been true [s]


class Sequencer(eqx.Module):
    """What the sequencer remembers."""

    phase: Index
    phase_time: Scalar  # in this phase [s]
    deorbit_dv: Scalar  # delivered by the deorbit burn so far [m/s]
    contact_time: Scalar  # leg contact without interruption [s], or NOT
    silence: Scalar  # since the last range that was used [s]
    held: dict[str, Scalar]  # how long conditions that must hold are true [s], or NOT


def _held(config: SequenceConfig) -> list[str]:
    return [
        _key(phase, end)
        for phase in config.phases
        for end in phase.ends
        if end.hold is not None
    ]


def _key(phase: Phase, end: End) -> str:
    return f"{phase.number}-{end.next}"


def start(config: SequenceConfig, like: Scalar) -> Sequencer:
    """Before the deorbit burn."""
    zero = jnp.zeros_like(like)
    return Sequencer(
        phase=jnp.full(zero.shape, BOOT, dtype=jnp.int64),
        phase_time=zero,
        deorbit_dv=zero,
        contact_time=zero + NOT,
        silence=zero,
        held={key: zero + NOT for key in _held(config)},
    )


def within(config: SequenceConfig, phase: Index, laws: Collection[str]) -> Flag:
    """Whether the law of the phase is one of `laws`."""
    return among(phase, [p.number for p in config.phases if p.law in laws])


def among(phase: Index, numbers: Collection[int]) -> Flag:
    """Whether the phase is one of `numbers`."""
    found = phase < 0
    for number in numbers:
        found = found | (phase == number)
    return found


def standing(config: SequenceConfig, contact_time: Scalar, elapsed: Scalar) -> Flag:
    """Whether the legs have stood long enough [s] to count."""
    return long_enough(contact_time, config.contact_confirm, elapsed)


def advance(
    old: Sequencer,
    known: Callable[[Scalar, Scalar, Scalar], Known],
    config: OnboardConfig,
    dv_tick: Scalar,
    heard: Flag,
    contact: Bool[Array, "legs *#cases"],
    elapsed: Scalar,
    order: Scalar,
) -> Sequencer:
    """The phase of the coming tick; at most one change a tick.

    `known` makes the quantities of what is missing of the deorbit burn [m/s], the
    silence and the time in the phase [s]; `dv_tick` is the velocity that the engines
    gave over the last tick, of `elapsed` seconds [m/s], `heard` whether a range was
    used in it. An `order` from the ground, the number of a phase or NaN, counts before
    all conditions, if there is that phase.
    """
    s = config.sequence
    burning = within(s, old.phase, ("deorbit",))
    dv = old.deorbit_dv + jnp.where(burning, dv_tick, 0.0)
    votes = jnp.sum(jnp.where(contact, 1.0, 0.0), axis=0)
    touching = longer(old.contact_time, votes >= s.contact_votes, elapsed)
    silence = jnp.where(heard, 0.0, old.silence + elapsed)
    in_phase = old.phase_time + elapsed
    k = known(config.guidance.deorbit_dv - dv, silence, in_phase)
    down = standing(s, touching, elapsed)
    held = dict(old.held)
    phase = old.phase
    for this in s.phases:
        # the first of its conditions is asked last, and so counts before the others
        for end in reversed(this.ends):
            over = (old.phase == this.number) & holds(k, this, end, down)
            if end.hold is not None:
                key = _key(this, end)
                held[key] = longer(old.held[key], over, elapsed)
                over = long_enough(held[key], end.hold, elapsed)
            phase = jnp.where(over, end.next, phase)
    for this in s.phases:
        phase = jnp.where(order == this.number, this.number, phase)
    return Sequencer(
        phase=phase,
        phase_time=jnp.where(phase == old.phase, in_phase, 0.0),
        deorbit_dv=dv,
        contact_time=touching,
        silence=silence,
        held=held,
    )


def longer(before: Scalar, now: Flag, elapsed: Scalar) -> Scalar:
    """How long something has been true that is, or is not, true now [s]."""
    return jnp.where(now, jnp.maximum(before + elapsed, 0.0), NOT)


def long_enough(time: Scalar, wanted: Scalar, elapsed: Scalar) -> Flag:
    """To the nearest tick: a sum of ticks [s] must not depend on rounding."""
    return time >= wanted - 0.5 * elapsed


def holds(k: Known, phase: Phase | None, end: End, down: Flag) -> Flag:
    """Whether a condition is true now; `down` says that the legs stand."""
    found = [down] if end.contact else []
    for bound in end.bounds:
        now = value(k, bound.quantity, phase)
        found.append(now >= bound.value if bound.above else now <= bound.value)
    over = found[0]
    for flag in found[1:]:
        over = over & flag if end.every else over | flag
    return over
