"""Hand-over, rates that switch, frames that are lost: on links made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from frigoris.radio.coding import frame_error
from frigoris.radio.downlink import (
    DARK,
    NOBODY,
    choose_rates,
    hand_over,
    spells,
    steady,
)
from frigoris.radio.framing import ground_times
from support.radios import radio_of

LADDER = radio_of(rates=(1000.0, 4000.0, 16000.0), rate=1000.0)


def test_a_station_keeps_the_lander_until_another_is_much_better():
    level = np.array(
        [[60.0, 60.0, 60.0, 60.0, DARK, DARK], [DARK, 61.0, 62.9, 63.1, 63.0, DARK]]
    )
    assert list(hand_over(level, DARK)) == [0, 0, 0, 1, 1, NOBODY]


def test_nobody_hears_what_is_dark():
    assert (hand_over(np.full((2, 4), DARK), DARK) == NOBODY).all()


def test_rates_follow_the_margin_with_hysteresis_and_hold():
    """1000 bit/s cost 30 dB, 4000 36.02, 16 000 42.04."""
    t = np.arange(12.0)
    # room for 4000 with 3 + 2 dB from 41.02 on, for 16 000 from 47.04
    room = np.array([40.9, 41.1, 60, 60, 60, 60, 60, 40.0, 40.0, 40.0, 40.0, 40.0])
    got = choose_rates(LADDER, t, room)
    # up at 1, held to 6, up at 6; 40 dB is not enough for it, held to 11
    expected = [1000, *[4000] * 5, *[16000] * 5, 4000]
    np.testing.assert_array_equal(got, expected)


def test_a_margin_within_the_hysteresis_changes_nothing():
    t = np.arange(0.0, 100.0, 10.0)
    up = replace(LADDER, rate=4000.0)
    assert (choose_rates(up, t, np.full(10, 36.02 + 3.01)) == 4000.0).all()
    assert choose_rates(up, t, np.full(10, 36.02 + 2.9))[0] == 1000.0
    assert (choose_rates(up, t, np.full(10, 2 * DARK)) == 4000.0).all()


def one_a_second(count, size=94):
    return np.arange(float(count)), np.full(count, size), np.ones(count, int)


def heard(link, count=2000):
    time, size, priority = one_a_second(count)
    return ~np.isnan(ground_times(time, size, link, priority))


def test_the_share_of_lost_frames_is_that_of_the_code():
    """One packet fills one frame of 100 bytes at 800 bit/s."""
    level = 1.93
    link = steady(800.0, 100, end=1e9)
    link = replace(link, eb_n0=np.array([level + 10.0 * np.log10(800.0)]))
    share = float(frame_error("concatenated", np.array(level), 100))
    assert 0.2 < share < 0.8
    lost = 1.0 - heard(link).mean()
    assert lost == pytest.approx(share, abs=4.0 * np.sqrt(share * (1 - share) / 2000))
    np.testing.assert_array_equal(heard(link), heard(link))
    for seed in ((0, 1), (2025, 0), (2025, 2**64 - 1), (2025, 2**64 - 2)):
        other = heard(replace(link, seed=seed))
        assert 0.2 < (other != heard(link)).mean() < 0.8
    better = replace(link, eb_n0=link.eb_n0 + 2.0)
    assert heard(better).all()


def test_a_frame_draws_the_same_whatever_came_before():
    """Ends of flights and idle frames in front shift no draw."""
    link = steady(800.0, 100, end=1e9)
    link = replace(link, eb_n0=np.array([1.93 + 10.0 * np.log10(800.0)]))
    time, size, priority = one_a_second(300)
    whole = ground_times(time, size, link, priority)
    some = np.arange(300) % 7 != 3
    some[0] = True  # frames are counted from the first packet
    part = ground_times(time[some], size[some], link, priority[some])
    np.testing.assert_array_equal(np.isnan(part), np.isnan(whole[some]))


@pytest.mark.parametrize(
    ("dark", "expected"),
    [
        (0.5, [np.nan, 3.0, 3.0]),
        (1.5, [np.nan] * 2 + [3.0]),
        (2.5, [2.0] + [np.nan] * 2),
    ],
)
def test_a_packet_that_spans_a_lost_frame_is_lost(dark, expected):
    """Frames: 0 to 1 s the first 94; 1 to 2 s its 60 and 34; 2 to 3 s the rest.

    Dark in the middle of one of them, so that the beginning or the rest is missing.
    """
    time, size = np.array([0.0, 0.0, 0.1]), np.array([94 + 60, 60, 10])
    link = replace(
        steady(800.0, 100, end=1e9, light_time=0.0),
        t=np.array([0.0, dark - 0.2, dark, dark + 0.2, 9.0]),
        eb_n0=np.array([90.0, 90.0, DARK, 90.0, 90.0]),
        rate=np.full(5, 800.0),
        light_time=np.zeros(5),
        receiver=np.zeros(5, int),
    )
    got = ground_times(time, size, link, np.ones(3, int))
    np.testing.assert_allclose(got, expected, atol=1e-9)


def test_the_most_urgent_goes_first_when_the_rate_drops():
    """94 bytes a second go out; 60 urgent and 100 others come in."""
    t = np.repeat(np.arange(100.0), 2)
    size = np.tile([100, 60], 100)
    link = steady(800.0, 100, end=100.0, light_time=0.0)
    by_rank = ground_times(t, size, link, np.tile([2, 1], 100))
    in_turn = ground_times(t, size, link, np.ones(200, int))
    age = by_rank - t
    urgent = slice(1, 190, 2)
    assert np.nanmax(age[urgent]) < 3.2 and not np.isnan(age[urgent]).any()
    # in turn everything grows old together: 160 made for 94 sent
    assert np.nanmax((in_turn - t)[urgent]) > 30.0
    assert np.isnan(age[0::2]).mean() > 0.5


def test_frames_grow_shorter_when_the_rate_rises():
    time, size, priority = one_a_second(20)
    link = replace(
        steady(800.0, 100, end=1e9, light_time=0.0),
        t=np.array([0.0, 10.0]),
        eb_n0=np.full(2, 300.0),
        rate=np.array([800.0, 3200.0]),
        light_time=np.zeros(2),
        receiver=np.zeros(2, int),
    )
    age = ground_times(time, size, link, priority) - time
    np.testing.assert_allclose(age[:10], 1.0, atol=1e-9)
    np.testing.assert_allclose(age[10:], 0.25, atol=1e-9)


def test_spells_name_who_listened():
    link = replace(
        steady(800.0, 100, end=1e9),
        t=np.arange(7.0),
        receiver=np.array([NOBODY, 0, 0, 1, NOBODY, 1, 1]),
        receivers=("a", "b"),
    )
    assert spells(link) == [(1.0, 3.0, "a, b"), (5.0, 6.0, "b")]
