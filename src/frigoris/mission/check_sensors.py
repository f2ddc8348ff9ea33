"""Instruments that can't be: faults between their numbers, and to the load's."""

from collections.abc import Iterator, Mapping
from typing import Any

from frigoris.mission.source import Location

Fault = tuple[Location, str]

# of an instrument the key that must be less, and that which it must be less than
LESS = (
    ("laser", "range_min_m", "range_max_m"),
    ("radar_altimeter", "range_min_m", "range_max_m"),
    ("landmark_camera", "altitude_min_m", "altitude_max_m"),
)


def sensor_faults(tree: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything that is wrong between the parts of the instruments."""
    for name, low, high in LESS:
        least, most = (_number(tree, "sensors", name, key) for key in (low, high))
        if least is not None and most is not None and least >= most:
            text = f"{name}: {low} {least:g} is not below {high}, {most:g}"
            yield ("sensors", name, low), text
    yield from _hazard_faults(tree)
    legs = _number(tree, "lander", "legs", "count")
    if legs is None:
        return
    votes = _number(tree, "onboard", "sequence", "contact_votes_count")
    if votes is not None and votes > legs:
        text = f"{votes:g} switches must agree that it stands, on {legs:g} legs"
        yield ("onboard", "sequence", "contact_votes_count"), text
    for key in ("stuck_open_count", "stuck_closed_count"):
        stuck = _number(tree, "sensors", "leg_switches", key)
        if stuck is not None and stuck > legs:
            text = f"{stuck:g} switches are stuck, on {legs:g} legs"
            yield ("sensors", "leg_switches", key), text


def _hazard_faults(tree: Mapping[str, Any]) -> Iterator[Fault]:
    """A search for safe places has an instrument to see them with."""
    sensors, onboard = tree.get("sensors"), tree.get("onboard")
    if not isinstance(sensors, Mapping) or not isinstance(onboard, Mapping):
        return
    if onboard.get("hazard_avoidance") and not sensors.get("hazard_lidar"):
        text = "hazard_avoidance needs an instrument: add sensors.hazard_lidar"
        yield ("onboard", "hazard_avoidance"), text


def _number(tree: Mapping[str, Any], *path: str) -> float | None:
    value: Any = tree
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value if isinstance(value, int | float) else None
