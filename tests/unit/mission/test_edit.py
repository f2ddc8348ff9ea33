"""Edits: typed values, faults on and off, the plan and the truth, text again."""

import pytest

from frigoris.errors import UserError
from frigoris.mission.dump import to_yaml
from frigoris.mission.edit import (
    as_flown,
    choose_faults,
    nominal,
    planned,
    replace,
    set_values,
    with_faults,
)
from frigoris.mission.load import load_mission
from frigoris.mission.paths import parameters, read
from unit.mission.missions import NAME

EFFICIENCY = "sensors.laser.efficiency_ratio"
TILT = "sensors.star_tracker.misalignment_mrad"


@pytest.fixture(scope="module")
def mission():
    return load_mission(NAME)


@pytest.mark.parametrize(
    ("edit", "path", "value"),
    [
        ("lander.dry_mass_kg=351.5", "lander.dry_mass_kg", 351.5),
        ("lander.dry_mass_kg=4e2", "lander.dry_mass_kg", 400.0),
        ("lander.legs.count=3", "lander.legs.count", 3),
        (f"{TILT}=[0.1, -0.2, 3]", TILT, (0.1, -0.2, 3.0)),
        ("site.map=ldem_4", "site.map", "ldem_4"),
        ("mission.title=12", "mission.title", "12"),
        ("mission.touchdown_utc=2026-01-02T03:04:05Z", None, None),
        ("lander.engines.main.isp_s=311", "lander.engines.0.isp_s", 311.0),
        ("lander.engines.2.thrust_N=150", "lander.engines.assist-2.thrust_N", 150.0),
        (f"faults.weak_laser.set.{EFFICIENCY}=0.4", None, None),
    ],
)
def test_a_value_is_set_and_nothing_else(mission, edit, path, value):
    path, value = path or edit.partition("=")[0], value or edit.partition("=")[2]
    edited = set_values(mission, [edit])
    got = read(edited, path)
    assert got == value or str(got) == value
    back = replace(edited, {path: read(mission, path)})
    assert back == mission


@pytest.mark.parametrize(
    "path",
    [
        f"faults.weak_laser.set.{EFFICIENCY}",
        f"faults.weak_laser.{EFFICIENCY}",
        "faults.weak_laser.efficiency_ratio",
    ],
)
def test_what_a_fault_sets_goes_by_the_end_of_its_path(mission, path):
    edited = set_values(mission, [f"{path}=0.37"])
    assert edited.faults["weak_laser"].set == {EFFICIENCY: 0.37}
    assert as_flown(edited).sensors.laser.efficiency_ratio == 0.37
    assert edited.sensors.laser.efficiency_ratio == 1.0


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("lander.dry_mass=3", "Did you mean lander.dry_mass_kg?"),
        ("lander.dry_mass_g=3", "Did you mean lander.dry_mass_kg?"),
        ("lander.engines.main.isp_ms=3", "Did you mean lander.engines.main.isp_s?"),
        ("sensors.lazer.efficiency_ratio=1", f"Did you mean {EFFICIENCY}?"),
        ("lander.dry_mass_kg=-3", "-3.0 is outside 1 … 100000 kg"),
        ("lander.dry_mass_kg=heavy", "'heavy' is not a number"),
        ("lander.dry_mass_kg", "there is no '='"),
        ("lander.dry_mass_kg=[1", "is no value"),
        (f"{TILT}=3", "is not a list"),
        ("faults.weak_lazer.efficiency_ratio=1", "Did you mean weak_laser?"),
        (
            "faults.weak_laser.eficiency_ratio=1",
            f"the fault weak_laser sets {EFFICIENCY}",
        ),
        ("faults.weak_laser.efficiency_ratio=-1", "-1.0 is outside 0 … 100"),
        ("orbit.perilune_altitude_km=150", "perilune_altitude_km is above"),
        ("published.0.grade=must", "there is no such parameter"),
    ],
)
def test_a_mistake_is_named(mission, edit, words):
    with pytest.raises(UserError) as caught:
        set_values(mission, [edit])
    assert words in str(caught.value)


