"""Skylines against closed forms; light and Earth against what astronomy knows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.moon.light import (
    EYE,
    Skyline,
    Spell,
    calendar,
    moments_from,
    share_seen,
    skyline_of,
    spells,
)
from frigoris.moon.terrain import load_terrain
from support.grounds import ground_of

PLACE = (60.0, -5.0)
START = datetime(2025, 6, 1, tzinfo=UTC)
FLAT = Skyline(np.zeros(720))


def test_the_horizon_of_a_sphere_dips_by_its_closed_form() -> None:
    flat = ground_of(lambda x, y: 0.0 * x)
    for eye in (2.0, 30.0):
        edge = skyline_of(flat, *PLACE, eye=eye).elevation
        dip = -np.arccos(RADIUS_MOON / (RADIUS_MOON + eye))
        # steps of 0.4 % of the distance: measured 2e-6 of the dip
        np.testing.assert_allclose(edge, dip, rtol=2e-5)


def test_a_wall_in_the_east_hides_the_east() -> None:
    """A wall 500 m high from 2 km on, seen as its own height over its distance."""
    ground = ground_of(lambda x, y: np.where(x >= 2000.0, 500.0, 0.0))
    edge = skyline_of(ground, *PLACE).elevation
    n = len(edge)
    for turn in (-30, 0, 45):  # degrees from east
        slant = 2000.0 / np.cos(np.radians(turn))
        angle = slant / RADIUS_MOON
        top = (RADIUS_MOON + 500.0) * np.cos(angle) - RADIUS_MOON - EYE
        expected = np.arctan2(top, (RADIUS_MOON + 500.0) * np.sin(angle))
        # a step there is 8 m of 2 km
        assert edge[round((90 + turn) * n / 360)] == pytest.approx(expected, rel=6e-3)
    assert abs(edge[round(270 * n / 360)]) < np.radians(0.1)


def test_half_a_disc_on_the_horizon_is_half_seen() -> None:
    radius = np.full(3, np.radians(0.267))
    elevation = np.array([0.0, 2.0, -2.0]) * radius
    share = share_seen(FLAT, np.zeros(3), elevation, radius)
    np.testing.assert_allclose(share, [0.5, 1.0, 0.0], atol=1e-12)


@pytest.mark.parametrize("part", [-0.7, -0.2, 0.4, 0.9])
def test_a_cut_disc_has_the_area_of_its_segment(part: float) -> None:
    radius = np.array([np.radians(0.95)])
    share = share_seen(FLAT, np.array([1.0]), part * radius, radius)
    expected = 1.0 - (np.arccos(part) - part * np.sqrt(1.0 - part * part)) / np.pi
    # 15 columns: measured 2e-4
    assert float(share[0]) == pytest.approx(expected, abs=1e-3)


def test_a_post_hides_its_own_width() -> None:
    """Half of the disc lies behind a cliff whose edge runs through its middle."""
    elevation = np.where(np.arange(3600) < 1800, 0.2, -0.2)
    radius = np.radians([0.267])
    share = share_seen(Skyline(elevation), np.array([np.pi]), np.zeros(1), radius)
    assert float(share[0]) == pytest.approx(0.5, abs=0.08)  # the cliff is 0.1 deg wide


def test_a_lunar_day_at_the_equator_is_half_a_synodic_month() -> None:
    moments = moments_from(START, 60.0, timedelta(hours=2))
    found = calendar(FLAT, 0.0, 0.0, moments).spells("sun")
    whole = [s for s in found if s.start > moments[0] and s.end < moments[-1]]
    assert whole
    for spell in whole:
        days = (spell.end - spell.start) / timedelta(days=1)
        assert days == pytest.approx(29.53 / 2, abs=0.25)  # the month varies by 0.26 d


def test_the_near_side_sees_the_earth_and_the_far_side_never() -> None:
    moments = moments_from(START, 28.0, timedelta(hours=12))
    for lon, share in ((0.0, 1.0), (180.0, 0.0)):
        earth = calendar(FLAT, 10.0, lon, moments).share["earth"]
        np.testing.assert_array_equal(earth, share)
    # at the limb libration lets it rise and set
    limb = calendar(FLAT, 0.0, 90.0, moments).share["earth"]
    assert limb.min() == 0.0
    assert limb.max() == 1.0


def test_spells_begin_and_end_where_half_of_the_disc_does() -> None:
    moments = moments_from(START, 1.0, timedelta(hours=6))
    share = np.array([0.0, 0.25, 0.75, 1.0, 0.0])
    hours = timedelta(hours=1)
    assert spells(moments, share) == [Spell(START + 9 * hours, START + 21 * hours)]
    assert spells(moments, np.ones(5)) == [Spell(moments[0], moments[-1])]
    assert spells(moments, np.zeros(5)) == []


def test_mare_frigoris_was_lit_when_resilience_came(data_dir: Path) -> None:
    """Sunrise two days before the landing; the Earth is always up."""
    assert data_dir.is_dir()
    terrain = load_terrain("ldem_4", 60.5, -4.6)
    skyline = skyline_of(terrain.ground, 60.5, -4.6)
    assert np.degrees(np.abs(skyline.elevation)).max() < 1.0  # measured 0.53: a plain
    moments = moments_from(START, 29.0, timedelta(hours=3))
    seen = calendar(skyline, 60.5, -4.6, moments)
    assert seen.share["earth"].min() == 1.0
    day = seen.spells("sun")
    assert len(day) == 1
    assert day[0].start < datetime(2025, 6, 4, tzinfo=UTC)
    assert 14.0 < (day[0].end - day[0].start) / timedelta(days=1) < 16.0
    assert day[0].end > datetime(2025, 6, 18, tzinfo=UTC)
