"""Dust and ground effect by their formulas, and that a flight notices them."""

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.moon.plume import (
    LM_HOVER,
    Plume,
    onset_height,
    optical_depth,
    thrust_gain,
)

PLUME = Plume(*(jnp.float64(x) for x in (30.0, 2.0, 0.05, 2.0)))


@pytest.mark.parametrize(
    ("thrust", "height"), [(LM_HOVER, 30.0), (LM_HOVER / 16.0, 7.5), (0.0, 0.0)]
)
def test_the_onset_goes_as_the_root_of_the_thrust(thrust: float, height: float) -> None:
    """Pressure as thrust over height squared: the same at the onset of both."""
    found = float(onset_height(PLUME, jnp.float64(thrust)))
    assert found == pytest.approx(height, abs=1e-12)


@pytest.mark.parametrize(
    ("clearance", "depth"), [(40.0, 0.0), (30.0, 0.0), (15.0, 1.0), (0.0, 2.0)]
)
def test_dust_thickens_towards_the_ground(clearance: float, depth: float) -> None:
    found = optical_depth(PLUME, jnp.float64(clearance), jnp.float64(LM_HOVER))
    assert float(found) == pytest.approx(depth, abs=1e-12)


def test_without_thrust_or_dust_the_view_is_clear() -> None:
    nothing = jnp.float64(0.0)
    assert float(optical_depth(PLUME, nothing, nothing)) == 0.0
    never = Plume(nothing, PLUME.dust, PLUME.ground_effect, PLUME.ground_reach)
    assert float(optical_depth(never, nothing, jnp.float64(LM_HOVER))) == 0.0


def test_the_ground_pushes_back_only_close_to_it() -> None:
    heights = jnp.array([-0.1, 0.0, 1.0, 2.0, 50.0])
    gain = thrust_gain(PLUME, heights)
    np.testing.assert_allclose(gain, [1.05, 1.05, 1.025, 1.0, 1.0], atol=1e-12)
