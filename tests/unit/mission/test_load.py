"""Loading: each fault at its place, all of a file at once, variants by `extend`."""

import pytest

from frigoris.errors import MissionFileError, UnknownMissionError
from frigoris.mission.catalog import catalogue, find
from frigoris.mission.load import load_mission
from frigoris.mission.schema_base import bounds
from frigoris.mission.schema_world import Moon
from frigoris.moon.shadr import DEGREE_LIMIT
from unit.mission.missions import NAME, changed, line_of


def faults(path):
    with pytest.raises(MissionFileError) as caught:
        load_mission(path)
    return str(caught.value).splitlines()


def test_every_mission_of_the_catalogue_loads():
    assert NAME in catalogue()
    for name in catalogue():
        assert load_mission(name).mission.name == name


def test_the_degrees_of_gravity_that_are_allowed_are_those_that_can_be_flown():
    field = Moon.model_fields["gravity_degree_count"]
    assert bounds(field) == (0, DEGREE_LIMIT)


def test_a_path_does_as_well_as_a_name(tmp_path):
    assert (
        load_mission(find(NAME)) == load_mission(NAME) == load_mission(str(find(NAME)))
    )


# (what is replaced, by what, the key at fault, column, words)
ONE_FAULT = {
    "unknown key": (
        r"^  dry_mass_kg: .*$",
        "  dry_mas_kg: 360",
        "dry_mas_kg",
        3,
        "unknown key lander.dry_mas_kg. Did you mean dry_mass_kg?",
    ),
    "wrong unit": (
        r"^      isp_s: ",
        "      isp_ms: ",
        "isp_ms",
        7,
        "lander.engines.0.isp_ms. Did you mean isp_s? Its unit is s.",
    ),
    "out of range": (
        r"latitude_deg: \S+",
        "latitude_deg: 160.4538",
        "latitude_deg",
        17,
        "site.latitude_deg = 160.4538 is outside -90 … 90 deg",
    ),
    "component out of range": (
        r"position_error_m: \[0, 0, 0\]",
        "position_error_m: [0, 0, 1e9]",
        "position_error_m",
        21,
        "is outside -50000 … 50000 m",
    ),
    "text for a number": (
        r"^  perilune_altitude_km: \S+",
        "  perilune_altitude_km: low",
        "perilune_altitude_km: low",
        25,
        "orbit.perilune_altitude_km = 'low' is not a number",
    ),
    "yes for a number": (
        r"^  apolune_altitude_km: \S+",
        "  apolune_altitude_km: true",
        "apolune_altitude_km: true",
        24,
        "orbit.apolune_altitude_km = True is not a number",
    ),
    "not finite": (
        r"rate_bit_s: \S+",
        "rate_bit_s: .nan",
        "rate_bit_s",
        15,
        "radio.rate_bit_s = nan",
    ),
    "part of a count": (
        r"confirm_count: \S+",
        "confirm_count: 2.5",
        "confirm_count",
        20,
        "sensors.laser.confirm_count = 2.5 is not a whole number",
    ),
    "too few components": (
        r"com_dry_m: \[.*?\]",
        "com_dry_m: [0.1, 0.2]",
        "com_dry_m",
        14,
        "lander.com_dry_m = [0.1, 0.2] has too few items",
    ),
    "no such option": (
        r"map: auto",
        "map: atuo",
        "map: atuo",
        8,
        "site.map = 'atuo' is not one of 'auto', 'ldem_4'",
    ),
    "no date": (
        r"touchdown_utc: \S+",
        "touchdown_utc: 2025-06-05 19:17",
        "touchdown_utc",
        18,
        "is no UTC; write it as 2025-06-05T19:17:00Z",
    ),
    "touchdown before ignition": (
        r"touchdown_utc: \S+",
        "touchdown_utc: 2025-06-05T18:17:00Z",
        "mission:",
        1,
        "mission: touchdown_utc is not after ignition_utc",
    ),
    "doubled key": (
        r"^  isp_scale_ratio: .*$",
        "  isp_scale_ratio: 1\n  isp_scale_ratio: 1.01",
        "isp_scale_ratio: 1.01",
        3,
        "key lander.isp_scale_ratio stands here again",
    ),
    "missing key": (
        r"^  rcs_propellant_kg: .*$",
        "",
        "lander:",
        1,
        "lander.rcs_propellant_kg is missing",
    ),
    "fault sets what is unknown": (
        r"set: \{sensors.laser.efficiency_ratio: \S+\}",
        "set: {sensors.laser.efficency_ratio: 0.5}",
        "efficency_ratio",
        42,
        "parameter sensors.laser.efficency_ratio. Did you mean "
        "sensors.laser.efficiency_ratio?",
    ),
    "fault sets a wrong value": (
        r"misalignment_mrad: \[0, [1-9][\d.]*, 0\]",
        "misalignment_mrad: [0, 1.6]",
        "misalignment_mrad: [0, 1.6]",
        51,
        "fault attitude_error: sensors.star_tracker.misalignment_mrad = [0, 1.6] has",
    ),
    "unknown source": (
        r"source: S44$",
        "source: S44, S999",
        "S999",
        13,
        "m2-02: source S999 is not in sources",
    ),
    "unknown unit of an observable": (
        r"unit: km, low: 17",
        "unit: kilometre, low: 17",
        "kilometre",
        46,
        "m2-04: unknown unit kilometre: ignition_altitude_km is in km",
    ),
    "another unit than that of the metric": (
        r"unit: s, low: 12,",
        "unit: m_s, low: 12,",
        "unit: m_s, low: 12,",
        48,
        "m2-13: unit m_s: first_valid_to_192_m_s is in s",
    ),
    "unknown metric": (
        r"metric: first_valid_tilt_deg",
        "metric: first_valid_tlit_deg",
        "first_valid_tlit_deg",
        18,
        "m2-11: unknown metric first_valid_tlit_deg. Did you mean first_valid_tilt_",
    ),
    "unknown metric of a requirement": (
        r"metric: landed$",
        "metric: laned",
        "metric: laned",
        13,
        "soft-landing: unknown metric laned. Did you mean landed?",
    ),
    "fault with the name of something else": (
        r"^  attitude_error:$",
        "  relief:",
        "text: attitude knowledge",
        5,
        "no fault may be named relief: relief_off/ stands for level ground",
    ),
    "metric without a fault that is not there": (
        r"weak_laser_off/valid",
        "weak_lazer_off/valid",
        "weak_lazer_off",
        18,
        "there is no fault weak_lazer. Did you mean weak_laser?",
    ),
    "dispersed whole number": (
        r"\{path: sensors.laser.bias_m, normal",
        "{path: sensors.laser.confirm_count, normal",
        "sensors.laser.confirm_count, normal",
        12,
        "dispersions: sensors.laser.confirm_count is a whole number",
    ),
    "dispersed value of a fault": (
        r"\{path: sensors.laser.bias_m, normal",
        "{path: faults.weak_laser.set.sensors.laser.efficiency_ratio, normal",
        "efficiency_ratio, normal",
        12,
        "is set by a fault; disperse the parameter itself",
    ),
    "velocity for an impulse": (
        r"isp_s: 225",
        "isp_s: 2206",
        "isp_s: 2206",
        12,
        "500 s (specific impulse). Is it in m_s? That would be 224.949 s",
    ),
    "too large for a number": (
        r"latitude_deg: \S+",
        "latitude_deg: 1" + 320 * "0",
        "latitude_deg",
        17,
        "is too large (north positive, mean Earth frame)",
    ),
    "outside its own engineering range": (
        r"^    isp_s: \S+",
        "    isp_s: 235",
        "lander.rcs.isp_s",
        5,
        "lander.rcs.isp_s = 235 is outside its declared range 220 … 230",
    ),
}


