"""Packets from the onboard channels, each kind at its own rate."""

import numpy as np

from frigoris.packets.dictionary import Dictionary, Packet

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
    """All packets of one kind: time onboard and every field in the type of the link."""
    rows = due_rows(onboard["t_s"], packet.rate_hz)
    fields = {
        f.name: onboard[f.source][rows].astype(np.dtype(f.type)) for f in packet.fields
    }
    return {"t_s": onboard["t_s"][rows].astype(np.float64), **fields}


def sample_packets(dictionary: Dictionary, onboard: Table) -> dict[str, Table]:
    """Packets of every kind, by the name of the kind."""
    return {p.name: sample_packet(p, onboard) for p in dictionary.packets}
