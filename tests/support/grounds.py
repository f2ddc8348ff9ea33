"""Grounds made of a formula, and slow ways to look at them."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.math.grid import Level, make_grid
from frigoris.math.patch import Sheet, make_patch
from frigoris.math.ray import Steepness
from frigoris.moon.frames import local_axes
from frigoris.moon.ground import Ground
from frigoris.moon.terrain import no_fine_relief

FLAT = Level(np.zeros((180, 360)), np.radians(89.5), 0.0, np.radians(1.0))
Field = Callable[[np.ndarray, np.ndarray], np.ndarray]


def ground_of(
    field: Field,
    place: tuple[float, float] = (60.0, -5.0),
    half: float = 4e3,
    step: float = 4.0,
) -> Ground:
    """A sphere with `field(east, north)` [m] on a sheet around a place [deg]."""
    axis = np.linspace(-half, half, int(2 * half / step) + 1)
    heights = field(*np.meshgrid(axis, axis))
    slope = np.hypot(*np.gradient(heights, step)).max()
    ground = Ground(
        maps=make_grid([FLAT]),
        patch=make_patch([Sheet(heights, half)]),
        dcm_LM=local_axes(*place).dcm,
        fine=no_fine_relief(),
        fine_on=np.asarray(0.0),
        steepness=Steepness(
            slope=np.asarray(1.5 * slope),
            detail_slope=np.asarray(3.0),
            detail=np.asarray(0.0),
            highest=np.asarray(max(heights.max(), 0.0)),
        ),
    )
    return jax.tree.map(jnp.asarray, ground)


def place_M(
    place: tuple[float, float], east: float, north: float, height: float
) -> np.ndarray:
    """A point over the plane of a place, its height above the sphere [m]."""
    along = local_axes(*place).dcm.T @ np.array([east, north, RADIUS_MOON])
    return along / np.linalg.norm(along) * (RADIUS_MOON + height)
