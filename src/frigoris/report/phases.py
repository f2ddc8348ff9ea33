"""What each phase of a flight cost and what it left, as a part of the page."""

from html import escape
from typing import Any

from frigoris.report.text import cells, number

# quantity -> heading, digits
COLUMNS = {
    "time_s": ("time, s", 4),
    "dv_m_s": ("delta-v, m/s", 4),
    "propellant_kg": ("used, kg", 3),
    "left_kg": ("left, kg", 3),
    "sigma_altitude_m": ("altitude σ, m", 3),
    "error_altitude_m": ("its error, m", 3),
    "thrust_left_ratio": ("thrust left, %", 2),
}
SUMS = ("time_s", "dv_m_s", "propellant_kg")  # that add up over the phases
NOTE = (
    "Used is all that left the tanks, left is for the descent engines. Altitude is at "
    "the end of a phase: sigma as the filter has it, and the true error. Thrust left "
    "is the least share, in the phase, of what its law may still ask for."
)


def scale(quantity: str) -> float:
    """From a budget to its column: ratios are shown as per cent."""
    return 100.0 if quantity.endswith("_ratio") else 1.0


def section(flight: Any) -> str:
    """Heading and table; nothing where there is nothing to tell."""
    if not flight.budgets:
        return ""
    names = list(COLUMNS)
    if _own(flight):  # what it may ask for is its own matter
        names.remove("thrust_left_ratio")
    heads = ["phase", *(COLUMNS[q][0] for q in names)]
    head = "".join(
        f'<th class="{"n" if k else ""}">{escape(h)}</th>' for k, h in enumerate(heads)
    )
    classes = {k: "n" for k in range(1, len(heads))}

    def row(name: str, told: dict[str, float], kind: str = "") -> str:
        shown = [
            number(scale(q) * told[q], COLUMNS[q][1]) if q in told else ""
            for q in names
        ]
        return f'<tr class="{kind}">{cells(name, *shown, classes=classes)}</tr>'

    rows = [row(n.replace("_", " "), told) for n, told in flight.budgets.items()]
    sums = {q: sum(told[q] for told in flight.budgets.values()) for q in SUMS}
    body = "\n".join([*rows, row("sum", sums, "end")])
    return (
        f'<h2>Phases</h2>\n<div class="wide"><table><thead><tr>{head}</tr></thead>\n'
        f'<tbody>\n{body}\n</tbody></table></div>\n<p class="data">{escape(NOTE)}</p>'
    )


def _own(flight: Any) -> bool:
    return bool(flight.software or flight.mission.onboard.software)
