"""Propellant gauge: what is left in the tanks, with its errors, while it is settled."""

import equinox as eqx
import jax.numpy as jnp

from frigoris.types import Flag, Scalar

NOISES = 1  # standard normal numbers that one measurement uses


class Gauge(eqx.Module):
    """Errors of the instrument; it reads descent and attitude propellant together."""

    scale: Scalar  # error, share of the reading [-]
    bias: Scalar  # [kg]
    noise: Scalar  # per measurement, one sigma [kg]


def measure(gauge: Gauge, propellant: Scalar, settled: Flag, noise: Scalar) -> Scalar:
    """Propellant read [kg]; NaN where it floats. `noise` is a standard normal number.

    Slosh is part of the noise: the level is taken as that of liquid at rest.
    """
    read = (1.0 + gauge.scale) * propellant + gauge.bias + gauge.noise * noise
    return jnp.where(settled, read, jnp.nan)
