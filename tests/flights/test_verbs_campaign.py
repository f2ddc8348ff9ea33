"""The commands over campaigns, as a person types them, in one small campaign."""

import json
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

from frigoris import cli
from frigoris.campaign.replay import LAST_DIGITS, unlike
from frigoris.campaign.statistics import clopper_pearson

CASES = 128  # two chunks
FLY = ("campaign", "hakuto-r-m2", "-n", str(CASES), "--nominal", "--workers", "1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("campaigns")


@pytest.fixture
def call(capsys, monkeypatch, folder):
    """Run one command; gives code, stdout and stderr."""
    monkeypatch.chdir(folder)

    def run(*words):
        code = cli.run([str(w) for w in words])
        return code, *capsys.readouterr()

    return run


@pytest.fixture(scope="module")
def flown(folder):
    """The campaign; its rows do not change any more."""
    assert cli.run([*FLY, "--out", str(folder / "store")]) == 0
    return folder / "store"


def test_a_killed_campaign_goes_on_to_the_same_store(folder, flown):
    """As docs/measure/kill.py does at 60 random moments; here once, in mid-flight."""
    command = [sys.executable, "-m", "frigoris", *FLY, "--out"]
    broken = folder / "broken"
    process = subprocess.Popen([*command, str(broken)], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120.0
    while not list(broken.glob("chunk-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert len(list(broken.glob("chunk-*"))) == 1
    subprocess.run([*command, str(broken), "--resume"], check=True, capture_output=True)
    for path in sorted(flown.glob("chunk-*")):
        one, two = (pq.read_table(x / path.name) for x in (flown, broken))
        for k in range(len(one)):
            assert not unlike(one.slice(k, 1), two.slice(k, 1), LAST_DIGITS)
    assert len(list(broken.glob(".chunk-*"))) == 0


def told(result):
    code, out, _ = result
    return code, json.loads(out)


def test_the_report_again_tells_the_same(call, flown):
    _, found = told(call("campaign-report", flown, "--json"))
    assert found["schema"] == "frigoris.campaign.1"
    assert found["cases"] == CASES == sum(found["outcomes"].values())
    bounds = clopper_pearson(found["landed"], CASES)
    assert found["interval"] == [bounds.low, bounds.high]
    assert found["features"]["tick_s"] == 0.1
    assert len(found["features"]["hash"]) == 12
    assert found["landings_per_s"] is None  # nothing was flown


@pytest.mark.slow
def test_a_person_reads_verdicts_outcomes_and_what_to_do_next(call, flown):
    code, out, err = call("campaign-report", flown)
    assert code == 0 and err == ""
    for words in (" landed", "not met", "1 sigma", "frigoris replay", "look at"):
        assert words in out, words


def test_page_and_picture_stand_in_the_store(flown):
    page = (flown / "report.html").read_text(encoding="utf-8")
    assert "not met" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert (flown / "report.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.slow
def test_check_fails_where_a_requirement_is_not_met(call, flown):
    """One in five stands too steep or falls: 'not met', and not good enough."""
    words = [*FLY, "--out", flown, "--resume", "--json"]
    code, found = told(call(*words, "--check"))
    assert code == 1
    assert {r["verdict"] for r in found["requirements"]} == {"not met"}
    assert told(call(*words))[0] == 0


@pytest.mark.slow
def test_a_case_again(call, flown):
    code, found = told(call("replay", flown, "--case", 7, "--out", "again", "--json"))
    assert code == 0
    assert found["agrees"] and found["same_program"] and found["unlike"] == []
    assert abs(found["contact_difference_s"]) < 1e-6
    assert found["row"]["case"] == 7
    code, _, err = call("replay", flown, "--case", CASES)
    assert code == 2
    assert f"cases 0 to {CASES - 1}" in err


@pytest.mark.slow
def test_one_change_compared_case_by_case(call, flown, folder):
    """A laser that hears only its last metres: few land, by luck in their altitude."""
    blind = ("--set", "sensors.laser.efficiency_ratio=1e-6")
    other = folder / "blind"
    assert call(*FLY, *blind, "--out", other)[0] == 0
    _, found = told(call("campaign-report", flown, other, "--json"))
    assert found["pairs"] == CASES
    assert found["landed_second_only"] == 0
    assert found["interval"][1] < -0.5  # measured -0.58: three in four land at all
    # one that tips in the first and crashes in the second changes and counts for none
    lost = [row for row in found["changed"] if row["first"] == "landed"]
    assert len(lost) == found["landed_first_only"]
    code, out, _ = call("campaign-report", flown, other)
    assert code == 0
    assert "only in the first" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("-n", "0"), "give -n a number above 0"),
        (("-n", "64", "--sampling", "sobel"), "Choose one of random"),
        (("-n", "64", "--only", "known_lat"), "Did you mean known_late?"),
        (("-n", "64", "--history", "altitude_km"), "Did you mean altitude_m?"),
        (("-n", "64", "--until", "99@0.95"), "for example --until 0.99@95"),
        (("-n", "64", "--set", "site.albedo=0.1"), "site.albedo"),
        (("-n", "64", "--fault", "broken_heart"), "broken_heart"),
    ],
)
def test_a_mistake_is_told_before_anything_is_written(call, folder, words, message):
    code, out, err = call("campaign", "hakuto-r-m2", *words, "--out", "nothing")
    assert code == 2
    assert out == "" and "Traceback" not in err
    assert message in err
    assert not (folder / "nothing").exists()


def test_a_store_that_is_none(call, folder):
    code, _, err = call("campaign-report", "nowhere")
    assert code == 2
    assert "manifest.json" in err
