"""Mass, centre of mass and inertia of the vehicle as its tanks drain."""

import equinox as eqx

from frigoris.types import Mat3, Scalar, Vec3


class MassModel(eqx.Module):
    """Two states of the vehicle, full and dry; all between is linear in propellant."""

    dry: Scalar  # everything but the two propellants [kg]
    full: Scalar  # main propellant for which the wet figures hold [kg]
    com_dry_B: Vec3  # centre of mass from the body origin [m]
    com_wet_B: Vec3
    inertia_dry_B: Mat3  # about the centre of mass, body axes [kg m^2]
    inertia_wet_B: Mat3


class MassProperties(eqx.Module):
    """Mass [kg], centre of mass from the body origin [m], inertia about it [kg m^2]."""

    mass: Scalar
    com_B: Vec3
    inertia_B: Mat3


def mass_properties(
    model: MassModel, propellant: Scalar, rcs_propellant: Scalar
) -> MassProperties:
    """Properties with `propellant` and `rcs_propellant` [kg] on board.

    Left out: the attitude propellant (about 1 % of the mass) does not move the centre
    of mass; the true dependence on fill level is not linear (a few per cent of the
    inertia half way down, tank geometry unknown).
    """
    fill = propellant / model.full
    return MassProperties(
        mass=model.dry + propellant + rcs_propellant,
        com_B=model.com_dry_B + fill * (model.com_wet_B - model.com_dry_B),
        inertia_B=model.inertia_dry_B
        + fill * (model.inertia_wet_B - model.inertia_dry_B),
    )
