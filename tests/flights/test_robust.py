"""A few cases of a past mission with other unknowns, flown."""

import numpy as np
import pytest

from frigoris.flight.outcome import OUTCOMES
from frigoris.mission.load import load_mission
from frigoris.verify.pilot import Pilot
from frigoris.verify.runs import Job

COUNT = 8


@pytest.fixture(scope="module")
def pilot() -> Pilot:
    """What a worker has; terrain and programs are those of other tests."""
    return Pilot(Job(load_mission("hakuto-r-m2"), COUNT))


def number(pilot: Pilot, name: str) -> int:
    return [run.name for run in pilot.runs].index(name)


def test_the_cases_of_a_batch_are_flown_with_plans_of_their_own(pilot: Pilot) -> None:
    """Each ignites when its own orbit says; the rows hold what was drawn."""
    rows = pilot.fly(number(pilot, "held"), range(COUNT))
    assert [row.case for row in rows] == list(range(COUNT))
    assert all(row.outcome in OUTCOMES for row in rows)
    paths = ("orbit.doi_to_ignition_s", "lander.dry_mass_kg", "site.albedo_ratio")
    for path in (*paths, "lander.com_dry_m.2", "sensors.imu.accel_bias_micro_g.1"):
        assert len({row.inputs[path] for row in rows}) == COUNT
    (first,) = (i for i, w in enumerate(pilot.wanted) if w.id == "m2-07")
    heights = np.array([row.values[first] for row in rows])
    assert np.nanmax(heights) - np.nanmin(heights) > 100.0


def test_a_case_is_the_same_alone(pilot: Pilot) -> None:
    """Its plan and timetable are its own, whoever flies beside it."""
    held = number(pilot, "held")
    alone = pilot.fly(held, [5])[0]
    beside = pilot.fly(held, range(3, 7))[2]
    assert alone.case == beside.case == 5
    assert (alone.outcome, alone.soft) == (beside.outcome, beside.soft)
    assert alone.values == pytest.approx(beside.values, rel=1e-9, nan_ok=True)
    assert alone.inputs == beside.inputs


def test_the_design_is_sound() -> None:
    """With every range held the lander is that of the file, which lands softly."""
    held = Pilot(Job(load_mission("hakuto-r-m2"), COUNT, hold=("",)))
    (row,) = held.fly(number(held, "planned"), [2])
    assert row.soft and row.again == 0 and row.inputs == {}
