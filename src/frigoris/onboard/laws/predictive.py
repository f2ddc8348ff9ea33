r"""Braking guidance: one burn that ends at a height, a descent rate, a speed, a range.

The net vertical acceleration is linear in time, which meets height and descent rate; a
predictor then integrates the horizontal motion under what thrust is left, and the
thrust level and the time to go are solved so that horizontal speed and range close.
A new solution every two seconds, frozen at the end, where gains grow as 1/t_go^2.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from frigoris.math.trig import atan2
from frigoris.math.vectors import cross, dot, norm
from frigoris.onboard.config import OnboardConfig, Target
from frigoris.onboard.laws.law import Burn, Command, Law, Plan, Situation, aimed
from frigoris.onboard.navigation import Navigator
from frigoris.types import Flag, Scalar

STEPS = 24  # of the predictor; the closed loop removes its error (about 1 %)
LEVEL_MIN, LEVEL_MAX = 0.85, 1.0  # of thrust while braking [-]
CROSS_MAX = 0.15  # part of the thrust that may go across the track [-]


class Approach(eqx.Module):
    """Planar state over the target, as the guidance sees it."""

    height: Scalar  # footpads over the site [m]
    rate_up: Scalar  # [m/s]
    speed: Scalar  # horizontal, along the approach [m/s]
    ground: Scalar  # distance still to go along the ground [m]
    offset: Scalar  # across the approach [m]
    drift: Scalar  # speed across it [m/s]


def approach(nav: Navigator, config: OnboardConfig) -> Approach:
    """Position and velocity in the frame of the approach."""
    site, n = config.moon.site_M, config.guidance.plane_normal_M
    radius, r = norm(site), norm(nav.r_M)
    up_site, up = site / radius, nav.r_M / r
    travel = cross(n, up_site)
    angle = atan2(-dot(nav.r_M, travel), dot(nav.r_M, up_site))
    return Approach(
        height=r - radius - config.vehicle.standoff,
        rate_up=dot(nav.v_M, up),
        speed=dot(nav.v_M, cross(n, up)),
        ground=radius * angle,
        offset=dot(nav.r_M, n),
        drift=dot(nav.v_M, n),
    )


def vertical(state: Approach, to: Target, t_go: Scalar) -> tuple[Scalar, Scalar]:
    """Coefficients of the net vertical acceleration that meets height and rate."""
    dh = to.height - state.height - state.rate_up * t_go
    dv = -to.rate - state.rate_up
    return (
        (6.0 * dh - 2.0 * dv * t_go) / t_go**2,
        (6.0 * dv * t_go - 12.0 * dh) / t_go**3,
    )


def predict(
    state: Approach, to: Target, burn: Burn, level: Scalar, t_go: Scalar
) -> tuple[Scalar, Scalar]:
    """Horizontal speed [m/s] and ground covered [m] after `t_go` at `level`."""
    c0, c1 = vertical(state, to, t_go)
    h = t_go / STEPS

    def step(
        carry: tuple[Scalar, Scalar, Scalar], i: Scalar
    ) -> tuple[tuple[Scalar, Scalar, Scalar], None]:
        v, ground, last = carry
        t = (i + 0.5) * h
        v_mid = v - 0.5 * h * last
        r = burn.radius + state.height
        r = r + t * (state.rate_up + t * (c0 / 2.0 + t * c1 / 6.0))
        up = c0 + c1 * t + burn.mu / (r * r) - v_mid * v_mid / r
        total = level * burn.thrust / (burn.mass - level * burn.flow * t)
        decel = jnp.sqrt(jnp.maximum(total**2 - up**2, (0.2 * total) ** 2))
        return (v - h * decel, ground + h * v_mid * burn.radius / r, decel), None

    zero = jnp.zeros_like(level * state.speed)
    first = zero + level * burn.thrust / burn.mass
    (v, ground, _), _ = lax.scan(
        step, (state.speed + zero, zero, first), jnp.arange(STEPS, dtype=zero.dtype)
    )
    return v, ground


def first_guess(state: Approach, to: Target, burn: Burn) -> Scalar:
    """Time to lose the horizontal speed at the planned level [s]."""
    v_e = burn.thrust / burn.flow
    lost = 1.0 - jnp.exp(-(state.speed - to.speed) / v_e)
    return burn.mass * lost / (to.level * burn.flow)


def newton(
    state: Approach, to: Target, burn: Burn, level: Scalar, t_go: Scalar
) -> tuple[Scalar, Scalar]:
    """One Newton step on level and time to go; a saturated level gives up range."""
    target = state.ground - to.range

    d_level, d_t = 1e-4, 0.05
    # the point and its two neighbours in one call of the predictor
    levels = jnp.stack([level, level + d_level, level])
    times = jnp.stack([t_go, t_go, t_go + d_t])
    v, ground = predict(state, to, burn, levels, times)
    v0, s0 = v[0] - to.speed, ground[0] - target
    a, b = (v[1] - v[0]) / d_level, (v[2] - v[0]) / d_t
    c, d = (ground[1] - ground[0]) / d_level, (ground[2] - ground[0]) / d_t
    det = a * d - b * c
    det = jnp.where(jnp.abs(det) < 1e-3, -1e-3, det)
    wanted = level - jnp.clip((d * v0 - b * s0) / det, -0.05, 0.05)
    new_level = jnp.clip(wanted, LEVEL_MIN, LEVEL_MAX)
    # with the level decided, the time closes the speed alone
    slope = jnp.minimum(b, -0.5)
    move = (v0 + a * (new_level - level)) / slope
    return new_level, jnp.maximum(t_go - jnp.clip(move, -60.0, 60.0), 1.0)


def _solve(at: Situation, flown: Flag) -> Plan:
    to, old = aimed(at), at.plan
    state = approach(at.nav, at.config)
    running = old.t_go - old.age
    level = jnp.where(flown, old.level, to.level)
    t_go = jnp.where(flown, running, first_guess(state, to, at.burn))
    t_go = jnp.maximum(t_go, 1.0)

    def improve(_: object, x: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        return newton(state, to, at.burn, *x)

    level, t_go = lax.fori_loop(0, 2, improve, (level, t_go))
    c0, c1 = vertical(state, to, t_go)
    new = Plan(level=level, t_go=t_go, age=jnp.zeros_like(t_go), c0=c0, c1=c1)
    keep = flown & (running < to.freeze)
    kept: Plan = jax.tree.map(lambda a, b: jnp.where(keep, a, b), old, new)
    return kept


def _command(at: Situation) -> Command:
    nav, burn, plan = at.nav, at.burn, at.plan
    state = approach(nav, at.config)
    n = at.config.guidance.plane_normal_M
    r = norm(nav.r_M)
    up = nav.r_M / r
    thrust = plan.level * burn.thrust
    total = thrust / burn.mass
    v2 = dot(nav.v_M, nav.v_M) - state.rate_up**2
    weight = -dot(nav.free_M, up) - v2 / r
    a_up = jnp.clip(plan.c0 + plan.c1 * plan.age + weight, -0.9 * total, 0.9 * total)
    t = jnp.maximum(plan.t_go - plan.age, aimed(at).freeze)
    across = -6.0 * state.offset / t**2 - 4.0 * state.drift / t
    across = jnp.clip(across, -CROSS_MAX * total, CROSS_MAX * total)
    back = jnp.sqrt(jnp.maximum(total**2 - a_up**2 - across**2, (0.1 * total) ** 2))
    direction = up * a_up + n * across - cross(n, up) * back
    return direction / norm(direction), thrust


LAW = Law(_command, _solve, full=True)
