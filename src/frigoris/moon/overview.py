"""What there is to know of a landing site, as numbers: ground, light, Earth."""

from dataclasses import dataclass
from datetime import datetime

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from scipy.ndimage import map_coordinates

from frigoris.constants import RADIUS_MOON
from frigoris.math.patch import Sheet
from frigoris.moon.ephemeris import look
from frigoris.moon.ground import Ground, footing, height, on_plane
from frigoris.moon.kernels import Kernels
from frigoris.moon.light import (
    Calendar,
    Skyline,
    calendar,
    moments_from,
    skyline_of,
)
from frigoris.moon.regolith import Regolith
from frigoris.moon.survey import Survey, surveyed
from frigoris.moon.terrain import Terrain

REGION, NEAR, CLOSE = 60e3, 1e3, 30.0  # from the site to the edge of a view [m]
NODES = 401  # along a side of a view
MONTH = 29.53  # synodic [d]
SPOTS = 2000  # places where footing is looked at
SPOTS_REACH = 500.0  # around the site [m]
TRACK = (-200e3, 20e3)  # along the ground track [m]
TRACK_POINTS = 1101
TRACK_SMOOTHED = 2e3  # heights of the second line are means over this [m]
STEEP = (8.0, 12.0, 15.0)  # [deg]


@dataclass(frozen=True)
class View:
    """Heights around the site, and how the Sun lights them."""

    half: float  # [m]
    heights: Float[np.ndarray, "n n"]  # rows from south to north [m]
    shade: Float[np.ndarray, "n n"]  # cosine of the incidence, 0 in shadow [-]

    @property
    def step(self) -> float:
        """Between neighbours [m]."""
        return 2.0 * self.half / (len(self.heights) - 1)

    @property
    def slope_deg(self) -> Float[np.ndarray, "n n"]:
        """Slope over two steps [deg]."""
        gradient = np.hypot(*np.gradient(self.heights, self.step))
        return np.asarray(np.degrees(np.arctan(gradient)))


@dataclass(frozen=True)
class Track:
    """Ground along the approach: distance to go counts negative [m]."""

    along: np.ndarray
    ground: np.ndarray
    smooth: np.ndarray


@dataclass(frozen=True)
class Standing:
    """A lander at rest on its soil."""

    soil: Regolith
    load: float  # of one pad [N]
    pad: float  # diameter of one [m]


@dataclass(frozen=True)
class Overview:
    """Everything that the sheet of a site shows."""

    name: str
    lat_deg: float
    lon_deg: float
    height: float  # of the site above the sphere [m]
    moment: datetime
    terrain: Terrain
    now: dict[str, float]  # elevation, azimuth, distance of the bodies
    region: View
    near: View
    close: View
    skyline: Skyline
    month: Calendar
    track: Track | None
    heading_deg: float | None
    slope_deg: np.ndarray  # of footings around the site, sorted
    rough: np.ndarray  # the same [m]
    legs: float  # radius of a footing [m]
    standing: Standing | None
    map_error: Sheet | None  # survey minus ground, means over its pixels [m]


@dataclass(frozen=True)
class Wish:
    """What a sheet is made of."""

    name: str
    lat_deg: float
    lon_deg: float
    moment: datetime
    terrain: Terrain
    legs: float = 2.0  # radius of a footing [m]
    heading_deg: float | None = None
    survey: Survey | None = None
    standing: Standing | None = None
    days: float = MONTH


