"""The telemetry dictionary: packets, their fields, and how many bytes each one is.

Read from `dictionary.yaml`, the only place where a field of telemetry is defined.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

PRIMARY_HEADER = 6  # CCSDS 133.0-B-2, section 4.1.3 [bytes]
TIME_FIELD = 8  # unsegmented time code, CCSDS 301.0-B-4 3.2: P-field, 4 + 3 [bytes]
ERROR_CONTROL = 2  # checksum at the end, as of ECSS-E-ST-70-41C, annex B [bytes]
SEQUENCE = 1 << 14  # counts of packets begin again after it, 133.0-B-2 4.1.3.4.3

TYPES = ("f4", "f8", "u1", "u2", "u4", "i1", "i2", "i4")  # kind and bytes, as in NumPy


@dataclass(frozen=True)
class Field:
    """One value in a packet."""

    name: str  # column on the ground, unit last
    source: str  # channel of the onboard table
    type: str  # one of TYPES
    text: str
    unit: str = ""  # empty for pure numbers and enumerations
    low: float | None = None  # limits, both included
    high: float | None = None
    enumeration: str = ""
    scale: float | None = None  # value = scale * number on the link + offset
    offset: float = 0.0

    @property
    def bytes(self) -> int:
        """Length on the link."""
        return int(self.type[1:])

    @property
    def column_type(self) -> str:
        """Type of the column on the ground: that of the link, unless calibrated."""
        return self.type if self.scale is None else "f8"


@dataclass(frozen=True)
class Packet:
    """One kind of packet."""

    name: str
    apid: int
    rate_hz: float
    text: str
    fields: tuple[Field, ...]
    needs: str = ""  # channel without which no lander sends it; empty: all send it
    priority: int = 9  # on the downlink, the smallest first

    @cached_property
    def bytes(self) -> int:
        """Length on the link, headers and checksum included."""
        around = PRIMARY_HEADER + TIME_FIELD + ERROR_CONTROL
        return around + sum(f.bytes for f in self.fields)


@dataclass(frozen=True)
class Dictionary:
    """All packets, and the names behind enumerated values."""

    packets: tuple[Packet, ...]
    enumerations: dict[str, tuple[str, ...]]

    def packet(self, name: str) -> Packet:
        """The packet of that name."""
        return next(p for p in self.packets if p.name == name)

    @property
    def rate_bit_s(self) -> float:
        """Bits per second of the packets that every lander sends, without frames."""
        return sum(8.0 * p.bytes * p.rate_hz for p in self.packets if not p.needs)


def parse(tree: dict[str, Any]) -> Dictionary:
    """A dictionary from the tree of its file."""
    packets = tuple(
        Packet(**{**p, "fields": tuple(Field(**f) for f in p["fields"])})
        for p in tree["packets"]
    )
    for field in (f for p in packets for f in p.fields):
        assert field.type in TYPES, f"telemetry field {field.name}: type {field.type}"
        whole = field.type[0] in "ui"
        assert field.scale is None or whole, f"{field.name}: a float is not calibrated"
    names = {k: tuple(v) for k, v in tree["enumerations"].items()}
    return Dictionary(packets, names)


@cache
def load_dictionary() -> Dictionary:
    """The telemetry dictionary of this package."""
    text = files("frigoris.packets").joinpath("dictionary.yaml").read_text("utf-8")
    return parse(YAML(typ="safe", pure=True).load(text))
