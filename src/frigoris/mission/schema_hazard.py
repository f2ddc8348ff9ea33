"""Mission file: the search for a safe place to land, as the flight software does it."""

from itertools import pairwise

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, param


class HazardAvoidance(Section):
    """When to look at the ground, what is safe there, and what a place is worth.

    The footprint is the circle of the legs; the clearance is that of the body or the
    nozzle over the footpads. Both come from the lander as planned.
    """

    scan_altitudes_m: tuple[Number, ...] = param(
        5, 5000, "onboard altitudes below which an image is taken, falling"
    )
    slope_max_deg: Number = param(0.1, 45, "of the ground under the legs", 8.0)
    clearance_share_ratio: Number = param(
        0.05, 2, "relief under the legs over the clearance of the body", 0.8
    )
    coverage_min_ratio: Number = param(
        0, 1, "share of a footprint that must have been seen", 0.7
    )
    landing_sigma_m: Number = param(
        0, 100, "of the place of landing about the aim, each axis", 0.5
    )
    landing_spread_ratio: Number = param(
        0, 1, "the same, over the altitude of the image", 0.005
    )
    keep_ratio: Number = param(
        0, 1, "probability of a safe landing with which the aim is kept", 0.98
    )
    margin_weight_ratio: Number = param(
        0, 10, "probability that slope or relief at their limit weigh as", 0.05
    )
    distance_scale_m: Number = param(
        1, 1e7, "way to the target that weighs as a certain hazard", 5000.0
    )
    propellant_scale_kg: Number = param(
        0.01, 1e6, "of a divert that weighs as a certain hazard", 50.0
    )
    tilt_max_deg: Number = param(0.5, 60, "from the vertical, in a divert", 15.0)
    authority_ratio: Number = param(
        0.05, 1, "share of that tilt's acceleration that a plan may ask for", 0.8
    )
    glide_slope_deg: Number = param(
        0, 85, "least elevation of the lander seen from its aim", 20.0
    )
    reserve_kg: Number = param(0, 1e5, "propellant that a divert must leave", 5.0)
    settle_altitude_m: Number = param(0.1, 500, "where a divert is over", 3.0)
    settle_s: Number = param(
        1, 60, "time with which the lander is then held over its aim", 5.0
    )
    map_cells_count: Count = param(16, 512, "of the height map, along a side", 128)
    footprint_cells_count: Count = param(
        2, 40, "of the map, from the middle of a footprint to its edge, at most", 8
    )

    @model_validator(mode="after")
    def _falling(self) -> "HazardAvoidance":
        told = self.scan_altitudes_m
        if not told or any(a <= b for a, b in pairwise(told)):
            message = (
                "scan_altitudes_m must be one altitude or more, each below the last"
            )
            raise PydanticCustomError("order", "{m}", {"m": message})
        return self
