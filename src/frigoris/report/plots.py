"""The figures of a flight, each drawn into axes that it is given."""

from typing import Any

import numpy as np

from frigoris.report.style import LIGHT
from frigoris.report.view import NEAR, View

KM = 1e-3
# the estimate is the wider line beneath, so that both show where they agree
ESTIMATE: dict[str, Any] = {"c": LIGHT["estimate"], "lw": 2.8, "label": "estimate"}
TRUTH: dict[str, Any] = {"c": LIGHT["truth"], "lw": 1.2, "label": "truth"}
SINCE = "time since braking ignition, s"
RATE_TOP = 5000.0  # altitude up to which descent rates are compared [m]


def altitude(ax: Any, view: View) -> None:
    """True, estimated and measured altitude over the powered descent."""
    ax.set_title("Altitude in the powered descent")
    _altitudes(ax, view, KM)
    _moments(ax, view)
    if view.first_valid:
        _point(ax, view.first_valid.t, view.first_valid.altitude * KM)
    _from_zero(ax, view.truth["altitude_m"] * KM)
    ax.set_xlabel(SINCE)
    ax.set_ylabel("altitude, km")
    ax.legend(loc="lower left")


def altitude_near(ax: Any, view: View) -> None:
    """The same for the last kilometres, with the first valid range."""
    ax.set_title("The last 4 km")
    ax.set_xlabel(SINCE)
    ax.set_ylabel("altitude, m")
    near = view.near
    if near is None:
        _nothing(ax, "never below 4 km")
        return
    _altitudes(ax, near, 1.0)
    _moments(ax, near)
    if near.first_valid and near.first_valid.altitude <= NEAR:
        _point(ax, near.first_valid.t, near.first_valid.altitude)
        ax.annotate(
            # narrow: the line of the last telemetry is close
            f"first valid\nrange\n{near.first_valid.altitude:,.0f} m",
            (near.first_valid.t, near.first_valid.altitude),
            xytext=(12, 10),
            textcoords="offset points",
            color=LIGHT["measurement"],
            fontsize=8.5,
        )
    ax.set_ylim(0.0, 1.04 * NEAR)
    ax.legend(loc="lower left")


def _altitudes(ax: Any, view: View, scale: float) -> None:
    t, truth, onboard = view.t, view.truth, view.onboard
    ax.plot(t, onboard["est_altitude_m"] * scale, **ESTIMATE)
    ax.plot(t, truth["altitude_m"] * scale, **TRUTH)
    valid = onboard["laser_valid"] > 0
    shown = np.where(valid, onboard["laser_range_m"], np.nan) * scale
    # a band beneath the lines: it would hide them
    look = {"c": LIGHT["measurement"], "ms": 6.0, "mew": 0, "ls": "none", "zorder": 1.8}
    ax.plot(t, shown, marker="o", label="laser range, valid", **look)


def _moments(ax: Any, view: View) -> None:
    """Thin vertical lines at the last telemetry and at the contact."""
    if view.last_telemetry:
        line = {"color": LIGHT["telemetry"], "lw": 1.1, "ls": (0, (2, 2))}
        ax.axvline(view.last_telemetry.t, label="last telemetry", **line)
    if view.contact:
        ax.axvline(view.contact.t, color=LIGHT["plan"], lw=0.8)


def _point(ax: Any, x: float, y: float) -> None:
    ring = {"mfc": "none", "mec": LIGHT["measurement"], "mew": 1.6, "ms": 9}
    ax.plot([x], [y], "o", clip_on=False, **ring)


def descent_rate(ax: Any, view: View) -> None:
    """Descent rate against altitude: truth, estimate and the planned schedule."""
    ax.set_title("Descent rate against altitude")
    truth, onboard = view.truth, view.onboard
    rate, at = _schedule(view)
    if len(rate):
        ax.plot(rate, at, c=LIGHT["plan"], ls=(0, (4, 2)), label="planned schedule")
    ax.plot(onboard["est_descent_rate_m_s"], onboard["est_altitude_m"], **ESTIMATE)
    ax.plot(truth["descent_rate_m_s"], truth["altitude_m"], **TRUTH)
    if view.first_valid and view.first_valid.altitude <= RATE_TOP:
        mark = view.first_valid
        _point(ax, mark.descent_rate, mark.altitude)
        ax.plot(
            [], [], "o", mfc="none", mec=LIGHT["measurement"], label="first valid range"
        )
    if view.last_telemetry:
        mark = view.last_telemetry
        dot = {
            "c": LIGHT["telemetry"],
            "ms": 6,
            "ls": "none",
            "label": "last telemetry",
        }
        ax.plot([mark.descent_rate], [mark.altitude], marker="D", **dot)
    below = truth["altitude_m"] < RATE_TOP
    fast = np.max(truth["descent_rate_m_s"][below], initial=20.0)
    ax.set_xlim(0.0, 1.12 * fast if np.isfinite(fast) else None)
    ax.set_ylim(0.0, RATE_TOP)
    ax.set_xlabel("descent rate, m/s")
    ax.set_ylabel("altitude, m")
    ax.legend(loc="upper left")


