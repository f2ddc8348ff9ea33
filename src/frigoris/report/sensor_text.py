"""What a test says about a range finder: tables to read, and the same as JSON."""

import math
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from frigoris.report.console_text import make_console, make_table
from frigoris.verify.sensor.corners import Corner
from frigoris.verify.sensor.fit import Estimate
from frigoris.verify.sensor.predict import Forecast
from frigoris.verify.sensor.quality import P_BAD, Bin
from frigoris.verify.sensor.study import Study

CORNERS_MAX = 8  # told in the terminal; JSON has all
WORDS = {
    "efficiency_ratio": "link efficiency over data sheet",
    "averaging_ms": "averaging time, ms",
    "temperature_loss_per_K": "loss by warmth, 1/K",
}
LABELS = {
    "albedo_ratio": "albedo",
    "incidence_deg": "incidence",
    "speed_m_s": "speed",
    "temperature_degC": "temperature",
}


def facts(s: Study) -> dict[str, Any]:
    """As one JSON object."""
    q = s.quality
    return {
        "schema": "frigoris.sensor_fit.1",
        "model": "laser",
        "mission": s.mission,
        "data": {
            "file": s.file,
            "rows": len(s.shots.line),
            "shots": float(s.shots.count.sum()),
            "detected": float(s.shots.hits.sum()),
            "missing": list(s.shots.missing),
        },
        "parameters": [_parameter(e) for e in s.fit.estimates],
        "quality": {
            "fits": q.good,
            "p": q.p,
            "p_range": q.p_range,
            "p_by": q.p_by,
            "chi_square": q.chi_square,
            "bins": [vars(b) for b in q.bins],
            "odd_rows": [{"line": line, "chance": c} for line, c in q.odd],
            "odd_row_count": q.odd_count,
        },
        "prediction": {
            "conditions": s.descent.source,
            "need_m": s.need,
            "fitted": _forecast(s.fitted),
            "data_sheet": _forecast(s.sheet_alone),
            "extrapolates": bool(s.extrapolates),
            "draws_effective": s.effective,
        },
        "corners": [_corner(c) for c in s.corners],
        "notes": list(s.notes),
    }


def _parameter(e: Estimate) -> dict[str, Any]:
    known = e.kind != "undetermined"
    return {
        "name": e.name,
        "value": e.value,
        "interval": [e.low, e.high] if known else None,
        "data_sheet": e.sheet,
        "kind": e.kind,
        "why": e.why,
    }


def _forecast(f: Forecast) -> dict[str, Any]:
    return {
        "first_valid_altitude_m": f.quantile(0.5),
        "interval_m": [f.quantile(0.05), f.quantile(0.95)],
        "probability_by_need": f.probability,
    }


def _corner(c: Corner) -> dict[str, Any]:
    return {
        "conditions": list(c.names),
        "side": c.side,
        "tested": [list(t) for t in c.tested],
        "flight": [list(f) for f in c.flight],
        "altitude_m": [c.altitude_low, c.altitude_high],
        "share": c.share,
        "deciding": c.deciding,
        "text": c.text,
    }


def print_study(s: Study, console: Console | None = None) -> None:
    """Parameters, fit, prediction, corners."""
    out = console or make_console()
    shots = s.shots.count.sum()
    head = f"{s.file}: {shots:,.0f} shots, {s.shots.hits.sum():,.0f} detected; "
    out.print(Text(f"{head}laser of {s.title}"), soft_wrap=True)
    out.print(parameters(s))
    for e in s.fit.estimates:
        if e.kind == "undetermined":
            told = f"This test does not tell {e.name}: {e.why}."
            out.print(Text(told, style="bold yellow"), soft_wrap=True)
    out.print()
    out.print(bins(s.quality.bins))
    for line in verdict(s):
        out.print(line, soft_wrap=True)
    out.print()
    out.print(prediction(s))
    for line in (*warning(s), *not_tested(s)):
        out.print(line, soft_wrap=True)
    for note in s.notes:
        out.print(Text(f"Note: {note}"), soft_wrap=True)


def parameters(s: Study) -> Table:
    """What was fitted, with intervals of 90 %."""
    table = make_table("parameter", "fitted", "90 %", "data sheet", "")
    for column in table.columns[1:4]:
        column.justify = "right"
    for e in s.fit.estimates:
        if e.kind == "undetermined":
            remark = Text("UNDETERMINED, kept", style="bold yellow")
            table.add_row(WORDS[e.name], "-", "-", f"{e.sheet:.3g}", remark)
            continue
        between = {
            "between": f"{e.low:.3g} … {e.high:.3g}",
            "at most": f"≤ {e.high:.3g}",
            "at least": f"≥ {e.low:.3g}",
        }[e.kind]
        value = "-" if e.why else f"{e.value:.3g}"
        table.add_row(WORDS[e.name], value, between, f"{e.sheet:.3g}", e.why)
    return table


