"""What published rows and requirements are judged by: names, units, meanings.

The numbers behind the names are counted in `flight/observables.py`, which is not
imported here: `frigoris check` knows the names without loading the simulation.
"""

from typing import NamedTuple

WITHOUT = "_off/"  # FAULT_off/METRIC: the same flight with that fault taken away


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
}


def split(metric: str) -> tuple[str, str]:
    """The fault taken away, empty if none is, and the metric proper."""
    fault, _, name = metric.rpartition(WITHOUT)
    return fault, name
