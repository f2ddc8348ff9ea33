"""Maps against verified heights, another reader and facts; data files, hashes."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.errors import DataError
from frigoris.math.grid import height_at
from frigoris.moon import data, embedded
from frigoris.moon.ground import height as ground_height
from frigoris.moon.relief import Recipe
from frigoris.moon.terrain import Terrain, load_terrain

# heights of the nearest cell of LDEM_4, read and printed by other code: provenance
VERIFIED = [
    (60.5, 355.4, -2429.5),
    (47.5, 44.1, -3004.5),
    (18.56, 61.81, -3658.0),
    (0.67, 23.47, -1883.0),
    (-3.0, 336.6, -1451.0),
    (26.13, 3.63, -1924.5),
    (20.19, 30.77, -2662.0),
    (-84.8, 31.0, 5184.5),
]


def height(terrain: Terrain, lat_deg: float, lon_deg: float) -> float:
    lat, lon = jnp.asarray(np.radians(lat_deg)), jnp.asarray(np.radians(lon_deg))
    return float(height_at(terrain.ground.maps, lat, lon))


def nearest_centres(degrees: float) -> set[float]:
    """Centre of the quarter-degree cell; two of them for a place on an edge."""
    return {np.floor(x * 4.0) / 4.0 + 0.125 for x in (degrees - 1e-9, degrees + 1e-9)}


@pytest.mark.parametrize(("lat", "lon", "expected"), VERIFIED)
def test_heights_of_the_named_places(
    data_dir: Path, lat: float, lon: float, expected: float
) -> None:
    assert data_dir.is_dir()
    terrain = load_terrain("ldem_4", lat, lon)
    cells = [
        height(terrain, a, b)
        for a in nearest_centres(lat)
        for b in nearest_centres(lon)
    ]
    # measured 1e-9 m
    assert min(abs(cell - expected) for cell in cells) < 1e-6
    assert not terrain.synthetic
    assert [s.name for s in terrain.sources] == ["topography/LDEM_4.IMG"]


def test_the_fused_map_matches_another_reader(data_dir: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    path = data_dir / "topography" / "fused16_fallback.tif"
    with rasterio.open(path) as file:
        table = file.read(1) * file.scales[0]
    terrain = load_terrain("fused16", 60.4538, -4.6038)
    for row, column in ((450, 5700), (480, 30), (500, 5650)):
        lat, lon = 90.0 - (row + 0.5) / 16.0, (column + 0.5) / 16.0
        assert height(terrain, lat, lon) == pytest.approx(table[row, column], abs=1e-6)


def test_both_maps_agree_on_the_plain(data_dir: Path) -> None:
    """Independent detail on common long waves: 20 m of relief on smooth mare."""
    assert data_dir.is_dir()
    a, b = (load_terrain(name, 60.45, -4.6) for name in ("ldem_4", "fused16"))
    for d in (-0.4, 0.0, 0.7):
        gap = height(a, 60.45 + d, -4.6) - height(b, 60.45 + d, -4.6)
        assert abs(gap) < 60.0  # measured 30


@pytest.mark.parametrize(("lat", "lon", "expected"), VERIFIED)
def test_the_embedded_moon_is_right_where_it_knows(
    lat: float, lon: float, expected: float
) -> None:
    terrain = load_terrain("embedded", lat, lon)
    # measured 5.4 m at most; 186 m beside Atlas, which is a bowl in it
    tolerance = 250.0 if lat == 47.5 else 10.0
    assert height(terrain, lat, lon) == pytest.approx(expected, abs=tolerance)
    assert terrain.synthetic
    assert "SYNTHETIC" in terrain.note


@pytest.mark.parametrize("recipe", [None, Recipe(1, 1e17, 0.1, 0.8, 0.02)])
def test_the_level_moon_is_as_high_everywhere_as_its_target(
    recipe: Recipe | None,
) -> None:
    """Whatever relief is asked for; by every way that asks for heights."""
    lat, lon = 47.5, 44.4
    level, best = (load_terrain(n, lat, lon, recipe) for n in ("level", "auto"))
    assert level.synthetic and "level" in level.note
    assert "roughness" not in level.note
    there = height(level, lat, lon)
    assert there == pytest.approx(height(best, lat, lon), abs=300.0)  # cubic, linear
    for place in ((lat + 0.3, lon - 0.2), (12.0, -80.0), (-85.0, 10.0)):
        assert height(level, *place) == pytest.approx(there, abs=1e-3)
    near = np.radians([lat + 0.01, lon + 0.02])
    flat, along = np.cos(near[0]), near[1]
    u = np.array([flat * np.cos(along), flat * np.sin(along), np.sin(near[0])])
    seen = ground_height(level.ground, jnp.asarray(RADIUS_MOON * u), jnp.float64(1.0))
    assert float(seen) == pytest.approx(there, abs=0.01)


def test_embedded_craters_have_a_rim_and_a_floor() -> None:
    terrain = load_terrain("embedded", 0.0, 0.0)
    for _, lat, lon, diameter, depth in embedded.CRATERS:
        rim = np.degrees(0.5 * diameter / embedded.RADIUS_KM)
        relief = height(terrain, lat + rim, lon) - height(terrain, lat, lon)
        # the northern rim through half-degree cells; measured 0.64 to 0.75 of the depth
        assert 0.5 * depth < relief < 1.1 * depth


def test_a_damaged_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / data.FILES["ldem_4"].name
    broken.parent.mkdir()
    broken.write_bytes(b"not a map")
    monkeypatch.setenv("FRIGORIS_DATA", str(tmp_path))
    with pytest.raises(DataError, match="sha256"):
        data.find("ldem_4")


def test_without_data_the_embedded_moon_is_flown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRIGORIS_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert load_terrain("auto", 60.0, -4.0).synthetic
    assert all(not row["found"] for row in data.entries())
    with pytest.raises(DataError, match="was not found"):
        load_terrain("ldem_4", 60.0, -4.0)
