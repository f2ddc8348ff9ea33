"""Maps from files: projections, longitudes, poles, and everything that can be wrong."""

import shutil
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.errors import DataError
from frigoris.math.grid import Level
from frigoris.moon import district
from frigoris.moon.chart import file_chart, level_chart, lola_image, to_poles
from frigoris.moon.ground import height, on_plane
from frigoris.moon.relief import GROUNDS
from frigoris.moon.terrain import load_terrain

rasterio = pytest.importorskip("rasterio")
pyproj = pytest.importorskip("pyproj")

SPHERE = f"+R={RADIUS_MOON} +units=m +no_defs"
PROJECTIONS = {
    "longlat, 0 to 360": f"+proj=longlat +R={RADIUS_MOON} +no_defs",
    "longlat, -180 to 180": f"+proj=longlat +R={RADIUS_MOON} +no_defs",
    "equidistant cylindrical": f"+proj=eqc +lat_ts=20 +lon_0=0 {SPHERE}",
    "polar stereographic": f"+proj=stere +lat_0=90 +lon_0=0 {SPHERE}",
    "transverse mercator": f"+proj=tmerc +lon_0=-4 {SPHERE}",
    "mercator": f"+proj=merc {SPHERE}",
}
PLACE = (60.5, 355.4)
REACH = 20e3  # [m]


