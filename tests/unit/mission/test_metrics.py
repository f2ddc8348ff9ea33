"""Names of metrics against the numbers that flights really have."""

import re

import pytest

from frigoris.flight.observables import OBSERVABLES
from frigoris.mission.load import load_mission
from frigoris.mission.metrics import METRICS, split
from unit.mission.missions import NAME


def test_every_observable_of_a_flight_has_a_name_here_and_no_other():
    assert set(METRICS) == set(OBSERVABLES)


@pytest.mark.parametrize("name", METRICS)
def test_a_name_ends_in_its_unit_or_asks_a_question(name):
    unit = METRICS[name].unit
    assert unit == "yes" or name.endswith(f"_{unit}")


def test_the_fault_taken_away_is_split_off():
    assert split("weak_laser_off/landed") == ("weak_laser", "landed")
    assert split("landed") == ("", "landed")


def test_yes_means_exactly_one():
    """A yes/no part has unit yes, low 1 and high 1, and no other part has."""
    for row in load_mission(NAME).published:
        for part in row.parts:
            assert (part.unit == "yes") == (part.low == part.high == 1), row.id
            assert re.fullmatch(r"[a-z_0-9]+(/[a-z_0-9A-Z]+)?", part.metric)
