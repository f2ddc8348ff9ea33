"""Faults of the phases of a mission file: each is said, with its place and its cure."""

import pytest

from frigoris.errors import UserError
from frigoris.mission.load import load_mission

HEAD = """\
extend: hakuto-r-m2
mission: {name: wrong, title: wrong}
onboard:
  sequence:
    phases:
"""


def said(tmp_path, text):
    path = tmp_path / "wrong.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        load_mission(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("      braking: {law: quartc}\n", "no guidance law"),
        ("      breaking: {law: hold}\n", "no phase"),
        ("      braking: {target: null}\n", "needs a target"),
        ("      boot: {law: quartic}\n", "needs a target"),
        ("      boot: {ends: {hover: {clock_above_s: 1}}}\n", "not among the phases"),
        ("      boot: {ends: {coast: {for_s: 3}}}\n", "no condition"),
        ("      boot: {ends: {coast: {clock_above_m: 1}}}\n", "clock_above_s"),
        ("      braking: null\n", "braking"),
        ("      coast: {law: reference, target: {altitude_m: 1}}\n", "of braking"),
        ("      pitch_up: {target: {altitude_m: 1}}\n", "to both or to none"),
        ("      coast: {law: convex, target: {altitude_m: 1}}\n", "section convex"),
    ],
)
def test_a_wrong_phase_is_told(tmp_path, text, words):
    message = said(tmp_path, text)
    assert words in message
    assert "wrong.yaml" in message
