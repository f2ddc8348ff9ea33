"""A synthetic Moon made from facts, for flights without any data file.

Mean heights of named places, spread over the globe by distance, with named craters as
bowls of their published diameter and depth. It carries no other relief: regional
heights away from the named places may be wrong by kilometres.
"""

import numpy as np

from frigoris.constants import RADIUS_MOON

PER_DEGREE = 2

# place, latitude, east longitude [deg], height above 1737.4 km [m]: LDEM_4 at the named
# places, as verified in its provenance
PLACES = (
    ("Mare Frigoris", 60.5, 355.4, -2429.5),
    # the ground that Atlas is sunk into: its floor less the depth of the bowl below
    ("around Atlas", 46.75, 44.39, -3004.5 + 0.75 * 2424.0),
    ("Mons Latreille", 18.56, 61.81, -3658.0),
    ("Apollo 11", 0.67, 23.47, -1883.0),
    ("Apollo 12", -3.0, 336.6, -1451.0),
    ("Apollo 15", 26.13, 3.63, -1924.5),
    ("Apollo 17", 20.19, 30.77, -2662.0),
    ("Mons Mouton", -84.8, 31.0, 5184.5),
)
MEAN = -248.3  # area-weighted mean height of LDEM_4 [m]
REACH = 0.12  # angular distance over which a place's height holds [rad]

# crater, latitude, east longitude [deg], diameter [km], depth [m]: LU1319381
CRATERS = (
    ("Atlas", 46.75, 44.39, 87.9, 2424.0),
    ("Tycho", -43.3, 348.8, 81.2, 4774.0),
    ("Copernicus", 9.6, 339.9, 89.9, 3954.0),
)
RADIUS_KM = RADIUS_MOON / 1e3


def _angle(lat: np.ndarray, lon: np.ndarray, lat0: float, lon0: float) -> np.ndarray:
    """Great-circle angle [rad] from a place given in degrees."""
    a, b = np.radians(lat0), np.radians(lon0)
    c = np.sin(lat) * np.sin(a) + np.cos(lat) * np.cos(a) * np.cos(lon - b)
    return np.asarray(np.arccos(np.clip(c, -1.0, 1.0)))


def heights() -> tuple[np.ndarray, float, float, float]:
    """Heights [m], latitude of row 0, longitude of column 0 and step [rad]."""
    step = 1.0 / PER_DEGREE
    lat = np.radians(90.0 - step * (np.arange(180 * PER_DEGREE) + 0.5))[:, None]
    lon = np.radians(step * (np.arange(360 * PER_DEGREE) + 0.5))[None, :]
    weight = np.full((lat.size, lon.size), 1e-3)
    total = weight * MEAN
    for _, lat0, lon0, height in PLACES:
        near = np.exp(-((_angle(lat, lon, lat0, lon0) / REACH) ** 2))
        weight += near
        total += near * height
    ground = total / weight
    for _, lat0, lon0, diameter, depth in CRATERS:
        radius = 0.5 * diameter / RADIUS_KM
        x = _angle(lat, lon, lat0, lon0) / radius
        # flat floor to 0.6 of the radius, wall to the rim, as complex craters have
        wall = np.clip((x - 0.6) / 0.4, 0.0, 1.0)
        rim = 0.25 * depth * np.exp(-(((x - 1.0) / 0.15) ** 2))
        inside = -0.75 * depth * (1.0 - wall * wall * (3.0 - 2.0 * wall))
        ground = ground + np.where(x < 1.0, inside, 0.0) + rim
    return ground, float(lat[0, 0]), float(lon[0, 0]), float(np.radians(step))
