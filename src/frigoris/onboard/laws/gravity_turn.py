"""Gravity turn: thrust against the velocity, so much of it that it stops at a height.

It aims at an altitude and a descent rate and at no place: where it comes down follows
from where it began.
"""

import jax.numpy as jnp

from frigoris.math.gravity_turn import thrust_to_stop
from frigoris.math.trig import atan2
from frigoris.math.vectors import dot, norm
from frigoris.onboard.laws.law import Command, Law, Situation, aimed
from frigoris.onboard.laws.orbit import retrograde
from frigoris.onboard.laws.schedule import parts
from frigoris.onboard.navigation import height

LEAST = 1.0  # of the height that is left [m]


def _command(at: Situation) -> Command:
    nav, to = at.nav, aimed(at)
    up, descent, drift_M = parts(nav)
    speed, level = norm(nav.v_M), norm(drift_M)
    weight = -dot(nav.free_M, up) - level**2 / norm(nav.r_M)
    weight = jnp.maximum(weight, 0.1)
    # a stop below the target passes it at the rate that is wanted there
    spare = jnp.maximum(to.level * at.most / at.burn.mass - weight, 0.1)
    left = height(nav, at.config) - to.height + 0.5 * to.rate**2 / spare
    psi = atan2(level, descent)
    n = thrust_to_stop(speed, psi, jnp.maximum(left, LEAST), weight)
    return retrograde(nav), jnp.minimum(at.burn.mass * n * weight, at.most)


LAW = Law(_command)
