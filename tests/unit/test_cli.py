"""The command line: codes, one clear message, JSON alone on stdout, quick answers."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from frigoris import cli
from frigoris.errors import DataError
from support.synthetic_flight import WRECK

LIGHT = "jax scipy matplotlib pyarrow equinox numpy".split()


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Run one command; gives code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = cli.run(list(words))
        return code, *capsys.readouterr()

    return run


def mistake(result, *words):
    """The user's mistake: code 2, nothing on stdout, a message, no traceback."""
    code, out, err = result
    assert code == 2
    assert out == ""
    assert err.startswith("frigoris: ") and "Traceback" not in err
    for word in words:
        assert word in err
    return err


def write(folder, content):
    path = folder / "mine.yaml"
    path.write_text(f"extend: hakuto-r-m2\n{content}", encoding="utf-8")
    return path


@pytest.mark.parametrize("verb", ["fly", "check", "reproduce"])
@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("lander:\n  dry_mas_kg: 3\n", "3:3", "Did you mean dry_mass_kg?"),
        ("lander:\n  dry_mass_g: 3\n", "3:3", "Did you mean dry_mass_kg?"),
        ("site:\n  latitude_deg: 99\n", "3:17", "is outside -90 … 90 deg"),
        ("sensors: null\n", "1:1", "section sensors is missing"),
        ("a: b: c\n", "2:5", "is not YAML"),
    ],
)
def test_a_fault_of_the_file_is_placed(call, tmp_path, verb, content, place, words):
    path = write(tmp_path, content)
    mistake(call(verb, str(path)), f"{path}:{place}: ", words)


def test_all_faults_of_a_file_are_shown_at_once(call, tmp_path):
    content = "lander:\n  dry_mas_kg: 3\nsite:\n  latitude_deg: 99\n  map: x\n"
    path = write(tmp_path, content)
    err = mistake(call("check", str(path)), "found 3 faults")
    assert [line.split(":")[1] for line in err.splitlines()[1:]] == ["3", "5", "6"]


def test_check_gives_the_faults_as_json_too(call, tmp_path):
    path = write(tmp_path, "lander:\n  dry_mas_kg: 3\n")
    code, out, err = call("check", str(path), "--json")
    assert code == 2 and err
    report = json.loads(out)
    assert not report["good"]
    assert report["faults"][0].startswith(f"{path}:3:3: ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["fly", "hakuto"], "Did you mean hakuto-r-m2?"),
        (["check", "nowhere.yaml"], "there is no such file"),
        (["check", 5000 * "a"], "neither in the catalogue"),
        (["fly", "hakuto-r-m2", "--case", "-1"], "cases count from 0"),
        (["fly", "hakuto-r-m2", "--case", "one"], "Invalid value for '--case'"),
        (["fly", "hakuto-r-m2", "--seed", "-5"], "--seed"),
        (["fly", "hakuto-r-m2", "--set", "lander.dry_mass_g=3"], "lander.dry_mass_kg?"),
        (["fly", "hakuto-r-m2", "--set", "lander.dry_mass_kg=-3"], "is outside 1"),
        (["fly", "hakuto-r-m2", "--fault", "weak"], "Did you mean weak_laser?"),
        (["fly", "hakuto-r-m2", "--map", "mars"], "'mars' is not one of"),
        (["fly", "hakuto-r-m2", "--nominla"], "--nominla"),
        (["fly", "hakuto-r-m2", "--pace", "2"], "go with --software"),
        (["fly"], "Missing argument 'MISSION'"),
        (["fry", "hakuto-r-m2"], "No such command 'fry'"),
        (["reproduce", "hakuto-r-m2", "--all"], "not both"),
    ],
)
def test_a_mistake_in_the_words_is_named(call, words, told):
    mistake(call(*words), told)


@pytest.mark.parametrize("name", ["taken", "taken/below"])
def test_a_folder_that_cannot_be_written_is_refused(call, tmp_path, name):
    (tmp_path / "taken").write_text("a file")
    out = tmp_path / name
    mistake(call("fly", "hakuto-r-m2", "--out", str(out)), str(out), "--out")


def test_missions_are_listed(call):
    assert "hakuto-r-m2  HAKUTO-R Mission 2, RESILIENCE" in call("missions")[1]
    code, out, err = call("missions", "--json")
    assert code == 0 and err == ""
    assert "hakuto-r-m2" in [row["name"] for row in json.loads(out)["missions"]]


def test_a_good_file_is_good(call):
    code, out, err = call("check", "hakuto-r-m2")
    assert code == 0 and err == "" and "good" in out
    report = json.loads(call("check", "hakuto-r-m2", "--json")[1])
    assert report["good"] and len(report["fitted"]) == 3 and report["edges"] == []


