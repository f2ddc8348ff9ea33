r"""Motion of the vehicle over the rotating Moon: six degrees of freedom, one RK4 step.

$$ \dot v = f + g(r) - 2\,\omega_M\times v - \omega_M\times(\omega_M\times r), \quad
   I\dot\omega = \tau - \omega\times I\omega, \quad
   \dot q_{MB} = \tfrac12\,q_{MB}\otimes\omega_{BM} $$

`r`, `v` are of the centre of mass, in the Moon-fixed mean-Earth frame M. The increments
that a perfect gyro and accelerometer would collect are integrated along with it.

The propellant swings in its tanks, see `slosh`: the centre of mass is where it would be
with all liquid at rest.

Left out: the Euler term of libration (about 1e-8 m/s^2), the motion of the centre of
mass inside the body as tanks drain (0.2 mm/s while burning), the change of inertia as a
torque (dI/dt omega, below 0.02 N m).
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from frigoris.lander import engines as eng
from frigoris.lander import thrusters as rcs
from frigoris.lander.mass import MassModel, mass_properties, total_mass
from frigoris.lander.slosh import Pendulums, Swing, pendulums, respond
from frigoris.math.harmonics import Harmonics, central, uneven
from frigoris.math.rotation import normalize, qmul, rotate, rotate_inv
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, matvec, matvec_t
from frigoris.types import Jets, Mat3, Quat, Scalar, Vec3


class Motion(eqx.Module):
    """The integrated truth."""

    r_M: Vec3  # centre of mass from the Moon's centre [m]
    v_M: Vec3  # its velocity over the rotating Moon [m/s]
    q_MB: Quat
    omega_BI_B: Vec3  # [rad/s]
    propellant: Scalar  # of the descent engines [kg]
    rcs_propellant: Scalar  # of the attitude thrusters [kg]
    slosh: Swing  # of the swinging mass of each tank from where it hangs [m]
    slosh_rate: Swing  # [m/s]
    dtheta_B: Vec3  # integral of omega_BI_B over the tick [rad]
    dv_B: Vec3  # integral of the specific force over the tick [m/s]


class Vehicle(eqx.Module):
    """The machine as it really is."""

    mass: MassModel
    engines: eng.Engines
    thrusters: rcs.Thrusters


class World(eqx.Module):
    """Gravity and rotation of the Moon as they really are."""

    gravity: Harmonics
    dcm_PM: Mat3  # principal axes from mean-Earth axes
    omega_MI_M: Vec3  # rotation of the Moon, constant over a landing [rad/s]


def uneven_gravity(world: World, r_M: Vec3) -> Vec3:
    """What the field adds to its point mass [m/s^2]."""
    r_P = matvec(world.dcm_PM, r_M)
    return matvec_t(world.dcm_PM, uneven(world.gravity, r_P))


def moon_accel(world: World, r_M: Vec3, v_M: Vec3, uneven_M: Vec3) -> Vec3:
    """Acceleration of a free body as seen from the rotating Moon [m/s^2].

    `uneven_M` is what `uneven_gravity` gave, here or nearby.
    """
    omega = world.omega_MI_M
    turning = cross(omega, 2.0 * v_M + cross(omega, r_M))
    return central(world.gravity, r_M) + uneven_M - turning


class Leak(NamedTuple):
    """What flows out of the vehicle beside its engines, and how it pushes."""

    flow: Scalar  # of the descent propellant [kg/s]
    flow_rcs: Scalar  # of the attitude thrusters' [kg/s]
    push_B: Vec3  # [N]
    twist_B: Vec3  # torque of the push about the body origin [N m]


class Actuation(eqx.Module):
    """Commands held over a tick, as forces to come."""

    firing: eng.Firing
    gimbal: Float[Array, "2 *#cases"]  # of the main engines, about +x and +y [rad]
    rcs_duty: Jets
    moving: Scalar  # 1 in flight, 0 at rest on the ground
    gain: Scalar  # force over thrust, by what the ground throws back
    leak: Leak | None = None  # of a fault


class Held(eqx.Module):
    """What is taken once a step: it changes by some 1e-5 of itself in a tick."""

    uneven_M: Vec3  # gravity beside that of the point mass, mid-step [m/s^2]
    mass: Scalar  # at the start [kg]
    inertia_B: Mat3  # about the centre of mass, at the start [kg m^2]
    swing: Pendulums
    force_B: Vec3  # of engines and thrusters, mean of the step [N]
    torque_B: Vec3  # the same [N m]
    flow: Scalar  # of the descent engines [kg/s]
    rcs_flow: Scalar  # of the thrusters [kg/s]


def hold(
    vehicle: Vehicle, world: World, act: Actuation, y: Motion, start: Scalar, h: Scalar
) -> Held:
    """The values of a step of `h` seconds from `y`, `start` seconds into the tick."""
    body = mass_properties(vehicle.mass, y.propellant, y.rcs_propellant)
    engines = vehicle.engines
    given = eng.impulse(engines, act.firing, start + h)
    thrust = (given - eng.impulse(engines, act.firing, start)) / h
    force, torque = eng.wrench(engines, thrust * act.gain, body.com_B, act.gimbal)
    push, turn = rcs.wrench(vehicle.thrusters, act.rcs_duty, body.com_B)
    flow = jnp.sum(thrust * act.firing.flow, axis=0)
    rcs_flow = rcs.mass_flow(vehicle.thrusters, act.rcs_duty)
    if act.leak is not None:
        # nothing leaks from an empty tank
        full, full_rcs = y.propellant > 0.0, y.rcs_propellant > 0.0
        flow = flow + jnp.where(full, act.leak.flow, 0.0)
        rcs_flow = rcs_flow + jnp.where(full_rcs, act.leak.flow_rcs, 0.0)
        twist = act.leak.twist_B - cross(body.com_B, act.leak.push_B)
        leaks = (act.leak.flow > 0.0) & full | (act.leak.flow_rcs > 0.0) & full_rcs
        push = push + jnp.where(leaks, act.leak.push_B, 0.0)
        turn = turn + jnp.where(leaks, twist, 0.0)
    return Held(
        uneven_M=uneven_gravity(world, y.r_M + 0.5 * h * y.v_M),
        mass=body.mass,
        inertia_B=body.inertia_B,
        swing=pendulums(vehicle.mass, body, y.propellant, y.rcs_propellant),
        force_B=force + push,
        torque_B=torque + turn,
        flow=flow,
        rcs_flow=rcs_flow,
    )


def rates(
    vehicle: Vehicle, world: World, act: Actuation, held: Held, y: Motion
) -> Motion:
    """Time derivative of `y`."""
    mass = total_mass(vehicle.mass, y.propellant, y.rcs_propellant)
    free_M = moon_accel(world, y.r_M, y.v_M, held.uneven_M)
    momentum = matvec(held.inertia_B, y.omega_BI_B)
    torque = held.torque_B - cross(y.omega_BI_B, momentum)
    f_B, alpha_B, slosh = respond(
        held.swing, held.force_B * (held.mass / mass), torque, y.slosh, y.slosh_rate
    )
    # at rest the ground pushes with exactly what keeps the vehicle there
    f_B = act.moving * f_B - (1.0 - act.moving) * rotate_inv(y.q_MB, free_M)
    omega_BM_B = y.omega_BI_B - rotate_inv(y.q_MB, world.omega_MI_M)
    zero = jnp.zeros_like(y.propellant)
    return Motion(
        r_M=act.moving * y.v_M,
        v_M=act.moving * (free_M + rotate(y.q_MB, f_B)),
        q_MB=0.5
        * act.moving
        * qmul(y.q_MB, jnp.stack([zero, omega_BM_B[0], omega_BM_B[1], omega_BM_B[2]])),
        omega_BI_B=act.moving * alpha_B,
        propellant=-act.moving * held.flow,
        rcs_propellant=-act.moving * held.rcs_flow,
        slosh=act.moving * y.slosh_rate,
        slosh_rate=act.moving * slosh,
        dtheta_B=y.omega_BI_B,
        dv_B=f_B,
    )


def rk4_step(
    vehicle: Vehicle, world: World, act: Actuation, y: Motion, start: Scalar, h: Scalar
) -> Motion:
    """One classical Runge-Kutta step of `h` seconds, `start` seconds into the tick.

    The uneven part of gravity varies over some 400 km (degree 4); a step is 0.2 km
    long, and 3.4 km on the coast.
    """
    held = hold(vehicle, world, act, y, start, h)

    # one copy of the rates for the four stages: a quarter of the program to compile
    nodes = jnp.array([0.0, 0.5, 0.5, 1.0]) * h
    weights = jnp.array([1.0, 2.0, 2.0, 1.0]) / 6.0 * h

    def stage(
        carry: tuple[Motion, Motion], x: tuple[Scalar, Scalar]
    ) -> tuple[tuple[Motion, Motion], None]:
        k, new = carry
        node, weight = x
        here = jax.tree.map(lambda a, b: a + node * b, y, k)
        k = rates(vehicle, world, act, held, here)
        return (k, jax.tree.map(lambda a, b: a + weight * b, new, k)), None

    none = jax.tree.map(jnp.zeros_like, y)
    (_, new), _ = lax.scan(stage, (none, y), (nodes, weights))
    return replace_at(lambda m: m.q_MB, new, normalize(new.q_MB))


def specific_energy(world: World, y: Motion) -> Scalar:
    """Inertial energy per mass of the centre of mass, point-mass gravity [J/kg]."""
    v_I = y.v_M + cross(world.omega_MI_M, y.r_M)
    r2 = y.r_M[0] ** 2 + y.r_M[1] ** 2 + y.r_M[2] ** 2
    v2 = v_I[0] ** 2 + v_I[1] ** 2 + v_I[2] ** 2
    return 0.5 * v2 - world.gravity.mu / jnp.sqrt(r2)
