"""Go on from a moment of a record: unchanged the same flight, changed another one."""

from pathlib import Path

import numpy as np
import pytest

from flights.conftest import QUIET
from frigoris.errors import UserError
from frigoris.flight.record import read_truth
from frigoris.mission.batch import Stage
from frigoris.mission.branch import branch, parse_place
from frigoris.mission.edit import nominal
from frigoris.mission.fly import Flight, fly
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.verbs import write

# their program takes minutes to compile
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def crash(stage: Stage) -> Flight:
    return fly(stage, QUIET, judge=False)


@pytest.fixture(scope="module")
def record(crash: Flight, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(crash, tmp_path_factory.mktemp("flights") / "crash")


@pytest.mark.parametrize("time", [1500.0, 3777.77])
def test_unchanged_it_is_the_same_flight(
    mission: Mission, crash: Flight, record: Path, time: float
) -> None:
    """From the coast, from between two ticks; measured 0 and 2e-11 s."""
    again = branch(record, time, mission)
    assert crash.contact is not None
    assert again.contact is not None
    assert again.outcome == crash.outcome
    assert again.contact["t_s"] == pytest.approx(crash.contact["t_s"], abs=1e-6)
    assert again.branched_from is not None
    assert time - 2.0 < again.branched_from["t_s"] <= time
    # the past stands before it, each moment once
    np.testing.assert_allclose(again.truth["t_s"], crash.truth["t_s"], atol=1e-6)


def test_a_healed_laser_saves_the_flight(mission: Mission, record: Path) -> None:
    """At 3900 s, 3 km above the ground; 70 s later it was lost."""
    saved = branch(record, 3900.0, nominal(mission))
    # soft, but with the drift of the attitude error it may tip over
    assert saved.outcome != "crashed" and saved.contact is not None
    assert saved.contact["speed_vertical_m_s"] < 1.5
    told = read_truth(record).states
    past = told["t_s"] < 3899.0
    assert np.array_equal(
        saved.truth["altitude_m"][: past.sum()], told["altitude_m"][past]
    )


def test_a_moment_beyond_the_flight_is_refused(mission: Mission, record: Path) -> None:
    with pytest.raises(UserError, match="that flight lasted"):
        branch(record, 5000.0, mission)


@pytest.mark.parametrize("text", ["runs/x", "@3", "runs/x@", "runs/x@soon", "a@nan"])
def test_a_bad_place_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="--from"):
        parse_place(text)
    assert parse_place("runs/a@b@3.5") == (Path("runs/a@b"), 3.5)


def test_a_record_without_its_faults_loads_again(
    mission: Mission, stage: Stage, tmp_path: Path
) -> None:
    from dataclasses import replace

    quiet = replace(stage, mission=nominal(mission))
    folder = write(fly(quiet, QUIET, judge=False), tmp_path / "nominal")
    assert load_mission(folder / "truth" / "flown.yaml").faults == {}
