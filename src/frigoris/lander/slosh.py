r"""Propellant that swings: one pendulum for each tank, coupled to body and force.

First lateral mode of an upright cylinder of radius `a` filled to a depth `h`
($\xi = 1.841184$; Dodge, The New Dynamic Behavior of Liquids in Moving Containers,
2000, after NASA SP-106): swinging mass and frequency
$$ \frac{m_1}{m} = \frac{2 a \tanh(\xi h/a)}{\xi (\xi^2 - 1) h}, \qquad
   \omega^2 = \frac{\xi}{a} \tanh(\xi h/a)
   \Bigl(f_z + \frac{\sigma \xi^2}{\rho a^2}\Bigr), $$
with the specific force along the axis and, what is left without it, surface tension.
The swinging mass moves level in the tank; its place `x` is from where it hangs at rest.

With `P` the projection on the level plane of the body and $\rho_i$ the arms from the
centre of mass at rest, whose specific force is `f`:
$$ M f = F - \sum m_i \ddot x_i, \quad
   I \alpha = \tau - \sum (\rho_i \times m_i \ddot x_i + x_i \times m_i f), \quad
   \ddot x_i = -\omega_i^2 x_i - 2 \zeta \omega_i \dot x_i
   - P (f + \alpha \times \rho_i), $$
linear in `f` and $\alpha$, and solved for them.

Left out: higher modes, swirl, products of angular rate and displacement, the shift of
the centre of mass in gravity of the contact.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.lander.mass import MassModel, MassProperties, depth, tank_masses
from frigoris.math.vectors import (
    cross,
    matmul,
    matvec,
    matvec_t,
    skew,
    solve3,
    transpose,
)
from frigoris.types import Mat3, Scalar, Vec3

XI = 1.841184  # first zero of the derivative of the Bessel function J1
TENSION = 0.03  # surface tension of storable propellants, roughly [N/m]
EMPTY = 1e-3  # depth below which a tank counts as this deep [m]

Swing = Float[Array, "2 tanks *#cases"]


class Pendulums(NamedTuple):
    """All tanks, for a step."""

    mass: Array  # that swings, [tanks] [kg]
    arm_B: Array  # of where it swings from the centre of mass, [3, tanks] [m]
    per_length: Array  # frequency squared per specific force [1/m]
    tension: Array  # specific force that surface tension stands for [m/s^2]
    damping: Array  # of critical [-]
    inverse: Vec3  # of the mass that follows a force along each axis [1/kg]
    coupling: Mat3  # B
    schur: Mat3  # inertia that is left when the force has been eliminated


def frequency_squared(radius: Scalar, high: Scalar, force: Scalar) -> Scalar:
    """Of the first mode under a specific force [rad^2/s^2]; no surface tension."""
    return force * XI / radius * jnp.tanh(XI * high / radius)


def mass_share(radius: Scalar, high: Scalar) -> Scalar:
    """Swinging mass over the mass of the liquid [-]."""
    return 2 * radius * jnp.tanh(XI * high / radius) / (XI * (XI**2 - 1.0) * high)


def pendulums(
    model: MassModel, body: MassProperties, propellant: Scalar, rcs_propellant: Scalar
) -> Pendulums:
    """The pendulums of a vehicle with so much on board."""
    t = model.tanks
    liquid = tank_masses(model, propellant, rcs_propellant)
    high = jnp.maximum(depth(t, liquid), EMPTY)
    swings = liquid * mass_share(t.radius, high)
    # hangs at the middle of the liquid: its own rotation is with the frozen rest
    zero = jnp.zeros_like(high)
    arm_B = t.bottom_B + jnp.stack([zero, zero, 0.5 * high]) - body.com_B[:, None]
    level = jnp.array([1.0, 1.0, 0.0]).reshape((3, 1) + (1,) * high.ndim)
    flat = level * skew(arm_B)  # P [rho], [3, 3, tanks]
    coupling = jnp.sum(swings * flat, axis=2)
    held = jnp.sum(swings * matmul(transpose(flat), flat), axis=2)
    all_swings = jnp.sum(swings, axis=0)
    free = body.mass - all_swings
    inverse = 1.0 / jnp.stack([free, free, body.mass + 0.0 * free])
    schur = body.inertia_B - held
    schur = schur - matmul(transpose(coupling), inverse[:, None] * coupling)
    return Pendulums(
        mass=swings,
        arm_B=arm_B,
        per_length=frequency_squared(t.radius, high, jnp.ones_like(high)),
        tension=TENSION * XI**2 / (t.density * t.radius**2) + 0.0 * high,
        damping=t.damping,
        inverse=inverse,
        coupling=coupling,
        schur=schur,
    )


def respond(
    p: Pendulums, force_B: Vec3, torque_B: Vec3, place: Swing, rate: Swing
) -> tuple[Vec3, Vec3, Swing]:
    """Specific force [m/s^2], angular [rad/s^2] and slosh acceleration [m/s^2].

    `torque_B` is about the centre of mass at rest, with the gyroscopic one.
    """
    rough = force_B * p.inverse
    omega2 = p.per_length * (jnp.maximum(rough[2], 0.0) + p.tension)
    pull = -omega2 * place - 2.0 * p.damping * jnp.sqrt(omega2) * rate
    zero = jnp.zeros_like(pull[:1])
    pulled_B = jnp.concatenate([p.mass * pull, zero])
    shifted_B = jnp.concatenate([p.mass * place, zero])
    force = force_B - jnp.sum(pulled_B, axis=1)
    along = jnp.broadcast_to(rough[:, None], shifted_B.shape)
    torque = torque_B - jnp.sum(
        cross(p.arm_B + 0.0 * pulled_B, pulled_B) + cross(shifted_B, along), axis=1
    )
    alpha = solve3(p.schur, torque - matvec_t(p.coupling, p.inverse * force))
    specific = p.inverse * (force - matvec(p.coupling, alpha))
    tank = specific[:, None] + cross(
        jnp.broadcast_to(alpha[:, None], pulled_B.shape), p.arm_B + 0.0 * pulled_B
    )
    return specific, alpha, pull - tank[:2]
