"""The figures of a descent design, each drawn into axes that it is given."""

from typing import Any

import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.mission.design import Design
from frigoris.phases import BRAKING, COAST
from frigoris.report.design_text import END_OF_BRAKING, STEPS, point
from frigoris.report.figures import Figures
from frigoris.report.style import LIGHT

KM = 1e-3
TALLER = 4.0  # heights over the Moon in the drawing of the orbit, so that they show
SINCE = "time since braking ignition, s"
ROOM = 0.82  # of the width, so that a second axis has some
NOTE: dict[str, Any] = {"textcoords": "offset points", "fontsize": 8.5}
MARKS = {  # name, and how far from the centre it stands, over the ground's radius
    "deorbit_burn": ("deorbit burn", 0.82, "left"),
    "braking": ("braking ignition", 0.55, "center"),
    "landed": ("target", 0.82, "left"),
}
DOT: dict[str, Any] = {"marker": "o", "ls": "none", "ms": 5, "mew": 0}


def orbit(ax: Any, d: Design) -> None:
    """The orbit plane: deorbit burn, coast, braking, target."""
    ax.set_title(f"The way down; altitudes drawn {TALLER:g} times larger")
    table = d.table
    # the target is on top, and the lander comes from the left
    angle = 0.5 * np.pi + table["downrange_m"] / (
        RADIUS_MOON + 1e3 * d.facts["floor"]["ground_km"]
    )
    radius = (RADIUS_MOON + TALLER * table["altitude_m"]) * KM
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    around = np.linspace(0.0, 2.0 * np.pi, 361)
    ground = RADIUS_MOON * KM
    ax.fill(
        ground * np.cos(around), ground * np.sin(around), color=LIGHT["ground"], lw=0
    )
    high = ground + TALLER * d.facts["floor"]["apolune_km"]
    dashed = {"c": LIGHT["plan"], "lw": 1.0, "ls": (0, (4, 3))}
    ax.plot(high * np.cos(around), high * np.sin(around), **dashed)
    free = table["phase"] <= COAST
    ax.plot(x[free], y[free], c=LIGHT["estimate"])
    ax.plot(x[~free], y[~free], c=LIGHT["bad"], lw=2.4)
    for name, (label, inside, side) in MARKS.items():
        p = point(d.facts, name)
        if p is None:
            continue
        k = int(np.argmin(np.abs(table["t_s"] - p["t_s"])))
        ax.plot(x[k], y[k], c=LIGHT["truth"], **DOT)
        # towards the centre, where the drawing has room
        aside = (inside * ground / np.hypot(x[k], y[k])) * np.array([x[k], y[k]])
        ax.plot(*zip((x[k], y[k]), 1.06 * aside, strict=True), c=LIGHT["truth"], lw=0.6)
        when = _minutes(p["t_s"])
        ax.text(
            *aside,
            f"{label}\n{when}",
            ha=side,
            va="top" if y[k] > 0.0 else "bottom",
            fontsize=8.5,
        )
    edge = 1.04 * high
    ax.set_ylim(-edge, edge)
    ax.set_aspect("equal", adjustable="datalim", anchor="W")
    ax.axis("off")


def _minutes(t_s: float) -> str:
    """Time from ignition as people say it."""
    return "at 0 min" if t_s == 0.0 else f"{t_s / 60.0:+.0f} min".replace("-", "−")


def profile(ax: Any, d: Design) -> None:
    """Altitude over the ground still to go."""
    ax.set_title("Powered descent in profile")
    burning = d.table["phase"] >= BRAKING
    x, y = (d.table[k][burning] * KM for k in ("downrange_m", "altitude_m"))
    ax.fill_between(x, y, 0.0, color=LIGHT["ground"], alpha=0.35, lw=0)
    ax.plot(x, y, c=LIGHT["plan"], lw=2.2)
    for p in d.facts["points"]:
        if p["name"] == "braking" or p["text"] == END_OF_BRAKING:
            here = p["downrange_m"] * KM, p["altitude_m"] * KM
            ax.plot(*here, c=LIGHT["truth"], **DOT)
            # below the curve, where it leaves room whatever its shape
            place = (0.06, 0.62) if p["name"] == "braking" else (0.52, 0.18)
            ax.annotate(
                f"{p['text']}\n{here[1]:.1f} km, {p['speed_m_s']:,.0f} m/s",
                here,
                xytext=place,
                arrowprops={"arrowstyle": "-", "color": LIGHT["plan"], "lw": 0.7},
                **{**NOTE, "textcoords": "axes fraction"},
            )
    ax.set_xlim(1.02 * x[0], min(float(x[-1]), -0.02 * float(x[0])))
    ax.set_ylim(0.0, 1.1 * float(y.max()))
    ax.set_xlabel("ground still to go to the target, km")
    ax.set_ylabel("altitude above the site, km")


