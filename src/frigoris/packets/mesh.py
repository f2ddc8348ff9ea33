"""The ground around a target as a mesh, from the measured map of the data path."""

from dataclasses import dataclass

import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.math.level import Level
from frigoris.moon import chart, embedded
from frigoris.moon.data import EMBEDDED, find
from frigoris.moon.frames import local_axes
from frigoris.packets.site import SiteAxes

HALF = 60e3  # of the square, each way from the target [m]
SIDE = 61  # points along it: 2 km, finer than the 7.6 km of the map
LOW, HIGH = np.array([0.26, 0.25, 0.24]), np.array([0.86, 0.84, 0.80])  # colours
MAP = "ldem_4"


@dataclass(frozen=True)
class Mesh:
    """Places in the axes of the site [m], their colours, and triangles between them."""

    points: np.ndarray  # [n, 3]
    colours: np.ndarray  # [n, 3], 0 to 1
    indices: np.ndarray  # [m, 3]
    source: str


def ground_mesh(site: SiteAxes) -> Mesh:
    """Heights around the target, curved with the Moon.

    Always of LDEM_4, or of the embedded Moon without it: finer maps and the synthetic
    relief below them, over which a flight went, are not in it.
    """
    path = None if site.map_name == EMBEDDED else find(MAP)
    around = (site.lat_deg, site.lon_deg, *_reach(site.lat_deg))
    if path is None:
        level, name = chart.to_poles(Level(*embedded.heights())), EMBEDDED
    else:
        table, scale = chart.lola_image(path)
        level, name = chart.crop(path, table, scale, around), MAP
    east, north = np.meshgrid(*[np.linspace(-HALF, HALF, SIDE)] * 2)
    lat, lon = _places(site, east.ravel(), north.ravel())
    height = chart.level_chart(name, level, site.lat_deg, ()).sample(lat, lon)
    # outside of the part that was read nothing is known
    height = np.nan_to_num(height, nan=float(np.nanmean(height)))
    up = np.stack([_up(a, b) for a, b in zip(lat, lon, strict=True)])
    points = site.place(up * (RADIUS_MOON + height)[:, None])
    share = (height - height.min()) / max(float(np.ptp(height)), 1.0)
    colours = LOW + share[:, None] * (HIGH - LOW)
    return Mesh(points, colours, _triangles(), name)


def _reach(lat_deg: float) -> tuple[float, float]:
    """Latitudes and longitudes to read each way, with room for the spline [deg]."""
    lat = float(np.degrees(2.0 * HALF / RADIUS_MOON))
    return lat, min(lat / max(np.cos(np.radians(abs(lat_deg) + lat)), 0.02), 180.0)


def _places(
    site: SiteAxes, east: np.ndarray, north: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude below points of the plane through the target [deg]."""
    flat = np.stack([east, north, np.full(east.shape, RADIUS_MOON)])
    r = site.dcm_LM.T @ flat
    r = r / np.linalg.norm(r, axis=0)
    return np.degrees(np.arcsin(r[2])), np.degrees(np.arctan2(r[1], r[0]))


def _up(lat_deg: float, lon_deg: float) -> np.ndarray:
    return np.asarray(local_axes(lat_deg, lon_deg).dcm[2])


def _triangles() -> np.ndarray:
    """Two for each cell, turning to the left as seen from above."""
    first = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a, b = first[:-1, :-1].ravel(), first[:-1, 1:].ravel()
    c, d = first[1:, 1:].ravel(), first[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])
