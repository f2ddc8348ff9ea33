"""Lessons and chances in flight: what is flown is what was meant, on the same cases."""

from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest

from flights.conftest import QUIET
from frigoris import verbs
from frigoris.campaign.plan import as_plan
from frigoris.campaign.replay import LAST_DIGITS, unlike
from frigoris.campaign.store import open_store
from frigoris.mission.fly import fly
from frigoris.mission.load import load_mission
from frigoris.verify.chances.ask import Ask, ask
from frigoris.verify.lessons.entry import load_lessons
from frigoris.verify.lessons.figures import pairs
from frigoris.verify.lessons.study import NONE, TWIN, Options, jobs, variants

CASES = 64


def test_the_mission_as_it_flew_is_the_plain_campaign(tmp_path):
    """The same plan, and so the same rows: a campaign is its plan."""
    mission = load_mission("hakuto-r-m2")
    found = variants(mission, load_lessons())
    options = Options(count=CASES, seed=7)
    first = jobs(found, tmp_path, options)[0]
    assert found[first.variant].id == NONE and not first.twin
    assert first.plan == as_plan(mission, CASES, seed=7)


def test_campaigns_of_one_program_come_one_after_another(tmp_path):
    mission = load_mission("hakuto-r-m2")
    work = jobs(variants(mission, load_lessons()), tmp_path, Options(CASES, 7))
    programs = [str(job.program) for job in work]
    changes = sum(a != b for a, b in pairwise(programs))
    assert changes + 1 == len(set(programs)) == 5
    assert len({job.folder for job in work}) == len(work) == 28


def test_twins_fly_without_what_went_wrong(tmp_path):
    for name, wrong in (("hakuto-r-m2", None), ("hakuto-r-m1", "level")):
        found = variants(load_mission(name), load_lessons())
        twins = [j for j in jobs(found, tmp_path, Options(CASES, 7)) if j.twin]
        assert len(twins) == sum(v.mission is not None for v in found)
        for job in twins:
            assert job.plan.mission.faults == {} and job.plan.map_name == wrong
            assert job.folder.name.endswith(TWIN)


@pytest.mark.slow
def test_a_study_is_paired_with_the_plain_campaign(tmp_path):
    """`none` has the rows of the campaign; a change that is on keeps its draws."""
    verbs.campaign("hakuto-r-m2", CASES, workers=1, out=tmp_path / "plain")
    only = ["full-thrust"]
    result, page = verbs.lessons(
        "hakuto-r-m2", CASES, only=only, twins=False, workers=1, out=tmp_path / "s"
    )
    rows = {
        name: pq.read_table(folder / "chunk-000000.parquet")
        for name, folder in (
            ("plain", tmp_path / "plain"),
            ("none", tmp_path / "s" / "none"),
            ("changed", tmp_path / "s" / "full-thrust"),
        )
    }
    for k in range(CASES):
        one, two = (rows[name].slice(k, 1) for name in ("plain", "none"))
        shared = [c for c in one.column_names if c in two.column_names]
        assert not unlike(one.select(shared), two.select(shared), LAST_DIGITS)
    for column in (c for c in rows["plain"].column_names if c.startswith("input.")):
        assert np.array_equal(rows["none"][column], rows["changed"][column])
    none, better = result["changes"]
    assert better["landed"] > none["landed"] and page.exists()
    found = pairs(*(open_store(tmp_path / "s" / n) for n in [*only, "none"]), "soft")
    assert found.first_only > found.second_only
    again, _ = verbs.lessons(
        "hakuto-r-m2",
        CASES,
        only=only,
        twins=False,
        resume=True,
        out=tmp_path / "s",
    )
    assert again == result


@pytest.mark.slow
def test_a_command_helps_until_it_is_too_late(stage, tmp_path):
    """In hindsight; the design point is lost at 3941.8 s, 2 minutes after the state."""
    record = verbs.write(fly(stage, QUIET, judge=False), tmp_path / "crash")
    wish = Ask(
        count=16,
        belief="truth",
        commands=("full-thrust", "editor", "phase pitch_up"),
        step=20.0,
    )
    found = ask(record, 3840.0, wish)
    assert found["none"]["saved_rate"] == 0.0
    assert found["light_time_s"] == pytest.approx(1.35, abs=0.02)
    rows = {row["command"]: row for row in found["commands"]}
    saved = [s["saved_rate"] for s in rows["load full-thrust"]["sent"]]
    assert saved[0] == 1.0 and saved[-1] == 0.0
    assert all(a >= b for a, b in pairwise(saved))
    late = rows["load full-thrust"]["last_t_s"]
    assert 3900.0 < late < 3935.0
    # nothing is rejected there, so another editor is the same flight to the bit
    for sent in rows["load editor"]["sent"]:
        assert (sent["gained"], sent["lost"]) == (0, 0)
        assert sent["contact_m_s"] == found["none"]["contact_m_s"]
    # an order is heard: the flight is another one from there on
    orders = [s["contact_m_s"] for s in rows["phase pitch_up"]["sent"]]
    assert orders[0] != found["none"]["contact_m_s"]