def level_speed(ax: Any, d: Design) -> None:
    """Horizontal speed over the ground."""
    ax.set_title("Horizontal speed and descent rate over the ground")
    t, keep = d.table["t_s"], d.table["phase"] >= BRAKING
    ax.plot(t[keep], d.table["speed_horizontal_m_s"][keep], c=LIGHT["first"])
    _phases(ax, d, named=True)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel("horizontal, m/s")


def descent_rate(ax: Any, d: Design) -> None:
    """Descent rate."""
    t, keep = d.table["t_s"], d.table["phase"] >= BRAKING
    ax.plot(t[keep], d.table["descent_rate_m_s"][keep], c=LIGHT["bad"])
    _phases(ax, d)
    ax.set_xlim(0.0, float(t[-1]))
    ax.set_xlabel(SINCE)
    ax.set_ylabel("down, m/s")


def thrust(ax: Any, d: Design) -> None:
    """Thrust over mass, and where it points."""
    ax.set_title("Thrust over mass, and its angle over the horizon")
    keep = d.table["phase"] >= BRAKING
    ax.plot(d.table["t_s"][keep], d.table["thrust_to_mass_m_s2"][keep], c=LIGHT["bad"])
    _phases(ax, d)
    ax.set_ylim(bottom=0.0)
    ax.set_ylabel("over mass, m/s²")


def pitch(ax: Any, d: Design) -> None:
    """0 is level, against the flight; 90 straight up."""
    keep = d.table["phase"] >= BRAKING
    t = d.table["t_s"][keep]
    ax.plot(t, d.table["pitch_deg"][keep], c=LIGHT["third"])
    _phases(ax, d)
    ax.set_xlim(0.0, float(t[-1]))
    ax.set_yticks([0, 30, 60, 90])
    ax.set_ylabel("angle, °")
    ax.set_xlabel(SINCE)


def budget(ax: Any, d: Design) -> None:
    """From the floor to what the tanks hold, a bar a step."""
    f = d.facts
    ax.set_title("Where the delta-v goes, m/s")
    orbit, left = f["phases"][0]["dv_m_s"], f["totals"]["dv_left_m_s"]
    bars = [(STEPS[s["name"]][0], s["dv_m_s"], "plan") for s in f["budget"]]
    bars[0] = (*bars[0][:2], "first")
    bars.append(("deorbit burn", orbit, "second"))
    bars.append(("left in the tanks" if left >= 0.0 else "MISSING", left, "good"))
    if left < 0.0:
        bars[-1] = (*bars[-1][:2], "bad")
    floor = bars[0][1]
    begin = floor - 0.6 * (f["totals"]["dv_m_s"] + max(left, 0.0) - floor) - 30.0
    at = 0.0
    for k, (name, value, colour) in enumerate(bars):
        left_end = begin if k == 0 else at
        width = value - begin if k == 0 else value
        ax.barh(k, width, left=left_end, color=LIGHT[colour], height=0.62)
        at += value
        shown = f"{value:,.1f}" if k == 0 else f"{value:+,.1f}".replace("-", "−")
        ends = max(left_end, left_end + width), min(left_end, left_end + width)
        label = f"{name}  {shown}"
        if k < 2:
            ax.annotate(label, (ends[0], k), (5, 0), va="center", **NOTE)
        else:
            ax.annotate(label, (ends[1], k), (-5, 0), va="center", ha="right", **NOTE)
    ax.set_ylim(len(bars) - 0.4, -0.6)
    ax.set_yticks([])
    ax.set_xlim(begin, at + 0.06 * (at - begin))
    ax.set_xlabel("sum from the energy floor on, m/s; the axis does not begin at 0")
    ax.grid(visible=False, axis="y")


