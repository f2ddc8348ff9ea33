r"""The quartic of Apollo (P63, P64): position is a quartic of time.

It meets position, velocity and acceleration of the target (Klumpp, MIT R-695, 1971).
Three further parts of what flew: the time to go from the downrange jerk, where the
target has one; the lead over the lag of vehicle and computer; and the order in which an
engine at its limit serves what is asked: first upward and across, then against the
motion.
"""

import jax.numpy as jnp
from jax import lax

from frigoris.math.vectors import cross, dot, norm
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.laws import polynomial
from frigoris.onboard.laws.law import Command, Law, Plan, Situation, aimed
from frigoris.onboard.laws.polynomial import Aim, Family, aim, beyond, thrust_for
from frigoris.types import Flag, Scalar, Vec3

FAMILY = Family(gamma=1.0, gain=12.0)
NEWTON = 8  # steps at most, as flown
LATEST, SOONEST = -5.0, -2000.0  # of T [s]
CLOSE = 0.1  # the last step to a root is shorter [s]


def jerk_time(
    jerk: Scalar,
    a: Scalar,
    v: Scalar,
    r: Scalar,
    v_now: Scalar,
    r_now: Scalar,
    t: Scalar,
) -> Scalar:
    """Time T [s], negative, at which the downrange jerk at the target is `jerk`.

    All along the downrange axis: target `a`, `v`, `r` [SI], state `v_now`, `r_now`,
    first guess `t`. R-695 eq. 12 by Newton; NaN where that finds no root.
    """
    rate, gap = 18.0 * v + 6.0 * v_now, 24.0 * (r - r_now)

    def better(_: object, both: tuple[Scalar, Scalar]) -> tuple[Scalar, Scalar]:
        t, _ = both
        value = jerk * t**3 + 6.0 * a * t**2 + rate * t + gap
        slope = 3.0 * jerk * t**2 + 12.0 * a * t + rate
        return jnp.clip(t - value / slope, SOONEST, LATEST), value / slope

    solved: tuple[Scalar, Scalar] = lax.fori_loop(0, NEWTON, better, (t, t))
    t, step = solved
    # on an end of the range the step is as large as the way to the root beyond it
    return jnp.where(jnp.abs(step) < CLOSE, t, jnp.nan)


def led(to: Aim, r: Vec3, v: Vec3, t: Scalar, lead: Scalar) -> Vec3:
    """Total acceleration [m/s^2] as the quartic has it `lead` seconds later.

    R-695 eq. 11; `t` is the time to go [s], positive.
    """
    rho = jnp.maximum(t - lead, 0.0) / t
    of_r = 12.0 / t**2 * (3.0 * rho**2 - 2.0 * rho)
    of_vf = -6.0 / t * (4.0 * rho**2 - 3.0 * rho)
    of_v = -6.0 / t * (2.0 * rho**2 - rho)
    of_a = 6.0 * rho**2 - 6.0 * rho + 1.0
    return of_r * (to.r - r) + of_vf * to.v + of_v * v + of_a * to.a


def axes(config: OnboardConfig) -> tuple[Vec3, Vec3]:
    """Up at the target and along the approach there, unit vectors in M."""
    up = config.moon.site_M / norm(config.moon.site_M)
    return up, cross(config.guidance.plane_normal_M, up)


def _solve(at: Situation, flown: Flag) -> Plan:
    target = aimed(at)
    if target.jerk_along is None:
        return polynomial.solve(FAMILY, at, flown)
    _, travel = axes(at.config)
    to, nav = aim(at.config, target), at.nav
    a, v, r, v_now, r_now = (
        dot(x, travel) for x in (to.a, to.v, to.r, nav.v_M, nav.r_M)
    )
    running = at.plan.t_go - at.plan.age
    guess = -jnp.where(flown, running, target.t_go)
    t_go = -jerk_time(target.jerk_along, a, v, r, v_now, r_now, guess)
    rest = jnp.zeros_like(t_go)
    # a solve that failed is not flown: the clock of the last one runs on
    t_go = jnp.where(jnp.isfinite(t_go), t_go, running)
    return Plan(level=rest, t_go=t_go, age=rest, c0=rest, c1=rest)


def upright(a: Vec3, most: Scalar, up: Vec3, travel: Vec3) -> Vec3:
    """Thrust acceleration `a` [m/s^2] within `most`, braking cut before anything else.

    What is asked upward (`up`) and across is given in full and the part against the
    motion (`travel`) takes the rest, as Luminary 099 had it (AFCCALC2).
    """
    along = dot(a, travel)
    rest = a - along * travel
    room = jnp.sqrt(jnp.maximum(most**2 - dot(rest, rest), 0.0))
    return jnp.where(along < -room, rest - room * travel, a)


def _command(at: Situation) -> Command:
    target = aimed(at)
    left = at.plan.t_go - at.plan.age
    t = jnp.maximum(left, target.freeze)
    to = beyond(aim(at.config, target), t - left)
    a = led(to, at.nav.r_M, at.nav.v_M, t, target.lead) - at.nav.free_M
    up, travel = axes(at.config)
    a = upright(a, at.most / at.burn.mass, up, travel)
    if target.jerk_along is None:
        return thrust_for(at, a + at.nav.free_M)
    size = norm(a) + 1e-9  # also below the horizontal, as it was flown
    return a / size, jnp.minimum(at.burn.mass * size, at.most)


LAW = Law(_command, _solve, full=True)
