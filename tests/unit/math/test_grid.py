"""Heights on grids against closed forms on a sphere."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.math.grid import (
    Grid,
    Level,
    height_at,
    make_grid,
)


def field(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Linear in latitude and longitude: bilinear interpolation is exact [m]."""
    return 500.0 + 3000.0 * lat - 800.0 * lon


def level(step_deg: float, north: float, west: float, rows: int, columns: int) -> Level:
    lat = np.radians(north - step_deg * np.arange(rows))[:, None]
    lon = np.radians(west + step_deg * np.arange(columns))[None]
    return Level(
        field(lat, lon), np.radians(north), np.radians(west), np.radians(step_deg)
    )


@pytest.fixture(scope="module")
def nested() -> Grid:
    fine = level(0.25, 63.0, -8.0, 25, 33)
    return jax.tree.map(
        jnp.asarray, make_grid([fine, level(1.0, 89.5, -179.5, 180, 360)])
    )


@pytest.mark.parametrize("place", [(61.3, -4.6), (30.2, 100.7), (57.9, -3.3)])
def test_heights_match_a_linear_field(nested: Grid, place: tuple[float, float]) -> None:
    lat, lon = np.radians(place)
    got = height_at(nested, jnp.asarray(lat), jnp.asarray(lon))
    # float32 tables of some thousand metres: measured 1e-4
    assert float(got) == pytest.approx(field(lat, lon), abs=1e-3)


def test_longitudes_wrap_and_a_batch_equals_one_by_one(nested: Grid) -> None:
    lat, lon = np.radians([61.3, 12.0, -88.0]), np.radians([-4.6, 359.7, 200.0])
    together = height_at(nested, jnp.asarray(lat), jnp.asarray(lon))
    turned = height_at(nested, jnp.asarray(lat), jnp.asarray(lon + 2.0 * np.pi))
    np.testing.assert_allclose(together, turned, atol=1e-6)
    for k in range(3):
        alone = height_at(nested, jnp.asarray(lat[k]), jnp.asarray(lon[k]))
        assert float(alone) == float(together[k])
