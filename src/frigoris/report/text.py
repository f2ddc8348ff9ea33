"""Numbers, units and outcomes in words."""

from html import escape
from math import floor, isfinite, log10
from typing import Any

SMALLEST = 5e-4  # what is less than that is shown as nought

UNITS = {
    "m_s": "m/s",
    "m_s2": "m/s²",
    "deg": "°",
    "deg_s": "°/s",
    "rad_s": "rad/s",
    "ratio": "",
    "count": "",
    "yes": "",
}

OUTCOMES = {  # name -> (in words, class of the page)
    "landed": ("landed", "good"),
    "leaning": ("landed leaning", "bad"),
    "tipped_over": ("tipped over", "bad"),
    "crashed": ("crashed", "bad"),
    "still_flying": ("still flying", "warn"),
    "in_orbit": ("in orbit", "warn"),
    "not_finite": ("computation broke down", "warn"),
    "software_lost": ("flight software lost", "bad"),
}


def outcome(name: str) -> tuple[str, str]:
    """An outcome in words, and its class."""
    return OUTCOMES.get(name, (name.replace("_", " "), "warn"))


def number(value: float | None, digits: int = 4) -> str:
    """A number with so many significant digits, at most three behind the point.

    A dash for none.
    """
    if value is None or not isfinite(value):
        return "–"
    if abs(value) < SMALLEST:
        return "0"
    before = floor(log10(abs(value))) + 1
    return f"{value:,.{min(max(digits - before, 0), 3)}f}".replace("-", "−")


def bound(value: float) -> str:
    """An end of an interval as it was given, without noughts behind the point."""
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:g}".replace("-", "−")


def quantity(value: float | None, unit: str, digits: int = 4) -> str:
    """A number with its unit; yes or no where that is the unit."""
    if unit == "yes" and value is not None and value == value:
        return "yes" if value >= 0.5 else "no"
    shown = number(value, digits)
    return _joined(shown, unit) if shown != "–" else shown


def _joined(shown: str, unit: str) -> str:
    name = UNITS.get(unit, unit)
    return f"{shown}{'' if name in ('', '°') else ' '}{name}"


def interval(part: dict[str, Any]) -> str:
    """What meets a published part."""
    low, high, unit = part["low"], part["high"], part["unit"]
    if unit == "yes":
        return "yes or no" if low != high else quantity(low, unit)
    ends = bound(low) if low == high else f"{bound(low)} … {bound(high)}"
    return _joined(ends, unit)


def cells(*texts: str, classes: dict[int, str] | None = None) -> str:
    """A row of a table; texts are escaped."""
    names = classes or {}
    return "".join(
        f'<td class="{names[i]}">{escape(t)}</td>'
        if i in names
        else f"<td>{escape(t)}</td>"
        for i, t in enumerate(texts)
    )
