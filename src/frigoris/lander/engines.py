r"""Main and assist engines: thrust with a first-order lag, pulses, mass flow, torque.

The thrust of an engine inside a tick is known exactly, since its command is held:
$F(s) = F_c + (F_0 - F_c) e^{-s/\tau}$. A pulsed engine is given its mean thrust over
the tick, so the impulse of a pulse is exact and only its place inside the tick is not
(an error of at most $a\,\Delta t^2/8$, 4 mm in 0.1 s).
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.constants import G0
from frigoris.math.vectors import cross
from frigoris.types import Scalar, Vec3

Each = Float[Array, "n *#cases"]


class Engines(eqx.Module):
    """All descent engines of a vehicle, thrust along +z of the body."""

    thrust: Each  # true thrust when open [N]
    isp: Each  # true specific impulse [s]
    lag: Each  # time constant of the thrust [s]
    position_B: Float[Array, "3 n *#cases"]  # where the thrust acts [m]
    assist: tuple[bool, ...] = eqx.field(static=True)  # member of the pulsed group


def commanded_thrust(engines: Engines, main_duty: Scalar, assist_duty: Scalar) -> Each:
    """Mean thrust of each engine over the tick once the lag has passed [N]."""
    duty = jnp.stack([assist_duty if is_ else main_duty for is_ in engines.assist])
    return engines.thrust * duty


def limit_to_propellant(
    engines: Engines, command: Each, propellant: Scalar, dt: Scalar
) -> tuple[Each, Scalar]:
    """Cut the thrust so that a tick burns no more than there is.

    Returns the thrust and the part of the tick for which the propellant lasts, so that
    the moment of depletion is known inside the tick.
    """
    needed = jnp.sum(command / (engines.isp * G0), axis=0) * dt
    lasts = jnp.clip(propellant / jnp.maximum(needed, 1e-12), 0.0, 1.0)
    return command * lasts, lasts


def thrust_at(command: Each, start: Each, decay: Each) -> Each:
    """Thrust when `decay = exp(-s/lag)` of the step from `start` is still to come."""
    return command + (start - command) * decay


def wrench(engines: Engines, thrust: Each, com_B: Vec3) -> tuple[Vec3, Vec3]:
    """Force [N] and torque about the centre of mass [N m], body axes."""
    total = jnp.sum(thrust, axis=0)
    zero = jnp.zeros_like(total)
    moment_B = jnp.sum(engines.position_B * thrust[None], axis=1)
    force_B = jnp.stack([zero, zero, total])
    # sum of (p_i - c) x F_i z: moment_B holds sum of p_i F_i
    return force_B, cross(moment_B - com_B * total, jnp.stack([zero, zero, zero + 1.0]))


def mass_flow(engines: Engines, thrust: Each) -> Scalar:
    """Propellant used per second [kg/s]."""
    return jnp.sum(thrust / (engines.isp * G0), axis=0)
