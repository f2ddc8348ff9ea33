"""Draws of what nobody published, and the counting, on cases whose answer is known."""

from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import beta, norm

from frigoris import cli
from frigoris.errors import UserError
from frigoris.flight.outcome import Rated, Touch
from frigoris.flight.slices import Timetable
from frigoris.mission.edit import as_flown, planned, replace
from frigoris.mission.load import load_mission
from frigoris.mission.paths import read
from frigoris.verify import pilot, robust
from frigoris.verify.chain import Row, Wanted, binned, judged, summed
from frigoris.verify.pilot import shared_times, soft
from frigoris.verify.runs import Job, check_job, runs
from frigoris.verify.unknowns import Unknowns, errors, only_errors, possible, ranges

COUNT = 24
SEED = 11
LASER = "sensors.laser"
EFFICIENCY = f"faults.weak_laser.set.{LASER}.efficiency_ratio"


@pytest.fixture(scope="module")
def mission():
    return load_mission("hakuto-r-m2")


@pytest.fixture(scope="module")
def atlas():
    return load_mission("hakuto-r-m1")


def picked(mission, *paths):
    return [part for part in ranges(mission) if part.path in paths]


# what is drawn


def test_every_stratum_of_a_range_holds_one_case(mission):
    """None of these can make a lander impossible, so none is drawn again."""
    paths = ("orbit.perilune_altitude_km", "lander.com_dry_m", "lander.dry_mass_kg")
    drawn = Unknowns(mission, picked(mission, *paths), SEED, COUNT)
    cases = [drawn.draw(k) for k in range(COUNT)]
    assert all(case.again == 0 for case in cases)
    columns = {"orbit.perilune_altitude_km": (15.0, 25.0)}
    columns["lander.dry_mass_kg"] = (355.0, 375.0)
    for path, (low, high) in columns.items():
        x = np.array([case.values[path] for case in cases])
        strata = np.floor((x - low) / (high - low) * COUNT).astype(int)
        assert sorted(strata) == list(range(COUNT))
    com = np.array([case.values["lander.com_dry_m"] for case in cases])
    for i, (low, high) in enumerate([(-0.01, 0.01), (-0.01, 0.01), (0.7, 1.2)]):
        strata = np.floor((com[:, i] - low) / (high - low) * COUNT).astype(int)
        assert sorted(strata) == list(range(COUNT))
    # each component by itself
    assert abs(np.corrcoef(com.T)[0, 1]) < 0.5


