"""One space packet as bytes: CCSDS 133.0-B-2, with a time and a checksum.

Primary header, time code, the fields in the order of the dictionary, big-endian, and
CRC-16 (polynomial 1021 hex, from FFFF hex) over all that stands before it.
"""

import binascii
import struct
from dataclasses import dataclass
from functools import cache

from spacepackets.ccsds import SpacePacketHeader

from frigoris.packets.dictionary import (
    ERROR_CONTROL,
    PRIMARY_HEADER,
    SEQUENCE,
    TIME_FIELD,
    Packet,
)
from frigoris.packets.time_code import decode_time, encode_time

CRC_START = 0xFFFF
WHOLE = 0b11  # sequence flags of a packet that is no part of another
CODES = dict(f4="f", f8="d", u1="B", u2="H", u4="I", i1="b", i2="h", i4="i")

Number = int | float


@dataclass(frozen=True)
class Heard:
    """A packet that arrived whole. `numbers` are those of the link, not calibrated."""

    packet: str
    count: int
    t_s: float
    numbers: tuple[Number, ...]


def checksum(data: bytes) -> int:
    """CRC-16 of CCSDS and ITU-T: 29B1 hex for the text 123456789."""
    return binascii.crc_hqx(data, CRC_START)


@cache
def layout(packet: Packet) -> struct.Struct:
    """The fields of a packet, without what stands around them."""
    return struct.Struct(">" + "".join(CODES[f.type] for f in packet.fields))


def encode(
    packet: Packet, count: int, t_s: float, numbers: tuple[Number, ...]
) -> bytes:
    """The bytes of one packet. `numbers`: of the link, in the dictionary's order."""
    header = SpacePacketHeader.tm(
        apid=packet.apid,
        seq_count=count,
        # one less than the bytes after the primary header, 4.1.3.5.2
        data_len=packet.bytes - PRIMARY_HEADER - 1,
        sec_header_flag=True,
    ).pack()
    body = bytes(header) + encode_time(t_s) + layout(packet).pack(*numbers)
    return body + checksum(body).to_bytes(ERROR_CONTROL, "big")


def opening(packet: Packet) -> tuple[bytes, bytes]:
    """First and last two bytes of the primary header of every packet of a kind.

    Version 0, telemetry, a time follows, the APID; and the length.
    """
    identity = 1 << 11 | packet.apid
    length = packet.bytes - PRIMARY_HEADER - 1
    return identity.to_bytes(2, "big"), length.to_bytes(2, "big")


def decode(packet: Packet, data: bytes) -> Heard | None:
    """What a packet says; None unless every byte of it is as it was sent.

    A checksum of 16 bits finds every error of up to three bits and every burst of up to
    16; of any other damage 1 in 65536 passes.
    """
    whole = data[2] >> 6 == WHOLE if len(data) == packet.bytes else False
    if not whole or (data[:2], data[4:6]) != opening(packet) or checksum(data) != 0:
        return None
    end = PRIMARY_HEADER + TIME_FIELD
    t_s = decode_time(data[PRIMARY_HEADER:end])
    if t_s is None:
        return None
    numbers = layout(packet).unpack(data[end:-ERROR_CONTROL])
    count = int.from_bytes(data[2:4], "big") % SEQUENCE
    return Heard(packet.name, count, t_s, numbers)
