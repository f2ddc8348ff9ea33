r"""Slope, roughness and relief of the ground under a lander put down at each cell.

A plane by least squares over the disc of the footprint, which stands for all headings
at once: with offsets $d$ from the middle, $z \approx a + b\,d_x + c\,d_y$. Slope is
$\arccos n_z = \arctan\sqrt{b^2 + c^2}$; roughness is the largest distance of any cell
from the plane; relief is the distance from the lowest to the highest of them, which a
rock or a step uses up of the space below the body even where the plane tilts with it.

Gaps are left out of the sums; the share that was seen comes with the answer.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from frigoris.math.trig import atan2
from frigoris.onboard.hazard.height_map import Grid, HeightMap
from frigoris.types import Scalar

SINGULAR = 1e-9  # determinant, over that of a full disc, of too few points for a plane


class Footing(NamedTuple):
    """Of a footprint about each cell; NaN where no plane can be laid."""

    slope: Grid  # [rad]
    roughness: Grid  # [m]
    relief: Grid  # [m]
    seen: Grid  # share of the footprint [-]
    level: Grid  # height of the plane at the middle [m]


def footing(m: HeightMap, radius: Scalar, reach: int) -> Footing:
    """Planes over discs of `radius` [m], which is at most `reach` cells.

    Offsets are run through one after another: as many as a square of `reach` has, each
    one a shift of the whole map.
    """
    known = jnp.isfinite(m.heights)
    # differences from one height keep the sums exact
    base = jnp.where(jnp.any(known), jnp.nanmedian(m.heights), 0.0)
    w = jnp.where(known, 1.0, 0.0)
    z = jnp.where(known, m.heights - base, 0.0)
    layers = [jnp.pad(a, reach) for a in (z, w, *m.aside)]
    line = np.arange(-reach, reach + 1)
    offsets = jnp.asarray(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2))

    def shifted(offset: Array) -> tuple[Grid, Grid, Grid, Grid]:
        """Height, weight and place [radii] of what is at an offset from every cell."""
        start = offset + reach
        zz, ww, x, y = (lax.dynamic_slice(a, start, m.heights.shape) for a in layers)
        d = offset.astype(z.dtype) * m.cell / radius
        inside = d[0] ** 2 + d[1] ** 2 <= 1.0
        return zz, jnp.where(inside, ww, 0.0), d[0] + x / radius, d[1] + y / radius

    def add(sums: Array, offset: Array) -> tuple[Array, None]:
        zz, ww, x, y = shifted(offset)
        terms = (x, y, x * x, x * y, y * y, zz, x * zz, y * zz)
        return sums + jnp.stack([ww, *(ww * t for t in terms)]), None

    sums, _ = lax.scan(add, jnp.zeros((9, *m.heights.shape)), offsets)
    a, b, c, good = _plane(sums)

    def spread(
        ends: tuple[Grid, Grid], offset: Array
    ) -> tuple[tuple[Grid, Grid], None]:
        zz, ww, x, y = shifted(offset)
        rest = zz - (a + b * x + c * y)
        low = jnp.where(ww > 0.0, jnp.minimum(ends[0], rest), ends[0])
        high = jnp.where(ww > 0.0, jnp.maximum(ends[1], rest), ends[1])
        return (low, high), None

    zero = jnp.zeros_like(a)
    (low, high), _ = lax.scan(spread, (zero, zero), offsets)
    # by a root: `hypot` of a number and a rounding error came out as nought
    steep = jnp.sqrt(b * b + c * c) / radius
    upright = 1.0 / jnp.sqrt(1.0 + steep * steep)  # of heights to distances
    full = _full(offsets, m.cell / radius)
    none = jnp.where(good, 0.0, jnp.nan)
    return Footing(
        slope=atan2(steep, jnp.ones_like(steep)) + none,
        roughness=jnp.maximum(high, -low) * upright + none,
        relief=(high - low) * upright + none,
        seen=sums[0] / full,
        level=base + a + none,
    )


def _plane(sums: Float[Array, "9 r c"]) -> tuple[Grid, Grid, Grid, Array]:
    """Coefficients of the planes with these sums (Cramer's rule), and where any is."""
    n, x, y, xx, xy, yy, z, xz, yz = sums
    n1 = jnp.maximum(n, 1.0)
    # about the middle of what was seen
    mx, my, mz = x / n1, y / n1, z / n1
    cxx, cxy, cyy = xx - n * mx * mx, xy - n * mx * my, yy - n * my * my
    cxz, cyz = xz - n * mx * mz, yz - n * my * mz
    det = cxx * cyy - cxy * cxy
    good = (n >= 3.0) & (det > SINGULAR * n1 * n1)
    safe = jnp.where(good, det, 1.0)
    b = jnp.where(good, (cxz * cyy - cyz * cxy) / safe, 0.0)
    c = jnp.where(good, (cyz * cxx - cxz * cxy) / safe, 0.0)
    return mz - b * mx - c * my, b, c, good


def _full(offsets: Array, cell: Scalar) -> Scalar:
    """Cells in a disc of radius one of which nothing is hidden."""
    d = offsets.astype(cell.dtype) * cell
    return jnp.sum(jnp.where(d[:, 0] ** 2 + d[:, 1] ** 2 <= 1.0, 1.0, 0.0))
