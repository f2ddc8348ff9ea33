"""The map sheet: shadows and slopes against closed forms, and the command itself."""

import json
from pathlib import Path

import numpy as np
import pytest

from frigoris import cli
from frigoris.errors import UserError
from frigoris.mission.sites import Options, places, wish_of
from frigoris.moon.overview import NEAR, View, lit

SUN = np.radians(30.0)  # elevation


def test_a_post_throws_a_shadow_of_its_own_length() -> None:
    """10 m high under the Sun at 30 deg in the east: 17.3 m long, towards the west."""
    heights = np.zeros((101, 101))
    heights[50, 50] = 10.0
    shade = lit(heights, 1.0, np.radians(90.0), float(SUN))
    dark = np.flatnonzero(shade[50] == 0.0)
    assert dark.min() in (32, 33)  # 17.3 nodes to the west
    assert not (shade[50, 52:] == 0.0).any()
    assert not (shade[47] == 0.0).any()  # beside it the ground is lit


@pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 225.0])
def test_a_slope_is_as_bright_as_the_cosine_of_its_incidence(
    azimuth_deg: float,
) -> None:
    x, y = np.meshgrid(np.arange(41.0), np.arange(41.0))
    normal = np.array([-0.1, 0.2, 1.0])
    heights = 0.1 * x - 0.2 * y
    azimuth = np.radians(azimuth_deg)
    sun = np.array(
        [
            np.cos(SUN) * np.sin(azimuth),
            np.cos(SUN) * np.cos(azimuth),
            np.sin(SUN),
        ]
    )
    expected = float(normal @ sun / np.linalg.norm(normal))
    shade = lit(heights, 1.0, float(azimuth), float(SUN))
    np.testing.assert_allclose(shade, expected, rtol=1e-9)


def test_by_night_it_is_dark() -> None:
    assert not lit(np.zeros((5, 5)), 1.0, 0.0, -0.1).any()


def test_the_slope_of_a_plane() -> None:
    x, y = np.meshgrid(np.linspace(-NEAR, NEAR, 21), np.linspace(-NEAR, NEAR, 21))
    view = View(NEAR, 0.3 * x + 0.4 * y, np.zeros((21, 21)))
    np.testing.assert_allclose(view.slope_deg, np.degrees(np.arctan(0.5)))


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ("nowhere", "no LATITUDE,LONGITUDE"),
        ("91,0", "latitude goes from -90 to 90"),
        ("12,361", "longitude from -180"),
    ],
)
def test_an_unknown_site_says_what_is_known(site: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        wish_of(site, Options())


def test_a_kind_of_ground_that_is_none() -> None:
    with pytest.raises(UserError, match="mare or highland"):
        wish_of("Tycho", Options(ground="marsh"))


def test_places_and_coordinates_mean_the_same_place() -> None:
    lat, lon = places()["Apollo 11"]
    named = wish_of("apollo 11", Options(terrain="embedded"))
    told = wish_of(f"{lat}, {lon}", Options(terrain="embedded"))
    assert (named.lat_deg, named.lon_deg) == (told.lat_deg, told.lon_deg) == (lat, lon)


def test_the_command_draws_a_mission_and_tells_its_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "sheet.png"
    words = ["moon", "hakuto-r-m2", "--map", "embedded", "--out", str(out), "--json"]
    assert cli.run(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert out.read_bytes()[:4] == b"\x89PNG"
    # as of the planned touchdown; SPICE has 31.4155 and 11.8743 for this place
    assert told["earth_elevation_deg"] == pytest.approx(31.4155, abs=0.005)
    assert told["sun_elevation_deg"] == pytest.approx(11.8743, abs=0.005)
    assert "SYNTHETIC" in told["terrain"]
    assert told["footing_radius_m"] > 0.5
    assert told["slope_median_deg"] == pytest.approx(4.0, abs=2.0)
    assert 0.0 < told["survey_error_rms_m"] < 10.0
    assert len(told["lit"]) in (1, 2)


def test_a_picture_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    words = ["moon", "Tycho", "--map", "embedded", "--out", str(blocked / "a.png")]
    assert cli.run(words) == 2
    assert "Cannot write the map sheet" in capsys.readouterr().err
