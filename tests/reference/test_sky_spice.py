"""Orientation and sky at many dates against SPICE with DE421, its own libration."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from frigoris.moon.ephemeris import look
from frigoris.moon.orientation import SPIN, dcm_MI
from frigoris.moon.time import parse_utc, tdb

# written by make_sky_table.py: UTC, latitude, longitude; Sun elevation and azimuth,
# Earth elevation and azimuth [deg], distance of the Earth [km]
SKY = """
2006-08-14T03:21:40Z  60.5 355.4  17.21463 238.98509 25.42902 169.26176 367391.0
2010-01-29T22:47:13Z -43.2 348.9  44.41625  20.41736 44.01109  13.94595 355571.1
2013-12-14T13:11:18Z  44.1 340.5  24.40779 114.11745 42.12554 145.70125 395891.1
2019-01-03T02:26:09Z -45.5  77.6 -33.46517 131.42727 15.94862 279.49379 394241.3
2023-08-23T12:32:51Z -69.4  32.3   8.59323  62.06767 12.98141 319.02047 387981.4
2026-11-05T16:05:27Z  21.7 281.3  33.25457 252.85535  6.41017  88.63456 385720.5
"""
DATES = 400


def direction(elevation_deg: float, azimuth_deg: float) -> np.ndarray:
    """Unit vector east, north, up."""
    e, a = np.radians(elevation_deg), np.radians(azimuth_deg)
    return np.array([np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), np.sin(e)])


@pytest.mark.parametrize("row", SKY.strip().splitlines())
def test_sun_and_earth_match_spice(row: str) -> None:
    utc, *numbers = row.split()
    lat, lon, *expected, distance = map(float, numbers)
    sky = look(lat, lon, parse_utc(utc))
    for body, seen in (("sun", expected[:2]), ("earth", expected[2:])):
        got = direction(sky[f"{body}_elevation_deg"], sky[f"{body}_azimuth_deg"])
        error = np.degrees(np.linalg.norm(got - direction(*seen)))
        # measured 0.0002 to 0.0033 here; 0.0057 at worst of 800 places and dates
        assert error < 0.006
    # measured 0.1 to 4.2 here; 9 at worst of 400
    assert abs(sky["earth_distance_km"] - distance) < 10.0


@pytest.fixture(scope="module")
def moments() -> list[tuple[float, float]]:
    """TDB at random dates of 2005 to 2035, as Julian dates in two parts."""
    rng = np.random.default_rng(7)
    return [(2453371.5, float(d)) for d in rng.uniform(0.0, 30 * 365.25, DATES)]


@pytest.fixture(scope="module")
def spice(data_dir: Path):  # type: ignore[no-untyped-def]
    """SPICE with the lunar orientation of DE421."""
    spiceypy = pytest.importorskip("spiceypy")
    for name in ("moon_pa_de421_1900-2050.bpc", "moon_080317.tf", "pck00010.tpc"):
        spiceypy.furnsh(str(data_dir / "orientation" / name))
    yield spiceypy
    spiceypy.kclear()


def seconds(moment: tuple[float, float]) -> float:
    return ((moment[0] - 2451545.0) + moment[1]) * 86400.0


def test_orientation_matches_spice_for_thirty_years(spice, moments) -> None:  # type: ignore[no-untyped-def]
    errors = []
    for moment in moments:
        expected = spice.pxform("J2000", "MOON_ME_DE421", seconds(moment))
        turn = dcm_MI(*moment) @ expected.T
        axis = [
            turn[2, 1] - turn[1, 2],
            turn[0, 2] - turn[2, 0],
            turn[1, 0] - turn[0, 1],
        ]
        errors.append(np.degrees(np.linalg.norm(axis) / 2.0))
    # measured 0.0024 and 0.0045: 74 m on the ground, 138 m at worst
    assert np.sqrt(np.mean(np.square(errors))) < 0.0026
    assert max(errors) < 0.005


def test_the_mean_spin_misses_the_libration_only(spice, moments) -> None:  # type: ignore[no-untyped-def]
    missed = []
    for moment in moments:
        state = spice.sxform("J2000", "MOON_ME_DE421", seconds(moment))
        dcm, omega = spice.xf2rav(state)
        missed.append(np.linalg.norm(dcm @ omega - [0.0, 0.0, SPIN]))
    assert max(missed) < 2e-9  # measured 1.8e-9 rad/s


def test_utc_reaches_spice_by_its_own_count() -> None:
    """The calendar of Python and the Julian dates of ERFA, at the last of the table."""
    jd1, jd2 = tdb(parse_utc("2026-11-05T16:05:27Z"))
    past = datetime(2026, 11, 5, 16, 5, 27, tzinfo=UTC) + timedelta(seconds=69.184)
    since = past - datetime(2000, 1, 1, 12, tzinfo=UTC)
    assert seconds((jd1, jd2)) == pytest.approx(since.total_seconds(), abs=1e-5)
