"""Streams: every field back, and nothing false out of a damaged one."""

import numpy as np
import pytest

from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.ordering import gaps, make_tables, with_breaks
from frigoris.packets.stream import read_stream
from support.streams import parsed, sent, tables

DICTIONARY = load_dictionary()
COUNT = 14  # in the stream that is harmed


def key(heard):
    """All that a packet says."""
    return heard.packet, heard.count, heard.t_s, tuple(map(parsed, heard.numbers))


@pytest.fixture(scope="module")
def packets():
    return [s.data for s in sent()[-COUNT:]]


@pytest.fixture(scope="module")
def true(packets):
    """What the stream says before any harm."""
    return {key(h) for h in read_stream(DICTIONARY, b"".join(packets)).packets}


def test_every_field_of_the_dictionary_comes_back():
    stream = b"".join(s.data for s in sent())
    received = read_stream(DICTIONARY, stream)
    assert not received.notes and not received.damaged_bytes
    found, notes = make_tables(DICTIONARY, received.packets)
    assert not notes and not gaps(found)
    assert set(found) == set(tables()) == {p.name for p in DICTIONARY.packets}
    for name, table in tables().items():
        for column, values in table.items():
            if column == "t_s":
                # steps of 2^-24 s; measured 2.98e-8
                np.testing.assert_allclose(found[name][column], values, atol=3.0e-8)
            elif column != "ground_t_s":
                assert found[name][column].dtype == values.dtype
                np.testing.assert_array_equal(found[name][column], values)


def test_the_stream_is_in_the_order_of_arrival():
    arrivals = [s.ground_t_s for s in sent()]
    assert arrivals == sorted(arrivals)
    assert sum(len(s.data) for s in sent()) == sum(
        p.bytes * len(tables()[p.name]["t_s"]) for p in DICTIONARY.packets
    )


def drop(packets, bits):
    del packets[bits.integers(len(packets))]


def double(packets, bits):
    at = int(bits.integers(len(packets)))
    packets.insert(int(bits.integers(len(packets))), packets[at])


def swap(packets, bits):
    bits.shuffle(packets)


def flip(packets, bits):
    at = int(bits.integers(len(packets)))
    data = bytearray(packets[at])
    for _ in range(int(bits.integers(1, 40))):
        data[int(bits.integers(len(data)))] ^= 1 << int(bits.integers(8))
    packets[at] = bytes(data)


def overwrite(packets, bits):
    at = int(bits.integers(len(packets)))
    data = bytearray(packets[at])
    start = int(bits.integers(len(data)))
    data[start : start + int(bits.integers(1, 30))] = bits.bytes(
        int(bits.integers(0, 30))
    )
    packets[at] = bytes(data)


def garbage(packets, bits):
    at = int(bits.integers(len(packets) + 1))
    packets.insert(at, bits.bytes(int(bits.integers(1, 60))))


def cut(packets, bits):
    stream = b"".join(packets)
    packets[:] = [stream[: int(bits.integers(len(stream)))]]


HARMS = [drop, double, swap, flip, overwrite, garbage, cut]  # the last one last


@pytest.mark.parametrize("count", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_mutations_never_give_a_wrong_value(packets, true, count):
    bits = np.random.default_rng(count)
    lost = 0
    for _ in range(count):
        harmed = list(packets)
        chosen = bits.choice(len(HARMS), int(bits.integers(1, 4)), replace=False)
        for harm in sorted(chosen):
            HARMS[harm](harmed, bits)
        stream = b"".join(harmed)
        received = read_stream(DICTIONARY, stream)
        said = {key(h) for h in received.packets}
        assert said <= true
        # every byte is in a packet, or told as damage
        good = sum(DICTIONARY.packet(h.packet).bytes for h in received.packets)
        told = received.damaged_bytes + received.unfinished_bytes
        assert good + told == len(stream)
        assert bool(told) == bool(received.notes)
        check_gaps(received, said, true)
        lost += len(true) - len(said)
    assert lost > count  # they did harm


def check_gaps(received, said, true):
    """What lies between two packets that came, and did not come, is told."""
    found, _ = make_tables(DICTIONARY, received.packets)
    told = dict.fromkeys(found, 0)
    for gap in gaps(found):
        told[gap.packet] += gap.missing
    for name, table in found.items():
        assert (np.diff(table["t_s"]) > 0).all()
        first, last = table["t_s"][[0, -1]]
        there = [k for k in true if k[0] == name and first <= k[2] <= last]
        assert told[name] == len([k for k in there if k not in said])


@pytest.mark.parametrize("count", [1, 2, 3, 8, 61])
def test_every_packet_after_damage_is_found(packets, true, count):
    """Whatever the number of bytes that do not belong there."""
    dirt = np.random.default_rng(count).bytes(count)
    received = read_stream(DICTIONARY, dirt + dirt.join(packets))
    assert {key(h) for h in received.packets} == true
    assert received.damaged_bytes == count * len(packets)
    assert len(received.notes) == len(packets)


def test_a_packet_that_came_twice_or_late_is_told(packets):
    stream = b"".join([*packets[6:], *packets[:6], packets[3]])
    received = read_stream(DICTIONARY, stream)
    found, notes = make_tables(DICTIONARY, received.packets)
    assert sum(len(t["t_s"]) for t in found.values()) == len(packets)
    assert any("came again" in note for note in notes)
    assert any("out of order" in note for note in notes)


def test_a_counter_that_began_again_is_no_gap():
    table = dict(tables()["laser"])
    table["sequence_count"] = (table["sequence_count"] + np.uint16(16_300)) % 16_384
    assert np.ptp(table["sequence_count"]) == 16_383
    assert gaps({"laser": table}) == []


def test_a_line_breaks_where_packets_are_missing():
    table = {k: np.delete(v, [40, 41, 42]) for k, v in tables()["imu"].items()}
    (gap,) = gaps({"imu": table})
    assert gap.missing == 3
    assert (gap.after_t_s, gap.before_t_s) == tuple(table["t_s"][[39, 40]])
    t, values = with_breaks(table, "gyro_x_rad_s")
    assert np.flatnonzero(np.isnan(values)).tolist() == [40]
    assert gap.after_t_s < t[40] < gap.before_t_s


@pytest.mark.parametrize("data", [b"", b"\x00", bytes(5000), b"\xff" * 5000])
def test_what_is_no_stream_gives_nothing(data):
    received = read_stream(DICTIONARY, data)
    assert received.packets == []
    assert bool(received.notes) == bool(data)
    assert make_tables(DICTIONARY, []) == ({}, [])
