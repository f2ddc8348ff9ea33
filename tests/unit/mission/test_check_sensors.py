"""Instruments that can't be are refused where their numbers stand."""

import pytest

from frigoris.errors import MissionFileError
from frigoris.mission.load import load_mission

HEAD = "extend: hakuto-r-m2\nmission: {name: wrong}\n"
WRONG = {
    "a rate between the ticks": (
        "sensors: {laser: {rate_Hz: 3}}",
        "near is 3.33333",
    ),
    "a latency between the ticks": (
        "sensors: {laser: {latency_ms: 150}}",
        "no multiple of 100",
    ),
    "blind to the end": (
        "sensors: {laser: {range_min_m: 13000}}",
        "range_min_m 13000 is not below range_max_m, 12000",
    ),
    "more votes than legs": (
        "onboard: {sequence: {contact_votes_count: 5}}",
        "5 switches must agree that it stands, on 4 legs",
    ),
    "a search without eyes": (
        "onboard: {hazard_avoidance: {scan_altitudes_m: [300]}}",
        "hazard_avoidance needs an instrument: add sensors.hazard_lidar",
    ),
    "looks in the wrong order": (
        "onboard: {hazard_avoidance: {scan_altitudes_m: [80, 300]}}",
        "each below the last",
    ),
    "more stuck than legs": (
        "sensors: {leg_switches: {stuck_open_count: 6}}",
        "6 switches are stuck, on 4 legs",
    ),
    "an error that nobody knows": (
        "onboard: {navigation: {slow_errors: {estimate: [grund]}}}",
        "'grund' is not one of 'ground', 'laser', 'radar', 'mounting'",
    ),
    "a radar that is too fast": (
        "sensors: {radar_altimeter: {beam_deg: 40, snr_1km_ratio: 9, range_max_m: 9,"
        " rate_Hz: 4}}",
        "rate_Hz is not",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_can_not_be_is_refused_where_it_stands(case, tmp_path):
    line, said = WRONG[case]
    path = tmp_path / "wrong.yaml"
    path.write_text(HEAD + line + "\n", encoding="utf-8")
    with pytest.raises(MissionFileError) as caught:
        load_mission(path)
    assert said in str(caught.value)
    assert "wrong.yaml:3:" in str(caught.value)
