"""An abort to orbit: a phase like any other, and an outcome of its own."""

from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flights.conftest import Fleet
from frigoris.flight import state as truth_state
from frigoris.flight.outcome import IN_ORBIT, perilunes
from frigoris.mission.batch import WIDTH, fly_lanes, look_at, make_stage
from frigoris.mission.build import join
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import nominal
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.phases import ABORT, PARKING

FILE = Path(__file__).parents[2] / "docs" / "examples" / "abort.yaml"


def test_the_lowest_point_of_the_orbit_before_the_descent(
    mission: Mission, fleet: Fleet
) -> None:
    """100 km within what the field's low degrees and a site 2 km down do to a circle.

    With the turning of the Moon left out it would be 8 km off.
    """
    stage = fleet.stage
    lanes = make_lanes(nominal(mission), stage.planned, stage.setting, [Case(None)])
    params = jax.tree.map(jnp.asarray, join([lanes.params], WIDTH))
    truth = truth_state.start(params)[0]
    low = perilunes(truth)
    assert np.all(np.abs(low - 100e3) < 3e3)  # measured 1.0 km
    slower = replace(truth.motion, v_M=0.98 * truth.motion.v_M)
    assert np.all(perilunes(replace(truth, motion=slower)) < low - 50e3)


@pytest.mark.slow
def test_a_rehearsed_abort_ends_in_orbit() -> None:
    mission = nominal(load_mission(FILE))
    stage = make_stage(mission)
    batch = fly_lanes(stage, [(mission, Case(k)) for k in range(4)], every=10)
    for k in range(4):
        seen = look_at(stage, batch, k)
        assert seen.outcome == IN_ORBIT
        assert {ABORT, PARKING} <= set(seen.onboard["phase"])
        assert perilunes(batch.flown.truth)[k] > 11e3
