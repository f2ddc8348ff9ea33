"""The Moon of a flight: what a mission file says of it reaches truth and load alike."""

from pathlib import Path

import numpy as np
import pytest

from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission
from frigoris.mission.setting import make_setting
from frigoris.moon.gravity import tide_P
from frigoris.moon.terrain import load_terrain
from frigoris.moon.time import parse_utc

FIELD = """1738.0, 4902.8, 0.1, 2, 2, 1, 0.0, 0.0
2, 0, -9.1e-5, 0.0
2, 1, -2.0e-10, 1.1e-9
2, 2, 3.5e-5, 1.1e-10
"""


def test_a_field_of_the_user_and_the_tide_of_the_date(tmp_path: Path) -> None:
    path = tmp_path / "field.sha"
    path.write_text(FIELD)
    mission = set_values(
        load_mission("hakuto-r-m2"),
        [f"moon.gravity={path}", "moon.gravity_degree_count=2"],
    )
    setting = make_setting(mission, load_terrain("embedded", 60.0, -4.0))
    assert setting.gravity.C[2, 2] == 3.5e-5
    assert [s.path for s in setting.gravity_sources] == [path]
    expected = tide_P(("earth", "sun"), parse_utc("2025-06-05T19:04:00Z"))
    np.testing.assert_array_equal(setting.gravity.tide, expected)
    assert setting.gravity_note == (
        "gravity: degree 2, field.sha, tide of the earth, tide of the sun"
    )


@pytest.mark.parametrize(
    ("bodies", "last"), [("[]", "embedded"), ("[sun]", "tide of the sun")]
)
def test_third_bodies_are_those_named(bodies: str, last: str) -> None:
    mission = set_values(load_mission("hakuto-r-m2"), [f"moon.third_bodies={bodies}"])
    setting = make_setting(mission, load_terrain("embedded", 60.0, -4.0))
    assert setting.gravity_note.endswith(last)
    assert np.any(setting.gravity.tide) == (bodies != "[]")
