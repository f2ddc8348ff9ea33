"""Packets as if they came down now: datagrams at the pace of their arrival."""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from frigoris.errors import UserError
from frigoris.packets.stream import Sent

HOST, PORT = "127.0.0.1", 10015  # the port that Yamcs listens at in its examples
REPORT = 0.5  # between two words on how far it is [s of the wall clock]

# time onboard [s], packets sent and packets in all
Progress = Callable[[float, int, int], None]


@dataclass(frozen=True)
class Played:
    """What was sent."""

    packets: int
    size_bytes: int
    flight_s: float  # from the first arrival to the last
    wall_s: float


def address(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, `HOST` or `:PORT`. Raises `UserError`."""
    host, _, port = text.rpartition(":") if ":" in text else (text, "", str(PORT))
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise UserError(
            f"Cannot send to {text!r}: {port!r} is no port. Write HOST:PORT, as in "
            f"{HOST}:{PORT}."
        )
    host = host.strip("[]") or HOST
    try:
        socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)
    except OSError as error:
        raise UserError(
            f"Cannot send to {text!r}: {error.strerror or error}. Write HOST:PORT, as "
            f"in {HOST}:{PORT}."
        ) from None
    return host, int(port)


def play(
    sent: list[Sent],
    to: tuple[str, int],
    *,
    speed: float,
    progress: Progress | None = None,
) -> Played:
    """Send each packet as one datagram, `speed` times as fast as it arrived.

    A datagram that nobody listens for is lost, as one from space would be.
    """
    family, kind, *_, where = socket.getaddrinfo(*to, type=socket.SOCK_DGRAM)[0]
    began = told = time.monotonic()
    zero = sent[0].ground_t_s if sent else 0.0
    size = 0
    with socket.socket(family, kind) as line:
        for number, packet in enumerate(sent):
            wait = (packet.ground_t_s - zero) / speed - (time.monotonic() - began)
            if wait > 0.0:
                time.sleep(wait)
            size += _send(line, packet.data, where)
            now = time.monotonic()
            if progress and (now - told > REPORT or number + 1 == len(sent)):
                progress(packet.t_s, number + 1, len(sent))
                told = now
    flight = sent[-1].ground_t_s - zero if sent else 0.0
    return Played(len(sent), size, flight, time.monotonic() - began)


def _send(line: socket.socket, data: bytes, where: tuple[Any, ...]) -> int:
    try:
        return line.sendto(data, where)
    except ConnectionError:  # nobody listens there, and the machine said so
        return len(data)
    except OSError as error:
        raise UserError(
            f"Cannot send packets to {where[0]}:{where[1]}: {error.strerror or error}."
        ) from None
