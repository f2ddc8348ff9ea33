"""A search for safe places with numbers of its own, for tests of its parts."""

from dataclasses import fields

import jax.numpy as jnp

from frigoris.onboard.config import GuidanceConfig
from frigoris.onboard.hazard.config import HazardConfig

DESCENT = {
    "schedule_height": 20.0,
    "schedule_rate": 4.7,
    "schedule_decel": 1.096,
    "landing_height": 8.0,
    "landing_rate": 0.72,
    "tilt_max": 0.7,
    "tilt_landing_max": 0.14,
}
SEARCH = {
    "half_view": 0.2,
    "radius": 1.35,
    "slope_max": 0.14,
    "clearance": 0.2,
    "coverage_min": 0.7,
    "landing_sigma": 0.3,
    "landing_spread": 0.005,
    "keep": 0.98,
    "margin_weight": 0.05,
    "distance_scale": 5000.0,
    "propellant_scale": 50.0,
    "tilt_max": 0.26,
    "authority": 0.8,
    "glide_slope": 0.0,
    "reserve": 1.0,
    "settle_height": 3.0,
    "settle_time": 5.0,
}


def guidance(**changes: float) -> GuidanceConfig:
    """A schedule; what has no number here is nought."""
    told = DESCENT | changes
    values = {
        f.name: jnp.float64(told.get(f.name, 0.0)) for f in fields(GuidanceConfig)
    }
    return GuidanceConfig(
        **values | {"plane_normal_M": jnp.array([1.0, 0.0, 0.0]), "reference": None}
    )


def search(*, reach: int = 14, cells: int = 61, **changes: float) -> HazardConfig:
    """Limits and weights."""
    values = {k: jnp.float64(v) for k, v in (SEARCH | changes).items()}
    return HazardConfig(
        altitudes=jnp.array([300.0, 80.0]),
        lidar_B=jnp.zeros(3),
        cells=cells,
        reach=reach,
        **values,
    )
