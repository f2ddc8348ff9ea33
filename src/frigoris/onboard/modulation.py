"""Pulse modulation: what a valve can do of what was asked."""

import jax.numpy as jnp

from frigoris.types import Scalar


def pulse(wanted: Scalar, least: Scalar, dt: Scalar) -> Scalar:
    """On-time given in a tick of `dt` [s], signed; nothing shorter than `least`.

    What is dropped is not owed to later ticks: paid back in lumps it made a limit cycle
    that turned the last bits of a number into tenths of a second of contact time.
    """
    return jnp.clip(jnp.where(jnp.abs(wanted) >= least, wanted, 0.0), -dt, dt)
