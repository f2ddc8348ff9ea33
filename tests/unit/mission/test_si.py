"""The SI view against values converted by hand."""

import math

import pytest

from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission
from frigoris.mission.si import si
from unit.mission.missions import NAME


def test_values_match_conversion_by_hand():
    edits = [
        "site.longitude_deg=-90",
        "lander.engines.main.lag_ms=125",
        "sensors.imu.gyro_bias_deg_h=[36, -72, 108]",
        "sensors.laser.wavelength_nm=905",
        "sensors.laser.aperture_mm=42",
        "sensors.star_tracker.noise_arcsec=20.626480624709636",
        "orbit.perilune_altitude_km=17.5",
        "sensors.imu.accel_scale_ppm=[1, 2, -3]",
    ]
    m = si(set_values(load_mission(NAME), edits))
    close = pytest.approx
    assert m.site.longitude == close(-math.pi / 2, rel=1e-15)
    assert m.lander.engines[0].lag == close(0.125, rel=1e-15)
    # 36 deg/h is 0.01 deg/s
    expected = [math.radians(0.01), math.radians(-0.02), math.radians(0.03)]
    assert list(m.sensors.imu.gyro_bias) == close(expected, rel=1e-14)
    assert m.sensors.laser.wavelength == close(905e-9, rel=1e-14)
    assert m.sensors.laser.aperture == close(0.042, rel=1e-14)
    assert m.sensors.star_tracker.noise == close(1e-4, rel=1e-14)
    assert m.orbit.perilune_altitude == close(17_500.0, rel=1e-15)
    assert list(m.sensors.imu.accel_scale) == close([1e-6, 2e-6, -3e-6], rel=1e-14)


def test_counts_stay_whole_and_text_stays_text():
    m = si(load_mission(NAME))
    assert isinstance(m.sensors.laser.confirm, int)
    assert m.lander.legs.count == 4
    assert m.mission.ignition == "2025-06-05T19:04:00Z"
    assert m.lander.engines[3].name == "assist-3"
    assert len(m.lander.com_dry) == 3
