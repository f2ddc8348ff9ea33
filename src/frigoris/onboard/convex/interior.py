"""Many descents of one shape at once by an interior point: components, nodes, cases.

Mehrotra's predictor and corrector with Nesterov-Todd scaling, as clarabel's, but the
states are no variables: every step goes along the dynamics (`riccati`), so that their
multipliers never appear. All limits of a node stand beside each other; a node that
lacks one has zeros in its row and the middle of the cone for its right-hand side.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from frigoris.onboard.convex import cones
from frigoris.onboard.convex.riccati import Factor, Weights, descend, factor

STEPS_MAX = 30  # 18 to 22 are needed; what has not ended by then is no easy problem
END_WEIGHT = 1e7  # on the miss of the final state, beside its multiplier
GAP, MISS = 2e-7, 1e-8  # where it ends, in units of the objective and of the rows
SHORTER = 0.99  # of the way to the boundary


class Rows(NamedTuple):
    """Numbers for the limits of every node, [rows, nodes, cases]."""

    linear: Any  # most thrust, tilt, least and greatest mass
    thrust: Any  # cone of four
    lower: Any  # least thrust, of three
    glide: Any  # of three


class Numbers(NamedTuple):
    """Problems of one shape, in the units of `numbers.Scales`, cases last."""

    growth: Array  # the least mass over that now, [nodes, cases]
    tilt: Array  # cosine, [nodes, cases]
    kappa: Array  # [cases], and so the next three
    low_kappa: Array
    root_kappa: Array
    glide: Array  # cotangent
    free: Array  # 0 where the state is given and 1 elsewhere, [nodes, 1]
    seen: Array  # 1 where the glide slope holds, [nodes, cases]
    start: Array  # r, v, y at node 0, [7, cases]
    end: Array  # wanted of `final`, [8, cases]
    across: Array  # the final thrust's two directions that are 0, [2, 3, cases]
    g: Array  # [3, cases]
    sides: Rows


class Iterate(NamedTuple):
    """Where the search is; x is r, v, y and w is u, sigma."""

    x: Array  # [7, nodes, cases]
    w: Array  # [4, nodes, cases]
    s: Rows  # slacks
    z: Rows  # their duals
    end: Array  # multipliers of `final`, [8, cases]
    done: Array  # [cases]


def _each(linear: Callable[..., Any], cone: Callable[..., Any], *rows: Rows) -> Rows:
    first, *others = zip(*rows, strict=True)
    return Rows(linear(*first), *(cone(*other) for other in others))


def _mix(a: Rows, b: Rows, factor: Array | float = 1.0) -> Rows:
    return Rows(*(x + factor * y for x, y in zip(a, b, strict=True)))


def limits(p: Numbers, x: Array, w: Array) -> Rows:
    """What a change of the variables does to the slacks: -A of these rows."""
    r, y, u, sigma = x[0:3], p.free * x[6], w[0:3], w[3]
    low = p.growth * sigma + p.low_kappa * y
    return Rows(
        jnp.stack([-p.growth * sigma - p.kappa * y, u[2] - p.tilt * sigma, y, -y]),
        jnp.concatenate([sigma[None], u]),
        jnp.stack([low, p.root_kappa * y, low]),
        p.seen * jnp.stack([p.glide * r[2], r[0], r[1]]),
    )


def adjoint(p: Numbers, rows: Rows) -> tuple[Array, Array]:
    """The transpose of `limits`."""
    a, t, lower, seen = rows
    both = lower[0] + lower[2]
    y = -p.kappa * a[0] + a[2] - a[3] + p.low_kappa * both + p.root_kappa * lower[1]
    r = p.seen * jnp.stack([seen[1], seen[2], p.glide * seen[0]])
    sigma = p.growth * (both - a[0]) - p.tilt * a[1] + t[0]
    x = jnp.concatenate([r, jnp.zeros_like(r), (p.free * y)[None]])
    return x, jnp.stack([t[1], t[2], t[3] + a[1], sigma])


def final(p: Numbers, x: Array, w: Array) -> Array:
    """What is demanded of the last node: r, v, and no thrust across a direction."""
    return jnp.concatenate([x[:6, -1], jnp.sum(p.across * w[None, :3, -1], 1)])


def _final_adjoint(p: Numbers, end: Array, x: Array, w: Array) -> tuple[Array, Array]:
    """`x` and `w` with the transpose of `final` added."""
    side = jnp.sum(p.across * end[6:, None], 0)
    return x.at[:6, -1].add(end[:6]), w.at[:3, -1].add(side)


def curvature(p: Numbers, by: Rows) -> Weights:
    """`limits`' W^-2 `limits`, entry by entry."""
    zero = jnp.zeros_like(p.growth)
    linear = 1.0 / by.linear**2

    def pair(scale: cones.Scaling, a: Array, b: Array) -> Array:
        return jnp.sum(a * cones.metric(scale, b), 0)

    y = p.free * jnp.stack([p.low_kappa, p.root_kappa, p.low_kappa])[:, None]
    sigma = jnp.stack([p.growth, zero, p.growth])
    mass = p.free * p.kappa
    units = jnp.eye(4)[:, :, None, None] * jnp.ones_like(p.growth)
    thrust = jnp.stack([cones.metric(by.thrust, e) for e in (*units[1:], units[0])])
    ww = jnp.concatenate([thrust[:, 1:], thrust[:, :1]], 1)
    more = pair(by.lower, sigma, sigma) + linear[0] * p.growth**2
    ww = ww.at[3, 3].add(more + linear[1] * p.tilt**2).at[2, 2].add(linear[1])
    ww = ww.at[2, 3].add(-linear[1] * p.tilt).at[3, 2].add(-linear[1] * p.tilt)
    plane = jnp.sum(p.across[:, :, None] * p.across[:, None], 0)
    ww = ww.at[:3, :3, -1].add(END_WEIGHT * plane)
    side = [units[1, :3], units[2, :3], p.glide * units[0, :3]]
    rr = [[pair(by.glide, a, b) * p.seen for b in side] for a in side]
    return Weights(
        rr=jnp.stack([jnp.stack(row) for row in rr]),
        yy=pair(by.lower, y, y)
        + linear[0] * mass**2
        + p.free * (linear[2] + linear[3]),
        ys=pair(by.lower, y, sigma) + linear[0] * mass * p.growth,
        ww=ww,
        end=END_WEIGHT,
    )


