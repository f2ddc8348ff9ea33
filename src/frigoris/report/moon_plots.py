"""The panels of a site's map sheet, each drawn into axes that it is given."""

from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter

from frigoris.moon.overview import STEEP, Overview, View
from frigoris.report.figures import Figures
from frigoris.report.style import LIGHT

KM = 1e-3
LINES_OVER = 21  # nodes over which lines of height are smoothed
DAYS = {"sun": ("Sun", LIGHT["measurement"]), "earth": ("Earth", LIGHT["estimate"])}
CROSS: dict[str, Any] = {"ls": "none", "marker": "+", "ms": 11, "mew": 1.6}


def region(ax: Any, view: Overview) -> None:
    """Height and shadow of the region, with the ground track."""
    ax.set_title("Region in the light of the moment, height in km")
    _shaded(ax, view.region, KM)
    _height_lines(ax, view.region)
    if view.heading_deg is not None:
        turn = np.radians(view.heading_deg)
        start = -2.0 * view.region.half * np.array([np.sin(turn), np.cos(turn)]) * KM
        ax.plot([start[0], 0.0], [start[1], 0.0], c=LIGHT["bad"], lw=1.3)
        ax.annotate(
            "",
            (0.0, 0.0),
            tuple(0.25 * start),
            arrowprops={"arrowstyle": "-|>", "color": LIGHT["bad"], "lw": 1.3},
        )
    _site(ax, view.region, KM, "km")


def near(ax: Any, view: Overview) -> None:
    """Slopes around the site: where a lander may stand."""
    n = view.near
    ax.set_title(f"Slope over {2 * n.step:.0f} m, degrees")
    edge = n.half
    image = ax.imshow(
        n.slope_deg,
        extent=(-edge, edge, -edge, edge),
        origin="lower",
        cmap="RdYlGn_r",
        vmin=0.0,
        vmax=20.0,
    )
    _bar(ax, image, "")
    _site(ax, n, 1.0, "m")


def close(ax: Any, view: Overview) -> None:
    """The last metres: craters, rocks and the circle of the legs."""
    from matplotlib.patches import Circle

    rise = float(np.ptp(view.close.heights))
    ax.set_title(f"Around the target, synthetic; {rise:.1f} m of relief")
    _shaded(ax, view.close, 1.0)
    ring = {"fill": False, "ec": LIGHT["bad"], "lw": 1.4}
    ax.add_patch(Circle((0.0, 0.0), view.legs, **ring))
    _frame(ax, view.close, 1.0, "m")


def skyline(ax: Any, view: Overview) -> None:
    """The edge of the ground all around, and the ways of Sun and Earth."""
    ax.set_title("Skyline; Sun and Earth over a month")
    edge = np.degrees(view.skyline.elevation)
    azimuth = 360.0 * np.arange(len(edge)) / len(edge)
    bottom = min(float(edge.min()), 0.0) - 3.0
    for body, (name, colour) in DAYS.items():
        up = view.month.elevation[body]
        look = {"c": colour, "ls": "none", "marker": ".", "ms": 1.6, "mew": 0}
        ax.plot(view.month.azimuth[body], up, **look)
        now = view.now[f"{body}_azimuth_deg"], view.now[f"{body}_elevation_deg"]
        ax.plot(*now, "o", mfc="none", mec=colour, mew=1.6, ms=8, label=name)
    ax.fill_between(azimuth, edge, bottom, color=LIGHT["ground"], lw=0, zorder=3)
    ax.plot(azimuth, edge, c=LIGHT["truth"], lw=0.9, zorder=3)
    highest = max(float(v.max()) for v in view.month.elevation.values())
    ax.set_ylim(bottom, max(1.12 * highest, float(edge.max()) + 3.0, 5.0))
    ax.set_xlim(0.0, 360.0)
    ax.set_xticks(range(0, 361, 90), ["N", "E", "S", "W", "N"])
    ax.set_ylabel("elevation, deg")
    ax.legend(loc="best")


