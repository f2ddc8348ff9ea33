"""The forecast of the first valid range, and the descent that it is made for."""

import numpy as np
import pytest
from scipy.stats import norm

from frigoris.errors import UserError
from frigoris.math.tree import leaf, replace_at
from frigoris.mission.load import load_mission
from frigoris.verify.sensor.flight import Descent, planned_descent, recorded_descent
from frigoris.verify.sensor.model import coordinates
from frigoris.verify.sensor.predict import forecast
from support.laser_tests import SHEET

MISSION = load_mission("hakuto-r-m2")


def fall(time, altitude, closing=0.0):
    flat = 0.0 * time
    return Descent(
        source="test",
        time=time,
        altitude=altitude + flat,
        slant_range=altitude + flat,
        incidence=flat,
        closing=closing + flat,
        albedo=0.2 + flat,
        temperature=20.0 + flat,
    )


def rows(efficiency, count=1000, averaging=1e-4):
    return np.repeat([[np.log(efficiency), averaging**2, 0.0]], count, axis=0)


def test_three_of_four_confirm_as_counting_says():
    """Hanging where one shot in three is seen: shots until 3 of the last 4 are."""
    p, snr = 0.3, norm.ppf(0.3) + 12.0
    over = forecast_margin(3000.0)
    efficiency = snr / over
    time = np.arange(0.0, 30.0, 0.1)
    heights = 3000.0 - 1e-6 * np.arange(300)  # tells the shots apart, and nothing else
    told = forecast(SHEET, fall(time, heights), rows(efficiency), 2000.0, 3)
    first = np.round((3000.0 - told.altitudes[told.altitudes > 0.0]) / 1e-6)
    rng = np.random.default_rng(8)
    hits = rng.uniform(size=(4000, 300)) < p
    sums = hits.copy().astype(int)
    for back in (1, 2, 3):
        sums[:, back:] += hits[:, :-back]
    valid = hits & (sums >= 3)
    want = valid.argmax(axis=1)[valid.any(axis=1)]
    assert np.mean(first) == pytest.approx(np.mean(want), rel=0.1)
    for share in (0.1, 0.5, 0.9):
        got, asked = np.quantile(first, share), np.quantile(want, share)
        assert got == pytest.approx(asked, abs=0.12 * np.quantile(want, 0.9))


def forecast_margin(height):
    """Signal to noise of the whole link over albedo 0.2, by hand."""
    area = np.pi / 4.0 * 0.030**2
    photons = 62e-6 * 0.4 * 0.2 * area * 1064e-9 / (np.pi * height**2)
    return photons / (6.62607015e-34 * 299_792_458.0) / 20.0


def test_a_quarter_of_the_link_halves_the_altitude():
    time = np.arange(0.0, 1400.0, 0.1)
    slow = fall(time, 7000.0 - 5.0 * time)
    smooth = SHEET._replace(laser=replace_at(lambda x: x.rough, SHEET.laser, leaf(0.0)))
    whole, quarter = (
        forecast(smooth, slow, rows(e), 3000.0, 1).quantile(0.5) for e in (1.0, 0.25)
    )
    assert whole / quarter == pytest.approx(2.0, rel=0.01)
    # noise finds it before the signal reaches the threshold
    reach = 3000.0 * np.sqrt(forecast_margin(3000.0) / 12.0)
    assert reach < whole < 1.15 * reach


def test_speed_costs_altitude_only_with_averaging():
    time = np.arange(0.0, 90.0, 0.1)
    fast = fall(time, 7000.0 - 75.0 * time, 75.0)
    none, some = (
        forecast(SHEET, fast, rows(1.0, averaging=a), 3000.0, 1).quantile(0.5)
        for a in (1e-4, 2.0)
    )
    # 1.5 m of way in a pulse of 0.75 m: signal down by root five
    assert some / none == pytest.approx(5.0**-0.25, rel=0.03)


def test_what_is_never_seen_has_no_altitude_and_no_chance():
    time = np.arange(0.0, 10.0, 0.1)
    told = forecast(SHEET, fall(time, 9000.0), rows(1e-4), 3000.0, 1)
    assert np.all(told.altitudes == 0.0) and told.probability == 0.0


def test_a_longer_way_to_the_report_costs_the_way_flown_in_it():
    time = np.arange(0.0, 90.0, 0.1)
    fast = fall(time, 7000.0 - 75.0 * time, 75.0)
    late = SHEET._replace(delay=2.0)
    now, then = (
        forecast(s, fast, rows(1.0), 3000.0, 1).altitudes for s in (SHEET, late)
    )
    assert now - then == pytest.approx(150.0, abs=1e-6)


def test_the_planned_descent_keeps_its_targets():
    d = planned_descent(MISSION, SHEET)
    assert d.altitude[0] > 15_000.0 and d.altitude[-1] == 0.0
    assert np.all(np.diff(d.time) > 0.0)
    rate = -np.diff(d.altitude) / np.diff(d.time)
    assert rate == pytest.approx(0.5 * (d.closing[1:] + d.closing[:-1]), rel=0.06)

    def at(height):
        return np.interp(-height, -d.altitude, d.closing)

    assert at(3600.5) == pytest.approx(80.0, abs=0.3)  # the target of braking
    assert at(893.0) == pytest.approx(44.0, abs=0.3)  # published of RESILIENCE
    assert at(20.0) == pytest.approx(4.7, abs=0.01)
    assert at(1.0) == pytest.approx(0.72, abs=1e-6)
    # a flight of this mission over LDEM_4, recorded before: within 0.8 m/s
    for height, speed in ((8258.6, 62.77), (5810.8, 71.83), (1839.7, 63.47)):
        assert at(height) == pytest.approx(speed, abs=1.5)


def test_a_record_that_is_none_is_refused(tmp_path):
    with pytest.raises(UserError, match="Cannot read the truth"):
        recorded_descent(tmp_path, MISSION, SHEET)


def test_a_record_gives_its_conditions(tmp_path, monkeypatch):
    from types import SimpleNamespace

    from frigoris.flight import record

    altitude = np.linspace(15_000.0, 0.5, 400)
    tilt = np.radians(20.0)
    states = {
        "t_s": np.arange(400.0) + 3000.0,
        "altitude_m": altitude,
        "slant_range_m": (altitude + 1.2) / np.where(altitude > 5e3, np.cos(tilt), 1.0),
        "descent_rate_m_s": np.full(400, 37.0),
    }
    states["slant_range_m"][:5] = np.nan
    truth = SimpleNamespace(states=states, flight={"mission": "hakuto-r-m1"})
    monkeypatch.setattr(record, "read_truth", lambda folder: truth)
    d = recorded_descent(tmp_path, MISSION, SHEET)
    assert d.slant_range.max() < 12_000.0
    high = d.altitude > 5000.0
    assert np.degrees(d.incidence[high]) == pytest.approx(20.0, abs=0.1)
    assert np.all(d.incidence[~high] == 0.0)
    assert np.all(d.closing == 37.0)
    assert "is a flight of hakuto-r-m1" in d.notes[0]
    states["slant_range_m"][:] = np.nan
    with pytest.raises(UserError, match="leave --record out"):
        recorded_descent(tmp_path, MISSION, SHEET)


def test_the_data_sheet_is_the_mission_without_its_faults():
    assert coordinates(SHEET.laser) == pytest.approx([0.0, 0.0, 0.0], abs=1e-7)
    assert SHEET.laser.confirm == 3.0