def rollout(p: Numbers, w: Array) -> Array:
    """The states that thrust `w` leads to, [7, nodes, cases]."""
    h = 1.0 / (w.shape[1] - 1)

    def step(x: Array, ends: tuple[Array, Array]) -> tuple[Array, Array]:
        a, b = ends
        fall = 0.5 * p.g + a[:3] / 3.0 + b[:3] / 6.0
        r = x[0:3] + h * x[3:6] + h * h * fall
        v = x[3:6] + h * (p.g + 0.5 * (a[:3] + b[:3]))
        x = jnp.concatenate([r, v, x[6:7] - 0.5 * h * (a[3:] + b[3:])])
        return x, x

    nodes = jnp.moveaxis(w, 1, 0)
    _, x = lax.scan(step, p.start, (nodes[:-1], nodes[1:]))
    return jnp.concatenate([p.start[:, None], jnp.moveaxis(x, 0, 1)], 1)


def begin(p: Numbers) -> Iterate:
    """Half thrust upwards, and slacks in the middle of their cones."""
    half = 0.6 / p.growth
    zero = jnp.zeros_like(half)
    w = jnp.stack([zero, zero, 0.9 * half, half])
    middle = [jnp.zeros((d, *half.shape)).at[0].set(0.3) for d in (4, 3, 3)]
    s = Rows(0.3 * jnp.ones((4, *half.shape)), *middle)
    done = jnp.zeros(half.shape[-1], dtype=bool)
    return Iterate(rollout(p, w), w, s, s, jnp.zeros_like(p.end), done)


def _gap(s: Rows, z: Rows) -> Array:
    parts = [jnp.sum(a * b, (0, 1)) for a, b in zip(s, z, strict=True)]
    return jnp.sum(jnp.stack(parts), 0)


def _room(rows: Rows, change: Rows) -> Array:
    a, da = rows.linear, change.linear
    falls = da < 0.0
    least = jnp.min(
        jnp.where(falls, -a / jnp.where(falls, da, -1.0), cones.FAR), (0, 1)
    )
    for x, dx in zip(rows[1:], change[1:], strict=True):
        least = jnp.minimum(least, jnp.min(cones.room(x, dx), 0))
    return least


class Step(NamedTuple):
    """A change of the fields of `Iterate`."""

    x: Array
    w: Array
    end: Array
    s: Rows
    z: Rows


class System(NamedTuple):
    """One linearisation: what every step from here has in common."""

    p: Numbers
    by: Rows  # scalings
    f: Factor
    gx: Array  # gradient of the goal and of all multipliers
    gw: Array
    miss: Array  # of what is demanded of the last node
    slack: Rows  # by which the limits are not met


