"""Every class of faults in one batch: nothing before its onset, its own thing then.

All lanes fly the same case by one program, each with another class, in general
position. The oracle is the flight beside it without any fault.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from frigoris.mission.batch import Batch, fly_lanes, make_stage
from frigoris.mission.cases import Case
from frigoris.mission.edit import choose_faults, nominal, set_values
from frigoris.mission.faults.library import library
from frigoris.mission.load import load_mission
from support.fault_lanes import AT_CONTACT, GENERAL, SHOWN, START

# their program takes minutes to compile
pytestmark = pytest.mark.slow

ONSET = 655.0  # after the planned ignition [s]
EVERY = 10


@dataclass(frozen=True)
class Struck:
    """The flights by class, and when their faults begin."""

    batch: Batch
    names: list[str]
    onset: float

    def column(self, quantity: str, name: str) -> np.ndarray:
        """A sampled quantity of one flight, by sample."""
        found = self.batch.flown.samples[quantity][..., self.names.index(name)]
        return np.asarray(found, dtype=float).reshape(len(found), -1)

    def first(self, name: str) -> dict[str, float]:
        """When each sampled quantity first differs from the healthy flight [s]."""
        times = self.column("t", name)[:, 0]
        there = times < self.contact("healthy")
        found = {}
        for quantity in self.batch.flown.samples:
            one, two = self.column(quantity, "healthy"), self.column(quantity, name)
            same = (one == two) | (np.isnan(one) & np.isnan(two))
            apart = there & ~np.all(same, axis=1)
            if apart.any():
                found[quantity] = float(times[np.argmax(apart)])
        return found

    def contact(self, name: str) -> float:
        """Time of the first contact [s]."""
        times = np.asarray(self.batch.flown.truth.contact.time)
        return float(times[self.names.index(name)])


@pytest.fixture(scope="module")
def struck():
    mission = nominal(load_mission("docs/examples/all-sensors.yaml"))
    told = ["lander.gimbal_max_deg=6", "onboard.navigation.gauge_gain_ratio=0.2"]
    mission = set_values(mission, told)
    stage = make_stage(mission)
    case, lanes = Case(3), {"healthy": mission}
    for name, values in GENERAL.items():
        when = START.get(name, f"after_ignition_s={ONSET}")
        told = ",".join(x for x in (values, when) if x)
        lanes[name] = choose_faults(mission, [f"{name}:{told}"])
    batch = fly_lanes(stage, [(m, case) for m in lanes.values()], width=64, every=EVERY)
    onset = batch.planned[0].plan.ignition_time + ONSET
    return Struck(batch, list(lanes), onset)


def test_the_healthy_flight_reaches_the_ground_after_the_onset(struck):
    assert struck.onset + 20.0 < struck.contact("healthy") < np.inf


@pytest.mark.parametrize("name", [n for n in library() if n not in START])
def test_nothing_differs_before_the_onset(struck, name):
    before = [t for t in struck.first(name).values() if t < struck.onset - 1e-6]
    assert not before


@pytest.mark.parametrize("name", [n for n in library() if n not in AT_CONTACT])
def test_what_it_is_named_after_differs_first(struck, name):
    first = struck.first(name)
    assert first, "the flight is the healthy one to its end"
    began = min(first.values())
    shown = SHOWN[name]
    assert any(first.get(q, np.inf) <= began + 1.0 for q in shown), first


@pytest.mark.parametrize("name", AT_CONTACT)
def test_legs_and_soil_differ_at_the_touchdown_alone(struck, name):
    assert not struck.first(name)
    k, down = struck.names.index(name), struck.batch.settled.landing
    apart = [
        abs(float(x[k]) - float(x[0]))
        for x in (down.stroke_left, down.tilt, down.slide)
    ]
    assert max(apart) > 1e-6
    if name == "weak_leg":
        assert down.broken[k] >= 1 > down.broken[0]


def test_what_changes_has_the_size_that_was_asked_for(struck):
    """At the tick of the onset, which is sampled, the truth is still the same."""
    times = struck.column("t", "healthy")[:, 0]
    k = int(np.argmin(np.abs(times - struck.onset)))
    assert abs(times[k] - struck.onset) < 1e-3

    def pair(quantity, name):
        one, two = struck.column(quantity, "healthy"), struck.column(quantity, name)
        return one[k], two[k]

    range_, spoiled = pair("laser_range", "range_bias")
    np.testing.assert_allclose(spoiled, 1.011 * range_ + 13.7, rtol=1e-12)
    assert pair("laser_range", "false_lock")[1] == 33.3
    np.testing.assert_allclose(
        pair("laser_range", "range_ambiguity")[1], range_ % 71.0, rtol=1e-9
    )
    valid, inverted = pair("laser_valid", "validity_flag")
    assert bool(valid[0]) is not bool(inverted[0])
    snr, weak = pair("snr", "weak_echo")
    np.testing.assert_allclose(weak, 1e-4 * snr, rtol=1e-12)
    turn, swapped = pair("dtheta", "swapped_channels")
    np.testing.assert_array_equal(swapped, turn[::-1])
    turn, reversed_ = pair("dtheta", "imu_sign")
    np.testing.assert_array_equal(reversed_, turn * [-1.0, 1.0, 1.0])
    push, none = pair("dv", "imu_zero")
    assert np.all(push != 0.0) and np.all(none == 0.0)
    np.testing.assert_allclose(
        pair("dv", "imu_saturation")[1], np.clip(push, -0.09, 0.09), rtol=1e-14
    )
    assert pair("powered", "bus_down")[1] == 0.0
    assert pair("contact", "false_contact")[1] == 1.0
    assert pair("phase", "order")[1] == 6.0


def test_what_a_lander_does_about_an_engine_less(struck):
    """Propellant flows by the thrust and the specific impulse of each engine."""
    times = struck.column("t", "healthy")[:, 0]
    k = int(np.argmin(np.abs(times - struck.onset)))

    def used(name):
        left = struck.column("propellant", name)[:, 0]
        return left[k] - left[k + 2]

    assert used("isp_shift") > 1.05 * used("healthy") > 0.0
    assert used("leak") == pytest.approx(used("healthy") + 2.0 * 0.31, abs=0.1)


def test_faults_that_end_leave_the_hardware_as_it_was(struck):
    times = struck.column("t", "bus_down")[:, 0]
    later = (times > struck.onset + 0.7) & (times < struck.contact("bus_down"))
    assert np.all(struck.column("powered", "bus_down")[later] == 1.0)
