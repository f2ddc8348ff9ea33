"""Numbers, units and intervals as a reader expects them."""

import pytest

from frigoris.report.text import interval, number, quantity


@pytest.mark.parametrize(
    ("value", "unit", "digits", "shown"),
    [
        (32.0, "m_s", 3, "32.0 m/s"),
        (886.43, "m", 4, "886.4 m"),
        (17961.4, "m", 3, "17,961 m"),
        (999.97, "m", 4, "1,000.0 m"),
        (-1.8e-13, "min", 4, "0 min"),
        (0.71804, "deg", 4, "0.718°"),
        (float("inf"), "m", 4, "–"),
        (-4.6041, "deg", 3, "−4.60°"),
        (0.0, "m", 3, "0 m"),
        (1.0, "yes", 4, "yes"),
        (0.0, "yes", 4, "no"),
        (None, "yes", 4, "–"),
        (float("nan"), "m", 4, "–"),
        (0.97125, "ratio", 3, "0.971"),
    ],
)
def test_quantities(value, unit, digits, shown):
    assert quantity(value, unit, digits) == shown


@pytest.mark.parametrize(
    ("low", "high", "unit", "shown"),
    [
        (800, 1000, "m", "800 … 1000 m"),
        (-0.1, 0.1, "min", "−0.1 … 0.1 min"),
        (1, 1, "yes", "yes"),
        (0, 0, "yes", "no"),
        (0, 1, "yes", "yes or no"),
        (0.9, 1.1, "ratio", "0.9 … 1.1"),
        (44, 44, "m_s", "44 m/s"),
        (0, 10, "deg", "0 … 10°"),
        (0, 25000, "m", "0 … 25,000 m"),
    ],
)
def test_intervals(low, high, unit, shown):
    assert interval({"low": low, "high": high, "unit": unit}) == shown


def test_no_value_is_a_dash():
    assert number(None) == number(float("nan")) == "–"
