"""The margins of a mission as tables and as JSON."""

from typing import Any

import numpy as np
from rich.table import Table

from frigoris.report.phases import COLUMNS, scale
from frigoris.report.text import number
from frigoris.verify.linear import Margins
from frigoris.verify.margins import READ, Sheet, Spread

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
        "looked_at": sheet.seen,
        "not_looked_at": sheet.unseen,
        "guidance_held": sheet.held,
        "required": {"gain_dB": gain, "phase_deg": phase},
        "met": sheet.met,
        "not_judged": sheet.short,
    }


def _phase(sheet: Sheet, name: str) -> dict[str, Any]:
    told = {
        quantity: {"design": s.design, "mean": s.mean, "three_sigma": 3.0 * s.sigma}
        for quantity, s in sheet.budgets[name].items()
    }
    return {"phase": name, **told, "loops": _lowest(sheet, name)}


def _lowest(sheet: Sheet, phase: str | None = None) -> dict[str, Any]:
    return {
        quantity: {
            "value": value,  # null without a bound, or where there is nothing left
            "stable": look.loops[loop].stable,
            "loop": loop,
            "t_s": look.time,
            "phase": look.phase,
        }
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
        row += [cell(told[q], digits, scale(q)) for q, (_, digits) in COLUMNS.items()]
        least = sheet.lowest(name)
        row += [_shown(least.get(q)) for q in READ]
        rows.append(row)
    return rows


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
    value, loop, look = found
    return f"{_left(value, loop, look)} {loop}"


def _left(value: float, loop: str, look: Any, unit: str = "") -> str:
    """A margin, or that there is none: nothing is left, or nothing takes it."""
    if not look.loops[loop].stable:
        return "unstable"
    return f"{number(value, 3)}{unit}" if np.isfinite(value) else "unlimited"


HEAD = [words for words, _ in COLUMNS.values()]
HEAD = ["phase", *HEAD, "gain, dB", "phase, °", "delay, s"]


def verdict(sheet: Sheet) -> str:
    """Whether the loops have the margins asked for, where, and where they are least."""
    gain, phase = sheet.required
    asked = f"{gain:g} dB and {phase:g}°"
    if not sheet.looks:
        return f"The control loops were not looked at: {sheet.short}."
    least = sheet.lowest()
    enough = least["gain_dB"][0] >= gain and least["phase_deg"][0] >= phase
    said = "have" if enough else "do not have"
    words = [f"The control loops {said} {asked} in {_named(sheet.seen)}."]
    if sheet.short:
        words.append(f"That proves no landing: {sheet.short}.")
    if sheet.unseen:
        words.append(f"No thrust, so not looked at: {_named(sheet.unseen)}.")
    if sheet.held:
        laws = [f"{_named([name])} ({law})" for name, law in sheet.held.items()]
        words.append(f"Guidance is held, its loop open, in {', '.join(laws)}.")
    units = {"gain_dB": " dB", "phase_deg": "°", "delay_s": " s"}
    for quantity, (value, loop, look) in least.items():
        where = f"{_named([look.phase])}, {number(look.altitude, 3)} m up"
        left = _left(value, loop, look, units[quantity])
        name = quantity.rpartition("_")[0]
        words.append(f"Least {name} {left}: {LOOP_WORDS[loop]}, {where}.")
    return " ".join(words)


def _named(phases: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in phases)


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
