"""Who sees whom, against geometry by hand, the Moon's own tests and closed forms."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from frigoris.constants import C_LIGHT, RADIUS_MOON
from frigoris.moon.frames import local_axes
from frigoris.moon.time import parse_utc
from frigoris.radio.downlink import NOBODY, all_legs, downlink
from frigoris.radio.earth import earth_axes, earth_fixed
from frigoris.radio.relay import Relay
from frigoris.radio.sight import hidden, sky, station_ray
from frigoris.radio.stations import STATIONS, Station
from support.grounds import ground_of, place_M
from support.radios import radio_of, standing_at

MOMENT = parse_utc("2025-06-05T19:17:00Z")
PLACE = (60.0, -5.0)
# a "station" in the middle of the Earth
CENTRE = Station("centre", 0.0, 0.0, -6_378_137.0, 35.0, 50.0, -np.pi)
NONE = np.array([1e9])


def test_the_earth_stands_at_mare_frigoris_as_in_the_tests_of_the_moon():
    """Provenance table, row C: elevation 31.37006, azimuth 170.94103 deg."""
    axes = local_axes(60.5, 355.4).dcm
    above = sky(MOMENT, 0.0, 60.0, [CENTRE])
    ray = station_ray(above, "centre", np.zeros(1), RADIUS_MOON * axes[2:])
    east, north, up = axes @ ray.u_M[0]
    # measured 3e-5 and 0.0030: aberration, 0.0057 at most, is in the table only
    assert np.degrees(np.arcsin(up)) == pytest.approx(31.37006, abs=6e-3)
    azimuth = np.degrees(np.arctan2(east, north)) % 360.0
    assert azimuth == pytest.approx(170.94103, abs=6e-3)


def test_light_takes_the_time_of_its_way_to_a_moving_station():
    """The way in inertial axes, to where the station is when the light arrives."""
    t, r_M = np.array([0.0, 1800.0]), np.array([[1.5e6, 0.4e6, 0.9e6]] * 2)
    above = sky(MOMENT, 0.0, 1800.0, [STATIONS["malargue"]])
    ray = station_ray(above, "malargue", t, r_M)
    turn = above.axes(t).reshape(-1, 3, 3)
    sent = above.moon(t) + np.stack([a.T @ r for a, r in zip(turn, r_M, strict=True)])
    there = above.stations["malargue"][0](t + ray.light_time)
    way = np.linalg.norm(there - sent, axis=1)
    np.testing.assert_allclose(ray.light_time * C_LIGHT, way, atol=1e-3)
    np.testing.assert_allclose(ray.distance, way, atol=1e-3)
    # the Earth moves 30 km/s round the Sun, the station with it: 40 km on the way
    early = np.linalg.norm(above.stations["malargue"][0](t) - sent, axis=1)
    assert np.abs(early - way).min() > 100.0


def test_a_station_turns_once_in_a_sidereal_day():
    place, up = earth_fixed(STATIONS["cebreros"])
    day = 86_164.0905 / 86_400.0
    turns = [earth_axes(2_460_832.0, 0.3 + k, 2_460_832.0, 0.3 + k) for k in (0.0, day)]
    gap = np.linalg.norm((turns[0] - turns[1]).T @ place)
    assert gap < 10.0  # precession of a day, measured 2.5 m
    assert np.linalg.norm(place) == pytest.approx(6.37e6, abs=1.2e4)
    assert up @ place / np.linalg.norm(place) > np.cos(np.radians(0.2))


def test_stations_see_the_moon_when_it_is_up():
    """In its transit it stands 90 deg less latitude plus declination high."""
    above = sky(MOMENT, 0.0, 86_400.0, [STATIONS["cebreros"]])
    t = np.arange(0.0, 86_400.0, 60.0)
    r_M = np.broadcast_to([RADIUS_MOON, 0.0, 0.0], (len(t), 3))
    ray = station_ray(above, "cebreros", t, r_M)
    lander = above.moon(t) + r_M @ np.eye(3)
    earth = above.stations["cebreros"][0](t)
    k = int(ray.elevation.argmax())
    way = lander[k] - earth[k]
    declination = np.degrees(np.arcsin(way[2] / np.linalg.norm(way)))
    expected = 90.0 - 40.4527 + declination
    # measured 0.15: pole of date against that of 2000
    assert np.degrees(ray.elevation[k]) == pytest.approx(expected, abs=0.3)


@pytest.mark.parametrize(("theta_deg", "behind"), [(108.9, False), (109.1, True)])
def test_a_sphere_hides_by_its_closed_form(theta_deg, behind):
    """100 km up one sees the dip arccos(R / r), 18.99 deg, beyond a quarter turn."""
    r = RADIUS_MOON + 100e3
    angle = np.radians(theta_deg)  # of the place from the direction of the Earth
    r_M = r * np.array([[np.cos(angle), np.sin(angle), 0.0]])
    u_M = np.array([[1.0, 0.0, 0.0]])
    assert hidden(None, r_M, u_M, NONE)[0] == behind


def test_a_near_receiver_is_seen_before_the_moon():
    """A relay between the lander and the limb: the Moon behind it hides nothing."""
    r_M = np.array([[0.0, 0.0, RADIUS_MOON + 500e3]])
    u_M = np.array([[0.0, 0.0, -1.0]])
    assert not hidden(None, r_M, u_M, np.array([400e3]))[0]
    assert hidden(None, r_M, u_M, np.array([2e6]))[0]


def test_a_wall_hides_what_is_lower_than_its_top():
    """A wall 500 m high from 2 km east on: 14 deg."""
    ground = ground_of(lambda x, y: np.where(x >= 2000.0, 500.0, 0.0))
    axes = local_axes(*PLACE).dcm
    top = np.degrees(np.arctan2(500.0 - 2.0, 2000.0))
    for elevation, azimuth, expected in (
        (top - 0.6, 90.0, True),
        (top + 0.6, 90.0, False),
        (1.0, 270.0, False),
        (-2.0, 270.0, True),
    ):
        a, b = np.radians([elevation, azimuth])
        u_L = [np.cos(a) * np.sin(b), np.cos(a) * np.cos(b), np.sin(a)]
        r_M = place_M(PLACE, 0.0, 0.0, 2.0)[None]
        got = hidden(ground, r_M, (axes.T @ np.array(u_L))[None], NONE)
        assert got[0] == expected, (elevation, azimuth)


def test_a_mast_of_the_lander_does_not_count_as_ground_far_away():
    """On a flat Moon the horizon of 100 km is that of a sphere."""
    flat = ground_of(lambda x, y: 0.0 * x)
    r = RADIUS_MOON + 100e3
    dip = np.arccos(RADIUS_MOON / r)
    angle = 0.5 * np.pi + dip + np.radians([-0.3, 0.3])
    r_M = r * np.stack([np.cos(angle), np.sin(angle), 0.0 * angle], axis=1)
    u_M = np.broadcast_to([1.0, 0.0, 0.0], (2, 3))
    assert list(hidden(flat, r_M, u_M, np.full(2, 1e9))) == [False, True]


def test_a_wreck_on_its_head_is_quieter():
    """Upright the gain is that of 59 deg off the axis, upside down that of 121 deg."""
    t = np.arange(0.0, 120.0, 10.0)
    up = standing_at(60.5, 355.4, RADIUS_MOON, t)
    w, x, y, z = up.q_MB.T
    # half a turn about the body's x axis
    down = replace(up, q_MB=np.stack([-x, w, z, -y], axis=1))
    standing, lying = (
        downlink(radio_of(), MOMENT, path, None)[0].margin[0] for path in (up, down)
    )
    zenith = np.radians(90.0 - 31.37)
    expected = 10.0 * np.log10((1.0 + np.cos(zenith)) / (1.0 - np.cos(zenith)))
    assert standing - lying == pytest.approx(expected, abs=0.1)  # station: 1 deg off


def test_masks_and_power_and_hand_over():
    t = np.arange(0.0, 86_400.0, 600.0)
    path = standing_at(10.0, 20.0, RADIUS_MOON, t)
    names = ("cebreros", "malargue", "new_norcia")
    radio = radio_of(stations=tuple(STATIONS[n] for n in names))
    link, legs = downlink(radio, MOMENT, path, None)
    for leg in legs:
        np.testing.assert_array_equal(leg.seen, np.degrees(leg.elevation) >= 10.0)
    assert {*link.receiver.tolist()} >= {0, 1, 2}
    heard = link.receiver != NOBODY
    assert heard.mean() > 0.9  # three stations a third of the Earth apart
    seen = np.stack([leg.seen for leg in legs])
    assert seen[link.receiver[heard], np.flatnonzero(heard)].all()
    off = replace(path, powered=t < 3600.0)
    dark = downlink(radio, MOMENT, off, None)[0]
    assert (dark.receiver[t >= 3600.0] == NOBODY).all()


def test_a_signal_too_weak_to_be_held_is_not_heard():
    t = np.arange(0.0, 120.0, 10.0)
    path = standing_at(60.5, 355.4, RADIUS_MOON, t)
    margin = downlink(radio_of(), MOMENT, path, None)[0].margin[0]
    for short, heard in ((1.9, True), (2.1, False)):
        power = 5.0 * 10.0 ** (-0.1 * (margin + short))
        radio = radio_of(transmitter=replace(radio_of().transmitter, power=power))
        link, legs = downlink(radio, MOMENT, path, None)
        assert legs[0].seen.all()
        assert ((link.receiver != NOBODY) == heard).all()


def test_a_relay_carries_what_the_far_side_sends():
    """Schroedinger sees no Earth; the relay does, and is often above."""
    t = np.arange(0.0, 86_400.0, 300.0)
    path = standing_at(-75.0, 132.0, RADIUS_MOON, t)
    relay = Relay(
        name="relay",
        axis=7.5e6,
        eccentricity=0.6,
        inclination=1.0,
        node=0.4,
        perilune=0.5 * np.pi,  # in the north, so that it lingers in the south
        anomaly=0.0,
        epoch=datetime(2025, 6, 5, tzinfo=UTC),
        figure=12.0,
        delay=0.5,
    )
    alone = downlink(radio_of(), MOMENT, path, None)[0]
    assert (alone.receiver == NOBODY).all()
    stations = tuple(STATIONS[n] for n in ("cebreros", "malargue", "new_norcia"))
    radio = radio_of(stations=stations, relays=(relay,))
    link, legs = downlink(radio, MOMENT, path, None)
    heard = link.receiver == 3
    assert 0.4 < heard.mean() < 1.0
    # to the relay, in it, and on to Earth
    assert (link.light_time[heard] > 0.5 + 1.25).all()
    assert (link.light_time[heard] < 0.5 + 1.45).all()
    assert legs[3].budget.distance_km[heard].min() > 1000.0
    budgets = [leg.budget.margin_dB for leg in all_legs(radio, MOMENT, path, None)]
    np.testing.assert_array_equal(budgets[3], legs[3].budget.margin_dB)
