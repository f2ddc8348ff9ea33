"""What a flight's timeline says of its looks at the ground."""

import numpy as np
import pytest

from frigoris.flight.events import _looks
from frigoris.onboard.hazard.choice import BLIND, DIVERTED, KEPT, LEAST_BAD

NUMBERS = {
    "look_moved_east_m": 30.4,
    "look_moved_north_m": 30.4,
    "look_slope_deg": 3.2,
    "look_slope_before_deg": 17.1,
    "look_relief_m": 0.12,
    "look_relief_before_m": 0.31,
    "look_safe_ratio": 0.99,
    "look_safe_before_ratio": 0.1,
    "est_altitude_m": 284.0,
}


def table(why, **changes):
    """Five samples, with a look between the third and the fourth."""
    told = NUMBERS | changes | {"look_why": float(why)}
    after = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    return {
        "t_s": 10.0 + 0.1 * np.arange(5),
        "look_count": after,
        **{name: np.where(after > 0, value, 0.0) for name, value in told.items()},
    }


@pytest.mark.parametrize(
    ("why", "changes", "name", "words"),
    [
        (DIVERTED, {}, "diverted",
         "diverted 43 m north-east: slope 3 deg instead of 17, relief 0.12 m instead "
         "of 0.31"),
        (DIVERTED, {"look_moved_east_m": -9.0, "look_moved_north_m": 1.0,
                    "look_slope_before_deg": np.nan}, "diverted",
         "diverted 9 m west: slope 3 deg, relief 0.12 m"),
        (LEAST_BAD, {"look_moved_east_m": 0.1, "look_moved_north_m": -5.0}, "least_bad",
         "nothing safe in view, diverted 5 m south to the least bad: slope 3 deg "
         "instead of 17, relief 0.12 m instead of 0.31"),
        (KEPT, {}, "target_kept", "the target is safe: slope 3 deg, relief 0.12 m"),
        (BLIND, {}, "no_place",
         "no place in view can be reached: it stops where it is"),
    ],
)  # fmt: skip
def test_a_look_is_told_in_words(why, changes, name, words):
    (event,) = _looks(table(why, **changes))
    assert event.t_s == pytest.approx(10.3)
    assert (event.name, event.text) == (name, words)
    assert event.values["look_why"] == why


def test_without_hazard_avoidance_nothing_is_said():
    blank = {k: np.full(5, np.nan) for k in table(KEPT)}
    assert _looks(blank) == []
