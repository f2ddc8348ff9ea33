"""Maps of heights from files, in any lunar projection, as functions of latitude and
longitude.

Images of LOLA in simple cylindrical form are read by numpy, whatever their pixels per
degree; everything else that GDAL knows (GeoTIFF, PDS labels, JPEG 2000) by rasterio,
with pyproj for its projection: the extra `terrain`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.errors import DataError
from frigoris.math.level import Level
from frigoris.moon.data import Source

HEIGHT_MAX = 12e3  # no ground of the Moon is as high or as low [m]
RADIUS_TOLERANCE = 5e3  # of the body of a projection [m]
BLEND = 10  # pixels over which a map passes into the one below it at its edges
POLAR_ROWS = 2.0  # over which cubic heights become straight lines at a pole
PIXELS_MAX = 64_000_000  # read of one map at a time


@dataclass(frozen=True)
class Chart:
    """A measured map: heights at places, NaN where it has none."""

    name: str
    resolution: float  # [m] of a pixel at the site
    sample: Callable[[np.ndarray, np.ndarray], np.ndarray]  # lat, lon [deg] -> [m]
    weight: Callable[[np.ndarray, np.ndarray], np.ndarray]  # 0 outside, 1 well inside
    sources: tuple[Source, ...]


def lola_image(path: Path) -> tuple[np.ndarray, float]:
    """Samples of a global cylindrical image [rows, columns] and metres per step.

    The label `.LBL` beside it is believed where there is one; without it the image is
    one of whole numbers of two bytes, half a metre each, as all of LDEM_4 to LDEM_128.
    """
    label = next((p for p in _labels(path) if p.is_file()), None)
    told = _keywords(label) if label else {}
    size = path.stat().st_size
    rows = int(told.get("LINES", round((size / 4) ** 0.5)))
    columns = int(told.get("LINE_SAMPLES", 2 * rows))
    bits = int(told.get("SAMPLE_BITS", 16))
    kind = told.get("SAMPLE_TYPE", "LSB_INTEGER")
    scale = float(told.get("SCALING_FACTOR", 0.5))
    types = {(16, "LSB_INTEGER"): "<i2", (32, "PC_REAL"): "<f4"}
    dtype = types.get((bits, kind))
    if dtype is None or columns != 2 * rows or rows * columns * bits // 8 != size:
        raise DataError(
            f"Cannot read the map {path}: {size} bytes are no global image of "
            f"{rows} x {columns} samples of {bits} bits ({kind}). The file is "
            "truncated or its label .LBL is missing; fetch it again, or name the label."
        )
    unit = 1e3 if told.get("UNIT", "").startswith("KILO") else 1.0
    return np.memmap(path, dtype, "r", shape=(rows, columns)), scale * unit


def _labels(path: Path) -> tuple[Path, ...]:
    return path.with_suffix(".LBL"), path.with_suffix(".lbl")


def _keywords(label: Path) -> dict[str, str]:
    text = label.read_text(encoding="latin-1")
    found = re.findall(r"^\s*([A-Z_]+)\s*=\s*\"?([^\s\"<]+)", text, re.MULTILINE)
    return {key: value for key, value in reversed(found)}


def crop(
    path: Path, table: np.ndarray, scale: float, around: tuple[float, ...]
) -> Level:
    """Part of a global table: latitude, longitude, half height and width [deg]."""
    lat, lon, reach_lat, reach_lon = around
    per_degree = table.shape[1] / 360.0
    top = max(int((90.0 - lat - reach_lat) * per_degree), 0)
    bottom = min(int((90.0 - lat + reach_lat) * per_degree), table.shape[0])
    left = int((lon % 360.0 - reach_lon) * per_degree)
    columns = np.arange(left, left + int(2 * reach_lon * per_degree))
    part = table[top:bottom].take(columns % table.shape[1], axis=1) * scale
    check_heights(path, part)
    step = 1.0 / per_degree
    return Level(
        np.asarray(part, np.float64),
        float(np.radians(90.0 - (top + 0.5) * step)),
        float(np.radians((left + 0.5) * step)),
        float(np.radians(step)),
    )


def check_heights(path: Path, heights: np.ndarray) -> None:
    """DataError for heights that the Moon has not."""
    most = np.nanmax(np.abs(heights), initial=0.0)
    if not most <= HEIGHT_MAX:
        raise DataError(
            f"Cannot fly over the map {path}: it has heights of {most / 1e3:.1f} km, "
            "and the Moon has none beyond 10.8 km above or below its sphere of "
            "1737.4 km. Is it damaged, in other units, or radii from the centre?"
        )


def to_poles(level: Level) -> Level:
    """A grid of cells over the whole Moon with rows beyond the poles.

    They make straight lines over a pole meet in one height, the mean of the last row.
    """
    top, bottom = level.heights[:1], level.heights[-1:]
    rows = [2.0 * top.mean() - top, level.heights, 2.0 * bottom.mean() - bottom]
    north = level.lat_north + level.step
    return Level(np.concatenate(rows), north, level.lon_west, level.step)


def level_chart(
    name: str, level: Level, lat_deg: float, sources: tuple[Source, ...]
) -> Chart:
    """A smooth surface through the samples of a latitude-longitude grid: cubic.

    At the poles of a grid that has them it passes into straight lines.
    """
    from scipy.ndimage import map_coordinates, spline_filter

    heights = level.heights
    full = heights.shape[1] * level.step > 2.0 * np.pi - 0.5 * level.step
    margin = 12 if full else 0
    wide = np.pad(heights, ((0, 0), (margin, margin)), mode="wrap")
    filtered = spline_filter(wide, order=3, mode="nearest")
    whole = full and heights.shape[0] * level.step > np.pi

    def pixels(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        row = (level.lat_north - np.radians(lat)) / level.step
        turn = np.mod(np.radians(lon) - level.lon_west, 2.0 * np.pi)
        return row, turn / level.step

    def sample(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        row, column = pixels(lat, lon)
        place, at_edge = [row, column + margin], {"mode": "nearest"}
        found = map_coordinates(filtered, place, order=3, prefilter=False, **at_edge)
        if whole:
            straight = map_coordinates(wide, place, order=1, **at_edge)
            last = np.minimum(row, heights.shape[0] - 1 - row)
            share = smooth((last - 1.0) / POLAR_ROWS)
            found = share * found + (1.0 - share) * straight
        return np.where(weight(lat, lon) > 0.0, found, np.nan)

    def weight(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        row, column = pixels(lat, lon)
        rows, columns = heights.shape
        if whole:
            return np.ones(np.broadcast(row, column).shape)
        edge = np.minimum(row, rows - 1 - row)
        if not full:
            edge = np.minimum(edge, np.minimum(column, columns - 1 - column))
        return smooth(edge / BLEND)

    metres = level.step * RADIUS_MOON
    return Chart(name, metres, sample, weight, sources)


def smooth(x: np.ndarray) -> np.ndarray:
    """From 0 to 1 with level ends, cubic."""
    x = np.clip(x, 0.0, 1.0)
    return np.asarray(x * x * (3.0 - 2.0 * x))


def file_chart(path: Path, lat_deg: float, lon_deg: float, reach: float) -> Chart:
    """A map file of any kind and projection, read within `reach` [m] of a site."""
    rasterio, pyproj = _libraries(path)
    try:
        with rasterio.open(path) as file:
            return _read(file, pyproj, path, (lat_deg, lon_deg, reach))
    except rasterio.errors.RasterioIOError as error:
        raise DataError(
            f"Cannot read the map {path}: {error}. Give a GeoTIFF or a PDS label of a "
            "map of heights, or set site.map to auto."
        ) from None


def _libraries(path: Path) -> tuple[Any, Any]:
    try:
        import pyproj
        import rasterio
        import rasterio.errors
        import rasterio.windows
    except ImportError:
        raise DataError(
            f"Cannot read the map {path}: rasterio and pyproj are not installed. Add "
            "them with `pip install 'frigoris[terrain]'`."
        ) from None
    return rasterio, pyproj


def _read(file: Any, pyproj: Any, path: Path, about: tuple[float, ...]) -> Chart:
    lat_deg, lon_deg, reach = about
    if file.crs is None:
        raise DataError(
            f"Cannot use the map {path}: it has no coordinate system. Add one with "
            "`gdal_edit.py -a_srs`, for instance the PROJ text of its label."
        )
    crs = pyproj.CRS.from_wkt(file.crs.to_wkt())
    radius = crs.ellipsoid.semi_major_metre if crs.ellipsoid else 0.0
    if abs(radius - RADIUS_MOON) > RADIUS_TOLERANCE:
        raise DataError(
            f"Cannot use the map {path}: its coordinate system is that of a body with "
            f"a radius of {radius / 1e3:.1f} km, and the Moon has 1737.4 km."
        )
    to_map = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    to_pixel = ~file.transform

    def pixels(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = to_map.transform(np.asarray(lon, float), np.asarray(lat, float))
        if crs.is_geographic:
            # files count longitudes from 0 or from -180
            west = file.bounds.left
            x = west + np.mod(np.asarray(x) - west, 360.0)
        # the projection answers infinity where it has no place
        x, y = (np.where(np.isfinite(v), v, np.nan) for v in (x, y))
        column = to_pixel.a * x + to_pixel.b * y + to_pixel.c
        row = to_pixel.d * x + to_pixel.e * y + to_pixel.f
        return row - 0.5, column - 0.5

    window, scale = _window(file, pixels, path, (lat_deg, lon_deg, reach))
    return _chart(file, path, pixels, window, scale)


def _window(
    file: Any, pixels: Any, path: Path, about: tuple[float, ...]
) -> tuple[tuple[int, int, int, int], float]:
    """Rows and columns to read, and metres per pixel at the site."""
    lat, lon, reach = about
    nudge = -np.sign(lat) * np.degrees(100.0 / RADIUS_MOON)  # never over a pole
    rows, columns = pixels(np.array([lat, lat + nudge]), np.array([lon, lon]))
    if not (
        np.isfinite([rows, columns]).all()
        and -0.5 <= rows[0] <= file.height - 0.5
        and -0.5 <= columns[0] <= file.width - 0.5
    ):
        raise DataError(
            f"Cannot use the map {path}: the site at {lat:.4f} N {lon:.4f} E is not on "
            f"it (it would be row {rows[0]:.0f} of {file.height}, column "
            f"{columns[0]:.0f} of {file.width}). Name a map that covers the site."
        )
    per_pixel = 100.0 / float(np.hypot(np.diff(rows)[0], np.diff(columns)[0]))
    span = 1.5 * reach / per_pixel  # 1.5: projections stretch
    stretch = 1.0 / max(np.cos(np.radians(lat)), 0.02)
    top = max(int(rows[0] - span), 0)
    bottom = min(int(rows[0] + span) + 2, file.height)
    left = max(int(columns[0] - span * stretch), 0)
    right = min(int(columns[0] + span * stretch) + 2, file.width)
    if (bottom - top) * (right - left) > PIXELS_MAX:
        raise DataError(
            f"Cannot use the map {path}: {bottom - top} x {right - left} pixels around "
            "the site are too many at once. Crop it to the place (`gdal_translate "
            "-projwin`) or reduce its resolution."
        )
    return (top, bottom, left, right), per_pixel


def _chart(
    file: Any, path: Path, pixels: Any, window: tuple[int, int, int, int], metres: float
) -> Chart:
    from scipy.ndimage import distance_transform_edt, map_coordinates

    top, bottom, left, right = window
    data = file.read(1, masked=True, window=((top, bottom), (left, right)))
    heights = np.ma.filled(data.astype(np.float64), np.nan)
    heights = heights * file.scales[0] + file.offsets[0]
    check_heights(path, heights)
    known = np.isfinite(heights)
    if not known.any():
        raise DataError(
            f"Cannot use the map {path}: all its pixels around the site are empty."
        )
    away = distance_transform_edt(np.pad(known, 1))[1:-1, 1:-1]
    filled = np.where(known, heights, 0.0)

    def at(table: np.ndarray, lat: np.ndarray, lon: np.ndarray, order: int) -> Any:
        row, column = pixels(lat, lon)
        place = [
            np.nan_to_num(row, nan=-9.0) - top,
            np.nan_to_num(column, nan=-9.0) - left,
        ]
        return map_coordinates(table, place, order=order, mode="constant", cval=np.nan)

    def sample(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        share = at(known.astype(np.float64), lat, lon, 1)
        found = at(filled, lat, lon, 1)
        return np.where(share > 1.0 - 1e-9, found, np.nan)

    def weight(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        near = np.nan_to_num(at(away, lat, lon, 1), nan=0.0)
        return np.where(
            np.isfinite(sample(lat, lon)), smooth((near - 1.0) / BLEND), 0.0
        )

    return Chart(path.name, metres, sample, weight, (Source(path.name, path),))
