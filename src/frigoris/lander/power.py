r"""Electric power: a battery behind a resistance, loads, and what happens below.

$$ V = \tfrac12\bigl(U + \sqrt{U^2 - 4 R P}\bigr), \quad
   \dot E = -U\,\frac{P}{V}, \quad U = U_{empty} + (U_{full} - U_{empty}) E/E_{max} $$
with the net load `P`. When the bus falls below the voltage of its equipment (a
brown-out) the valves close, the range finder and the radio are off; they come back
when the bus has recovered. The flight computer is taken to live through it on a hold-up
of its own.
"""

import equinox as eqx
import jax.numpy as jnp

from frigoris.types import Flag, Scalar


class Power(eqx.Module):
    """Battery, source and loads of a vehicle."""

    capacity: Scalar  # [J]
    charge: Scalar  # at the start of the flight [J]
    volts_full: Scalar  # without load [V]
    volts_empty: Scalar  # [V]
    resistance: Scalar  # of battery and harness [ohm]
    solar: Scalar  # that comes in [W]
    steady: Scalar  # avionics, sensors, heaters [W]
    radio: Scalar  # [W]
    valve: Scalar  # of an engine while it is open [W]
    jet: Scalar  # of a thruster while it is open [W]
    brownout: Scalar  # bus voltage below which equipment drops out [V]
    recover: Scalar  # above which it comes back [V]


def source_voltage(p: Power, energy: Scalar) -> Scalar:
    """Of the battery without load [V]."""
    share = jnp.clip(energy / p.capacity, 0.0, 1.0)
    return p.volts_empty + (p.volts_full - p.volts_empty) * share


def bus_voltage(p: Power, energy: Scalar, load: Scalar) -> Scalar:
    """Under a net load [W]; zero where the battery can't give it [V]."""
    u = source_voltage(p, energy)
    inside = u * u - 4.0 * p.resistance * load
    volts = 0.5 * (u + jnp.sqrt(jnp.maximum(inside, 0.0)))
    return jnp.where((inside < 0.0) | (energy <= 0.0), 0.0, volts)


def drain(
    p: Power, energy: Scalar, powered: Scalar, valves: Scalar, jets: Scalar, dt: Scalar
) -> tuple[Scalar, Scalar, Flag]:
    """Energy left [J], bus voltage [V] and whether equipment runs, after `dt` [s].

    `valves` and `jets` are the mean numbers of those that are open.
    """
    load = p.steady + powered * (p.radio + p.valve * valves + p.jet * jets) - p.solar
    volts = bus_voltage(p, energy, load)
    u = source_voltage(p, energy)
    current = jnp.where(volts > 0.0, load / jnp.maximum(volts, 1e-3), 0.0)
    left = jnp.clip(energy - u * current * dt, 0.0, p.capacity)
    runs: Flag = volts > jnp.where(powered > 0.5, p.brownout, p.recover)
    return left, volts, runs


def endurance(p: Power, energy: Scalar) -> Scalar:
    """Time for which a landed vehicle lives on what is left [s]; radio on, no valves.

    By the mean voltage of what is left, with the losses in the resistance.
    """
    load = p.steady + p.radio - p.solar
    middle = bus_voltage(p, 0.5 * energy, load)
    u = source_voltage(p, 0.5 * energy)
    used = u * load / jnp.maximum(middle, 1e-3)
    return jnp.where(load > 0.0, energy / jnp.maximum(used, 1e-9), jnp.inf)
