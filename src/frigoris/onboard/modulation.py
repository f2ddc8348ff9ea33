"""Pulse modulation: what a valve can do of what was asked, the rest owed."""

import jax.numpy as jnp

from frigoris.types import Scalar


def pulse(
    wanted: Scalar, owed: Scalar, least: Scalar, dt: Scalar
) -> tuple[Scalar, Scalar]:
    """On-time given in this tick and on-time owed to later ones [s], both signed.

    Nothing shorter than `least` is given, but it is not lost: the mean is right.
    """
    asked = wanted + owed
    given = jnp.clip(jnp.where(jnp.abs(asked) >= least, asked, 0.0), -dt, dt)
    return given, jnp.clip(asked - given, -least, least)
