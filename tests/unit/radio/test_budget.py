"""The budget against the page where it is worked out by hand, and other people's."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from frigoris.radio import budget as budgets
from frigoris.radio.budget import (
    Receiver,
    Transmitter,
    dish_gain,
    free_space_loss,
    ground_receiver,
    moon_share,
)
from frigoris.radio.stations import STATIONS

PAGE = Path(__file__).parents[3] / "docs" / "models" / "link.md"
ROW = re.compile(r"^\| (?P<key>\w+) \|.*\| (?P<value>-?[\d.]+) \|$", re.MULTILINE)


def by_hand():
    """The last column of the table of the page, by name."""
    text = PAGE.read_text(encoding="utf-8").partition("## Worked by hand")[2]
    text = text.partition("\n## ")[0]
    return {m["key"]: float(m["value"]) for m in ROW.finditer(text)}


def test_the_page_and_the_code_agree_to_a_hundredth_of_a_decibel():
    hand = by_hand()
    distance = np.array([1e3 * hand["distance_km"]])
    transmitter = Transmitter(8475e6, 5.0, 1.0, 2.5)
    receiver = ground_receiver(
        STATIONS["cebreros"], 8475e6, np.radians([40.0]), distance
    )
    gain = np.array([hand["antenna_gain_dBi"]])
    got = budgets.budget(
        transmitter, receiver, gain, distance, np.array([3072.0]), 2.6
    ).at(0)
    assert set(hand) == set(got)
    for name, value in hand.items():
        # noise: half a kelvin is a hundredth of a decibel
        limit = 0.5 if name == "noise_K" else 0.01
        assert got[name] == pytest.approx(value, abs=limit), name


def test_the_page_adds_up():
    """Its own lines, without any of the code."""
    b = by_hand()
    eirp = b["power_dBW"] - b["line_loss_dB"] + b["antenna_gain_dBi"]
    assert b["eirp_dBW"] == pytest.approx(eirp, abs=0.011)
    figure = b["receiver_gain_dBi"] - 10 * math.log10(b["noise_K"])
    assert b["g_t_dB_K"] == pytest.approx(figure, abs=0.011)
    c_n0 = b["eirp_dBW"] - b["free_space_dB"] - b["air_dB"] + b["g_t_dB_K"] + 228.60
    assert b["c_n0_dB_Hz"] == pytest.approx(c_n0, abs=0.011)
    level = b["c_n0_dB_Hz"] - b["rate_dB"] - b["implementation_dB"]
    assert b["eb_n0_dB"] == pytest.approx(level, abs=0.011)
    assert b["margin_dB"] == pytest.approx(b["eb_n0_dB"] - b["required_dB"], abs=0.011)


@pytest.mark.parametrize(
    ("frequency", "distance_km", "loss"),
    [
        (2.25e9, 384_400, 211.19),
        (2.25e9, 405_500, 211.65),
        (8.45e9, 384_400, 222.68),
        (8.45e9, 405_500, 223.14),
    ],
)
def test_free_space_loss_matches_the_table(frequency, distance_km, loss):
    """Table computed beside the project, `reference/algorithms.md`, section 8."""
    got = free_space_loss(np.array([1e3 * distance_km]), frequency)[0]
    assert got == pytest.approx(loss, abs=0.005)


@pytest.mark.parametrize(
    ("power", "gain", "frequency", "figure", "rate", "expected"),
    [
        (5.0, 0.0, 2.25e9, 39.5, 1e3, 31.44),
        (5.0, 6.0, 8.45e9, 53.0, 2e4, 26.43),
        (5.0, 3.0, 2.25e9, 22.0, 2e3, 13.93),
    ],
)
def test_eb_n0_matches_the_table(power, gain, frequency, figure, rate, expected):
    """The same section: 2 dB of losses, 405 500 km."""
    one = np.ones(1)
    got = budgets.budget(
        Transmitter(frequency, power, 0.0, 2.0),
        Receiver(figure * one, one, 0.0 * one),
        gain * one,
        405.5e6 * one,
        rate * one,
        0.0,
    )
    assert got.eb_n0_dB[0] == pytest.approx(expected, abs=0.01)


def test_a_dish_has_the_gain_of_its_area():
    """4 pi A / lambda^2; and that of DSS-14 at X-band, 74.3 dBi (810-005, 101)."""
    wave = 299_792_458.0 / 8.42e9
    area = math.pi * 35.0**2
    expected = 10 * math.log10(4 * math.pi * area / wave**2)
    assert dish_gain(70.0, 1.0, 8.42e9) == pytest.approx(expected, abs=1e-9)
    assert dish_gain(70.0, 0.68, 8.42e9) == pytest.approx(74.3, abs=0.2)


def test_the_moon_fills_a_large_dish_and_not_a_small_one():
    far = np.array([3.9e8])
    assert moon_share(35.0, 8.4e9, far)[0] > 0.999
    # 3.5 deg of beam against half a degree of Moon: ln 2 (0.51 / 3.5)^2
    assert moon_share(0.7, 8.4e9, far)[0] == pytest.approx(0.0147, rel=0.05)


def test_a_low_moon_is_noisier_and_weaker():
    elevation = np.radians([10.0, 30.0, 90.0])
    told = ground_receiver(STATIONS["kourou"], 8.4e9, elevation, np.full(3, 3.9e8))
    assert (np.diff(told.noise) < 0.0).all() and (np.diff(told.air) < 0.0).all()
    assert told.air[1] == pytest.approx(2.0 * told.air[2])
