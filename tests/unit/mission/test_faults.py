"""The library of faults: its classes, what injects them, what is refused."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from frigoris.errors import MissionFileError, UserError
from frigoris.mission.dump import to_yaml
from frigoris.mission.edit import (
    choose_faults,
    nominal,
    planned,
    set_values,
    without_faults,
)
from frigoris.mission.faults import document, kinds, triggers
from frigoris.mission.faults.declare import machine_of
from frigoris.mission.faults.injected import injections, make_faults
from frigoris.mission.faults.library import library, usable
from frigoris.mission.load import load_mission
from frigoris.mission.paths import parameters
from frigoris.units import suffix
from support.fault_lanes import GENERAL

ROOT = Path(__file__).parents[3]
EQUIPPED = ROOT / "docs" / "examples" / "all-sensors.yaml"


@pytest.fixture(scope="module")
def mission():
    return load_mission("hakuto-r-m2")


@pytest.fixture(scope="module")
def equipped():
    return set_values(nominal(load_mission(EQUIPPED)), ["lander.gimbal_max_deg=6"])


def test_every_class_is_flown_in_general_position():
    assert set(GENERAL) == set(library())


@pytest.mark.parametrize("name", library())
def test_a_class_can_be_aimed_and_moves_a_number(equipped, name):
    """Its slot holds something else than one that does nothing."""
    chosen = choose_faults(equipped, [f"{name}:{GENERAL[name]}"])
    (one,) = injections(chosen)
    tables = make_faults(chosen, [(1, 2)], [100.0])
    table = getattr(tables, one.table)
    assert table.used[one.slot, 0] == 1.0 and not np.any(table.used[1:])
    free = getattr(make_faults(equipped, [(1, 2)], [100.0]), one.table)
    import jax

    numbers = zip(jax.tree.leaves(table), jax.tree.leaves(free), strict=True)
    moved = sum(not np.array_equal(a, b) for a, b in numbers)
    assert moved >= 3  # used, when, and what


@pytest.mark.parametrize("name", library())
def test_a_number_names_its_unit_and_lies_within_its_bounds(name):
    for p in library()[name].parameters:
        if p.is_word:
            continue
        assert suffix(p.name) is not None, p.name
        assert p.low < p.high and p.low <= p.default <= p.high, p.name
        assert p.text


def test_every_kind_is_injected_or_set_or_says_why_not(mission, equipped):
    known = set(parameters(mission.model_dump())) | set(
        parameters(equipped.model_dump())
    )
    assert [k.number for k in kinds.KINDS] == list(range(1, 60))
    for kind in kinds.KINDS:
        assert document.injected_by(kind) or kind.paths or kind.missing, kind
        unknown = [path for path in kind.paths if path not in known]
        assert not unknown, kind
    numbers = {k.number for k in kinds.KINDS}
    for c in library().values():
        assert set(c.kinds) <= numbers and c.kinds, c.name


def test_the_page_is_current():
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    assert document.renewed(page) == page, "run `make docs`"
    for name in library():
        assert f"| `{name}` |" in page


def test_the_example_of_the_page_is_a_class_in_one_file(tmp_path, equipped):
    """The file that the page shows, put into a copy of the library, is found."""
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    shown = page.split("```python\n")[1].split("```")[0]
    folder = tmp_path / "frigoris" / "mission" / "faults"
    folder.mkdir(parents=True)
    (folder / "radar_counter.py").write_text(shown, encoding="utf-8")
    code = f"""
import frigoris.mission.faults as there
there.__path__.append({str(folder)!r})
from frigoris.mission.edit import choose_faults, nominal
from frigoris.mission.faults.injected import make_faults
from frigoris.mission.load import load_mission
mission = nominal(load_mission({str(EQUIPPED)!r}))
chosen = choose_faults(mission, ["radar_counter:counter_m=71,bias_m=3"])
table = make_faults(chosen, [(1, 2)], [0.0]).measurement
print(float(table.fold[0, 0]), float(table.offset[0, 0]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["71.0", "3.0"]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("engine_oot", "Did you mean engine_out?"),
        ("engine_out:engine=mian", "Did you mean main?"),
        ("engine_out:engin=main", "Did you mean engine?"),
        ("beam_loss", "needs a velocimeter, which this lander has not"),
        ("late_message:message=radar", "'radar', which this lander has not"),
        ("range_bias:instrument=radar_altimeter", "which this lander has not"),
        ("range_bias:bias_m=1e9", "is outside -100000 … 100000 m"),
        ("range_bias:bias_m", "there is no '='"),
        ("range_bias:bias_m=far", "is not a number"),
        ("engine_out:phase=hover", "'hover', which this lander has not"),
        ("engine_out:phase=braking,time_s=3", "both say when it begins"),
        ("engine_out:random_from_s=3", "go together"),
        ("validity_flag:flag=gone", "is none of always_set"),
    ],
)
def test_what_cannot_be_injected_is_refused(mission, edit, told):
    with pytest.raises(UserError, match=r"[Cc]annot|Unknown") as error:
        choose_faults(mission, [edit])
    assert told in str(error.value)


