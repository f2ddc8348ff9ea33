"""The phases of a flight by name and number; telemetry counts them in this order.

A mission file says which of them its flight software has, what is done in each, and
what ends it.
"""

PHASES = (
    "boot",
    "deorbit_burn",
    "coast",
    "braking",
    "pitch_up",
    "terminal_descent",
    "terminal_landing",
    "landed",
    "trim",
    "approach",
    "hover",
    "abort",
    "parking",
    "safe",
)
BOOT, DEORBIT_BURN, COAST, BRAKING, PITCH_UP = 0, 1, 2, 3, 4
TERMINAL_DESCENT, TERMINAL_LANDING, LANDED = 5, 6, 7
TRIM, APPROACH, HOVER, ABORT, PARKING, SAFE = 8, 9, 10, 11, 12, 13


def number(name: str) -> int:
    """Number of a phase, as telemetry and orders have it; `ValueError` if unknown."""
    return PHASES.index(name)
