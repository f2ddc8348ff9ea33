"""Landers of other propulsion fly to the ground: the examples of the documentation."""

from pathlib import Path

import pytest

from flights.conftest import QUIET
from frigoris.flight.outcome import LANDED, LEANING
from frigoris.mission.batch import fly_lanes, look_at, make_stage
from frigoris.mission.load import load_mission

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one-engine", "eight-engines"])
def test_it_lands(name: str) -> None:
    mission = load_mission(EXAMPLES / f"{name}.yaml")
    stage = make_stage(mission)
    seen = look_at(stage, fly_lanes(stage, [(mission, QUIET)]), 0)
    assert seen.outcome in (LANDED, LEANING)
    assert seen.touched is not None
    assert seen.touched.vertical_speed < 1.0 and seen.touched.horizontal_speed < 0.5
    assert seen.miss < 50.0
