"""Campaigns: the same rows in any place, by any number of workers, after any stop."""

import errno
import os
import signal
import time
from pathlib import Path
from threading import Timer

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flights.conftest import QUIET, Fleet
from frigoris.campaign import execution
from frigoris.campaign import store as store_module
from frigoris.campaign.pilot import Pilot
from frigoris.campaign.plan import Plan, as_plan
from frigoris.campaign.replay import LAST_DIGITS, replay, unlike
from frigoris.campaign.rows import HISTORY, results
from frigoris.campaign.run import find_store, fly_missing
from frigoris.campaign.sequential import Claim
from frigoris.campaign.store import Store, chunk_path, open_store, read_chunk
from frigoris.campaign.summary import query, summarize
from frigoris.constants import TICK
from frigoris.errors import OutputError, UserError
from frigoris.flight.landing import settle
from frigoris.flight.outcome import NOT_FINITE, OUTCOMES
from frigoris.flight.slices import fly_batch
from frigoris.mission.batch import Stage
from frigoris.mission.build import join
from frigoris.mission.cases import make_lanes
from frigoris.mission.edit import nominal, set_values
from frigoris.mission.schema import Mission
from frigoris.mission.si import si

COUNT = 160  # two full chunks and half of one
VERSIONS = {"frigoris": "test"}


@pytest.fixture(scope="module")
def plan(mission: Mission) -> Plan:
    return as_plan(nominal(mission), COUNT, history=HISTORY)


@pytest.fixture(scope="module")
def pilot(plan: Plan) -> Pilot:
    return Pilot(plan)


