r"""Where a ray meets ground that is given as a function, safe over rims and at grazing.

The ray is walked from above in steps that cannot pass the ground: where the ground is
nowhere steeper than $m$, a ray that falls with $c$ and runs with $\sqrt{1-c^2}$ needs
at least the length $h / (c + m\sqrt{1-c^2})$ to lose its height $h$ (sphere tracing,
Hart 1996, with the bound of the slope in place of a distance). Near the ground the
steps are `LEAST`, and a secant ends them, so a feature thinner than that along the ray
may be passed.
"""

from collections.abc import Callable

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array

from frigoris.constants import RADIUS_MOON
from frigoris.math.vectors import dot, norm
from frigoris.types import Flag, Scalar, Vec3

LEAST = 0.03  # of a step [m]
SHARE = 1e-5  # the same, of the way behind it [-]
STEPS_MAX = 2000  # grazing rays take hundreds, steep ones five to twenty

Height = Callable[[Vec3], Scalar]


class Steepness(eqx.Module):
    """Bounds of the ground: of its slope, and of what fine detail adds to it."""

    slope: Scalar  # of the ground without fine detail [-]
    detail_slope: Scalar  # of all of it [-]
    detail: Scalar  # that fine detail stands above the rest [m]
    highest: Scalar  # of the ground above the sphere [m]


def walk(
    height: Height, steepness: Steepness, r_M: Vec3, u_M: Vec3, wanted: Flag
) -> tuple[Scalar, Flag]:
    """Length of the ray from `r_M` along the unit vector `u_M` [m], and if it ends.

    Only rays that are `wanted` are walked; for others, for rays that start below the
    ground and for those that leave the Moon the flag is false.
    """

    def clear(rho: Scalar) -> tuple[Scalar, Scalar, Scalar]:
        """Height over the ground, over the sphere, and the cosine to nadir."""
        p = r_M + rho * u_M
        r = norm(p)
        up = r - RADIUS_MOON
        return up - height(p), up, -dot(p, u_M) / r

    def step(rho: Scalar, h: Scalar, c: Scalar) -> Scalar:
        level = jnp.sqrt(jnp.maximum(1.0 - c * c, 0.0))
        near = h / jnp.maximum(c + steepness.detail_slope * level, 1e-3)
        far = (h - steepness.detail) / jnp.maximum(c + steepness.slope * level, 1e-3)
        return jnp.maximum(jnp.maximum(near, far), jnp.maximum(LEAST, SHARE * rho))

    def going(state: tuple[Array, ...]) -> Array:
        return (state[0] < STEPS_MAX) & jnp.any(state[-1])

    def body(state: tuple[Array, ...]) -> tuple[Array, ...]:
        count, rho, before, h, h_before, c, live = state
        ahead = rho + jnp.where(live, step(rho, h, c), 0.0)
        h_new, up, c_new = clear(ahead)
        # above all ground and rising: nothing is met any more
        away = (up > steepness.highest) & (c_new <= 0.0)
        still = live & (h_new > 0.0) & ~away & jnp.isfinite(h_new)
        keep = [jnp.where(live, a, b) for a, b in ((ahead, rho), (rho, before))]
        now = [jnp.where(live, a, b) for a, b in ((h_new, h), (h, h_before))]
        return (count + 1, *keep, *now, jnp.where(live, c_new, c), still)

    zero = jnp.zeros_like(dot(r_M, u_M))
    h0, up0, c0 = clear(zero)
    # to the sphere above all ground in one step
    along, miss2 = -dot(r_M, u_M), dot(r_M, r_M) - dot(r_M, u_M) ** 2
    top = RADIUS_MOON + steepness.highest
    jump = along - jnp.sqrt(jnp.maximum(top * top - miss2, 0.0))
    reaches = (top * top > miss2) & (c0 > 0.0)
    outside = up0 > steepness.highest
    live = wanted & (h0 > 0.0) & (reaches | ~outside)
    start = jnp.where(outside & live, jnp.maximum(jump, 0.0), 0.0)
    h1, _, c1 = clear(start)
    state: tuple[Array, ...] = (jnp.asarray(0), start, start, h1, h1, c1, live)
    _, rho, before, h, h_before, _, _ = lax.while_loop(going, body, state)
    hit = live & (h <= 0.0)
    part = jnp.where(hit, h_before / jnp.where(hit, h_before - h, 1.0), 1.0)
    return before + part * (rho - before), hit
