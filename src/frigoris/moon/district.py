"""The sheets around a site: maps down to their resolution, synthetic relief below it.

Each sheet is the ground itself down to a size that its step can hold, and passes over
its outermost fifth into the sheet or map below it. Made once, then read from the cache.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.math.grid import Grid, height_at
from frigoris.math.patch import Patch, Sheet, make_patch, patch_height
from frigoris.moon import relief
from frigoris.moon.catalogue import LEAST, craters_around
from frigoris.moon.chart import Chart, smooth
from frigoris.moon.data import sha256, source
from frigoris.moon.frames import local_axes
from frigoris.moon.relief import Recipe, Relief
from frigoris.runtime import user_cache

NODES = 1025
SHEETS = ((8e3, 64.0, 32.0), (64e3, 512.0, 256.0))  # half, least crater and lattice [m]
CLOSE_UP = (1e3, 8.0, 4.0)  # the same where a map is finer than the finest of them
EDGE = 0.2  # of a sheet over which it passes into the one below
CRATER_PIXELS = 3.0  # a crater of so many pixels is in the map already
LATTICE_PIXELS = 1.0  # and so is a wave of twice this many
BLOCK = 65_536  # places of one call


@dataclass(frozen=True)
class Site:
    """A place and the plane that touches the Moon there."""

    lat_deg: float
    lon_deg: float

    def places(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude [deg] of places of the plane."""
        r_L = np.stack([x, y, np.full_like(x, RADIUS_MOON)])
        r_M = np.tensordot(local_axes(self.lat_deg, self.lon_deg).dcm.T, r_L, axes=1)
        lat = np.arctan2(r_M[2], np.hypot(r_M[0], r_M[1]))
        return np.degrees(lat), np.degrees(np.arctan2(r_M[1], r_M[0]))


@dataclass(frozen=True)
class District:
    """What was made for a site."""

    patch: Patch
    fine: Relief
    counted: int  # craters from the catalogue; -1 where it has none
    crater_max: float  # synthetic craters are smaller [m]


def make_district(
    charts: Sequence[Chart],
    maps: Grid,
    recipe: Recipe,
    site: Site,
    *,
    counted: bool = True,
) -> District:
    """Sheets and fine relief; `charts` come finest first, the last one covers all.

    With `counted` the craters of the catalogue are drawn where it has some.
    """
    resolution = charts[0].resolution
    reach = SHEETS[-1][0]
    craters = craters_around(site.lat_deg, site.lon_deg, reach) if counted else None
    limit = CRATER_PIXELS * resolution
    synthetic = min(limit, relief.CRATER_MAX if craters is None else LEAST)
    sheets = list(SHEETS)
    if resolution < 2.0 * sheets[0][0] / (NODES - 1):
        sheets.insert(0, CLOSE_UP)
    path = _cache(charts, recipe, site, sheets, craters is not None)
    stored = _stored(path, len(sheets))
    rms = stored.rms if stored else relief.roughness(recipe)
    full = relief.make_relief(recipe, rms)
    if stored is None:
        below: list[Sheet] = []
        for half, crater, lattice in reversed(sheets):
            own = relief.part(
                full, (crater, synthetic), (lattice, LATTICE_PIXELS * resolution)
            )
            below.insert(
                0, _sheet(site, half, charts, maps, below, own, craters, limit)
            )
        stored = Stored(below, rms)
        _store(path, stored)
    fine = relief.part(
        full,
        (0.0, min(sheets[0][1], synthetic)),
        (0.0, min(sheets[0][2], LATTICE_PIXELS * resolution)),
        rocks=True,
    )
    number = -1 if craters is None else int((craters[2] < limit).sum())
    return District(make_patch(stored.sheets), fine, number, synthetic)


def _sheet(
    site: Site,
    half: float,
    charts: Sequence[Chart],
    maps: Grid,
    below: Sequence[Sheet],
    own: Relief,
    craters: np.ndarray | None,
    limit: float,
) -> Sheet:
    axis = np.linspace(-half, half, NODES)
    x, y = np.meshgrid(axis, axis)
    lat, lon = site.places(x, y)
    ground = _measured(charts, lat, lon) + _synthetic(own, x, y)
    if craters is not None:
        ground += _counted(craters, limit, axis)
    inside = smooth((1.0 - np.maximum(abs(x), abs(y)) / half) / EDGE)
    if below:
        under, _ = patch_height(make_patch(below), jnp.asarray(x), jnp.asarray(y))
    else:
        under = height_at(maps, jnp.radians(lat), jnp.radians(lon))
    return Sheet(inside * ground + (1.0 - inside) * np.asarray(under), half)


