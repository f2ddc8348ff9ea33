r"""Soil under a footpad: density, friction, cohesion, bearing; by depth.

$$ \rho(z) = \rho_\infty - (\rho_\infty - \rho_0)\frac{d}{z + d}, \qquad p = k z, \qquad
   q = c N_c + \tfrac12 \rho g B N_\gamma $$

`p` is the pressure that a plate needs to sink by `z`, `q` the pressure at which soil
under a footing of width `B` at the surface gives way (Terzaghi; factors of Prandtl,
Reissner and Vesic 1973, of a long strip: a round pad bears more).

Sources: Carrier, Olhoeft and Mendell 1991 (Lunar Sourcebook, chapter 9): density
1.92 (z + 12.2)/(z + 18) g/cm^3 with z in cm, cohesion and friction of table 9.12,
modulus of subgrade reaction 1000 kPa/m; Surveyor 3: 20 to 60 kPa at 2 to 5 cm.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array

from frigoris.constants import GRAVITY_MOON
from frigoris.types import Scalar


class Regolith(eqx.Module):
    """The soil of a site."""

    density_surface: Scalar  # [kg/m^3]
    density_deep: Scalar  # [kg/m^3]
    density_depth: Scalar  # where half of the difference is gone [m]
    cohesion: Scalar  # [Pa]
    friction: Scalar  # angle of internal friction [rad]
    bearing: Scalar  # pressure per depth of sinking [Pa/m]


def density(soil: Regolith, depth: Scalar) -> Scalar:
    """Bulk density at a depth [kg/m^3]."""
    gain = soil.density_deep - soil.density_surface
    return soil.density_deep - gain * soil.density_depth / (depth + soil.density_depth)


def sinkage(soil: Regolith, pressure: Scalar) -> Scalar:
    """Depth of a plate at rest under a pressure [m]."""
    return pressure / soil.bearing


def bearing_factors(friction: Scalar) -> tuple[Array, Array, Array]:
    """N_q, N_c and N_gamma [-] at an angle of friction above zero [rad]."""
    slope = jnp.tan(friction)
    n_q = jnp.exp(jnp.pi * slope) * jnp.tan(0.25 * jnp.pi + 0.5 * friction) ** 2
    return n_q, (n_q - 1.0) / slope, 2.0 * (n_q + 1.0) * slope


def bearing_capacity(soil: Regolith, width: Scalar) -> Scalar:
    """Pressure at which the soil under a footing gives way [Pa].

    `width` [m]. Density is that of half the width below.
    """
    _, n_c, n_gamma = bearing_factors(soil.friction)
    weight = density(soil, 0.5 * width) * GRAVITY_MOON
    return soil.cohesion * n_c + 0.5 * weight * width * n_gamma
