r"""Which places are safe, and how surely a lander that aims at one comes down safely.

A cell is safe where slope, roughness and relief of its footprint are within their
limits and enough of it was seen. Who aims at a cell comes down about it with a normal
error of $\sigma$ each way, so $P = G_\sigma * \text{safe}$; beyond the map nothing is
known to be safe.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array

from frigoris.onboard.hazard.config import HazardConfig
from frigoris.onboard.hazard.footprint import Footing
from frigoris.onboard.hazard.height_map import Grid
from frigoris.types import Scalar

RISK_MAX = 10.0  # of a place over its limit; also of one that was not seen


class Safety(NamedTuple):
    """Of every cell."""

    risk: Grid  # worst of slope, roughness and relief over their limits [-]
    probability: Grid  # of a safe landing, aimed there [-]
    expected: Grid  # mean risk, aimed there [-]


def safety(c: HazardConfig, under: Footing, cell: Scalar, sigma: Scalar) -> Safety:
    """Risk of each cell [m], and what it comes to with a landing error `sigma` [m].

    An error of less than a third of a cell does not blur; one of more than `reach`/2.5
    cells is taken for that.
    """
    worst = jnp.maximum(
        under.slope / c.slope_max,
        jnp.maximum(under.roughness, under.relief) / c.clearance,
    )
    told = jnp.isfinite(worst) & (under.seen >= c.coverage_min)
    risk = jnp.where(told, jnp.minimum(worst, RISK_MAX), RISK_MAX)
    width = jnp.clip(sigma / cell, 1e-3, c.reach / 2.5)
    safe = jnp.where(risk <= 1.0, 1.0, 0.0)
    return Safety(
        risk=risk,
        probability=blurred(safe, width, c.reach, 0.0),
        expected=blurred(risk, width, c.reach, RISK_MAX),
    )


def blurred(values: Grid, width: Scalar, reach: int, beyond: float) -> Grid:
    """Convolved with a normal density of `width` cells, `beyond` outside the map."""
    offsets = jnp.arange(-reach, reach + 1)
    weight = jnp.exp(-0.5 * (offsets.astype(width.dtype) / width) ** 2)
    weight = weight / jnp.sum(weight)

    def along(a: Array) -> Array:
        padded = jnp.pad(a, ((reach, reach), (0, 0)), constant_values=beyond)
        parts = [weight[k] * padded[k : k + a.shape[0]] for k in range(2 * reach + 1)]
        return sum(parts, start=jnp.zeros_like(a))

    return along(along(values).T).T
