"""Makes the table of test_sky_spice.py: Sun and Earth over the Moon, by SPICE.

`FRIGORIS_DATA=... python tests/reference/make_sky_table.py de421.bsp`; the ephemeris is
in the package skyfield-data 7.0.0, the kernels of orientation are in the data folder.
Light time and aberration as an observer on the ground has them (spkcpo, LT+S); the
distance is the geometric one.
"""

import os
import sys
from pathlib import Path

import numpy as np
import spiceypy

ROWS = (  # general positions: near and far side, both hemispheres, six years
    ("2006-08-14T03:21:40", 60.5, 355.4),
    ("2010-01-29T22:47:13", -43.2, 348.9),
    ("2013-12-14T13:11:18", 44.1, 340.5),
    ("2019-01-03T02:26:09", -45.5, 77.6),
    ("2023-08-23T12:32:51", -69.4, 32.3),
    ("2026-11-05T16:05:27", 21.7, 281.3),
)

LEAPS = ("2006", "2009", "2012-07", "2015-07", "2017")  # after the 32 until 2005


def direction(
    body: str, et: float, lat_deg: float, lon_deg: float
) -> tuple[float, ...]:
    """Elevation and azimuth [deg] and geometric distance [km]."""
    lat, lon = np.radians([lat_deg, lon_deg])
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    site = (1737.4 * up, "MOON", "MOON_ME_DE421")
    seen, _ = spiceypy.spkcpo(body, et, "J2000", "OBSERVER", "LT+S", *site)
    true, _ = spiceypy.spkcpo(body, et, "J2000", "OBSERVER", "NONE", *site)
    u = spiceypy.pxform("J2000", "MOON_ME_DE421", et) @ np.array(seen[:3])
    u /= np.linalg.norm(u)
    azimuth = np.degrees(np.arctan2(u @ east, u @ np.cross(up, east))) % 360.0
    return np.degrees(np.arcsin(u @ up)), azimuth, float(np.linalg.norm(true[:3]))


def main() -> None:
    """Print the rows, without the alignment."""
    folder = Path(os.environ["FRIGORIS_DATA"]) / "orientation"
    names = ("moon_pa_de421_1900-2050.bpc", "moon_080317.tf", "pck00010.tpc")
    for path in (*(folder / name for name in names), sys.argv[1]):
        spiceypy.furnsh(str(path))
    for utc, lat, lon in ROWS:
        past, _ = spiceypy.tparse(utc)  # UTC counted without leap seconds
        et = past + 32 + sum(utc >= day for day in LEAPS) + 32.184
        sun, earth = (direction(body, et, lat, lon) for body in ("SUN", "EARTH"))
        numbers = " ".join(f"{x:.5f}" for x in (*sun[:2], *earth[:2]))
        print(f"{utc}Z {lat} {lon} {numbers} {earth[2]:.1f}")


if __name__ == "__main__":
    main()