def test_all_mistakes_are_named_at_once(mission):
    with pytest.raises(UserError) as caught:
        set_values(mission, ["lander.dry_mass_kg=0", "nothing", "site.map=x"])
    assert len(str(caught.value).splitlines()) == 3


def test_the_truth_has_the_faults_and_the_plan_has_not(mission):
    truth, plan = as_flown(mission), planned(mission)
    weak = mission.faults["weak_laser"].set[EFFICIENCY]
    assert truth.sensors.laser.efficiency_ratio == weak != 1.0
    assert plan.sensors.laser.efficiency_ratio == 1.0
    assert truth.sensors.star_tracker.misalignment_mrad[1] != 0.0
    assert plan.sensors.star_tracker.misalignment_mrad == (0.0, 0.0, 0.0)
    assert not plan.faults and not plan.fitted and not plan.published
    assert truth.onboard == plan.onboard == mission.onboard


def test_the_plan_as_text_tells_nothing_of_the_end(mission):
    """Whoever investigates reads it, and must not find the answer there."""
    text = to_yaml(planned(mission)).lower()
    for word in ("crash", "weak", "m2-07", "impact", "explains", "http"):
        assert word not in text, word
    whole = to_yaml(mission).lower()
    assert "crash" in whole and "explains" in whole


def test_the_plan_does_not_depend_on_the_faults(mission):
    changed = set_values(mission, ["faults.weak_laser.efficiency_ratio=0.7"])
    assert planned(changed) == planned(mission) == planned(nominal(mission))


@pytest.mark.parametrize(
    ("edits", "off", "left"),
    [
        ((), False, ["weak_laser", "attitude_error"]),
        ((), True, []),
        (("weak_laser",), False, ["weak_laser"]),
        (("weak_laser",), True, ["weak_laser"]),
        (("attitude_error", "weak_laser"), True, ["weak_laser", "attitude_error"]),
        (
            ("weak_laser:efficiency_ratio=0.3",),
            False,
            ["weak_laser", "attitude_error"],
        ),
        (("weak_laser:efficiency_ratio=0.3",), True, ["weak_laser"]),
        (("attitude_error:misalignment_mrad=[0, 1, 2]",), True, ["attitude_error"]),
    ],
)
def test_faults_are_chosen(mission, edits, off, left):
    chosen = choose_faults(mission, edits, off=off)
    assert list(chosen.faults) == left
    flown = with_faults(mission, edits, off=off)
    expected = 1.0
    if "weak_laser" in left:
        expected = (
            0.3
            if ":eff" in str(edits)
            else mission.faults["weak_laser"].set[EFFICIENCY]
        )
    assert flown.sensors.laser.efficiency_ratio == expected
    if ":mis" in str(edits):
        assert flown.sensors.star_tracker.misalignment_mrad == (0.0, 1.0, 2.0)


def test_an_unknown_fault_is_named_with_the_nearest(mission):
    with pytest.raises(UserError, match="Did you mean weak_laser"):
        choose_faults(mission, ["weak_lser"])


def test_what_is_written_loads_to_the_same_mission(mission, tmp_path):
    for version in (mission, planned(mission), as_flown(mission)):
        path = tmp_path / "again.yaml"
        path.write_text(to_yaml(version), encoding="utf-8")
        assert load_mission(path) == version


ABSENT = (  # in this mission
    ".modulator.",
    ".radar_altimeter.",
    ".velocimeter.",
    ".landmark_camera.",
    ".hazard_lidar.",
    "navigation.map.",
    "control.filter.",
    "onboard.hazard_avoidance.",
    "onboard.convex.",
    "onboard.protection.",
    "onboard.software.",
)


def test_every_path_can_be_read_and_replaced(mission):
    tree = mission.model_dump()
    for path in parameters(tree):
        listed = ("engines", "tanks", "antennas")
        if path.endswith(".name") and any(part in path for part in listed):
            continue  # the name is part of the path
        if any(section in path for section in ABSENT):
            continue
        if ".target." in path and "braking" not in path:
            continue  # no other phase of this mission aims
        marked = replace(mission, {path: "mark"})
        assert read(marked, path) == "mark"
        assert replace(marked, {path: read(mission, path)}) == mission
