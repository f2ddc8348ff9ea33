r"""Ground that is on no map: boulders, craters and steps put down near a target.

With $d$ the distance from the middle over the radius,
$$ h = D (1 - d^2)^2_{d<1} + R\,(1 - (2d - 2)^2)^2_{|d-1|<1/2}
     + S\, s\bigl(\tfrac12 + \tfrac12 u\bigr), \qquad s(x) = 3x^2 - 2x^3, $$
`D` the dome (negative: a bowl), `R` the rim around it, `S` a step that rises over two
radii along its heading, `u` the way along it over the radius.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.trig import sincos
from frigoris.types import Scalar

# steepest slopes of the shapes, of height over radius
DOME, RIM, STEP = 1.54, 3.08, 0.75

Each = Float[Array, "n *#cases"]


class Bumps(eqx.Module):
    """Some of them, in the plane of the site; cases last."""

    east: Each  # of the target [m]
    north: Each  # [m]
    radius: Each  # [m]
    dome: Each  # height in the middle [m]
    rim: Each  # height of the ring [m]
    step: Each  # height of the ground beyond [m]
    heading: Each  # into which the step rises, from north to east [rad]


def there(bumps: Bumps) -> Each:
    """1 for each that is higher or lower than nothing."""
    size = jnp.abs(bumps.dome) + jnp.abs(bumps.rim) + jnp.abs(bumps.step)
    return jnp.where(size > 0.0, 1.0, 0.0)


def height(bumps: Bumps, x: Scalar, y: Scalar) -> Scalar:
    """Height of all of them together at a place `x` east, `y` north [m]."""
    total = jnp.zeros_like(x)
    for k in range(bumps.east.shape[0]):
        total = total + _one(bumps, k, x, y)
    return total


def _one(b: Bumps, k: int, x: Scalar, y: Scalar) -> Scalar:
    east, north = (x - b.east[k]) / b.radius[k], (y - b.north[k]) / b.radius[k]
    d2 = east * east + north * north
    inside = jnp.maximum(1.0 - d2, 0.0)
    off = 2.0 * jnp.sqrt(jnp.maximum(d2, 1e-12)) - 2.0
    ring = jnp.maximum(1.0 - off * off, 0.0)
    sine, cosine = sincos(b.heading[k])
    along = jnp.clip(0.5 + 0.5 * (sine * east + cosine * north), 0.0, 1.0)
    rise = along * along * (3.0 - 2.0 * along)
    return b.dome[k] * inside**2 + b.rim[k] * ring**2 + b.step[k] * rise


def steepest(bumps: Bumps) -> Scalar:
    """A bound of the slope that they add [-]."""
    sizes = (
        DOME * jnp.abs(bumps.dome)
        + RIM * jnp.abs(bumps.rim)
        + STEP * jnp.abs(bumps.step)
    )
    return jnp.sum(sizes / bumps.radius, axis=0)


def highest(bumps: Bumps) -> Scalar:
    """A bound of the height that they add [m]."""
    up = (bumps.dome, bumps.rim, bumps.step)
    return jnp.sum(sum(jnp.maximum(x, 0.0) for x in up), axis=0)
