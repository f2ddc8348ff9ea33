"""The telemetry dictionary against the messages, the channels and the units."""

import struct
from pathlib import Path

import pytest

from frigoris.packets.dictionary import TYPES, load_dictionary
from frigoris.packets.document import page
from frigoris.phases import PHASES
from frigoris.units import suffix
from support.synthetic_flight import synthetic_flight

ROOT = Path(__file__).parents[3]
PACKETS = load_dictionary().packets
FIELDS = [(p.name, f) for p in PACKETS for f in p.fields]


def ids(value):
    return value if isinstance(value, str) else value.name


def test_names_and_identifiers_are_unique():
    assert (
        len({p.name for p in PACKETS}) == len(PACKETS) == len({p.apid for p in PACKETS})
    )
    for packet in PACKETS:
        names = [f.name for f in packet.fields]
        assert len(set(names)) == len(names)
        assert not {"t_s", "ground_t_s"} & set(names)
        assert 0 <= packet.apid < 2047  # 11 bits; the last one is for idle packets


@pytest.mark.parametrize(("packet", "field"), FIELDS, ids=ids)
def test_a_field_is_complete(packet, field):
    flight = synthetic_flight()
    assert field.source in flight.onboard
    assert field.type in TYPES and field.text
    if field.enumeration:
        values = load_dictionary().enumerations[field.enumeration]
        assert flight.onboard[field.source].max() < len(values)
        return
    # no unit means a component of a quaternion
    assert field.unit == (suffix(field.name) or "") or "_q_" in field.name
    assert field.unit or "_q_" in field.name
    if field.low is not None:
        assert field.low < field.high


def test_phases_are_those_of_the_messages():
    assert load_dictionary().enumerations["phase"] == PHASES


@pytest.mark.parametrize("packet", PACKETS, ids=ids)
def test_length_matches_a_packed_structure(packet):
    codes = {"f4": "f", "f8": "d", "u1": "B", "u2": "H", "u4": "I", "i4": "i"}
    layout = ">6s8s" + "".join(codes[f.type] for f in packet.fields) + "H"
    assert packet.bytes == struct.calcsize(layout)


def test_the_page_is_current():
    """Renew it with `python -m frigoris.packets.document > docs/telemetry.md`."""
    written = (ROOT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    assert written == page(load_dictionary())
