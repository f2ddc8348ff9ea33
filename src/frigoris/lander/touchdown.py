r"""From the first touch of a footpad to rest: a rigid body on legs, over real ground.

Leapfrog in the level axes of the place of contact, positions at whole steps and
velocities at half ones, so that the elastic energy of the legs neither grows nor fades:
$$ r_{k+1} = r_k + h v_{k+1/2}, \qquad v_{k+3/2} = v_{k+1/2} + h (F_{k+1}/m + g) . $$
Forces of the legs come from the balance of their footpads at the new place. The body
itself may strike the ground with the points of its hull.

Left out: slosh and flow of the propellant, the attitude thrusters, the Moon's turning.
"""

from functools import partial
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from frigoris.lander.legs import (
    Bed,
    Legs,
    Memory,
    Plane,
    Reaction,
    fresh,
    press,
    react,
)
from frigoris.math.rotation import dcm_from_q, normalize, q_from_rotvec, qmul
from frigoris.math.vectors import cross, dot, matvec, matvec_t, norm, solve3, unit
from frigoris.types import Flag, Mat3, Quat, Scalar, Vec3

STEP = 5e-4  # halving it moves the final attitude by under 0.03 deg, see the tests [s]
SLOW = 0.6  # below this speed of its parts a case steps as far, in longer time [m/s]
LONGER = 4.0  # at most [-]
FLUNG = (
    1.0  # a footpad that is let go and faster than this asks for shorter steps [m/s]
)
SHORTER = 0.125  # at least [-]
REACH = 1.5  # of parts from the centre of mass, by which a turn counts as speed [m]
EVERY = 40  # steps from sample to sample
SAMPLES = 10  # of one compiled slice
STILL = (0.02, 0.02)  # at rest below these speeds [m/s], [rad/s]
QUIET = 0.3  # for this long [s]
LONGEST = 20.0  # who still moves then has not come to rest [s]
UPRIGHT = 0.5  # with its axis less far up than this it does not come back [-]


class Spot(eqx.Module):
    """The ground around the place of contact, a table of heights."""

    heights: Float[Array, "nodes *#cases"]  # [m], a square row by row from south-west
    half: Scalar  # from the middle to the edge [m]


class Hull(eqx.Module):
    """What may strike the ground beside the footpads."""

    points_B: Float[Array, "3 points *#cases"]  # from the body origin [m]
    bed: Bed
    strike_max: Scalar  # a faster strike ends it: the body is a wreck [m/s]


class Craft(eqx.Module):
    """A lander and its ground, all that is fixed in a touchdown."""

    legs: Legs
    bed: Bed  # under the footpads
    hull: Hull
    spot: Spot
    mass: Scalar  # [kg]
    com_B: Vec3  # from the body origin [m]
    inertia_B: Mat3  # about it [kg m^2]
    gravity: Scalar  # [m/s^2]
    force_B: Vec3  # of engines at the contact [N]
    torque_B: Vec3  # of engines at the contact, about the centre of mass [N m]
    cutoff: Scalar  # when their valves close, after contact [s]
    lag: Scalar  # of their thrust [s]


class Body(NamedTuple):
    """Rigid body; velocities half a step ahead of places."""

    r_L: Vec3  # centre of mass [m]
    v_L: Vec3  # [m/s]
    q_LB: Quat
    omega_B: Vec3  # [rad/s]


class Worst(NamedTuple):
    """Extremes so far, for the margins."""

    accel: Scalar  # of the centre of mass but gravity [m/s^2]
    load: Float[Array, "legs 3 *#cases"]  # of each strut, either way [N]
    shortening: Float[Array, "legs 3 *#cases"]  # of each strut [m]
    clearance: Scalar  # of the hull, negative where it struck [m]
    strike: Scalar  # fastest fall of a hull point into the ground [m/s]
    wall: Scalar  # distance of the centre of mass to the nearest tipping edge [m]


class Settling(NamedTuple):
    """The state of a touchdown."""

    body: Body
    memory: Memory
    hull_sunk: Float[Array, "points *#cases"]
    h: Scalar  # step of this case [s]
    time: Scalar  # since contact [s]; stands still at rest
    quiet: Scalar  # for how long it has not moved [s]
    done: Flag
    moving: Scalar  # kinetic energy at the whole step [J]
    stored: Scalar  # elastic energy [J]
    lost: Scalar  # destroyed so far [J]
    work: Scalar  # done by engines so far [J]
    worst: Worst


