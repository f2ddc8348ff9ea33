"""Heights on nested latitude-longitude grids.

All levels lie in one flat table, finest first; a query chooses its level before it
reads, so it costs four gathers however many levels there are. Heights are metres above
the sphere of radius `RADIUS_MOON`.
"""

from collections.abc import Sequence

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from frigoris.math.level import Level as Level
from frigoris.math.tree import leaf
from frigoris.math.trig import atan2
from frigoris.types import Index, Scalar, Vec3

TURN = 2.0 * np.pi


class Grid(eqx.Module):
    """Nested levels as the compiled flight reads them; no case axis anywhere."""

    table: Float32[Array, " n"]
    lat_north: Float[Array, " levels"]  # [rad]
    lon_west: Float[Array, " levels"]  # [rad]
    step: Float[Array, " levels"]  # [rad]
    rows: Float[Array, " levels"]  # whole numbers, kept as real ones to mix freely
    columns: Float[Array, " levels"]
    offset: Float[Array, " levels"]


def make_grid(levels: Sequence[Level]) -> Grid:
    """Put levels into one table, the finest first; the last one covers the Moon."""
    sizes = [level.heights.size for level in levels]
    shapes = np.array([level.heights.shape for level in levels], dtype=np.int64)
    return Grid(
        table=leaf(np.concatenate([x.heights.ravel() for x in levels]), np.float32),
        lat_north=leaf([x.lat_north for x in levels]),
        lon_west=leaf([x.lon_west for x in levels]),
        step=leaf([x.step for x in levels]),
        rows=leaf(shapes[:, 0]),
        columns=leaf(shapes[:, 1]),
        offset=leaf(np.cumsum([0, *sizes[:-1]])),
    )


def lat_lon(r_M: Vec3) -> tuple[Scalar, Scalar]:
    """Planetocentric latitude and east longitude [rad]."""
    x, y, z = jnp.unstack(r_M)
    return atan2(z, jnp.sqrt(x * x + y * y)), atan2(y, x)


def height_at(grid: Grid, lat: Scalar, lon: Scalar) -> Scalar:
    """Height of the ground [m], bilinear; longitudes wrap, latitudes clamp."""
    last = grid.step.shape[0] - 1
    y, x = _coordinates(grid, last, lat, lon)
    rows, columns, offset = grid.rows[last], grid.columns[last], grid.offset[last]
    for k in range(last - 1, -1, -1):
        y_k, x_k = _coordinates(grid, k, lat, lon)
        inside = (y_k >= 0.0) & (y_k <= grid.rows[k] - 1.0)
        inside = inside & (x_k <= grid.columns[k] - 1.0)
        y, x = jnp.where(inside, y_k, y), jnp.where(inside, x_k, x)
        rows = jnp.where(inside, grid.rows[k], rows)
        columns = jnp.where(inside, grid.columns[k], columns)
        offset = jnp.where(inside, grid.offset[k], offset)
    return read_height(
        grid.table, between(y, 0.0, rows - 1.0), x, columns, offset, rows, wrap=True
    )


def _coordinates(grid: Grid, k: int, lat: Scalar, lon: Scalar) -> tuple[Scalar, Scalar]:
    """Row and column of a place on level `k`, as real numbers."""
    east = lon - grid.lon_west[k]
    # `mod` of real numbers is a call of the maths library in the compiled loop
    turn = east - TURN * jnp.floor(east / TURN)
    return (grid.lat_north[k] - lat) / grid.step[k], turn / grid.step[k]


def between(x: Scalar, low: float, high: Scalar) -> Scalar:
    """`x` held between two values; `low` where it is no number."""
    x = jnp.where(x > low, x, low)
    return jnp.where(x < high, x, high)


def read_height(
    table: Float32[Array, " n"],
    y: Scalar,
    x: Scalar,
    columns: Scalar,
    offset: Scalar,
    rows: Scalar | None = None,
    *,
    wrap: bool = False,
) -> Scalar:
    """Bilinear height in a table of `columns` at row `y` and column `x`, in range.

    Without `rows` the table is square. With `wrap` the first column follows the last.
    """
    rows = columns if rows is None else rows
    j0 = jnp.minimum(jnp.floor(y), rows - 2.0)
    i0 = jnp.minimum(jnp.floor(x), columns - (1.0 if wrap else 2.0))
    fy, fx = y - j0, x - i0
    j, i = j0.astype(jnp.int32), i0.astype(jnp.int32)
    width = columns.astype(jnp.int32)
    start = offset.astype(jnp.int32) + j * width
    right = jnp.where(i + 1 < width, i + 1, 0)

    def read(index: Index) -> Scalar:
        # in range by construction; checks would cost more than the reading
        value: Array = jnp.asarray(table).at[index].get(mode="promise_in_bounds")
        return value.astype(jnp.float64)

    north = _mix(read(start + i), read(start + right), fx)
    south = _mix(read(start + width + i), read(start + width + right), fx)
    return north + fy * (south - north)


def _mix(a: Array, b: Array, f: Scalar) -> Scalar:
    return a + f * (b - a)


def height_under(grid: Grid, r_M: Vec3) -> Scalar:
    """Height of the ground below a position in M [m]."""
    return height_at(grid, *lat_lon(r_M))
