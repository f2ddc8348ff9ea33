r"""Diverts: how the lander is steered to its aim, and which aims it can reach.

Sideways acceleration that brings a lander with velocity $v$ over an aim at $d$, at rest
there after $t$, with the least $\int a^2$ (for a fixed time and a level plane it is the
law of zero-effort miss and velocity), is linear in time:

$$ a = 6 d / t^2 - 4 v / t, \quad a_0 = 6 d/T^2 - 4 v/T, \quad a_T = 2 v/T - 6 d/T^2 $$

so its largest size is at one end, and every limit has a closed form. The descent goes
on by its schedule meanwhile, which alone says how much time there is. Held at a least
`t` it becomes a regulator with $\omega = \sqrt 6/t$ and damping 0.82.

Against bang-bang control with one limit the law reaches two thirds as far from rest:
6 d/T^2 where 4 d/T^2 would do; with the smaller tilt near the ground, which it meets at
its largest, and a share kept in hand, 0.28 to 0.69 (see the tests).
"""

import jax.numpy as jnp
from jaxtyping import Array

from frigoris.onboard.config import GuidanceConfig
from frigoris.onboard.hazard.config import HazardConfig
from frigoris.types import Flag, Scalar

PARTS = (0.25, 0.5, 0.75)  # of the time of a divert at which its glide slope is seen


def steer(d: Array, v: Array, t: Scalar) -> Array:
    """Sideways acceleration [m/s^2] towards an aim `d` away [m], `t` seconds to go."""
    return 6.0 * d / t**2 - 4.0 * v / t


def rate_at(g: GuidanceConfig, h: Scalar) -> Scalar:
    """Planned descent rate [m/s] at a height [m]."""
    above = jnp.maximum(h - g.schedule_height, 0.0)
    high = jnp.sqrt(g.schedule_rate**2 + 2.0 * g.schedule_decel * above)
    share = (h - g.landing_height) / (g.schedule_height - g.landing_height)
    low = g.landing_rate + (g.schedule_rate - g.landing_rate) * jnp.clip(
        share, 0.0, 1.0
    )
    return jnp.where(h > g.schedule_height, high, low)


def time_down(g: GuidanceConfig, h: Scalar) -> Scalar:
    """Time from a height [m] to the ground by the schedule [s]; zero below it."""
    high = (rate_at(g, h) - g.schedule_rate) / g.schedule_decel
    slope = (g.schedule_rate - g.landing_rate) / (g.schedule_height - g.landing_height)
    middle = jnp.log(rate_at(g, jnp.minimum(h, g.schedule_height)) / g.landing_rate)
    low = jnp.clip(h, 0.0, g.landing_height) / g.landing_rate
    return jnp.maximum(high, 0.0) + middle / slope + low


def height_left(g: GuidanceConfig, t: Scalar) -> Scalar:
    """Height [m] from which the schedule needs `t` seconds: inverse of `time_down`."""
    slope = (g.schedule_rate - g.landing_rate) / (g.schedule_height - g.landing_height)
    t1 = g.landing_height / g.landing_rate
    t2 = t1 + jnp.log(g.schedule_rate / g.landing_rate) / slope
    low = g.landing_rate * jnp.clip(t, 0.0, t1)
    grown = jnp.exp(slope * (jnp.clip(t, t1, t2) - t1)) - 1.0
    over = jnp.maximum(t - t2, 0.0)
    high = over * (g.schedule_rate + 0.5 * g.schedule_decel * over)
    return low + g.landing_rate / slope * grown + high


def time_to_go(c: HazardConfig, g: GuidanceConfig, h: Scalar) -> Scalar:
    """Time until a divert has to be over [s], never less than that to settle."""
    left = time_down(g, h) - time_down(g, c.settle_height)
    return jnp.maximum(left, c.settle_time)


def limits(c: HazardConfig, g: GuidanceConfig, weight: Scalar) -> tuple[Scalar, Scalar]:
    """Sideways acceleration above and below the end of the schedule [m/s^2].

    Above it the engines also brake, so the same tilt pushes harder.
    """
    high = (weight + g.schedule_decel) * jnp.tan(jnp.minimum(c.tilt_max, g.tilt_max))
    low = weight * jnp.tan(jnp.minimum(c.tilt_max, g.tilt_landing_max))
    return c.authority * high, c.authority * low


def ends(d: Array, v: Array, t: Scalar) -> tuple[Array, Array]:
    """Acceleration of the law at its start and at its end [m/s^2]."""
    return steer(d, v, t), -6.0 * d / t**2 + 2.0 * v / t


def reachable(
    c: HazardConfig, g: GuidanceConfig, d: Array, v: Array, h: Scalar, weight: Scalar
) -> Flag:
    """Whether aims at `d` [2, aims] can be had within tilt and glide slope.

    `v` is the level velocity [2, 1] [m/s], `h` the height over the aims [m].
    """
    t = time_to_go(c, g, h)
    t_low = time_to_go(c, g, jnp.minimum(h, g.schedule_height))
    high, low = limits(c, g, weight)
    a0, a1 = ends(d, v, t)
    bend = a1 + (a0 - a1) * jnp.minimum(t_low / t, 1.0)  # where the limit changes
    start_low = h <= g.schedule_height
    fits = (_size(a0) <= jnp.where(start_low, low, high)) & (_size(a1) <= low)
    fits = fits & (_size(bend) <= jnp.minimum(high, low))
    for part in (0.0, *PARTS):
        s = part * t
        left = d - v * s - 0.5 * a0 * s**2 - (a1 - a0) * s**3 / (6.0 * t)
        above = height_left(g, time_down(g, h) - s)
        fits = fits & (above >= jnp.tan(c.glide_slope) * _size(left))
    return fits


def propellant(
    d: Array, v: Array, t: Scalar, mass: Scalar, up: Scalar, exhaust: Scalar
) -> Scalar:
    r"""Propellant of a divert over that of coming straight down [kg].

    $\Delta v = \int \sqrt{a_u^2 + a^2} - a_u \approx \int a^2 / 2 a_u$, too much by 2 %
    at 15 deg; of a linear $a$: $T (a_0^2 + a_0 a_T + a_T^2) / 6 a_u$. `up` is $a_u$,
    `exhaust` the velocity of the gas [m/s].
    """
    a0, a1 = ends(d, v, t)
    square = jnp.sum(a0 * a0 + a0 * a1 + a1 * a1, axis=0)
    return mass * t * square / (6.0 * up * exhaust)


def straight_down(
    g: GuidanceConfig, h: Scalar, mass: Scalar, weight: Scalar, exhaust: Scalar
) -> Scalar:
    """Propellant of coming straight down from a height by the schedule [kg]."""
    rate = rate_at(g, h)
    dv = weight * time_down(g, h) + jnp.maximum(rate - g.landing_rate, 0.0)
    return mass * (1.0 - jnp.exp(-dv / exhaust))


def _size(a: Array) -> Scalar:
    return jnp.sqrt(jnp.sum(a * a, axis=0))
