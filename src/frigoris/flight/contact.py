"""First contact of a footpad with the ground, to a small part of a tick."""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from frigoris.constants import RADIUS_MOON
from frigoris.flight.params import Params
from frigoris.flight.state import Contact, State
from frigoris.lander.engines import Each
from frigoris.lander.mass import mass_properties
from frigoris.lander.rigid_body import Motion
from frigoris.math.rotation import dcm_from_q, normalize, rotate_inv
from frigoris.math.vectors import cross, dot, matvec, norm
from frigoris.moon.ground import altitude, fading, height
from frigoris.types import Flag, Pads, Scalar, Vec3

NEAR = 500.0  # above the ground: no pad can touch within the next tick [m]
FINE = (20.0, 30.0)  # heights between which the pads begin to see fine relief [m]
NEWTON_STEPS = 4  # on the cubic inside a tick, which is nearly a line


def clearance(params: Params, motion: Motion, fine: Scalar) -> tuple[Scalar, Scalar]:
    """Height of the lowest footpad over the ground [m] and its rate [m/s].

    Each pad has the ground below itself; for the rates it slopes as the plane through
    the four places does.
    """
    body = mass_properties(
        params.vehicle.mass, motion.propellant, motion.rcs_propellant
    )
    up = motion.r_M / norm(motion.r_M)
    omega_BM_B = motion.omega_BI_B - rotate_inv(motion.q_MB, params.world.omega_MI_M)
    dcm_MB = dcm_from_q(motion.q_MB)[:, :, None]
    arms_B = params.gear.legs.pad_B - body.com_B[:, None]
    arms_M = matvec(dcm_MB, arms_B)
    spin_B = jnp.broadcast_to(omega_BM_B[:, None], arms_B.shape)
    pads_M = motion.r_M[:, None] + arms_M
    ground = height(params.ground, pads_M, fine)
    low = norm(pads_M) - RADIUS_MOON - ground
    v_pads_M = motion.v_M[:, None] + matvec(dcm_MB, cross(spin_B, arms_B))
    slope_M = _slope(arms_M, up, ground)
    rates = dot((up - slope_M)[:, None], v_pads_M)
    lowest = jnp.min(low, axis=0)
    # of pads that are level with each other, the fastest
    return lowest, jnp.min(jnp.where(low <= lowest, rates, jnp.inf), axis=0)


def _slope(arms_M: Pads, up: Vec3, ground: Float[Array, "legs *#cases"]) -> Vec3:
    """Rise of the ground per metre, a level vector: least squares over the pads.

    Exact for pads at the corners of a regular polygon, which is nearly level by then.
    """
    flat = arms_M - dot(arms_M, up[:, None]) * up[:, None]
    flat = flat - jnp.mean(flat, axis=1, keepdims=True)
    return 2.0 * jnp.sum(ground * flat, axis=1) / jnp.sum(dot(flat, flat), axis=0)


def clearance_if_near(
    params: Params, motion: Motion, moving: Scalar
) -> tuple[Scalar, Scalar]:
    """The same while any case of the batch is near the ground.

    High up only that it is high counts, and one look at the map tells it. Fine relief
    is looked at for those that still move.
    """
    high = altitude(params.ground, motion.r_M, jnp.zeros_like(motion.propellant))
    climb = dot(motion.v_M, motion.r_M) / norm(motion.r_M)
    # not `high > NEAR`, which a number that is not finite would fail
    found: tuple[Scalar, Scalar] = lax.cond(
        jnp.any(high < NEAR),
        lambda: clearance(params, motion, moving * fading(high, *FINE)),
        lambda: (high, climb),
    )
    return found


def first_root(c0: Scalar, m0: Scalar, c1: Scalar, m1: Scalar) -> Scalar:
    """Where the cubic Hermite from (c0, m0) to (c1, m1) over [0, 1] falls to zero.

    Slopes per unit of the interval; valid for `c0 > 0 >= c1`.
    """
    s = c0 / (c0 - c1)
    for _ in range(NEWTON_STEPS):
        slope = jnp.minimum(hermite_rate(c0, m0, c1, m1, s), 0.1 * (c1 - c0))
        s = jnp.clip(s - hermite(c0, m0, c1, m1, s) / slope, 0.0, 1.0)
    return s


def hermite(c0: Scalar, m0: Scalar, c1: Scalar, m1: Scalar, s: Scalar) -> Scalar:
    """Cubic through both ends with both slopes, at `s` in [0, 1]."""
    d = c1 - c0
    a, b = m0 + m1 - 2.0 * d, 3.0 * d - 2.0 * m0 - m1
    return c0 + s * (m0 + s * (b + s * a))


def hermite_rate(c0: Scalar, m0: Scalar, c1: Scalar, m1: Scalar, s: Scalar) -> Scalar:
    """Slope of the same cubic, per unit of the interval."""
    d = c1 - c0
    a, b = m0 + m1 - 2.0 * d, 3.0 * d - 2.0 * m0 - m1
    return m0 + s * (2.0 * b + 3.0 * a * s)


def detect(
    before: State,
    after: Motion,
    thrust: Each,
    low: Scalar,
    rate: Scalar,
    time: Scalar,
    dt: Scalar,
) -> tuple[Flag, Contact]:
    """Did a pad touch in this tick, and the state when it did.

    `thrust` is that of the engines in this tick [N].
    """
    touched = (before.moving > 0.5) & (before.clearance > 0.0) & (low <= 0.0)
    s = first_root(
        jnp.where(touched, before.clearance, 1.0),
        before.clearance_rate * dt,
        jnp.where(touched, low, -1.0),
        rate * dt,
    )
    a, b = before.motion, after
    r = hermite(a.r_M, dt * a.v_M, b.r_M, dt * b.v_M, s)
    v = hermite_rate(a.r_M, dt * a.v_M, b.r_M, dt * b.v_M, s) / dt
    found = Contact(
        time=jnp.where(touched, time + s * dt, before.contact.time),
        r_M=jnp.where(touched, r, before.contact.r_M),
        v_M=jnp.where(touched, v, before.contact.v_M),
        q_MB=jnp.where(
            touched, normalize(a.q_MB + s * (b.q_MB - a.q_MB)), before.contact.q_MB
        ),
        omega_BI_B=jnp.where(
            touched,
            a.omega_BI_B + s * (b.omega_BI_B - a.omega_BI_B),
            before.contact.omega_BI_B,
        ),
        thrust=jnp.where(touched, thrust, before.contact.thrust),
        battery=jnp.where(touched, before.battery, before.contact.battery),
    )
    return touched, found
