"""One regular grid of heights in latitude and longitude; needs no JAX."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Level:
    """One regular grid: row 0 is the northernmost, column 0 the westernmost."""

    heights: Float[np.ndarray, "n_lat n_lon"]  # [m]
    lat_north: float  # of row 0 [rad]
    lon_west: float  # of column 0 [rad]
    step: float  # [rad]
