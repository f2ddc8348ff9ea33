r"""Laws that aim at position, velocity and acceleration by a polynomial of time to go.

One family holds them all (Lu, JGCD 2020); with total acceleration $a$, final values
$r_f, v_f, a_f$ and gain $k$:

$$a = c_f a_f + \frac{\gamma + 1}{t}\left(1 - \frac{k}{\gamma + 2}\right)(v_f - v)
  + \frac{k}{t^2}(r_f - r - v t), \quad
c_f = \gamma\left(\frac{k}{2(\gamma+2)} - 1\right)$$

Gravity is not in the polynomial, it is taken off at the end: so the way may be a fifth
of the way round the Moon. Near the end, where gains grow as $1/t^2$, the law aims at a
point that moves beyond the target along its final motion.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from frigoris.math.trig import sincos
from frigoris.math.vectors import cross, dot, norm
from frigoris.onboard.config import OnboardConfig, Target
from frigoris.onboard.laws.law import Burn, Command, Plan, Situation, aimed
from frigoris.types import Flag, Scalar, Vec3

STEPS = 20  # of the look ahead for the peak of thrust
SEARCH = (32.0, 16.0, 8.0, 4.0, 2.0, 1.0)  # steps of the time to go [s]
# the same of a solution that is flown, and of one that asks for more thrust than there
# is, in parts of the time to go
TRACK, RESCUE = (0.02, 0.01, 0.0, 0.0), (0.24, 0.12, 0.06, 0.03)
SOONEST = 1.0  # [s]
# a way that sinks below its end and below where it begins counts as asking for full
# thrust again by every so much: a long way needs little thrust, but leads underground
BELOW = 100.0  # [m]


class Family(NamedTuple):
    """Which of the laws."""

    gamma: float
    gain: Scalar | float  # k


class Aim(NamedTuple):
    """Where to, in M."""

    r: Vec3
    v: Vec3
    a: Vec3  # total, without that of the Moon's turning


def aim(config: OnboardConfig, target: Target) -> Aim:
    """The target in the Moon-fixed frame."""
    site, normal = config.moon.site_M, config.guidance.plane_normal_M
    radius = norm(site)
    up, travel = site / radius, cross(normal, site / radius)
    sine, cosine = sincos(-target.range / radius)
    here, ahead = cosine * up + sine * travel, cosine * travel - sine * up
    height = radius + config.vehicle.standoff + target.height
    return Aim(
        r=height * here,
        v=target.speed * ahead - target.rate * here,
        a=target.accel_along * ahead + target.accel_up * here,
    )


def total(family: Family, to: Aim, r: Vec3, v: Vec3, t: Scalar) -> Vec3:
    """Acceleration with that of gravity [m/s^2], `t` before the end."""
    gamma, k = family
    of_final = gamma * (k / (2.0 * (gamma + 2.0)) - 1.0)
    of_speed = (gamma + 1.0) / t * (1.0 - k / (gamma + 2.0))
    return of_final * to.a + of_speed * (to.v - v) + k / t**2 * (to.r - r - v * t)


def beyond(to: Aim, time: Scalar) -> Aim:
    """The aim after `time` of its own final motion."""
    return Aim(to.r + time * (to.v + 0.5 * time * to.a), to.v + time * to.a, to.a)


def peak(family: Family, to: Aim, r: Vec3, v: Vec3, burn: Burn, t_go: Scalar) -> Scalar:
    """Largest thrust over full thrust on the way to the aim, more if it sinks below."""
    h = t_go / STEPS
    floor = jnp.minimum(norm(r), norm(to.r))

    def thrust(r: Vec3, v: Vec3, t: Scalar) -> tuple[Vec3, Scalar]:
        a = total(family, to, r, v, t)
        lifted = a + burn.mu / norm(r) ** 3 * r
        return a, norm(lifted)

    def step(
        carry: tuple[Vec3, Vec3, Scalar, Scalar], i: Scalar
    ) -> tuple[tuple[Vec3, Vec3, Scalar, Scalar], None]:
        r, v, lost, top = carry
        t = t_go - i * h
        a, now = thrust(r, v, t)
        half, _ = thrust(r + 0.5 * h * (v + 0.25 * h * a), v + 0.5 * h * a, t - 0.5 * h)
        # at full level the engines take thrust / flow off the velocity per e-fold
        level = now * burn.mass * jnp.exp(-lost * burn.flow / burn.thrust) / burn.thrust
        level = level + jnp.maximum(floor - norm(r), 0.0) / BELOW
        r = r + h * v + 0.5 * h * h * half
        return (r, v + h * half, lost + h * now, jnp.maximum(top, level)), None

    zero = jnp.zeros_like(t_go + dot(r, v) * 0.0)
    first = (r + zero, v + zero, zero, zero)
    (_, _, _, top), _ = lax.scan(step, first, jnp.arange(STEPS, dtype=zero.dtype))
    return top


def least_peak(
    family: Family, to: Aim, r: Vec3, v: Vec3, burn: Burn, guess: Scalar, steps: Scalar
) -> tuple[Scalar, Scalar]:
    """Time to go [s] with the least peak of thrust near `guess`, and that peak.

    `steps` [n] or [n, cases] are tried one after the other in both directions.
    """

    # the times that are tried stand before the cases
    beside, r, v = Aim(*(x[:, None] for x in to)), r[:, None], v[:, None]

    def improve(t: Scalar, step: Scalar) -> tuple[Scalar, Scalar]:
        times = jnp.maximum(jnp.stack([t, t - step, t + step]), SOONEST)
        peaks = peak(family, beside, r, v, burn, times)
        best = jnp.where(peaks[1] < peaks[0], times[1], times[0])
        low = jnp.minimum(peaks[1], peaks[0])
        return jnp.where(peaks[2] < low, times[2], best), jnp.minimum(peaks[2], low)

    t, levels = lax.scan(improve, guess, steps)
    return t, levels[-1]


def time_to_stop(speed: Scalar, height: Scalar, burn: Burn) -> Scalar:
    """First guess of a time to go [s]: at 0.9 of thrust, or a steady descent."""
    v_e = burn.thrust / burn.flow
    burning = burn.mass * (1.0 - jnp.exp(-speed / v_e)) / (0.9 * burn.flow)
    return jnp.maximum(burning, 1.5 * height / jnp.maximum(speed, 1.0))


def solve(family: Family, at: Situation, flown: Flag) -> Plan:
    """Time to go with the least peak of thrust, near that which is being flown."""
    target, nav, plan = aimed(at), at.nav, at.plan
    to = aim(at.config, target)
    running = plan.t_go - plan.age
    height = norm(nav.r_M) - norm(to.r)
    guess = jnp.where(
        flown, running, time_to_stop(norm(nav.v_M - to.v), height, at.burn)
    )

    # who flies a solution moves it a little; no step at all is for its neighbours
    own = [
        jnp.where(plan.level > 1.0, r, t) for r, t in zip(RESCUE, TRACK, strict=True)
    ]

    def search(count: int) -> tuple[Scalar, Scalar]:
        small = [running * x for x in own] + [0.0 * running] * (count - len(own))
        wide = (SEARCH * 2)[:count]
        steps = [jnp.where(flown, a, b) for a, b in zip(small, wide, strict=True)]
        return least_peak(
            family, to, nav.r_M, nav.v_M, at.burn, guess, jnp.stack(steps)
        )

    t, level = lax.cond(
        jnp.any(~flown), lambda: search(2 * len(SEARCH)), lambda: search(len(TRACK))
    )
    # near its end a path bends too much to be planned again
    held = flown & (running < target.freeze)
    return Plan(
        level=level,
        t_go=jnp.where(held, running, t),
        age=jnp.zeros_like(t),
        c0=jnp.zeros_like(t),
        c1=jnp.zeros_like(t),
    )


def command(family: Family, at: Situation) -> Command:
    """Direction of thrust in M (unit) and thrust [N]."""
    target = aimed(at)
    left = at.plan.t_go - at.plan.age
    t = jnp.maximum(left, target.freeze)
    to = beyond(aim(at.config, target), t - left)
    return thrust_for(at, total(family, to, at.nav.r_M, at.nav.v_M, t))


def thrust_for(at: Situation, total_M: Vec3) -> Command:
    """Thrust that makes a total acceleration, as far as the engines go."""
    a = total_M - at.nav.free_M
    up = at.nav.r_M / norm(at.nav.r_M)
    # never downward: turned over, the lander would need half a minute to turn back
    lifted = dot(a, up)
    a = a + up * (jnp.maximum(lifted, 0.0) - lifted)
    size = norm(a) + 1e-9
    return a / size, jnp.minimum(at.burn.mass * size, at.most)
