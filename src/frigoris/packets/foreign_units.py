"""Units in which other people's telemetry comes, as multiples of ours."""

from math import pi

from frigoris.packets.dictionary import Field
from frigoris.units import STANDARD_G

UTC = "utc"  # moments, ISO 8601
# unit -> seconds; moments are differences to the epoch
TIME_UNITS: dict[str, float] = {
    "s": 1.0,
    "ms": 1e-3,
    "us": 1e-6,
    "ns": 1e-9,
    "min": 60.0,
    "h": 3600.0,
    UTC: 1.0,
}

FOOT, POUND = 0.3048, 0.453_592_37  # [m], [kg], both exact by definition, 1959
DEG = pi / 180.0
POUND_FORCE = POUND * STANDARD_G  # [N]

# unit of a field -> unit of a column -> how much of the field's unit that is
UNITS: dict[str, dict[str, float]] = {
    "": {"": 1.0},
    "s": TIME_UNITS,
    "m": {"m": 1.0, "km": 1e3, "cm": 1e-2, "mm": 1e-3, "ft": FOOT, "nmi": 1852.0},
    "m_s": {"m_s": 1.0, "km_s": 1e3, "km_h": 1.0 / 3.6, "ft_s": FOOT, "mm_s": 1e-3},
    "m_s2": {"m_s2": 1.0, "g": STANDARD_G, "mg": 1e-3 * STANDARD_G, "ft_s2": FOOT},
    "rad_s": {
        "rad_s": 1.0,
        "mrad_s": 1e-3,
        "deg_s": DEG,
        "deg_h": DEG / 3600.0,
        "rpm": 2.0 * pi / 60.0,
    },
    "N": {"N": 1.0, "kN": 1e3, "mN": 1e-3, "lbf": POUND_FORCE},
    "N_m": {"N_m": 1.0, "kN_m": 1e3, "ft_lbf": FOOT * POUND_FORCE},
    "kg": {"kg": 1.0, "g": 1e-3, "t": 1e3, "lb": POUND},
    "ratio": {"ratio": 1.0, "percent": 1e-2},
    "count": {"count": 1.0},
}


def units_for(field: Field) -> dict[str, float]:
    """Units that a column for `field` may have, as multiples of the field's own."""
    return UNITS.get(field.unit, {field.unit: 1.0})
