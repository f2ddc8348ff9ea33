r"""The exhaust on the ground: where erosion begins, dust in the beam, ground effect.

$$ h_0 = H \sqrt{T / T_{LM}}, \qquad \tau = \tau_0 \max(1 - h/h_0, 0), \qquad
   F = T\,(1 + g \max(1 - h/h_g, 0)) $$

`h` height of the lowest footpad, `T` thrust. Pressure on the ground goes as $T/h^2$, so
the height of first erosion goes as the root of the thrust. `H` is that of the lunar
module at hover: dust was first seen at 30 m on Apollo 12, at less than 100 ft on
Apollo 11; below 12 m the ground of Apollo 12 "was almost completely obscured" (NASA
chronology, SP-4009 vol. 4, 22 December 1969; technical debriefing of Apollo 11). The
optical depth and the ground effect are engineering ranges: nobody measured them for a
lander of this size.
"""

import equinox as eqx
import jax.numpy as jnp

from frigoris.types import Scalar

LM_HOVER = 11.9e3  # thrust of the lunar module before touchdown: 7.3 t [N]


class Plume(eqx.Module):
    """How the exhaust meets the ground, as it really is."""

    onset: Scalar  # height of first erosion at the thrust of the lunar module [m]
    dust: Scalar  # optical depth of the sheet at touchdown, one way [-]
    ground_effect: Scalar  # gain of thrust at touchdown [-]
    ground_reach: Scalar  # height where that gain ends [m]


def onset_height(plume: Plume, thrust: Scalar) -> Scalar:
    """Height of the footpads below which this thrust [N] erodes [m]."""
    return plume.onset * jnp.sqrt(jnp.maximum(thrust, 0.0) / LM_HOVER)


def optical_depth(plume: Plume, clearance: Scalar, thrust: Scalar) -> Scalar:
    """Of the dust between lander and ground, one way [-]."""
    onset = onset_height(plume, thrust)
    inside = jnp.where(onset > 0.0, 1.0 - clearance / jnp.maximum(onset, 1e-9), 0.0)
    return plume.dust * jnp.clip(inside, 0.0, 1.0)


def thrust_gain(plume: Plume, clearance: Scalar) -> Scalar:
    """Force over the thrust of free flight [-]."""
    inside = 1.0 - clearance / jnp.maximum(plume.ground_reach, 1e-9)
    return 1.0 + plume.ground_effect * jnp.clip(inside, 0.0, 1.0)
