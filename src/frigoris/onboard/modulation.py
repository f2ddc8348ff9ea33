"""Pulse modulation: what valves that have a shortest pulse can do of what was asked."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from frigoris.types import Flag, JetFlags, Jets, Scalar

Pairs = Float[Array, "pairs jets *#cases"]


def pulse(wanted: Scalar, least: Scalar, dt: Scalar) -> Scalar:
    """On-time given in a tick of `dt` [s], signed; nothing shorter than `least`.

    What is dropped is not owed to later ticks: paid back in lumps it made a limit cycle
    that turned the last bits of a number into tenths of a second of contact time.
    """
    return jnp.clip(jnp.where(jnp.abs(wanted) >= least, wanted, 0.0), -dt, dt)


def unopposed(wanted: Jets, opposites: Pairs, dt: Scalar) -> Jets:
    """On-times that a tick has room for [s], of those wanted, none of them negative.

    `opposites` has ones at jets that cancel: what both of a pair were asked for is left
    out. All are scaled where one would need more than the tick.
    """
    common = jnp.min(jnp.where(opposites > 0.0, wanted[None], jnp.inf), axis=1)
    time = wanted - jnp.sum(opposites * common[:, None], axis=0)
    return time * (dt / jnp.maximum(jnp.max(time, axis=0), dt))


def jet_pulses(
    time: Jets, opposites: Pairs, least: Scalar, dt: Scalar, fine: Flag
) -> Jets:
    """On-times of all jets [s] in one pulse each.

    Where `fine`, a pulse shorter than the shortest is made by firing both of a pair,
    one longer than the other: exact control for a little propellant. Elsewhere, and of
    jets without an opposite, it is dropped.
    """
    longest = jnp.max(jnp.where(opposites > 0.0, time[None], 0.0), axis=1)
    both = jnp.where(fine & (longest < least), least, 0.0)
    time = time + jnp.sum(opposites * both[:, None], axis=0)
    return jnp.clip(jnp.where(time >= least, time, 0.0), 0.0, dt)


class Pwpf(NamedTuple):
    """Settings of a pulse-width pulse-frequency modulator."""

    gain: Scalar  # of its filter [-]
    lag: Scalar  # of its filter [s]
    on: Scalar  # filter output that switches on [-]
    off: Scalar  # and off [-]
    level: Scalar  # fed back while on [-]


class Modulation(NamedTuple):
    """What the modulators of all jets remember."""

    filtered: Jets  # output of the filter [-]
    firing: JetFlags


def pwpf(
    p: Pwpf, wanted: Jets, memory: Modulation, dt: Scalar
) -> tuple[Jets, Modulation]:
    """On-times in a tick of constant wanted levels [s], with the memory after it.

    Switches inside the tick are found in closed form, so the on-times are exact. Only
    one way: negative levels are for the opposite jet.
    """

    def more(carry: tuple[Jets, Jets, JetFlags, Jets]) -> Array:
        return jnp.any(carry[0] < dt)

    def switch(
        carry: tuple[Jets, Jets, JetFlags, Jets],
    ) -> tuple[Jets, Jets, JetFlags, Jets]:
        now, f, is_on, total = carry
        goal = p.gain * (wanted - jnp.where(is_on, p.level, 0.0))
        edge = jnp.where(is_on, p.off, p.on)
        # filter goes to its goal exponentially; does it pass the edge on the way?
        ratio = (f - goal) / (edge - goal)
        passes = jnp.where(is_on, goal < p.off, goal > p.on)
        until = jnp.where(passes, p.lag * jnp.log(jnp.maximum(ratio, 1.0)), jnp.inf)
        step = jnp.minimum(until, dt - now)
        reached = passes & (until <= dt - now)
        f = jnp.where(reached, edge, goal + (f - goal) * jnp.exp(-step / p.lag))
        total = total + jnp.where(is_on, step, 0.0)
        return now + step, f, jnp.where(reached, ~is_on, is_on), total

    zero = jnp.zeros_like(wanted)
    first = (zero, memory.filtered + zero, memory.firing | (zero > 1.0), zero)
    _, filtered, firing, total = lax.while_loop(more, switch, first)
    return total, Modulation(filtered, firing)
