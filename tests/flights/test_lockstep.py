"""Flight software in another process: the same flight, and every way to lose it."""

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flights.conftest import QUIET
from frigoris.errors import UserError
from frigoris.flight import protocol
from frigoris.flight.link import ADDRESS, Line, Lost, open_line
from frigoris.flight.lockstep import Talk, fly_lockstep
from frigoris.flight.outcome import LANDED, SOFTWARE_LOST
from frigoris.flight.params import Params
from frigoris.flight.slices import LONGEST, Flown, Timetable, begin, fly_ticks
from frigoris.flight.step import Flying
from frigoris.math.tree import replace_at
from frigoris.mission.batch import WIDTH, Stage
from frigoris.mission.build import join, take
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import nominal
from frigoris.mission.external import External, external, fly_external
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "tests" / "support" / "lockstep_client.py"
LANDER = ROOT / "docs" / "examples" / "c" / "lander.c"
TICK = 0.1
HEIGHT, FALL = 200.0, 20.0  # over the site [m], [m/s]: 8 s to the ground


def client(*words: object) -> str:
    """The command of the test's software."""
    return shlex.join([sys.executable, str(CLIENT), *map(str, words)])


def short(seconds: float) -> Timetable:
    """A flight that ends after a time, with the tick of burns all the way."""
    return Timetable(0.0, seconds - LONGEST - TICK, seconds)


@pytest.fixture(scope="module")
def healthy(mission: Mission, stage: Stage) -> Stage:
    return replace(stage, mission=nominal(mission))


@pytest.fixture(scope="module")
def params(healthy: Stage) -> Params:
    """The design point with a case axis of one."""
    lanes = make_lanes(healthy.mission, healthy.planned, healthy.setting, [QUIET])
    return jax.tree.map(jnp.asarray, lanes.params)


@pytest.fixture(scope="module")
def falling(healthy: Stage, params: Params) -> Flying:
    """Upright over the site, with engines off, some seconds before the ground."""
    site = healthy.planned.site_M
    up = site / np.linalg.norm(site)
    axis, angle = np.cross([0.0, 0.0, 1.0], up), np.arccos(up[2])
    axis *= np.sin(angle / 2) / np.linalg.norm(axis)
    q = np.concatenate([[np.cos(angle / 2)], axis])
    flying = begin(params)
    m = flying.truth.motion
    places = (site + HEIGHT * up, -FALL * up, q, np.zeros(3))
    return flying._replace(
        truth=replace_at(
            lambda s: (
                s.motion.r_M,
                s.motion.v_M,
                s.motion.q_MB,
                s.motion.omega_BI_B,
            ),
            flying.truth,
            tuple(jnp.asarray(x)[:, None] + 0.0 * m.r_M[:1] for x in places),
        ),
        time=jnp.float64(healthy.times.coast_end + 100.0),
    )


def converse(
    params: Params,
    command: str,
    times: Timetable,
    *,
    start: Flying | None = None,
    patience: float = 5.0,
    pace: float | None = None,
) -> tuple[Flown, Talk]:
    """One flight by a command, and what was said."""
    line = open_line(command, patience)
    talk = Talk(line, params, pace)
    try:
        talk.meet(protocol.hello(take(params, 0), "test"))
        return fly_lockstep(params, times, talk, start=start), talk
    finally:
        line.close({"reason": "rest"})


class Replayed(Talk):
    """Commands that are known already, in place of a conversation."""

    def __init__(self, params: Params, rows: np.ndarray):
        line = Line(socket.socket(), "", None, 0.0)
        super().__init__(line, params, None)
        line.server.close()
        self.rows = rows

    def ask(self, tick: int, time: float, dt: float, row: np.ndarray) -> np.ndarray:
        row = np.full(self.commands.numbers, np.nan)
        row[: self.rows.shape[1]] = self.rows[tick]
        return row


