"""Relief below LDEM_4's resolution against true LDEM_16 samples around Apollo 11.

A check, not a blind test: the laws of the relief were chosen before these rings were
looked at, the number of pixels from which on a crater is in a map was known.
"""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.moon.ground import height, on_plane
from frigoris.moon.relief import GROUNDS
from frigoris.moon.terrain import load_terrain

RING, SPACING = "ring_64_km", 64.0 / 48.0  # [km]
CELL = 1895.0  # of LDEM_16 [m]
SAMPLES = 8  # of our ground along a side of such a cell
LAGS = (1, 2, 4, 8, 16)  # nodes


def steps(heights: np.ndarray) -> np.ndarray:
    """Rms of the differences over each lag, both ways [m]."""
    pairs = [
        np.concatenate(
            [
                (heights[k:] - heights[:-k]).ravel(),
                (heights[:, k:] - heights[:, :-k]).ravel(),
            ]
        )
        for k in LAGS
    ]
    return np.array([np.sqrt(np.mean(p * p)) for p in pairs])


@pytest.fixture(scope="module")
def residuals(data_dir: Path) -> tuple[np.ndarray, np.ndarray]:
    """What LDEM_16 has beyond LDEM_4, and what our ground has, over the same cells."""
    with np.load(data_dir / "topography" / "apollo11_rings_ldem16.npz") as table:
        lat, lon = float(table["lat"]), float(table["lon"])
        site, radius = float(table["site_elev_m"]), float(table["r_site_m"])
        true = table[RING].astype(float) + site
    axis = np.linspace(-32e3, 32e3, 49) * RADIUS_MOON / radius
    x, y = np.meshgrid(axis, axis)
    within = CELL * ((np.arange(SAMPLES) + 0.5) / SAMPLES - 0.5)
    call = jax.jit(height)

    def cells(recipe: object) -> np.ndarray:
        ground = load_terrain("ldem_4", lat, lon, recipe).ground
        ground = jax.tree.map(jnp.asarray, ground)
        total = np.zeros_like(x)
        for dx in within:
            for dy in within:
                r_M = on_plane(ground, jnp.asarray(x + dx), jnp.asarray(y + dy))
                total += np.asarray(call(ground, r_M, jnp.zeros(x.shape)))
        return total / SAMPLES**2

    smooth = cells(None)
    return true - smooth, cells(GROUNDS["mare"]) - smooth


def test_our_relief_is_as_rough_as_the_truth_at_each_wavelength(
    residuals: tuple[np.ndarray, np.ndarray],
) -> None:
    true, ours = (steps(r) for r in residuals)
    # km apart        1.3   2.7   5.3   10.7  21.3
    # measured  true  6.0  10.3  14.7   15.4  17.6 m
    #           ours  9.7  12.9  13.5   14.4  14.0 m
    # the true ones are smoothed once more, between the samples of LDEM_16
    ratio = ours / true
    assert (0.7 < ratio[1:]).all()
    assert (ratio[1:] < 1.4).all()
    assert 1.0 < ratio[0] < 1.9


def test_the_catalogued_craters_are_where_they_are(
    residuals: tuple[np.ndarray, np.ndarray],
) -> None:
    """Chance would make a correlation of 0.02; measured 0.34."""
    true, ours = residuals
    assert np.corrcoef(true.ravel(), ours.ravel())[0, 1] > 0.25