def light(ax: Any, view: Overview) -> None:
    """When the site is lit, and when it sees the Earth."""
    ax.set_title("Share of the disc above the skyline")
    moments, month = view.month.moments, view.month
    days = np.array([(m - moments[0]).total_seconds() / 86_400.0 for m in moments])
    for body, base in (("earth", 0.0), ("sun", 1.25)):
        name, colour = DAYS[body]
        ax.fill_between(
            days, base, base + month.share[body], color=colour, alpha=0.5, lw=0
        )
        ax.plot(days, base + month.share[body], c=colour, lw=1.2)
        ax.text(days[-1], base + 1.04, name, color=colour, ha="right", fontsize=8.5)
    ax.set_ylim(0.0, 2.45)
    ax.set_yticks([0.0, 1.0, 1.25, 2.25], ["0", "1", "0", "1"])
    ax.set_xlim(0.0, days[-1])
    ax.set_xlabel(f"days from {moments[0]:%Y-%m-%d %H:%M} UTC")


def profile(ax: Any, view: Overview) -> None:
    """Ground under the approach, or how slopes are spread where there is none."""
    if view.track is None:
        _slopes(ax, view)
        return
    ax.set_title("Ground under the approach")
    track = view.track
    x, ground = track.along * KM, track.ground
    low = float(ground.min()) - 0.06 * max(float(np.ptp(ground)), 100.0)
    ax.fill_between(x, ground, low, color=LIGHT["ground"], lw=0)
    ax.plot(x, ground, c=LIGHT["truth"], lw=0.9, label="ground")
    ax.axvline(0.0, c=LIGHT["bad"], lw=1.0)
    edge = view.region.half * KM
    ax.axvspan(
        -edge, edge, color=LIGHT["warn"], alpha=0.10, lw=0, label="synthetic relief"
    )
    ax.set_ylim(low, None)
    ax.set_xlim(float(x[0]), float(x[-1]))
    ax.set_xlabel("distance to the target along the track, km")
    ax.set_ylabel("height, m", labelpad=1.0)
    ax.legend(loc="best")


def _slopes(ax: Any, view: Overview) -> None:
    ax.set_title(f"Ground under a lander, within {view.legs:.1f} m")
    share = np.linspace(0.0, 100.0, len(view.slope_deg))
    ax.plot(view.slope_deg, share, c=LIGHT["truth"])
    for limit in STEEP:
        ax.axvline(limit, c=LIGHT["plan"], lw=0.8)
    ax.set_xlim(0.0, max(20.0, float(view.slope_deg[-1])))
    ax.set_ylim(0.0, 100.0)
    ax.set_xlabel("slope, deg")
    ax.set_ylabel("share of places not steeper, %")


def _shaded(ax: Any, view: View, unit: float) -> None:
    edge = view.half * unit
    # a little light in the shadow, so that its ground can be seen
    image = 0.12 + 0.88 * view.shade / max(float(view.shade.max()), 1e-9)
    ax.imshow(
        image,
        extent=(-edge, edge, -edge, edge),
        origin="lower",
        cmap="gray",
        vmin=0.0,
        vmax=1.05,
    )


def _height_lines(ax: Any, view: View) -> None:
    axis = np.linspace(-view.half, view.half, len(view.heights)) * KM
    # of means over some kilometres: the lines are for the eye
    heights = uniform_filter(view.heights * KM, LINES_OVER)
    if np.ptp(heights) < 1e-9:
        return
    look = {"colors": LIGHT["third"], "linewidths": 0.8, "linestyles": "solid"}
    lines = ax.contour(axis, axis, heights, 6, **look)
    ax.clabel(lines, fontsize=7.5, fmt="%.2f")


def _bar(ax: Any, image: Any, label: str) -> None:
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.045, pad=0.02)
    bar.outline.set_visible(False)
    bar.set_label(label)


def _site(ax: Any, view: View, unit: float, name: str) -> None:
    ax.plot(0.0, 0.0, c=LIGHT["bad"], **CROSS)
    _frame(ax, view, unit, name)


def _frame(ax: Any, view: View, unit: float, name: str) -> None:
    edge = view.half * unit
    ax.set_xlim(-edge, edge)
    ax.set_ylim(-edge, edge)
    ax.set_aspect("equal")
    ax.grid(visible=False)
    ax.set_xlabel(f"east, {name}")
    ax.set_ylabel(f"north, {name}")


FIGURES: Figures = {
    "region": ((region,), "the region, lit as it is then"),
    "near": ((near,), "slopes around the site"),
    "close": ((close,), "the last metres"),
    "skyline": ((skyline,), "skyline, Sun and Earth"),
    "light": ((light,), "when it is lit, when it sees the Earth"),
    "profile": ((profile,), "ground under the approach"),
}
