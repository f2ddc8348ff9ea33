"""Apollo 11 flown from its pad load by the whole simulation, against the plan of 1969.

One flight, noise off, over the best map there is. The oracle is NASA TN D-6846 table I
(see the mission file); measured values stand beside the tolerances.
"""

import numpy as np
import pytest

from flights.conftest import QUIET
from frigoris.flight.observables import OBSERVABLES
from frigoris.flight.outcome import LANDED
from frigoris.flight.seen import Seen
from frigoris.mission.batch import fly_lanes, look_at, make_stage
from frigoris.mission.load import load_mission
from frigoris.moon.data import find
from frigoris.phases import APPROACH, BRAKING, PHASES, TERMINAL_LANDING, TRIM

FOOT = 0.3048
pytestmark = pytest.mark.slow  # a program of its own: a minute or two to compile


@pytest.fixture(scope="module")
def seen() -> Seen:
    if not find("ldem_4"):
        pytest.skip("the plan is judged with terrain data only")
    mission = load_mission("apollo-11")
    stage = make_stage(mission)
    return look_at(stage, fly_lanes(stage, [(mission, QUIET)]), 0)


def got(seen: Seen, name: str) -> float:
    return OBSERVABLES[name](seen)


def test_high_gate_matches_the_plan(seen: Seen) -> None:
    """506 s, -145 ft/s, 506 ft/s, 5375 ft/s; measured 505.3, -143.0, 511.5, 5369."""
    assert got(seen, "over_2287_m_after_planned_ignition_s") == pytest.approx(
        506, abs=8
    )
    assert got(seen, "over_2287_m_rate_m_s") / FOOT == pytest.approx(145, abs=12)
    speed = got(seen, "over_2287_m_inertial_speed_m_s") / FOOT
    assert speed == pytest.approx(506, abs=25)
    assert got(seen, "over_2287_m_dv_m_s") / FOOT == pytest.approx(5375, abs=40)


def test_low_gate_matches_the_plan(seen: Seen) -> None:
    """606 s, -16 ft/s, 6176 ft/s; measured 604.2, -17.6, 6164."""
    assert got(seen, "over_152_m_after_planned_ignition_s") == pytest.approx(606, abs=6)
    assert got(seen, "over_152_m_rate_m_s") / FOOT == pytest.approx(16, abs=2.5)
    assert got(seen, "over_152_m_dv_m_s") / FOOT == pytest.approx(6176, abs=40)


def test_the_throttle_comes_back_once_and_stays_out_of_its_band(seen: Seen) -> None:
    """384 s published, measured 384.8; the band is 57 to 100 % of full thrust."""
    moment = got(seen, "throttle_recovery_after_planned_ignition_s")
    assert moment == pytest.approx(384, abs=8)
    full = np.max(seen.onboard["thrust_cmd_N"])
    after = seen.onboard["t_s"] > seen.ignition_planned + moment
    # an engine that answered each request of the law would go up and down
    assert np.max(seen.onboard["thrust_cmd_N"][after]) < 0.61 * full


def test_its_phases_follow_one_another_once(seen: Seen) -> None:
    phase = seen.onboard["phase"]
    order = [int(p) for p in phase[np.flatnonzero(np.diff(phase, prepend=-1))]]
    assert [PHASES[p] for p in order] == [
        *("boot", "deorbit_burn", "coast", "trim", "braking", "approach"),
        *("terminal_landing", "landed"),
    ]
    time = seen.onboard["t_s"]
    begins = {p: time[np.flatnonzero(phase == p)[0]] for p in order}
    assert begins[BRAKING] - begins[TRIM] == pytest.approx(26.0, abs=0.3)
    # 160 s published: from 506 s to near 150 ft, then 3 ft/s
    assert begins[TERMINAL_LANDING] - begins[APPROACH] == pytest.approx(160, abs=12)


def test_it_lands_softly_at_the_rate_of_the_pad_load(seen: Seen) -> None:
    """3 ft/s down; measured 0.89 m/s, the ground effect slows it."""
    assert seen.outcome == LANDED
    assert seen.touched is not None
    assert seen.touched.vertical_speed == pytest.approx(3 * FOOT, abs=0.1)
    assert seen.touched.horizontal_speed < 0.3
    assert seen.miss < 50.0
