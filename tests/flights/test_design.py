"""The design of the descent against the undispersed flight of the whole machine."""

import numpy as np
import pytest

from frigoris.mission.design import design
from frigoris.phases import BRAKING

MOMENTS = (50.0, 250.0, 450.0, 600.0, 635.0, 675.0, 700.0)  # after ignition [s]


@pytest.fixture(scope="module")
def planned(mission):
    """A point mass under the same guidance."""
    return design(mission)


def test_the_design_is_what_the_undispersed_flight_does(fleet, stage, planned):
    flight = fleet.see("design")
    t = flight.truth["t_s"] - stage.planned.plan.ignition_time
    table = planned.table
    keep = table["phase"] >= BRAKING

    def apart(name, other):
        values = np.interp(MOMENTS, table["t_s"][keep], table[name][keep])
        return np.max(np.abs(values - np.interp(MOMENTS, t, flight.truth[other])))

    # what turns, valves, thrusters and slosh are worth: measured 1.2 m/s, 1.2 m/s,
    # 3.3 kg (2 of them hydrazine), 0.1 s, 0.9 kg
    assert apart("speed_m_s", "speed_m_s") < 5.0
    assert apart("descent_rate_m_s", "descent_rate_m_s") < 2.0
    assert apart("mass_kg", "mass_kg") < 6.0
    touch = flight.touched.time - stage.planned.plan.ignition_time
    assert touch == pytest.approx(table["t_s"][-1], abs=2.0)
    left = flight.truth["propellant_kg"][-1]
    assert planned.facts["totals"]["propellant_left_kg"] == pytest.approx(left, abs=2.0)
