r"""Instruments that measure ranges, reduced to a height and watched word by word.

A range along a beam ends at a place; its distance from the Moon's centre is the height
of the ground there, $|r + \rho u|$, whatever the lander's attitude. What the footpads
are above it is the height by the instrument, and its difference to the height above
the ground *as the load knows it* is what the instrument and dead reckoning differ by:

$$ d = |r_s| + h_{map} + \hat g - |r + \rho u| $$

(positive: the instrument says higher). Over level ground that is the innovation of the
filter, with or without a map, and it exists whether the filter listens or not.
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from frigoris.math.vectors import dot, norm
from frigoris.onboard import covariance as cov
from frigoris.onboard import ground_map
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.navigation import Navigator, height_sigma
from frigoris.types import Scalar, Vec3

FRESH = 1.0  # a check is known this long after the word that it was made from [s]
BASE = 1.0  # over which a rate is taken from two heights, at least [s]
SAME = 1e-6  # ranges that are nearer to each other are the same [m]
LONGEST = 3.0  # and at most: over a longer silence there is none [s]


class Ranger(eqx.Module):
    """What is remembered of one of them. NaN: there is nothing to compare yet."""

    age: Scalar  # since its last word [s]
    word: Scalar  # the range [m]
    unchanged: Scalar  # time over which its words were the same [s]
    height: Scalar  # by its last word [m]
    fallen: Scalar  # since then, by the estimated descent rate [m]
    base_height: Scalar  # the earlier height of the rate [m]
    base_fallen: Scalar  # [m]
    base_age: Scalar  # [s]
    off: Scalar  # height by it less the estimated height [m]
    sigma: Scalar  # of the word itself, as a height [m]
    doubt: Scalar  # |off| over the sigma that it was expected with [-]
    jump: Scalar  # change of its height that the descent rate doesn't explain [m]
    rate: Scalar  # descent rate by two of its words less the estimated one [m/s]


class Word(NamedTuple):
    """A range reduced to heights; NaN without one."""

    range: Scalar  # [m]
    height: Scalar  # of the instrument over where it ends [m]
    off: Scalar  # that less the estimated height [m]
    sigma: Scalar  # of the word, as a height [m]
    doubt: Scalar  # [-]


def start(zero: Scalar) -> Ranger:
    """Nothing was said yet."""
    none = zero + jnp.nan
    return Ranger(
        zero, none, zero, none, zero, none, zero, zero, none, none, none, none, none
    )


def reduced(
    nav: Navigator,
    config: OnboardConfig,
    place_M: Vec3,
    beam_M: Vec3,
    bias: Scalar,
    measured: Scalar,
    spread: tuple[Scalar, Scalar],
) -> Word:
    """A range from `place_M` [m] along `beam_M`, with its `spread`: [m], and over it.

    To the variance of the height comes that of the beam's direction.
    """
    moon, radius = config.moon, norm(config.moon.site_M)
    seen = jnp.isfinite(measured)
    rho = jnp.where(seen, measured - bias, 0.0)
    end_M = place_M + rho * beam_M
    known = radius + ground_map.height(moon.ground, end_M)
    if nav.range_error is not None:
        known = known + nav.range_error[0]
    up = place_M / norm(place_M)
    cosine = -dot(beam_M, up)
    aside = rho * jnp.sqrt(jnp.maximum(1.0 - cosine * cosine, 0.0))
    p = nav.covariance[cov.PSI, cov.PSI]
    turn = (p[0, 0] + p[1, 1] + p[2, 2]) / 3.0
    sigma = spread[0] + spread[1] * rho
    expected = jnp.sqrt(height_sigma(nav) ** 2 + sigma * sigma + turn * aside * aside)
    off = known - norm(end_M)
    height = norm(place_M) - norm(end_M)
    words = (measured, height, off, sigma, jnp.abs(off) / expected)
    return Word(*(jnp.where(seen, x, jnp.nan) for x in words))


def heard(old: Ranger, said: Word, descent: Scalar, dt: Scalar) -> Ranger:
    """With one more tick of `dt` seconds, in which it may have said something."""
    seen = jnp.isfinite(said.range)
    fallen, age = old.fallen + descent * dt, old.age + dt
    base_fallen, base_age = old.base_fallen + descent * dt, old.base_age + dt
    first = ~jnp.isfinite(old.base_height) | (base_age > LONGEST)
    due = seen & (first | (base_age >= BASE))
    sunk = old.base_height - said.height - base_fallen
    rate = jnp.where(first, jnp.nan, sunk / jnp.maximum(base_age, BASE))
    same = seen & (jnp.abs(said.range - old.word) < SAME)
    unchanged = jnp.where(same, old.unchanged + age, 0.0)
    jump = jnp.where(age > LONGEST, jnp.nan, said.height - old.height + fallen)
    return Ranger(
        age=jnp.where(seen, 0.0, age),
        word=jnp.where(seen, said.range, old.word),
        unchanged=jnp.where(seen, unchanged, old.unchanged),
        height=jnp.where(seen, said.height, old.height),
        fallen=jnp.where(seen, 0.0, fallen),
        base_height=jnp.where(due, said.height, old.base_height),
        base_fallen=jnp.where(due, 0.0, base_fallen),
        base_age=jnp.where(due, 0.0, base_age),
        off=jnp.where(seen, said.off, old.off),
        sigma=jnp.where(seen, said.sigma, old.sigma),
        doubt=jnp.where(seen, said.doubt, old.doubt),
        jump=jnp.where(seen, jnp.abs(jump), old.jump),
        rate=jnp.where(due, rate, old.rate),
    )


def checks(r: Ranger, name: str) -> dict[str, Scalar]:
    """What monitors may ask about it, by name; NaN where its last word is old."""
    fresh = r.age <= FRESH

    def now(x: Scalar) -> Scalar:
        return jnp.where(fresh, x, jnp.nan)

    return {
        f"{name}_age": r.age,
        f"{name}_unchanged": jnp.where(fresh, r.unchanged, 0.0),
        f"{name}_off": now(jnp.abs(r.off)),
        f"{name}_doubt": now(r.doubt),
        f"{name}_jump": now(r.jump),
        f"{name}_rate_off": now(jnp.abs(r.rate)),
    }


def voted(a: Ranger, b: Ranger) -> dict[str, Scalar]:
    """Of two instruments and dead reckoning, how far the odd one out is from both.

    Each pair disagrees by so many sigma; where two agree best, the third is odd by the
    smaller of its two disagreements, the others by nought. NaN unless both speak.
    """
    both = (a.age <= FRESH) & (b.age <= FRESH)
    apart = jnp.abs(a.off - b.off)
    ab = apart / jnp.sqrt(a.sigma**2 + b.sigma**2)
    odd = {
        "laser_odd": _odd(b.doubt, ab, a.doubt),
        "radar_odd": _odd(a.doubt, ab, b.doubt),
        "inertial_odd": _odd(ab, a.doubt, b.doubt),
        "laser_radar_off": apart,
    }
    return {name: jnp.where(both, x, jnp.nan) for name, x in odd.items()}


def _odd(others: Scalar, one: Scalar, two: Scalar) -> Scalar:
    least = jnp.minimum(one, two)
    return jnp.where(others <= least, least, 0.0)
