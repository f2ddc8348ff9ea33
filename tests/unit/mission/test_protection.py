"""Fault protection in a mission file: what is refused, what is built, what may vary."""

from pathlib import Path

import jax
import numpy as np
import pytest

from frigoris.errors import MissionFileError, UserError
from frigoris.mission.batch import make_stage
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission
from frigoris.mission.schema_evidence import Fault
from frigoris.mission.schema_protection import Watched
from frigoris.mission.schema_sequence import bounds_of
from frigoris.onboard.conditions import STAY
from frigoris.onboard.quantities import CHECKS, TABLE
from frigoris.phases import ABORT, BRAKING
from frigoris.units import stem

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
HEAD = "extend: hakuto-r-m2\nmission: {name: watched}\nonboard:\n  protection:\n"
PATH = "onboard.protection.monitors.laser_odd.when.laser_odd_above_ratio"


@pytest.fixture(scope="module")
def protected():
    return load_mission(EXAMPLES / "protected.yaml")


@pytest.fixture(scope="module")
def stage(protected):
    return make_stage(protected, "level")


def write(folder, text):
    path = folder / "watched.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_every_condition_of_a_monitor_can_be_computed():
    sides = {stem(name).rpartition("_") for name in bounds_of(Watched)}
    assert {side for _, _, side in sides} <= {"above", "below"}
    assert {q for q, _, _ in sides} <= {*TABLE, *CHECKS, "over_target"}
    assert {q for q, _, _ in sides} >= set(CHECKS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("    monitors: {a: {when: {}}}", "holds no condition"),
        (
            "    monitors: {a: {when: {contact: true}, phases: [abort]}}",
            "speaks of the phase abort, which this sequence lacks",
        ),
        ("    monitors: {a: {when: {contact: true}, phase: brake}}", "brake"),
        ("    monitors: {a-b: {when: {contact: true}}}", "can't be a monitor's name"),
        (
            "    monitors: {a: {when: {laser_of_above_m: 3}}}",
            "Did you mean laser_off_above_m?",
        ),
        ("    monitors: {a: {when: {contact: true}, distrust: [lidar]}}", "lidar"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(tmp_path, text, told):
    with pytest.raises(MissionFileError, match=r"watched\.yaml:\d+:\d+") as error:
        load_mission(write(tmp_path, text + "\n"))
    assert told in str(error.value)


def test_a_monitor_is_built_as_the_file_says(tmp_path):
    text = (
        "    monitors:\n"
        "      low:\n"
        "        when: {stop_altitude_below_m: 2000, for_s: 1.5}\n"
        "        phases: [braking]\n"
        "        tier: abort\n"
        "        phase: abort\n"
        "  sequence:\n"
        "    phases:\n"
        "      abort: {law: ascend, target: {altitude_m: 30000}}\n"
    )
    load = make_stage(load_mission(write(tmp_path, text)), "level").planned.onboard
    (monitor,) = load.protection.monitors
    assert (monitor.name, monitor.armed, monitor.tier) == ("low", (BRAKING,), 2)
    assert monitor.when.next == ABORT and float(monitor.when.hold) == 1.5
    (bound,) = monitor.when.bounds
    assert (bound.quantity, bound.above, float(bound.value)) == (
        "stop_altitude",
        False,
        2000.0,
    )


def test_the_example_is_built_and_its_missions_themselves_have_none(stage):
    names = [m.name for m in stage.planned.onboard.protection.monitors]
    assert {"laser_stuck", "filter_lost", "no_altimetry"} <= set(names)
    assert all(m.when.next == STAY for m in stage.planned.onboard.protection.monitors)
    for name in ("hakuto-r-m1", "hakuto-r-m2", "apollo-11"):
        assert load_mission(name).onboard.protection is None


def flown(stage, mission):
    lanes = make_lanes(mission, stage.planned, stage.setting, [Case(0), Case(1)])
    return lanes.params.onboard.protection


def limit(protection):
    (monitor,) = [m for m in protection.monitors if m.name == "laser_odd"]
    return np.asarray(monitor.when.bounds[0].value)


def test_a_limit_may_be_set_and_switched_by_the_flight(stage, protected):
    """The plan is the same: one compiled program flies both."""
    plain = flown(stage, protected)
    switch = "onboard.protection.enabled_ratio=0"
    other = flown(stage, set_values(protected, [f"{PATH}=33", switch]))
    assert jax.tree.structure(plain) == jax.tree.structure(other)
    assert set(limit(plain)) == {10.0} and set(limit(other)) == {33.0}
    assert set(np.asarray(other.enabled)) == {0.0}


def test_a_limit_may_be_wrong_in_the_flight_alone(stage, protected):
    fault = Fault(text="a wrong parameter load", set={PATH: 0.5})
    wrong = protected.model_copy(update={"faults": {"load": fault}})
    assert set(limit(flown(stage, wrong))) == {0.5}
    assert float(limit(stage.planned.onboard.protection)) == 10.0


def test_a_limit_may_be_dispersed(stage, protected):
    row = type(protected.dispersions[0]).model_validate(
        {"path": PATH, "normal": {"sigma": 1.0}}
    )
    mission = protected.model_copy(update={"dispersions": (row,)})
    drawn = limit(flown(stage, mission))
    assert drawn.shape == (2,) and drawn[0] != drawn[1]


def test_a_fault_may_not_change_what_is_watched(stage, protected):
    new = "onboard.protection.monitors.laser_odd.when.silence_above_s"
    fault = Fault(text="another condition", set={new: 5.0})
    wrong = protected.model_copy(update={"faults": {"load": fault}})
    with pytest.raises(UserError, match="only its numbers may differ"):
        flown(stage, wrong)
