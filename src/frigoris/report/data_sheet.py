"""The data sheet of a lander as tables."""

from typing import Any

from rich.table import Table

from frigoris.report import text
from frigoris.report.console_text import make_table

ROWS = (
    ("mass", "mass_{}_kg", "kg"),
    ("centre of mass", "com_{}_m", "m"),
    ("moments of inertia", "inertia_{}_kg_m2", "kg m²"),
    ("thrust over lunar weight", "weights_{}_ratio", ""),
)
LINES = (
    ("thrust of the main engines", "thrust_main_N", "N"),
    ("thrust of the assist engines", "thrust_assist_N", "N"),
    ("specific impulse, all engines", "isp_s", "s"),
    ("velocity that the tanks hold", "delta_v_m_s", "m_s"),
    ("torque of the thrusters", "torque_N_m", "N m"),
    ("turning, tanks empty", "turn_empty_deg_s2", "°/s²"),
    ("centre of mass above the pads, empty", "com_height_empty_m", "m"),
    ("nearest edge of the pads", "edge_m", "m"),
    ("slope that tips it at rest", "tipping_deg", "deg"),
    ("body above the pads", "body_clearance_m", "m"),
    ("nozzle above the pads", "nozzle_clearance_m", "m"),
    ("life on the battery, engines off", "endurance_h", "h"),
)


def tables(sheet: dict[str, Any]) -> list[Table]:
    """Masses, what it can do, and its tanks."""
    masses = make_table(sheet["lander"], "at the start", "descent tanks empty")
    for words, name, unit in ROWS:
        values = [_shown(sheet[name.format(w)], unit) for w in ("start", "empty")]
        masses.add_row(words, *values)
    able = make_table("what it can do", "")
    for words, name, unit in LINES:
        able.add_row(words, _shown(sheet[name], unit))
    tanks = make_table("tank", "load", "filled", "slosh", "swinging")
    for row in sheet["tanks"]:
        tanks.add_row(
            row["holds"],
            _shown(row["load_kg"], "kg"),
            f"{row['filled_ratio']:.0%}",
            _shown(row["slosh_Hz"], "Hz"),
            f"{row['swinging_ratio']:.0%}",
        )
    return [masses, able, tanks]


def _shown(value: float | list[float], unit: str) -> str:
    if isinstance(value, list):
        return f"{', '.join(text.number(x, 3) for x in value)} {unit}"
    return text.quantity(value, unit, 4)