def test_check_tells_what_a_mission_rests_on(call):
    """Values with their ranges, what is fitted, what is open; in both forms."""
    out = " ".join(call("check", "hakuto-r-m2")[1].split())
    report = json.loads(call("check", "hakuto-r-m2", "--json")[1])
    for words in (
        "lander.engines.main.isp_s = 320 318 … 321 data sheet of the engine family",
        "lander.com_dry_m = [0.004, -0.003, 0.8] [-0.01, -0.01, 0.7] … [0.01, 0.01,",
        "Fitted: 3 faults.weak_laser.set.sensors.laser.efficiency_ratio = 0.0",
        "Open items: 7 Maker, rate, beam",
    ):
        assert words in out, words
    (isp,) = (r for r in report["engineering"] if r["path"].endswith("main.isp_s"))
    assert (isp["value"], isp["low"], isp["high"]) == (320.0, 318.0, 321.0)
    assert len(report["engineering"]) > 50 and len(report["open_items"]) == 7


def test_check_takes_a_variant_that_lacks_what_its_base_declares(call, tmp_path):
    path = write(tmp_path, "orbit: {circularisation: null}\nopen_items: []\n")
    code, out, _ = call("check", str(path))
    assert code == 0 and "circularisation" not in out and "Open items: none" in out


def test_too_much_fitting_is_not_good(call, tmp_path):
    path = write(tmp_path, "lander: {rcs: {isp_s: 229.5}}\n")
    code, out, err = call("check", str(path))
    assert code == 1
    assert "counts as fitted: lander.rcs.isp_s = 229.5" in out and "more numbers" in err
    assert "too much is fitted" in out


def test_data_are_listed_and_located(call, tmp_path, monkeypatch):
    monkeypatch.setenv("FRIGORIS_DATA", str(tmp_path / "none"))
    where = json.loads(call("data", "where", "--json")[1])["folders"]
    assert where[0] == {"folder": str(tmp_path / "none"), "exists": False}
    assert "no such folder" in call("data", "where")[1]
    rows = json.loads(call("data", "list", "--json")[1])["files"]
    assert {"ldem_4", "fused16"} <= {row["key"] for row in rows}


def flight(**changes):
    """What `verbs.fly` gives, with values in general position."""
    values = {
        "mission": SimpleNamespace(
            mission=SimpleNamespace(name="m", title="Mission M")
        ),
        "case": 4,
        "seed": 11,
        "faults": ["weak_laser"],
        "outcome": "crashed_hard",
        "landed": False,
        "contact": {
            "t_s": 3900.5,
            "utc": "2025-06-05T19:15:26.25Z",
            "speed_vertical_m_s": 31.7,
            "speed_horizontal_m_s": 5.1,
            "tilt_deg": 8.5,
            "lat_deg": 60.44,
            "lon_deg": -4.59,
            "miss_m": 368.0,
        },
        "touchdown": dict(WRECK),
        "propellant_left_kg": 29.3,
        "events": [
            {
                "t_s": 60.0,
                "utc": "2025-06-05T18:11:00Z",
                "name": "deorbit_burn",
                "text": "deorbit burn begins",
                "values": {"dv_m_s": float("nan")},
            }
        ],
        "published": [
            {
                "id": "m2-07",
                "grade": "must",
                "observable": "Altitude at the first valid range",
                "parts": [
                    {
                        "unit": "m",
                        "low": 800.0,
                        "high": 1000.0,
                        "value": 893.2,
                        "met": True,
                        "terrain": "ldem_4",
                    }
                ],
                "met": True,
            }
        ],
        "wall_s": 3.25,
        "record": Path("runs/m-4"),
        "terrain": SimpleNamespace(note="LDEM_4"),
        "gravity_note": "degree 4",
        "software": None,
    }
    return SimpleNamespace(**(values | changes))


@pytest.fixture
def verbs(monkeypatch):
    """Stand-ins for the verbs, which take seconds."""
    calls = {}

    def fly(mission, **options):
        calls["fly"] = (mission, options)
        options["progress"](10.0, 20.0)
        return flight()

    fake = SimpleNamespace(fly=fly, reproduce=None)
    monkeypatch.setitem(sys.modules, "frigoris.verbs", fake)
    monkeypatch.setattr("frigoris.verbs", fake, raising=False)
    return calls, fake


def test_fly_hands_every_option_on(call, verbs, tmp_path):
    code, _, _ = call(
        *"fly hakuto-r-m2 --case 7 --seed 3 --nominal --undispersed".split(),
        *["--set", "lander.dry_mass_kg=351", "--set", "site.map=embedded"],
        *["--fault", "weak_laser:efficiency_ratio=0.5", "--map", "fused16"],
        *["--out", str(tmp_path / "here")],
    )
    assert code == 0
    mission, options = verbs[0]["fly"]
    assert mission == "hakuto-r-m2"
    del options["progress"]
    assert options == {
        "case": 7,
        "seed": 3,
        "sets": ("lander.dry_mass_kg=351", "site.map=embedded"),
        "faults": ("weak_laser:efficiency_ratio=0.5",),
        "nominal": True,
        "undispersed": True,
        "out": tmp_path / "here",
        "terrain": "fused16",
        "branch_from": None,
        "software": None,
        "pace": None,
        "patience": None,
    }


