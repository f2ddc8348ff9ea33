"""The load of the search for a safe place, from the mission as planned."""

from types import SimpleNamespace

from frigoris.math.tree import leaf
from frigoris.onboard.hazard.config import HazardConfig


def footprint_radius(lander: SimpleNamespace) -> float:
    """Of the circle that the footpads stand in [m]."""
    return float(lander.legs.radius + 0.5 * lander.legs.pad_diameter)


def clearance(lander: SimpleNamespace) -> float:
    """Of body and nozzle over the unloaded footpads [m]."""
    lowest = min(lander.hull.bottom, lander.hull.nozzle_height)
    return float(lowest - lander.legs.pad_height)


def hazard_config(m: SimpleNamespace) -> HazardConfig | None:
    """The whole of it; None without a search."""
    h, lidar = m.onboard.hazard_avoidance, m.sensors.hazard_lidar
    if h is None or lidar is None:
        return None
    return HazardConfig(
        altitudes=leaf(h.scan_altitudes),
        lidar_B=leaf(lidar.position),
        half_view=leaf(0.5 * lidar.field_of_view),
        radius=leaf(footprint_radius(m.lander)),
        slope_max=leaf(h.slope_max),
        clearance=leaf(h.clearance_share * clearance(m.lander)),
        coverage_min=leaf(h.coverage_min),
        landing_sigma=leaf(h.landing_sigma),
        landing_spread=leaf(h.landing_spread),
        keep=leaf(h.keep),
        margin_weight=leaf(h.margin_weight),
        distance_scale=leaf(h.distance_scale),
        propellant_scale=leaf(h.propellant_scale),
        tilt_max=leaf(h.tilt_max),
        authority=leaf(h.authority),
        glide_slope=leaf(h.glide_slope),
        reserve=leaf(h.reserve),
        settle_height=leaf(h.settle_altitude),
        settle_time=leaf(h.settle),
        cells=h.map_cells,
        reach=h.footprint_cells,
    )
