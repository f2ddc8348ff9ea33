"""Where ground stations are while the Earth turns."""

import numpy as np

from frigoris.radio.stations import Station


def earth_fixed(station: Station) -> tuple[np.ndarray, np.ndarray]:
    """Position [m] and direction of the zenith, in axes that turn with the Earth."""
    import erfa

    place = erfa.gd2gc(1, station.longitude, station.latitude, station.height)
    level = np.cos(station.latitude)
    up = [
        level * np.cos(station.longitude),
        level * np.sin(station.longitude),
        np.sin(station.latitude),
    ]
    return np.asarray(place, dtype=np.float64), np.array(up)


def earth_axes(tt1: float, tt2: float, utc1: float, utc2: float) -> np.ndarray:
    """Turns components of the ICRF into those that turn with the Earth, `[3, 3]`.

    IAU 2000B precession and nutation (McCarthy and Luzum 2003), by ERFA. Left out: UT1
    less UTC (below 0.9 s by definition: 0.004 deg, 1.4 microseconds of light time) and
    the motion of the pole (0.5 arc seconds, 15 m).
    """
    import erfa

    turn = erfa.c2t00b(tt1, tt2, utc1, utc2, 0.0, 0.0)
    return np.asarray(turn, dtype=np.float64)
