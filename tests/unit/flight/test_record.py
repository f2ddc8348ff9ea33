"""The record against the tables it was made from, and against a poisoned truth."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from frigoris.errors import OutputError, UserError
from frigoris.flight import record
from frigoris.flight.record import (
    check_folder,
    read_telemetry,
    read_truth,
    write_record,
)
from frigoris.flight.telemetry import last_heard, telemetry_tables
from frigoris.moon.data import Source
from frigoris.packets.dictionary import load_dictionary
from frigoris.radio.downlink import steady
from support.synthetic_flight import IMPACT, poisoned, synthetic_flight

LINK = steady(3072.0, 1115, end=IMPACT)
PERIOD = 1115 * 8 / 3072  # [s]
NOT_SENT = ("radar", "velocimeter", "landmark")  # the lander has none


def write(folder, flight=None):
    flight = flight or synthetic_flight()
    write_record(
        folder,
        flight,
        "mission: planned\n",
        "mission: flown\n",
        versions={"frigoris": "9.9"},
        link=LINK,
    )
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write(tmp_path_factory.mktemp("runs") / "synthetic-0")


def test_the_folder_is_that_of_the_contract(folder):
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    sent = [p.name for p in load_dictionary().packets if p.name not in NOT_SENT]
    packets = {f"telemetry/{name}.parquet" for name in sent}
    truth = {"states.parquet", "onboard.parquet", "touchdown.parquet"}
    truth |= {"flown.yaml", "flight.json"}
    expected = {"record.json", "planned.yaml", *packets, *(f"truth/{t}" for t in truth)}
    assert found == expected
    index = json.loads((folder / "record.json").read_text())
    assert {f["path"] for f in index["files"]} == expected - {"record.json"}
    for file in index["files"]:
        data = (folder / file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
        assert file["size_bytes"] == (folder / file["path"]).stat().st_size
    assert index["versions"] == {"frigoris": "9.9"}
    assert index["mission"] == "synthetic" and index["data"] == []


def test_truth_comes_back_to_the_bit(folder):
    flight, truth = synthetic_flight(), read_truth(folder)
    for wrote, read in ((flight.truth, truth.states), (flight.onboard, truth.onboard)):
        assert list(wrote) == list(read)
        for name in wrote:
            np.testing.assert_array_equal(read[name], wrote[name])
            assert read[name].dtype == wrote[name].dtype
    assert truth.flown_yaml == "mission: flown\n"
    assert truth.flight["contact"]["speed_vertical_m_s"] == 32.0
    assert truth.flight["published"][4]["parts"][0]["value"] is None


def test_telemetry_holds_nothing_that_the_truth_can_change(tmp_path):
    flight = synthetic_flight()
    clean, blind = (
        write(tmp_path / "a", flight),
        write(tmp_path / "b", poisoned(flight)),
    )
    names = sorted(p.name for p in (clean / "telemetry").iterdir())
    assert names == sorted(p.name for p in (blind / "telemetry").iterdir())
    for name in (f"telemetry/{n}" for n in names):
        assert (clean / name).read_bytes() == (blind / name).read_bytes()
    assert np.isnan(read_truth(blind).states["altitude_m"]).all()


def test_telemetry_does_follow_the_flight_software(tmp_path):
    flight = synthetic_flight()
    onboard = {**flight.onboard, "est_mass_kg": flight.onboard["est_mass_kg"] + 1.0}
    other = write(tmp_path / "b", replace(flight, onboard=onboard))
    table = read_telemetry(other)["propulsion"]
    expected = np.interp(table["t_s"], onboard["t_s"], onboard["est_mass_kg"])
    np.testing.assert_allclose(table["est_mass_kg"], expected, rtol=6e-8)  # float32


def test_tables_say_what_they_are_to_an_outside_tool(folder):
    schema = pq.read_schema(folder / "telemetry" / "gnc.parquet")
    assert schema.metadata[b"epoch_utc"] == b"2025-06-05T18:52:13.000Z"
    assert schema.field("est_altitude_m").metadata[b"unit"] == b"m"
    assert schema.field("est_descent_rate_m_s").metadata[b"unit"] == b"m_s"
    names = json.loads(schema.metadata[b"enumerations"])["phase"]
    phase = read_telemetry(folder)["gnc"]["phase"]
    assert names[phase[-1]] == "terminal_descent"


def test_the_last_seconds_never_arrive(folder):
    """The last frame is lost; what is heard is one to two frames old at the impact."""
    tables = read_telemetry(folder)
    for name, table in tables.items():
        between = 1.0 / load_dictionary().packet(name).rate_hz
        assert (np.diff(table["t_s"]) > 0).all() and (
            np.diff(table["ground_t_s"]) >= 0
        ).all()
        assert table["ground_t_s"].max() <= IMPACT + 1.35
        assert PERIOD < IMPACT - table["t_s"].max() < 2 * PERIOD + between
    last = last_heard(tables)
    assert last["t_s"] == tables["gnc"]["t_s"][-1]
    onboard = synthetic_flight().onboard
    then = np.interp(last["t_s"], onboard["t_s"], onboard["est_altitude_m"])
    assert last["est_altitude_m"] == pytest.approx(then, rel=1e-7)


def test_a_link_that_never_worked_gives_empty_tables():
    onboard = synthetic_flight().onboard
    tables = telemetry_tables(onboard, replace(LINK, end=1.0))
    assert {len(t["t_s"]) for t in tables.values()} == {0}
    assert last_heard(tables) is None


def test_an_older_record_is_replaced_whole(tmp_path):
    folder = write(tmp_path / "a")
    (folder / "left-over.txt").write_text("old")
    write(folder)
    assert not (folder / "left-over.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty")
    write(tmp_path / "new" / "below" / "another")


def with_strange_index(path, index):
    path.mkdir()
    (path / "record.json").write_text(index)


@pytest.mark.parametrize(
    ("prepare", "found"),
    [
        (lambda p: p.write_text("mine"), "there is a file"),
        (lambda p: (p.mkdir(), (p / "thesis.tex").write_text("")), "without a record"),
        (lambda p: with_strange_index(p, '{"kind": "music"}'), "without a record"),
        (lambda p: with_strange_index(p, "[]"), "without a record"),
        (lambda p: with_strange_index(p, "not json"), "without a record"),
    ],
)
def test_nothing_else_is_replaced(tmp_path, prepare, found):
    prepare(tmp_path / "a")
    before = sorted(p.name for p in tmp_path.rglob("*"))
    with pytest.raises(OutputError, match=found) as error:
        write(tmp_path / "a")
    text = str(error.value)
    assert "Cannot write the record" in text and str(tmp_path / "a") in text
    assert "--out" in text
    assert sorted(p.name for p in tmp_path.rglob("*")) == before


def test_a_place_that_cannot_be_written_is_the_users_mistake(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="--out"):
        write(tmp_path / "file" / "below")


@pytest.mark.parametrize("name", ["a" * 300, "ring", "ring/below", "closed"])
def test_a_place_that_cannot_be_looked_at_is_the_users_mistake(
    tmp_path, monkeypatch, name
):
    (tmp_path / "ring").symlink_to("ring")
    (tmp_path / "closed").mkdir()

    def refuse(_):  # what another user's folder answers; root is never refused
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)
    with pytest.raises(OutputError, match="--out"):
        check_folder(tmp_path / name)


def test_the_index_names_every_data_file(tmp_path):
    """By name and by hash, computed from what lies there."""
    paths = [tmp_path / name for name in ("map.tif", "field.sha")]
    for path in paths:
        path.write_bytes(path.name.encode())
    sources = tuple(Source(f"data/{path.name}", path) for path in paths)
    folder = write(tmp_path / "run", replace(synthetic_flight(), sources=sources))
    data = json.loads((folder / "record.json").read_text())["data"]
    assert [d["file"] for d in data] == ["data/map.tif", "data/field.sha"]
    assert data[1]["sha256"] == hashlib.sha256(b"field.sha").hexdigest()


def test_a_failure_half_way_leaves_the_old_record(tmp_path, monkeypatch):
    folder = write(tmp_path / "a")
    before = (folder / "record.json").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(record, "_write_truth", full)
    with pytest.raises(OutputError, match="No space left"):
        write(folder)
    assert (folder / "record.json").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


def test_reading_what_is_no_record_says_so(tmp_path):
    for read in (read_telemetry, read_truth):
        with pytest.raises(UserError, match="Cannot read"):
            read(tmp_path)
