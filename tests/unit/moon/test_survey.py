"""The map of a survey against the ground that it was taken of."""

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.moon.survey import Survey, surveyed
from support.grounds import ground_of

PERFECT = Survey(40.0, (0.0, 0.0), 0.0, 0.0, 500.0, 1)


def plane(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return 100.0 + 0.05 * x - 0.02 * y


def changed(**values: object) -> Survey:
    return Survey(**(vars(PERFECT) | values))


def centre(heights: np.ndarray) -> float:
    return float(heights[len(heights) // 2, len(heights) // 2])


def test_pixels_are_means_and_a_plane_stays_one() -> None:
    sheet = surveyed(ground_of(plane), PERFECT, 1000.0)
    axis = np.linspace(-sheet.half, sheet.half, len(sheet.heights))
    assert sheet.step == 40.0
    # single precision of the ground's table: measured 8e-6
    np.testing.assert_allclose(
        sheet.heights, plane(*np.meshgrid(axis, axis)), atol=1e-4
    )


def test_what_is_smaller_than_a_pixel_is_gone() -> None:
    """Waves of half a pixel vanish, waves of ten pixels stay but for 1.6 %."""
    for wave, left in ((20.0, 0.0), (400.0, 0.984)):
        k = 2.0 * np.pi / wave
        ground = ground_of(lambda x, y, k=k: 5.0 * np.cos(k * x), step=1.0, half=1e3)
        sheet = surveyed(ground, PERFECT, 900.0)
        assert np.ptp(sheet.heights) / 10.0 == pytest.approx(left, abs=0.01)


def test_a_shifted_map_shows_a_place_where_it_is_not() -> None:
    """What lies at the site appears 60 m east and 20 m south of it."""
    ground = ground_of(lambda x, y: 50.0 * np.exp(-(x**2 + y**2) / 100.0**2))
    sheet = surveyed(ground, changed(shift=(60.0, -20.0), resolution=20.0), 400.0)
    row, column = np.unravel_index(sheet.heights.argmax(), sheet.heights.shape)
    middle = len(sheet.heights) // 2
    assert (column - middle) * sheet.step == 60.0
    assert (row - middle) * sheet.step == -20.0


def test_heights_err_as_told() -> None:
    flat = ground_of(lambda x, y: 0.0 * x)
    how = changed(height_bias=12.0, height_rms=3.0, correlation=100.0)
    gap = surveyed(flat, how, 4000.0).heights
    assert np.mean(gap) == pytest.approx(12.0, abs=0.3)  # of 80 x 80 independent spots
    assert np.std(gap) == pytest.approx(3.0, rel=0.05)
    steps = np.diff(gap, axis=1)  # 40 m of the 100 m: neighbours err alike
    assert 0.2 < np.std(steps) / np.std(gap) < 1.0
    other = surveyed(flat, changed(**vars(how) | {"seed": 2}), 4000.0).heights
    assert abs(np.corrcoef(gap.ravel(), other.ravel())[0, 1]) < 0.05


def test_the_target_is_as_high_as_the_map_has_it() -> None:
    from frigoris.constants import RADIUS_MOON
    from frigoris.mission.batch import make_stage
    from frigoris.mission.edit import set_values
    from frigoris.mission.load import load_mission
    from frigoris.moon.ground import height

    mission = load_mission("hakuto-r-m2")
    high = []
    for bias in (0.0, 25.0):
        stage = make_stage(set_values(mission, [f"survey.height_bias_m={bias}"]))
        site_M = stage.planned.site_M
        truth = float(height(stage.setting.terrain, jnp.asarray(site_M), jnp.zeros(())))
        high.append(np.linalg.norm(site_M) - RADIUS_MOON - truth)
    assert high[1] - high[0] == pytest.approx(25.0, abs=1e-6)
    assert abs(high[0]) < 15.0  # relief within a pixel, and 3 m of error
