"""Dispersions in a mission file: what is refused, and where; sets, tables, labels."""

import numpy as np
import pytest

from frigoris.errors import MissionFileError, UserError
from frigoris.mission.dispersions import (
    Sampling,
    case_key,
    choose_sets,
    draw,
    draw_block,
    known,
    make_sampler,
)
from frigoris.mission.dump import to_yaml
from frigoris.mission.edit import replace
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.mission.schema_dispersions import SETS, SHAPES, Dispersion
from frigoris.units import suffix
from unit.mission.missions import NAME

PARENT = load_mission(NAME)
SEED = 77


def write(tmp_path, *rows):
    """A variant of the catalogue mission with these dispersions, from line 3 on."""
    path = tmp_path / "variant.yaml"
    lines = [f"extend: {NAME}", "dispersions:", *(f"  - {row}" for row in rows)]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def load(tmp_path, *rows):
    return load_mission(write(tmp_path, *rows))


def with_rows(*rows, mission=PARENT):
    """The mission with other dispersions, from mappings."""
    found = tuple(Dispersion.model_validate(row) for row in rows)
    return mission.model_copy(update={"dispersions": found})


BIAS, ALBEDO = "sensors.laser.bias_m", "site.albedo_ratio"
GYRO = "sensors.imu.gyro_bias_deg_h"
TWO = f"paths: [{BIAS}, {ALBEDO}]"
# (row, what the place is that is refused, words)
REFUSED = {
    "no such path": (
        f"{{path: {BIAS[:-2]}_mm, normal: {{sigma: 1}}}}",
        f"{BIAS[:-2]}_mm",
        f"unknown parameter {BIAS[:-2]}_mm. Did you mean {BIAS}?",
    ),
    "no such path in a group": (
        f"{{paths: [{ALBEDO}, {BIAS}x], normal: {{sigma: [0.01, 1]}}}}",
        f"{BIAS}x",
        f"unknown parameter {BIAS}x. Did you mean {BIAS}?",
    ),
    "no such path in a table": (
        f"{{path: {ALBEDO}x, table: {{values: [0.1, 0.2]}}}}",
        f"{ALBEDO}x",
        f"unknown parameter {ALBEDO}x. Did you mean {ALBEDO}?",
    ),
    "twice in a group": (
        f"{{paths: [{BIAS}, {BIAS}], normal: {{sigma: [1, 1]}}}}",
        f"{BIAS}], normal",
        f"{BIAS} stands here twice",
    ),
    "text": (
        "{path: site.name, discrete: {values: [1]}}",
        "site.name",
        "site.name is not a number",
    ),
    "no shape": (
        f"{{path: {BIAS}}}",
        "{path",
        "needs exactly one of normal, uniform, log_normal, discrete, table",
    ),
    "two shapes": (
        f"{{path: {BIAS}, normal: {{sigma: 1}}, uniform: {{half_width: 1}}}}",
        "{path",
        "needs exactly one of normal, uniform, log_normal, discrete, table",
    ),
    "no path": ("{normal: {sigma: 1}}", "{normal", "needs path, or paths"),
    "path and paths": (
        f"{{path: {BIAS}, {TWO}, normal: {{sigma: [1, 1]}}}}",
        "{path",
        "needs path, or paths",
    ),
    "uniform of several": (
        f"{{{TWO}, uniform: {{half_width: [1, 0.1]}}}}",
        "{paths",
        "uniform takes one path, not paths; write a row for each",
    ),
    "no such set": (
        f"{{path: {BIAS}, set: known, normal: {{sigma: 1}}}}",
        "known",
        "is not one of 'known_late', 'on_the_day', 'never_known'",
    ),
    "one sigma for two units": (
        f"{{{TWO}, normal: {{sigma: 1}}}}",
        "1}}",
        "the paths have 2 components: list a sigma of each",
    ),
    "a sigma too many": (
        f"{{path: {GYRO}, normal: {{sigma: [1, 2, 3, 4]}}}}",
        "[1",
        f"{GYRO} has 3 components, sigma has 4",
    ),
    "cut and correlated": (
        f"{{{TWO}, normal: {{sigma: [1, 0.01], truncate_sigma: 3, "
        "correlation: [[1, 0], [0, 1]]}}",
        "normal",
        "takes truncate_sigma or correlation, not both",
    ),
    "cut too narrow": (
        f"{{path: {BIAS}, normal: {{sigma: 1, truncate_sigma: 0.1}}}}",
        "0.1}",
        "truncate_sigma = 0.1 is outside 0.5 … 8",
    ),
    "certain to leave the bounds": (
        f"{{path: {ALBEDO}, uniform: {{half_width: 0.3}}}}",
        "0.3}",
        f"{ALBEDO} may be drawn as -0.1, which is outside",
    ),
    "cut beyond the bounds": (
        f"{{path: {ALBEDO}, normal: {{sigma: 0.1, truncate_sigma: 3}}}}",
        "0.1,",
        f"{ALBEDO} may be drawn as -0.1, which is outside",
    ),
    "logarithm of nought": (
        f"{{path: {BIAS}, log_normal: {{sigma_ratio: 0.1}}}}",
        "{sigma",
        f"{BIAS} = 0 is not above zero, so log_normal cannot multiply it; take normal",
    ),
    "value out of bounds": (
        f"{{path: {ALBEDO}, discrete: {{values: [0.1, 1.7]}}}}",
        "1.7",
        f"1.7: {ALBEDO} = 1.7 is outside",
    ),
    "part of a count": (
        "{path: sensors.laser.confirm_count, discrete: {values: [2, 2.5]}}",
        "2.5",
        "sensors.laser.confirm_count = 2.5 is not a whole number",
    ),
    "a value too few": (
        f"{{path: {GYRO}, discrete: {{values: [[1, 2, 3], [1, 2]]}}}}",
        "[1, 2]]",
        "[1, 2]: 3 components need as many numbers, not 2",
    ),
    "a weight too few": (
        f"{{path: {ALBEDO}, discrete: {{values: [0.1, 0.2], weights: [1]}}}}",
        "discrete",
        "has 2 values but 1 weights",
    ),
    "no weight": (
        f"{{path: {ALBEDO}, discrete: {{values: [0.1, 0.2], weights: [0, 0]}}}}",
        "discrete",
        "has no weight above zero",
    ),
    "correlation of the wrong size": (
        f"{{{TWO}, normal: {{sigma: [1, 0.01], correlation: [[1, 0, 0], [0, 1, 0]]}}}}",
        "[[1",
        "correlation needs 2 rows of 2 numbers",
    ),
    "correlation not symmetric": (
        f"{{{TWO}, normal: {{sigma: [1, 0.01], correlation: [[1, 0.2], [0.3, 1]]}}}}",
        "0.3, 1",
        "correlation of 1 with 0 is 0.3, but of 0 with 1 it is 0.2",
    ),
    "correlation with itself": (
        f"{{{TWO}, normal: {{sigma: [1, 0.01], correlation: [[1, 0.2], [0.2, 0.9]]}}}}",
        "0.9",
        "correlation of component 1 with itself is 0.9, not 1",
    ),
    "correlation above one": (
        f"{{{TWO}, normal: {{sigma: [1, 0.01], correlation: [[1, 2], [2, 1]]}}}}",
        "[[1, 2",
        "is outside -1 … 1",
    ),
    "correlation that cannot be": (
        f"{{path: {GYRO}, normal: {{sigma: 0.1, correlation: "
        "[[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]}}",
        "[[1",
        "no numbers can be correlated like this: the matrix has the eigenvalue -0.8",
    ),
    "table without anything": (
        f"{{path: {ALBEDO}, table: {{file: albedo.csv}}}}",
        "table",
        "needs file and columns, or values",
    ),
    "no such file": (
        f"{{path: {ALBEDO}, table: {{file: albedo.csv, columns: [a]}}}}",
        "albedo.csv",
        "cannot open the table 'albedo.csv': there is no such file in",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_row_is_named_at_its_place(name, tmp_path):
    row, mark, words = REFUSED[name]
    good = "{path: lander.isp_scale_ratio, normal: {sigma: 0.001}}"
    path = write(tmp_path, good, row)
    with pytest.raises(MissionFileError) as caught:
        load_mission(path)
    (line,) = str(caught.value).splitlines()
    column = 5 + row.rindex(mark)
    assert line.startswith(f"{path}:4:{column}: "), line
    assert words in line, line


def test_an_engine_by_name_and_by_number_is_the_same_one(tmp_path):
    rows = ["lander.engines.main.isp_s", "lander.engines.0.isp_s"]
    with pytest.raises(MissionFileError, match=r"engines\.0\.isp_s stands here twice"):
        load(tmp_path, *(f"{{path: {p}, normal: {{sigma: 1}}}}" for p in rows))


TABLE = "{file: data/bias.csv, columns: [bias_m, albedo]}"
CSV = "# measured in the hall\nalbedo, t_s, bias_m\n0.2,1,-3\n\n0.3,2,1.5\n"


class TestTable:
    def place(self, tmp_path, content):
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "bias.csv").write_bytes(content.encode())

    def test_its_rows_are_drawn_together(self, tmp_path, monkeypatch):
        self.place(tmp_path, CSV)
        monkeypatch.chdir("/")  # the folder of the mission file counts
        mission = load(tmp_path, f"{{{TWO}, table: {TABLE}}}")
        found = {tuple(draw(mission, SEED, k).values()) for k in range(20)}
        assert found == {(-3.0, 0.2), (1.5, 0.3)}

    def test_a_mission_written_again_needs_no_file(self, tmp_path):
        self.place(tmp_path, CSV)
        mission = load(tmp_path, f"{{{TWO}, table: {TABLE}}}")
        other = tmp_path / "elsewhere"
        other.mkdir()
        (other / "whole.yaml").write_text(to_yaml(mission), encoding="utf-8")
        assert load_mission(other / "whole.yaml") == mission

    @pytest.mark.parametrize(
        ("content", "mark", "words"),
        [
            ("a,albedo\n1,0.2\n", "bias_m,", "data/bias.csv has no column 'bias_m'"),
            (CSV.replace("bias_m", "bias_mm"), "bias_m,", "Did you mean bias_mm?"),
            (CSV.replace("-3", "low"), "bias_m,", "bias.csv:3: bias_m = 'low' is not"),
            (CSV.replace("0.3", "nan"), "albedo]", "bias.csv:5: albedo = 'nan' is not"),
            (CSV + "0.4\n", "bias_m,", "bias.csv:6: bias_m = '' is not a number"),
            (CSV.partition("\n0")[0], "data", "has no rows below its head line"),
            ("bias_m,albedo\n" + "1,0.1\n" * 10_001, "data", "gives 20002 numbers"),
        ],
    )
    def test_a_wrong_file_is_named_where_it_is_asked_for(
        self, content, mark, words, tmp_path
    ):
        self.place(tmp_path, content)
        row = f"{{{TWO}, table: {TABLE}}}"
        path = write(tmp_path, row)
        with pytest.raises(MissionFileError) as caught:
            load_mission(path)
        (line,) = str(caught.value).splitlines()
        assert line.startswith(f"{path}:3:{5 + row.rindex(mark)}: dispersions: "), line
        assert words in line

    def test_a_value_of_the_file_is_held_against_its_bounds(self, tmp_path):
        self.place(tmp_path, CSV.replace("0.3", "3"))
        with pytest.raises(MissionFileError, match="albedo_ratio = 3 is outside"):
            load(tmp_path, f"{{{TWO}, table: {TABLE}}}")

    def test_columns_and_components_are_as_many(self, tmp_path):
        self.place(tmp_path, CSV)
        with pytest.raises(MissionFileError, match="1 components need as many columns"):
            load(tmp_path, f"{{path: {BIAS}, table: {TABLE}}}")


NUMBER = "sensors.laser.confirm_count"
MANY = with_rows(
    {"path": BIAS, "normal": {"sigma": 0.3}},
    {"path": GYRO, "normal": {"sigma": [0.1, 0.2, 0.3], "truncate_sigma": 2}},
    {"path": ALBEDO, "uniform": {"half_width": 0.05}, "set": "known_late"},
    {"path": "lander.dry_mass_kg", "log_normal": {"sigma_ratio": 0.02}},
    {"path": NUMBER, "discrete": {"values": [2, 3, 5]}, "set": "on_the_day"},
    {
        "paths": ["lander.engine_scale_ratio", "sensors.imu.accel_bias_micro_g"],
        "normal": {"sigma": [0.01, 5, 6, 7], "correlation": np.eye(4).tolist()},
    },
    {
        "paths": ["sensors.star_tracker.misalignment_mrad", "lander.isp_scale_ratio"],
        "table": {"values": [[0.1, 0.2, 0.3, 1.0], [0.4, 0.5, 0.6, 1.01]]},
    },
)


def test_every_shape_is_tried_here():
    assert {row.shape for row in MANY.dispersions} == set(SHAPES)


def test_values_are_of_the_kind_that_the_mission_holds():
    values = draw(MANY, SEED, 3)
    assert type(values[NUMBER]) is int
    assert type(values[BIAS]) is float
    assert type(values[GYRO]) is tuple and len(values[GYRO]) == 3
    flown = replace(MANY, values)
    assert Mission.model_validate(flown.model_dump()) == flown


def test_labels_keep_the_unit_at_the_end_and_name_the_numbers_of_flat():
    sampler = make_sampler(MANY, SEED)
    flat = dict(zip(sampler.labels, sampler.flat(3).tolist(), strict=True))
    values = sampler.draw(3)
    assert flat["sensors.imu.gyro_bias_2_deg_h"] == values[GYRO][2]
    assert flat[BIAS] == values[BIAS]
    assert flat[NUMBER] == values[NUMBER]
    assert len(flat) == 1 + 3 + 1 + 1 + 1 + 4 + 4
    for label in flat:
        path = label.replace("_0_", "_").replace("_1_", "_").replace("_2_", "_")
        assert path in values and suffix(label) == suffix(path.rpartition(".")[2])


def test_sets_choose_rows_and_tell_what_the_team_knows():
    assert known(MANY) == [NUMBER, ALBEDO]
    assert known(MANY, ["on_the_day"]) == [NUMBER]
    assert choose_sets(MANY, SETS) == MANY
    late = choose_sets(MANY, ["known_late"])
    assert draw(late, SEED, 5) == {ALBEDO: draw(MANY, SEED, 5)[ALBEDO]}
    assert {row.set for row in PARENT.dispersions} <= set(SETS)
    with pytest.raises(UserError, match="Did you mean known_late"):
        choose_sets(MANY, ["known_lte"])


def test_a_draw_out_of_bounds_is_refused_with_what_to_do():
    wide = with_rows({"path": ALBEDO, "normal": {"sigma": 0.2}})
    sampler = make_sampler(wide, SEED)
    wrong = []
    for case in range(40):
        try:
            assert 0.0 <= sampler.draw(case)[ALBEDO] <= 1.0
        except UserError as error:
            wrong.append((case, str(error)))
    case, text = wrong[0]
    assert f"Cannot draw case {case} of seed {SEED}: {ALBEDO} = " in text
    assert "is outside" in text and "truncate_sigma" in text
    with pytest.raises(UserError, match=f"Cannot draw case {case} "):
        sampler.block(range(40))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"path": "orbit.nothing_m", "normal": {"sigma": 1}}, "has no such parameter"),
        ({"path": BIAS, "log_normal": {"sigma_ratio": 0.1}}, "must be above zero"),
        (
            {"path": BIAS, "table": {"file": "x.csv", "columns": ["a"]}},
            "has not been read",
        ),
    ],
)
def test_what_was_never_checked_is_still_refused_clearly(row, words):
    with pytest.raises(UserError, match=words):
        draw(with_rows(row), SEED, 0)


def test_no_dispersions_draw_nothing():
    bare = with_rows()
    for kind in ("random", "latin_hypercube", "sobol"):
        assert draw_block(bare, SEED, [0, 1], Sampling(kind, 2)) == [{}, {}]


def test_noise_keys_differ_by_case_and_seed():
    keys = {tuple(case_key(seed, case)) for seed in (1, 2) for case in range(50)}
    assert len(keys) == 100
