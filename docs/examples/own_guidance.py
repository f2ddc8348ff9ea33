"""A guidance law of one's own: from the end of braking down to the ground.

frigoris fly docs/examples/own-guidance.yaml --undispersed
"""

import jax.numpy as jnp

import frigoris
from frigoris.math.vectors import dot, norm
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.own import Estimate, Memory
from frigoris.types import Quat, Scalar, Vec3

RATE_TIME, DRIFT_TIME = 2.5, 5.0  # in which errors of speed are taken away [s]
TILT = 0.5  # level over vertical acceleration at most [-]
SMOOTH = 1.0  # of the vertical command [s]


def start(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
) -> Memory:
    """The vertical acceleration of the tick before [m/s^2]."""
    return {"up": jnp.zeros_like(r_M[0])}


@frigoris.register_guidance("constant_deceleration", start=start)
def constant_deceleration(
    config: OnboardConfig, estimate: Estimate, memory: Memory, dt: Scalar
) -> tuple[Vec3, Scalar, Memory]:
    """Fall so that one constant deceleration ends at the landing rate."""
    moon, vehicle, plan = config.moon, config.vehicle, config.guidance
    radius = norm(estimate.r_M)
    up = estimate.r_M / radius
    height = radius - norm(moon.site_M) - vehicle.standoff - estimate.ground
    fall = -dot(estimate.v_M, up)
    drift = estimate.v_M + fall * up
    decel = plan.schedule_decel
    left = jnp.maximum(height - 4.0, 0.0)  # the last metres at one rate [m]
    wanted = jnp.sqrt(plan.landing_rate**2 + 2.0 * decel * left)
    gravity = moon.gravity.mu / radius**2
    braking = jnp.where(left > 0.0, decel * fall / wanted, 0.0)
    asked = gravity + braking + (fall - wanted) / RATE_TIME
    asked = jnp.clip(asked, 0.7 * gravity, 2.5 * gravity)
    part = jnp.minimum(dt / SMOOTH, 1.0)
    smooth = memory["up"] + part * (asked - memory["up"])
    vertical = jnp.where(memory["up"] > 0.0, smooth, asked)
    level = -drift / DRIFT_TIME
    level = level * jnp.minimum(1.0, TILT * vertical / (norm(level) + 1e-9))
    accel = up * vertical + level
    # the mass is not told to a law: it is near empty by now
    mass = 1.12 * vehicle.mass_empty
    return accel / norm(accel), mass * norm(accel), {"up": vertical}
