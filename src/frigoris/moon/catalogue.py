"""Craters that somebody counted and measured, around a site."""

import numpy as np
from jaxtyping import Float

from frigoris.constants import RADIUS_MOON
from frigoris.moon.data import source
from frigoris.moon.frames import local_axes

LEAST = 1e3  # the catalogue is complete from here on [m]
COVERED = 5  # craters around a site; fewer mean that its tile is missing


def craters_around(
    lat_deg: float, lon_deg: float, reach: float
) -> Float[np.ndarray, "4 n"] | None:
    """East, north on the plane of the site, diameter and depth [m] of each crater.

    None where no file has them: it is absent, or its tile of this place is.
    """
    known = source("lu1319381")
    if known is None:
        return None
    with np.load(known.path) as table:
        lat, lon = np.radians(table["lat_deg"]), np.radians(table["lon_deg"])
        size = np.stack([table["diameter_m"], table["depth_m"]]).astype(np.float64)
    place = np.stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
    x, y, z = local_axes(lat_deg, lon_deg).turn(place)
    ahead = z > 0.5
    scale = RADIUS_MOON / np.where(ahead, z, 1.0)
    # a crater reaches to its diameter beyond the centre
    near = np.maximum(np.abs(x), np.abs(y)) * scale < reach + size[0]
    keep = ahead & near & (size[0] >= LEAST)
    if keep.sum() < COVERED:
        return None
    return np.stack([(x * scale)[keep], (y * scale)[keep], *size[:, keep]])
