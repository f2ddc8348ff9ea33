"""Test campaigns of a range finder drawn from known values."""

import numpy as np

from frigoris.mission.load import load_mission
from frigoris.verify.sensor.data import Shots
from frigoris.verify.sensor.model import LOWER, Likelihood, laser_of

SHEET = laser_of(load_mission("hakuto-r-m2"))
TRUTH = np.array([np.log(0.3), 4.0, 0.8])  # 0.3, 20 ms, 0.008 per kelvin


def campaign(
    seed,
    n=160,
    *,
    x=TRUTH,
    ranges=(600.0, 5000.0),
    speeds=(0.0, 70.0),
    warm=(20.0, 20.0),
    albedo=(0.1, 0.4),
    incidence=(0.0, 30.0),
):
    """Shots whose detections are drawn by comparing noise with the signal."""
    rng = np.random.default_rng(seed)
    shots = Shots(
        file="drawn.csv",
        line=np.arange(2, n + 2),
        slant_range=np.exp(rng.uniform(*np.log(ranges), n)),
        albedo=rng.uniform(*albedo, n),
        incidence=np.radians(rng.uniform(*incidence, n)),
        closing=rng.uniform(*speeds, n),
        temperature=rng.uniform(*warm, n),
        hits=np.zeros(n),
        count=np.ones(n),
    )
    over = Likelihood(SHEET, shots).margins(np.maximum(x, LOWER))
    hits = 1.0 * (over + rng.standard_normal(n) > 0.0)
    return replaced(shots, hits=hits)


def replaced(shots, **changes):
    """The same shots with other columns."""
    return Shots(**{**vars(shots), **changes})
