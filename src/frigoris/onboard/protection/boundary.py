r"""How far the descent can still be changed: where it can stop, what an abort takes.

A full stop: with the thrust that the descent may use, straight up, the descent rate
$w$ is gone $w^2 / 2 (T/m - g)$ lower down. Propellant burnt meanwhile helps and is left
out.

An abort turns round at full thrust $T$ and flies the law `ascend`: its upward share
$a_u(t)$ is linear in time, plus the weight that the horizontal speed does not carry
yet. With $\Delta v$ what the rocket equation gives in the time $t$ of the burn, and
means over it,

$$ \Delta v^2 = (v_o - v)^2 + t^2 \, \overline{a_u^2}, \quad
   \overline{a_u^2} = \Big(\frac{w}{t} + g\,[1 - \tfrac13 (1 + s + s^2)]\Big)^2
   + \tfrac1{12} \Big(\frac{12 d}{t^2} + \frac{6 w}{t}\Big)^2, \quad s = v/v_o $$

with $d$ the climb to the altitude of the orbit and $v_o$ the speed of a circle. It is
solved by going round a few times. Left out: the turn itself, and that the sequence may
end the burn earlier; see the page for what flights need.
"""

import jax.numpy as jnp

from frigoris.math.vectors import dot, norm
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.navigation import Navigator, height
from frigoris.types import Scalar

ROUNDS = 6  # of the burn time; the last changes it by less than a second
SHORTEST = 10.0  # burn [s]
HOPELESS = 20_000.0  # velocity change beyond which nothing is solved [m/s]


def stop_height(config: OnboardConfig, nav: Navigator, mass: Scalar) -> Scalar:
    """Estimated height at which full thrust of the descent stops it [m]."""
    v = config.vehicle
    thrust = v.main_thrust + config.guidance.terminal_duty_max * v.assist_thrust
    up = nav.r_M / norm(nav.r_M)
    descent = jnp.maximum(-dot(nav.v_M, up), 0.0)
    net = jnp.maximum(thrust / mass + dot(nav.free_M, up), 1e-3)
    return height(nav, config) - descent * descent / (2.0 * net)


def abort_margin(config: OnboardConfig, nav: Navigator, mass: Scalar) -> Scalar:
    """Propellant left less what an abort to orbit takes [kg].

    NaN without a phase `ascend`, which says how high the orbit is.
    """
    goals = [p.target for p in config.sequence.phases if p.law == "ascend"]
    if not goals or goals[0] is None:
        return mass + jnp.nan
    v, r = config.vehicle, norm(nav.r_M)
    up = nav.r_M / r
    descent = -dot(nav.v_M, up)
    speed = norm(nav.v_M + descent * up)
    mu = config.moon.gravity.mu
    circle, weight = jnp.sqrt(mu / r), mu / (r * r)
    share = jnp.minimum(speed / circle, 1.0)
    sag = weight * (1.0 - (1.0 + share + share * share) / 3.0)
    climb = goals[0].height - height(nav, config)
    thrust, flow = v.main_thrust + v.assist_thrust, v.main_flow + v.assist_flow
    exhaust, missing = thrust / flow, jnp.maximum(circle - speed, 0.0)
    t = jnp.full_like(mass, SHORTEST)
    used = jnp.zeros_like(mass)
    for _ in range(ROUNDS):
        mean = descent / t + sag
        bend = 12.0 * climb / (t * t) + 6.0 * descent / t
        square = missing**2 + t * t * (mean * mean + bend * bend / 12.0)
        dv = jnp.minimum(jnp.sqrt(square), HOPELESS)
        used = mass * -jnp.expm1(-dv / exhaust)
        t = jnp.maximum(used / flow, SHORTEST)
    return mass - v.mass_empty - used
