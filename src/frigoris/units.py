"""Units at the border: the last part of a name is its unit, and its factor to SI.

Outside (mission files, options, columns) every number is called by its unit, as in
`isp_s` or `rate_max_deg_s`. Inside, everything is SI and the suffix is gone.
"""

from math import pi

ARCSEC = pi / 648_000.0  # [rad]
HOUR = 3600.0  # [s]
# conventional value that instrument makers call one g [m/s^2]; equal to constants.G0
STANDARD_G = 9.80665

# suffix -> factor to SI. `sqrt_h` and `sqrt_s` stand below a fraction line: an angular
# random walk of x deg_sqrt_h is x degrees per square root of an hour.
FACTORS: dict[str, float] = {
    # mass, length, time
    "kg": 1.0,
    "kg_s": 1.0,
    "kg_m2": 1.0,
    "kg_m3": 1.0,
    "km": 1e3,
    "m": 1.0,
    "mm": 1e-3,
    "nm": 1e-9,
    "s": 1.0,
    "ms": 1e-3,
    "ns": 1e-9,
    "min": 60.0,
    "h": HOUR,
    "Gyr": 365.25e9 * 86_400.0,  # Julian years
    "Hz": 1.0,
    "MHz": 1e6,
    "per_s": 1.0,
    "per_km2": 1e-6,
    # temperatures stay in degrees Celsius: only their differences count
    "degC": 1.0,
    "per_K": 1.0,
    # angles and their rates
    "deg": pi / 180.0,
    "rad": 1.0,
    "mrad": 1e-3,
    "arcsec": ARCSEC,
    "deg_s": pi / 180.0,
    "rad_s": 1.0,
    "deg_s2": pi / 180.0,
    "deg_h": pi / 180.0 / HOUR,
    "deg_h_per_sqrt_s": pi / 180.0 / HOUR,
    "deg_sqrt_h": pi / 180.0 / HOUR**0.5,
    # motion
    "m_s": 1.0,
    "m_s2": 1.0,
    "m_s3": 1.0,
    "m_s2_sqrt_Hz": 1.0,
    "mg": 1e-3 * STANDARD_G,  # of accelerometers: never a milligram here
    "micro_g": 1e-6 * STANDARD_G,
    # velocity random walk of an accelerometer: micro-g per root hertz, which is
    # (m/s^2)/sqrt(Hz) = (m/s)/sqrt(s)
    "micro_g_sqrt_s": 1e-6 * STANDARD_G,
    "micro_g_per_sqrt_s": 1e-6 * STANDARD_G,
    # force, energy, information
    "N": 1.0,
    "N_m": 1.0,
    "kN": 1e3,
    "kN_per_m": 1e3,  # kilonewton per metre, of a spring
    "kN_s_per_m": 1e3,  # of a damper
    "kPa": 1e3,
    "kPa_m": 1e3,  # kilopascal per metre
    "J": 1.0,
    "kJ": 1e3,
    "Wh": 3600.0,
    "W": 1.0,
    "V": 1.0,
    "ohm": 1.0,
    "micro_J": 1e-6,
    "bit_s": 1.0,
    "bytes": 1.0,
    # logarithms stay as they are
    "dB": 1.0,
    "dBi": 1.0,  # over an isotropic antenna
    "dBW": 1.0,
    "dB_K": 1.0,  # per kelvin: gain over noise temperature
    "K": 1.0,
    # pure numbers
    "ppm": 1e-6,
    "ratio": 1.0,
    "count": 1.0,
    # ISO 8601 with Z: text, never scaled
    "utc": 1.0,
}

# unit -> what a value is given in by mistake, and how much of the unit that is
MISTAKEN: dict[str, dict[str, float]] = {
    "kg": {"g": 1e-3, "t": 1e3},
    "km": {"m": 1e-3},
    "m": {"mm": 1e-3, "km": 1e3},
    "mm": {"m": 1e3},
    "nm": {"micrometres": 1e3},
    "s": {"ms": 1e-3, "min": 60.0},
    "ms": {"s": 1e3, "microseconds": 1e-3},
    "deg": {"arcsec": 1.0 / HOUR},
    "mrad": {"rad": 1e3},
    "deg_s": {"deg_h": 1.0 / HOUR},
    "deg_h": {"deg_s": HOUR},
    "m_s": {"km_h": 1.0 / 3.6, "km_s": 1e3},
    "N": {"kN": 1e3, "mN": 1e-3},
    "micro_J": {"mJ": 1e3, "J": 1e6},
    "micro_g": {"mg": 1e3, "m_s2": 1e6 / STANDARD_G},
    "bit_s": {"kbit_s": 1e3, "Mbit_s": 1e6},
    "ratio": {"percent": 0.01},
}
# a specific impulse in seconds is the exhaust velocity over one g
MISTAKEN_ISP = {"m_s": 1.0 / STANDARD_G, "km_s": 1e3 / STANDARD_G}


def suffix(name: str) -> str | None:
    """The unit that `name` ends in, the longest that fits; None without one.

    A name that is nothing but a unit (`count`) is its own unit.
    """
    parts = name.split("_")
    for first in range(len(parts)):
        candidate = "_".join(parts[first:])
        if candidate in FACTORS:
            return candidate
    return None


def stem(name: str) -> str:
    """`name` without its unit; a name that is nothing but a unit stays as it is."""
    unit = suffix(name)
    if unit is None or unit == name:
        return name
    return name[: -len(unit) - 1]


def factor(unit: str) -> float:
    """What one `unit` is in SI units."""
    return FACTORS[unit]


def to_si(name: str, value: float) -> float:
    """`value` of what is called `name`, in SI; as it is where the name has no unit."""
    unit = suffix(name)
    return value if unit is None else value * FACTORS[unit]


def meant(name: str, value: float, low: float, high: float) -> tuple[str, float] | None:
    """The unit that a value out of `low` … `high` was probably given in.

    With it the value in the unit of the name, which then lies in the interval; None
    where no usual mistake explains the value.
    """
    unit = suffix(name)
    others = MISTAKEN_ISP if stem(name) == "isp" else MISTAKEN.get(unit or "", {})
    for other, size in others.items():
        if low <= value * size <= high and value != 0.0:
            return other, value * size
    return None
