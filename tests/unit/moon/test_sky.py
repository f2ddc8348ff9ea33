"""Orientation and sky against the SPICE kernels and a published check table."""

from pathlib import Path

import numpy as np
import pytest

from frigoris.moon.ephemeris import look
from frigoris.moon.frames import Inertial, local_axes
from frigoris.moon.orientation import SPIN, mean_earth, principal_axes, q_from_dcm
from frigoris.moon.time import format_utc, parse_utc, tdb

MOMENT = parse_utc("2025-06-05T19:17:00Z")


def angle(a: np.ndarray, b: np.ndarray) -> float:
    """Angle between two orientations [deg]."""
    return float(np.degrees(np.arccos(np.clip((np.trace(a @ b.T) - 1) / 2, -1, 1))))


@pytest.fixture(scope="module")
def spice(data_dir: Path):  # type: ignore[no-untyped-def]
    """SPICE with the lunar kernels loaded."""
    spiceypy = pytest.importorskip("spiceypy")
    folder = data_dir / "orientation"
    for name in ("moon_pa_de421_1900-2050.bpc", "moon_080317.tf", "pck00010.tpc"):
        spiceypy.furnsh(str(folder / name))
    yield spiceypy
    spiceypy.kclear()


def seconds_past_j2000() -> float:
    jd1, jd2 = tdb(MOMENT)
    return ((jd1 - 2451545.0) + jd2) * 86400.0


def test_time_matches_spice_leap_seconds() -> None:
    # ET 802423089.185 s; measured 1.2 ms: TDB is taken as TT
    assert seconds_past_j2000() == pytest.approx(802423089.185, abs=2e-3)


def test_orientation_matches_spice(spice) -> None:  # type: ignore[no-untyped-def]
    et = seconds_past_j2000()
    ours = mean_earth(*tdb(MOMENT)).dcm
    # the same series in another implementation; measured 0
    assert angle(ours, spice.pxform("J2000", "IAU_MOON", et)) < 1e-5
    # against the integrated libration of DE421; measured 0.0015 deg, 45 m
    assert angle(ours, spice.pxform("J2000", "MOON_ME_DE421", et)) < 0.003


def test_principal_axes_match_the_frame_kernel(spice) -> None:  # type: ignore[no-untyped-def]
    expected = spice.pxform("MOON_ME_DE421", "MOON_PA_DE421", seconds_past_j2000())
    np.testing.assert_allclose(principal_axes().dcm, expected, atol=1e-15)  # measured 0
    shift = np.linalg.norm(
        (principal_axes().dcm - np.eye(3)) @ np.array([1.7374e6, 0.0, 0.0])
    )
    assert 500.0 < shift < 1000.0  # the two Moon-fixed frames differ by this much [m]


def test_the_mean_spin_is_the_rotation_but_for_libration() -> None:
    """By difference of the series over ten minutes each way."""
    jd1, jd2 = tdb(MOMENT)
    h = 600.0 / 86400.0
    turn = (mean_earth(jd1, jd2 + h) @ mean_earth(jd1, jd2 - h).inverse).dcm
    skew = (turn.T - turn) / (4.0 * 600.0)
    omega = np.array([skew[2, 1], skew[0, 2], skew[1, 0]])
    assert omega[2] == pytest.approx(SPIN, rel=1e-4)  # measured 5e-5
    assert np.linalg.norm(omega - [0.0, 0.0, SPIN]) < 2e-9  # measured 1.1e-9 rad/s


def test_the_sky_of_mare_frigoris_matches_the_table() -> None:
    """Provenance table, row C: ERFA and the WGCCRE series, by other code."""
    sky = look(60.5, 355.4, MOMENT)
    # measured 2e-5 deg
    assert sky["earth_elevation_deg"] == pytest.approx(31.37006, abs=1e-4)
    assert sky["earth_azimuth_deg"] == pytest.approx(170.94103, abs=1e-4)
    assert sky["sun_elevation_deg"] == pytest.approx(11.86250, abs=1e-4)
    assert sky["sun_azimuth_deg"] == pytest.approx(108.35676, abs=1e-4)
    # row A, DE421 with its own orientation: measured 0.0011 deg
    assert sky["sun_elevation_deg"] == pytest.approx(11.86146, abs=2e-3)
    assert sky["earth_azimuth_deg"] == pytest.approx(170.93990, abs=2e-3)


def test_quaternions_of_matrices_turn_the_same_way() -> None:
    m = mean_earth(*tdb(MOMENT)).dcm
    w, *v = q_from_dcm(m)
    a = np.array([0.3, -0.8, 0.5])
    turned = a + 2.0 * np.cross(v, np.cross(v, a) + w * a)
    np.testing.assert_allclose(turned, m @ a, atol=1e-14)


@pytest.mark.parametrize(
    "text", ["2025-06-05T19:17:00.000Z", "2024-02-29T23:59:59.999Z"]
)
def test_utc_round_trip(text: str) -> None:
    assert format_utc(parse_utc(text)) == text


def test_rotations_meet_only_where_their_frames_do() -> None:
    """The type checker says the same before a program runs."""
    to_M, to_P = mean_earth(*tdb(MOMENT)), principal_axes()
    np.testing.assert_array_equal((to_P @ to_M).dcm, to_P.dcm @ to_M.dcm)
    assert (to_P @ to_M).inverse.to is Inertial
    with pytest.raises(TypeError, match=r"Inertial to MeanEarth behind.*PrincipalAxes"):
        to_M @ to_P


def test_local_axes_point_east_north_and_up() -> None:
    """At 60.5 N 355.4 E, by differences of positions."""
    lat, lon, h = 60.5, 355.4, 1e-4

    def place(lat: float, lon: float) -> np.ndarray:
        a, b = np.radians([lat, lon])
        return np.array([np.cos(a) * np.cos(b), np.cos(a) * np.sin(b), np.sin(a)])

    up = place(lat, lon)
    east = place(lat, lon + h) - place(lat, lon - h)
    north = place(lat + h, lon) - place(lat - h, lon)
    axes = local_axes(lat, lon)
    for row, wanted in zip(axes.dcm, (east, north, up), strict=True):
        np.testing.assert_allclose(row, wanted / np.linalg.norm(wanted), atol=1e-9)
    np.testing.assert_allclose(axes.turn(up), [0.0, 0.0, 1.0], atol=1e-15)
