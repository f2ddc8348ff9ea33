"""A record played over UDP: every byte, in time."""

import socket
import threading
import time

import pytest

from frigoris.errors import UserError
from frigoris.packets import live
from support.streams import sent


@pytest.fixture
def listener():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        line.bind(("127.0.0.1", 0))
        line.settimeout(5.0)
        yield line


def test_the_bytes_are_those_of_the_stream(listener):
    packets = sent()[-400:]
    told = []
    done = live.play(
        packets,
        listener.getsockname(),
        speed=float("inf"),
        progress=lambda *x: told.append(x),
    )
    got = [listener.recv(65_536) for _ in packets]
    assert got == [p.data for p in packets]
    assert done.packets == 400 and done.size_bytes == sum(map(len, got))
    assert told[-1] == (packets[-1].t_s, 400, 400)


def test_the_pace_is_that_of_the_arrivals(listener):
    packets = sent()[-200:]
    flight = packets[-1].ground_t_s - packets[0].ground_t_s
    speed = flight / 0.5  # half a second
    times = []

    def listen():
        for _ in packets:
            listener.recv(65_536)
            times.append(time.monotonic())

    thread = threading.Thread(target=listen)
    thread.start()
    done = live.play(packets, listener.getsockname(), speed=speed)
    thread.join(10.0)
    # never early; late only by what a busy machine takes
    assert 0.5 <= done.wall_s < 3.0
    for packet, at in zip(packets[1:], times[1:], strict=True):
        due = (packet.ground_t_s - packets[0].ground_t_s) / speed
        assert at - times[0] > due - 0.1


def test_nobody_needs_to_listen():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        closed = line.getsockname()
    done = live.play(sent()[-20:], closed, speed=float("inf"))
    assert done.packets == 20


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("127.0.0.1:5000", ("127.0.0.1", 5000)),
        (":5000", ("127.0.0.1", 5000)),
        ("127.0.0.1", ("127.0.0.1", 10015)),
        ("[::1]:77", ("::1", 77)),
    ],
)
def test_addresses(text, where):
    assert live.address(text) == where


@pytest.mark.parametrize("text", ["127.0.0.1:0", "127.0.0.1:x", "a:b:c:", ":70000"])
def test_an_address_that_is_none_is_refused(text):
    with pytest.raises(UserError, match="Write HOST:PORT"):
        live.address(text)
