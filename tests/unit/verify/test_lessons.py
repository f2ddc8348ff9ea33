"""Lessons as data: what a file may say, and what comes of it in a mission."""

import pytest

from frigoris.errors import MissionFileError, UserError
from frigoris.mission.catalog import catalogue
from frigoris.mission.load import load_mission
from frigoris.mission.paths import read
from frigoris.verify.lessons.change import changed, structure
from frigoris.verify.lessons.entry import choose, load_lessons, unknown_path

M1, M2 = (load_mission(name) for name in ("hakuto-r-m1", "hakuto-r-m2"))
LESSON = """
lessons:
  mine:
    change: something else
    kind: load
    from_flight: nobody's
    year: 2030
    statement: do it otherwise
    source: nowhere
    edit:
      {edit}
    check: {{mission: {mission}, raises: soft}}
"""


def written(folder, edit, mission="hakuto-r-m2", **other):
    path = folder / "mine.yaml"
    text = LESSON.format(edit=edit, mission=mission)
    for old, new in other.items():
        text = text.replace(f"{old}:", new)
    path.write_text(text, encoding="utf-8")
    return path


def mine(folder, edit):
    return load_lessons(written(folder, edit))["mine"]


@pytest.mark.parametrize("name", catalogue())
def test_each_lesson_applies_to_each_mission_or_says_why_not(name):
    mission = load_mission(name)
    for lesson in load_lessons().values():
        found = changed(mission, lesson)
        assert (found.mission is None) == bool(found.reason)
        assert "does not fit" not in found.reason
        if found.mission is not None:
            assert found.mission != mission


@pytest.mark.parametrize("mission", [M1, M2], ids=["m1", "m2"])
def test_most_lessons_apply_to_the_flights_that_taught_them(mission):
    reasons = [changed(mission, x).reason for x in load_lessons().values()]
    assert sum(not r for r in reasons) >= 9


def test_every_check_can_be_flown():
    """The mission of a check takes the lesson."""
    for lesson in load_lessons().values():
        assert changed(load_mission(lesson.check.mission), lesson).mission is not None


@pytest.mark.parametrize(
    ("edit", "path", "value"),
    [
        ("set: {onboard.navigation.editor: none}", "onboard.navigation.editor", "none"),
        ("add: {lander.propellant_kg: -14}", "lander.propellant_kg", 400.0),
        (
            "multiply: {lander.engines.main.isp_s: 0.5}",
            "lander.engines.main.isp_s",
            160,
        ),
        (
            "multiply: {lander.engines.*.thrust_N: 2}",
            "lander.engines.assist-6.thrust_N",
            400,
        ),
        (
            "multiply: {lander.com_dry_m: 0.5}",
            "lander.com_dry_m",
            (0.002, -0.0015, 0.4),
        ),
        (
            "merge: {sensors: {gauge: {noise_kg: 3}}}",
            "sensors.gauge.noise_kg",
            3.0,
        ),
    ],
)
def test_an_edit_does_what_it_says_and_nothing_else(tmp_path, edit, path, value):
    mission = M2
    found = changed(mission, mine(tmp_path, edit)).mission
    read_back = read(found, path)
    assert read_back == (value if isinstance(value, str) else pytest.approx(value))
    for other in ("sensors.laser.noise_m", "orbit.apolune_altitude_km"):
        assert read(found, other) == read(mission, other)
    assert found.faults == mission.faults and found.dispersions == mission.dispersions


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("set: {onboard.navigation.editor: chi2}", "it is so already"),
        ("multiply: {sensors.radar_altimeter.noise_m: 2}", "it has no sensors.radar"),
        ("{lacks: [sensors.laser], set: {site.albedo_ratio: 0.1}}", "it has sensors.l"),
        ("{flies: [convex], set: {site.albedo_ratio: 0.1}}", "by the law convex"),
        ("set: {lander.dry_mass_kg: -5}", "it does not fit: lander.dry_mass_kg"),
        ("{healthy: [sensors.imu]}", "no fault of it touches sensors.imu"),
    ],
)
def test_what_does_not_apply_says_why(tmp_path, edit, words):
    found = changed(M2, mine(tmp_path, edit))
    assert found.mission is None
    assert words in found.reason


def test_a_second_instrument_is_not_touched_by_the_fault_of_the_first():
    mission = M2
    found = changed(mission, load_lessons()["second-altimeter"]).mission
    assert list(found.faults) == ["attitude_error"]
    assert found.lander.dry_mass_kg == mission.lander.dry_mass_kg + 2


def test_only_sections_that_come_make_another_program():
    lessons = load_lessons()
    same = {
        name
        for name, lesson in lessons.items()
        if structure(changed(M2, lesson).mission) == structure(M2)
    }
    new = {"onboard-map", "radar", "velocimeter", "uncertainty-aware"}
    assert set(lessons) - same == new


@pytest.mark.parametrize(
    ("edit", "place", "words"),
    [
        (
            "sets: {a: 1}",
            "11:7",
            "unknown key lessons.mine.edit.sets. Did you mean set",
        ),
        ("{}", "10:5", "edit changes nothing"),
        ("set: {lander.dry_mass_g: 1}", "11:13", "Did you mean dry_mass_kg"),
        ("add: {lander.dry_mass_kg: heavy}", "11:33", "is not a number"),
        ("{flies: [schedul], set: {site.albedo_ratio: 1}}", "11:16", "schedule"),
    ],
)
def test_a_fault_of_a_file_is_placed(tmp_path, edit, place, words):
    path = written(tmp_path, edit)
    with pytest.raises(MissionFileError) as caught:
        load_lessons(path)
    assert f"{path}:{place}: " in str(caught.value)
    assert words in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    path = written(tmp_path, "set: {lander.dry_mas: 1}", "hakuto-r-m3", kind="sort:")
    with pytest.raises(MissionFileError) as caught:
        load_lessons(path)
    text = str(caught.value)
    assert "unknown key lessons.mine.sort" in text and "kind is missing" in text
    path = written(tmp_path, "set: {lander.dry_mas: 1}", "hakuto-r-m3")
    with pytest.raises(MissionFileError, match="hakuto-r-m2") as caught:
        load_lessons(path)
    assert len(str(caught.value).splitlines()) == 2


def test_the_nearest_lesson_is_named():
    with pytest.raises(UserError, match="Did you mean radar"):
        choose(load_lessons(), ["radr"])
    assert list(choose(load_lessons(), ["thrust", "editor"])) == ["editor", "thrust"]


@pytest.mark.parametrize(
    "path",
    [
        "lander.engines.*.thrust_N",
        "onboard.sequence.phases.braking.target.altitude_m",
        "sensors.radar_altimeter",
    ],
)
def test_paths_of_any_mission_are_known(path):
    assert unknown_path(path) is None


def test_a_path_of_no_mission_is_found():
    assert "Did you mean engines?" in str(unknown_path("lander.engine.thrust_N"))
    assert unknown_path("lander.dry_mass_kg.more") is not None
