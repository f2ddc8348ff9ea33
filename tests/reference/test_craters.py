"""Named craters of LDEM_4 against verified figures; the embedded ones against lists."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.math.grid import height_at
from frigoris.moon import embedded
from frigoris.moon.ground import height, on_plane
from frigoris.moon.relief import GROUNDS
from frigoris.moon.terrain import Terrain, load_terrain

RADIUS_KM = 1737.4
# provenance of LDEM_4, by other code: lowest and median floor, rim median and highest
# [m]. Position [deg] and diameter [km]: Head et al. 2010, as in HeadCraters.csv.
FIGURES = (
    ("Tycho", -43.27, 348.71, 81.57, -3466.0, None, 902.0, 1426.0),
    ("Atlas", 46.71, 44.33, 87.15, -3086.0, -2797.0, -743.0, -249.0),
)


def heights(terrain: Terrain, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.asarray(
        height_at(terrain.ground.maps, jnp.asarray(lat), jnp.asarray(lon))
    )


def around(
    lat_deg: float, lon_deg: float, diameter_km: float
) -> tuple[np.ndarray, ...]:
    """Cell centres of LDEM_4 near a crater, and their distance in crater radii."""
    lat = np.floor(lat_deg) + np.arange(-5.0, 5.0, 0.25) + 0.125
    lon = np.floor(lon_deg) + np.arange(-8.0, 8.0, 0.25) + 0.125
    lat, lon = (x.ravel() for x in np.meshgrid(lat, lon))
    a, b, c = np.radians(lat), np.radians(lat_deg), np.radians(lon - lon_deg)
    # haversine
    h = np.sin((a - b) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(c / 2) ** 2
    return lat, lon, 2 * np.arcsin(np.sqrt(h)) * RADIUS_KM / (0.5 * diameter_km)


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row[0])
def test_craters_have_their_verified_relief(data_dir: Path, row: tuple) -> None:
    _, lat, lon, diameter, low, floor, rim, high = row
    terrain = load_terrain("ldem_4", lat, lon)
    a, b, x = around(lat, lon, diameter)
    inner = heights(terrain, a[x < 0.4], b[x < 0.4])
    ring = heights(terrain, a[(x > 0.9) & (x < 1.1)], b[(x > 0.9) & (x < 1.1)])
    # measured 0.5 m at most, the rounding of the figures
    assert inner.min() == pytest.approx(low, abs=1.0)
    assert ring.max() == pytest.approx(high, abs=1.0)
    if floor is not None:
        assert np.median(inner) == pytest.approx(floor, abs=1.0)  # measured 0.3
    # how wide a ring the figure took is not known: measured 45 and 61
    assert np.median(ring) == pytest.approx(rim, abs=100.0)


def test_copernicus_has_its_verified_relief(data_dir: Path) -> None:
    """3.45 km from the median of the floor to the median of the rim."""
    assert data_dir.is_dir()
    lat, lon, diameter = 9.62, 339.92, 96.07  # Head et al. 2010
    terrain = load_terrain("ldem_4", lat, lon)
    a, b, x = around(lat, lon, diameter)
    floor = np.median(heights(terrain, a[x < 0.4], b[x < 0.4]))
    ring = np.median(heights(terrain, *(v[(x > 0.9) & (x < 1.1)] for v in (a, b))))
    # how wide the ring of the figure was is not known: measured 3504
    assert ring - floor == pytest.approx(3450.0, abs=150.0)


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row[0])
def test_no_crater_of_the_map_comes_twice(data_dir: Path, row: tuple) -> None:
    """With relief below the map, floor and rim stay where they are without it."""
    assert data_dir.is_dir()
    _, lat, lon, diameter, *_ = row
    none = load_terrain("ldem_4", lat, lon).ground
    whole = load_terrain("ldem_4", lat, lon, GROUNDS["highland"]).ground
    rng = np.random.default_rng(0)
    gaps = {}
    for name, (low, high) in {"floor": (0.0, 0.4), "rim": (0.9, 1.1)}.items():
        away = 0.5e3 * diameter * np.sqrt(rng.uniform(low**2, high**2, 20_000))
        turn = rng.uniform(0.0, 2.0 * np.pi, away.size)
        x, y = jnp.asarray(away * np.cos(turn)), jnp.asarray(away * np.sin(turn))
        found = [
            np.asarray(
                jax.jit(height)(
                    jax.tree.map(jnp.asarray, g),
                    on_plane(g, x, y),
                    jnp.zeros(x.shape),
                )
            )
            for g in (none, whole)
        ]
        gaps[name] = float(np.mean(found[1] - found[0]))
    # of 4.9 and 2.8 km of relief; measured 106 and 67 m
    assert abs(gaps["rim"] - gaps["floor"]) < 150.0


def test_embedded_craters_are_where_the_catalogue_has_them(data_dir: Path) -> None:
    """LU1319381 in the code, Head et al. 2010 in the file: two surveys."""
    path = data_dir / "craters" / "HeadCraters.csv"
    lines = path.read_text().splitlines()[1:]  # CR ends
    lon, lat, size = np.array([line.split(",")[:3] for line in lines], dtype=float).T
    for name, lat0, lon0, diameter, _ in embedded.CRATERS:
        east = (lon - lon0 + 180.0) % 360.0 - 180.0
        away = np.hypot(lat - lat0, east * np.cos(np.radians(lat0)))
        near = away < 0.1
        gap = np.abs(size[near] / diameter - 1.0)
        # measured 0.04 to 0.07 deg apart; diameters 0.5, 0.9 and 5.5 % apart
        assert gap.size and gap.min() < 0.06, name


def test_how_wrong_the_embedded_moon_is_elsewhere(data_dir: Path) -> None:
    rng = np.random.default_rng(1)
    lat = np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, 5000)))
    lon = rng.uniform(0.0, 360.0, 5000)
    ours, real = (
        heights(load_terrain(name, 0.0, 0.0), lat, lon)
        for name in ("embedded", "ldem_4")
    )
    gap = ours - real
    # measured 2450 and 9925 m, as the page says
    assert np.sqrt(np.mean(gap**2)) == pytest.approx(2450.0, abs=30.0)
    assert np.abs(gap).max() == pytest.approx(9925.0, abs=100.0)
