"""Mapping files: every fault at its place with the nearest valid name."""

import pytest

from frigoris.errors import UserError
from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.foreign_units import UNITS
from frigoris.packets.mapping import read_mapping
from frigoris.units import FACTORS

GOOD = """\
epoch_utc: 2025-06-05T18:52:13Z
time: {column: MET, unit: ms}
columns:
  - {column: ALT, unit: ft, channel: gnc.est_altitude_m}
  - {column: MODE, channel: gnc.phase, names: {DOWN: terminal_descent}}
"""


def read(tmp_path, text):
    path = tmp_path / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path, load_dictionary())


def faults(tmp_path, text):
    with pytest.raises(UserError) as error:
        read(tmp_path, text)
    before = f"{tmp_path / 'mapping.yaml'}:"
    return [line.removeprefix(before) for line in str(error.value).splitlines()]


def test_a_good_one_is_read(tmp_path):
    mapping = read(tmp_path, GOOD)
    altitude, mode = mapping.columns
    assert (altitude.column, altitude.unit, altitude.field.name) == (
        *("ALT", "ft", "est_altitude_m"),
    )
    assert mode.names == {"DOWN": "terminal_descent"}
    assert mapping.epoch_utc.startswith("2025-06-05T18:52:13") and mapping.time.unit
    assert altitude.place.endswith("mapping.yaml:4:14")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("gnc.est_altitude_m", "gnc.est_altitud", "4:38: unknown channel gnc.est_alt"),
        ("gnc.est_altitude_m", "est_altitude_m", "Did you mean gnc.est_altitude_m?"),
        ("gnc.est_altitude_m", "qqqq", "Known here: gnc.phase, gnc.est_alt"),
        ("unit: ft", "unit: feet", "4:25: unknown unit feet for gnc.est_altitude_m, "),
        ("unit: ft", "unit: feet", "which is in m. Did you mean ft?"),
        ("unit: ft", "unit: rad_s", "Known here: m, km, cm, mm, ft, nmi."),
        ("unit: ft, ", "", "no unit for gnc.est_altitude_m, which is in m. Known"),
        ("unit: ms", "unit: sec", "2:27: unknown unit sec of times. Known here: s, ms"),
        ("terminal_descent", "terminal", "5:54: unknown value terminal of phase. Did"),
        ("gnc.phase", "gnc.est_q_w", "5:49: names: est_q_w is not an enumeration"),
        ("gnc.phase", "gnc.est_altitude_m", "has a column already, in line 4"),
        ("column: ALT", "colum: ALT", "4:6: unknown key colum. Did you mean column?"),
        ("column: ALT", "colum: ALT", "4:5: column is missing"),
        ("columns:", "colums:", "3:1: unknown key colums. Did you mean columns?"),
        ("epoch_utc: 2025-06-05T18:52:13Z\n", "", "1:1: epoch_utc is missing"),
        ("2025-06-05T18:52:13Z", "tomorrow", "1:12: epoch_utc = tomorrow is no UTC"),
        ("time: {column: MET, unit: ms}\n", "", "1:1: time is missing"),
        ("{column: MET, unit: ms}", "MET", "2:7: time is not of the form"),
        (
            "  - {column: ALT, unit: ft, channel: gnc.est_altitude_m}",
            "  - 3",
            "4:5: is",
        ),
        ("columns:", "separator: ab\ncolumns:", "3:12: separator = 'ab' is not one"),
    ],
)
def test_a_fault_is_placed_and_the_nearest_name_is_given(tmp_path, old, new, fault):
    assert old in GOOD
    assert any(fault in line for line in faults(tmp_path, GOOD.replace(old, new, 1)))


def test_all_faults_are_told_at_once_in_their_order(tmp_path):
    text = GOOD.replace("ft", "feet").replace("ms", "sec").replace("DOWN: t", "DOWN: x")
    places = [fault.partition(": ")[0] for fault in faults(tmp_path, text)]
    assert places == ["2:27", "4:25", "5:54"]


@pytest.mark.parametrize(
    "text", ["", "- 1\n", "a: [\n", "\x00", "just text", "a: b: c"]
)
def test_what_is_no_mapping_is_the_users_mistake(tmp_path, text):
    (fault,) = faults(tmp_path, text)
    assert "docs/export.md" in fault
    with pytest.raises(UserError, match="Cannot read the mapping"):
        read_mapping(tmp_path / "nowhere.yaml", load_dictionary())


def test_every_unit_of_the_dictionary_can_be_converted():
    units = {f.unit for p in load_dictionary().packets for f in p.fields}
    assert units <= set(UNITS)
    for unit, others in UNITS.items():
        assert others.get(unit, 1.0) == 1.0
        for other, size in others.items():
            # units that the project knows too have the same size there
            if other in FACTORS and unit in FACTORS and other not in ("mg", "g"):
                assert size == pytest.approx(FACTORS[other] / FACTORS[unit], rel=1e-12)
