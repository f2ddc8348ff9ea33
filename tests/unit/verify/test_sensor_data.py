"""Tables of tests: every kind of bad file is one clear message with its place."""

import numpy as np
import pytest

from frigoris.errors import UserError
from frigoris.verify.sensor import data as sensor_data
from frigoris.verify.sensor.data import doubts, read_shots

GOOD = "range_m,albedo_ratio,incidence_deg,speed_m_s,temperature_degC,detected\n"
ROW = "1500,0.2,10,5,20,1\n"
FEW = "range_m,albedo_ratio,detected\n"


def refused(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as error:
        read_shots(path, 20.0)
    text = str(error.value)
    assert text.count(str(path)) == len(text.splitlines())
    return text.replace(f"{path}:", "@")


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        # names of columns
        (GOOD.replace("range_m", "range_km") + ROW, "@1:1:", "Did you mean range_m?"),
        (GOOD.replace("speed", "sped") + ROW, "@1:36:", "Did you mean speed_m_s?"),
        (GOOD.replace("degC", "K") + ROW, "@1:46:", "Did you mean temperature_degC?"),
        (GOOD.replace("incidence_deg", "colour") + ROW, "@1:22:", "Known: range_m"),
        ("range_m,detected\n1,1\n", "@1:1:", "column albedo_ratio is missing"),
        ("range_m,albedo_ratio\n900,0.2\n", "@1:1:", "column detected is missing"),
        (
            "range_m,albedo_ratio,detected_count\n9,1,1\n",
            "@1:1:",
            "shots_count is miss",
        ),
        (FEW.strip() + ",shots_count\n9,1,1,1\n", "@1:1:", "Keep detected for single"),
        ("range_m,range_m,detected\n1,1,1\n", "@1:9:", "is there twice"),
        (GOOD.replace(",", ";") + ROW, "@1:8:", "set apart by ';'"),
        # cells
        (GOOD + ROW + "x,0.2,10,5,20,1\n", "@3:1:", "range_m = 'x' is not a number"),
        (GOOD + "1500,0.2,10, nan,20,1\n", "@2:14:", "is not a finite number"),
        (GOOD + "1e400,0.2,10,5,20,1\n", "@2:1:", "is not a finite number"),
        (GOOD + "1e30,0.2,10,5,20,1\n", "@2:1:", "is outside 0.1 … 1e+06"),
        (GOOD + "-4,0.2,10,5,20,1\n", "@2:1:", "is outside 0.1 … 1e+06"),
        (GOOD + "1500,20,10,5,20,1\n", "@2:6:", "In percent? Then write 0.2"),
        (GOOD + "1500,0.2,10,5,293.15,1\n", "@2:15:", "In kelvin? Then write 20"),
        (GOOD + "1500,0.2,95,5,20,1\n", "@2:10:", "is outside 0 … 89"),
        (GOOD + "1500,0.2,10,900,20,1\n", "@2:13:", "In km_h? Then write 250"),
        (GOOD + "1500,0.2,10,5,20,2\n", "@2:18:", "detected = '2' is outside 0 … 1"),
        (GOOD + "1500,0.2,10,5,20,0.5\n", "@2:18:", "is not a whole number"),
        (GOOD + "1500,0.2,10,5,20,yes\n", "@2:18:", "1 for a detection"),
        (GOOD + "1500,0.2,,5,20,1\n", "@2:10:", "incidence_deg is empty"),
        (GOOD + "1500,0.2,10,5,20\n", "@2:15:", "5 cells, but 6 columns"),
        (GOOD + ROW[:-1] + ",7\n", "@2:20:", "7 cells, but 6 columns"),
        (GOOD + "1,5,0.2,10,5,20,1\n", "@2:17:", "7 cells, but 6 columns"),
        (
            "range_m,albedo_ratio,detected_count,shots_count\n900,0.2,9,4\n",
            "@2:9:",
            "more than shots_count",
        ),
        # the whole file
        ("", "@1:1:", "the file is empty"),
        ("# only words\n\n", "@1:1:", "the file is empty"),
        (GOOD, "@1:1:", "there is no shot"),
        (FEW + "1.5,0.2,1\n3.2,0.2,0\n", "@2:1:", "Are these kilometres?"),
        (GOOD.encode() + b"\xff\xfe\x80\n", "@2:1:", "is not text in UTF-8"),
        (b"PK\x03\x04\0\0\0", "@1:1:", "a workbook"),
    ],
)
def test_a_fault_is_placed_and_told(tmp_path, content, place, words):
    text = refused(tmp_path, content)
    assert text.startswith(place)
    assert words in text


def test_all_faults_are_told_at_once_but_not_a_thousand(tmp_path):
    text = refused(tmp_path, GOOD + "a,0.2,10,5,20,1\n" * 1000)
    assert len(text.splitlines()) == 8
    assert "992 more faults" in text


def test_a_long_cell_is_cut(tmp_path):
    assert len(refused(tmp_path, GOOD + "z" * 100_000 + ",1,1,1,1,1\n")) < 200


@pytest.mark.parametrize("limit", ["ROWS_MAX", "BYTES_MAX"])
def test_too_much_is_refused_with_the_way_out(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(sensor_data, limit, 40)
    path = tmp_path / "t.csv"
    path.write_text(FEW + "900,0.2,1\n" * 41)
    with pytest.raises(UserError, match="detected_count, shots_count"):
        read_shots(path, 20.0)


def test_a_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "tests.csv").write_text(GOOD)
    with pytest.raises(UserError, match=r"no such file.*Did you mean .*tests\.csv"):
        read_shots(tmp_path / "test.csv", 20.0)
    with pytest.raises(UserError, match="no such file"):
        read_shots(tmp_path / "nowhere" / "a.csv", 20.0)


@pytest.mark.parametrize("path", [".", "a\0b", "x" * 5000])
def test_what_is_no_file_is_refused(tmp_path, path):
    with pytest.raises(UserError, match="Cannot read"):
        read_shots(tmp_path / path, 20.0)


def test_a_table_becomes_si(tmp_path):
    path = tmp_path / "t.csv"
    lines = ["\ufeff# a comment, first", GOOD.strip(), "", " 1500 , 0.2, 30,5,25, 1 "]
    path.write_bytes("\r\n".join(lines).encode())
    shots = read_shots(path, 20.0)
    assert shots.line.tolist() == [4]
    assert shots.incidence == pytest.approx(np.pi / 6.0)
    assert (shots.slant_range, shots.closing, shots.temperature) == (1500, 5, 25)
    assert (shots.hits, shots.count, shots.missing) == (1, 1, ())


def test_missing_columns_have_the_values_of_a_test_at_rest(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("range_m,albedo_ratio,detected_count,shots_count\n900,0.3,7,9\n")
    shots = read_shots(path, 17.0)
    assert (shots.incidence, shots.closing, shots.temperature) == (0, 0, 17)
    assert (shots.hits, shots.count) == (7, 9)
    assert shots.missing == ("incidence_deg", "speed_m_s", "temperature_degC")


def test_incidences_that_may_be_radians_are_doubted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(GOOD + "1500,0.2,0.6,5,20,1\n")
    assert "radians" in doubts(read_shots(path, 20.0))[0]
    path.write_text(GOOD + ROW)
    assert doubts(read_shots(path, 20.0)) == []
