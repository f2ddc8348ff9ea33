"""Packets into tables: sorted, each once, and what is missing between them."""

from dataclasses import dataclass

import numpy as np

from frigoris.packets.dictionary import SEQUENCE, Dictionary, Packet
from frigoris.packets.sample import Table, on_ground
from frigoris.packets.space_packet import Heard


@dataclass(frozen=True)
class Gap:
    """Packets of one kind that never arrived, between two that did."""

    packet: str
    after_t_s: float
    before_t_s: float
    missing: int  # modulo 16384, as the counter is


def make_tables(
    dictionary: Dictionary, heard: list[Heard]
) -> tuple[dict[str, Table], list[str]]:
    """One table per kind of packet by time onboard, and notes on what was odd.

    A packet that came twice counts once. `ground_t_s` is NaN: packets don't say it.
    """
    tables: dict[str, Table] = {}
    notes: list[str] = []
    for packet in dictionary.packets:
        mine = [h for h in heard if h.packet == packet.name]
        if not mine:
            continue
        kept = _each_once(mine, notes)
        ordered = sorted(kept, key=lambda h: h.t_s)
        if ordered != kept:
            notes.append(f"{packet.name}: packets came out of order, sorted by time")
        tables[packet.name] = _table(packet, ordered)
    return tables, notes


def _each_once(heard: list[Heard], notes: list[str]) -> list[Heard]:
    """The first packet of each time and count."""
    first: dict[tuple[float, int], Heard] = {}
    twice = differ = 0
    for h in heard:
        known = first.setdefault((h.t_s, h.count), h)
        if known is not h:
            twice += 1
            differ += not _same(known, h)
    name = heard[0].packet
    if twice:
        notes.append(f"{name}: {twice} packets came again and count once")
    if differ:
        notes.append(f"{name}: {differ} of them said something else; the first counts")
    return list(first.values())


def _same(a: Heard, b: Heard) -> bool:
    """Equal numbers, NaN equal to NaN."""
    pairs = zip(a.numbers, b.numbers, strict=True)
    return all(x == y or (x != x and y != y) for x, y in pairs)


def _table(packet: Packet, heard: list[Heard]) -> Table:
    t = np.array([h.t_s for h in heard], np.float64)
    table = {
        "t_s": t,
        "ground_t_s": np.full(len(t), np.nan),
        "sequence_count": np.array([h.count for h in heard], np.uint16),
    }
    for i, field in enumerate(packet.fields):
        numbers = np.array([h.numbers[i] for h in heard], np.dtype(field.type))
        table[field.name] = on_ground(field, numbers)
    return table


def gaps(tables: dict[str, Table]) -> list[Gap]:
    """Every gap in the tables, by their counts, in the order of time.

    A loss of a whole multiple of 16384 packets of a kind (0.9 h at 5 Hz) is not seen.
    """
    found: list[Gap] = []
    for name, table in tables.items():
        count, t = table["sequence_count"].astype(np.int64), table["t_s"]
        missing = (np.diff(count) - 1) % SEQUENCE
        for row in np.flatnonzero(missing):
            found.append(Gap(name, float(t[row]), float(t[row + 1]), int(missing[row])))
    return sorted(found, key=lambda g: (g.after_t_s, g.packet))


def with_breaks(table: Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Times and values of one field for a line that breaks where packets are missing.

    A row of NaN stands in each gap, in the middle of it.
    """
    count = table["sequence_count"].astype(np.int64)
    rows = np.flatnonzero((np.diff(count) - 1) % SEQUENCE)
    t, values = table["t_s"], table[name].astype(np.float64)
    middle = 0.5 * (t[rows] + t[rows + 1]) if len(rows) else t[:0]
    return np.insert(t, rows + 1, middle), np.insert(values, rows + 1, np.nan)
