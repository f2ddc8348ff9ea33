"""Step halving: the truth is integrated finely enough, the onboard rates held fixed."""

import numpy as np
import pytest

from flights.conftest import QUIET, Fleet
from frigoris.mission.batch import fly_lanes, look_at
from frigoris.mission.edit import nominal
from frigoris.mission.schema import Mission


@pytest.mark.slow
def test_halving_the_step_moves_the_contact_less_and_less(
    mission: Mission, fleet: Fleet
) -> None:
    """One, two, four and eight steps of the truth in a tick.

    Measured on LDEM_4 18, 3.4 and 0.7 ms, on the embedded Moon 265, 2.0 and 0.5 ms: the
    first halving lets a pulse of the coast fall to another tick, which is another, as
    good flight; then it is of second order.
    """
    lanes = [(nominal(mission), QUIET)]
    found = [fleet.see("design").touched]
    for substeps in (2, 4, 8):
        batch = fly_lanes(fleet.stage, lanes, width=64, every=10, substeps=substeps)
        found.append(look_at(fleet.stage, batch, 0).touched)
    times = np.abs(np.diff([t.time for t in found if t]))
    places = np.linalg.norm(np.diff([t.r_M for t in found if t], axis=0), axis=1)
    assert times[0] < 0.5 and places[0] < 1.0
    assert times[1] < 5e-3 and times[2] < 0.5 * times[1]
    # measured 0.39, 0.041 and 0.011 m
    assert places[1] < 0.1 and places[2] < 0.5 * places[1]
