"""Packets are made at their rate, from rows that exist."""

import numpy as np
import pytest

from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.sample import due_rows, sample_packets
from support.synthetic_flight import synthetic_flight


def due_by_walking(t, rate_hz):
    """Row by row with whole ticks of a microsecond, no floats."""
    period = round(1e6 / rate_hz)
    rows, last = [], None
    for i, tick in enumerate(np.rint(t * 1e6).astype(int).tolist()):
        if tick // period != last:
            rows.append(i)
            last = tick // period
    return rows


@pytest.mark.parametrize("rate_hz", [1.0, 2.0, 5.0, 10.0, 0.25])
def test_due_rows_match_a_walk_in_whole_microseconds(rate_hz):
    fast = 7.3 + 0.1 * np.arange(400)  # rounding: many of these are just off a second
    slow = fast[-1] + 1.9 * np.arange(1, 30)
    t = np.concatenate([fast, slow])
    assert due_rows(t, rate_hz).tolist() == due_by_walking(t, rate_hz)


def test_no_rows_no_packets():
    assert len(due_rows(np.array([]), 1.0)) == 0


def test_every_value_is_that_of_its_row_in_the_type_of_the_link():
    dictionary = load_dictionary()
    onboard = synthetic_flight().onboard
    for name, table in sample_packets(dictionary, onboard).items():
        rows = np.searchsorted(onboard["t_s"], table["t_s"])
        np.testing.assert_array_equal(onboard["t_s"][rows], table["t_s"])
        for field in dictionary.packet(name).fields:
            assert table[field.name].dtype == np.dtype(field.column_type)
            # float32 keeps 24 bits: half a unit in the last place is 6e-8
            near = {"rtol": 6e-8, "atol": 0.5001 * (field.scale or 0.0)}
            values = onboard[field.source][rows]
            np.testing.assert_allclose(table[field.name], values, **near)


def test_the_range_finder_speaks_five_times_a_second():
    table = sample_packets(load_dictionary(), synthetic_flight().onboard)["laser"]
    late = table["t_s"][table["t_s"] > table["t_s"][-1] - 20.0]
    np.testing.assert_allclose(np.diff(late), 0.2, atol=1e-9)  # measured 2e-12


def test_an_instrument_that_a_lander_has_not_sends_nothing():
    onboard = dict(synthetic_flight().onboard)
    dictionary = load_dictionary()
    sent = set(sample_packets(dictionary, onboard))
    assert sent == {p.name for p in dictionary.packets} - {
        *("radar", "velocimeter", "landmark")
    }
    onboard["velocimeter_beams_count"] = np.zeros(len(onboard["t_s"]))
    assert set(sample_packets(dictionary, onboard)) == sent | {"velocimeter"}


def test_counts_go_up_by_one_whatever_is_lost_later():
    made = sample_packets(load_dictionary(), synthetic_flight().onboard)
    for table in made.values():
        assert table["sequence_count"].tolist() == list(range(len(table["t_s"])))
