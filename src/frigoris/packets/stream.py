"""A stream of packets: made from telemetry tables, and read back whatever befell it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from frigoris.errors import UserError
from frigoris.packets.dictionary import PRIMARY_HEADER, Dictionary, Packet
from frigoris.packets.sample import Table, on_link
from frigoris.packets.space_packet import Heard, decode, encode, opening


@dataclass(frozen=True)
class Sent:
    """The bytes of one packet, and when they are on the ground [s]."""

    packet: str
    t_s: float
    ground_t_s: float
    data: bytes


@dataclass
class Received:
    """What was made out of a stream."""

    packets: list[Heard] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    damaged_bytes: int = 0  # in which no packet was found
    unfinished_bytes: int = 0  # of a packet that the end cut off


def make_stream(dictionary: Dictionary, tables: dict[str, Table]) -> list[Sent]:
    """Every packet of the tables, in the order of its arrival.

    Where the arrival is not known, the time onboard stands for it.
    """
    sent: list[Sent] = []
    for packet in dictionary.packets:
        if packet.name in tables:
            sent += _packets(packet, tables[packet.name])
    return sorted(sent, key=lambda s: (s.ground_t_s, s.t_s))


def _packets(packet: Packet, table: Table) -> Iterator[Sent]:
    missing = [f.name for f in packet.fields if f.name not in table]
    if missing:
        raise UserError(
            f"Cannot make packets of {packet.name}: its table has no "
            f"{', '.join(missing)}. Give the mapping of the import a column for each."
        )
    numbers = [on_link(f, table[f.name]).tolist() for f in packet.fields]
    t, ground = table["t_s"], table["ground_t_s"]
    ground = np.where(np.isfinite(ground), ground, t)
    counts = table["sequence_count"].tolist()
    rows = zip(counts, t.tolist(), ground.tolist(), *numbers, strict=True)
    for count, t_s, ground_t_s, *values in rows:
        data = encode(packet, count, t_s, tuple(values))
        yield Sent(packet.name, t_s, ground_t_s, data)


def read_stream(dictionary: Dictionary, data: bytes) -> Received:
    """All packets in `data` that arrived whole; damage is stepped over and told.

    A packet is believed when its identifier and length are of the dictionary and its
    checksum is right. After damage the next packet is looked for byte by byte.
    """
    kinds = {opening(packet): packet for packet in dictionary.packets}
    found, at, lost_at = Received(), 0, -1
    while at < len(data):
        packet = kinds.get((data[at : at + 2], data[at + 4 : at + 6]))
        heard = decode(packet, data[at : at + packet.bytes]) if packet else None
        if packet and heard:
            _tell(found, lost_at, at)
            found.packets.append(heard)
            at, lost_at = at + packet.bytes, -1
            continue
        if lost_at < 0:
            lost_at = at
        at += 1
    _tell_end(found, kinds, data, lost_at)
    return found


def _tell(found: Received, start: int, end: int) -> None:
    if start >= 0:
        found.damaged_bytes += end - start
        found.notes.append(f"no packet in the {end - start} bytes from byte {start} on")


def _tell_end(
    found: Received,
    kinds: dict[tuple[bytes, bytes], Packet],
    data: bytes,
    start: int,
) -> None:
    """What the last bytes are: a packet cut off by the end, or damage."""
    if start < 0:
        return
    packet = kinds.get((data[start : start + 2], data[start + 4 : start + 6]))
    left = len(data) - start
    if left >= (packet.bytes if packet else PRIMARY_HEADER):
        _tell(found, start, len(data))
        return
    found.unfinished_bytes = left
    found.notes.append(f"the last packet, from byte {start} on, is not complete")
