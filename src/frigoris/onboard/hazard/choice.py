r"""Where to land: the best place of a map that can be reached, and why.

Cost of a place, in units of a certain hazard:

$$ J = (1 - P) + w\,E[\text{risk}] + d/d_0 + m/m_0 $$

with the probability P of a safe landing aimed there, the mean risk (slope and relief
over their limits) so that of two safe places the smoother wins, the distance to the
target and the propellant of the divert. The target is kept while it is safe enough and
can be reached; where nothing is safe the least bad place is still the best there is.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool

from frigoris.onboard.hazard.config import HazardConfig
from frigoris.onboard.hazard.height_map import Grid
from frigoris.onboard.hazard.safety import Safety
from frigoris.types import Flag, Index, Scalar

# why an aim is what it is
NOT_LOOKED, KEPT, DIVERTED, LEAST_BAD, BLIND = 0, 1, 2, 3, 4
SAFE_ENOUGH = 0.5  # probability below which a place is only the least bad


class Place(NamedTuple):
    """A cell of the map, and why it is the aim."""

    row: Index
    column: Index
    why: Index


def cost(c: HazardConfig, safe: Safety, distance: Grid, propellant: Grid) -> Grid:
    """J of every cell; distance to the target [m], propellant of the divert [kg]."""
    hazard = 1.0 - safe.probability + c.margin_weight * safe.expected
    return hazard + distance / c.distance_scale + propellant / c.propellant_scale


def choose(
    c: HazardConfig,
    safe: Safety,
    cost: Grid,
    possible: Bool[Array, "rows columns"],
    target: tuple[Index, Index, Flag],
) -> Place:
    """The aim among the `possible` cells; `target` is the cell of the present one, and
    whether that lies on the map.

    With no possible cell the answer is BLIND, and its cell means nothing.
    """
    best = jnp.argmin(jnp.where(possible, cost, jnp.inf))
    i, j, there = target
    row, column = (k.astype(i.dtype) for k in jnp.unravel_index(best, cost.shape))
    keeps = there & possible[i, j] & (safe.probability[i, j] >= c.keep)
    good = safe.probability[row, column] >= SAFE_ENOUGH
    why = jnp.where(keeps, KEPT, jnp.where(good, DIVERTED, LEAST_BAD))
    why = jnp.where(jnp.any(possible), why, BLIND)
    return Place(jnp.where(keeps, i, row), jnp.where(keeps, j, column), why)


def mean_error(c: HazardConfig, altitude: Scalar) -> Scalar:
    """Sigma of the landing about an aim that was chosen from an altitude [m]."""
    return jnp.sqrt(c.landing_sigma**2 + (c.landing_spread * altitude) ** 2)
