"""Powered arcs of their own: one engine, thrust held against the velocity.

Orbit insertion and circularisation long before the descent, and the stop from a given
descent rate, are flown by the same dynamics as the descent; only the attitude is given.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from frigoris.constants import G0
from frigoris.lander.engines import Firing
from frigoris.lander.mass import total_mass
from frigoris.lander.rigid_body import Actuation, Motion, Vehicle, World, rk4_step
from frigoris.math.rotation import q_from_dcm
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, dot, norm
from frigoris.types import Quat, Scalar, Vec3

STEP = 1.0  # of the integration [s]; the arcs last minutes


class Arc(NamedTuple):
    """An arc after each step: `[step]` and `[step, 3]`."""

    time: Float[Array, " n"]  # [s]
    r_M: Float[Array, "n 3"]  # [m]
    v_I_M: Float[Array, "n 3"]  # inertial velocity, M axes [m/s]
    mass: Float[Array, " n"]  # [kg]


def _retrograde(y: Motion) -> Quat:
    z = -y.v_M / norm(y.v_M)
    n = cross(y.r_M, y.v_M)
    # any axis across the velocity will do where the motion is vertical
    n = jnp.where(norm(n) > 1e-3 * norm(y.r_M), n, cross(z, jnp.array([1.0, 0.0, 0.0])))
    n = n - z * dot(n, z)
    axis_y = n / norm(n)
    return q_from_dcm(jnp.stack([cross(axis_y, z), axis_y, z], axis=1))


@eqx.filter_jit
def fly_arc(
    vehicle: Vehicle, world: World, start: Motion, duty: Float[Array, " n"], steps: int
) -> Arc:
    """Burn for `steps` seconds with `duty` of each engine, against the velocity."""
    engines = vehicle.engines
    thrust = engines.thrust * duty
    none = jnp.zeros_like(thrust)
    act = Actuation(
        firing=Firing(thrust, thrust, none, none + STEP, 1.0 / (engines.isp * G0)),
        gimbal=jnp.zeros(2),
        rcs_duty=jnp.zeros(vehicle.thrusters.position_B.shape[1]),
        moving=jnp.float64(1.0),
        gain=jnp.float64(1.0),
    )

    def step(
        carry: tuple[Motion, Scalar], _: None
    ) -> tuple[tuple[Motion, Scalar], Arc]:
        y, t = carry
        still = jnp.zeros(3)
        y = replace_at(
            lambda m: (m.q_MB, m.omega_BI_B, m.dtheta_B, m.dv_B),
            y,
            (_retrograde(y), still, still, still),
        )
        y = rk4_step(vehicle, world, act, y, jnp.float64(0.0), jnp.float64(STEP))
        t = t + STEP
        v_I = y.v_M + cross(world.omega_MI_M, y.r_M)
        mass = total_mass(vehicle.mass, y.propellant, y.rcs_propellant)
        return (y, t), Arc(t, y.r_M, v_I, mass)

    _, arc = lax.scan(step, (start, jnp.float64(0.0)), None, length=steps)
    return arc


def motion_at(
    vehicle: Vehicle, world: World, r_M: np.ndarray, v_I_M: np.ndarray, mass: float
) -> Motion:
    """A vehicle of `mass` [kg] at an inertial state given in M axes."""
    zero = jnp.zeros(3)
    rcs = jnp.float64(0.0)
    tanks = vehicle.mass.tanks.radius.shape[0]
    return Motion(
        r_M=jnp.asarray(r_M),
        v_M=jnp.asarray(v_I_M) - cross(world.omega_MI_M, jnp.asarray(r_M)),
        q_MB=jnp.array([1.0, 0.0, 0.0, 0.0]),
        omega_BI_B=zero,
        propellant=jnp.float64(mass) - vehicle.mass.dry - vehicle.mass.unusable,
        rcs_propellant=rcs,
        slosh=jnp.zeros((2, tanks)),
        slosh_rate=jnp.zeros((2, tanks)),
        dtheta_B=zero,
        dv_B=zero,
    )


def apsides(mu: Scalar, r: Vec3, v: Vec3) -> tuple[Scalar, Scalar]:
    """Perilune and apolune radius [m] of the Kepler orbit through a state."""
    energy = 0.5 * dot(v, v) - mu / norm(r)
    h = cross(r, v)
    a = -mu / (2.0 * energy)
    e = jnp.sqrt(jnp.maximum(1.0 + 2.0 * energy * dot(h, h) / (mu * mu), 0.0))
    return a * (1.0 - e), a * (1.0 + e)


apsides_of = jax.jit(jax.vmap(apsides, in_axes=(None, 0, 0)))
