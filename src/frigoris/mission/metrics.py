"""What published rows and requirements are judged by: names, units, meanings.

The numbers behind the names are counted in `flight/observables.py`, which is not
imported here: `frigoris check` knows the names without loading the simulation.
"""

from typing import NamedTuple

WITHOUT = "_off/"  # FAULT_off/METRIC: the same flight with that fault taken away
RELIEF = "relief"  # relief_off/METRIC: the same flight over ground without any


class Metric(NamedTuple):
    """One number that a flight has."""

    unit: str
    about: str


METRICS: dict[str, Metric] = {
    "insertion_dv_m_s": Metric("m_s", "velocity change of the orbit insertion"),
    "insertion_apolune_km": Metric("km", "apolune altitude after the insertion"),
    "circularisation_burn_min": Metric("min", "length of the circularisation burn"),
    "circularisation_perilune_km": Metric("km", "perilune altitude after it"),
    "circularisation_apolune_km": Metric("km", "apolune altitude after it"),
    "deorbit_before_ignition_min": Metric(
        "min", "start of the deorbit burn to the planned start of braking"
    ),
    "ignition_offset_min": Metric("min", "start of braking, later than planned"),
    "ignition_altitude_km": Metric("km", "above the ground when braking begins"),
    "altitude_at_500_m_s_km": Metric("km", "above the ground at 500 m/s"),
    "ignition_to_500_m_s_min": Metric("min", "start of braking to 500 m/s"),
    "no_valid_range_above_1500_m": Metric(
        "yes", "the range finder is not valid above 1500 m"
    ),
    "valid_range_by_3000_m": Metric("yes", "the range finder is valid at 3000 m"),
    "first_valid_altitude_m": Metric("m", "above the ground at the first valid range"),
    "first_valid_descent_rate_m_s": Metric("m_s", "at the first valid range"),
    "first_valid_excess_rate_m_s": Metric(
        "m_s", "descent rate at the first valid range over the schedule's there"
    ),
    "first_valid_tilt_deg": Metric("deg", "from the vertical at the first valid range"),
    "planned_descent_rate_at_893_m_m_s": Metric("m_s", "of the schedule at 893 m"),
    "altitude_error_before_fix_m": Metric(
        "m", "onboard minus true altitude just before the first range is used"
    ),
    "descent_rate_at_192_m_m_s": Metric("m_s", "at 192 m above the ground"),
    "first_valid_to_192_m_s": Metric("s", "first valid range to 192 m"),
    "mean_specific_thrust_m_s2": Metric(
        "m_s2", "thrust over mass, first valid range to 192 m"
    ),
    "impact_after_192_m_s": Metric("s", "192 m to the ground"),
    "impact_speed_m_s": Metric("m_s", "at first contact, relative to the Moon"),
    "impact_after_ignition_s": Metric("s", "start of braking to first contact"),
    "impact_after_planned_ignition_s": Metric(
        "s", "planned start of braking to first contact"
    ),
    "contact_miss_m": Metric("m", "first contact to the target, along the ground"),
    "propellant_at_contact_kg": Metric("kg", "left at first contact"),
    "contact_descent_rate_m_s": Metric("m_s", "at first contact"),
    "contact_speed_horizontal_m_s": Metric("m_s", "at first contact"),
    "contact_tilt_deg": Metric("deg", "from the vertical at first contact"),
    "landed": Metric("yes", "upright and within the limits of the legs"),
    "stopping_height_ratio": Metric(
        "ratio", "height to stop from 66 m/s over its closed form"
    ),
    "orbit_speed_m_s": Metric("m_s", "inertial, before the deorbit burn"),
    "orbit_period_min": Metric("min", "before the deorbit burn"),
    "deorbit_dv_m_s": Metric("m_s", "speed that the deorbit burn took"),
    "perilune_altitude_km": Metric("km", "of the orbit after it"),
    "ignition_speed_m_s": Metric("m_s", "over the ground when braking begins"),
    "ignition_to_est_3000_m_min": Metric("min", "to an estimated 3000 m"),
    "speed_at_est_3000_m_m_s": Metric("m_s", "true, at an estimated 3000 m"),
    "est_descent_rate_at_est_1000_m_m_s": Metric("m_s", "at an estimated 1000 m"),
    "tilt_at_est_1000_m_deg": Metric("deg", "true, at an estimated 1000 m"),
    "est_descent_rate_at_est_90_m_m_s": Metric("m_s", "at an estimated 90 m"),
    "latched": Metric("yes", "the navigation stopped listening to the range finder"),
    "reading_less_estimate_km": Metric(
        "km", "range less what was expected, most in the minute after that"
    ),
    "est_altitude_at_latch_km": Metric("km", "estimated then"),
    "rejected_reading_error_ratio": Metric(
        "ratio", "of the rejected ranges, most in that minute"
    ),
    "used_after_latch_count": Metric("count", "ranges used after it"),
    "altitude_from_est_zero_to_dry_km": Metric(
        "km", "true and highest, from an estimated zero until dry"
    ),
    "est_descent_rate_at_est_zero_m_s": Metric("m_s", "estimated"),
    "descent_rate_at_est_zero_m_s": Metric("m_s", "true"),
    "tilt_at_est_zero_deg": Metric("deg", "true"),
    "est_below_ground": Metric("yes", "estimated below the target before contact"),
    "main_off_at_est_zero": Metric("yes", "the main group is off then"),
    "est_zero_to_dry_s": Metric("s", "from an estimated zero until the engines stop"),
    "dry_to_impact_s": Metric("s", "from there to the ground"),
    "propellant_used_kg": Metric("kg", "from the deorbit burn to the end"),
}

# The gates of a descent: what is asked where, each as one metric. Heights are those of
# the footpads over the target, so that relief on the way does not count.
MARKS = (13_692, 11_945, 6898, 2287, 152)  # heights with published rows [m]
GATES = {
    "throttle_recovery": "where the main engines leave full thrust",
    "approach": "at the start of the phase approach",
    **{f"over_{mark}_m": f"{mark} m over the target" for mark in MARKS},
}
ASKED = {
    "after_planned_ignition_s": Metric("s", "planned ignition to there"),
    "height_m": Metric("m", "height over the target"),
    "rate_m_s": Metric("m_s", "descent rate"),
    "inertial_speed_m_s": Metric("m_s", "speed with that of the Moon's turning"),
    "dv_m_s": Metric("m_s", "thrust over mass since the planned ignition"),
}
METRICS["contact_dv_m_s"] = Metric(
    "m_s", "thrust over mass from the planned ignition to first contact"
)
METRICS |= {
    f"{gate}_{what}": Metric(metric.unit, f"{where}: {metric.about}")
    for gate, where in GATES.items()
    for what, metric in ASKED.items()
}


def split(metric: str) -> tuple[str, str]:
    """The fault taken away, empty if none is, and the metric proper."""
    fault, _, name = metric.rpartition(WITHOUT)
    return fault, name
