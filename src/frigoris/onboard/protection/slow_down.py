r"""Coming down without altimetry: on the lower bound of what the altitude may be.

Guidance is given a position that lies $b = k \sigma_h$ below the estimate, so whatever
law flies brakes in time for a ground that is as high as it may be. Near the estimated
ground the bound is not lowered further: it sinks to the floor and on with the estimate.

A lander that comes down slower than planned stays longer and pays its weight for that:
of every second $1 - w / w_p$ is extra, with $w_p$ the planned descent rate, and costs
$m g / v_e$. What that comes to is counted; towards the end of the budget the bound
goes back to the estimate, so that it lands where it believes the ground to be rather
than run dry above it.
"""

import jax.numpy as jnp

from frigoris.math.tree import replace_at
from frigoris.math.vectors import dot, norm
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.hazard.divert import rate_at
from frigoris.onboard.navigation import Navigator, height, height_sigma
from frigoris.onboard.protection.config import SlowDown
from frigoris.types import Flag, Scalar

EASING = 2.0  # over which the bound comes and goes [s]
LAST = 0.25  # share of the budget over which it goes back to the estimate [-]


def share(c: SlowDown, old: Scalar, wanted: Flag, spent: Scalar, dt: Scalar) -> Scalar:
    """How much of the bound is flown, 0 to 1, a tick later."""
    left = (c.budget - spent) / jnp.maximum(LAST * c.budget, 1e-9)
    goal = jnp.where(wanted, jnp.clip(left, 0.0, 1.0), 0.0)
    return old - (goal - old) * jnp.expm1(-dt / EASING)


def lowered(
    c: SlowDown, config: OnboardConfig, nav: Navigator, part: Scalar
) -> Navigator:
    """The estimate as guidance is to see it."""
    sigma = height_sigma(nav)
    bound = c.sigmas * jnp.where(jnp.isfinite(sigma), sigma, 0.0)
    down = part * jnp.minimum(bound, jnp.maximum(height(nav, config) - c.floor, 0.0))
    up = nav.r_M / norm(nav.r_M)
    return replace_at(lambda n: n.r_M, nav, nav.r_M - down * up)


def cost(
    config: OnboardConfig, nav: Navigator, mass: Scalar, part: Scalar, dt: Scalar
) -> Scalar:
    """Propellant of a tick that the slower descent took more [kg]."""
    v, up = config.vehicle, nav.r_M / norm(nav.r_M)
    thrust = jnp.maximum(v.main_thrust + v.assist_thrust, 1e-9)
    planned = rate_at(config.guidance, height(nav, config))
    late = jnp.clip(1.0 + dot(nav.v_M, up) / planned, 0.0, 1.0)
    weight = -dot(nav.free_M, up) * mass
    return part * late * weight * (v.main_flow + v.assist_flow) / thrust * dt
