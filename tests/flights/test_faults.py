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

ONSET = 600.0  # after the planned ignition [s]
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
    mission = set_values(mission, ["lander.gimbal_max_deg=6"])
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
    """At the first sample with the fault the truth is still the healthy one."""

    def pair(quantity, name):
        one, two = struck.column(quantity, "healthy"), struck.column(quantity, name)
        times = struck.column("t", name)[:, 0]
        heard = np.isfinite(one[:, 0]) & np.isfinite(two[:, 0])
        k = np.argmax(heard & (times >= struck.onset - 1e-6))
        assert times[k] < struck.onset + 1.0 + EVERY * 0.1
        return one[k, 0], two[k, 0]

    range_, spoiled = pair("laser_range", "range_bias")
    assert spoiled == pytest.approx(1.011 * range_ + 13.7, rel=1e-3)
    range_, spoiled = pair("radar_range", "wrong_units")
    assert spoiled == pytest.approx(3.28 * range_, rel=1e-3)
    assert pair("laser_range", "false_lock")[1] == 33.3
    assert pair("est_mass", "gauge_error")[0] != 0.0