def overview(wish: Wish, kernels: Kernels | None = None) -> Overview:
    """Look at a site from all sides; some seconds."""
    ground: Ground = jax.tree.map(jnp.asarray, wish.terrain.ground)
    place = wish.lat_deg, wish.lon_deg
    now = look(*place, wish.moment, kernels)
    sun = np.radians([now["sun_azimuth_deg"], now["sun_elevation_deg"]])
    views = [
        _view(ground, half, fine, sun)
        for half, fine in ((REGION, 0.0), (NEAR, 1.0), (CLOSE, 1.0))
    ]
    skyline = skyline_of(ground, *place)
    slope, rough = _footings(ground, wish.legs)
    heading = wish.heading_deg
    middle = NODES // 2
    return Overview(
        name=wish.name,
        lat_deg=wish.lat_deg,
        lon_deg=wish.lon_deg,
        height=float(views[2].heights[middle, middle]),
        moment=wish.moment,
        terrain=wish.terrain,
        now=now,
        region=views[0],
        near=views[1],
        close=views[2],
        skyline=skyline,
        month=calendar(skyline, *place, moments_from(wish.moment, wish.days), kernels),
        track=None if heading is None else _track(ground, heading),
        heading_deg=heading,
        slope_deg=np.sort(np.degrees(slope)),
        rough=np.sort(rough),
        legs=wish.legs,
        standing=wish.standing,
        map_error=_map_error(ground, wish.survey) if wish.survey else None,
    )


def heights_at(
    ground: Ground, east: np.ndarray, north: np.ndarray, fine: float
) -> np.ndarray:
    """Heights of places of the plane [m]."""
    r_M = on_plane(ground, jnp.asarray(east), jnp.asarray(north))
    share = jnp.full(np.shape(east), fine)
    return np.asarray(jax.jit(height)(ground, r_M, share))


def _view(ground: Ground, half: float, fine: float, sun: np.ndarray) -> View:
    axis = np.linspace(-half, half, NODES)
    heights = heights_at(ground, *np.meshgrid(axis, axis), fine)
    return View(half, heights, lit(heights, 2.0 * half / (NODES - 1), *sun))


def lit(
    heights: np.ndarray, step: float, azimuth: float, elevation: float
) -> np.ndarray:
    """Cosine of the Sun's incidence on each place, 0 in shadow; angles [rad].

    Shadows of what lies on the same view; the Moon's curvature is taken along.
    """
    north, east = np.gradient(heights, step)
    level = np.cos(elevation)
    facing = np.sin(elevation) - level * (
        east * np.sin(azimuth) + north * np.cos(azimuth)
    )
    cosine = facing / np.sqrt(1.0 + east * east + north * north)
    if elevation <= 0.0:
        return np.zeros_like(heights)
    rows, columns = np.indices(heights.shape)
    free = np.ones(heights.shape, bool)
    relief, k = np.ptp(heights), 1.0
    while k < len(heights):
        away = k * step
        rise = away * np.tan(elevation) + 0.5 * away * away / RADIUS_MOON
        if rise > relief:
            break
        place = [rows + k * np.cos(azimuth), columns + k * np.sin(azimuth)]
        there = map_coordinates(heights, place, order=1, cval=-np.inf)
        free &= there <= heights + rise
        k += 1.0
    return np.asarray(np.where(free, np.maximum(cosine, 0.0), 0.0))


def _footings(ground: Ground, legs: float) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    places = rng.uniform(-SPOTS_REACH, SPOTS_REACH, (2, SPOTS))
    r_M = on_plane(ground, jnp.asarray(places[0]), jnp.asarray(places[1]))
    slope, rough = jax.jit(footing, static_argnums=2)(ground, r_M, legs)
    return np.asarray(slope), np.asarray(rough)


def _track(ground: Ground, heading_deg: float) -> Track:
    along = np.linspace(*TRACK, TRACK_POINTS)
    turn = np.radians(heading_deg)
    # a great circle is a straight line of the plane
    flat = RADIUS_MOON * np.tan(along / RADIUS_MOON)
    heights = heights_at(ground, flat * np.sin(turn), flat * np.cos(turn), 0.0)
    width = max(int(TRACK_SMOOTHED / (along[1] - along[0])), 1)
    padded = np.pad(heights, width // 2, mode="edge")
    smooth = np.convolve(padded, np.ones(width) / width, mode="same")
    return Track(along, heights, smooth[width // 2 : width // 2 + len(along)])


def _map_error(ground: Ground, survey: Survey) -> Sheet:
    told = surveyed(ground, survey, NEAR)
    axis = np.linspace(-told.half, told.half, len(told.heights))
    truth = heights_at(ground, *np.meshgrid(axis, axis), 0.0)
    return Sheet(told.heights - truth, told.half)