def test_a_count_takes_every_whole_number_as_often(mission):
    (part,) = picked(mission, f"{LASER}.window_count")
    drawn = Unknowns(mission, [part], SEED, COUNT)  # 3 … 10, of which 8 hits fit none
    values = [drawn._values(k, 0)[part.path] for k in range(COUNT)]
    assert all(isinstance(x, int) for x in values)
    assert sorted(values) == sorted(list(range(3, 11)) * (COUNT // 8))


def test_one_row_about_an_engine_speaks_of_its_family(mission):
    (assist,) = picked(mission, "lander.engines.assist-1.isp_s")
    (main,) = picked(mission, "lander.engines.main.isp_s")
    assert len(assist.paths) == 6 and main.paths == (main.path,)
    drawn = Unknowns(mission, [assist, main], SEED, COUNT).draw(7).mission
    first, *family = (engine.isp_s for engine in drawn.lander.engines)
    assert len(set(family)) == 1 and 265.0 <= family[0] <= 285.0
    assert 318.0 <= first <= 321.0


def test_a_row_of_its_own_takes_an_engine_out_of_the_family(mission):
    row = next(r for r in mission.engineering if r.path.endswith("assist-1.isp_s"))
    other = row.model_copy(update={"path": "lander.engines.assist-4.isp_s"})
    both = mission.model_copy(update={"engineering": (row, other)})
    one, four = ranges(both)
    assert len(one.paths) == 5 and len(four.paths) == 5
    assert not set(one.paths[:1]) & set(four.paths)
    assert other.path not in one.paths


def test_a_lander_that_cannot_be_is_drawn_again(mission):
    """More hits than pulses: 18 of 56 pairs, counted here by trying all."""
    paths = (f"{LASER}.confirm_count", f"{LASER}.window_count")
    pairs = [(n, m) for n in range(2, 9) for m in range(3, 11)]
    wrong = sum(n > m for n, m in pairs) / len(pairs)
    drawn = Unknowns(mission, picked(mission, *paths), SEED, 1000)
    first = [drawn._values(k, 0) for k in range(1000)]
    bad = [case[paths[0]] > case[paths[1]] for case in first]
    spread = np.sqrt(wrong * (1.0 - wrong) / 1000)
    assert np.mean(bad) == pytest.approx(wrong, abs=4.0 * spread)
    for k in range(12):
        case = drawn.draw(k)
        assert (case.again > 0) == bad[k]
        assert case.values[paths[0]] <= case.values[paths[1]]
    assert not possible(replace(mission, {paths[0]: 9, paths[1]: 8}))
    assert not possible(replace(mission, {"lander.legs.pad_height_m": -0.1}))
    assert possible(mission)


def test_a_case_does_not_depend_on_its_neighbours_nor_on_other_ranges(mission):
    every = Unknowns(mission, ranges(mission), SEED, COUNT)
    forward = [every.draw(k).values for k in range(6)]
    assert [every.draw(k).values for k in reversed(range(6))] == forward[::-1]
    assert Unknowns(mission, ranges(mission), SEED, COUNT).draw(4).values == forward[4]
    assert (
        Unknowns(mission, ranges(mission), SEED + 1, COUNT).draw(4).values != forward[4]
    )
    path = "orbit.perilune_altitude_km"
    alone = Unknowns(mission, picked(mission, path), SEED, COUNT)
    even = [k for k in range(6) if every.draw(k).again == 0]
    assert even and all(alone.draw(k).values[path] == forward[k][path] for k in even)


def test_errors_leave_the_lander_as_it_is(mission):
    bare = Unknowns(mission, ranges(mission), SEED, COUNT)
    also = Unknowns(mission, [*ranges(mission), *errors(mission)], SEED, COUNT)
    for k in range(3):
        one, two = bare.draw(k).values, also.draw(k).values
        assert one == {p: x for p, x in two.items() if not p.startswith("faults.")}
        assert len(two) == len(one) + 2


def test_the_team_knows_the_lander_but_not_its_errors(mission):
    """The plan of a case holds its drawn masses, and no fault."""
    drawn = Unknowns(mission, [*ranges(mission), *errors(mission)], SEED, COUNT).draw(3)
    plan, truth = planned(drawn.mission), as_flown(drawn.mission)
    assert plan.lander.dry_mass_kg == drawn.values["lander.dry_mass_kg"]
    assert plan.sensors.laser.efficiency_ratio == 1.0
    assert truth.sensors.laser.efficiency_ratio == drawn.values[EFFICIENCY]


def test_an_error_is_as_wide_as_it_is_fitted(mission):
    laser, attitude = errors(mission)
    assert laser.path == EFFICIENCY and laser.parameter == f"{LASER}.efficiency_ratio"
    # one sigma below the middle of the bell lies what was fitted
    assert laser.value(norm.cdf([-1.0])) == pytest.approx(0.033)
    assert laser.value(norm.cdf([-0.5])) == pytest.approx(np.sqrt(0.033))
    assert laser.value(np.array([0.5])) == 1.0
    assert laser.value(np.array([0.97])) == 1.0  # no better than tested
    u = norm.cdf([-1.0, 1.0, 2.0])
    assert attitude.value(u) == pytest.approx((-1.64, 1.64, 3.28))


def test_only_the_drawn_errors_are_left_of_the_faults(mission):
    laser, attitude = errors(mission)
    assert list(only_errors(mission, [laser]).faults) == ["weak_laser"]
    assert list(only_errors(mission, [attitude]).faults) == ["attitude_error"]
    assert only_errors(mission, []).faults == {}


@pytest.mark.parametrize("path", ["moon.gravity_degree_count", "ground.slope_17m_deg"])
def test_what_all_cases_share_is_refused_in_words(mission, path):
    value = read(mission, path)
    row = mission.engineering[0].model_copy(
        update={"path": path, "low": value, "high": value + 1}
    )
    wrong = mission.model_copy(update={"engineering": (row,)})
    with pytest.raises(UserError, match=f"Cannot vary {path}.*one ground"):
        ranges(wrong)


# what is flown


def test_the_runs_of_a_mission_with_errors(mission):
    found = {run.name: run for run in runs(Job(mission, COUNT))}
    assert list(found) == ["planned", "held", "before", "wide", "clean"]
    assert [name for name, run in found.items() if run.as_planned] == ["planned"]
    assert set(found["held"].mission.faults) == {"weak_laser", "attitude_error"}
    assert set(found["before"].mission.faults) == {"weak_laser"}
    assert set(found["wide"].mission.faults) == {"weak_laser", "attitude_error"}
    assert found["clean"].mission.faults == found["planned"].mission.faults == {}
    fitted = {row.path for row in mission.fitted}
    assert not fitted & {part.path for part in found["held"].parts}


def test_the_runs_of_a_mission_with_a_fitted_heading(atlas):
    found = {run.name: run for run in runs(Job(atlas, COUNT))}
    assert list(found) == ["planned", "held", "heading", "planned_before", "before"]
    paths = {n: {part.path for part in run.parts} for n, run in found.items()}
    assert paths["heading"] - paths["held"] == {"orbit.arrival_heading_deg"}
    fitted = {row.path for row in atlas.fitted}
    assert paths["before"] - paths["held"] == fitted
    assert paths["planned_before"] == paths["before"]
    assert found["before"].sound_by == "planned_before"


def test_what_is_held_is_not_drawn(mission):
    held = runs(Job(mission, COUNT, hold=("lander", f"{LASER}.pu")))[1]
    paths = [part.path for part in held.parts]
    assert paths and not [p for p in paths if p.startswith("lander")]
    assert f"{LASER}.pulse_energy_micro_J" not in paths and f"{LASER}.noise_m" in paths
    check_job(Job(mission, COUNT, hold=("lander",)))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-n", "0"), "Cannot fly 0 cases"),
        (("--hold", "lander.dry_mass_g"), "Did you mean lander.dry_mass_kg?"),
        (("--workers", "0"), "--workers"),
    ],
)
def test_a_mistake_is_told_before_anything_flies(capsys, words, told):
    assert cli.run(["robust", "hakuto-r-m2", *words]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and "Traceback" not in err


def test_a_mission_without_published_musts_is_refused(mission, monkeypatch):
    ground = SimpleNamespace(synthetic=True, name="embedded")
    monkeypatch.setattr(robust, "terrain_of", lambda *_: ground)
    plain = mission.model_copy(update={"published": (), "chain": ()})
    with pytest.raises(UserError, match="no must row under `published`"):
        robust.robust(Job(plain, COUNT), 1)


def test_one_timetable_holds_for_the_whole_of_the_ranges(mission):
    """53 min to ignition in the mission, 2800 s at least: 380 s less of coast."""
    times = Timetable(coast_start=120.0, coast_end=3228.0, expected_end=4018.0)
    found = shared_times(times, mission, ranges(mission))
    assert found.coast_end == pytest.approx(3228.0 - 380.0)
    assert found.coast_start == 140.0
    assert found.expected_end == pytest.approx(4018.0 + 220.0)
    same = shared_times(times, mission, [])
    assert (same.coast_end, same.expected_end) == (3228.0, 4018.0)


def test_the_rows_are_the_same_whoever_flies_them(mission, monkeypatch):
    """Batches are of the same cases for any number of workers."""
    asked = []

    def fly(job, run, cases):
        asked.append((run, tuple(cases)))
        return [Row(k, "crashed", (float(100 * run + k),)) for k in cases]

    class Pool(ThreadPoolExecutor):
        def __init__(self, max_workers, **_):
            super().__init__(max_workers)

    monkeypatch.setattr(pilot, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(pilot, "kill", lambda pool: pool.shutdown())
    monkeypatch.setattr(pilot, "_fly", fly)
    told, seen = [], []
    for workers in (1, 2, 5):
        asked.clear()
        heard = []
        found = pilot.fly_all(
            Job(mission, 21), 2, workers, lambda *x, heard=heard: heard.append(x)
        )
        told.append(found)
        seen.append(sorted(asked))
        assert heard[-1][:2] == (42, 42)
    assert told[0] == told[1] == told[2] and seen[0] == seen[1] == seen[2]
    assert [[row.case for row in run] for run in told[0]] == [list(range(21))] * 2
    assert told[0][1][20].values == (120.0,)


@pytest.mark.parametrize(
    ("down", "sideways", "tilt", "good"),
    [(2.9, 1.4, 0.2, True), (3.1, 1.4, 0.2, False), (2.9, 1.6, 0.2, False)],
)
def test_a_soft_contact_is_within_what_the_legs_are_rated_for(
    down, sideways, tilt, good
):
    legs = Rated(3.0, 1.5, 0.21, 0.3)
    where = np.array([1.7e6, 1e3, 2e3])
    assert soft(Touch(3900.0, where, down, sideways, tilt), legs) == good
    assert not soft(Touch(3900.0, where, 1.0, 0.1, 0.22), legs)
    assert not soft(None, legs)


# what is counted

WANTED = [
    Wanted("a", "first", "latched", "yes", 1.0, 1.0),
    Wanted("b", "second", "impact_speed_m_s", "m_s", 30.0, 50.0),
    Wanted("b", "second", "landed", "yes", 0.0, 0.0),
]
NEVER = float("nan")
CASES = [  # case, outcome, values, heading
    (0, "crashed", (1.0, 40.0, 0.0), 151.0),  # shows it
    (1, "crashed", (1.0, 50.0, 0.0), 154.9),  # shows it, on the edge
    (2, "crashed", (1.0, 50.1, 0.0), 155.0),  # misses b
    (3, "crashed", (NEVER, 31.0, 0.0), 159.0),  # misses a
    (4, "landed", (0.0, 1.0, 1.0), 162.0),  # misses both, b by two parts
    (5, "tipped_over", (1.0, 33.0, 0.0), 163.0),  # shows it
]
ROWS = [Row(k, end, x, inputs={"h": at}) for k, end, x, at in CASES]


def test_the_counts_of_made_up_cases():
    found = summed(WANTED, ROWS, {0, 2, 4, 5})
    assert found["shown"]["count"] == 3 and found["shown"]["share"] == 0.5
    ends = beta.ppf([0.025, 0.975], [3, 4], [4, 3])
    assert found["shown"]["interval"] == pytest.approx(list(ends))
    assert found["lost"]["count"] == 5
    assert found["outcomes"] == {"landed": 1, "tipped_over": 1, "crashed": 4}
    assert found["shown_by_outcome"] == {"tipped_over": 1, "crashed": 2}
    first, second = found["rows"]
    assert (first["id"], first["missed"], first["missed_alone"]) == ("a", 2, 1)
    assert (second["id"], second["missed"], second["missed_alone"]) == ("b", 2, 1)
    assert first["parts"][0]["none"] == 1
    assert [p["missed"] for p in second["parts"]] == [2, 1]
    middle = second["parts"][0]["quantiles"][1]
    assert middle == pytest.approx(36.5)  # of 1, 31, 33, 40, 50, 50.1
    sound = found["sound"]
    assert (sound["shown"]["count"], sound["shown"]["cases"]) == (2, 4)
    assert sound["lost"]["count"] == 3
    assert sound["outcomes"] == {"landed": 1, "tipped_over": 1, "crashed": 2}
    assert sound["drivers"] == []  # too few


def test_nothing_sound_is_no_error():
    sound = summed(WANTED, ROWS, set())["sound"]
    assert sound["shown"]["cases"] == 0
    assert sound["shown"]["interval"] == [0.0, 1.0]


def test_the_share_by_bins():
    found = binned(WANTED, ROWS, {0, 2, 4, 5}, "h", 5.0)
    assert [(b["low"], b["high"]) for b in found] == [
        (150.0, 155.0),
        (155.0, 160.0),
        (160.0, 165.0),
    ]
    counts = [(b["shown"]["count"], b["shown"]["cases"]) for b in found]
    assert counts == [(2, 2), (0, 2), (1, 2)]
    counts = [(b["sound"]["count"], b["sound"]["cases"]) for b in found]
    assert counts == [(1, 1), (0, 1), (1, 2)]


def test_an_input_that_decides_is_named():
    rows = [
        Row(k, "crashed", (float(k % 3 == 0), 40.0, 0.0), inputs=told)
        for k in range(60)
        for told in [{"cause": k % 3 + 0.01 * k, "chance": (7 * k) % 11, "same": 2.0}]
    ]
    named = summed(WANTED, rows, range(60))["sound"]["drivers"]
    assert [row["input"] for row in named] == ["cause"]


def test_the_chain_is_judged_by_itself_and_the_musts_besides():
    """By hand: the link is there in two of three, the must in one of those."""
    wanted = [
        Wanted("chain-1", "late", "latched", "yes", 1.0, 1.0),
        Wanted("a", "speed", "impact_speed_m_s", "m_s", 30.0, 50.0),
    ]
    rows = [
        Row(k, "crashed", values)
        for k, values in enumerate([(1.0, 40.0), (1.0, 60.0), (0.0, 40.0)])
    ]
    found = summed(wanted, rows, {0, 1, 2})
    assert found["shown"]["count"] == 2
    assert found["within"]["count"] == 1


def test_what_one_flight_cannot_tell_is_left_out_by_name(mission, atlas):
    wanted, left = judged(mission, synthetic=False)
    links = ["chain-1", "chain-2", "chain-3"]
    musts = ["m2-06", "m2-07", "m2-08", "m2-12", "m2-15"]
    assert [w.id for w in wanted] == links + musts
    assert [x.id for x in left] == ["m2-06", "m2-20", "m2-20", "m2-20"]
    assert {x.why for x in left} == {"compares with another flight"}
    wanted, left = judged(mission, synthetic=True)
    assert [w.id for w in wanted] == [*links, "m2-06"]
    assert "needs measured ground" in {x.why for x in left}
    wanted, left = judged(atlas, synthetic=False)
    musts = {"m1-07", "m1-08", "m1-10", "m1-11", "m1-16"}
    assert {w.id for w in wanted} == musts | {f"chain-{k}" for k in range(1, 5)}
    assert [x.id for x in left] == ["m1-09"] * 3
    wanted, left = judged(atlas, synthetic=True)
    assert wanted == [] and [x.id for x in left][:4] == ["chain"] * 4