def bins(rows: tuple[Bin, ...]) -> Table:
    """Detections seen and expected."""
    table = make_table(
        "range, m", "SNR - threshold", "shots", "seen", "expected", "off"
    )
    for column in table.columns:
        column.justify = "right"
    for b in rows:
        off = round((b.seen - b.expected) / math.sqrt(b.sigma**2 + 0.25), 1) + 0.0
        style = "bold red" if abs(off) > 3.0 else ""
        table.add_row(
            f"{b.range_low:,.0f} … {b.range_high:,.0f}",
            _between(b.margin_low, b.margin_high),
            f"{b.shots:,.0f}",
            f"{b.seen:,.0f}",
            f"{b.expected:,.1f}",
            Text(f"{off:+.1f} σ", style=style),
        )
    return table


def _between(low: float, high: float) -> str:
    if math.isinf(low):
        return f"below {high:g}"
    return f"above {low:g}" if math.isinf(high) else f"{low:g} … {high:g}"


def verdict(s: Study) -> list[Text]:
    """Whether the model describes the test."""
    q = s.quality
    lines = [
        Text(f"The model fits: p = {q.p:.2g} over all conditions", style="green")
        if q.good
        else Text(
            f"THE MODEL DOES NOT FIT THIS TEST (p = {q.p:.2g}). Do not use the "
            "parameters or the prediction below before the reason is found.",
            style="bold red",
        )
    ]
    where = {"range": q.p_range} | {LABELS[n]: p for n, p in q.p_by.items()}
    told = ", ".join(f"{name} {p:.2g}" for name, p in where.items())
    lines.append(Text(f"p by condition (below {P_BAD:g} is bad): {told}"))
    if q.odd:
        which = ", ".join(f"{line} ({chance:.1g})" for line, chance in q.odd)
        more = f" and {q.odd_count - len(q.odd)} more" * (q.odd_count > len(q.odd))
        lines.append(
            Text(f"Lines of {s.file} that the model calls next to impossible: ")
            .append(which + more, style="bold red")
            .append(". Was the target in the beam?")
        )
    return lines


def prediction(s: Study) -> Table:
    """First valid altitude in flight, from the test and from the data sheet alone."""
    title = f"First valid range of the flight ({s.descent.source})"
    table = make_table("", "median, m", "90 %, m", f"valid by {s.need:,.0f} m")
    table.title, table.title_justify = title, "left"
    for column in table.columns[1:]:
        column.justify = "right"
    for name, f in (("from this test", s.fitted), ("data sheet alone", s.sheet_alone)):
        low, high = f.quantile(0.05), f.quantile(0.95)
        table.add_row(
            name,
            f"{f.quantile(0.5):,.0f}",
            f"{low:,.0f} … {high:,.0f}",
            _percent(f.probability, len(f.altitudes)),
        )
    return table


def _percent(share: float, draws: int) -> str:
    edge = 100.0 / draws
    if share == 1.0:
        return f"> {100.0 - edge:g} %"
    return f"< {edge:g} %" if share == 0.0 else f"{100.0 * share:.3g} %"


def warning(s: Study) -> list[Text]:
    """What the prediction rests on besides the test."""
    link = s.fit.estimates[0]
    lines = []
    if link.kind in ("at least", "at most"):
        lines.append(
            Text(
                f"Only a limit of the link is known ({link.why}): the prediction is "
                f"that of the limit itself, the flight does {link.kind} that well.",
                style="bold yellow",
            )
        )
    kept = [e for e in s.fit.estimates if e.kind == "undetermined"]
    if kept:
        names = ", ".join(f"{e.name} = {e.sheet:.3g}" for e in kept)
        lines.append(
            Text(f"It trusts the data sheet for {names}.", style="bold yellow")
        )
    if s.extrapolates:
        where = "; ".join(_what(c) for c in s.extrapolates[:3])
        lines.append(
            Text(
                "It EXTRAPOLATES: where the first valid range is expected the flight "
                f"is outside of what was tested in {where}.",
                style="bold red",
            )
        )
    return lines


def _what(c: Corner) -> str:
    words = [n.rpartition("_m")[0] if n == "range_m" else LABELS[n] for n in c.names]
    return " with ".join(words)


def not_tested(s: Study) -> list[Text]:
    """The corners, the most important first."""
    if not s.corners:
        return [Text("Every condition of the flight was tested.", style="green")]
    lines = [Text("Never tested, the most important first:", style="bold")]
    for i, c in enumerate(s.corners[:CORNERS_MAX], start=1):
        mark = " (where it decides)" if c.deciding > 0.0 else ""
        lines.append(Text(f"{i:2d}. {c.text}{mark}"))
    if len(s.corners) > CORNERS_MAX:
        lines.append(Text(f"    and {len(s.corners) - CORNERS_MAX} more in --json"))
    return lines