def _measured(charts: Sequence[Chart], lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Heights of the maps, each over the coarser ones where it has some."""
    total = np.zeros_like(lat)
    for chart in reversed(charts):
        share = chart.weight(lat, lon)
        heights = np.where(share > 0.0, np.nan_to_num(chart.sample(lat, lon)), 0.0)
        total = share * heights + (1.0 - share) * total
    return total


def _synthetic(own: Relief, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    own = jax.tree.map(jnp.asarray, own)
    call = jax.jit(relief.height)
    blocks = [
        np.asarray(call(own, jnp.asarray(a), jnp.asarray(b)))
        for a, b in zip(_blocks(x), _blocks(y), strict=True)
    ]
    return np.concatenate(blocks)[: x.size].reshape(x.shape)


def _blocks(x: np.ndarray) -> np.ndarray:
    """In rows of one length, the last one filled up: one compiled program."""
    flat = np.ravel(x)
    return np.pad(flat, (0, -flat.size % BLOCK)).reshape(-1, BLOCK)


def _counted(craters: np.ndarray, limit: float, axis: np.ndarray) -> np.ndarray:
    """Craters of the catalogue that the map is too coarse for, drawn one by one."""
    total = np.zeros((axis.size, axis.size))
    for east, north, diameter, depth in craters.T:
        # fading between half of the limit and the limit: nothing comes twice as deep
        share = 1.0 - float(smooth(np.array(2.0 * diameter / limit - 1.0)))
        rows = slice(*np.searchsorted(axis, [north - diameter, north + diameter]))
        columns = slice(*np.searchsorted(axis, [east - diameter, east + diameter]))
        dx, dy = axis[columns] - east, axis[rows] - north
        s = 4.0 * (dx[None] ** 2 + dy[:, None] ** 2) / diameter**2
        if share > 0.0 and s.size:
            worn = min(depth / diameter / relief.DEPTH_FRESH, 1.0)
            rim = relief.RIM_FRESH * depth / diameter * worn
            shape = relief.bowl(s, depth / diameter, rim, np)
            total[rows, columns] += share * diameter * shape
    return total


@dataclass(frozen=True)
class Stored:
    """What the cache holds of a district."""

    sheets: list[Sheet]
    rms: float


@cache
def _code() -> str:
    """Of all that a district is made by: another program makes another one."""
    own = Path(__file__).parents[1]
    made_by = [*own.glob("moon/*.py"), *own.glob("math/*.py"), own / "constants.py"]
    texts = [path.read_bytes() for path in sorted(made_by)]
    return hashlib.sha256(b"".join(texts)).hexdigest()


def _cache(
    charts: Sequence[Chart],
    recipe: Recipe,
    site: Site,
    sheets: Sequence[tuple[float, ...]],
    counted: bool,
) -> Path:
    files = [(c.name, [sha256(s.path) for s in c.sources]) for c in charts]
    known = source("lu1319381") if counted else None
    catalogue = sha256(known.path) if known else ""
    told = (_code(), files, catalogue, astuple(recipe), astuple(site), sheets, NODES)
    mark = hashlib.sha256(repr(told).encode()).hexdigest()[:24]
    return user_cache() / "terrain" / f"{mark}.npz"


def _stored(path: Path, count: int) -> Stored | None:
    """A district from the cache, none where it has none that is whole."""
    try:
        # numpy leaves a file open that turns out to be no archive
        with path.open("rb") as file, np.load(file) as table:
            sheets = [
                Sheet(table[f"heights_{k}"], float(table[f"half_{k}"]))
                for k in range(count)
            ]
            return Stored(sheets, float(table["rms"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None  # made anew, and stored over it


def _store(path: Path, stored: Stored) -> None:
    """Written aside and moved, so that nobody reads half of it."""
    arrays: dict[str, Any] = {"rms": np.asarray(stored.rms)}
    for k, sheet in enumerate(stored.sheets):
        arrays[f"heights_{k}"] = sheet.heights.astype(np.float32)
        arrays[f"half_{k}"] = np.asarray(sheet.half)
    aside = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            np.savez(file, **arrays)
        aside.replace(path)
    except OSError:
        # a cache is a convenience: without it the next flight starts later
        with suppress(OSError):
            aside.unlink(missing_ok=True)
