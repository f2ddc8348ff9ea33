r"""Doppler velocimeter: the speed along each of some beams, of light or of radar.

Beams lie on a cone about -z of the body, $v_k = u_k \cdot (v + \omega \times l)$ to
the ground, positive towards it. Slopes do not matter, only that there is an echo: each
beam by itself needs ground within reach, not too flat, and not too much dust.

Three beams alike at the half-cone angle a give the velocity with the sigmas
$\sigma / (\sqrt 3 \cos a)$ along the axis and $\sigma \sqrt{2/3} / \sin a$ across it.
"""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from frigoris.math.rotation import rotate
from frigoris.sensors import mount
from frigoris.sensors.mount import Mount
from frigoris.types import Flag, Quat, Scalar, Vec3


class Velocimeter(eqx.Module):
    """One velocimeter as it really is."""

    mount: Mount
    beams_B: Float[Array, "3 beams *#cases"]  # directions as believed, body axes
    range_max: Scalar  # along a beam [m]
    cos_max: Scalar  # cosine of the largest incidence on level ground [-]
    clear_min: Scalar  # share of the light that dust must leave [-]
    scale: Scalar  # error, share of the speed [-]
    bias: Scalar  # of each beam [m/s]
    noise: Scalar  # one sigma of each beam [m/s]
    period: Scalar  # of measurements [ticks]
    latency: Scalar  # [ticks]
    noise_switch: Scalar  # 1, or 0 for a noise-free instrument


def measure(
    meter: Velocimeter,
    place_M: Vec3,
    v_M: Vec3,
    q_MB: Quat,
    above: Scalar,
    clear: Scalar,
    due: Flag,
    noise: Float[Array, "beams *#cases"],
) -> Float[Array, "beams *cases"]:
    """Closing speed along each beam [m/s], NaN where it has no echo.

    `place_M` and `v_M` are the instrument's, `above` its height over the ground below
    [m], which is taken as level for the length of a beam.
    """
    q = mount.axes(meter.mount, q_MB)
    cases = (1,) * (place_M.ndim - 1)
    beams = meter.beams_B.reshape(
        meter.beams_B.shape[:2] + (meter.beams_B.shape[2:] or cases)
    )
    u_M = rotate(q[:, None], beams)
    up = place_M / jnp.sqrt(jnp.sum(place_M * place_M, axis=0))
    cosine = -jnp.sum(u_M * up[:, None], axis=0)
    length = above / jnp.maximum(cosine, 1e-3)
    seen = due & (clear > meter.clear_min)
    seen = seen & (cosine > meter.cos_max) & (length < meter.range_max) & (above > 0.0)
    speed = jnp.sum(u_M * v_M[:, None], axis=0)
    sigma = meter.noise * meter.noise_switch
    value = (1.0 + meter.scale) * speed + meter.bias + sigma * noise
    return jnp.where(seen, value, jnp.nan)


def directions(count: int, half_cone: float) -> np.ndarray:
    """Beams [3, beams] evenly on a cone [rad] about -z, the first towards +x."""
    angle = 2.0 * np.pi * np.arange(count) / count
    side, along = np.sin(half_cone), np.full(count, -np.cos(half_cone))
    return np.stack([side * np.cos(angle), side * np.sin(angle), along])
