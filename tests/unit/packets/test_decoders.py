"""Two decoders that others wrote read the same numbers from our packets."""

import io
import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from space_packet_parser.generators import ccsds_generator
from space_packet_parser.xtce.definitions import XtcePacketDefinition
from space_packet_parser.xtce.validation import validate_xtce

from frigoris.packets.dictionary import Dictionary, Field, Packet, load_dictionary
from frigoris.packets.sample import on_ground
from frigoris.packets.stream import make_stream
from frigoris.packets.xtce import make_xtce, parameter_name
from support.streams import sent, tables

DICTIONARY = load_dictionary()
EPOCH = "2025-06-05T18:52:13.000Z"
FEW = 150  # packets of each kind, the last ones


@pytest.fixture(scope="module", autouse=True)
def quiet():
    logging.disable(logging.INFO)  # ccsdspy says its version when it is imported
    yield
    logging.disable(logging.NOTSET)


def by_xtce(dictionary, epoch, stream):
    """Rows per packet by space_packet_parser, which knows nothing but the XTCE."""
    text = io.BytesIO(make_xtce(dictionary, epoch).encode())
    definition = XtcePacketDefinition.from_xtce(text)
    names = {p.apid: p.name for p in dictionary.packets}
    rows = {p.name: [] for p in dictionary.packets}
    for data in ccsds_generator(stream):
        parsed = definition.parse_bytes(data)
        rows[names[parsed["PKT_APID"]]].append(parsed)
    return rows


def by_ccsdspy(packet, stream):
    """Columns of one kind by ccsdspy, from a layout written here."""
    from ccsdspy import FixedLength, PacketField
    from ccsdspy.utils import split_by_apid

    kinds = {"f": "float", "u": "uint", "i": "int"}
    fields = [PacketField("p_field", "uint", 8)]
    fields += [PacketField("whole", "uint", 32), PacketField("fine", "uint", 24)]
    fields += [
        PacketField(f.name, kinds[f.type[0]], 8 * int(f.type[1:]))
        for f in packet.fields
    ]
    fields.append(PacketField("crc", "uint", 16))
    part = split_by_apid(io.BytesIO(stream))[packet.apid]
    return FixedLength(fields).load(part, include_primary_header=True)


def raw(value):
    """The number below a name or a calibration."""
    return getattr(value, "raw_value", value)


def compare(dictionary, found, packet, stream):
    """Both decoders against the table that the packets were made from."""
    table = found[packet.name]
    rows = by_xtce(dictionary, EPOCH, stream)[packet.name]
    columns = by_ccsdspy(packet, stream)
    t = columns["whole"] + columns["fine"] / 2.0**24
    for times in ([float(r["TIME"]) for r in rows], t):
        # steps of 2^-24 s; measured 3.0e-8
        np.testing.assert_allclose(times, table["t_s"], rtol=0.0, atol=3.0e-8)
    counts = [int(r["SRC_SEQ_CTR"]) for r in rows]
    np.testing.assert_array_equal(counts, table["sequence_count"])
    np.testing.assert_array_equal(columns["CCSDS_SEQUENCE_COUNT"], counts)
    for field in packet.fields:
        got = [r[parameter_name(packet, field)] for r in rows]
        number = columns[field.name]
        if field.enumeration:
            names = dictionary.enumerations[field.enumeration]
            assert got == [names[v] for v in table[field.name]]
            got = [raw(g) for g in got]
        np.testing.assert_array_equal(np.array(got, float), table[field.name])
        if field.scale is None:
            np.testing.assert_array_equal(number, table[field.name])
        else:
            scaled = number * field.scale + field.offset
            np.testing.assert_array_equal(scaled, table[field.name])


@pytest.mark.parametrize("packet", DICTIONARY.packets, ids=lambda p: p.name)
def test_two_decoders_read_every_field_of_the_dictionary(packet):
    mine = [s for s in sent() if s.packet == packet.name][-FEW:]
    found = {packet.name: {k: v[-FEW:] for k, v in tables()[packet.name].items()}}
    compare(DICTIONARY, found, packet, b"".join(s.data for s in mine))


@pytest.mark.parametrize("epoch", [EPOCH, ""])
def test_the_xtce_is_valid_by_its_schema(tmp_path, epoch):
    """The schema of OMG, which space_packet_parser carries: no network."""
    path = tmp_path / "lander.xml"
    path.write_text(make_xtce(DICTIONARY, epoch), encoding="utf-8")
    result = validate_xtce(path, print_results=False, raise_on_error=False)
    assert result, str(result)


def test_the_schema_does_refuse(tmp_path):
    path = tmp_path / "lander.xml"
    text = make_xtce(DICTIONARY, EPOCH).replace("WarningRange", "WarningRanges")
    path.write_text(text, encoding="utf-8")
    assert not validate_xtce(path, print_results=False, raise_on_error=False)


floats = st.sampled_from(["f4", "f8"])
wholes = st.sampled_from(["u1", "u2", "u4", "i1", "i2", "i4"])


@st.composite
def packets(draw):
    """APID, any fields, the numbers that they carry, times and counts."""
    fields, numbers = [], []
    count = draw(st.integers(1, 5))
    for i in range(draw(st.integers(1, 6))):
        about = {"name": f"x{i}", "source": f"x{i}", "text": "made up"}
        if draw(st.booleans()):
            kind = draw(floats)
            one = st.floats(width=8 * int(kind[1:]), allow_subnormal=False)
        else:
            kind = draw(wholes)
            ends = np.iinfo(np.dtype(kind))
            one = st.integers(int(ends.min), int(ends.max))
            about["scale"] = draw(st.sampled_from([None, 1.0, 0.25, 0.001, -3.7]))
            if about["scale"]:
                about["offset"] = draw(st.sampled_from([0.0, 20.0, -7.3]))
        values = draw(st.lists(one, min_size=count, max_size=count))
        numbers.append(np.array(values, np.dtype(kind)))
        fields.append(about | {"type": kind})
    times = st.floats(0.0, 1e5, allow_subnormal=False)
    t = np.array(draw(st.lists(times, min_size=count, max_size=count)))
    first = draw(st.integers(0, 16_383))
    counts = (first + np.arange(count)) % 16_384
    return draw(st.integers(0, 2046)), fields, numbers, np.sort(t), counts


@given(packets())
def test_two_decoders_read_any_packet(made):
    apid, fields, numbers, t, counts = made
    known = tuple(Field(**about) for about in fields)
    packet = Packet("any", apid, 1.0, "made up", known)
    table = {"t_s": t, "ground_t_s": np.full(len(t), np.nan), "sequence_count": counts}
    for field, values in zip(packet.fields, numbers, strict=True):
        table[field.name] = on_ground(field, values)
    dictionary = Dictionary((packet,), {})
    stream = make_stream(dictionary, {"any": table})
    compare(dictionary, {"any": table}, packet, b"".join(s.data for s in stream))
