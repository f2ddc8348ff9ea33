"""Laws of the orbit, where there is nothing to aim at."""

import jax.numpy as jnp

from frigoris.math.vectors import norm
from frigoris.onboard.laws.law import Command, Law, Situation, aimed
from frigoris.onboard.navigation import Navigator
from frigoris.types import Vec3


def retrograde(nav: Navigator) -> Vec3:
    """Direction against the velocity."""
    return -nav.v_M / norm(nav.v_M)


def _quiet(at: Situation) -> Command:
    return retrograde(at.nav), jnp.zeros_like(at.burn.mass)


def _deorbit(at: Situation) -> Command:
    # what still lacks, as the thrust of one second: the last pulses shrink with it
    return retrograde(at.nav), at.burn.mass * jnp.maximum(at.left, 0.0)


def _trim(at: Situation) -> Command:
    level = aimed(at).level
    return retrograde(at.nav), level * at.config.vehicle.main_thrust


def _off(at: Situation) -> Command:
    return at.nav.r_M / norm(at.nav.r_M), jnp.zeros_like(at.burn.mass)


HOLD = COAST = Law(_quiet)
DEORBIT = Law(_deorbit, alone=True)
TRIM = Law(_trim, alone=True)
OFF = Law(_off)
# its commands come from outside, see `onboard.own`
OWN = Law(_quiet, full=True, near=True)