@pytest.mark.slow
def test_the_same_commands_give_the_same_flight(healthy: Stage, params: Params) -> None:
    """Those of our software in a compiled slice, sent through the frames: 80 s of
    attitude control and most of the deorbit burn.
    """
    wide = jax.tree.map(jnp.asarray, join([jax.tree.map(np.asarray, params)], WIDTH))
    flying, kept = begin(wide), []
    for _ in range(4):
        flying, samples = fly_ticks(wide, flying, TICK, 200)
        kept.append({k: v[..., 0] for k, v in samples.items()})
    ours = {k: np.concatenate([x[k] for x in kept]) for k in kept[0]}
    v = take(params, 0).onboard.vehicle
    assist = ours["duty_cmd"]
    main = (ours["thrust_cmd"] - assist * v.assist_thrust) / v.main_thrust
    none = np.zeros((len(main), 3))
    rows = np.column_stack([main, assist, ours["rcs_duty"], none])
    flown = fly_lockstep(params, short(80.0), Replayed(params, rows))
    again = {k: v[..., 0] for k, v in flown.samples.items()}
    assert again["t"][-1] == pytest.approx(79.9)
    moved = np.linalg.norm(ours["v_M"][-1] - ours["v_M"][0])
    assert moved > 50.0
    # measured 0 m, 0 m/s, 3e-16, and 2e-19 m/s of the increments
    np.testing.assert_allclose(again["r_M"], ours["r_M"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(again["v_M"], ours["v_M"], rtol=0, atol=1e-11)
    np.testing.assert_allclose(again["q_MB"], ours["q_MB"], rtol=0, atol=1e-13)
    # what the instruments said in the next tick came from that flight too
    np.testing.assert_allclose(again["dv"], ours["dv"], rtol=0, atol=1e-13)
    burnt = ours["propellant"][0] - ours["propellant"][-1]
    assert burnt > 1.0
    np.testing.assert_allclose(again["propellant"], ours["propellant"], atol=1e-9)


@pytest.mark.parametrize(
    ("fault", "words", "patience"),
    [
        ("exit", "it ended with code 3", 5.0),
        ("killed", "it was killed by signal 9", 5.0),
        ("closed", "it closed the connection", 5.0),
        ("hang", "it did not answer within 0.5 s", 0.5),
        ("drip", "it did not answer within 0.5 s", 0.5),
        ("short", "224 bytes of payload, not 232", 5.0),
        ("kind", "a frame of kind 2, not commands (4)", 5.0),
        ("late", "it answered tick 49 when it was asked for 50", 5.0),
        ("nan", "its command main_duty is nan, no number", 5.0),
        ("noise", "version", 5.0),
    ],
)
def test_a_software_that_fails_is_lost_with_a_reason(
    params: Params,
    falling: Flying,
    healthy: Stage,
    fault: str,
    words: str,
    patience: float,
) -> None:
    """Every failure ends the conversation; the vehicle falls on without it."""
    command = client(fault, 50)
    flown, talk = converse(
        params, command, healthy.times, start=falling, patience=patience
    )
    assert flown.lost is not None
    assert words in flown.lost.reason
    assert talk.ticks == 50
    assert flown.lost.time == pytest.approx(float(falling.time) + 5.0)
    assert np.isfinite(flown.truth.contact.time).all()
    assert flown.samples["thrust_main"].max() == 0.0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("version", "it speaks version 7 of the protocol, not 1"),
        ("never", "nothing connected to 127.0.0.1:"),
    ],
)
def test_who_cannot_begin_is_lost_at_once(
    params: Params, falling: Flying, healthy: Stage, fault: str, words: str
) -> None:
    flown, talk = converse(
        params, client(fault), healthy.times, start=falling, patience=1.0
    )
    assert flown.lost is not None
    assert flown.lost.reason.startswith(words)
    assert flown.lost.time == 0.0 and talk.ticks == 0


def test_a_program_that_ends_at_once_is_lost(
    params: Params, falling: Flying, healthy: Stage
) -> None:
    flown, _ = converse(params, "false", healthy.times, start=falling)
    assert flown.lost is not None
    assert "it ended with code 1 before it connected" in flown.lost.reason


