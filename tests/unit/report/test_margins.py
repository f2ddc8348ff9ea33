"""The sheet of margins as text, page, picture and JSON."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from frigoris import cli, verbs
from frigoris.flight.budgets import QUANTITIES, thrust_left
from frigoris.mission.load import load_mission
from frigoris.report import listing, margins_text
from frigoris.report.margins_page import write_margins
from frigoris.verify.linear import Sampled, margins, opened
from frigoris.verify.loops import LOOPS
from frigoris.verify.margins import Look, Sheet, Spread
from support.loop_points import point

T = 0.1


def six(rate: float) -> Sampled:
    """Six integrators side by side, each with its own loop."""
    gains = rate * np.array([0.2, 0.2, 0.4, 1.0, 1.0, 1.5])
    return Sampled(np.eye(6), T * np.eye(6), -np.diag(gains), np.zeros((6, 6)), T)


def look(phase: str, names: tuple[str, ...], rate: float) -> Look:
    system = six(rate)
    loops = {n: margins(opened(system, LOOPS.index(n), range(6))) for n in names}
    law = "schedule" if phase == "terminal_landing" else "predictive"
    return Look(3950.0, phase, law, 400.0, 380.0, 2.6, 1.9, loops, system)


@cache
def sheet(rate: float = 1.1) -> Sheet:
    told = {q: Spread(12.5, 12.0, 0.4) for q in QUANTITIES}
    coast = dict.fromkeys(QUANTITIES, Spread(1.0, np.nan, np.nan))
    return Sheet(
        mission=load_mission("hakuto-r-m2"),
        outcomes=["landed", "landed", "crashed"],
        budgets={"coast": coast, "braking": told, "terminal_landing": told},
        looks=[
            look("braking", LOOPS[3:], rate),
            look("terminal_landing", LOOPS, rate),
        ],
    )


def test_json_is_one_plain_object_with_the_lowest_margins() -> None:
    facts = margins_text.facts(sheet())
    again = json.loads(json.dumps(listing.plain(facts), allow_nan=False))
    assert again["dispersed"] == {"cases": 2, "landed": 1}
    lowest = again["lowest"]["gain_dB"]
    # an integrator of gain k: 2 / (k T), here of the loop about z
    exact = 20.0 * np.log10(2.0 / (1.5 * 1.1 * T))
    assert lowest["loop"] == "z"
    assert lowest["value"] == pytest.approx(exact, rel=1e-9)
    assert again["met"] is True
    assert again["phases"][0]["loops"] == {}
    assert again["phases"][1]["dv_m_s"]["three_sigma"] == pytest.approx(1.2)


def test_a_loop_beyond_its_margin_is_not_met() -> None:
    weak = sheet(9.0)  # 2 / (k T) of z is 1.5, 3.4 dB
    assert not weak.met
    assert "do not have" in margins_text.verdict(weak)


def test_an_unstable_loop_has_nothing_left() -> None:
    gone = sheet(-1.1)
    assert not gone.met
    assert gone.lowest()["delay_s"][0] == 0.0
    assert "Least gain unstable" in margins_text.verdict(gone)
    told = listing.plain(margins_text.facts(gone))["lowest"]["gain_dB"]
    assert told["value"] is None and told["stable"] is False
    assert margins_text.budget_rows(gone)[1][-3].startswith("unstable")


def test_a_loop_that_no_gain_can_upset_is_not_unstable() -> None:
    """Nothing is fed back: any gain is one too few to come to minus one."""
    none = Sampled(0.5 * np.eye(6), np.eye(6), np.zeros((6, 6)), np.zeros((6, 6)), T)
    loops = {n: margins(opened(none, LOOPS.index(n), range(6))) for n in LOOPS}
    still = replace(sheet(), looks=[sheet().looks[1]._replace(loops=loops)])
    assert still.met
    assert "Least gain unlimited" in margins_text.verdict(still)
    told = listing.plain(margins_text.facts(still))["lowest"]["gain_dB"]
    assert told["value"] is None and told["stable"] is True
    assert margins_text.budget_rows(still)[1][-3:] == ["–"] * 3
    assert margins_text.budget_rows(still)[2][-3].startswith("unlimited")


def test_the_verdict_says_where_it_looked_and_what_was_held() -> None:
    """Of deorbit burn to landing: here two phases, one under the predictive law."""
    told = margins_text.verdict(sheet())
    assert "have 6 dB and 30° in braking, terminal landing." in told
    assert "held, its loop open, in braking (predictive)." in told
    assert "not looked at: deorbit burn, " in told and "coast" not in told
    facts = margins_text.facts(sheet())
    assert facts["looked_at"] == ["braking", "terminal_landing"]
    assert "pitch_up" in facts["not_looked_at"]
    assert facts["guidance_held"] == {"braking": "predictive"}


def test_a_design_point_that_crashes_has_not_met_its_margins() -> None:
    lost = replace(sheet(), outcomes=["crashed", "landed", "landed"])
    assert sheet().met and not lost.met
    assert "proves no landing: the design point did not land" in margins_text.verdict(
        lost
    )
    assert margins_text.facts(lost)["not_judged"] is not None


def test_a_flight_without_thrust_has_no_margins(tmp_path) -> None:
    idle = replace(sheet(), outcomes=["crashed"], looks=[])
    assert not idle.met
    facts = json.loads(json.dumps(listing.plain(margins_text.facts(idle))))
    assert facts["met"] is False and facts["lowest"] == {}
    assert "not looked at: no phase with its engines on" in facts["not_judged"] + (
        margins_text.verdict(idle)
    )
    assert "margins not met" in write_margins(idle, tmp_path).read_text("utf-8")


def test_page_and_picture_are_written(tmp_path) -> None:
    page = write_margins(sheet(), tmp_path / "new")
    told = page.read_text(encoding="utf-8")
    assert "margins met" in told and "terminal landing" in told
    assert "<script" not in told and "http" not in told.replace("http://www.w3.org", "")
    assert (page.parent / "margins.png").stat().st_size > 20_000


def test_a_quantity_without_spread_is_shown_alone() -> None:
    assert margins_text.cell(Spread(3.25, np.nan, np.nan), 3) == "3.25"
    assert margins_text.cell(Spread(3.25, 3.0, 0.5), 3) == "3.25 (3.00 ± 1.5)"


def test_thrust_left_is_what_the_law_may_still_ask_for() -> None:
    """Of HAKUTO-R: a main engine of 400 N, 1200 N of assist engines, duty to 0.82."""
    load = point().load
    table = {
        "t_s": np.arange(3.0),
        "thrust_cmd_N": np.array([0.0, 1000.0, 240.0]),
        "assist_duty_ratio": np.array([0.0, 0.5, 0.2]),
    }
    # by hand: of all; near the ground of 1384 N, without the main engine of 984 N
    none = np.nan
    for phase, left in (
        ("coast", [none, none, none]),
        ("braking", [none, 600 / 1600, 960 / 1200]),
        ("terminal_descent", [none, 384 / 1384, 744 / 984]),
    ):
        np.testing.assert_allclose(thrust_left(load, table, phase), left, rtol=1e-12)


@pytest.mark.parametrize(("outcome", "code"), [("landed", 0), ("crashed", 1)])
def test_the_command_may_be_asked_to_fail(monkeypatch, capsys, outcome, code) -> None:
    told = replace(sheet(), outcomes=[outcome])
    monkeypatch.setattr(verbs, "margins", lambda *_, **__: (told, Path("page.html")))
    words = ["margins", "hakuto-r-m2", "--json"]
    assert cli.run(words) == 0
    assert cli.run([*words, "--check"]) == code
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["met"] is (code == 0)
