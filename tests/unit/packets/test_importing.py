"""Telemetry of others becomes tables of ours; ours comes back as it was."""

import csv

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from frigoris.errors import OutputError, UserError
from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.export import export
from frigoris.packets.importing import import_telemetry
from frigoris.packets.tables import read_ground, write_telemetry
from support.streams import tables

EPOCH = "2025-06-05T18:52:13.000Z"
MAPPING = """\
epoch_utc: 2025-06-05T18:52:13Z
time: {column: UTC, unit: utc}
ground_time: {column: ERT, unit: min}
columns:
  - {column: ALT, unit: ft, channel: gnc.est_altitude_m}
  - {column: MODE, channel: gnc.phase, names: {DOWN: terminal_descent}}
  - {column: SPIN, unit: deg_s, channel: imu.gyro_x_rad_s}
"""
ROWS = [
    ["UTC", "ERT", "ALT", "MODE", "SPIN"],
    ["2025-06-05T18:53:13Z", "1.1", "10000", "braking", ""],
    ["2025-06-05T18:53:14.500Z", "1.2", "", "", "-90"],
    ["2025-06-05T18:53:12Z", "", "9000", "DOWN", "45"],
]


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    folder = tmp_path_factory.mktemp("record")
    write_telemetry(folder, tables(), EPOCH)
    return folder


def write(tmp_path, rows=ROWS, mapping=MAPPING):
    (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
    with (tmp_path / "data.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return tmp_path / "data.csv", tmp_path / "mapping.yaml"


def check_made_up(folder):
    ground = read_ground(folder)
    gnc, imu = ground.tables["gnc"], ground.tables["imu"]
    assert ground.epoch_utc.startswith("2025-06-05T18:52:13")
    # sorted by time; exact by the definitions of foot and degree
    np.testing.assert_allclose(gnc["t_s"], [59.0, 60.0])
    np.testing.assert_allclose(gnc["est_altitude_m"], [2743.2, 3048.0], rtol=6e-8)
    np.testing.assert_allclose(gnc["ground_t_s"], [np.nan, 66.0])
    assert gnc["phase"].tolist() == [5, 3]
    np.testing.assert_allclose(imu["t_s"], [59.0, 61.5])
    np.testing.assert_allclose(imu["gyro_x_rad_s"], [np.pi / 4, -np.pi / 2], rtol=6e-8)
    # what has no column is no number
    assert np.isnan(gnc["est_q_w"]).all() and gnc["est_q_w"].dtype == np.float32
    assert set(ground.tables) == {"gnc", "imu"}


def test_foreign_csv_is_converted_by_hand_computed_values(tmp_path):
    import_telemetry(*write(tmp_path), tmp_path / "out")
    check_made_up(tmp_path / "out")


def test_foreign_parquet_is_read_the_same(tmp_path):
    _, mapping = write(tmp_path)
    columns = dict(zip(ROWS[0], zip(*ROWS[1:], strict=True), strict=True))
    table = {
        "UTC": pa.array(np.array([u[:-1] for u in columns["UTC"]], "datetime64[ms]")),
        "ERT": pa.array([1.1, 1.2, None]),
        "ALT": pa.array([10_000, None, 9000]),
        "MODE": pa.array(["braking", None, "DOWN"]),
        "SPIN": pa.array([None, -90.0, 45.0]),
    }
    pq.write_table(pa.table(table), tmp_path / "data.parquet")
    import_telemetry(tmp_path / "data.parquet", mapping, tmp_path / "out")
    check_made_up(tmp_path / "out")


@pytest.mark.parametrize(
    ("row", "column", "cell", "told"),
    [
        (1, 2, "high", "data.csv:2: column ALT: 'high' is no number"),
        (3, 0, "noon", "data.csv:4: column UTC: 'noon' is no UTC of ISO 8601"),
        (2, 0, "", "data.csv:3: column UTC: a row without a time"),
        (1, 3, "brake", "column MODE: 'brake' is no value of phase. Did you mean brak"),
        (1, 3, "99", "is no value of phase"),
        (0, 2, "ALTI", "mapping.yaml:5:14: "),
        (0, 2, "ALTI", "has no column ALT. Did you mean ALTI?"),
    ],
)
def test_a_fault_of_the_data_is_placed(tmp_path, row, column, cell, told):
    rows = [list(r) for r in ROWS]
    rows[row][column] = cell
    with pytest.raises(UserError) as error:
        import_telemetry(*write(tmp_path, rows), tmp_path / "out")
    assert told in str(error.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1\n", b"\xff\xfe\x00", b"PAR1PAR1", bytes(90)]
)
def test_what_cannot_be_read_is_the_users_mistake(tmp_path, data):
    path, mapping = write(tmp_path)
    path.write_bytes(data)
    for given in (mapping, None):
        with pytest.raises(UserError):
            import_telemetry(path, given, tmp_path / "out")
    with pytest.raises(UserError, match="Cannot import"):
        import_telemetry(tmp_path / "nowhere", None, tmp_path / "out")


def test_odd_rows_are_told(tmp_path):
    rows = [*ROWS, [*ROWS[1][:2], "1", "braking", "0"]]
    rows.append(["2025-06-05T18:54:00Z", "", "5", "", ""])
    notes = []
    import_telemetry(*write(tmp_path, rows), tmp_path / "out", notes.append)
    assert any("1 rows without phase left out" in n for n in notes)
    assert any("1 rows of a time that was there" in n for n in notes)


def test_a_folder_with_something_in_it_is_not_touched(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("mine")
    with pytest.raises(OutputError, match="something already"):
        import_telemetry(*write(tmp_path), tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("kind", ["mcap", "ccsds"])
def test_what_export_wrote_comes_back_in_every_field(record, tmp_path, kind):
    export(record, kind, tmp_path / "file")
    notes = []
    import_telemetry(tmp_path / "file", None, tmp_path / "out", notes.append)
    ground = read_ground(tmp_path / "out")
    assert len(notes) == (kind == "ccsds")  # packets don't say their epoch
    assert ground.epoch_utc == (EPOCH if kind == "mcap" else "")
    assert set(ground.tables) == {p.name for p in load_dictionary().packets}
    for name, table in tables().items():
        for column, values in table.items():
            found = ground.tables[name][column]
            if column == "ground_t_s" and kind == "ccsds":
                assert np.isnan(found).all()
                continue
            # the time code of packets has steps of 2^-24 s
            atol = 3.0e-8 if (column, kind) == ("t_s", "ccsds") else 0.0
            np.testing.assert_allclose(found, values, rtol=0.0, atol=atol)
            assert found.dtype == values.dtype


def test_csv_of_ours_comes_back_by_a_mapping(record, tmp_path):
    export(record, "csv", tmp_path / "csv")
    gnc = load_dictionary().packet("gnc")
    lines = [f"epoch_utc: {EPOCH}", "time: {column: t_s, unit: s}", "columns:"]
    for field in gnc.fields:
        unit = f"unit: {field.unit}, " if field.unit else ""
        column = f"column: {field.name}, {unit}channel: gnc.{field.name}"
        lines.append(f"  - {{{column}}}")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("\n".join(lines), encoding="utf-8")
    import_telemetry(tmp_path / "csv" / "gnc.csv", mapping, tmp_path / "out")
    found = read_ground(tmp_path / "out").tables["gnc"]
    for field in gnc.fields:
        np.testing.assert_array_equal(found[field.name], tables()["gnc"][field.name])