def test_a_table_has_four_slots(mission):
    five = ["range_bias"] * 5
    with pytest.raises(UserError, match="has 4 slots"):
        choose_faults(mission, five)
    assert len(injections(choose_faults(mission, five[:4]))) == 4


def test_a_class_is_added_to_what_else_flies(mission):
    both = choose_faults(mission, ["engine_out:engine=assist-3,altitude_km=2"])
    assert list(both.faults) == [*mission.faults, "engine_out"]
    alone = choose_faults(mission, ["engine_out"], off=True)
    assert list(alone.faults) == ["engine_out"]
    # beside what is named, nothing else
    one = choose_faults(mission, ["weak_laser", "engine_out"])
    assert list(one.faults) == ["weak_laser", "engine_out"]


def test_an_injection_goes_through_a_file_and_is_complete_there(mission, tmp_path):
    chosen = choose_faults(
        mission, ["late_message:message=imu,random_from_s=0,random_to_s=600"]
    )
    plain = chosen.model_copy(update={"published": (), "fitted": (), "chain": ()})
    path = tmp_path / "flown.yaml"
    path.write_text(to_yaml(plain), encoding="utf-8")
    again = load_mission(path)
    assert again.faults["late_message"] == chosen.faults["late_message"]
    assert again.faults["late_message"].inject[0]["delay_s"] == 0.2


def test_what_is_injected_can_be_changed_by_its_path(mission):
    chosen = choose_faults(mission, ["engine_out:altitude_km=2"])
    changed = set_values(chosen, ["faults.engine_out.duration_s=7"])
    assert changed.faults["engine_out"].inject[0]["duration_s"] == 7.0
    changed = choose_faults(chosen, ["engine_out:altitude_km=3"])
    assert changed.faults["engine_out"].inject[0]["altitude_km"] == 3.0
    with pytest.raises(UserError, match="Did you mean engine"):
        set_values(chosen, ["faults.engine_out.enginee=main"])


FILE = """
extend: hakuto-r-m2
published: null
fitted: null
chain: null
faults:
  stuck:
    text: it sticks
    inject:
      - {class: frozen_value, instrument: laser, onboard_altitude_km: 4}
      - {class: frozen_valu, instrument: laser}
      - {class: range_bias, bias: 4}
"""


def test_a_file_names_the_place_of_each_mistake(tmp_path):
    path = tmp_path / "stuck.yaml"
    path.write_text(FILE, encoding="utf-8")
    with pytest.raises(MissionFileError) as error:
        load_mission(path)
    told = str(error.value)
    assert "stuck.yaml:11:17: fault stuck: class is 'frozen_valu'" in told
    assert "Did you mean frozen_value?" in told
    assert "stuck.yaml:12:35: fault stuck: bias is no parameter of range_bias" in told
    assert "Did you mean bias_m?" in told


def test_the_plan_and_the_partner_have_nothing_injected(mission):
    chosen = choose_faults(mission, ["engine_out"])
    assert not planned(chosen).faults
    assert list(without_faults(chosen).faults) == list(mission.faults)
    assert not without_faults(mission).faults


def test_a_random_start_is_a_function_of_seed_case_and_fault():
    def at(*of):
        return triggers.drawn(*of, 10.0, 30.0)

    assert at(1, 7, "a") == at(1, 7, "a")
    drawn = [at(1, 7, "a"), at(2, 7, "a"), at(1, 8, "a"), at(1, 7, "b")]
    assert len(set(drawn)) == 4 and all(10.0 <= x <= 30.0 for x in drawn)
    many = [at(1, case, "a") for case in range(400)]
    # uniform: mean 20 with a sigma of 0.29
    assert abs(np.mean(many) - 20.0) < 1.0


def test_cases_begin_at_their_own_time(mission):
    chosen = choose_faults(mission, ["engine_out:random_from_s=0,random_to_s=100"])
    bounds = make_faults(chosen, [(1, 0), (1, 1)], [3600.0, 3700.0])
    first, second = bounds.actuator.trigger.threshold[0]
    assert 3600.0 <= first <= 3700.0 <= second <= 3800.0
    chosen = choose_faults(mission, ["engine_out:after_ignition_s=-5"])
    bounds = make_faults(chosen, [(1, 0), (1, 1)], [3600.0, 3700.0])
    np.testing.assert_array_equal(
        bounds.actuator.trigger.threshold[0], [3595.0, 3695.0]
    )


def test_what_a_lander_lacks_is_not_listed(mission, equipped):
    here, there = machine_of(mission), machine_of(equipped)
    kinds_here = {k.name for k in library().values() if usable(k, here)}
    assert "beam_loss" not in kinds_here and "range_bias" in kinds_here
    assert all(usable(k, there) for k in library().values())