@pytest.mark.parametrize("name", ONE_FAULT)
def test_one_fault_is_named_at_its_place(name, tmp_path):
    pattern, instead, mark, column, words = ONE_FAULT[name]
    path = changed(tmp_path, (pattern, instead))
    found = [line for line in faults(path) if words in line]
    assert len(found) == 1, faults(path)
    expected = f"{path}:{line_of(path, mark)}:{column}: "
    assert found[0].startswith(expected), (found, expected)
    if not name.startswith("fault"):  # those make a fitted path point nowhere too
        assert len(faults(path)) == 1


def test_all_faults_of_a_file_are_named_at_once_in_its_order(tmp_path):
    chosen = ["wrong unit", "out of range", "doubled key", "part of a count"]
    path = changed(tmp_path, *(ONE_FAULT[name][:2] for name in chosen))
    found = faults(path)
    assert len(found) == len(chosen)
    for name in chosen:
        assert any(ONE_FAULT[name][4] in line for line in found), name
    lines = [int(line.removeprefix(f"{path}:").split(":")[0]) for line in found]
    assert lines == sorted(lines)


def test_a_missing_section_is_named(tmp_path):
    whole = find(NAME).read_text(encoding="utf-8")
    start, end = whole.index("\nsensors:\n"), whole.index("\nonboard:\n")
    path = tmp_path / "no-sensors.yaml"
    path.write_text(whole[:start] + whole[end:], encoding="utf-8")
    line = path.read_text(encoding="utf-8").splitlines().index("mission:") + 1
    found = faults(path)
    assert (
        f"{path}:{line}:1: section sensors is missing (the instruments as they are)"
        in found
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"mission: [1, 2\nsite: {", ":2:5: is not YAML: "),
        (b"a: b: c", ":1:5: is not YAML: mapping values are not allowed here"),
        (b"", ":1:1: is not a mapping of sections"),
        (b"- 1\n- 2\n", ":1:1: is not a mapping of sections"),
        (b"just words", ":1:1: is not a mapping of sections"),
        (b"\xff\xfe\x00", ":1:1: is not text in UTF-8"),
        (b"site:\n  name: Fr\xedo", ":2:11: is not text in UTF-8"),
        (b"extend: " + 5000 * b"a", ":1:9: extend = 'aaaa"),
        (b"extend: hakuto-r-m2/" + 5000 * b"a", "there is no such file"),
        (b"mission: *nowhere", ":1:10: is not YAML: found undefined alias"),
        (b"{[1, 2]: 3}", ":1:2: a key in the file is no name"),
        (b"mission: !!python/object:os.system {}", "section site is missing"),
        (b"a: &a [*a]", "nested too deeply"),
        (b"a: &a 1\nb: &a 2", "unknown section b"),
    ],
)
def test_what_is_no_mission_at_all_gets_a_clear_message(content, words, tmp_path):
    path = tmp_path / "no.yaml"
    path.write_bytes(content)
    assert words in "\n".join(faults(path))


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-8"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_files_of_other_systems_are_read_and_placed_alike(codec, ends, tmp_path):
    path = tmp_path / "other.yaml"
    lines = ["extend: hakuto-r-m2", "lander:", "  dry_mas_kg: 3", ""]
    path.write_bytes(ends.join(lines).encode(codec))
    (line,) = faults(path)
    assert line.startswith(f"{path}:3:3: unknown key lander.dry_mas_kg")


