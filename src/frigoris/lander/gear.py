"""The landing gear of a vehicle and the ground that it meets, as one set of numbers."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.lander.legs import Bed, Legs
from frigoris.moon.regolith import Regolith
from frigoris.types import Scalar

# pressed soil springs back this much more stiffly than it sinks; dense sand 10 to 50,
# from memory
UNLOADING = 20.0
# sideways stiffness of soil under a footpad: full friction at 2 kN after some 15 mm,
# as the shear modulus of Apollo's rover tests, 18 mm, has it
GRIP = 1e5  # [N/m]
HULL_PATCH = 0.05  # area by which a part of the body meets the ground [m^2]


class Gear(eqx.Module):
    """Legs, footpads, and what of the body may strike the ground."""

    legs: Legs
    pad_area: Scalar  # of one footpad [m^2]
    pad_friction: Scalar  # of a footpad on the soil [-]
    hull_B: Float[Array, "3 points *#cases"]  # from the body origin [m]
    strike_max: Scalar  # speed of a strike that the body survives [m/s]


def pad_bed(gear: Gear, soil: Regolith) -> Bed:
    """The ground under one footpad.

    It slides where the weaker of the two gives way, footpad on soil or soil on soil;
    the cohesion of the soil (35 N at 0.5 kPa and 0.07 m^2) is left out.
    """
    friction = jnp.minimum(gear.pad_friction, jnp.tan(soil.friction))
    return _bed(soil.bearing * gear.pad_area, friction)


def hull_bed(soil: Regolith) -> Bed:
    """The ground under a part of the body, which does not rub."""
    return _bed(soil.bearing * HULL_PATCH, 0.0 * soil.bearing)


def _bed(bearing: Scalar, friction: Scalar) -> Bed:
    return Bed(
        stiffness=UNLOADING * bearing,
        bearing=bearing,
        bearing_surface=0.0 * bearing,
        grip=GRIP + 0.0 * bearing,
        friction=friction,
    )