def test_killed_in_the_middle_it_is_an_outcome(healthy: Stage, falling: Flying) -> None:
    """A whole flight object: outcome, event, impact by physics."""
    wish = External(client("killed", 20), patience=5.0)
    flight = fly_external(healthy, QUIET, wish, start=falling)
    assert flight.outcome == SOFTWARE_LOST and not flight.landed
    (event,) = [e for e in flight.events if e["name"] == SOFTWARE_LOST]
    assert "killed by signal 9" in event["text"]
    assert flight.contact is not None
    # free fall, less the feet: v^2 = v0^2 + 2 g h
    expected = np.sqrt(FALL**2 + 2.0 * 1.627 * (HEIGHT - 1.25))
    down = flight.contact["speed_vertical_m_s"]
    assert down == pytest.approx(expected, abs=0.3)  # measured 0.08; map and relief
    assert flight.software is not None
    assert flight.software["ticks"] == 20


def test_who_goes_away_after_the_ground_is_not_lost(
    healthy: Stage, falling: Flying
) -> None:
    wish = External(client("exit", 100), patience=5.0)
    flight = fly_external(healthy, QUIET, wish, start=falling)
    assert flight.outcome == "crashed"
    assert flight.software is not None
    assert flight.software["lost"] == "it ended with code 3"


def test_a_socket_of_a_path_is_listened_at(
    params: Params, falling: Flying, healthy: Stage, tmp_path: Path
) -> None:
    path = tmp_path / "line"
    line = open_line(f"listen:{path}")
    talk = Talk(line, params, None)
    env = os.environ | {ADDRESS: line.address}
    with subprocess.Popen([sys.executable, str(CLIENT)], env=env):
        talk.meet(protocol.hello(take(params, 0), "test"))
        flown = fly_lockstep(params, healthy.times, talk, start=falling)
        line.close({"reason": "rest"})
    assert flown.lost is None and talk.about == {"name": "idle"}
    assert not path.exists()


def test_a_pace_is_not_outrun(params: Params, falling: Flying, healthy: Stage) -> None:
    began = time.perf_counter()
    start = falling._replace(time=jnp.float64(0.0))
    _, talk = converse(params, client(), short(20.0), start=start, pace=20.0)
    assert talk.ticks == 200
    assert time.perf_counter() - began >= 19.9 / 20.0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((None, 2.0, None, None), "go with --software"),
        (("x", None, None, "runs/a@3"), "--from"),
        (("x", 0.0, None, None), "--pace"),
        (("x", None, -1.0, None), "--patience"),
    ],
)
def test_options_that_contradict_are_refused(words: tuple, told: str) -> None:
    with pytest.raises(UserError, match=told):
        external(*words)


def test_a_lander_that_looks_for_its_place_is_refused(healthy: Stage) -> None:
    """What the hazard lidar sees does not cross, so nobody would look."""
    looks = load_mission(ROOT / "docs" / "examples" / "hazards.yaml")
    with pytest.raises(UserError, match="images of the hazard lidar do not cross"):
        fly_external(replace(healthy, mission=looks), QUIET, External("false"))


@pytest.mark.parametrize("said", [b"{", b"\xff", b"[" * 60_000])
def test_a_ready_that_is_no_json_is_a_loss(said: bytes) -> None:
    """Deep brackets end in another error than a wrong letter does."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        line = Line(server, "here", None, 5.0)
        with socket.create_connection(server.getsockname()) as theirs:
            theirs.sendall(protocol.frame("ready", 0, said))
            with pytest.raises(Lost, match="its ready frame is no JSON"):
                line.meet({})
            assert line.peer is not None
            line.peer.close()


def test_what_cannot_be_started_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Cannot start the flight software"):
        open_line("no-such-program --fly")
    with pytest.raises(UserError, match="Cannot start"):
        open_line("'unclosed")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        with pytest.raises(UserError, match="Cannot listen"):
            open_line(f"listen:{taken.getsockname()[1]}")
    with pytest.raises(UserError, match="Cannot listen"):
        open_line(f"listen:{tmp_path}/no/such/folder/line")


@pytest.fixture(scope="module")
def lander(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The example in C, compiled as the documents say."""
    if shutil.which("cc") is None:
        pytest.skip("there is no C compiler here")
    program = tmp_path_factory.mktemp("c") / "lander"
    strict = ["-std=c99", "-O2", "-Wall", "-Wextra", "-pedantic", "-Werror"]
    command = ["cc", *strict, "-o", str(program), str(LANDER), "-lm"]
    subprocess.run(command, check=True)
    return str(program)


