r"""Points of an image to a map of heights: a square of cells, each the mean of its own.

A cell that no point fell into is a gap (NaN), and stays one: what was not seen is not
made up. Nothing overhangs, so one height is enough. The mean of the points' places is
kept beside that of their heights, so that a plane stays a plane.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.types import Scalar

Grid = Float[Array, "rows columns"]


class HeightMap(NamedTuple):
    """Heights over a plane; row i is x, column j is y, both from the first corner."""

    heights: Grid  # [m], NaN in gaps
    aside: Float[Array, "2 rows columns"]  # mean place over the cell's middle [m]
    corner: Float[Array, " two"]  # middle of cell (0, 0) [m]
    cell: Scalar  # side of a cell [m]


def places(m: HeightMap) -> tuple[Grid, Grid]:
    """x and y of the middles of all cells [m]."""
    i, j = jnp.meshgrid(*(jnp.arange(n) for n in m.heights.shape), indexing="ij")
    return (
        m.corner[0] + m.cell * i.astype(m.cell.dtype),
        m.corner[1] + m.cell * j.astype(m.cell.dtype),
    )


def height_map(
    points: Float[Array, "3 points"], middle: Scalar, cell: Scalar, count: int
) -> HeightMap:
    """Means of `points` [m] in `count` by `count` cells around `middle`, x and y [m].

    Points that are not finite, and those outside, are left out.
    """
    corner = middle - 0.5 * (count - 1) * cell
    index = jnp.floor((points[:2] - corner[:, None]) / cell + 0.5)
    inside = jnp.all((index >= 0.0) & (index < count), axis=0)
    inside = inside & jnp.all(jnp.isfinite(points), axis=0)
    i, j = jnp.where(inside, index, 0.0).astype(jnp.int32)
    one = jnp.where(inside, 1.0, 0.0)
    z = jnp.where(inside, points[2], 0.0)
    aside = jnp.where(inside, points[:2] - corner[:, None] - cell * index, 0.0)
    sums = jax.ops.segment_sum(
        jnp.stack([one, z, *aside], axis=1), i * count + j, count * count
    )
    number, z, x, y = sums.T.reshape(4, count, count)
    most = jnp.maximum(number, 1.0)
    heights = jnp.where(number > 0.0, z / most, jnp.nan)
    return HeightMap(heights, jnp.stack([x, y]) / most, corner, cell)


def at(m: HeightMap, values: Grid, x: Scalar, y: Scalar) -> Scalar:
    """A value of the cell that a place [m] lies in, NaN outside."""
    i, j = (
        jnp.floor((p - c) / m.cell + 0.5)
        for p, c in ((x, m.corner[0]), (y, m.corner[1]))
    )
    rows, columns = values.shape
    inside = (i >= 0.0) & (i < rows) & (j >= 0.0) & (j < columns)
    row = jnp.where(inside, i, 0.0).astype(jnp.int32)
    column = jnp.where(inside, j, 0.0).astype(jnp.int32)
    return jnp.where(inside, values[row, column], jnp.nan)
