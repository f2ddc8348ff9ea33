r"""Second-order cones $x_0 \ge |x_1|$ of an interior point: components first.

Products and scalings of Nesterov and Todd, as in Andersen, Dahl and Vandenberghe, *The
CVXOPT linear and quadratic cone program solvers* (2010), section 4. `J` turns the sign
of all components but the first.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.types import Scalar

Cone = Float[Array, "d *#cases"]

FAR = 1e9  # a step that meets no boundary [-]


class Scaling(NamedTuple):
    """W = eta (2 v v' - J)^(1/2) with W z = W^-1 s; `w` is the scaling point."""

    w: Cone
    eta: Scalar


def det(x: Cone) -> Scalar:
    """x_0^2 - |x_1|^2: above 0 inside the cone."""
    return x[0] ** 2 - jnp.sum(x[1:] ** 2, 0)


def flip(x: Cone) -> Cone:
    """J x."""
    return jnp.concatenate([x[:1], -x[1:]])


def scaling(s: Cone, z: Cone) -> Scaling:
    """Of a point `s` and its dual `z`, both inside."""
    size_s, size_z = jnp.sqrt(det(s)), jnp.sqrt(det(z))
    s, z = s / size_s, z / size_z
    gamma = jnp.sqrt(0.5 * (1.0 + jnp.sum(s * z, 0)))
    return Scaling((s + flip(z)) / (2.0 * gamma), jnp.sqrt(size_s / size_z))


def scale(by: Scaling, x: Cone) -> Cone:
    """W x."""
    w, along = by.w, jnp.sum(by.w[1:] * x[1:], 0)
    rest = x[1:] + (x[0] + along / (1.0 + w[0])) * w[1:]
    return by.eta * jnp.concatenate([(w[0] * x[0] + along)[None], rest])


def unscale(by: Scaling, x: Cone) -> Cone:
    """W^-1 x."""
    return flip(scale(Scaling(by.w, 1.0 / by.eta), flip(x)))


def metric(by: Scaling, x: Cone) -> Cone:
    """W^-2 x."""
    t = flip(by.w)
    return (2.0 * t * jnp.sum(t * x, 0) - flip(x)) / by.eta**2


def product(a: Cone, b: Cone) -> Cone:
    """Jordan product."""
    return jnp.concatenate([jnp.sum(a * b, 0)[None], a[0] * b[1:] + b[0] * a[1:]])


def quotient(a: Cone, b: Cone) -> Cone:
    """The x for which the product of `a` and x is `b`."""
    first = (a[0] * b[0] - jnp.sum(a[1:] * b[1:], 0)) / det(a)
    return jnp.concatenate([first[None], (b[1:] - first * a[1:]) / a[0]])


def room(x: Cone, dx: Cone) -> Scalar:
    """How far one may go from `x` along `dx` before the boundary, `FAR` at most."""
    a, c = det(dx), det(x)
    b = 2.0 * (x[0] * dx[0] - jnp.sum(x[1:] * dx[1:], 0))
    inside = b * b - 4.0 * a * c
    root = jnp.sqrt(jnp.maximum(inside, 0.0))

    def end(divisor: Scalar) -> Scalar:
        ahead = divisor > 0.0
        return jnp.where(ahead, 2.0 * c / jnp.where(ahead, divisor, 1.0), FAR)

    return jnp.where(inside < 0.0, FAR, jnp.minimum(end(root - b), end(-root - b)))