@pytest.mark.parametrize(
    ("key", "shape", "words"),
    [
        ("moon.gravity.C", (14, 14), "a gravity field above degree 12"),
        ("moon.gravity.S", (14, 14), "a gravity field above degree 12"),
        ("moon.gravity.C", None, "the hello has no gravity field"),
        ("vehicle.rcs_allocation", (33, 3, 2), "more than 32 attitude thrusters"),
        ("vehicle.rcs_opposites", (17, 32), "more pairs of thrusters than it knows"),
    ],
)
def test_the_lander_in_c_refuses_what_it_has_no_room_for(
    params: Params,
    lander: str,
    capfd: pytest.CaptureFixture[str],
    key: str,
    shape: tuple[int, ...] | None,
    words: str,
) -> None:
    told = protocol.hello(take(params, 0), "test")
    del told["load"][key]  # as a table that is too large to be told
    if shape is not None:
        told["load"][key] = np.zeros(shape).tolist()
    line = open_line(lander)
    try:
        with pytest.raises(Lost, match="it ended with code 1"):
            line.meet(told)
    finally:
        line.close({})
    assert f"lander: {words}" in capfd.readouterr().err


def same(a: Flown, b: Flown) -> bool:
    """Equal to the last bit in all that was recorded."""
    return all(np.array_equal(a.samples[k], b.samples[k], True) for k in a.samples)


def test_the_lander_in_c_burns_and_knows_where_it_is(
    params: Params, lander: str
) -> None:
    """Its first 120 s, with the deorbit burn, twice: the same flight bit for bit."""
    one, talk = converse(params, lander, short(120.0))
    assert one.lost is None and talk.about == {"name": "lander.c"}
    s = {k: v[..., 0] for k, v in one.samples.items()}
    planned = float(take(params, 0).onboard.guidance.deorbit_dv)
    v_e = 320.0 * 9.80665
    dv = v_e * np.log(s["mass"][0] / s["mass"][-1])
    # rocket equation; measured +0.5 %: the attitude thrusters' share is counted too
    assert dv == pytest.approx(planned, rel=0.02)
    miss = np.linalg.norm(s["est_r_M"][-1] - s["r_M"][-1])
    drift = np.linalg.norm(s["est_v_M"][-1] - s["v_M"][-1])
    assert miss < 0.1 and drift < 0.002  # measured 3e-3 m, 5e-5 m/s
    two, _ = converse(params, lander, short(120.0))
    assert same(one, two)


@pytest.mark.slow
def test_the_lander_in_c_lands_softly_twice_the_same(
    healthy: Stage, params: Params, lander: str
) -> None:
    flight = fly_external(healthy, QUIET, External(lander))
    assert flight.outcome == LANDED
    assert flight.contact is not None
    assert flight.contact["speed_vertical_m_s"] < 1.0  # measured 0.68
    assert flight.contact["speed_horizontal_m_s"] < 0.5  # measured 0.18
    assert flight.contact["miss_m"] < 100.0  # measured 9
    again = fly_external(healthy, QUIET, External(lander))
    assert again.contact == flight.contact
    for name, column in flight.truth.items():
        assert np.array_equal(column, again.truth[name], equal_nan=True), name


@pytest.mark.slow
def test_the_lander_in_c_lands_with_noise_and_dispersions(
    healthy: Stage, lander: str
) -> None:
    flight = fly_external(healthy, Case(2), External(lander))
    assert flight.outcome == LANDED
