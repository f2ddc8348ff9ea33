"""What instruments said and the filter has not used yet, newest first.

Instruments speak when they are ready, the filter runs at its own rates; a word that
comes between two of its steps waits here and grows older.
"""

from typing import TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp

from frigoris.messages import Measurements
from frigoris.onboard.config import OnboardConfig
from frigoris.types import Scalar, Vec3

T = TypeVar("T")


class Inbox(eqx.Module):
    """The last word of each instrument; NaN: nothing, None: there is no such one."""

    laser: tuple[Scalar, Scalar, Scalar]  # range [m], mirror [rad], age [s]
    radar: tuple[Scalar, Scalar] | None  # range [m], age [s]
    speed: tuple[Vec3, Scalar] | None  # along each beam [m/s], age [s]
    fix: tuple[Vec3, Scalar, Scalar] | None  # place [m], sigma [m], age [s]


def empty(config: OnboardConfig, zero: Scalar) -> Inbox:
    """Nothing was said."""
    none, tools = zero + jnp.nan, config.vehicle
    place = jnp.stack([none] * 3)
    beams = 0 if tools.beams is None else tools.beams.directions_B.shape[1]
    return Inbox(
        laser=(none, none, none),
        radar=None if tools.radar_B is None else (none, none),
        speed=(jnp.stack([none] * beams), none) if beams else None,
        fix=None if tools.camera_B is None else (place, none, none),
    )


def _newer(new: Scalar, old: Scalar, there: Scalar) -> Scalar:
    return jnp.where(jnp.isfinite(there), new, old)


def received(old: Inbox, said: Measurements) -> Inbox:
    """With what is said now; what was there before is a tick older."""
    dt = said.elapsed
    shot = jnp.where(said.laser_valid, said.laser_range, jnp.nan)
    laser = (
        _newer(shot, old.laser[0], shot),
        _newer(said.laser_cant, old.laser[1], shot),
        _newer(said.laser_age, old.laser[2] + dt, shot),
    )
    radar, speed, fix = old.radar, old.speed, old.fix
    if radar is not None and said.radar is not None:
        there = said.radar.range
        radar = (
            _newer(there, radar[0], there),
            _newer(said.radar.age, radar[1] + dt, there),
        )
    if speed is not None and said.speed is not None:
        heard = jnp.any(jnp.isfinite(said.speed.closing), axis=0)
        there = jnp.where(heard, 0.0, jnp.nan)
        speed = (
            _newer(said.speed.closing, speed[0], there),
            _newer(said.speed.age, speed[1] + dt, there),
        )
    if fix is not None and said.fix is not None:
        there = said.fix.sigma
        fix = (
            _newer(said.fix.place_M, fix[0], there),
            _newer(there, fix[1], there),
            _newer(said.fix.age, fix[2] + dt, there),
        )
    return Inbox(laser, radar, speed, fix)


def used(post: Inbox) -> Inbox:
    """Without what a filter step has used."""
    return Inbox(
        _nothing(post.laser), _nothing(post.radar), _nothing(post.speed), post.fix
    )


def placed(post: Inbox) -> Inbox:
    """Without the fix."""
    return Inbox(post.laser, post.radar, post.speed, _nothing(post.fix))


def _nothing(words: T) -> T:
    nothing: T = jax.tree.map(lambda x: jnp.full_like(x, jnp.nan), words)
    return nothing
