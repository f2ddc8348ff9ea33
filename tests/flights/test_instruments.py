"""A lander with every instrument: each does its part in the loop."""

from pathlib import Path

import numpy as np
import pytest

from flights.conftest import QUIET, Fleet, fly_fleet
from frigoris.flight.outcome import LANDED
from frigoris.mission.batch import make_stage
from frigoris.mission.cases import Case
from frigoris.mission.edit import nominal
from frigoris.mission.load import load_mission

FILE = Path(__file__).parents[2] / "docs" / "examples" / "all-sensors.yaml"


@pytest.fixture(scope="module")
def equipped() -> Fleet:
    mission = load_mission(FILE)
    stage = make_stage(mission)
    flights = {"design": (nominal(mission), QUIET), "flown": (mission, QUIET)}
    flights |= {f"nominal-{k}": (nominal(mission), Case(k)) for k in range(6)}
    return fly_fleet(stage, flights)


def error(fleet: Fleet, name: str, quantity: str, time: float) -> float:
    """Distance of estimate and truth at a time of the flight [s]."""
    raw, lane = fleet.batch.flown.samples, fleet.names.index(name)
    row = int(np.searchsorted(raw["t"][:, lane], time))
    away = raw[f"{quantity}_M"][row, :, lane] - raw[f"est_{quantity}_M"][row, :, lane]
    return float(np.linalg.norm(away))


@pytest.mark.slow
def test_without_noise_late_words_and_levers_cost_nothing(equipped: Fleet) -> None:
    """Latencies of 0.1 to 1 s at 1.6 km/s, and arms of a metre that turn."""
    seen = equipped.see("design")
    assert seen.outcome == LANDED
    for before, limit in ((600.0, 0.5), (200.0, 0.5), (60.0, 2.0)):
        time = seen.touched.time - before
        assert error(equipped, "design", "r", time) < limit  # measured 0.1, 0.1, 0.5 m
        assert error(equipped, "design", "v", time) < 0.01  # measured 0.002 m/s


@pytest.mark.slow
def test_with_a_velocity_sensor_and_a_map_both_faults_are_survived(
    equipped: Fleet,
) -> None:
    """The weak laser and the attitude error of RESILIENCE, and six dispersed cases.

    Nominal case 5 starts further off than its filter believes: the gate keeps its
    landmark fixes out, and it comes down softly on a slope 1.8 km off.
    """
    near = 0
    for name in equipped.names:
        seen = equipped.see(name)
        assert seen.touched.vertical_speed < 1.0, name
        assert seen.touched.horizontal_speed < 0.4  # measured 0.15 to 0.17 m/s
        near += seen.outcome == LANDED and seen.miss < 200.0  # by the landmarks
    assert near >= len(equipped.names) - 1
    assert equipped.see("flown").miss < 200.0
