"""What of the flight was never tested: one condition, pairs, and their order."""

import numpy as np
import pytest

from frigoris.verify.sensor.corners import SAMPLES, corners, within_reach
from frigoris.verify.sensor.data import Shots
from frigoris.verify.sensor.flight import planned_descent
from support.laser_tests import SHEET, campaign, replaced
from unit.verify.test_sensor_predict import MISSION

WIDE = {"ranges": (1.0, 12_000.0), "speeds": (0.0, 90.0), "incidence": (0.0, 30.0)}


@pytest.fixture(scope="module")
def flight():
    return within_reach(planned_descent(MISSION, SHEET), 12_000.0)


def level(n=4000, **changes):
    """Shots evenly over range and speed, all else as in flight."""
    rng = np.random.default_rng(1)
    given = {
        "file": "",
        "line": np.arange(n),
        "slant_range": rng.uniform(0.1, 12_000.0, n),
        "albedo": np.full(n, 0.2),
        "incidence": np.zeros(n),
        "closing": rng.uniform(0.0, 90.0, n),
        "temperature": np.full(n, 20.0),
        "hits": np.zeros(n),
        "count": np.ones(n),
    }
    return Shots(**given | changes)


def test_a_flight_that_was_tested_everywhere_has_no_corner(flight):
    assert corners(level(), flight, (3000.0, 3500.0)) == ()


def test_a_slow_test_reports_the_speed_first(flight):
    slow = campaign(1, 400, ranges=(100.0, 5000.0), speeds=(0.0, 10.0))
    found = corners(slow, flight, (1800.0, 2100.0))
    first = found[0]
    assert first.names == ("speed_m_s",) and first.side == "above"
    assert first.deciding == 1.0 and first.share > 0.8
    (low, high), (at, top) = first.tested[0], first.flight[0]
    assert low < 0.1 and 9.9 < high <= 10.0
    assert 10.9 < at < 11.2 and 87.0 < top < 89.0
    # 4.7 m/s at 20 m and 1.096 m/s2 above: 11 m/s is reached at 65 m
    assert first.altitude_low == pytest.approx(65.0, abs=2.0)
    assert first.text.startswith("speed above 10 m/s: tested 0 to 10 m/s")
    assert "flight 11.1 to 88.5 m/s; 12.0 km to" in first.text
    names = [c.names for c in found]
    assert ("range_m",) in names  # above 5 km, where it does not decide
    assert next(c for c in found if c.names == ("range_m",)).deciding == 0.0


def test_far_and_fast_but_never_both_is_a_corner_of_the_pair(flight):
    rng = np.random.default_rng(2)
    far = rng.uniform(size=4000) < 0.5
    shots = level(
        slant_range=np.where(
            far, rng.uniform(0.1, 12_000.0, 4000), rng.uniform(0.1, 400.0, 4000)
        ),
        closing=np.where(
            far, rng.uniform(0.0, 15.0, 4000), rng.uniform(0.0, 90.0, 4000)
        ),
    )
    (pair,) = corners(shots, flight, (3300.0, 5100.0))
    assert pair.names == ("range_m", "speed_m_s") and pair.side == "together"
    assert pair.deciding == 1.0
    assert pair.flight[0][1] > 11_000.0 and pair.flight[1][1] > 85.0
    assert "was not tested" in pair.text


def test_a_hole_inside_the_hull_is_a_corner_too(flight):
    """Tests along the edge of the plane only: the flight crosses its middle."""
    full = level(20_000)
    u, v = full.slant_range / 12_000.0, full.closing / 90.0
    edge = np.minimum.reduce([u, v, 1 - u, 1 - v]) < 0.03
    (pair,) = corners(full.where(edge), flight, (1800.0, 5100.0))
    assert pair.names == ("range_m", "speed_m_s")
    # inside by more than 20 % of the spans
    assert pair.flight[0][0] > 0.2 * 12_000.0 and pair.flight[1][1] < 0.81 * 90.0


@pytest.mark.parametrize(
    ("changes", "name", "side", "words"),
    [
        ({"albedo": 0.5}, "albedo_ratio", "below", "tested 0.5, flight 0.2;"),
        ({"temperature": 5.0}, "temperature_degC", "above", "5 °C, flight 20 °C;"),
        ({"incidence": 0.3}, "incidence_deg", "below", "tested 17.2°, flight 0°;"),
    ],
)
def test_each_other_condition_has_its_corner(flight, changes, name, side, words):
    whole = {k: np.full(4000, v) for k, v in changes.items()}
    (corner,) = corners(level(**whole), flight, (1800.0, 2100.0))
    assert (corner.names, corner.side) == ((name,), side)
    assert corner.share == 1.0 and words in corner.text
    assert "12.0 km to touchdown" in corner.text


def test_a_closing_speed_has_no_sign(flight):
    assert corners(replaced(level(), closing=-level().closing), flight, (1, 2)) == ()


def test_samples_are_at_equal_times_from_the_reach_of_the_timer(flight):
    assert len(flight.time) == SAMPLES
    assert np.ptp(np.diff(flight.time)) < 1e-9
    assert flight.slant_range[0] <= 12_000.0 < flight.slant_range[0] + 60.0
