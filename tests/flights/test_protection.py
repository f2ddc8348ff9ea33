"""Flights with and without fault protection: the same case, the same noise."""

from pathlib import Path

import numpy as np
import pytest

from frigoris.flight.outcome import LANDED
from frigoris.mission.batch import fly_lanes, look_at, make_stage
from frigoris.mission.cases import Case
from frigoris.mission.edit import nominal, replace
from frigoris.mission.load import load_mission

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SWITCH = "onboard.protection.enabled_ratio"


def pairs(mission, cases, width):
    """Each case as seen with protection, and without."""
    stage = make_stage(mission)
    lanes = [(replace(mission, {SWITCH: x}), c) for x in (1.0, 0.0) for c in cases]
    batch = fly_lanes(stage, lanes, width=width, every=10)
    seen = [look_at(stage, batch, k) for k in range(len(lanes))]
    return list(zip(seen[: len(cases)], seen[len(cases) :], strict=True))


@pytest.mark.slow
def test_healthy_landings_are_as_they_are_without_protection():
    mission = nominal(load_mission(EXAMPLES / "protected.yaml"))
    for on, off in pairs(mission, [Case(k) for k in range(32)], 64):
        assert on.outcome == LANDED or off.outcome != LANDED
        if not np.max(on.onboard["monitors_tripped"]):
            assert on.touched.time == pytest.approx(off.touched.time, abs=1e-9)


@pytest.mark.slow
def test_the_filter_of_mission_1_listens_again():
    """Not saved yet: it no longer hovers kilometres up, but meets the ground too fast.

    Measured 22.2 m/s with 15.6 kg left against 133.7 m/s with none.
    """
    mission = load_mission(EXAMPLES / "protected-m1.yaml")
    ((on, off),) = pairs(mission, [Case(None)], 2)
    assert np.max(on.onboard["monitors_tripped"]) and off.outcome != LANDED
    assert off.touched.vertical_speed > 100.0 > 40.0 > on.touched.vertical_speed
    assert on.truth["propellant_kg"][-1] > 5.0
