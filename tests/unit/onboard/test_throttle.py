"""Throttle of the main engine: its forbidden band, and the end of a burn."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.mission.batch import make_stage
from frigoris.mission.load import load_mission
from frigoris.onboard import throttle

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "one-engine.yaml"
GAP = jnp.array([0.6, 1.0])
beside = jax.jit(throttle._beside_gap)


@pytest.fixture(scope="module")
def load():
    return make_stage(load_mission(EXAMPLE), "level").planned.onboard


def follow(asked, lag=0.0):
    """Levels that are commanded for a row of requests, one after the other."""
    now, found = 0.0, []
    for level in asked:
        now = float(beside(GAP, jnp.float64(level), jnp.float64(now)))
        found.append(now)
    return found


def test_full_thrust_is_left_once_and_not_to_and_fro():
    """Luminary 099: from full it goes back only below the whole band, then stays.

    A law answers each step: 1.0, 0.95 ... 0.3 and back to 0.75, never in the band.
    """
    down = [1.0, 0.95, 0.85, 0.75, 0.65, 0.61, 0.59, 0.5, 0.3]
    assert follow(down) == [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.59, 0.5, 0.3]
    assert follow([*down, 0.5, 0.7, 0.75])[-3:] == [0.5, 0.6, 0.6]
    # much more is asked than the lower edge: then it is worth going up
    assert follow([0.3, 0.9])[-1] == 1.0


def burnt(load, missing, tick=0.1):
    """What an engine without lag gives of an impulse [N s], followed tick by tick."""
    v = load.vehicle
    thrust, dt = float(v.main_thrust), jnp.float64(tick)
    given, levels = 0.0, []
    for _ in range(400):
        left = jnp.float64(missing - given)
        level = float(throttle._last(v, left, v.main_thrust, dt))
        if level == 0.0:
            return given, levels
        # what an engine can do: no less than its floor
        level = max(level, float(v.main_floor))
        levels.append(level)
        given += level * thrust * tick
    raise AssertionError("it never ends")


@pytest.mark.parametrize("seconds", [0.3, 1.7, 4.13, 9.99])
def test_a_throttled_burn_ends_within_half_a_tick_of_its_least(load, seconds):
    """And it is drawn back no faster than over a second, so that it can follow."""
    v = load.vehicle
    missing = seconds * float(v.main_thrust)
    given, levels = burnt(load, missing)
    least = float(v.main_floor * v.main_thrust) * 0.1
    assert abs(given - missing) <= 0.5 * least * (1.0 + 1e-9)
    assert np.min(np.diff(levels, prepend=levels[0])) > -0.11
    assert max(levels) == min(1.0, seconds)