def field(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Smooth, with waves of some 70 to 110 km, poles included [m]."""
    a, b = np.radians(lat), np.radians(lon)
    x, y, z = np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)
    return (
        300.0 * np.sin(150.0 * x) + 200.0 * np.cos(120.0 * y) + 90.0 * np.sin(99.0 * z)
    )


def write(
    path: Path,
    proj: str,
    place: tuple[float, float] = PLACE,
    *,
    west: float = -180.0,
    size: int = 401,
    half: float = 60e3,
    hole: bool = False,
    crs: bool = True,
) -> Path:
    """A GeoTIFF of the field around a place, half metres in whole numbers."""
    crs_ = pyproj.CRS.from_proj4(proj)
    back = pyproj.Transformer.from_crs(crs_, crs_.geodetic_crs, always_xy=True)
    lon = (place[1] - west) % 360.0 + west
    if crs_.is_geographic:
        x0, y0 = lon, place[0]
        step_y = np.degrees(2.0 * half / size / RADIUS_MOON)
        step_x = step_y / np.cos(np.radians(place[0]))
    else:
        ahead = pyproj.Transformer.from_crs(crs_.geodetic_crs, crs_, always_xy=True)
        x0, y0 = ahead.transform(
            place[1] if place[1] < 180 else place[1] - 360, place[0]
        )
        step_x = step_y = 2.0 * half / size
    left, top = x0 - 0.5 * size * step_x, y0 + 0.5 * size * step_y
    k = np.arange(size) + 0.5
    x, y = np.meshgrid(left + k * step_x, top - k * step_y)
    lon_, lat_ = (x, y) if crs_.is_geographic else back.transform(x, y)
    heights = field(np.asarray(lat_), np.asarray(lon_)).astype(np.float32)
    if hole:
        heights[200:, 280:] = np.nan
    told = {"crs": crs_.to_wkt()} if crs else {}
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=size,
        width=size,
        count=1,
        dtype="float32",
        nodata=np.nan,
        transform=rasterio.Affine(step_x, 0.0, left, 0.0, -step_y, top),
        **told,
    ) as file:
        file.write(heights, 1)
    return path


def around(place: tuple[float, float] = PLACE) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    lat = place[0] + rng.uniform(-0.4, 0.4, 300)
    return lat, place[1] + rng.uniform(-0.6, 0.6, 300)


@pytest.mark.parametrize("name", PROJECTIONS)
def test_a_map_in_any_projection_gives_its_heights(tmp_path: Path, name: str) -> None:
    west = 0.0 if "0 to 360" in name else -180.0
    path = write(tmp_path / "map.tif", PROJECTIONS[name], west=west)
    lat, lon = around()
    for turn in (0.0, -360.0):  # asked for either way round
        chart = file_chart(path, PLACE[0], PLACE[1], REACH)
        gap = chart.sample(lat, lon + turn) - field(lat, lon)
        # straight lines between samples 300 m apart: measured 0.06 m; a wrong row or
        # column would be 10 m
        assert np.abs(gap).max() < 0.15, name
        assert (chart.weight(lat, lon + turn) == 1.0).all()


@pytest.mark.parametrize("lat", [90.0, 89.95, -90.0])
def test_a_polar_map_is_right_at_the_pole(tmp_path: Path, lat: float) -> None:
    proj = f"+proj=stere +lat_0={np.sign(lat) * 90:g} +lon_0=0 {SPHERE}"
    path = write(tmp_path / "pole.tif", proj, (np.sign(lat) * 90.0, 0.0))
    chart = file_chart(path, lat, 0.0, REACH)
    lats = np.full(24, np.sign(lat) * 89.9)
    lons = 15.0 * np.arange(24)
    np.testing.assert_allclose(chart.sample(lats, lons), field(lats, lons), atol=0.3)


def test_rows_beyond_the_poles_meet_in_the_mean_of_the_last_one() -> None:
    heights = np.random.default_rng(0).normal(0.0, 500.0, (90, 180))
    step = np.radians(2.0)
    level = Level(heights, np.pi / 2 - step / 2, step / 2, step)
    chart = level_chart("rough", to_poles(level), 0.0, ())
    lon = np.linspace(0.0, 360.0, 73)
    for lat, row in ((90.0, heights[0]), (-90.0, heights[-1])):
        found = chart.sample(np.full_like(lon, lat), lon)
        np.testing.assert_allclose(found, row.mean(), atol=1e-9)


@pytest.mark.parametrize("pole", [-1.0, 1.0])
def test_the_ground_of_a_polar_site_has_no_seam(pole: float) -> None:
    """Both maps and sheets: around and across the pole, on the Moon without files."""
    place = 89.97 * pole, 30.0
    terrain = load_terrain("embedded", *place, GROUNDS["highland"])
    for ground in (terrain.ground, load_terrain("embedded", *place).ground):
        ground = jax.tree.map(jnp.asarray, ground)
        angle = np.linspace(0.0, 2.0 * np.pi, 2001)
        for away in (5.0, 500.0, 5e3):
            tilt = away / RADIUS_MOON
            r_M = RADIUS_MOON * np.stack(
                [
                    np.sin(tilt) * np.cos(angle),
                    np.sin(tilt) * np.sin(angle),
                    np.full_like(angle, pole * np.cos(tilt)),
                ]
            )
            h = np.asarray(height(ground, jnp.asarray(r_M), jnp.zeros(angle.size)))
            # no steeper than the ground is anywhere, along the circle and across
            steep = float(ground.steepness.slope)
            step = 2.0 * np.pi * away / 2000.0
            assert np.abs(np.diff(h)).max() < steep * step + 2e-3
            assert np.ptp(h) < steep * 2.0 * away + 2e-3


def test_the_metre_scale_chip_of_the_north(data_dir: Path) -> None:
    """33 x 33 real samples of 2.43 m: the file's own heights at its own pixels."""
    path = data_dir / "topography" / "gz_dem_moon_33x33.tif"
    with rasterio.open(path) as file:
        raw, transform, crs = file.read(1), file.transform, file.crs
    back = pyproj.Transformer.from_crs(
        pyproj.CRS.from_wkt(crs.to_wkt()),
        pyproj.CRS.from_wkt(crs.to_wkt()).geodetic_crs,
        always_xy=True,
    )
    x, y = transform.c + 16.5 * transform.a, transform.f + 16.5 * transform.e
    lon, lat = back.transform(x, y)
    assert (lat, lon) == pytest.approx((87.56, -46.4), abs=0.1)
    chart = file_chart(path, lat, lon, 60.0)
    assert chart.resolution == pytest.approx(2.43, rel=0.02)
    for row, column in ((5, 7), (16, 16), (28, 3)):
        x, y = (
            transform.c + transform.a * (column + 0.5),
            transform.f + transform.e * (row + 0.5),
        )
        lon, lat = back.transform(x, y)
        found = float(chart.sample(np.array([lat]), np.array([lon]))[0])
        assert found == pytest.approx(float(raw[row, column]), abs=0.05)


def test_empty_cells_are_filled_from_the_map_below(tmp_path: Path) -> None:
    path = write(
        tmp_path / "map.tif", PROJECTIONS["equidistant cylindrical"], hole=True
    )
    chart = file_chart(path, *PLACE, REACH)
    lat, lon = PLACE[0] - 0.3, PLACE[1] + 1.6  # in the hole
    assert float(chart.weight(np.array([lat]), np.array([lon]))[0]) == 0.0
    terrain = load_terrain(str(path), *PLACE)
    ground = jax.tree.map(jnp.asarray, terrain.ground)
    x, y = np.meshgrid(np.linspace(-60e3, 60e3, 301), np.linspace(-60e3, 60e3, 301))
    r_M = on_plane(ground, jnp.asarray(x), jnp.asarray(y))
    h = np.asarray(jax.jit(height)(ground, r_M, jnp.zeros(x.shape)))
    assert np.isfinite(h).all()
    # the map below is 2.7 km deeper, and ten pixels are 1.6 km from west to east: the
    # passage is 2.6 steep at most, and a jump would be 6.7
    steps = np.hypot(*np.gradient(h, 400.0))
    assert steps.max() < 3.0


def test_ldem_4_as_geotiff_is_ldem_4(data_dir: Path) -> None:
    """The lossless repack, through GDAL; its pixels are read by their own scale."""
    chart = file_chart(data_dir / "topography" / "ldem_4.tif", 60.5, 355.4, 30e3)
    table, scale = lola_image(data_dir / "topography" / "LDEM_4.IMG")
    for row, column in ((118, 1421), (117, 1420), (119, 1423)):
        lat, lon = 90.0 - (row + 0.5) / 4.0, (column + 0.5) / 4.0
        found = float(chart.sample(np.array([lat]), np.array([lon]))[0])
        assert found == pytest.approx(float(table[row, column]) * scale, abs=1e-6)


@pytest.mark.parametrize("per_degree", [1, 2])
def test_an_image_of_lola_of_any_resolution(tmp_path: Path, per_degree: int) -> None:
    rows = 180 * per_degree
    lat = 90.0 - (np.arange(rows)[:, None] + 0.5) / per_degree
    lon = (np.arange(2 * rows)[None] + 0.5) / per_degree
    low = 100.0 * np.cos(2.0 * np.radians(lat)) * np.cos(np.radians(lon))
    path = tmp_path / f"LDEM_{per_degree}.IMG"
    np.round(low / 0.5).astype("<i2").tofile(path)
    terrain = load_terrain(str(path), 10.0, 20.0)
    ground = jax.tree.map(jnp.asarray, terrain.ground)
    h = height(ground, on_plane(ground, jnp.zeros(1), jnp.zeros(1)), jnp.zeros(1))
    expected = 100.0 * np.cos(np.radians(20.0)) * np.cos(np.radians(20.0))
    assert float(h[0]) == pytest.approx(expected, abs=1.0)


def test_a_label_of_kilometres_in_single_precision_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "FLOAT.IMG"
    np.full((180, 360), 1.5, "<f4").tofile(path)
    path.with_suffix(".LBL").write_text(
        "LINES = 180\r\nLINE_SAMPLES = 360\r\nSAMPLE_BITS = 32\r\n"
        "SAMPLE_TYPE = PC_REAL\r\nSCALING_FACTOR = 1\r\nUNIT = KILOMETER\r\n"
    )
    table, scale = lola_image(path)
    assert table[0, 0] * scale == 1500.0


def damage(path: Path, how: str) -> None:
    if how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(b"this is no map at all, but a text " * 40)


@pytest.mark.parametrize("how", ["cut", "empty", "text"])
def test_a_damaged_map_is_refused_in_one_sentence(tmp_path: Path, how: str) -> None:
    path = write(tmp_path / "map.tif", PROJECTIONS["mercator"])
    damage(path, how)
    with pytest.raises(DataError, match=r"Cannot (read|use) the map .*map\.tif"):
        load_terrain(str(path), *PLACE)


def test_a_map_without_coordinates_or_of_another_body_is_refused(
    tmp_path: Path,
) -> None:
    bare = write(tmp_path / "bare.tif", PROJECTIONS["mercator"], crs=False)
    with pytest.raises(DataError, match=r"no coordinate system.*gdal_edit"):
        load_terrain(str(bare), *PLACE)
    mars = tmp_path / "mars.tif"
    shutil.copy(write(tmp_path / "m.tif", PROJECTIONS["mercator"]), mars)
    with rasterio.open(mars, "r+") as file:
        file.crs = rasterio.CRS.from_string("+proj=merc +R=3396190 +units=m +no_defs")
    with pytest.raises(DataError, match=r"radius of 3396\.2 km.*1737\.4 km"):
        load_terrain(str(mars), *PLACE)


def test_a_map_elsewhere_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "map.tif", PROJECTIONS["equidistant cylindrical"])
    with pytest.raises(DataError, match=r"the site at 10\.0000 N 20\.0000 E is not on"):
        load_terrain(str(path), 10.0, 20.0)


