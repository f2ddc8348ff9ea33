"""One flight as it is looked at: its tables, its contact, its end."""

from collections.abc import Callable
from dataclasses import dataclass

from frigoris.flight.channels import Table
from frigoris.flight.outcome import Touch


@dataclass(frozen=True)
class Seen:
    """One flight with the numbers that observables are counted from."""

    truth: Table
    onboard: Table
    touched: Touch | None
    touchdown: dict[str, float]  # from contact to rest, empty without a contact
    path: Table  # the same in steps
    outcome: str
    ignition_planned: float  # [s of the flight]
    gravity: float  # at the site [m/s^2]
    miss: float  # of the contact from the target, NaN without contact [m]
    planned_rate: Callable[[float], float]  # schedule: altitude to descent rate
    arcs: dict[str, float]  # powered arcs flown by themselves
    level: float = 0.0  # of the target over the reference sphere [m]
