"""Light time and direction of a signal to Earth against SPICE with DE421."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from frigoris.moon.kernels import open_kernels
from frigoris.moon.time import tdb
from frigoris.radio.earth import earth_axes
from frigoris.radio.sight import sky, station_ray
from frigoris.radio.stations import Station

CENTRE = Station("centre", 0.0, 0.0, -6_378_137.0, 35.0, 50.0, -4.0)
FIRST = datetime(2019, 1, 1, tzinfo=UTC)
R_KM = np.array([900.0, -1200.0, 870.0])


def seconds(moment: datetime) -> float:
    jd1, jd2 = tdb(moment)
    return ((jd1 - 2451545.0) + jd2) * 86400.0


@pytest.fixture(scope="module")
def folder(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the kernels: orientation, and positions of skyfield-data."""
    skyfield_data = pytest.importorskip("skyfield_data")
    found = tmp_path_factory.mktemp("data")
    (found / "orientation").symlink_to(data_dir / "orientation")
    (found / "ephemeris").mkdir()
    source = Path(skyfield_data.__file__).parent / "data" / "de421.bsp"
    (found / "ephemeris" / "de421.bsp").symlink_to(source)
    return found


@pytest.fixture(scope="module")
def spice(folder: Path):  # type: ignore[no-untyped-def]
    """SPICE with DE421 and its lunar orientation."""
    spiceypy = pytest.importorskip("spiceypy")
    for name in ("moon_pa_de421_1900-2050.bpc", "moon_080317.tf", "pck00010.tpc"):
        spiceypy.furnsh(str(folder / "orientation" / name))
    spiceypy.furnsh(str(folder / "ephemeris" / "de421.bsp"))
    yield spiceypy
    spiceypy.kclear()


def test_light_time_and_direction_match_spice(spice, folder, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A signal that leaves the Moon and converges on the Earth (XCN), twelve dates."""
    monkeypatch.setenv("FRIGORIS_DATA", str(folder))
    kernels = open_kernels()
    gaps, angles, series = [], [], []
    for k in range(12):
        moment = FIRST + timedelta(days=23.7 * k)
        state, tau = spice.spkcpo(
            "EARTH",
            seconds(moment),
            "MOON_ME_DE421",
            "OBSERVER",
            "XCN",
            R_KM,
            "MOON",
            "MOON_ME_DE421",
        )
        u = np.array(state[:3]) / np.linalg.norm(state[:3])
        for found, source in ((gaps, kernels), (series, None)):
            above = sky(moment, 0.0, 120.0, [CENTRE], source)
            ray = station_ray(above, "centre", np.zeros(1), 1e3 * R_KM[None])
            found.append(abs(float(ray.light_time[0]) - tau))
            if source:
                angles.append(float(np.linalg.norm(ray.u_M[0] - u)))
    kernels.close()
    # measured 5e-12 s and 2e-12 rad with kernels; 2.1e-5 s, 6 km, with the series
    assert max(gaps) < 1e-10
    assert max(series) < 4e-5
    assert max(angles) < 1e-10


def test_the_earth_turns_as_in_spice(spice) -> None:  # type: ignore[no-untyped-def]
    """Against the pole and meridian of the IAU report, which leaves nutation out."""
    for k in range(6):
        moment = FIRST + timedelta(days=411.3 * k, seconds=7919.0 * k)
        tt1, tt2 = tdb(moment)
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        utc1 = midnight.toordinal() + 1_721_424.5
        utc2 = (moment - midnight).total_seconds() / 86400.0
        ours = earth_axes(tt1, tt2, utc1, utc2)
        theirs = spice.pxform("J2000", "IAU_EARTH", seconds(moment))
        turn = ours @ theirs.T
        axis = [
            turn[2, 1] - turn[1, 2],
            turn[0, 2] - turn[2, 0],
            turn[1, 0] - turn[0, 1],
        ]
        # measured 0.069 to 0.082: that meridian is a straight line in time
        assert np.degrees(0.5 * np.linalg.norm(axis)) < 0.1
