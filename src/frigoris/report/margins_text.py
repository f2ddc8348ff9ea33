"""The margins of a mission as tables and as JSON."""

from typing import Any

import numpy as np
from rich.table import Table

from frigoris.report.text import number
from frigoris.verify.linear import Margins
from frigoris.verify.margins import READ, Sheet, Spread

# quantity -> heading, digits, and what three sigma are worth beside it
COLUMNS = {
    "time_s": ("time, s", 4),
    "dv_m_s": ("delta-v, m/s", 4),
    "propellant_kg": ("used, kg", 3),
    "left_kg": ("left, kg", 3),
    "sigma_altitude_m": ("altitude σ, m", 3),
    "error_altitude_m": ("its error, m", 3),
    "thrust_left_ratio": ("thrust left, %", 2),
}
LOOP_WORDS = {
    "x": "attitude x",
    "y": "attitude y",
    "z": "attitude z",
    "along": "along the track",
    "across": "across the track",
    "vertical": "vertical",
}


def facts(sheet: Sheet) -> dict[str, Any]:
    """The whole sheet as one JSON object."""
    gain, phase = sheet.required
    return {
        "schema": "frigoris.margins.1",
        "mission": sheet.mission.mission.name,
        "outcome": sheet.outcomes[0],
        "dispersed": {
            "cases": len(sheet.outcomes) - 1,
            "landed": sheet.outcomes[1:].count("landed"),
        },
        "phases": [_phase(sheet, name) for name in sheet.budgets],
        "points": [_look(look) for look in sheet.looks],
        "lowest": _lowest(sheet),
        "required": {"gain_dB": gain, "phase_deg": phase},
        "met": sheet.met,
    }


def _phase(sheet: Sheet, name: str) -> dict[str, Any]:
    told = {
        quantity: {"design": s.design, "mean": s.mean, "three_sigma": 3.0 * s.sigma}
        for quantity, s in sheet.budgets[name].items()
    }
    return {"phase": name, **told, "loops": _lowest(sheet, name)}


def _lowest(sheet: Sheet, phase: str | None = None) -> dict[str, Any]:
    return {
        quantity: {"value": value, "loop": loop, "t_s": look.time, "phase": look.phase}
        for quantity, (value, loop, look) in sheet.lowest(phase).items()
    }


def _look(look: Any) -> dict[str, Any]:
    return {
        "t_s": look.time,
        "phase": look.phase,
        "altitude_m": look.altitude,
        "mass_kg": look.mass,
        "accel_m_s2": look.accel,
        "slosh_rad_s": look.slosh,
        "loops": {name: loop_facts(m) for name, m in look.loops.items()},
    }


def loop_facts(m: Margins) -> dict[str, Any]:
    """One loop at one point; null where a crossing is missing."""
    down = 20.0 * np.log10(m.gain_down) if m.gain_down > 0.0 else -np.inf
    return {
        "stable": m.stable,
        "gain_up_dB": 20.0 * np.log10(m.gain_up),
        "gain_down_dB": down,
        "phase_deg": np.degrees(m.phase),
        "delay_s": m.delay,
        "crossover_rad_s": m.crossover,
    }


def budget_rows(sheet: Sheet) -> list[list[str]]:
    """The rows of the table by phase, the phase first."""
    rows = []
    for name, told in sheet.budgets.items():
        row = [name.replace("_", " ")]
        row += [cell(told[q], digits, _scale(q)) for q, (_, digits) in COLUMNS.items()]
        least = sheet.lowest(name)
        row += [_shown(least.get(q)) for q in READ]
        rows.append(row)
    return rows


def _scale(quantity: str) -> float:
    return 100.0 if quantity.endswith("_ratio") else 1.0


def cell(s: Spread, digits: int, scale: float = 1.0) -> str:
    """The design point, and three sigma of the dispersed cases around their mean."""
    shown = number(scale * s.design, digits)
    if not np.isfinite(s.sigma):
        return shown
    mean, sigma = number(scale * s.mean, digits), number(3.0 * scale * s.sigma, 2)
    return f"{shown} ({mean} ± {sigma})"


def _shown(found: tuple[float, str, Any] | None) -> str:
    if found is None:
        return "–"
    value, loop, _ = found
    return f"{number(value, 3)} {loop}" if np.isfinite(value) else f"none {loop}"


HEAD = [words for words, _ in COLUMNS.values()]
HEAD = ["phase", *HEAD, "gain, dB", "phase, °", "delay, s"]


def verdict(sheet: Sheet) -> str:
    """Whether the loops have the margins asked for, and where they are least."""
    gain, phase = sheet.required
    said = "have" if sheet.met else "do not have"
    words = [f"The control loops {said} {gain:g} dB and {phase:g}° everywhere."]
    units = {"gain_dB": "dB", "phase_deg": "°", "delay_s": "s"}
    for quantity, (value, loop, look) in sheet.lowest().items():
        left = number(value, 3) if np.isfinite(value) else "none"
        where = f"{look.phase.replace('_', ' ')}, {number(look.altitude, 3)} m up"
        name = quantity.rpartition("_")[0]
        unit = units[quantity]
        gap = "" if unit == "°" else " "
        words.append(f"Least {name} {left}{gap}{unit}: {LOOP_WORDS[loop]}, {where}.")
    return " ".join(words)


def tables(sheet: Sheet) -> list[Table]:
    """For reading in a terminal: budgets with spread, then the loops."""
    cases = len(sheet.outcomes) - 1
    title = f"Budgets: design point (mean ± 3σ of {cases} dispersed cases)"
    budget = _table(title, HEAD[:-3], [row[:-3] for row in budget_rows(sheet)])
    loops = [[r[0], *r[-3:]] for r in budget_rows(sheet) if r[-1] != "–"]
    least = _table("Least margins of the control loops", [HEAD[0], *HEAD[-3:]], loops)
    return [budget, least]


def _table(title: str, head: list[str], rows: list[list[str]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for k, name in enumerate(head):
        table.add_column(name, justify="right" if k else "left")
    for row in rows:
        table.add_row(*row)
    return table
