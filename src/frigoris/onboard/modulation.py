"""Pulse modulation: what valves that have a shortest pulse can do of what was asked."""

import jax.numpy as jnp

from frigoris.types import Flag, Scalar


def pulse(wanted: Scalar, least: Scalar, dt: Scalar) -> Scalar:
    """On-time given in a tick of `dt` [s], signed; nothing shorter than `least`.

    What is dropped is not owed to later ticks: paid back in lumps it made a limit cycle
    that turned the last bits of a number into tenths of a second of contact time.
    """
    return jnp.clip(jnp.where(jnp.abs(wanted) >= least, wanted, 0.0), -dt, dt)


def opposed(
    wanted: Scalar, least: Scalar, dt: Scalar, fine: Flag
) -> tuple[Scalar, Scalar]:
    """On-times of two opposite jets [s] whose difference is `wanted`.

    Where `fine`, a difference shorter than the shortest pulse is made by firing both,
    one longer than the other: exact control for a little propellant. Elsewhere it is
    dropped.
    """
    given = pulse(wanted, least, dt)
    plus, minus = jnp.maximum(given, 0.0), jnp.maximum(-given, 0.0)
    both = fine & (jnp.abs(wanted) < least)
    return (
        jnp.where(both, least + jnp.maximum(wanted, 0.0), plus),
        jnp.where(both, least + jnp.maximum(-wanted, 0.0), minus),
    )
