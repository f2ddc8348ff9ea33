"""Heights on nested square grids in the plane that touches the Moon at a site.

The plane is the gnomonic one: a place is where the line from the Moon's centre meets
the plane, in metres east and north of the site. It has no poles and needs no angle;
lengths are right at the site, 0.05 % too long 40 km away and 0.14 % 64 km away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32

from frigoris.constants import RADIUS_MOON
from frigoris.math.grid import between, read_height
from frigoris.math.tree import leaf
from frigoris.math.vectors import matvec
from frigoris.types import Flag, Mat3, Scalar, Vec3


@dataclass(frozen=True)
class Sheet:
    """One square grid around the site: row 0 is southernmost, column 0 westernmost."""

    heights: Float[np.ndarray, "n n"]  # [m]
    half: float  # from the site to the edge [m]

    @property
    def step(self) -> float:
        """Between neighbours [m]."""
        return 2.0 * self.half / (len(self.heights) - 1)


class Patch(eqx.Module):
    """Nested sheets as the compiled flight reads them, the finest first."""

    table: Float32[Array, " n"]
    half: Float[Array, " sheets"]  # [m]
    step: Float[Array, " sheets"]  # [m]
    count: Float[Array, " sheets"]  # of rows, whole numbers
    offset: Float[Array, " sheets"]


def make_patch(sheets: Sequence[Sheet]) -> Patch:
    """Put sheets into one table, the finest first."""
    sizes = [sheet.heights.size for sheet in sheets]
    return Patch(
        table=leaf(np.concatenate([s.heights.ravel() for s in sheets]), np.float32),
        half=leaf([s.half for s in sheets]),
        step=leaf([s.step for s in sheets]),
        count=leaf([len(s.heights) for s in sheets]),
        offset=leaf(np.cumsum([0, *sizes[:-1]])),
    )


def empty_patch() -> Patch:
    """A patch that no place lies on."""
    return make_patch([Sheet(np.zeros((2, 2)), 0.0)])


def plane(dcm_LM: Mat3, r_M: Vec3) -> tuple[Scalar, Scalar, Flag]:
    """East and north on the plane [m], and whether the place is on this side at all."""
    x, y, z = jnp.unstack(matvec(dcm_LM, r_M))
    ahead = z > 0.1 * RADIUS_MOON
    scale = RADIUS_MOON / jnp.where(ahead, z, RADIUS_MOON)
    return x * scale, y * scale, ahead


def patch_height(patch: Patch, x: Scalar, y: Scalar) -> tuple[Scalar, Scalar]:
    """Height at a place of the plane [m], bilinear, and the share that it counts.

    All of it but for the outermost cells, over which it gives way to what is below.
    """
    reach = jnp.maximum(jnp.abs(x), jnp.abs(y))
    last = patch.half.shape[0] - 1
    half, step = patch.half[last], patch.step[last]
    count, offset = patch.count[last], patch.offset[last]
    for k in range(last - 1, -1, -1):
        inside = reach < patch.half[k]
        half, step = (
            jnp.where(inside, new, old)
            for new, old in ((patch.half[k], half), (patch.step[k], step))
        )
        count = jnp.where(inside, patch.count[k], count)
        offset = jnp.where(inside, patch.offset[k], offset)
    safe = jnp.where(step > 0.0, step, 1.0)
    row = between((y + half) / safe, 0.0, count - 1.0)
    column = between((x + half) / safe, 0.0, count - 1.0)
    height = read_height(patch.table, row, column, count, offset)
    edge = patch.step[last]
    share = (patch.half[last] - reach) / jnp.where(edge > 0.0, edge, 1.0)
    return height, jnp.where(edge > 0.0, jnp.clip(share, 0.0, 1.0), 0.0)