def trade(ax: Any, d: Design) -> None:
    """Delta-v and propellant over thrust to mass at ignition."""
    ax.set_title("What more thrust would save")
    f, told = d.facts, d.facts["trade"]
    x = np.array(told["thrust_to_mass_m_s2"])
    best, gate = (np.array(told[k]) for k in ("dv_m_s", "dv_with_final_descent_m_s"))
    floor = f["floor"]["over_ground_m_s"]
    ax.plot(
        x, gate, c=LIGHT["second"], label="best burn to the gate, descent as planned"
    )
    ax.plot(x, best, c=LIGHT["estimate"], label="best single burn to the ground")
    ax.axhline(floor, c=LIGHT["muted"], ls=(0, (4, 2)), lw=1.2, label="floor")
    own = told["mission"]
    here = own["thrust_to_mass_m_s2"], own["dv_m_s"]
    ax.plot(*here, c=LIGHT["bad"], **{**DOT, "ms": 8}, label="this mission", zorder=4)
    if told["most_useful_m_s2"] is not None:
        most = told["most_useful_m_s2"]
        look = {"c": LIGHT["estimate"], "ms": 6, "ls": "none", "marker": "v"}
        ax.plot(most, float(np.nanmin(best)), label="more thrust helps no more", **look)
    top = float(np.nanmax([*gate, here[1]]))
    # above the curves there is room for the names of all of them
    ax.set_ylim(floor - 0.08 * (top - floor), top + 0.4 * (top - floor))
    ax.set_xlim(float(x[0]), float(x[-1]))
    ax.set_xlabel("thrust over mass at ignition, m/s²")
    ax.set_ylabel("delta-v from ignition to the ground, m/s")
    _propellant_axis(ax, f)
    ax.legend(loc="upper right")


def _propellant_axis(ax: Any, f: dict[str, Any]) -> None:
    """The same on the right side as propellant, at this exhaust speed and mass."""
    mass, exhaust = f["totals"]["mass_ignition_kg"], f["thrust"]["exhaust_m_s"]

    def kilograms(dv: np.ndarray) -> np.ndarray:
        return np.asarray(-mass * np.expm1(-np.asarray(dv) / exhaust))

    def dv_of(kg: np.ndarray) -> np.ndarray:
        share = np.clip(np.asarray(kg) / mass, -1.0, 0.999)
        return np.asarray(-exhaust * np.log1p(-share))

    place = ax.get_position()
    ax.set_position(
        (place.x0 + 0.04 * place.width, place.y0, ROOM * place.width, place.height)
    )
    side = ax.secondary_yaxis("right", functions=(kilograms, dv_of))
    side.set_ylabel("propellant of all engines together, kg")


def _phases(ax: Any, d: Design, *, named: bool = False) -> None:
    """Thin lines where phases end."""
    for p in d.facts["points"]:
        if p["t_s"] <= 0.0 or p["name"] == "landed":
            continue
        ax.axvline(p["t_s"], color=LIGHT["plan"], lw=0.7)
        if named:
            look = {"rotation": 90, "ha": "right", "va": "top", "fontsize": 7.5}
            height = ("data", "axes fraction")
            ax.annotate(p["text"], (p["t_s"], 0.98), xycoords=height, **look)


FIGURES: Figures = {
    "orbit": ((orbit,), "the orbit plane: deorbit burn, coast, ignition, target"),
    "profile": ((profile,), "altitude over the ground still to go"),
    "budget": ((budget,), "delta-v from the floor to what the tanks hold"),
    "speeds": (
        (level_speed, descent_rate),
        "horizontal speed and descent rate over time",
    ),
    "thrust": ((thrust, pitch), "thrust over mass, and its angle over the horizon"),
    "trade": ((trade,), "delta-v and propellant over thrust to mass at ignition"),
}