def fly(plan: Plan, folder: Path, workers: int = 2, **options: object) -> Store:
    store = find_store(
        plan, folder, VERSIONS, resume=(folder / "manifest.json").exists()
    )
    return fly_missing(store, plan, workers, **options)[0]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def flown(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The undisturbed campaign, by two workers."""
    return fly(plan, tmp_path_factory.mktemp("campaign") / "store")


def rows(store: Store) -> pa.Table:
    return pa.concat_tables(
        read_chunk(path, store.plan.cases(k)) for k, path in enumerate(store.files)
    ).replace_schema_metadata(None)


def same(a: pa.Table, b: pa.Table) -> bool:
    """Equal to the last digits, see the caveats on reproducibility."""
    return a.schema.equals(b.schema) and all(
        not unlike(a.slice(k, 1), b.slice(k, 1), LAST_DIGITS) for k in range(len(a))
    )


def test_the_rows_are_complete(flown: Store, plan: Plan) -> None:
    table = rows(flown)
    assert table["case"].to_pylist() == list(range(COUNT))
    assert set(table["outcome"].to_pylist()) <= set(OUTCOMES)
    found = summarize(flown)
    assert sum(found.outcomes.values()) == found.cases == COUNT
    assert found.landed == found.outcomes["landed"]
    lengths = [len(x) for x in table["history.altitude_m"].to_pylist()]
    assert min(lengths) > 100


def test_what_was_asked_for_is_what_flew(flown: Store, pilot: Pilot) -> None:
    table = rows(flown)
    for label in pilot.labels:
        asked = np.array(table[f"input.{label}"])
        built = np.array(table[f"built.{label}"])
        np.testing.assert_allclose(built, asked, rtol=0, atol=1e-9 * asked.std())
        assert asked.std() > 0.0


def test_a_case_in_any_place_of_any_batch_is_the_same_row(
    flown: Store, pilot: Pilot
) -> None:
    table = rows(flown)
    numbers = [130, 7, 64, 63, 0]
    _, again = pilot.fly(numbers)
    for place, case in enumerate(numbers):
        assert same(again.slice(place, 1), table.slice(case, 1))
    assert not same(again.slice(0, 1), table.slice(131, 1))


@pytest.mark.slow
def test_a_case_with_a_plan_of_its_own_does_not_depend_on_its_neighbours(
    mission: Mission,
) -> None:
    """Their ignitions, each as its team planned it, are ticks apart."""
    row = {
        "path": "lander.dry_mass_kg",
        "normal": {"sigma": 3.0},
        "set": "known_late",
    }
    data = as_plan(nominal(mission), COUNT).mission.model_dump()
    heavier = Mission.model_validate(data | {"dispersions": [row]})
    pilot = Pilot(as_plan(heavier, COUNT, history=HISTORY))
    batch, together = pilot.fly([0, 1, 2])
    ignitions = [p.plan.ignition_time for p in batch.planned]
    assert np.ptp(ignitions) > 2.0 * TICK  # measured 0.21 s
    for place, case in enumerate([0, 1, 2]):
        assert same(pilot.fly([case])[1], together.slice(place, 1))


@pytest.mark.slow
def test_three_workers_write_the_same_store(
    flown: Store, plan: Plan, tmp_path: Path
) -> None:
    """As two did; that one does is shown where a campaign is stopped."""
    assert same(rows(fly(plan, tmp_path / "store", 3)), rows(flown))


@pytest.mark.slow
def test_a_killed_worker_is_replaced(
    flown: Store, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[int] = []
    prepare = execution.Fleet.prepare

    def prepared(fleet: execution.Fleet) -> None:
        prepare(fleet)
        victim = next(iter(fleet.workers[0].executor._processes.values()))
        killed.append(victim.pid)
        Timer(0.3, os.kill, (victim.pid, signal.SIGKILL)).start()

    monkeypatch.setattr(execution.Fleet, "prepare", prepared)
    store = find_store(plan, tmp_path / "store", VERSIONS, resume=False)
    store, pace = fly_missing(store, plan, 2)
    assert killed
    assert pace.workers_replaced == 1
    assert same(rows(store), rows(flown))


class Stopped(Exception):
    """What a test breaks a campaign off with, as Ctrl-C does."""


@pytest.mark.slow
def test_after_a_stop_it_goes_on_and_nothing_is_twice_or_lost(
    flown: Store, plan: Plan, tmp_path: Path
) -> None:
    def stop(done: int, cases: int, rate: float) -> None:
        raise Stopped

    folder = tmp_path / "store"
    with pytest.raises(Stopped):
        fly(plan, folder, 1, progress=stop)
    before = {p.name: p.stat().st_mtime_ns for p in open_store(folder).files}
    assert 0 < len(before) < plan.chunks
    store = fly(plan, folder, 1)
    assert same(rows(store), rows(flown))
    after = {p.name: p.stat().st_mtime_ns for p in store.files}
    assert before.items() <= after.items()


def copy(store: Store, folder: Path) -> Store:
    folder.mkdir()
    for path in store.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return open_store(folder)


@pytest.mark.slow
def test_deleted_and_damaged_chunks_are_named_and_flown_again(
    flown: Store, plan: Plan, tmp_path: Path
) -> None:
    store = copy(flown, tmp_path / "store")
    chunk_path(store.folder, 0).unlink()
    broken = chunk_path(store.folder, 1)
    content = bytearray(broken.read_bytes())
    content[len(content) // 3] ^= 0x10
    broken.write_bytes(content)
    with pytest.raises(UserError, match=r"chunk-000001.*damaged.*--resume"):
        read_chunk(broken, plan.cases(1))
    told: list[str] = []
    store = fly(plan, store.folder, 1, say=told.append)
    assert len(told) == 1
    assert "chunk-000001" in told[0]
    assert same(rows(store), rows(flown))


def test_a_chunk_of_other_cases_is_damaged(flown: Store, tmp_path: Path) -> None:
    store = copy(flown, tmp_path / "store")
    chunk_path(store.folder, 1).write_bytes(chunk_path(store.folder, 0).read_bytes())
    with pytest.raises(UserError, match="other cases than its name says"):
        summarize(store)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 7}, "seed is 7, was 2025"),
        ({"sampling": "sobol"}, "sampling is sobol, was random"),
        ({"history": ()}, "history is"),
    ],
)
def test_another_campaign_is_not_mixed_in(
    flown: Store, plan: Plan, change: dict[str, object], words: str
) -> None:
    other = as_plan(plan.mission, COUNT, **({"history": HISTORY} | change))
    with pytest.raises(UserError, match=words):
        find_store(other, flown.folder, VERSIONS, resume=True)


def test_a_changed_mission_is_not_mixed_in(flown: Store, plan: Plan) -> None:
    heavier = set_values(plan.mission, ["lander.dry_mass_kg=359"])
    other = as_plan(heavier, COUNT, history=HISTORY)
    with pytest.raises(UserError, match=r"dry_mass_kg: 359\.0.*was.*358\.0"):
        find_store(other, flown.folder, VERSIONS, resume=True)
    with pytest.raises(UserError, match=r"versions\.frigoris is 2, was test"):
        find_store(plan, flown.folder, {"frigoris": "2"}, resume=True)


def test_a_store_is_not_overwritten_without_a_word(
    flown: Store, plan: Plan, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="--resume"):
        find_store(plan, flown.folder, VERSIONS, resume=False)
    (tmp_path / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(OutputError, match="other things"):
        find_store(plan, tmp_path, VERSIONS, resume=True)


def test_a_full_disk_is_told_and_leaves_a_good_store(
    flown: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = copy(flown, tmp_path / "store")
    table = read_chunk(chunk_path(store.folder, 0), store.plan.cases(0))
    write = pq.write_table

    def half(rows: pa.Table, path: Path, **options: object) -> None:
        write(rows.slice(0, 1), path, **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store_module.pq, "write_table", half)
    with pytest.raises(OutputError, match=r"No space left on device.*--resume"):
        store_module.write_chunk(store.folder, 0, table, {})
    assert [p.name for p in store.folder.glob(".chunk*")] == []
    assert same(rows(store), rows(flown))


def test_a_case_that_breaks_counts_as_not_landed(
    mission: Mission, stage: Stage, fleet: Fleet
) -> None:
    healthy = nominal(mission)
    lanes = make_lanes(healthy, stage.planned, stage.setting, [QUIET] * 3)
    isp = np.array(lanes.params.vehicle.engines.isp)
    isp[:, 1] = np.nan
    object.__setattr__(lanes.params.vehicle.engines, "isp", isp)
    params = join([lanes.params], 64)
    flown = fly_batch(params, stage.times, every=10)
    landing = settle(params, flown.truth, flown.end).landing
    found = results(stage.planned.site_M, flown, landing, si(healthy))
    assert found["outcome"][:3].tolist() == ["landed", NOT_FINITE, "landed"]
    assert found["landed"][:3].tolist() == [True, False, True]
    assert np.isnan(found["contact_t_s"][1])


def test_a_replayed_case_is_its_row_and_its_record(flown: Store) -> None:
    found = replay(flown, 71, VERSIONS)
    assert found.same_program
    assert found.unlike == []
    assert found.agrees
    gap = found.contact_difference_s
    assert gap is not None
    assert abs(gap) < 1e-6  # measured 1e-10 s
    with pytest.raises(UserError, match=r"case 160.*cases 0 to 159"):
        replay(flown, COUNT, VERSIONS)


def test_a_flip_between_programs_is_not_hidden(flown: Store, tmp_path: Path) -> None:
    store = copy(flown, tmp_path / "store")
    path = chunk_path(store.folder, 1)
    table = pq.read_table(path)
    place = table.column_names.index("outcome")
    flipped = pa.array(["tipped_over"] * table.num_rows)
    pq.write_table(table.set_column(place, "outcome", flipped), path)
    found = replay(store, 71, VERSIONS)
    assert found.unlike == ["outcome"]
    assert not found.outcome_kept
    assert not found.agrees


@pytest.mark.slow
def test_it_stops_at_the_same_case_however_many_fly(
    mission: Mission, tmp_path: Path
) -> None:
    """0.5 with 80 % is shown by the first chunk, and nothing beyond it is kept."""
    plan = as_plan(nominal(mission), 400)
    claim = Claim(0.5, 0.8)
    for workers in (1, 2):
        store = fly(plan, tmp_path / f"by-{workers}", workers, until=claim)
        assert store.manifest["stopped"]["verdict"] == "met"
        assert store.manifest["stopped"]["cases"] == 64
        assert summarize(store).cases == 64
        assert len(store.files) == 1


def test_anyone_can_ask_by_sql(flown: Store) -> None:
    found = query(
        flown.folder,
        'select count(*) as n, count(distinct "case") as cases from cases',
    )
    assert found == [{"n": COUNT, "cases": COUNT}]


def test_a_mistake_in_a_worker_is_told_as_the_users(
    mission: Mission, tmp_path: Path
) -> None:
    row = {
        "path": "onboard.sequence.phases.braking.target.freeze_s",
        "normal": {"sigma": 1.0},
    }
    data = nominal(mission).model_dump() | {"published": (), "fitted": ()}
    scattered = Mission.model_validate(data | {"dispersions": [row]})
    began = time.monotonic()
    with pytest.raises(UserError, match=r"Cannot disperse onboard\.sequence"):
        fly(as_plan(scattered, 64), tmp_path / "store", 1)
    assert time.monotonic() - began < 60.0
