"""Terrain of a site: which map is flown, what is synthetic below its resolution."""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.errors import DataError
from frigoris.math.grid import Grid, Level, make_grid
from frigoris.math.patch import Patch, empty_patch
from frigoris.math.ray import Steepness
from frigoris.math.scatter import NOISE_VARIANCE
from frigoris.math.tree import leaf
from frigoris.moon import chart, embedded, relief
from frigoris.moon.chart import Chart, file_chart, level_chart
from frigoris.moon.data import EMBEDDED, FILES, LEVEL, MAPS, Source, find, source
from frigoris.moon.district import SHEETS, District, Site, make_district
from frigoris.moon.frames import local_axes
from frigoris.moon.ground import Ground
from frigoris.moon.relief import Recipe, Relief

FUSED_SHAPE = (2880, 5760)  # rows, columns: 16 pixels per degree
CROP = (12.0, 30.0)  # of a finer level around the site, each way [deg]
FINE_SLOPE = 3.0  # steeper than any rock or crater together, see the tests [-]
RIMS_AND_ROCKS = 7.0  # fine craters and rocks stand no higher than this [m]
NOTHING = Recipe(seed=0, age=0.0, slope=0.0, hurst=1.0, rock_area=0.0)


@dataclass(frozen=True)
class Terrain:
    """The ground of a flight, and what has to be said about it."""

    ground: Ground
    name: str
    sources: tuple[Source, ...]
    synthetic: bool  # nothing of it was measured
    note: str


@dataclass(frozen=True)
class Maps:
    """The maps of a site: levels of the Moon, and the charts that they come from."""

    levels: tuple[Level, ...]  # finest first
    charts: tuple[Chart, ...]  # finest first
    what: str


def load_terrain(
    name: str, lat_deg: float, lon_deg: float, recipe: Recipe | None = None
) -> Terrain:
    """The ground of a site: a map by name or file, and synthetic relief by a recipe.

    `auto` is real data where there is any. Without a recipe the maps are flown as they
    are, with straight lines between their samples.
    """
    if name == "auto":
        name = "ldem_4" if find("ldem_4") else EMBEDDED
    if name == LEVEL:
        recipe = NOTHING
    maps = _maps(name, lat_deg, lon_deg)
    grid = make_grid(maps.levels)
    district = None
    bare = Path(name).suffix == ""
    if recipe is not None or not bare:
        district = make_district(
            maps.charts,
            grid,
            recipe or NOTHING,
            Site(lat_deg, lon_deg),
            counted=recipe is not None and name not in (EMBEDDED, LEVEL),
        )
    sources = tuple(s for c in maps.charts for s in c.sources)
    if district is not None and district.counted >= 0 and recipe is not None:
        known = source("lu1319381")
        sources += (known,) if known else ()
    return Terrain(
        ground=_ground(grid, maps.levels, district, recipe, lat_deg, lon_deg),
        name=name if bare else Path(name).name,
        sources=sources,
        synthetic=name in (EMBEDDED, LEVEL),
        note=_note(maps, district, None if name == LEVEL else recipe),
    )


def _ground(
    grid: Grid,
    levels: tuple[Level, ...],
    district: District | None,
    recipe: Recipe | None,
    lat_deg: float,
    lon_deg: float,
) -> Ground:
    patch = district.patch if district else empty_patch()
    fine = district.fine if district else no_fine_relief()
    tops = [float(np.max(level.heights)) for level in levels]
    noise = float(np.sum(fine.noise.rms)) / NOISE_VARIANCE**0.5
    detail = 0.0 if recipe is None else noise + RIMS_AND_ROCKS
    slopes = [_steepest_level(level, lat_deg) for level in levels]
    return Ground(
        maps=grid,
        patch=patch,
        dcm_LM=leaf(local_axes(lat_deg, lon_deg).dcm),
        fine=fine,
        fine_on=leaf(0.0 if recipe is None else 1.0),
        steepness=Steepness(
            slope=leaf(max([_steepest(patch), *slopes])),
            detail_slope=leaf(FINE_SLOPE),
            detail=leaf(detail),
            highest=leaf(max([float(np.max(patch.table)), *tops]) + detail),
        ),
    )


def no_fine_relief() -> Relief:
    """As many octaves as usual, so that the same program flies it, and never asked."""
    _, crater, lattice = SHEETS[0]
    full = relief.make_relief(NOTHING, 0.0)
    return relief.part(full, (0.0, crater), (0.0, lattice), rocks=True)


def _steepest(patch: Patch) -> float:
    """Largest slope of a straight line between neighbours, both ways together."""
    found, start = 0.0, 0
    for step, count in zip(patch.step, patch.count, strict=True):
        n = int(count)
        part = np.asarray(patch.table[start : start + n * n], np.float64)
        start += n * n
        if step > 0.0:
            found = max(found, _gradient(part.reshape(n, n), float(step), float(step)))
    return found


def _steepest_level(level: Level, lat_deg: float) -> float:
    """The same around the latitude of the site, where beams are."""
    lat = level.lat_north - level.step * np.arange(len(level.heights))
    near = np.abs(lat - np.radians(lat_deg)) < np.radians(CROP[0])
    width = level.step * RADIUS_MOON * np.maximum(np.cos(lat[near]), 0.02)
    return _gradient(level.heights[near], level.step * RADIUS_MOON, width[1:, None])


