"""Pulse modulation: what valves that have a shortest pulse can do of what was asked."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from frigoris.types import Flag, Jets, Scalar


def pulse(wanted: Scalar, least: Scalar, dt: Scalar) -> Scalar:
    """On-time given in a tick of `dt` [s], signed; nothing shorter than `least`.

    What is dropped is not owed to later ticks: paid back in lumps it made a limit cycle
    that turned the last bits of a number into tenths of a second of contact time.
    """
    return jnp.clip(jnp.where(jnp.abs(wanted) >= least, wanted, 0.0), -dt, dt)


def jet_pulses(
    wanted: Jets,
    opposites: Float[Array, "pairs jets *#cases"],
    least: Scalar,
    dt: Scalar,
    fine: Flag,
) -> Jets:
    """On-times of all jets [s] for those wanted, none of them negative.

    `opposites` has ones at jets that cancel: what both of a pair were asked for is left
    out. All are scaled where one would need more than the tick. Where `fine`, a pulse
    shorter than the shortest is made by firing both, one longer than the other: exact
    control for a little propellant. Elsewhere, and of jets without an opposite, it is
    dropped.
    """
    paired = opposites > 0.0
    common = jnp.min(jnp.where(paired, wanted[None], jnp.inf), axis=1)
    time = wanted - jnp.sum(opposites * common[:, None], axis=0)
    time = time * (dt / jnp.maximum(jnp.max(time, axis=0), dt))
    longest = jnp.max(jnp.where(paired, time[None], 0.0), axis=1)
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


def pwpf(
    p: Pwpf, wanted: Scalar, filtered: Scalar, firing: Flag, dt: Scalar
) -> tuple[Scalar, Scalar, Flag]:
    """On-time in a tick of a constant wanted level, with the state after it.

    `filtered` is the output of the filter; switches inside the tick are found in closed
    form, so the on-time is exact (Song, Buck and Agrawal 1999; Sidi 1997, section 9.4).
    Only one way: negative levels are for the opposite jet.
    """

    def more(carry: tuple[Scalar, Scalar, Flag, Scalar]) -> Array:
        return jnp.any(carry[0] < dt)

    def switch(
        carry: tuple[Scalar, Scalar, Flag, Scalar],
    ) -> tuple[Scalar, Scalar, Flag, Scalar]:
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
    first = (zero, filtered + zero, firing | (zero > 1.0), zero)
    _, filtered, firing, total = lax.while_loop(more, switch, first)
    return total, filtered, firing
