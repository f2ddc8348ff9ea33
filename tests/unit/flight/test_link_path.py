"""The path of a flight as its radio sees it, from made-up tables."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from frigoris.flight.link_path import APART, link_path
from frigoris.moon.frames import local_axes
from support.synthetic_flight import IMPACT, synthetic_flight

CONTACT = {"t_s": IMPACT, "lat_deg": 60.4, "lon_deg": -4.6}


def down(t, rotation):
    q = rotation.as_quat(scalar_first=True)
    table = {f"q_{k}": np.full(len(t), v) for k, v in zip("wxyz", q, strict=True)}
    return {"t_s": t, **table}


def test_a_wreck_is_silent_from_the_contact_on():
    path = link_path(synthetic_flight().truth, {}, CONTACT, "crashed")
    assert path.end == IMPACT and path.t[-1] < IMPACT
    assert np.diff(path.t).min() > 0.0 and np.diff(path.t[:500]).min() > 0.9 * APART


@pytest.mark.parametrize("outcome", ["landed", "leaning", "tipped_over"])
def test_what_is_whole_sends_on_as_it_came_to_rest(outcome):
    """Rolled by 90 degrees about north: its axis points east."""
    rolled = Rotation.from_euler("y", 90.0, degrees=True)
    table = down(IMPACT + np.arange(0.0, 4.0, 0.1), rolled)
    path = link_path(synthetic_flight().truth, table, CONTACT, outcome)
    assert path.end == np.inf and path.t[-1] == pytest.approx(IMPACT + 3.9)
    assert path.powered[-1]
    axis_M = Rotation.from_quat(path.q_MB[-1], scalar_first=True).apply([0, 0, 1])
    east, north, up = local_axes(60.4, -4.6).dcm @ axis_M
    np.testing.assert_allclose([east, north, up], [1.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_array_equal(path.r_M[-1], path.r_M[-3])


def test_without_a_contact_it_ends_with_the_record():
    truth = synthetic_flight().truth
    path = link_path(truth, {}, None, "still_flying")
    assert path.end == truth["t_s"][-1] == path.t[-1]


def test_without_power_it_is_silent():
    truth = synthetic_flight().truth
    dark = truth["t_s"] > 1000.0
    path = link_path({**truth, "powered": np.where(dark, 0, 1)}, {}, None, "crashed")
    np.testing.assert_array_equal(path.powered, path.t <= 1000.0)
