"""Single packets against bytes written down by hand from the standards."""

import struct

import numpy as np
import pytest
from spacepackets.ccsds import SpacePacketHeader

from frigoris.errors import UserError
from frigoris.packets.dictionary import Field, load_dictionary
from frigoris.packets.sample import as_sent, on_ground, on_link
from frigoris.packets.space_packet import checksum, decode, encode
from frigoris.packets.time_code import decode_time, encode_time

DISCRETES = load_dictionary().packet("discretes")
# 000 version, 0 telemetry, 1 time follows, APID 001 0000 0110; 11 whole, count 1337;
# 8 + 2 + 2 bytes follow, less one; P-field 0 010 11 11; 4660 s and a half; yes, 5
BY_HAND = bytes.fromhex("0906C539000B 2F00001234800000 0105")


def bit_by_bit(data):
    """CRC-16/CCITT-FALSE as its definition divides polynomials."""
    register = 0xFFFF
    for byte in data:
        for bit in range(7, -1, -1):
            carry = (register >> 15) ^ ((byte >> bit) & 1)
            register = ((register << 1) & 0xFFFF) ^ (0x1021 if carry else 0)
    return register


def test_the_checksum_is_that_of_the_catalogues():
    assert checksum(b"123456789") == 0x29B1 == bit_by_bit(b"123456789")
    assert checksum(BY_HAND) == bit_by_bit(BY_HAND)


def test_a_primary_header_matches_bytes_by_hand():
    """082AC53900FF: APID 42, with a secondary header, count 1337, 256 bytes follow."""
    header = SpacePacketHeader.tm(42, 1337, 255, sec_header_flag=True)
    assert header.pack().hex().upper() == "082AC53900FF"


def test_a_packet_matches_bytes_by_hand():
    data = encode(DISCRETES, 1337, 4660.5, (1, 5))
    assert data == BY_HAND + bit_by_bit(BY_HAND).to_bytes(2, "big")
    heard = decode(DISCRETES, data)
    assert heard is not None
    assert (heard.packet, heard.count, heard.t_s) == ("discretes", 1337, 4660.5)
    assert heard.numbers == (1, 5)


def test_every_damaged_bit_is_found():
    data = encode(DISCRETES, 1337, 4660.5, (1, 5))
    for bit in range(8 * len(data)):
        wrong = bytearray(data)
        wrong[bit // 8] ^= 1 << bit % 8
        assert decode(DISCRETES, bytes(wrong)) is None


@pytest.mark.parametrize(
    ("at", "value"), [(0, 0x29), (0, 0x19), (0, 0x01), (2, 0x05), (6, 0x1E)]
)
def test_what_another_sent_is_not_ours_though_its_checksum_is_right(at, value):
    """Another version, a command, no time, a part of a packet, another epoch."""
    other = bytearray(BY_HAND)
    other[at] = value
    whole = bytes(other) + checksum(bytes(other)).to_bytes(2, "big")
    assert decode(DISCRETES, whole) is None


@pytest.mark.parametrize("t_s", [0.0, 1e-7, 3940.0604862666696, 4.29e9])
def test_time_matches_whole_and_fraction(t_s):
    field = encode_time(t_s)
    whole, *fine = struct.unpack(">I3B", field[1:])
    fraction = fine[0] / 256 + fine[1] / 256**2 + fine[2] / 256**3
    assert whole + fraction == decode_time(field)
    # half a step is 3.0e-8 s; at 4e9 s the last place of a double is 5e-7 s
    assert abs(decode_time(field) - t_s) <= max(2.0**-25, np.spacing(t_s))


@pytest.mark.parametrize("t_s", [-1.0, 2.0**32, float("nan")])
def test_a_time_that_no_code_holds_is_refused(t_s):
    with pytest.raises(UserError, match="time code"):
        encode_time(t_s)


def test_a_calibrated_field_comes_in_steps_and_ends_at_its_type():
    altitude, rate = load_dictionary().packet("filter").fields
    values = np.array([12.34, 0.04, 0.06, 9e3, -1.0, np.nan])
    assert on_link(altitude, values).tolist() == [123, 0, 1, 65_535, 0, 65_535]
    assert on_link(rate, values).tolist() == [1234, 4, 6, 65_535, 0, 65_535]
    sent = as_sent(altitude, values)
    np.testing.assert_allclose(sent[:3], [12.3, 0.0, 0.1], atol=1e-12)
    np.testing.assert_array_equal(on_ground(altitude, on_link(altitude, sent)), sent)
    assert altitude.high < sent[-1]  # what is no number is out of limits
    signed = Field("x", "x", "i2", "made up", scale=0.5, offset=10.0)
    numbers = on_link(signed, np.array([11.0, -2.0, 2e4, np.nan]))
    assert numbers.tolist() == [2, -24, 32_767, -32_768]
