"""Grids and rays against closed forms on a sphere and on a tilted plane."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.math.grid import (
    Grid,
    Level,
    height_at,
    height_under,
    make_grid,
    ray_on_grid,
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


def slanted(height: float, off_nadir: float) -> tuple[np.ndarray, np.ndarray]:
    """A vehicle over a flat globe at 0.4 rad north, its beam tilted westwards."""
    up = np.array([np.cos(0.4) * np.cos(1.1), np.cos(0.4) * np.sin(1.1), np.sin(0.4)])
    west = np.array([np.sin(1.1), -np.cos(1.1), 0.0])
    beam = -np.cos(off_nadir) * up + np.sin(off_nadir) * west
    return (RADIUS_MOON + height) * up, beam


@pytest.mark.parametrize(
    ("height", "angle_deg", "expected"),
    # closed form on the sphere: reference table of slant ranges
    [
        (100e3, 20.0, 106826.656),
        (15e3, 30.0, 17345.503),
        (3e3, 45.0, 4246.310),
    ],
)
def test_slant_ranges_match_the_sphere(
    height: float, angle_deg: float, expected: float
) -> None:
    flat = Level(np.zeros((180, 360)), np.radians(89.5), 0.0, np.radians(1.0))
    r, u = slanted(height, np.radians(angle_deg))
    rho, normal, hit = ray_on_grid(make_grid([flat]), jnp.asarray(r), jnp.asarray(u))
    assert bool(hit)
    assert float(rho) == pytest.approx(expected, abs=1e-3)  # measured 5e-4: rounding
    np.testing.assert_allclose(normal, (r + rho * u) / RADIUS_MOON, atol=1e-9)


def test_a_ray_ends_on_the_ground_where_a_march_ends(nested: Grid) -> None:
    """Oracle of another kind: walk along the ray in short steps, then bisect."""
    up = np.array([np.cos(1.05), 0.0, np.sin(1.05)])
    r = (RADIUS_MOON + 9e3) * up
    u = -up + 0.6 * np.array([-np.sin(1.05), 0.3, np.cos(1.05)])
    u /= np.linalg.norm(u)
    rho, _, hit = ray_on_grid(nested, jnp.asarray(r), jnp.asarray(u))

    def above(s: float) -> float:
        p = r + s * u
        return float(
            np.linalg.norm(p) - RADIUS_MOON - height_under(nested, jnp.asarray(p))
        )

    low, high = 0.0, 30e3
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if above(middle) > 0.0 else (low, middle)
    assert bool(hit)
    assert float(rho) == pytest.approx(low, abs=0.05)  # measured 1e-3


def test_a_ray_into_the_sky_is_no_hit(nested: Grid) -> None:
    r, u = slanted(5e3, np.radians(100.0))
    _, _, hit = ray_on_grid(nested, jnp.asarray(r), jnp.asarray(u))
    assert not bool(hit)


def test_the_normal_leans_down_the_slope(nested: Grid) -> None:
    """The field rises to the north, so the normal leans south."""
    lat, lon = 1.0, 0.3
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    north = np.array(
        [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)]
    )
    r = (RADIUS_MOON + 5e3) * up
    _, normal, _ = ray_on_grid(nested, jnp.asarray(r), jnp.asarray(-up))
    radius = RADIUS_MOON + field(np.asarray(lat), np.asarray(lon))
    # tangent of the slope: metres per radian over metres per radian; measured 2e-6
    assert float(-normal @ north) == pytest.approx(3000.0 / radius, rel=0.02)
