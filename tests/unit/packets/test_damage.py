"""Damaged and half-written files: read up to the damage, with a note, never false."""

import shutil

import numpy as np
import pytest

from frigoris.errors import UserError
from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.export import export
from frigoris.packets.mcap_log import read_mcap
from frigoris.packets.salvage import salvage
from frigoris.packets.tables import ROWS, read_ground, read_table, write_table
from support.streams import tables
from unit.packets.test_importing import record as record

DICTIONARY = load_dictionary()
HARMED = 25  # files, and four times as many small ones


def harmed(data, bits):
    """The bytes cut short, or with some of them changed."""
    if bits.integers(2):
        return data[: int(bits.integers(len(data)))]
    wrong = bytearray(data)
    for _ in range(int(bits.integers(1, 20))):
        wrong[int(bits.integers(len(wrong)))] = int(bits.integers(256))
    return bytes(wrong)


def is_beginning(found, table):
    """Rows of `found` are the first ones of `table`, to the bit."""
    for name, values in found.items():
        np.testing.assert_array_equal(values, table[name][: len(values)])


def test_a_harmed_table_is_read_up_to_the_damage(tmp_path):
    count = 3 * ROWS + 100
    t = np.arange(count) * 0.1
    whole = {"t_s": t, "x_m": np.sin(t), "n": np.arange(count) % 7}
    path = tmp_path / "x.parquet"
    write_table(path, whole, {})
    data = path.read_bytes()
    bits = np.random.default_rng(5)
    lengths = []
    for _ in range(4 * HARMED):
        path.write_bytes(harmed(data, bits))
        notes = []
        try:
            found, _ = read_table(path, notes.append)
        except UserError as error:
            assert str(path) in str(error)
            continue
        is_beginning(found, whole)
        lengths.append(len(found["t_s"]))
        assert (lengths[-1] < count) == bool(notes)
    # some were cut after the first groups of rows
    assert any(0 < n < count for n in lengths)


def test_a_damaged_packet_of_a_record_leaves_the_others(record, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(record, folder)
    path = folder / "telemetry" / "imu.parquet"
    path.write_bytes(path.read_bytes()[:300])
    notes = []
    ground = read_ground(folder, notes.append)
    assert "imu.parquet" in notes[0]
    assert set(ground.tables) >= set(tables()) - {"imu"}
    for path in (folder / "telemetry").iterdir():
        path.write_bytes(b"")
    with pytest.raises(UserError, match="none of its"):
        read_ground(folder, notes.append)


@pytest.mark.parametrize("packet", DICTIONARY.packets, ids=lambda p: p.name)
def test_half_a_table_gives_its_whole_groups(tmp_path, packet):
    """Cut anywhere: as many groups of rows as are there, each number as it was."""
    once = tables()[packet.name]
    many = 1 + 3000 // len(once["t_s"])
    table = {name: np.tile(values, many) for name, values in once.items()}
    (tmp_path / "telemetry").mkdir()
    path = tmp_path / "telemetry" / f"{packet.name}.parquet"
    write_table(path, table, {})
    data = path.read_bytes()
    found = salvage(path, packet)
    assert found is not None and len(found["t_s"]) == len(table["t_s"])
    read = set()
    for end in np.linspace(0, len(data) - 9, 40).astype(int):
        path.write_bytes(data[:end])
        notes = []
        try:
            found = read_ground(tmp_path, notes.append).tables[packet.name]
        except UserError:
            read.add(0)
            continue
        assert len(notes) == 1
        is_beginning(found, table)
        assert all(found[k].dtype == v.dtype for k, v in table.items())
        read.add(len(found["t_s"]))
    groups = {0, ROWS, 2 * ROWS, len(table["t_s"])}
    assert {0, ROWS, 2 * ROWS} <= read <= groups | {3 * ROWS}


def test_no_harm_makes_salvage_say_a_wrong_number(tmp_path):
    packet = DICTIONARY.packet("laser")
    table = {k: np.tile(v, 4) for k, v in tables()["laser"].items()}
    path = tmp_path / "laser.parquet"
    write_table(path, table, {})
    data = path.read_bytes()
    bits = np.random.default_rng(7)
    for _ in range(50):
        path.write_bytes(harmed(data, bits))
        found = salvage(path, packet)
        if found is not None:
            is_beginning(found, table)


def test_a_harmed_mcap_is_read_up_to_the_damage(record, tmp_path):
    path = tmp_path / "x.mcap"
    export(record, "mcap", path)
    data = path.read_bytes()
    bits = np.random.default_rng(6)
    read = 0
    for _ in range(HARMED):
        path.write_bytes(harmed(data, bits))
        notes = []
        try:
            found, _ = read_mcap(path, DICTIONARY, notes.append)
        except UserError as error:
            assert str(path) in str(error)
            continue
        for name, table in found.items():
            is_beginning(table, tables()[name])
        short = any(len(t["t_s"]) < len(tables()[n]["t_s"]) for n, t in found.items())
        assert bool(notes) or not short
        read += short
    assert read > HARMED // 10