def test_json_is_one_object_and_alone_on_stdout(call, verbs):
    code, out, err = call("fly", "hakuto-r-m2", "--json")
    assert code == 0 and err == ""
    assert out.count("\n") == 1
    report = json.loads(out)
    keys = "schema mission case seed faults outcome landed contact touchdown"
    keys += " propellant_left_kg"
    keys += " events published software wall_s record"
    assert list(report) == keys.split()
    assert report["contact"] == flight().contact
    assert report["events"][0]["values"] == {"dv_m_s": None}
    assert report["record"] == "runs/m-4"


def test_a_person_reads_outcome_timeline_and_table(call, verbs):
    code, out, _ = call("fly", "hakuto-r-m2")
    assert code == 0  # a crash of the lander is a result
    for words in (
        "Mission M (case 4, with weak_laser): crashed hard",
        "19:15:26.2 UTC: 31.70 m/s down, 5.10 m/s sideways, tilt 8.5°, 368 m from",
        "Propellant left: 29.3 kg",
        "18:11:00  60.0  deorbit burn begins",
        "simulated over ldem_4",
        "893.2 m  800 … 1000 m  met",
        "Data: LDEM_4; degree 4",
        "Report: runs/m-4/report.html",
    ):
        assert words in " ".join(out.split()) or words in out, words


@pytest.mark.parametrize(("met", "code"), [(True, 0), (False, 1)])
def test_reproduce_is_a_check_of_the_musts(call, verbs, met, code):
    row = {
        "mission": "m",
        "musts_met": met,
        "met": 5,
        "total": 7,
        "fitted": ["a", "b"],
        "published": flight().published,
    }
    verbs[1].reproduce = lambda names, progress: {"missions": [row]}
    got, out, _ = call("reproduce", "hakuto-r-m2", "--json")
    assert got == code and json.loads(out) == {"missions": [row]}
    got, out, _ = call("reproduce")
    assert got == code and "m: 5 of 7 met" in out


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "frigoris: stopped\n"),
        (DataError("the map is torn"), 2, "frigoris: the map is torn\n"),
        (ZeroDivisionError("by nought"), 70, "our mistake"),
    ],
)
def test_what_goes_wrong_in_flight_has_its_code(call, verbs, raised, code, words):
    def fly(*_, **__):
        raise raised

    verbs[1].fly = fly
    got, out, err = call("fly", "hakuto-r-m2", "--json")
    assert got == code and out == ""
    assert words in err and "Traceback" not in err
    assert code == 70 or err.count("\n") == 1


def test_ctrl_c_that_a_callback_of_jax_drops_still_stops_the_flight(tmp_path):
    """As Python calls a collector hook: what it raises is thrown away."""
    program = """
import gc, signal, sys, time, types
from frigoris import cli

# a shell starts what it runs in the background deaf to it
signal.signal(signal.SIGINT, signal.default_int_handler)

def flight(*_, **__):
    gc.callbacks.append(lost)
    gc.collect()
    gc.callbacks.remove(lost)
    time.sleep(20)

def lost(*_):
    raise KeyboardInterrupt

sys.modules["frigoris.verbs"] = types.SimpleNamespace(fly=flight)
import frigoris
frigoris.verbs = sys.modules["frigoris.verbs"]
sys.argv = ["frigoris", "fly", "hakuto-r-m2"]
cli.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=15,
    )
    assert (done.returncode, done.stderr) == (130, "frigoris: stopped\n")


def test_the_traceback_is_shown_to_who_asks(call, verbs, monkeypatch):
    monkeypatch.setenv("FRIGORIS_DEBUG", "1")

    def fly(*_, **__):
        raise ZeroDivisionError("by nought")

    verbs[1].fly = fly
    code, _, err = call("fly", "hakuto-r-m2")
    assert code == 70 and "Traceback" in err and "ZeroDivisionError: by nought" in err


@pytest.mark.parametrize(
    "words", ["--help", "fly --help", "missions", "check hakuto-r-m2"]
)
def test_quick_commands_import_nothing_heavy(words, tmp_path):
    program = (
        "import sys; from frigoris import cli; code = cli.run(sys.argv[1:]);"
        f"print(sorted(set({LIGHT}) & set(sys.modules)), file=sys.stderr);"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={k: v for k, v in os.environ.items() if not k.startswith("COV")},
    )
    assert done.returncode == 0
    assert done.stdout and done.stderr.strip() == "[]"
