"""The touchdown on the page: places from the side, and what is shown without one."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from frigoris.mission.load import load_mission
from frigoris.report.touchdown import make_stand, section

MISSION = load_mission("hakuto-r-m2")
COM = 1.26  # above the footpads [m]
WAY = np.array([0.3, 0.4, -0.1])  # of the centre of mass, to the north-east and down
LEAN = np.radians(10.0)
FOUND = {"at_rest": True, "tilt_deg": 10.0, "load_factor_ratio": 1.2}


def path() -> dict[str, np.ndarray]:
    """Two moments: upright, and moved and leaning forward along its way."""
    legs = MISSION.lander.legs
    turn = np.radians(legs.azimuth_deg) + 2.0 * np.pi / legs.count * np.arange(4)
    pads = np.column_stack([np.cos(turn), np.sin(turn), 0.0 * turn]) * legs.radius_m
    pads[:, 2] = -COM
    axis = np.array([-0.8, 0.6, 0.0])  # to the left of the way: leans along it
    turned = Rotation.from_rotvec(LEAN * axis)
    places = [np.array([0.0, 0.0, COM]), np.array([0.0, 0.0, COM]) + WAY]
    table = {"t_s": np.array([100.0, 102.0]), "tilt_deg": np.array([0.0, 10.0])}
    for k, name in enumerate(("east", "north", "up")):
        table[f"{name}_m"] = np.array([p[k] for p in places])
        table[f"v_{name}_m_s"] = np.zeros(2)
        for leg in range(4):
            ends = [places[0] + pads[leg], places[1] + turned.apply(pads[leg])]
            table[f"pad_{leg}_{name}_m"] = np.array([e[k] for e in ends])
    for k, name in enumerate("xyzw"):
        table[f"q_{name}"] = np.array([[0.0, 0.0, 0.0, 1.0][k], turned.as_quat()[k]])
    return table


def flight(path: dict[str, np.ndarray]) -> SimpleNamespace:
    return SimpleNamespace(mission=MISSION, touchdown=FOUND, touchdown_path=path)


def test_it_is_seen_from_the_side_that_it_moved_along() -> None:
    stand = make_stand(flight(path()))
    assert stand is not None
    np.testing.assert_allclose(stand.com, [[0.0, COM], [0.5, COM - 0.1]])
    hull, legs = MISSION.lander.hull, MISSION.lander.legs
    low = hull.bottom_m - legs.pad_height_m
    assert np.min(stand.hull[0][:, 1]) == pytest.approx(low)
    assert np.ptp(stand.hull[0][:, 0]) == pytest.approx(2.0 * hull.radius_m, rel=5e-3)
    # its top goes ahead of its bottom by the height times the sine of the lean
    ring = len(stand.hull[1]) // 2
    ahead = np.mean(stand.hull[1][ring:] - stand.hull[1][:ring], axis=0)
    high = hull.top_m - hull.bottom_m
    np.testing.assert_allclose(ahead, [high * np.sin(LEAN), high * np.cos(LEAN)])


def test_the_page_shows_it_with_its_margins() -> None:
    shown = section(flight(path()))
    assert shown.count("<svg") == 2
    assert "at rest" in shown and "1.20 g" in shown


def test_without_a_contact_there_is_nothing() -> None:
    assert section(flight({})) == ""
