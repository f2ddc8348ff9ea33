"""The design of a descent as tables and sentences, for terminal and page."""

from collections.abc import Iterator
from math import exp, isnan
from typing import Any

from frigoris.constants import GRAVITY_MOON

Row = tuple[str, ...]

END_OF_BRAKING = "end of braking"
STEPS = {  # of the budget: short for the picture, then in words
    "energy_floor": (
        "energy floor",
        "energy floor: all speed taken by one impulse at the ground",
    ),
    "rotation": ("rotation of the Moon", "the ground moves along with the Moon"),
    "finite_thrust": (
        "finite thrust",
        "engines of {ignition:.2f} m/s² instead: the best single burn to the ground",
    ),
    "final_descent": (
        "gate, slow descent",
        "a gate {gate:,.0f} m up, and the planned descent below it",
    ),
    "braking_law": (
        "braking as planned",
        "braking as planned, instead of the best burn to that gate",
    ),
}


def heading(f: dict[str, Any]) -> str:
    """What this is."""
    return f"{f['title']}: planned descent to {f['site']}"


def point(f: dict[str, Any], name: str) -> dict[str, Any] | None:
    """One of the points by its name."""
    return next((p for p in f["points"] if p["name"] == name), None)


def gate(f: dict[str, Any]) -> dict[str, Any] | None:
    """Where braking ends."""
    return next((p for p in f["points"] if p["text"] == END_OF_BRAKING), None)


def words(phase: str) -> str:
    """Its name as people say it."""
    return phase.replace("_", " ")


def points(f: dict[str, Any]) -> tuple[str, Row, list[Row]]:
    """Title, columns and rows: where and when."""
    columns = (
        "point",
        "UTC",
        "time, s",
        "latitude, °",
        "longitude, °",
        "altitude, km",
        "to go, km",
        "speed, m/s",
        "down, m/s",
    )
    rows: list[Row] = [
        (
            p["text"],
            p["utc"][11:21],
            _signed(p["t_s"], 1),
            _signed(p["lat_deg"], 4, plus=False),
            _signed(p["lon_deg"], 4, plus=False),
            _fixed(p["altitude_m"] / 1e3, 3),
            _fixed(p["downrange_m"] / 1e3, 2),
            _fixed(p["speed_m_s"], 1),
            _fixed(p["descent_rate_m_s"], 1),
        )
        for p in f["points"]
    ]
    day = f["points"][-1]["utc"][:10]
    return f"Where and when, {day}", columns, rows


def phases(f: dict[str, Any]) -> tuple[str, Row, list[Row]]:
    """What each phase costs, and what its thrust was spent on."""
    columns = (
        "phase",
        "lasts, s",
        "delta-v, m/s",
        "propellant, kg",
        "speed taken off, m/s",
        "against gravity, m/s",
        "across the way, m/s",
    )
    keys = "lasts_s dv_m_s propellant_kg speed_lost_m_s gravity_loss_m_s".split()
    keys.append("steering_loss_m_s")
    rows = [(words(p["name"]), *(_fixed(p[k], 1) for k in keys)) for p in f["phases"]]
    sums = [_fixed(sum(p[k] for p in f["phases"]), 1) for k in keys]
    rows.append(("sum", *sums))
    return "What each phase costs, and what its delta-v does", columns, rows


def budget(f: dict[str, Any]) -> tuple[str, Row, list[Row]]:
    """From the floor to the tanks."""
    columns = ("step", "delta-v, m/s", "sum, m/s", "propellant, kg")
    t, orbit = f["totals"], f["phases"][0]
    end = gate(f)
    told = {
        "ignition": f["thrust"]["ignition_m_s2"],
        "gate": end["altitude_m"] if end else 0.0,
    }
    rows: list[Row] = []
    for k, step in enumerate(f["budget"]):
        rows.append(
            (
                STEPS[step["name"]][1].format(**told),
                _signed(step["dv_m_s"], 1, plus=k > 0),
                _fixed(step["sum_m_s"], 1),
                _signed(step["propellant_kg"], 1, plus=k > 0),
            )
        )
    rows.append(
        (
            "deorbit burn, before all that",
            _signed(orbit["dv_m_s"], 1),
            _fixed(t["dv_m_s"], 1),
            _signed(orbit["propellant_kg"], 1),
        )
    )
    rows.append(
        (
            margin_words(f),
            _signed(t["dv_left_m_s"], 1),
            _fixed(t["dv_m_s"] + t["dv_left_m_s"], 1),
            _signed(t["propellant_left_kg"], 1),
        )
    )
    return "Why it costs that much, and where the margin is", columns, rows


def no_landing(f: dict[str, Any]) -> str:
    """Said first, where the plan itself ends in a crash or with dry tanks."""
    if f["soft"]:
        lacking = -f["totals"]["propellant_left_kg"]
        return (
            f"THIS PLAN DOES NOT LAND: it asks for {lacking:.1f} kg of propellant more "
            "than the tanks give. Costs below are those of a lander that had it."
        )
    end = f["points"][-1]
    return (
        "THIS PLAN DOES NOT LAND: it meets the ground at "
        f"{end['descent_rate_m_s']:.1f} m/s down and "
        f"{end['speed_horizontal_m_s']:.1f} m/s sideways, more than the legs are rated "
        "for. Costs below are those of the crash."
    )