def surface(spot: Spot, x: Scalar, y: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Height [m] and its rise per metre east and north; beyond the edge it goes on."""
    n = round(spot.heights.shape[0] ** 0.5)
    step = 2.0 * spot.half / (n - 1)
    column = jnp.clip((x + spot.half) / step, 0.0, n - 1.0)
    row = jnp.clip((y + spot.half) / step, 0.0, n - 1.0)
    i = jnp.minimum(jnp.floor(column), n - 2.0)
    j = jnp.minimum(jnp.floor(row), n - 2.0)
    a, b = (x + spot.half) / step - i, (y + spot.half) / step - j
    k = (j * n + i).astype(jnp.int32)

    def node(offset: int) -> Array:
        return _take(spot.heights, k + offset)

    h00, h10, h01, h11 = node(0), node(1), node(n), node(n + 1)
    # a cell beyond the edge is that of the edge, carried on as a plane
    a_in, b_in = jnp.clip(a, 0.0, 1.0), jnp.clip(b, 0.0, 1.0)
    east = (h10 - h00) * (1.0 - b_in) + (h11 - h01) * b_in
    north = (h01 - h00) * (1.0 - a_in) + (h11 - h10) * a_in
    inside = h00 * (1 - a_in) * (1 - b_in) + h10 * a_in * (1 - b_in)
    inside = inside + h01 * (1 - a_in) * b_in + h11 * a_in * b_in
    height = inside + east * (a - a_in) + north * (b - b_in)
    return height, east / step, north / step


def _take(table: Array, k: Array) -> Array:
    """Row `k` of a table, for each case its own: `k` has cases last, as the table."""
    if table.ndim == 1:
        return table[k]
    flat = k.reshape(-1, k.shape[-1])
    return jnp.take_along_axis(table, flat, axis=0).reshape(k.shape)


def _plane(spot: Spot, at_L: Array) -> Plane:
    height, east, north = surface(spot, at_L[0], at_L[1])
    normal = unit(jnp.stack([-east, -north, jnp.ones_like(east)]))
    return Plane(jnp.stack([at_L[0], at_L[1], height]), normal)


def _placed(body: Body, arm_B: Array, dcm: Mat3) -> Array:
    """Points of the body, given from the centre of mass, where they are now."""
    extra = arm_B.ndim - body.r_L.ndim
    axes = tuple(range(1, 1 + extra))
    r = jnp.expand_dims(body.r_L, axes)
    return r + matvec(jnp.expand_dims(dcm, tuple(a + 1 for a in axes)), arm_B)


def _rates(body: Body, arm_B: Array, dcm: Mat3) -> Array:
    """Velocities of the same points."""
    omega = jnp.broadcast_to(body.omega_B[:, None], arm_B.shape)
    return body.v_L[:, None] + matvec(dcm[:, :, None], cross(omega, arm_B))


def begin(craft: Craft, body: Body, h: float = STEP) -> Settling:
    """A touchdown at its first moment: nothing has been loaded yet.

    It is lifted or let down until the lowest footpad just touches: a table of heights
    differs by millimetres from the ground that it was made of.
    """
    zero = 0.0 * body.r_L[0] + 0.0 * craft.mass
    dcm = dcm_from_q(body.q_LB)
    arm_B = craft.legs.pad_B - craft.com_B[:, None]
    pad = _placed(body, arm_B, dcm)
    over = jnp.min(pad[2] - surface(craft.spot, pad[0], pad[1])[0], axis=0)
    pad = pad.at[2].add(-over)
    body = body._replace(r_L=body.r_L.at[2].add(-over))
    memory = fresh(pad + zero, _rates(body, arm_B, dcm) + zero)
    # velocities lead by half a step
    half = jnp.stack([zero, zero, zero - 0.5 * h * craft.gravity])
    body = jax.tree.map(lambda a: a + zero, body)
    return Settling(
        body=body._replace(v_L=body.v_L + half),
        memory=memory,
        hull_sunk=jnp.zeros_like(craft.hull.points_B[0] + zero),
        h=zero + h,
        time=zero,
        quiet=zero,
        done=zero > 1.0,
        moving=kinetic(craft, body.v_L, body.omega_B),
        stored=zero,
        lost=zero,
        work=zero,
        worst=Worst(
            accel=zero,
            load=jnp.zeros_like(memory.elastic),
            shortening=jnp.zeros_like(memory.elastic),
            clearance=zero + jnp.inf,
            strike=zero,
            wall=zero + jnp.inf,
        ),
    )


def thrust_share(craft: Craft, time: Scalar) -> Scalar:
    """Thrust over that at the contact: held until the valves close, then its tail."""
    return jnp.exp(-jnp.maximum(time - craft.cutoff, 0.0) / craft.lag)


def _drift(body: Body, h: Scalar) -> Body:
    q = qmul(body.q_LB, q_from_rotvec(h * body.omega_B))
    return body._replace(r_L=body.r_L + h * body.v_L, q_LB=normalize(q))


def _strike(
    craft: Craft, body: Body, dcm: Mat3, sunk: Array
) -> tuple[Array, Array, Array, Array]:
    """Force on each point of the hull, what the ground sank there, clearance, fall."""
    arm_B = craft.hull.points_B - craft.com_B[:, None]
    at = _placed(body, arm_B, dcm)
    plane = _plane(craft.spot, at)
    depth = dot(plane.point_L - at, plane.normal_L)
    load, _, new = press(craft.hull.bed, depth, sunk)
    fall = -dot(_rates(body, arm_B, dcm), plane.normal_L)
    return load * plane.normal_L, new, -depth, fall


def _wall(pad_L: Array, r_L: Vec3) -> Scalar:
    """Least distance of the centre of mass inside the edges between footpads [m]."""
    ahead = jnp.roll(pad_L, -1, axis=1)
    edge_x, edge_y = (ahead - pad_L)[0], (ahead - pad_L)[1]
    to_x, to_y = r_L[0] - pad_L[0], r_L[1] - pad_L[1]
    inside = (edge_x * to_y - edge_y * to_x) / jnp.sqrt(edge_x**2 + edge_y**2)
    return jnp.min(inside, axis=0)


def step(craft: Craft, s: Settling, fine: Scalar) -> Settling:
    """One step of `fine` seconds, longer when it is slow; who is at rest stays so."""
    h = s.h
    body = _drift(s.body, h)
    dcm = dcm_from_q(body.q_LB)
    com = craft.com_B
    hinge = _placed(body, craft.legs.hinge_B - com[:, None, None], dcm)
    # footpads as they were on the body are carried along with it
    before = dcm_from_q(s.body.q_LB)
    arm_B = matvec_t(before[:, :, None], s.memory.pad_L - s.body.r_L[:, None])
    free = _placed(body, arm_B, dcm)
    plane = _plane(craft.spot, free)
    live = ~s.done
    found = react(craft.legs, craft.bed, plane, hinge, free, s.memory, h, live)
    hull, sunk, clear, fall = _strike(craft, body, dcm, s.hull_sunk)

    share = thrust_share(craft, s.time + h)
    push_L = matvec(dcm, craft.force_B * share)
    ground_L = jnp.sum(found.force_L, axis=1) + jnp.sum(hull, axis=1)
    arms = found.memory.pad_L - body.r_L[:, None]
    hull_arms = _placed(body, craft.hull.points_B - com[:, None], dcm)
    hull_arms = hull_arms - body.r_L[:, None]
    turn_L = jnp.sum(cross(arms, found.force_L), axis=1)
    turn_L = turn_L + jnp.sum(cross(hull_arms, hull), axis=1)
    torque_B = matvec_t(dcm, turn_L) + share * craft.torque_B
    felt_L = (ground_L + push_L) / craft.mass
    momentum = matvec(craft.inertia_B, body.omega_B)
    turning = solve3(craft.inertia_B, torque_B - cross(body.omega_B, momentum))
    down = jnp.zeros_like(felt_L).at[2].set(craft.gravity)
    accel = felt_L - down
    now_v, now_omega = body.v_L + 0.5 * h * accel, body.omega_B + 0.5 * h * turning
    speed = norm(now_v) + REACH * norm(now_omega)
    longer = jnp.clip(SLOW / jnp.maximum(speed, 1e-9), 1.0, LONGER)
    flung = jnp.max(norm(found.memory.pad_v_L), axis=0)
    shorter = jnp.maximum(FLUNG / jnp.maximum(flung, 1e-9), SHORTER)
    ahead = fine * jnp.minimum(longer, shorter)
    kick = 0.5 * (h + ahead)  # from half a step before now to half a step after
    new_v, new_omega = body.v_L + kick * accel, body.omega_B + kick * turning
    mean_v, mean_omega = 0.5 * (new_v + body.v_L), 0.5 * (new_omega + body.omega_B)
    work = kick * (dot(mean_v, push_L) + dot(mean_omega, share * craft.torque_B))
    hull_load = norm(hull)
    bed = craft.hull.bed
    sinking = jnp.sum(hull_load * jnp.maximum(sunk - s.hull_sunk, 0.0), axis=0)
    moved = Settling(
        body=Body(body.r_L, new_v, body.q_LB, new_omega),
        memory=found.memory,
        hull_sunk=jnp.where(clear > 0.0, 0.0, sunk),
        h=ahead,
        time=s.time + h,
        quiet=jnp.where(_slower(now_v, now_omega, STILL), s.quiet + h, 0.0),
        done=s.done,
        moving=kinetic(craft, now_v, now_omega),
        stored=found.stored + 0.5 * jnp.sum(hull_load**2 / bed.stiffness, axis=0),
        lost=s.lost + found.lost + sinking,
        work=s.work + work,
        worst=_worse(s.worst, found, felt_L, clear, fall, body.r_L),
    )
    over = (moved.quiet > QUIET) | (moved.time > LONGEST) | (dcm[2, 2] < UPRIGHT)
    over = over | (moved.worst.strike > craft.hull.strike_max)
    over = over | ~jnp.isfinite(moved.time)  # its numbers broke
    return _keep(s.done, s, moved._replace(done=s.done | over))


def _slower(v_L: Vec3, omega_B: Vec3, limits: tuple[float, float]) -> Flag:
    slow: Flag = dot(v_L, v_L) < limits[0] ** 2
    return slow & (dot(omega_B, omega_B) < limits[1] ** 2)


def _worse(
    w: Worst, found: Reaction, felt_L: Vec3, clear: Array, fall: Array, r_L: Vec3
) -> Worst:
    struck = jnp.where(clear < 0.0, fall, 0.0)
    m = found.memory
    return Worst(
        accel=jnp.maximum(w.accel, norm(felt_L)),
        load=jnp.maximum(w.load, jnp.abs(found.load)),
        shortening=jnp.maximum(w.shortening, m.elastic + m.crushed),
        clearance=jnp.minimum(w.clearance, jnp.min(clear, axis=0)),
        strike=jnp.maximum(w.strike, jnp.max(struck, axis=0)),
        wall=jnp.minimum(w.wall, _wall(found.memory.pad_L, r_L)),
    )


def _keep(flag: Flag, a: Settling, b: Settling) -> Settling:
    kept: Settling = jax.tree.map(lambda x, y: jnp.where(flag, x, y), a, b)
    return kept


def kinetic(craft: Craft, v_L: Vec3, omega_B: Vec3) -> Scalar:
    """Of translation and rotation [J]."""
    spin = dot(omega_B, matvec(craft.inertia_B, omega_B))
    return 0.5 * (craft.mass * dot(v_L, v_L) + spin)


def energy(craft: Craft, s: Settling) -> Scalar:
    """Kinetic, potential and elastic energy [J]."""
    return s.moving + craft.mass * craft.gravity * s.body.r_L[2] + s.stored


@partial(jax.jit, static_argnames=("samples", "every"))
def advance(
    craft: Craft, s: Settling, h: Float[Array, ""], samples: int, every: int
) -> tuple[Settling, dict[str, Array]]:
    """`samples * every` steps of `h` [s], longer where it is slow.

    The state after each `every` steps is recorded.
    """

    def group(s: Settling, _: None) -> tuple[Settling, dict[str, Array]]:
        s = lax.fori_loop(0, every, lambda _, x: step(craft, x, h), s)
        return s, {
            "t": s.time,
            "r_L": s.body.r_L,
            "v_L": s.body.v_L,
            "q_LB": s.body.q_LB,
            "omega_B": s.body.omega_B,
            "pad_L": s.memory.pad_L,
            "crushed": s.memory.crushed,
            "energy": energy(craft, s),
            "lost": s.lost,
            "work": s.work,
        }

    return lax.scan(group, s, None, length=samples)
