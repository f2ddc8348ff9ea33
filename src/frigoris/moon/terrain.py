"""Terrain of the Moon: which map is flown, where its heights come from."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from frigoris.errors import DataError
from frigoris.math.grid import Grid, Level, make_grid
from frigoris.moon import embedded
from frigoris.moon.data import FILES, Source, find, source

FUSED_SHAPE = (2880, 5760)  # rows, columns: 16 pixels per degree
HEIGHT_MAX = 12e3  # no ground of the Moon is as high or as low [m]
CROP_LAT, CROP_LON = 12.0, 30.0  # of the fine level around the site, each way [deg]


@dataclass(frozen=True)
class Terrain:
    """A map as the flight uses it, and what has to be said about it."""

    grid: Grid
    name: str
    sources: tuple[Source, ...]
    synthetic: bool
    note: str


def load_terrain(name: str, lat_deg: float, lon_deg: float) -> Terrain:
    """The map of that name around a site; `auto` is real data where there is any."""
    if name == "auto":
        name = "ldem_4" if find("ldem_4") else "embedded"
    if name == "embedded":
        return _embedded()
    path = _found(name, name)
    _found("ldem_4", name)  # also the rest of the globe around a finer map
    coarse = _ldem_4()
    if name == "ldem_4":
        return _measured(name, [coarse], [name])
    return _measured(
        name, [_fused_crop(path, lat_deg, lon_deg), coarse], [name, "ldem_4"]
    )


def _found(key: str, name: str) -> Path:
    path = find(key)
    if path is None:
        raise DataError(
            f"Cannot fly over the map {name!r}: {FILES[key].name} was not found. Set "
            "FRIGORIS_DATA to the folder that holds it (`frigoris data where` lists "
            "the search path), or use --map embedded."
        )
    return path


def _measured(name: str, levels: list[Level], keys: list[str]) -> Terrain:
    files = tuple(s for k in keys if (s := source(k)))
    what = "; ".join(FILES[k].what for k in keys)
    return Terrain(make_grid(levels), name, files, False, f"terrain: {what}")


@cache
def _ldem_4() -> Level:
    path = find("ldem_4")
    assert path is not None
    heights = np.fromfile(path, "<i2").reshape(720, 1440) * 0.5
    step = np.radians(0.25)
    return Level(
        heights, float(np.radians(89.875)), float(np.radians(0.125)), float(step)
    )


def _fused_crop(path: Path, lat_deg: float, lon_deg: float) -> Level:
    """The part of the fused map around the site; 4 m steps, 16 pixels per degree."""
    table = _fused_table(path)
    per_degree = table.shape[1] // 360
    top = max(int((90.0 - lat_deg - CROP_LAT) * per_degree), 0)
    bottom = min(int((90.0 - lat_deg + CROP_LAT) * per_degree), table.shape[0])
    left = int((lon_deg % 360.0 - CROP_LON) * per_degree)
    columns = np.arange(left, left + int(2 * CROP_LON * per_degree))
    crop = table[top:bottom].take(columns, axis=1, mode="wrap") * 0.5
    if np.abs(crop).max() > HEIGHT_MAX:
        raise DataError(
            f"Cannot fly over the map {path}: it has heights of "
            f"{np.abs(crop).max() / 1e3:.1f} km around the site, and the Moon has none "
            "beyond 10.8 km. The file is damaged; replace it, or use --map ldem_4."
        )
    step = 1.0 / per_degree
    return Level(
        crop,
        float(np.radians(90.0 - (top + 0.5) * step)),
        float(np.radians((left + 0.5) * step)),
        float(np.radians(step)),
    )


def _fused_table(path: Path) -> np.ndarray:
    """All heights of the fused map, in its steps of half a metre.

    No hash of this file is pinned, so what it holds is looked at instead; spoilt
    bytes in it decode without a complaint, as heights of some 20 km.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            found, table = f"{image.size} pixels of {image.mode}", np.asarray(image)
    except (OSError, SyntaxError) as error:
        found, table = str(error), np.zeros(0)
    if table.shape != FUSED_SHAPE or table.dtype.kind not in "iu":
        raise DataError(
            f"Cannot read the map {path}: expected {FUSED_SHAPE[1]} x {FUSED_SHAPE[0]} "
            f"whole numbers, found {found}. The file is damaged or another one; "
            "replace it, or use --map ldem_4."
        )
    return table


def _embedded() -> Terrain:
    heights, lat, lon, step = embedded.heights()
    return Terrain(
        make_grid([Level(heights, lat, lon, step)]),
        "embedded",
        (),
        True,
        "terrain: SYNTHETIC embedded Moon (no data files found or asked for); heights "
        "are right at named places only",
    )