def test_a_small_file_that_unfolds_into_a_huge_one_is_refused(tmp_path):
    rows = ["a0: &a0 [x, x]"]
    rows += [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 30)]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(rows))
    assert any("too large" in line for line in faults(path))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hakuto-r-m3", "Did you mean hakuto-r-m2?"),
        ("nowhere.yaml", "there is no such file"),
        ("no/such/file", "there is no such file"),
        (".", "neither in the catalogue"),
    ],
)
def test_an_unknown_mission_is_named_with_the_nearest(name, words):
    with pytest.raises(UnknownMissionError, match=words.replace("?", r"\?")):
        load_mission(name)


class TestExtend:
    def write(self, tmp_path, name, content):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    def test_a_variant_is_its_differences(self, tmp_path):
        path = self.write(
            tmp_path,
            "variant.yaml",
            "extend: hakuto-r-m2\nmission: {name: heavier}\n"
            "lander: {dry_mass_kg: 372}\n",
        )
        variant, base = load_mission(path), load_mission(NAME)
        assert variant.lander.dry_mass_kg == 372
        assert variant.mission.name == "heavier"
        assert variant.mission.title == base.mission.title
        assert variant.lander.engines == base.lander.engines
        assert variant.sensors == base.sensors

    def test_a_chain_is_followed_beside_the_file_that_names_it(self, tmp_path):
        self.write(tmp_path, "a.yaml", "extend: hakuto-r-m2\nradio: {rate_bit_s: 4000}")
        path = self.write(tmp_path, "b.yaml", "extend: a.yaml\nmission: {name: b}\n")
        assert load_mission(path).radio.rate_bit_s == 4000

    def test_null_takes_a_key_away(self, tmp_path):
        content = (
            "extend: hakuto-r-m2\nfaults: {attitude_error: null}\n"
            "fitted: []\nengineering: []\norbit: {insertion: null}\n"
        )
        mission = load_mission(self.write(tmp_path, "v.yaml", content))
        assert list(mission.faults) == ["weak_laser"]
        assert mission.orbit.insertion is None

    def test_each_fault_is_placed_in_the_file_that_has_it(self, tmp_path):
        base = self.write(
            tmp_path, "base.yaml", "extend: hakuto-r-m2\nsite:\n  latitude_deg: 91\n"
        )
        path = self.write(
            tmp_path, "top.yaml", "extend: base.yaml\nlander:\n  isp_scale_ratio: 9\n"
        )
        found = faults(path)
        assert len(found) == 2
        assert found[0].startswith(f"{base}:3:17: site.latitude_deg = 91")
        assert found[1].startswith(f"{path}:3:20: lander.isp_scale_ratio = 9")

    def test_a_variant_may_leave_the_engineering_ranges_of_its_base(self, tmp_path):
        content = "extend: hakuto-r-m2\nlander: {dry_mass_kg: 500}\n"
        path = self.write(tmp_path, "v.yaml", content)
        assert load_mission(path).lander.dry_mass_kg == 500

    def test_of_several_each_lies_over_those_before(self, tmp_path):
        self.write(tmp_path, "one.yaml", "radio: {rate_bit_s: 4000, frame_bytes: 200}")
        self.write(tmp_path, "two.yaml", "radio: {rate_bit_s: 5000}")
        path = self.write(
            tmp_path,
            "c.yaml",
            "extend: [hakuto-r-m2, one.yaml, two.yaml]\nmission: {name: c}\n",
        )
        mission = load_mission(path)
        assert mission.radio.rate_bit_s == 5000 and mission.radio.frame_bytes == 200

    def test_a_mission_that_extends_itself_is_refused(self, tmp_path):
        path = self.write(tmp_path, "self.yaml", "extend: self.yaml\n")
        (line,) = faults(path)
        assert f"{path}:1:9: extend = 'self.yaml'" in line

    def test_an_unknown_base_is_named(self, tmp_path):
        path = self.write(tmp_path, "v.yaml", "extend: hakuto-r-m9\n")
        (line,) = faults(path)
        assert line.startswith(f"{path}:1:9: ") and "Did you mean hakuto-r-m2?" in line
