"""When an injected fault is there, as mission files and `--fault` say it."""

from collections.abc import Mapping
from typing import Any

from frigoris.flight.faults.names import (
    ALTITUDE,
    FOREVER,
    ONBOARD_ALTITUDE,
    OPENINGS,
    PHASE,
    RANGES,
    TIME,
)
from frigoris.mission.faults.declare import Parameter, number
from frigoris.phases import number as phase_number

# where it begins: one of these, from the start of the flight without any
STARTS = (
    number("time_s", 0.0, 0.0, 1e6, "time of the flight"),
    number("after_ignition_s", 0.0, -1e5, 1e4, "after the planned ignition"),
    number("altitude_km", 0.0, -10.0, 1e3, "at or below this true altitude"),
    number("onboard_altitude_km", 0.0, -10.0, 1e3, "below this estimated altitude"),
    Parameter("phase", "when this phase begins", "braking", of="phases"),
    number("opening_count", 1.0, 1.0, 1e6, "when the main engine opens so often"),
    number("range_count", 1.0, 1.0, 1e6, "after so many valid ranges of the laser"),
    number("random_from_s", 0.0, -1e5, 1e4, "drawn after the planned ignition, from"),
)
UNTIL = number("random_to_s", 0.0, -1e5, 1e4, "to")
COURSE = (
    number("duration_s", FOREVER, 0.0, FOREVER, "then it is over; else it stays"),
    number("period_s", FOREVER, 0.1, FOREVER, "it comes again"),
    number("on_s", FOREVER, 0.0, FOREVER, "of each period"),
)
ALL = (*STARTS, UNTIL, *COURSE)
QUANTITY = {
    "time_s": TIME,
    "after_ignition_s": TIME,
    "random_from_s": TIME,
    "altitude_km": ALTITUDE,
    "onboard_altitude_km": ONBOARD_ALTITUDE,
    "phase": PHASE,
    "opening_count": OPENINGS,
    "range_count": RANGES,
}


def conflicts(told: Mapping[str, Any]) -> str | None:
    """What is wrong with the keys of a trigger held together."""
    starts = [p.name for p in STARTS if p.name in told]
    if len(starts) > 1:
        return f"{' and '.join(starts)} both say when it begins; give one of them"
    if ("random_from_s" in told) != ("random_to_s" in told):
        return "random_from_s and random_to_s go together"
    if told.get("random_to_s", 0.0) < told.get("random_from_s", 0.0):
        return "random_to_s is before random_from_s"
    if ("on_s" in told) != ("period_s" in told):
        return "period_s and on_s go together"
    return None


def drawn(seed: int, case: int | None, fault: str, low: float, high: float) -> float:
    """A number between both, a function of seed, case and the fault's name [s]."""
    import numpy as np  # not at once: a mission file is checked without it

    words = [seed, 2**32 - 1 if case is None else case, *fault.encode()]
    share = np.random.default_rng(np.random.SeedSequence(words)).random()
    return low + (high - low) * float(share)


def numbers(
    told: Mapping[str, Any], seed: int, case: int | None, fault: str, ignition: float
) -> dict[str, float]:
    """The numbers of `Trigger` of one injection in one case.

    `ignition` is when braking is planned to begin [s].
    """
    course = {p.name: told.get(p.name, p.default) for p in COURSE}
    key = next((p.name for p in STARTS if p.name in told), "time_s")
    value: Any = told.get(key, 0.0)
    if key == "phase":
        value = float(phase_number(value))
    elif key in ("altitude_km", "onboard_altitude_km"):
        value = 1e3 * value
    elif key == "after_ignition_s":
        value = ignition + value
    elif key == "random_from_s":
        value = ignition + drawn(seed, case, fault, value, told["random_to_s"])
    return {
        "trigger_quantity": float(QUANTITY[key]),
        "trigger_threshold": float(value),
        "trigger_duration": course["duration_s"],
        "trigger_period": course["period_s"],
        "trigger_on": course["on_s"],
    }
