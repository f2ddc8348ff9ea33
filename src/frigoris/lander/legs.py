r"""Landing legs: three struts from the body to a massless footpad, the footpad on soil.

A strut is a spring and a damper beside each other, in line with a cartridge that gives
way at a constant load: with $e$ the elastic and $p$ the crushed part of its shortening,
$$ F = k e + c \dot e, \qquad -F_{pull} \le F \le F_{crush}, $$
and $p$ changes only while `F` stands at a limit, until the stroke is used up: then
the spring alone carries (bottoming). The footpad has no mass, so at every moment the
struts and the ground balance on it; that balance is solved by Newton steps, implicit
in time, so no step is too long for the stiffness of a footpad.

The ground pushes back as an elastic bed that gives way: it bears the pressure of a
plate that sinks, and holds a footpad sideways up to Coulomb's limit. All elements only
store or destroy energy; what each destroyed is returned.
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float

from frigoris.math.vectors import dot, norm, solve3
from frigoris.types import Flag, Mat3, Scalar, Vec3

PerStrut = Float[Array, "legs 3 *#cases"]
PerLeg = Float[Array, "legs *#cases"]
NEWTON_MOST = 12  # steps towards the balance of a footpad; two or three are usual
STRIDE = 0.02  # that one of them may take at most [m]
BALANCED = 0.1  # what is left of it then [N]
# load over the limit for a speed of crushing; one per cent at 2 m/s. Without it a
# footpad that slides while all its struts give way would have no speed
OVERSTRESS = 0.005  # [s/m]


class Legs(eqx.Module):
    """Struts by leg: the primary first, then two secondaries; tension is negative."""

    pad_B: Float[Array, "3 legs *#cases"]  # unloaded footpads from the body origin [m]
    hinge_B: Float[Array, "3 legs 3 *#cases"]  # of the struts on the body [m]
    stiffness: PerStrut  # [N/m]
    damping: PerStrut  # [N s/m]
    crush: PerStrut  # load that shortens it for good [N]
    pull: PerStrut  # load that lengthens it for good [N]
    stroke: PerStrut  # by which it can shorten for good [m]
    draw: PerStrut  # by which it can lengthen for good [m]
    strength: PerStrut  # load that breaks it [N]


class Bed(eqx.Module):
    """Ground under one footpad or another part of the lander."""

    stiffness: Scalar  # of what springs back [N/m]
    bearing: Scalar  # load that it bears per depth of sinking [N/m]
    bearing_surface: Scalar  # load that it bears without sinking [N]
    grip: Scalar  # sideways stiffness while a footpad holds [N/m]
    friction: Scalar  # of footpad on soil [-]


class Memory(eqx.Module):
    """What legs and ground remember of what they went through."""

    pad_L: Float[Array, "3 legs *#cases"]  # footpads [m]
    pad_v_L: Float[Array, "3 legs *#cases"]  # over the last step [m/s]
    elastic: PerStrut  # shortening that comes back [m]
    crushed: PerStrut  # shortening that stays [m]
    sunk: PerLeg  # depth that the ground under a footpad gave way [m]
    anchor_L: Float[Array, "3 legs *#cases"]  # where a footpad holds [m]
    whole: PerLeg  # 1, or 0 once a strut of the leg broke


class Plane(NamedTuple):
    """The ground under a footpad, taken as level with itself over a step."""

    point_L: Float[Array, "3 legs *#cases"]  # [m]
    normal_L: Float[Array, "3 legs *#cases"]


class Reaction(NamedTuple):
    """What a step of the legs gives."""

    memory: Memory
    force_L: Float[Array, "3 legs *#cases"]  # of the ground on each footpad [N]
    load: PerStrut  # of the struts, compression positive [N]
    stored: Scalar  # elastic energy in struts and ground [J]
    lost: Scalar  # crushed, damped, sunk and rubbed away in the step [J]


def yielding(
    legs: Legs, memory: Memory, shortening: PerStrut, h: Scalar
) -> tuple[PerStrut, PerStrut, PerStrut, PerStrut]:
    """Load [N], its derivative [N/m], elastic and crushed part of a shortening [m]."""
    rate = legs.stiffness + legs.damping / h

    def load_of(elastic: PerStrut) -> PerStrut:
        damped = legs.damping / h * (elastic - memory.elastic)
        return legs.stiffness * elastic + damped

    trial = load_of(shortening - memory.crushed)
    limit = jnp.clip(trial, -legs.pull, legs.crush)
    flow = OVERSTRESS * jnp.abs(limit) / h
    gone = memory.crushed + (trial - limit) / (rate + flow)
    crushed = jnp.clip(gone, -legs.draw, legs.stroke)
    elastic = shortening - crushed
    gives = (trial != limit) & (gone == crushed)
    slope = jnp.where(gives, rate * flow / (rate + flow), rate)
    whole = memory.whole[:, None]
    return (
        whole * load_of(elastic),
        whole * slope,
        elastic,
        crushed,
    )


def press(bed: Bed, depth: Scalar, sunk: Scalar) -> tuple[Scalar, Scalar, Scalar]:
    """Load of the ground at a depth [N], its derivative [N/m], and what it sank [m]."""
    most = bed.bearing_surface + bed.bearing * sunk
    trial = bed.stiffness * (depth - sunk)
    gives = trial > most
    stiff = bed.stiffness * bed.bearing / (bed.stiffness + bed.bearing)
    new = (bed.stiffness * depth - bed.bearing_surface) / (bed.stiffness + bed.bearing)
    sunk = jnp.where(gives, new, sunk)
    load = jnp.maximum(bed.stiffness * (depth - sunk), 0.0)
    slope = jnp.where(gives, stiff, jnp.where(trial > 0.0, bed.stiffness, 0.0))
    return load, slope, sunk


def _outer(a: Vec3, b: Vec3) -> Mat3:
    return a[:, None] * b[None]


def _eye(like: Scalar) -> Mat3:
    return jnp.eye(3).reshape((3, 3) + (1,) * like.ndim) + 0.0 * like


class _Balance(NamedTuple):
    """Forces on footpads where they are, and how they change with the place."""

    residual: Float[Array, "3 legs *#cases"]
    slope: Float[Array, "3 3 legs *#cases"]
    rubs: Float[Array, "3 3 legs *#cases"]  # the rest of the slope: not symmetric
    load: PerStrut
    elastic: PerStrut
    crushed: PerStrut
    depth: PerLeg
    bear: PerLeg
    sunk: PerLeg
    hold_L: Float[Array, "3 legs *#cases"]
    rubbed_L: Float[Array, "3 legs *#cases"]


def _balance(
    legs: Legs, bed: Bed, plane: Plane, hinge_L: Array, m: Memory, pad: Array, h: Scalar
) -> _Balance:
    free = norm(legs.pad_B[:, :, None] - legs.hinge_B)
    arm = pad[:, :, None] - hinge_L
    length = norm(arm)
    along = arm / length
    load, rate, elastic, crushed = yielding(legs, m, free - length, h)
    one = _eye(load)
    bend = load / length
    outer = _outer(along, along)
    struts = jnp.sum(load * along, axis=2)
    slope = jnp.sum(bend * (one - outer) - rate * outer, axis=3)

    n = plane.normal_L
    depth = dot(plane.point_L - pad, n)
    bear, stiff, sunk = press(bed, depth, m.sunk)
    bear, stiff = m.whole * bear, m.whole * stiff
    drift = pad - m.anchor_L
    drift = drift - dot(drift, n) * n
    pulled = bed.grip * norm(jnp.where(drift == 0.0, 1e-30, drift))
    most = bed.friction * bear
    slides = pulled > most
    share = jnp.where(slides, most / jnp.maximum(pulled, 1e-30), 1.0)
    held = share * bed.grip  # secant stiffness
    hold = -held * drift
    # the ground drops out of the balance of a footpad in the air
    toward = drift * (bed.grip / jnp.maximum(pulled, 1e-30))
    flat = _eye(bear) - _outer(n, n)
    tangent = held * (flat - jnp.where(slides, 1.0, 0.0) * _outer(toward, toward))
    rubs = jnp.where(slides, bed.friction * stiff, 0.0) * _outer(toward, n)
    return _Balance(
        residual=struts + bear * n + hold,
        slope=slope - stiff * _outer(n, n) - tangent,
        rubs=-rubs,
        load=load,
        elastic=elastic,
        crushed=crushed,
        depth=depth,
        bear=bear,
        sunk=sunk,
        hold_L=hold,
        rubbed_L=(1.0 - share) * drift,
    )


def react(
    legs: Legs,
    bed: Bed,
    plane: Plane,
    hinge_L: Float[Array, "3 legs 3 *#cases"],
    free_L: Float[Array, "3 legs *#cases"],
    memory: Memory,
    h: Scalar,
    live: Flag,
) -> Reaction:
    """Forces of the ground on the footpads after a step of `h` [s] of the body.

    `hinge_L` are the hinges where the body is now, `free_L` the footpads carried along
    with it as they were, both in the axes of `plane`. Cases that are not `live` are not
    worth a Newton step.
    """
    depth = dot(plane.point_L - free_L, plane.normal_L)
    touching = depth > memory.sunk
    # from a start near by, Newton's steps end at the balance that belongs to it
    start = jnp.where(touching, memory.pad_L + h * memory.pad_v_L, free_L)
    pad, b = _balanced(legs, bed, plane, hinge_L, memory, start, h, live)
    broke = jnp.any(jnp.abs(b.load) > legs.strength, axis=1)
    aloft = b.bear <= 0.0
    new = Memory(
        pad_L=pad,
        pad_v_L=(pad - memory.pad_L) / h,
        elastic=b.elastic,
        crushed=b.crushed,
        sunk=jnp.where(b.depth < 0.0, 0.0, b.sunk),  # out of its own hole
        anchor_L=jnp.where(aloft, pad, memory.anchor_L + b.rubbed_L),
        whole=jnp.where(broke, 0.0, memory.whole),
    )
    stored, lost = _ledger(legs, bed, memory, b, h)
    return Reaction(new, b.bear * plane.normal_L + b.hold_L, b.load, stored, lost)


def _balanced(
    legs: Legs,
    bed: Bed,
    plane: Plane,
    hinge_L: Array,
    memory: Memory,
    start: Array,
    h: Scalar,
    live: Flag,
) -> tuple[Array, _Balance]:
    """Footpads where struts and ground balance, by Newton steps from `start`."""

    def balance(pad: Array) -> _Balance:
        return _balance(legs, bed, plane, hinge_L, memory, pad, h)

    # a broken leg has nothing to balance
    idle = _eye(memory.whole) * (1.0 - memory.whole)

    def left(b: _Balance) -> Array:
        return live & (dot(b.residual, b.residual) * memory.whole > BALANCED**2)

    def unbalanced(carry: tuple[Array, Array, _Balance]) -> Array:
        count, _, b = carry
        return (count < NEWTON_MOST) & jnp.any(left(b))

    def newton(carry: tuple[Array, Array, _Balance]) -> tuple[Array, Array, _Balance]:
        count, pad, b = carry
        full = -solve3(b.slope - b.rubs - idle, b.residual)
        plain = -solve3(b.slope - idle, b.residual)
        # friction that grows with the load can point a full step the wrong way
        along = dot(b.residual, full) > 0.0
        # who is balanced stays: no case depends on how long its neighbours take
        move = jnp.where(left(b), jnp.where(along, full, plain), 0.0)
        # where all gives way the way is long, and a footpad is no faster than a bullet
        move = move * jnp.minimum(1.0, STRIDE / jnp.maximum(norm(move), 1e-30))
        # not beyond where the force along the way turns round: contacts and yielding
        # struts come and go inside one step, and full steps would jump to and fro
        there = balance(pad + move)
        now, then = dot(b.residual, move), dot(there.residual, move)
        over = (then < -0.2 * now) & (now > 0.0)
        share = jnp.where(over, now / jnp.where(over, now - then, 1.0), 1.0)
        pad = pad + share * move
        there = lax.cond(jnp.any(over), lambda: balance(pad), lambda: there)
        return count + 1, pad, there

    first = (jnp.int32(0), start, balance(start))
    _, pad, b = lax.while_loop(unbalanced, newton, first)
    return pad, b


def _ledger(
    legs: Legs, bed: Bed, before: Memory, b: _Balance, h: Scalar
) -> tuple[Scalar, Scalar]:
    """Elastic energy of struts and ground, and energy destroyed in the step [J]."""
    whole = before.whole[:, None]
    damped = legs.damping / h * (b.elastic - before.elastic) ** 2
    crushed = b.load * (b.crushed - before.crushed)
    sunk = b.bear * jnp.maximum(b.sunk - before.sunk, 0.0)
    rubbed = -dot(b.hold_L, b.rubbed_L)
    lost = jnp.sum(crushed + whole * damped, axis=(0, 1)) + jnp.sum(
        sunk + rubbed, axis=0
    )
    bent = jnp.sum(whole * legs.stiffness * b.elastic**2, axis=(0, 1))
    pressed = b.bear**2 / bed.stiffness + dot(b.hold_L, b.hold_L) / bed.grip
    return 0.5 * (bent + jnp.sum(pressed, axis=0)), lost


def fresh(
    pad_L: Float[Array, "3 legs *#cases"], v_L: Float[Array, "3 legs *#cases"]
) -> Memory:
    """Legs that have not touched anything yet, footpads where they are, moving so."""
    each = jnp.zeros_like(pad_L[0])
    struts = jnp.zeros((each.shape[0], 3, *each.shape[1:]))
    return Memory(
        pad_L=pad_L,
        pad_v_L=v_L,
        elastic=struts,
        crushed=struts,
        sunk=each,
        anchor_L=pad_L,
        whole=each + 1.0,
    )
