"""Legs, footpads and soil that are weaker than was prepared for."""

import jax.numpy as jnp

from frigoris.flight.faults.names import SLOTS
from frigoris.flight.params import Params
from frigoris.math.tree import replace_at


def met(params: Params) -> Params:
    """Gear and soil as the touchdown meets them; they were so from the start."""
    if params.faults is None:
        return params
    f, gear, soil = params.faults.contact, params.gear, params.soil
    stiff = crush = strength = jnp.ones_like(gear.legs.stiffness)
    friction, bearing = gear.pad_friction, soil.bearing
    for k in range(SLOTS):
        meant = (f.legs[k] > 0.5)[:, None]
        stiff = stiff * jnp.where(meant, f.stiffness[k], 1.0)
        crush = crush * jnp.where(meant, f.crush[k], 1.0)
        strength = strength * jnp.where(meant, f.strength[k], 1.0)
        friction, bearing = friction * f.friction[k], bearing * f.bearing[k]
    legs = gear.legs
    return replace_at(
        lambda p: (
            p.gear.legs.stiffness,
            p.gear.legs.damping,
            p.gear.legs.crush,
            p.gear.legs.pull,
            p.gear.legs.strength,
            p.gear.pad_friction,
            p.soil.bearing,
        ),
        params,
        (
            legs.stiffness * stiff,
            legs.damping * stiff,
            legs.crush * crush,
            legs.pull * crush,
            legs.strength * strength,
            friction,
            bearing,
        ),
    )
