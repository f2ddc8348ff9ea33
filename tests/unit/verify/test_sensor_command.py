"""`frigoris sensor fit` as a user calls it."""

import json

import numpy as np
import pytest

from frigoris import cli
from support.laser_tests import campaign

COLUMNS = "range_m,albedo_ratio,incidence_deg,speed_m_s,temperature_degC,detected"
FIT = ("--model", "laser", "--mission", "hakuto-r-m2")


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = cli.run(["sensor", "fit", *words])
        return code, *capsys.readouterr()

    return run


def write(path, shots):
    table = np.stack(
        [
            shots.slant_range,
            shots.albedo,
            np.degrees(shots.incidence),
            shots.closing,
            shots.temperature,
            shots.hits,
        ]
    )
    np.savetxt(path, table.T, delimiter=",", header=COLUMNS, comments="", fmt="%.9g")


def mistake(result, *words):
    code, out, err = result
    assert code == 2 and out == ""
    assert "Traceback" not in err
    for word in words:
        assert word in err


@pytest.mark.slow
def test_one_json_object_and_a_picture(call, tmp_path):
    write(tmp_path / "t.csv", campaign(1, 120, speeds=(0.0, 12.0)))
    code, out, err = call("t.csv", *FIT, "--need-m", "3000", "--json")
    assert code == 0, err
    told = json.loads(out)
    assert told["schema"] == "frigoris.sensor_fit.1"
    assert [p["name"] for p in told["parameters"]] == [
        "efficiency_ratio",
        "averaging_ms",
        "temperature_loss_per_K",
    ]
    link, lag, loss = told["parameters"]
    assert link["interval"][0] < link["value"] < link["interval"][1] < 1.0
    assert lag["kind"] == "at most"
    assert loss["kind"] == "undetermined" and loss["interval"] is None
    prediction = told["prediction"]
    assert prediction["need_m"] == 3000.0 and prediction["extrapolates"]
    low, high = prediction["fitted"]["interval_m"]
    assert low < prediction["fitted"]["first_valid_altitude_m"] < high
    assert prediction["data_sheet"]["probability_by_need"] == 1.0
    assert told["corners"][0]["conditions"] == ["speed_m_s"]
    assert told["data"]["shots"] == 120.0
    picture = tmp_path / told["picture"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_tables_name_what_is_undetermined_and_extrapolated(call, tmp_path):
    write(tmp_path / "t.csv", campaign(1, 120, speeds=(0.0, 0.0)))
    code, out, _ = call("t.csv", *FIT, "--out", "a/b.png")
    assert code == 0
    assert "UNDETERMINED" in out and "all shots at one speed, 0 m/s" in out
    assert "trusts the data sheet for averaging_ms = 0" in out
    assert "EXTRAPOLATES" in out and "1. speed above" in out
    assert (tmp_path / "a" / "b.png").is_file()


def test_a_test_without_a_miss_gives_a_limit_and_says_so(call, tmp_path):
    lines = [f"{r},0.2,1" for r in (300, 900, 1500, 2500)]
    (tmp_path / "t.csv").write_text(
        "\n".join(["range_m,albedo_ratio,detected", *lines])
    )
    code, out, _ = call("t.csv", *FIT)
    assert code == 0
    assert "every shot was detected" in out and "Only a limit of the link" in out
    assert "The table has no speed_m_s" in out


def test_mistakes_are_told_once(call, tmp_path):
    mistake(call("no.csv", *FIT), "no such file")
    mistake(call(".", *FIT), "is a folder")
    (tmp_path / "t.csv").write_text("range_m,albedo_ratio,detected\n900,0.2,1\n")
    mistake(call("t.csv", "--model", "lazer", *FIT[2:]), "Did you mean laser?")
    mistake(call("t.csv", *FIT[:3], "hakuto-r-m3"), "hakuto-r-m2")
    mistake(call("t.csv", *FIT, "--need-m", "-1"), "--need-m")
    mistake(call("t.csv", *FIT, "--need-m", "nan"), "--need-m")
    mistake(call("t.csv", *FIT, "--record", "nowhere"), "Cannot read the truth")
    mistake(call("t.csv", *FIT, "--out", "t.csv/x.png"), "Cannot write")
    (tmp_path / "t.csv").write_text("range_m,albedo_ratio,detected\n50000,0.2,1\n")
    mistake(call("t.csv", *FIT), "no shot is within the timer")
