"""Orbits of relays against the laws of two bodies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from frigoris.constants import MU_MOON, SPIN_MOON
from frigoris.radio.relay import Relay, places

EPOCH = datetime(2027, 3, 1, tzinfo=UTC)
RELAY = Relay("r", 9.5e6, 0.55, 1.0, 2.2, 1.1, 0.4, EPOCH, 5.0, 0.5)


def inertial(relay, t):
    """Axes that do not turn, those of the Moon at the epoch."""
    x, y, z = places(relay, EPOCH, t).T
    c, s = np.cos(SPIN_MOON * t), np.sin(SPIN_MOON * t)
    return np.stack([c * x - s * y, s * x + c * y, z], axis=1)


def test_the_path_obeys_the_inverse_square():
    """Second differences of places are the pull of the Moon."""
    h = 5.0
    for t in (0.0, 4000.0, 20_000.0):
        a, b, c = inertial(RELAY, t + np.array([-h, 0.0, h]))
        pull = -MU_MOON * b / np.linalg.norm(b) ** 3
        # measured 3e-6: rounding of the differences
        np.testing.assert_allclose((a - 2 * b + c) / h**2, pull, atol=2e-5)


def test_apsides_period_and_plane():
    period = 2.0 * np.pi * np.sqrt(9.5e6**3 / MU_MOON)
    t = np.linspace(0.0, period, 20_001)
    r = inertial(RELAY, t)
    radius = np.linalg.norm(r, axis=1)
    assert radius.min() == pytest.approx(9.5e6 * 0.45, rel=1e-6)
    assert radius.max() == pytest.approx(9.5e6 * 1.55, rel=1e-6)
    np.testing.assert_allclose(r[-1], r[0], atol=1e-3)
    normal = np.array(
        [
            np.sin(1.0) * np.sin(2.2),
            -np.sin(1.0) * np.cos(2.2),
            np.cos(1.0),
        ]
    )
    assert np.abs(r @ normal).max() < 1e-2  # of 1e7 m


def test_it_moves_from_the_ascending_node_northwards():
    at_node = replace(RELAY, eccentricity=0.0, perilune=0.0, anomaly=0.0)
    r = places(at_node, EPOCH, np.array([0.0, 60.0]))
    assert np.arctan2(r[0, 1], r[0, 0]) == pytest.approx(2.2)
    assert abs(r[0, 2]) < 1e-6 < r[1, 2]


def test_the_epoch_counts_and_not_the_start():
    later = EPOCH + timedelta(hours=3)
    t = np.array([100.0, 900.0])
    np.testing.assert_allclose(
        places(RELAY, later, t), places(RELAY, EPOCH, t + 10_800.0), atol=1e-6
    )