def test_heights_in_other_units_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "map.tif", PROJECTIONS["mercator"])
    with rasterio.open(path, "r+") as file:
        file.write(file.read(1) + np.float32(RADIUS_MOON), 1)
    with pytest.raises(DataError, match="radii from the centre"):
        load_terrain(str(path), *PLACE)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no such file.*Known maps are"):
        load_terrain(str(tmp_path / "none.tif"), *PLACE)


def test_a_spoilt_cache_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first = load_terrain("embedded", 12.0, 13.0, GROUNDS["mare"]).ground.patch.table
    stored = list((tmp_path / "frigoris" / "terrain").glob("*.npz"))
    assert len(stored) == 1
    for spoilt in (stored[0].read_bytes()[:5000], b"", b"no zip at all"):
        stored[0].write_bytes(spoilt)
        again = load_terrain("embedded", 12.0, 13.0, GROUNDS["mare"]).ground.patch
        np.testing.assert_array_equal(first, again.table)
    made = stored[0].stat().st_mtime_ns
    load_terrain("embedded", 12.0, 13.0, GROUNDS["mare"])
    assert stored[0].stat().st_mtime_ns == made  # read, and not made again


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setattr(district, "user_cache", lambda: blocked)
    assert load_terrain("embedded", 12.0, 13.0, GROUNDS["mare"]).synthetic