def _schedule(view: View) -> tuple[np.ndarray, np.ndarray]:
    """Planned descent rate and the estimated altitude that it belongs to, rising."""
    table = view.onboard
    descending = np.flatnonzero(view.scheduled)
    order = descending[np.argsort(table["est_altitude_m"][descending])]
    return table["schedule_descent_rate_m_s"][order], table["est_altitude_m"][order]


def thrust(ax: Any, view: View) -> None:
    """Thrust of both groups of engines, one on the other."""
    ax.set_title("Thrust")
    main, assist = view.truth["thrust_main_N"], view.truth["thrust_assist_N"]
    layers = (LIGHT["first"], LIGHT["second"])
    ax.stackplot(
        view.t,
        main,
        assist,
        labels=("main engine", "assist engines"),
        colors=layers,
        lw=0,
    )
    ax.plot(
        view.t, view.onboard["thrust_cmd_N"], c=LIGHT["ink"], lw=0.7, label="command"
    )
    _moments(ax, view)
    _from_zero(ax, main + assist)
    ax.set_ylabel("thrust, N")
    _legend_above(ax)


def propellant(ax: Any, view: View) -> None:
    """Propellant of the descent engines."""
    ax.set_title("Propellant")
    ax.plot(view.t, view.truth["propellant_kg"], c=LIGHT["third"], label="propellant")
    _moments(ax, view)
    _from_zero(ax, view.truth["propellant_kg"])
    ax.set_xlabel(SINCE)
    ax.set_ylabel("propellant, kg")


def tilt(ax: Any, view: View) -> None:
    """Tilt of the thrust axis from the local vertical."""
    ax.set_title("Tilt")
    ax.plot(view.t, view.onboard["est_tilt_deg"], **ESTIMATE)
    ax.plot(view.t, view.truth["tilt_deg"], **TRUTH)
    _moments(ax, view)
    _from_zero(ax, view.truth["tilt_deg"])
    ax.set_ylabel("tilt, °")
    _legend_above(ax)


def rates(ax: Any, view: View) -> None:
    """True body rates."""
    ax.set_title("Body rates")
    for axis, key in (("x", "first"), ("y", "second"), ("z", "third")):
        rate = np.degrees(view.truth[f"rate_{axis}_rad_s"])
        ax.plot(view.t, rate, c=LIGHT[key], lw=1.1, label=axis)
    _moments(ax, view)
    ax.set_xlabel(SINCE)
    ax.set_ylabel("rate, °/s")
    _legend_above(ax)


def terrain(ax: Any, view: View) -> None:
    """Path and ground against the distance to the target, above the target's height."""
    ax.set_title("Path over the terrain")
    truth = view.truth
    away = truth["downrange_m"] * KM
    ground = (truth["ground_height_m"] - view.site_height) * KM
    above = (truth["height_m"] - view.site_height) * KM
    bottom = min(float(np.nanmin(ground, initial=0.0)), 0.0) - 0.7
    ax.fill_between(away, bottom, ground, color=LIGHT["ground"], lw=0, label="terrain")
    est = view.onboard["est_downrange_m"] * KM, view.onboard["est_altitude_m"] * KM
    ax.plot(*est, **ESTIMATE)
    ax.plot(away, above, **TRUTH)
    ax.plot([0.0], [0.0], "^", c=LIGHT["plan"], ms=6, label="target", clip_on=False)
    top = np.nanmax(above, initial=1.0)
    ax.set_ylim(bottom, 1.06 * top)
    far = np.nanmax(away, initial=1.0)
    ax.set_xlim(1.02 * far, -0.02 * far)
    ax.set_xlabel("distance to the target along the ground, km")
    ax.set_ylabel("height above the target, km")
    ax.legend(loc="center left")


def _legend_above(ax: Any) -> None:
    """One line beside the title, where no curve can be; moments explain themselves."""
    pairs = zip(*ax.get_legend_handles_labels(), strict=True)
    handles, labels = zip(*(p for p in pairs if p[1] != "last telemetry"), strict=True)
    place = {"loc": "lower right", "bbox_to_anchor": (1.01, 0.95)}
    ax.legend(handles, labels, ncols=3, columnspacing=1.2, handlelength=1.3, **place)


def _from_zero(ax: Any, values: np.ndarray, room: float = 1.06) -> None:
    top = np.nanmax(values, initial=0.0)
    ax.set_ylim(0.0, room * top if top > 0.0 else 1.0)


def _nothing(ax: Any, why: str) -> None:
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", color=LIGHT["muted"])
