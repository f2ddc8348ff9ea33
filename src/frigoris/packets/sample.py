"""Packets from the onboard channels, each kind at its own rate."""

import numpy as np

from frigoris.packets.dictionary import SEQUENCE, Dictionary, Field, Packet

Table = dict[str, np.ndarray]

EARLY = 1e-6  # a row this much before its nominal time counts, rounding [s]


def due_rows(t: np.ndarray, rate_hz: float) -> np.ndarray:
    """Rows at which a packet of that rate is made: the first in each period.

    Only rows that exist are taken: where the table is slower than the packet (engines
    off) each row gives one packet. `t`: times of the rows, rising [s].
    """
    period = np.floor((t + EARLY) * rate_hz)
    return np.flatnonzero(np.diff(period, prepend=-np.inf) > 0.0)


def sample_packet(packet: Packet, onboard: Table) -> Table:
    """All packets of one kind: time onboard, count, and every field as the link has it.

    `sequence_count` is that of CCSDS: the packets made of this kind, modulo 2^14.
    """
    rows = due_rows(onboard["t_s"], packet.rate_hz)
    fields = {f.name: as_sent(f, onboard[f.source][rows]) for f in packet.fields}
    count = (np.arange(len(rows)) % SEQUENCE).astype(np.uint16)
    t = onboard["t_s"][rows].astype(np.float64)
    return {"t_s": t, "sequence_count": count, **fields}


def as_sent(field: Field, values: np.ndarray) -> np.ndarray:
    """Values in the type and in the steps of the link, in the unit of the field."""
    return on_ground(field, on_link(field, values))


def on_link(field: Field, values: np.ndarray) -> np.ndarray:
    """The numbers that a packet carries; a whole one ends at what its type holds.

    Whole numbers have no NaN: what is no number becomes the end of the type that the
    limits leave out, the lowest of a signed and the highest of an unsigned one.
    """
    kind = np.dtype(field.type)
    if kind.kind == "f":
        return values.astype(kind)
    ends = np.iinfo(kind)
    number = np.rint((values.astype(np.float64) - field.offset) / (field.scale or 1.0))
    none = ends.min if kind.kind == "i" else ends.max
    known = np.nan_to_num(number, nan=none)
    return np.asarray(np.clip(known, ends.min, ends.max).astype(kind))


def on_ground(field: Field, numbers: np.ndarray) -> np.ndarray:
    """Values in the unit of the field from the numbers of a packet."""
    if field.scale is None:
        return numbers.astype(np.dtype(field.type))
    return np.asarray(field.scale * numbers.astype(np.float64) + field.offset)


def sample_packets(dictionary: Dictionary, onboard: Table) -> dict[str, Table]:
    """Packets of every kind that this lander sends, by the name of the kind."""
    return {
        p.name: sample_packet(p, onboard)
        for p in dictionary.packets
        if not p.needs or np.isfinite(onboard[p.needs]).any()
    }
