"""What the search for a safe place was loaded with, from the mission as planned."""

import equinox as eqx
from jaxtyping import Array, Float

from frigoris.types import Scalar, Vec3


class HazardConfig(eqx.Module):
    """Footprint and limits of the lander, when to look, and what a place is worth."""

    altitudes: Float[Array, "scans *#cases"]  # of the images, falling [m]
    lidar_B: Vec3  # where the lidar sits, body frame [m]
    half_view: Scalar  # half of its field of view, each way [rad]
    radius: Scalar  # of the footprint [m]
    slope_max: Scalar  # of the plane under it [rad]
    clearance: Scalar  # that the ground may use up of the space below the body [m]
    coverage_min: Scalar  # share of a footprint that must have been seen [-]
    landing_sigma: Scalar  # of the place of landing about the aim, each axis [m]
    landing_spread: Scalar  # the same, over the altitude of the image [-]
    keep: Scalar  # probability of a safe landing with which the target is kept [-]
    margin_weight: Scalar  # of slope and relief over their limits, as probability [-]
    distance_scale: Scalar  # to the target, that weighs as a certain hazard [m]
    propellant_scale: Scalar  # of a divert, that weighs as a certain hazard [kg]
    tilt_max: Scalar  # of the divert [rad]
    authority: Scalar  # share of the sideways acceleration that a plan may ask for [-]
    glide_slope: Scalar  # least elevation of the lander seen from the aim [rad]
    reserve: Scalar  # propellant that a divert must leave [kg]
    settle_height: Scalar  # where a divert has to be over [m]
    settle_time: Scalar  # with which the lander is held over the aim from there on [s]
    cells: int = eqx.field(static=True)  # of the map, along a side
    reach: int = eqx.field(static=True)  # cells from the middle of a footprint to edge
