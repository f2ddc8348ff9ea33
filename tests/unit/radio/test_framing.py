"""Frames against a queue that moves one byte at a time, and by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frigoris.radio.downlink import steady
from frigoris.radio.framing import FRAME_HEADER, frame_period, ground_times

LIGHT = 1.3


def arrivals_by_walking(packets, rate, frame_bytes, loss):
    """A plain queue of bytes, each with the number of its packet."""
    period = 8.0 * frame_bytes / rate
    order = sorted(range(len(packets)), key=lambda i: packets[i][0])
    left = {i: packets[i][1] for i in order}
    arrived = [math.nan] * len(packets)
    queue, coming = [], list(order)
    start = packets[order[0]][0]
    first, k = start, 0
    while first + (k + 1) * period <= loss + 1e-9:
        start = first + k * period
        while coming and packets[coming[0]][0] <= start + 1e-9:
            i = coming.pop(0)
            queue += [i] * packets[i][1]
        for i in queue[: frame_bytes - 6]:
            left[i] -= 1
            if left[i] == 0:
                arrived[i] = start + period + LIGHT
        queue = queue[frame_bytes - 6 :]
        k += 1
    return arrived


def run(packets, rate, frame_bytes, loss):
    time, size = (np.array(x) for x in zip(*packets, strict=True))
    link = steady(rate, frame_bytes, end=loss, light_time=LIGHT)
    return ground_times(time, size, link, np.ones(len(time), int))


@st.composite
def traffic(draw):
    # whole milliseconds keep apart what is meant to be apart
    ms = draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=40))
    sizes = draw(st.lists(st.integers(1, 300), min_size=len(ms), max_size=len(ms)))
    packets = [(0.25 + t / 1e3, n) for t, n in zip(ms, sizes, strict=True)]
    return packets, draw(st.sampled_from([331.0, 997.0, 4099.0]))


@given(traffic(), st.integers(8, 200), st.integers(0, 30_000))
def test_arrivals_match_a_queue_of_bytes(case, frame_bytes, loss_ms):
    packets, rate = case
    loss = loss_ms / 1e3 + 0.000123
    expected = arrivals_by_walking(packets, rate, frame_bytes, loss)
    got = run(packets, rate, frame_bytes, loss)
    np.testing.assert_allclose(got, expected, atol=1e-9)  # measured 4e-15


@given(traffic(), st.integers(20, 200), st.floats(1.0, 30.0), st.floats(0.0, 5.0))
def test_an_earlier_loss_only_removes_packets(case, frame_bytes, loss, sooner):
    packets, rate = case
    long = run(packets, rate, frame_bytes, loss)
    short = run(packets, rate, frame_bytes, loss - sooner)
    heard = ~np.isnan(short)
    np.testing.assert_array_equal(short[heard], long[heard])
    assert np.all(short[heard] <= loss - sooner + LIGHT + 1e-6)


@given(traffic(), st.integers(20, 200))
def test_no_packet_overtakes_an_older_one(case, frame_bytes):
    packets, rate = case
    time = np.array([t for t, _ in packets])
    got = run(packets, rate, frame_bytes, 1e4)[np.argsort(time, kind="stable")]
    assert not np.isnan(got).any()
    assert np.all(np.diff(got) >= 0.0)
    period = frame_period(rate, frame_bytes)
    assert np.all(got - np.sort(time) >= period + LIGHT - 1e-9)


def test_by_hand():
    """Frames of 100 bytes at 800 bit/s: one each second, 94 bytes of packets in it."""
    packets = [(10.0, 94), (10.1, 60), (10.2, 60), (11.5, 8), (12.9, 1)]
    # frame at 10: the first; 11: 60 + 34; 12: the rest, 26, and 8; 13: the last
    expected = np.array([11.0, 12.0, 13.0, 13.0, 14.0]) + LIGHT
    np.testing.assert_allclose(run(packets, 800.0, 100, 14.0), expected, atol=1e-12)
    # the frame of 13 to 14 is cut: what was in it is lost, the rest arrives as before
    cut = run(packets, 800.0, 100, 13.99)
    np.testing.assert_allclose(cut[:4], expected[:4], atol=1e-12)
    assert np.isnan(cut[4])


def test_a_link_slower_than_its_packets_grows_old():
    packets = [(float(i), 100) for i in range(50)]
    got = run(packets, 640.0, 80 + FRAME_HEADER, 60.0)  # 74.4 of 100 bytes a second
    age = got - np.arange(50.0)
    # after 40 s, 4000 bytes are made and 40 * 80 * 640 / 8 / 86 = 2977 sent
    assert age[40] == pytest.approx((4100 - 2977) / 74.4 + LIGHT, abs=2.2)
    assert np.isnan(got[-1])


@pytest.mark.parametrize("loss", [-5.0, 0.0, 3.0])
def test_nothing_is_heard_before_the_first_frame_is_over(loss):
    assert np.isnan(run([(2.0, 10), (2.5, 10)], 800.0, 200, loss)).all()


def test_no_packets():
    empty = np.array([])
    assert len(ground_times(empty, empty, steady(1e3, 100, end=9.0), empty)) == 0
