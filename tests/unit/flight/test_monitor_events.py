"""What monitors did, as the timeline and the onboard table tell it."""

import numpy as np

from frigoris.flight.channels import check_unit
from frigoris.flight.events import monitor_events
from frigoris.mission.fly import monitors
from frigoris.mission.load import load_mission
from frigoris.onboard.quantities import CHECKS
from frigoris.units import FACTORS

WORDS = [("first", "laser distrusted"), ("second", "goes to safe")]


def table(bits):
    n = len(bits)
    return {
        "t_s": 10.0 + np.arange(n),
        "monitors_up": np.array(bits, dtype=float),
        "est_altitude_m": 100.0 - np.arange(n),
    }


def test_each_trip_and_each_end_is_one_line():
    told = monitor_events(table([0, 1, 3, 3, 2, 2]), WORDS)
    assert sorted((e.t_s, e.name, e.text) for e in told) == [
        (11.0, "monitor_tripped", "monitor first tripped: laser distrusted"),
        (12.0, "monitor_tripped", "monitor second tripped: goes to safe"),
        (14.0, "monitor_cleared", "monitor first no longer holds"),
    ]
    assert told[0].values == {"est_altitude_m": 99.0}


def test_one_that_holds_from_the_first_sample_is_told():
    assert monitor_events(table([2, 2]), WORDS)[0].t_s == 10.0
    assert monitor_events({"t_s": np.zeros(2)}, WORDS) == []


def test_the_words_of_a_mission_are_its_responses():
    assert monitors(load_mission("hakuto-r-m2")) == []


def test_every_check_has_a_unit():
    assert {check_unit(name) for name in CHECKS} <= set(FACTORS)
    assert check_unit("laser_rate_off") == "m_s"
    assert check_unit("laser_radar_off") == "m"
    assert check_unit("star_off") == "deg"
    assert check_unit("velocimeter_off") == "m_s"