def linearise(p: Numbers, at: Iterate) -> System:
    """Scalings, factors and what is still wrong."""
    gx, gw = adjoint(p, at.z)
    gx = (-gx).at[6, -1].add(-1.0)  # the goal: most mass left
    gx, gw = _final_adjoint(p, at.end, gx, -gw)
    by = _each(lambda a, b: jnp.sqrt(a / b), cones.scaling, at.s, at.z)
    slack = _mix(_mix(at.s, limits(p, at.x, at.w), -1.0), p.sides, -1.0)
    f = factor(1.0 / (at.w.shape[1] - 1), curvature(p, by))
    return System(p, by, f, gx, gw, final(p, at.x, at.w) - p.end, slack)


def newton(system: System, part: Array | float, aim: Rows) -> Step:
    """The step that takes away `part` of what is wrong."""
    p, by = system.p, system.by

    def metric(rows: Rows) -> Rows:
        return _each(lambda w, b: b / w**2, cones.metric, by, rows)

    aim = _mix(aim, system.slack, part)
    ax, aw = adjoint(p, metric(aim))
    gx, gw = part * system.gx - ax, part * system.gw - aw
    gx, gw = _final_adjoint(p, part * END_WEIGHT * system.miss, gx, gw)
    dx, dw = descend(1.0 / (gw.shape[1] - 1), system.f, gx, gw)
    moved = limits(p, dx, dw)
    end = END_WEIGHT * (final(p, dx, dw) + part * system.miss)
    ds = _mix(moved, system.slack, -part)
    return Step(dx, dw, end, ds, metric(_mix(aim, moved, -1.0)))


def improve(p: Numbers, at: Iterate) -> Iterate:
    """One predictor and one corrector."""
    s, z = at.s, at.z
    order = 7.0 * at.w.shape[1]
    system = linearise(p, at)
    first = newton(system, 1.0, Rows(*(-slack for slack in s)))
    way = jnp.minimum(jnp.minimum(_room(s, first.s), _room(z, first.z)), 1.0)
    centre = (1.0 - way) ** 3
    mu = centre * _gap(s, z) / order
    rest = 1.0 - centre
    step = newton(system, rest, _corrected(system.by, z, first.s, first.z, mu))
    way = jnp.minimum(SHORTER * jnp.minimum(_room(s, step.s), _room(z, step.z)), 1.0)
    x, w, end = at.x + way * step.x, at.w + way * step.w, at.end + way * step.end
    s, z = _mix(s, step.s, way), _mix(z, step.z, way)
    wrong = [jnp.max(jnp.abs(rows), (0, 1)) for rows in system.slack]
    left = (1.0 - way * rest) * jnp.max(jnp.stack(wrong), 0)
    left = jnp.maximum(left, jnp.max(jnp.abs(final(p, x, w) - p.end), 0))
    done = at.done | ((_gap(s, z) < GAP) & (left < MISS))
    after = Iterate(x, w, s, z, end, done)
    # what has ended stays as it is: no case may depend on those beside it
    kept: Iterate = jax.tree.map(lambda a, b: jnp.where(at.done, a, b), at, after)
    return kept


def _corrected(by: Rows, z: Rows, ds: Rows, dz: Rows, mu: Array) -> Rows:
    """W times the scaled complementarity that the corrector aims at."""
    lam = _each(lambda w, b: w * b, cones.scale, by, z)

    def linear(w: Array, a: Array, s: Array, z: Array) -> Array:
        return w * (-a + (mu - s * z) / a)

    def cone(w: cones.Scaling, a: Array, s: Array, z: Array) -> Array:
        curved = cones.product(cones.unscale(w, s), cones.scale(w, z))
        aim = (-curved).at[0].add(mu)
        return cones.scale(w, cones.quotient(a, aim) - a)

    return _each(linear, cone, by, lam, ds, dz)


def solve(p: Numbers) -> Iterate:
    """The optimum of each case; `done` is False where none was found in `STEPS_MAX`."""

    def on(state: tuple[Array, Iterate]) -> Array:
        count, at = state
        return (count < STEPS_MAX) & ~jnp.all(at.done)

    def step(state: tuple[Array, Iterate]) -> tuple[Array, Iterate]:
        count, at = state
        return count + 1, improve(p, at)

    _, found = lax.while_loop(on, step, (jnp.zeros((), dtype=jnp.int32), begin(p)))
    return found
