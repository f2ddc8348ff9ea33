"""The user's own code in the place of ours: found, tried, flown, remembered."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flights.conftest import QUIET
from frigoris.campaign.plan import as_plan
from frigoris.campaign.run import about, find_store, fly_missing
from frigoris.campaign.store import open_store
from frigoris.errors import MissionFileError, UserError
from frigoris.flight import door
from frigoris.flight import state as truth_state
from frigoris.flight.outcome import LANDED
from frigoris.flight.params import Params
from frigoris.flight.slices import begin
from frigoris.math.patch import Sheet, make_patch
from frigoris.math.tree import replace_at
from frigoris.math.vectors import norm
from frigoris.mission.batch import Stage, make_stage
from frigoris.mission.build import spread, take
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import nominal
from frigoris.mission.fly import fly
from frigoris.mission.load import load_mission
from frigoris.mission.own_software import code_mark, load
from frigoris.mission.own_trial import quiet, try_out
from frigoris.mission.schema import Mission
from frigoris.onboard import navigation, software
from frigoris.onboard.ground_map import GroundMap
from frigoris.onboard.own import (
    Estimate,
    Own,
    register_guidance,
    register_navigator,
    register_software,
)

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
HEAD = """import jax
import jax.numpy as jnp
import frigoris
from frigoris.math.vectors import norm
from frigoris.messages import Commands
from frigoris.onboard.own import Estimate
"""
GUIDE = """
@frigoris.register_guidance("mine")
def mine(config, estimate, memory, dt):
"""
NAVIGATE = """
def start(config, r_M, v_M, q_MB, omega_B):
    return {"r_M": r_M}

@frigoris.register_navigator("mine", start=start)
def mine(config, memory, measured, dt):
"""
SOFTWARE = """
def start(config, r_M, v_M, q_MB, omega_B):
    return {"n": jnp.zeros_like(r_M[0])}

@frigoris.register_software("mine", start=start)
def mine(config, memory, measured, tick, dt):
    zero = 0.0 * memory["n"]
    off = Commands(zero, zero, jnp.zeros((8, 1)), jnp.zeros((2, 1)), zero)