def _gradient(table: np.ndarray, along: float, width: float | np.ndarray) -> float:
    dy = np.diff(table, axis=0)[:, 1:] / along
    dx = np.diff(table, axis=1)[1:] / width
    return float(np.sqrt(np.max(dx * dx + dy * dy, initial=0.0)))


def _note(maps: Maps, district: District | None, recipe: Recipe | None) -> str:
    told = f"terrain: {maps.what}"
    if district is None or recipe is None:
        return told
    counted = (
        f"{district.counted} craters of LU1319381 around the site"
        if district.counted >= 0
        else "no catalogue of craters"
    )
    return (
        f"{told}; {counted}; SYNTHETIC below {maps.charts[0].resolution:.0f} m: "
        f"roughness, craters under {district.crater_max:.0f} m, rocks"
    )


def _maps(name: str, lat_deg: float, lon_deg: float) -> Maps:
    if name == EMBEDDED:
        return _embedded(lat_deg)
    if name == LEVEL:
        return _levelled(lat_deg, lon_deg)
    if name in MAPS:
        return _known(name, lat_deg, lon_deg)
    path = Path(name)
    if not path.is_file():
        raise DataError(
            f"Cannot fly over the map {name!r}: there is no such file. Known maps are "
            f"{', '.join(MAPS)}; a path is that of a map of heights."
        )
    rest = _known("ldem_4", lat_deg, lon_deg) if find("ldem_4") else _embedded(lat_deg)
    if path.suffix.upper() == ".IMG":
        table, scale = chart.lola_image(path)
        level = chart.crop(path, table, scale, (lat_deg, lon_deg, *CROP))
        own = level_chart(path.name, level, lat_deg, (Source(path.name, path),))
        levels = (_into(level, rest.levels[-1]), *rest.levels)
    else:
        own = file_chart(path, lat_deg, lon_deg, SHEETS[-1][0])
        levels = rest.levels
    what = f"{own.name} ({own.resolution:.3g} m), around it {rest.what}"
    return Maps(levels, (own, *rest.charts), what)


def _known(name: str, lat_deg: float, lon_deg: float) -> Maps:
    """LDEM_4 of the data path, with the fused map over it where that is asked for."""
    files = [_found(key, name) for key in dict.fromkeys((name, "ldem_4"))]
    globe = _globe(files[-1].path)
    charts = [level_chart("ldem_4", globe, lat_deg, (files[-1],))]
    levels = [globe]
    if name == "fused16":
        table = _fused_table(files[0].path)
        level = chart.crop(files[0].path, table, 0.5, (lat_deg, lon_deg, *CROP))
        charts.insert(0, level_chart("fused16", level, lat_deg, (files[0],)))
        levels.insert(0, _into(level, globe))
    what = "; ".join(FILES[key].what for key in dict.fromkeys((name, "ldem_4")))
    return Maps(tuple(levels), tuple(charts), what)


def _into(level: Level, globe: Level) -> Level:
    """A level that passes at its edges into the straight lines of the one below."""
    import jax.numpy as jnp

    from frigoris.math.grid import height_at

    rows, columns = level.heights.shape
    lat = level.lat_north - level.step * np.arange(rows)[:, None]
    lon = level.lon_west + level.step * np.arange(columns)[None]
    edge = np.minimum(
        np.minimum(np.arange(rows), rows - 1 - np.arange(rows))[:, None],
        np.minimum(np.arange(columns), columns - 1 - np.arange(columns))[None],
    )
    under = height_at(make_grid([globe]), jnp.asarray(lat), jnp.asarray(lon))
    share = chart.smooth(edge / chart.BLEND)
    heights = share * level.heights + (1.0 - share) * np.asarray(under)
    return Level(heights, level.lat_north, level.lon_west, level.step)


def _found(key: str, name: str) -> Source:
    known = source(key)
    if known is None:
        raise DataError(
            f"Cannot fly over the map {name!r}: {FILES[key].name} was not found. Set "
            "FRIGORIS_DATA to the folder that holds it (`frigoris data where` lists "
            "the search path), or use --map embedded."
        )
    return known


@cache
def _globe(path: Path) -> Level:
    table, scale = chart.lola_image(path)
    step = 2.0 * np.pi / table.shape[1]
    north = 0.5 * np.pi - 0.5 * step
    return chart.to_poles(Level(table * scale, north, 0.5 * step, step))


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


def _levelled(lat_deg: float, lon_deg: float) -> Maps:
    """The globe of the best map, its heights all that of the target."""
    best = _maps("ldem_4" if find("ldem_4") else EMBEDDED, lat_deg, lon_deg)
    there = best.charts[-1].sample(np.array([lat_deg]), np.array([lon_deg]))
    height, globe = float(there[0]), best.levels[-1]
    level = replace(globe, heights=np.full_like(globe.heights, height))
    what = f"SYNTHETIC level Moon, {height:.0f} m everywhere, the height of the target"
    name = f"{LEVEL} {height:.3f}"
    chart = level_chart(name, level, lat_deg, best.charts[-1].sources)
    return Maps((level,), (chart,), what)


def _embedded(lat_deg: float) -> Maps:
    level = chart.to_poles(Level(*embedded.heights()))
    what = (
        "SYNTHETIC embedded Moon (no data files found or asked for); heights are right "
        "at named places only"
    )
    return Maps((level,), (level_chart(EMBEDDED, level, lat_deg, ()),), what)
