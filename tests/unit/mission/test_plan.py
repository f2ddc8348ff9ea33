"""The plan: where braking begins, by the law's need or as the file says."""

import numpy as np
import pytest

from frigoris.mission.batch import make_stage
from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission


def ground(stage):
    """Arc from ignition to the target by its chord [m], not by the plan's angle."""
    site, r = stage.planned.site_M, stage.planned.plan.ignition_r_M
    radius = np.linalg.norm(site)
    chord = np.linalg.norm(r / np.linalg.norm(r) - site / radius)
    return 2.0 * radius * np.arcsin(0.5 * chord)


@pytest.fixture(scope="module")
def mission():
    return load_mission("hakuto-r-m2")


def test_ignition_is_where_the_file_says(mission):
    told = set_values(mission, ["orbit.ignition_ground_km=480.7"])
    free = make_stage(mission, "level")
    stage = make_stage(told, "level")
    # measured 1e-9 km
    assert ground(stage) == pytest.approx(480.7e3, abs=1e-3)
    assert ground(free) != pytest.approx(480.7e3, rel=0.01)
    plans = [s.planned.plan for s in (stage, free)]
    heights = [np.linalg.norm(p.ignition_r_M) for p in plans]
    climbs = [
        p.ignition_r_M @ p.ignition_v_M / h for p, h in zip(plans, heights, strict=True)
    ]
    # the state on the ellipse is the same, only elsewhere over the Moon
    assert heights[0] == pytest.approx(heights[1], abs=1e-6)
    assert climbs[0] == pytest.approx(climbs[1], abs=1e-6)
