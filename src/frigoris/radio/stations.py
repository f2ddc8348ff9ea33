"""Ground stations by name. Without NumPy: a mission file is checked at once.

Places: frame kernel `estrack_v04.tf` of ESA's SPICE service (Escalante Lopez, 7 April
2021), whose Goonhilly has its longitude with the sign of the east; it is west.
Goldstone, Madrid and Canberra: DSN 810-005, module 301 [K]. Who listened to HAKUTO-R:
SpaceNews, "ESA ground stations to support HAKUTO-R".
"""

from dataclasses import dataclass
from math import radians

# noise of receiver, feed and cold sky at the zenith [K]: dishes of 35 m with cooled
# receivers have some 50 dB/K, the 15 m dish of Kourou 41 dB/K [K]
COOLED, COLD_15_M = 55.0, 95.0
EFFICIENCY = 0.65  # of the aperture at X-band [K]


@dataclass(frozen=True)
class Station:
    """A dish on the Earth: WGS84, north and east positive."""

    name: str
    latitude: float  # [rad]
    longitude: float  # [rad]
    height: float  # above the ellipsoid [m]
    diameter: float  # [m]
    noise: float  # system temperature at the zenith, Moon and air left out [K]
    mask: float  # lowest elevation at which it tracks [rad]
    efficiency: float = EFFICIENCY  # of the aperture [-]


def _station(
    name: str,
    place: tuple[float, float, float],
    diameter: float,
    noise: float = COOLED,
    mask_deg: float = 10.0,
) -> Station:
    lat, lon, height = place
    angles = [radians(x) for x in (lat, lon, mask_deg)]
    low = float(angles[2])
    return Station(
        name, float(angles[0]), float(angles[1]), height, diameter, noise, low
    )


# masks: 10 deg for telemetry of deep space dishes, 5 deg at Kourou [K]; heights to some
# tens of metres [K]
STATIONS: dict[str, Station] = {
    s.name: s
    for s in (
        _station("new_norcia", (-31.0482254, 116.1914978, 252.0), 35.0),
        _station("cebreros", (40.4526901, -4.3675499, 794.0), 35.0),
        _station("malargue", (-35.7760086, -69.3981934, 1550.0), 35.0),
        _station("kourou", (5.2514391, -52.8046646, -15.0), 15.0, COLD_15_M, 5.0),
        _station("goonhilly", (50.050436, -5.183271, 160.0), 32.0),
        _station("goldstone", (35.4259, -116.8895, 1001.0), 70.0, 20.0),
        _station("madrid", (40.4314, -4.2480, 865.0), 70.0, 20.0),
        _station("canberra", (-35.4024, 148.9813, 689.0), 70.0, 20.0),
    )
}
