"""Back to orbit: full thrust until the orbit's lowest point is safe again.

The braking burn turned round: net vertical acceleration linear in time meets the
target's altitude at no vertical rate when the speed is that of a circle; what thrust is
left goes along the track. The sequence ends it, by the perilune.
"""

import jax.numpy as jnp

from frigoris.math.vectors import dot, norm
from frigoris.onboard.laws.law import Command, Law, Situation, aimed
from frigoris.onboard.laws.schedule import parts
from frigoris.onboard.navigation import height
from frigoris.types import Scalar

SHORTEST = 10.0  # nearer to the end the vertical part is not solved again [s]


def burn_time(speed: Scalar, at: Situation) -> Scalar:
    """Full thrust that makes a change of `speed` [s]."""
    v_e = at.burn.thrust / at.burn.flow
    used = 1.0 - jnp.exp(-jnp.maximum(speed, 0.0) / v_e)
    return jnp.maximum(at.burn.mass * used / at.burn.flow, SHORTEST)


def _command(at: Situation) -> Command:
    nav, burn = at.nav, at.burn
    up, descent, drift_M = parts(nav)
    r, speed = norm(nav.r_M), norm(drift_M)
    t = burn_time(jnp.sqrt(burn.mu / r) - speed, at)
    gap = aimed(at).height - height(nav, at.config)
    a_up = 6.0 * gap / t**2 + 4.0 * descent / t
    a_up = a_up - dot(nav.free_M, up) - speed**2 / r
    total = burn.thrust / burn.mass
    a_up = jnp.clip(a_up, -0.5 * total, 0.9 * total)
    along = drift_M / (speed + 1e-9)
    direction = up * a_up + along * jnp.sqrt(total**2 - a_up**2)
    return direction / total, burn.thrust + 0.0 * a_up


LAW = Law(_command, full=True)
