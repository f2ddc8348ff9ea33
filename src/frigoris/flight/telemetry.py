"""What reached the ground: packets of the onboard table, cut by frames of the link."""

import numpy as np

from frigoris.packets.dictionary import Dictionary, load_dictionary
from frigoris.packets.sample import sample_packets
from frigoris.radio.downlink import Downlink
from frigoris.radio.framing import ground_times

Table = dict[str, np.ndarray]


def telemetry_tables(onboard: Table, link: Downlink) -> dict[str, Table]:
    """One table per packet, made from what was known onboard and nothing else.

    Columns: time onboard, time on the ground, the fields of the dictionary; a packet
    that never arrived is no row.
    """
    dictionary = load_dictionary()
    before = onboard["t_s"] <= link.end
    made = sample_packets(dictionary, {k: v[before] for k, v in onboard.items()})
    ground = ground_times(
        np.concatenate([table["t_s"] for table in made.values()]),
        _each(dictionary, made, "bytes"),
        link,
        _each(dictionary, made, "priority"),
    )
    ends = np.cumsum([len(table["t_s"]) for table in made.values()])[:-1]
    arrived = zip(made.items(), np.split(ground, ends), strict=True)
    return {name: _heard(table, times) for (name, table), times in arrived}


def _each(dictionary: Dictionary, made: dict[str, Table], what: str) -> np.ndarray:
    """A property of its kind for each packet."""
    counts = [len(table["t_s"]) for table in made.values()]
    return np.repeat([getattr(dictionary.packet(n), what) for n in made], counts)


def _heard(table: Table, ground: np.ndarray) -> Table:
    keep = ~np.isnan(ground)
    fields = {k: v[keep] for k, v in table.items() if k != "t_s"}
    return {"t_s": table["t_s"][keep], "ground_t_s": ground[keep], **fields}


def last_heard(tables: dict[str, Table]) -> dict[str, float] | None:
    """The last estimate of the flight software that reached the ground, or none."""
    gnc = tables["gnc"]
    if not len(gnc["t_s"]):
        return None
    names = ("t_s", "ground_t_s", "est_altitude_m", "est_descent_rate_m_s")
    return {name: float(gnc[name][-1]) for name in names}
