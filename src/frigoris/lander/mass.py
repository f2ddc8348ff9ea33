r"""Mass, centre of mass and inertia of the vehicle as its tanks drain.

The vehicle without propellant is rigid; the propellant of each tank is an upright
cylinder of liquid whose surface falls:
$$ c = \frac{m_d c_d + \sum m_i c_i}{m}, \qquad
   I = I_d + m_d [c_d - c]^2 + \sum (I_i + m_i [c_i - c]^2), $$
with $[d]^2 = (d \cdot d) E - d d^T$. A liquid turns with its tank as if it were frozen;
what of it swings is in `slosh`.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.types import Mat3, Scalar, Vec3

EachTank = Float[Array, "tanks *#cases"]


class Tanks(eqx.Module):
    """Upright cylinders on the body."""

    bottom_B: Float[Array, "3 tanks *#cases"]  # centre of the floor [m]
    radius: EachTank  # [m]
    density: EachTank  # of the liquid [kg/m^3]
    load: EachTank  # at the start of the flight, with what can't be used [kg]
    share: EachTank  # of what the descent engines burn [-]
    share_rcs: EachTank  # of what the attitude thrusters burn [-]
    damping: EachTank  # of the slosh, of critical [-]


class MassModel(eqx.Module):
    """The vehicle without propellant, and its tanks."""

    dry: Scalar  # everything but propellant [kg]
    com_dry_B: Vec3  # centre of mass from the body origin [m]
    inertia_dry_B: Mat3  # about it, body axes [kg m^2]
    tanks: Tanks
    loaded: Scalar  # of the descent engines, at the start [kg]
    loaded_rcs: Scalar  # of the attitude thrusters, at the start [kg]
    unusable: Scalar  # in all tanks [kg]
    stranded: Scalar  # of `loaded`, left when the first tank is empty [kg]


class MassProperties(eqx.Module):
    """Mass [kg], centre of mass from the body origin [m], inertia about it [kg m^2]."""

    mass: Scalar
    com_B: Vec3
    inertia_B: Mat3


def tank_masses(
    model: MassModel, propellant: Scalar, rcs_propellant: Scalar
) -> EachTank:
    """What is in each tank with so much on board [kg]."""
    t = model.tanks
    used = model.loaded - propellant
    used_rcs = model.loaded_rcs - rcs_propellant
    # no emptier than empty: an arc that is flown by itself may burn more than there is
    return jnp.maximum(t.load - t.share * used - t.share_rcs * used_rcs, 0.0)


def total_mass(model: MassModel, propellant: Scalar, rcs_propellant: Scalar) -> Scalar:
    """Of the vehicle with so much on board [kg]."""
    return model.dry + model.unusable + propellant + rcs_propellant


def depth(tanks: Tanks, mass: EachTank) -> EachTank:
    """Of the liquid in each tank [m]."""
    return mass / (jnp.pi * tanks.radius**2 * tanks.density)


def _spread(mass: Scalar, arm: Vec3) -> Mat3:
    """Inertia of a point mass at an arm, or of several along a further axis."""
    square = jnp.sum(arm * arm, axis=0)
    eye = jnp.eye(3).reshape((3, 3) + (1,) * square.ndim)
    return mass * (square * eye - arm[:, None] * arm[None])


def mass_properties(
    model: MassModel, propellant: Scalar, rcs_propellant: Scalar
) -> MassProperties:
    """Properties with `propellant` and `rcs_propellant` [kg] on board."""
    t = model.tanks
    each = tank_masses(model, propellant, rcs_propellant)
    high = depth(t, each)
    centre_B = _raised(t.bottom_B, high)
    total = model.dry + jnp.sum(each, axis=0)
    com_B = (model.dry * model.com_dry_B + jnp.sum(each * centre_B, axis=1)) / total
    across = each * (0.25 * t.radius**2 + high**2 / 12.0)
    along = each * 0.5 * t.radius**2
    own = jnp.stack([jnp.sum(x, axis=0) for x in (across, across, along)])
    inertia_B = (
        model.inertia_dry_B
        + _spread(model.dry, model.com_dry_B - com_B)
        + jnp.sum(_spread(each, centre_B - com_B[:, None]), axis=2)
        + own[:, None] * jnp.eye(3).reshape((3, 3) + (1,) * total.ndim)
    )
    return MassProperties(mass=total, com_B=com_B, inertia_B=inertia_B)


def _raised(bottom_B: Array, high: Array) -> Array:
    """Half of the depth above the floors."""
    zero = jnp.zeros_like(high)
    return bottom_B + jnp.stack([zero, zero, 0.5 * high])


def without(body: MassProperties, mass: Scalar, place_B: Vec3) -> MassProperties:
    """What is left when a part, taken as a point, leaves the vehicle (a rover does)."""
    left = body.mass - mass
    com_B = (body.mass * body.com_B - mass * place_B) / left
    inertia_B = (
        body.inertia_B
        + _spread(body.mass, body.com_B - com_B)
        - _spread(mass, place_B - com_B)
    )
    return MassProperties(mass=left, com_B=com_B, inertia_B=inertia_B)
