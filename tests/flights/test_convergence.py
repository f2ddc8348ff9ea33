"""Step halving: the truth is integrated finely enough, the onboard rates held fixed."""

import numpy as np

from flights.conftest import QUIET, Fleet
from frigoris.flight.observables import Seen
from frigoris.flight.slices import TICK
from frigoris.mission.batch import fly_lanes, look_at
from frigoris.mission.edit import nominal
from frigoris.mission.schema import Mission


def test_halving_the_step_moves_the_contact_less_and_less(
    mission: Mission, fleet: Fleet
) -> None:
    lanes = [(nominal(mission), QUIET)]
    found = [fleet.see("design")]
    for substeps in (2, 4):
        batch = fly_lanes(fleet.stage, lanes, width=64, every=10, substeps=substeps)
        found.append(look_at(fleet.stage, batch, 0))
    first, second = np.abs(np.diff([s.touched.time for s in found if s.touched]))
    # measured on LDEM_4 0.43 ms, then 0.03 ms; on the embedded Moon the first halving
    # moves a decision of the software by one tick, the second 0.04 ms
    assert first < TICK + 5e-3
    assert second < 1e-3
    # at the end of braking, before any decision could fall to another tick:
    # measured 49, then 3.9 mm
    places = [place(s, s.ignition_planned + 600.0) for s in found]
    moved = np.linalg.norm(np.diff(places, axis=0), axis=1)
    assert moved[0] < 0.1
    assert moved[1] < 0.15 * moved[0]


def place(seen: Seen, t: float) -> np.ndarray:
    """Where the lander is at the sample nearest to a moment [m]."""
    k = int(np.argmin(np.abs(seen.truth["t_s"] - t)))
    return np.array([seen.truth[f"r_{axis}_m"][k] for axis in "xyz"])