"""
UP = "estimate.r_M / norm(estimate.r_M)"


@pytest.fixture(scope="module")
def single(mission: Mission, stage: Stage) -> Params:
    """The design point without a case axis."""
    lanes = make_lanes(nominal(mission), stage.planned, stage.setting, [QUIET])
    return take(lanes.params, 0)


def written(folder: Path, text: str) -> Own:
    """Own code of this text."""
    path = folder / "mine.py"
    path.write_text(HEAD + text)
    own = load(SimpleNamespace(module=str(path), name="mine"))
    assert own is not None
    return own


def with_own(single: Params, own: Own) -> Params:
    """Flown by own code; its guidance in the last phases."""
    single = replace(single, software=own)
    if own.kind != "guidance":
        return single
    phases = single.onboard.sequence.phases
    laws = ["own" if p.law == "schedule" else p.law for p in phases]
    ours = [replace(p, law=x) for p, x in zip(phases, laws, strict=True)]
    return replace_at(
        lambda p: p.onboard.sequence,
        single,
        replace(single.onboard.sequence, phases=tuple(ours)),
    )


def told_off(single: Params, own: Own) -> str:
    """What the trial says of code that cannot fly."""
    with pytest.raises(UserError) as raised:
        try_out(with_own(single, own))
    return str(raised.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f"{GUIDE}    return {UP}, 900.0\n", 8, "must return (direction, thrust"),
        (f"{GUIDE}    return {UP}\n", 8, "not one thing"),
        (
            f"{GUIDE}    return jnp.zeros((2, 1)), 900.0, memory\n",
            8,
            "returns direction of shape [2, 1], not [3, 3]",
        ),
        (
            f"{GUIDE}    if estimate.r_M[0, 0] > 0.0:\n        pass\n"
            f"    return {UP}, 900.0, memory\n",
            10,
            "cannot be traced: TracerBoolConversionError",
        ),
        (
            f"{GUIDE}    return jnp.sqrt(-{UP}), 900.0, memory\n",
            8,
            "NaN in a tick",
        ),
        (
            f"{GUIDE}    return estimate.r_M / jnp.linalg.norm(estimate.r_M), "
            "900.0, memory\n",
            8,
            "lets one case depend on another",
        ),
        (
            f"{NAVIGATE}    return memory, memory\n",
            11,
            "returns dict, not Estimate",
        ),
        (
            f"{SOFTWARE}    return {{'m': memory['n']}}, off\n",
            11,
            "returns memory PyTreeDef({'m': *}), but it started with",
        ),
        (
            f"{SOFTWARE}    return {{'n': jnp.zeros((2,))}}, off\n",
            11,
            "returns memory['n'] as float64[2], but it started as float64[3]",
        ),
        (
            f"{SOFTWARE}    said = zero + measured.laser_range\n"
            "    return memory, Commands(said, zero, off.rcs_duty, off.gimbal, zero)\n",
            11,
            "gives main_duty = NaN",
        ),
        (
            SOFTWARE.replace("(r_M[0])", "(1.0)") + "    return memory, off\n",
            11,
            "starts with memory['n'] of shape []",
        ),
        (
            SOFTWARE.replace("r_M[0]", "r_N[0]") + "    return memory, off\n",
            9,
            "cannot start: NameError: name 'r_N' is not defined",
        ),
        (f"{SOFTWARE}    return memory, jax.nn.off\n", 15, "cannot be traced: Attrib"),
    ],
)
def test_code_that_cannot_fly_is_told_where(
    single: Params, tmp_path: Path, text: str, line: int, words: str
) -> None:
    own = written(tmp_path, text)
    message = told_off(single, own)
    assert message.startswith(f"{tmp_path / 'mine.py'}:{line}: "), message
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("module", "text", "words"),
    [
        ("mine.py", "def broken(:\n", "mine.py:7: SyntaxError"),
        ("mine.py", "x = 1 / 0\n", "mine.py:7: ZeroDivisionError"),
        ("mine.py", "import no_such_thing\n", "No module named 'no_such_thing'"),
        ("mine.py", f"{GUIDE}    return 1\n".replace('"mine"', '"mane"'), "mane"),
        ("gone.py", "", "Cannot read the flight software"),
        ("no.such.module", "", "No module named 'no'"),
        (None, "", "nothing is registered under that name"),
    ],
)
def test_code_that_cannot_be_loaded_is_named(
    tmp_path: Path, module: str | None, text: str, words: str
) -> None:
    (tmp_path / "mine.py").write_text(HEAD + text)
    path = str(tmp_path / module) if module and module.endswith(".py") else module
    with pytest.raises(UserError) as raised:
        load(SimpleNamespace(module=path, name="mine-of-nobody"))
    assert words in str(raised.value)


def test_a_path_counts_from_the_mission_file(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    path = tmp_path / "inner" / "mine.yaml"
    path.write_text(
        "extend: hakuto-r-m2\nonboard:\n  software: {module: ../mine.py, name: mine}\n"
    )
    told = load_mission(path).onboard.software
    assert told is not None and told.module == str(tmp_path / "mine.py")
    path.write_text("extend: hakuto-r-m2\nonboard:\n  software: {nome: mine}\n")
    with pytest.raises(MissionFileError, match=r"3:14: unknown key .*nome"):
        load_mission(path)


def test_the_mark_changes_with_the_code(tmp_path: Path, mission: Mission) -> None:
    assert code_mark(mission) is None
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extend: hakuto-r-m2\nonboard:\n  software: {module: mine.py, name: mine}\n"
    )
    marks = []
    for number in (900.0, 901.0, 900.0):
        written(tmp_path, f"{GUIDE}    return {UP}, {number}, memory\n")
        marks.append(code_mark(load_mission(path)))
    assert marks[0] == marks[2] != marks[1]
    assert marks[0] is not None and marks[0]["kind"] == "guidance"


def tick_of(single: Params, own: Own | None, ranged: jax.Array | None = None) -> tuple:
    """State, memory and commands of eleven cases after two ticks of the door.

    The range finder speaks to those that are `ranged`.
    """
    single = replace(single, software=own)
    params = jax.tree.map(jnp.asarray, spread(single, single, 11))
    _, state = truth_state.start(params)
    measured = quiet(params)
    turn = 1e-4 * jnp.arange(11.0)
    measured = replace_at(lambda m: m.dtheta, measured, measured.dtheta + turn)
    if ranged is not None:
        measured = replace_at(lambda m: m.laser_valid, measured, ranged)

    @jax.jit
    def tick(state, memory, count):
        dt = jnp.float64(0.1)
        return door.step(own, params.onboard, state, memory, measured, count, dt)

    state, memory, _ = tick(state, door.start(params), jnp.uint32(0))
    return tick(state, memory, jnp.uint32(1))


@pytest.mark.slow
def test_our_software_behind_the_users_door_is_our_software(single: Params) -> None:
    """Commands and memory bit for bit; and the record shows what is reported."""

    @register_software("ours-again", start=software.start)
    def again(config, memory, measured, tick, dt):
        return software.step(config, memory, measured, tick, dt)

    own = load(SimpleNamespace(module=None, name="ours-again"))
    state, memory, commands = tick_of(single, own)
    ours, nothing, wanted = tick_of(single, None)
    assert nothing is None
    for a, b in zip(jax.tree.leaves(commands), jax.tree.leaves(wanted), strict=True):
        assert np.array_equal(a, b)
    assert commands.rcs_duty.max() > 0.0
    for a, b in zip(jax.tree.leaves(memory), jax.tree.leaves(ours), strict=True):
        assert np.allclose(a, b, rtol=0, atol=0, equal_nan=True)
    # it reports nothing: the record must not show our estimate in its place
    assert np.isnan(state.navigator.r_M).all()


def test_our_estimate_behind_the_users_door_is_our_estimate(single: Params) -> None:
    """A navigator that always believes the start steers as one that knows no better."""

    def start(config, r_M, v_M, q_MB, omega_B):
        return r_M, v_M, q_MB, omega_B

    @register_navigator("stubborn", start=start)
    def stubborn(config, memory, measured, dt):
        return Estimate(*memory, jnp.full_like(dt, 12.0)), memory

    own = load(SimpleNamespace(module=None, name="stubborn"))
    ranged = jnp.arange(11) % 3 == 0
    state, _, commands = tick_of(single, own, ranged)
    assert np.array_equal(state.navigator.r_M[:, 3], single.start.r_M)
    # heights count from the ground that it believes in
    assert np.allclose(state.navigator.range_error[0], 12.0)
    assert np.isfinite(commands.rcs_duty).all()
    assert all(np.isnan(x).all() for x in state.navigator.covariance.values())
    # what the accelerometers felt, for looks at the ground; 0.16 m/s in 0.1 s each
    felt = state.navigator.accel_M - state.navigator.free_M
    np.testing.assert_allclose(np.linalg.norm(felt, axis=0), 1.6 * np.sqrt(3.0))
    # `silence_s` counts the time without a range, whoever navigates
    expected = np.where(ranged, 0.0, 0.2)
    np.testing.assert_allclose(state.sequencer.silence, expected, atol=1e-12)


def hilly(single: Params) -> Params:
    """With a map on board whose ground rises to the east, and no level anywhere."""
    east = np.linspace(300.0, 500.0, 41)
    sheet = Sheet(np.broadcast_to(east, (41, 41)), 20_000.0)
    ground = GroundMap(make_patch([sheet]), jnp.asarray(single.terrain.dcm_LM))
    return replace_at(
        lambda p: p.onboard.moon, single, replace(single.onboard.moon, ground=ground)
    )


def without_slow_errors(single: Params) -> Params:
    """As a mission whose filter estimates none."""
    return replace_at(lambda p: p.onboard.navigation.slow, single, None)


@pytest.mark.parametrize("slow", [True, False])
@pytest.mark.parametrize("mapped", [True, False])
def test_a_ground_that_is_told_is_believed_once(
    single: Params, mapped: bool, slow: bool
) -> None:
    """Height of the footpads as `Estimate` promises, map or not, and told back."""

    @register_navigator("of-a-ground")
    def of_a_ground(config, memory, measured, dt):
        return memory

    single = hilly(single) if mapped else single
    single = single if slow else without_slow_errors(single)
    single = replace(
        single, software=load(SimpleNamespace(module=None, name="of-a-ground"))
    )
    params = jax.tree.map(jnp.asarray, spread(single, single, 2))
    config, nav = params.onboard, begin(params).onboard.navigator
    site = config.moon.site_M
    r_M = site * (1.0 + 900.0 / norm(site))
    told = Estimate(r_M, nav.v_M, nav.q_MB, nav.omega_B, jnp.array([0.0, 60.0]))
    nav = door.believing(config, nav, told)
    above = navigation.height(nav, config)
    expected = 900.0 - config.vehicle.standoff - told.ground
    np.testing.assert_allclose(above, expected, atol=1e-6)  # measured 2e-10
    again = door.believed(config, nav)
    np.testing.assert_allclose(again.ground, told.ground, atol=1e-6)
    np.testing.assert_allclose(
        navigation.height(door.believing(config, nav, again), config), above, atol=1e-6
    )
    # the record asks for the filter's sigma too
    assert navigation.height_sigma(nav).shape == (2,)


def test_a_state_with_room_for_the_ground_stays_as_it_is(single: Params) -> None:
    """A tick gives back the structure that it got, also where ours had no room."""

    @register_navigator("of-the-start")
    def of_the_start(config, memory, measured, dt):
        none = jnp.zeros_like(measured.elapsed)
        return Estimate(measured.dv, measured.dv, measured.q_IB, measured.dv, none), ()

    own = load(SimpleNamespace(module=None, name="of-the-start"))
    single = replace(without_slow_errors(single), software=own)
    params = jax.tree.map(jnp.asarray, spread(single, single, 2))
    state = begin(params).onboard
    assert state.navigator.range_error is not None
    dt, count = jnp.float64(0.1), jnp.uint32(0)
    after, _, _ = jax.eval_shape(
        lambda s: door.step(own, params.onboard, s, (), quiet(params), count, dt), state
    )
    assert jax.tree.structure(after) == jax.tree.structure(state)


@pytest.mark.slow
def test_own_guidance_sees_the_ground_that_our_filter_sees(single: Params) -> None:
    """In phases with the law `own` alone; the thrust asked for tells what it saw."""

    @register_guidance("tells-the-ground")
    def tells(config, estimate, memory, dt):
        return estimate.r_M, 400.0 + estimate.ground, memory

    own = load(SimpleNamespace(module=None, name="tells-the-ground"))
    assert own is not None
    single = with_own(single, own)
    wide = jax.tree.map(jnp.asarray, spread(single, single, 5))
    _, state = truth_state.start(wide)
    ground = jnp.array([0.0, 60.0, 120.0, 180.0, 240.0])
    phase = jnp.array([4, 4, 5, 6, 2])  # the last one coasts
    state = replace_at(
        lambda s: (s.navigator.range_error, s.sequencer.phase),
        state,
        (state.navigator.range_error.at[0].set(ground), phase),
    )
    step = jax.jit(door.step, static_argnums=0)
    dt, count = jnp.float64(0.1), jnp.uint32(1)
    _, _, commands = step(own, wide.onboard, state, (), quiet(wide), count, dt)
    v = single.onboard.vehicle
    thrust = commands.main_duty * v.main_thrust + commands.assist_duty * v.assist_thrust
    # above full thrust of the main engine the assist group does the rest, no pulse of
    # less than 12 ms; the ground has faded by what is flown over in a tick
    expected = 400.0 + np.where(ground > 144.0, ground, [0.0, 0, 0, 0, 0])
    np.testing.assert_allclose(thrust[:4], expected[:4], atol=1.0)
    assert thrust[4] == 0.0


@pytest.mark.parametrize("name", ["own_guidance", "own_navigator", "own_software"])
def test_the_examples_pass_the_trial(single: Params, name: str) -> None:
    names = {
        "own_guidance": "constant_deceleration",
        "own_navigator": "dead_reckoning",
        "own_software": "burn_and_rest",
    }
    told = SimpleNamespace(module=str(EXAMPLES / f"{name}.py"), name=names[name])
    own = load(told)
    assert own is not None
    try_out(with_own(single, own))


def test_a_law_that_no_phase_flies_is_refused(single: Params, tmp_path: Path) -> None:
    own = written(tmp_path, f"{GUIDE}    return {UP}, 900.0, memory\n")
    # also where it has passed before, in a mission that flies it
    try_out(with_own(single, own))
    with pytest.raises(UserError, match="is flown in no phase"):
        try_out(replace(single, software=own))
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extend: hakuto-r-m2\nonboard:\n  sequence:\n    phases:\n"
        "      pitch_up: {law: own}\n"
    )
    with pytest.raises(MissionFileError, match="has the law own, but there is no"):
        load_mission(path)


def test_code_is_tried_for_each_lander(single: Params, tmp_path: Path) -> None:
    """Eight thrusters are fine; on a lander with six the same commands are too many."""
    own = written(tmp_path, f"{SOFTWARE}    return memory, off\n")
    try_out(replace(single, software=own))
    fewer = replace_at(
        lambda p: p.onboard.vehicle.rcs_allocation,
        replace(single, software=own),
        single.onboard.vehicle.rcs_allocation[:6],
    )
    with pytest.raises(UserError, match=r"rcs_duty of shape \[8, 1\], not \[6, 3\]"):
        try_out(fewer)


@pytest.mark.slow
def test_the_example_of_guidance_lands() -> None:
    mission = load_mission(EXAMPLES / "own-guidance.yaml")
    flight = fly(make_stage(mission), QUIET, judge=False)
    assert flight.outcome == LANDED
    assert flight.contact is not None
    assert flight.contact["speed_vertical_m_s"] < 1.0  # measured 0.29


@pytest.mark.slow
def test_the_example_of_a_navigator_meets_the_ground_softly() -> None:
    mission = load_mission(EXAMPLES / "own-navigator.yaml")
    flight = fly(make_stage(mission), QUIET, judge=False)
    assert flight.contact is not None
    assert flight.contact["speed_vertical_m_s"] < 1.5


@pytest.mark.slow
def test_a_campaign_flies_it_in_its_workers_and_knows_which(tmp_path: Path) -> None:
    """Spawned workers load the file again; changed code is not mixed with old rows."""
    text = (EXAMPLES / "own_guidance.py").read_text()
    (tmp_path / "own_guidance.py").write_text(text)
    (tmp_path / "mine.yaml").write_text((EXAMPLES / "own-guidance.yaml").read_text())
    plan = as_plan(load_mission(tmp_path / "mine.yaml"), 8)
    store = find_store(plan, tmp_path / "store", {}, resume=False)
    store, pace = fly_missing(store, plan, 1)
    assert pace.flown == 8
    mark = json.loads((tmp_path / "store" / "manifest.json").read_text())["software"]
    assert mark["name"] == "constant_deceleration"
    stored = open_store(tmp_path / "store").plan
    assert about(stored, {})["software"] == mark
    flight = fly(make_stage(plan.mission), Case(0), judge=False)
    (tmp_path / "own_guidance.py").write_text(text.replace("2.5,", "2.6,"))
    with pytest.raises(UserError, match=r"software\.sha256 is"):
        find_store(plan, tmp_path / "store", {}, resume=True)
    import pyarrow.parquet as pq

    row = pq.read_table(store.files[0]).slice(0, 1).to_pylist()[0]
    assert row["outcome"] == flight.outcome
    assert flight.contact is not None
    assert row["contact_t_s"] == pytest.approx(flight.contact["t_s"], abs=1e-6)