def margin_words(f: dict[str, Any]) -> str:
    """Whether the tanks hold what the plan asks for."""
    if f["totals"]["propellant_left_kg"] < 0.0:
        return "MISSING in the tanks: the plan asks for more than they hold"
    return "margin: left in the tanks at contact"


def sentences(f: dict[str, Any]) -> Iterator[str]:
    """What the tables mean."""
    t, low, thrust, trade = (f[k] for k in ("totals", "floor", "thrust", "trade"))
    if not f["lands"]:
        yield no_landing(f)
    yield (
        f"The planned powered descent costs {_fixed(t['dv_descent_m_s'], 0)} m/s, "
        f"{_fixed(t['over_floor_m_s'], 0)} m/s over the floor that no engine passes "
        f"and {_fixed(t['over_optimum_m_s'], 0)} m/s over the best single burn of "
        "these engines to the ground."
    )
    yield (
        f"Impulses from the {low['perilune_km']:g} x {low['apolune_km']:g} km orbit: "
        f"{_fixed(low['two_impulses_m_s'], 1)} m/s in two "
        f"({_fixed(low['kick_m_s'], 1)} at apolune, {_fixed(low['touch_m_s'], 1)} at "
        f"the ground); {_fixed(low['from_circular_m_s'], 1)} m/s from the circular "
        f"one. Speed at perilune {_fixed(low['perilune_speed_m_s'], 1)} m/s."
    )
    yield (
        f"Thrust at ignition: {thrust['full_N']:,.0f} N, "
        f"{thrust['ignition_m_s2']:.2f} m/s² or "
        f"{thrust['ignition_m_s2'] / GRAVITY_MOON:.2f} lunar weights; braking is "
        f"planned with {thrust['planned_ratio']:.0%} of it. {_more_thrust(f, trade)}"
    )
    yield _stop(f, thrust)
    yield _miss(f)
    yield (
        f"A metre per second more costs {t['kg_per_m_s_start']:.2f} kg at ignition and "
        f"{t['kg_per_m_s_end']:.2f} kg at the ground."
    )


def print_design(f: dict[str, Any]) -> None:
    """All of it in the terminal."""
    from rich.table import Table

    from frigoris.report.console_text import make_console

    out = make_console()
    out.print(heading(f), style="bold")
    for title, columns, rows in (points(f), phases(f), budget(f)):
        table = Table(
            title=title,
            title_justify="left",
            title_style="bold",
            box=None,
            pad_edge=False,
            collapse_padding=True,
        )
        for k, column in enumerate(columns):
            # the unit below the name: lines stay short
            name = column.replace(", ", "\n")
            table.add_column(name, justify="right" if k else "left", no_wrap=k > 0)
        for row in rows:
            table.add_row(*row)
        out.print()
        out.print(table)
    out.print()
    for k, sentence in enumerate(sentences(f)):
        out.print(sentence, style="bold red" if k == 0 and not f["lands"] else None)


def _more_thrust(f: dict[str, Any], trade: dict[str, Any]) -> str:
    best = trade["most_useful_m_s2"]
    if best is None:
        return "More thrust would still help at the end of the trade curve."
    own = trade["mission"]["thrust_to_mass_m_s2"]
    least = min(used for used in trade["propellant_kg"] if not isnan(used))
    if own >= best:
        return f"More than {best:.1f} m/s² helps no single burn from this orbit."
    dv = f["optimum"]["ground"]["dv_m_s"]
    exhaust = f["thrust"]["exhaust_m_s"]
    mass = f["totals"]["mass_ignition_kg"]
    used = mass * (1.0 - exp(-dv / exhaust))
    return (
        f"Up to {used - least:.0f} kg of propellant could be had by more of it, the "
        f"last of them at {best:.1f} m/s²; what such engines weigh is not in that."
    )


def _stop(f: dict[str, Any], thrust: dict[str, Any]) -> str:
    end = gate(f)
    if end is None:
        return "Braking leads to the ground itself."
    needs, has = thrust["stop_needs_m_s2"], thrust["stop_has_m_s2"]
    spare = (
        f"{has / needs - 1.0:.0%} more than needed"
        if has >= needs
        else "NOT enough to stop above the ground"
    )
    return (
        f"At the end of braking ({end['altitude_m']:,.0f} m, {end['speed_m_s']:.0f} "
        f"m/s) a gravity turn stops at the ground with {needs:.2f} m/s²; the engines "
        f"allowed there give {has:.2f} m/s², {spare}."
    )


def _miss(f: dict[str, Any]) -> str:
    end = point(f, "landed") or f["points"][-1]
    miss = f["totals"]["miss_m"]
    where = "short of" if end["downrange_m"] > 0.0 else "beyond"
    if miss > 1.2 * abs(end["downrange_m"]):
        where = "beside"
    return (
        f"The plan comes down {miss:,.0f} m {where} the target, at "
        f"{end['descent_rate_m_s']:.2f} m/s down and "
        f"{end['speed_horizontal_m_s']:.2f} m/s sideways."
    )


def _fixed(value: float, digits: int) -> str:
    shown = f"{value:,.{digits}f}"
    # no minus before a nought
    return shown.lstrip("-") if not shown.strip("-0.,") else shown.replace("-", "−")


def _signed(value: float, digits: int, *, plus: bool = True) -> str:
    shown = _fixed(value, digits)
    return f"+{shown}" if plus and value > 0.0 and not shown.startswith("+") else shown
