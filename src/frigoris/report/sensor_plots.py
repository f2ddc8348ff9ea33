"""The picture of a sensor fit: detections against range, and where nobody tested."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.report.figures import DPI, at_place
from frigoris.report.style import LIGHT, RC
from frigoris.verify.sensor.corners import SAMPLES, within_reach
from frigoris.verify.sensor.model import coordinates, probability
from frigoris.verify.sensor.study import Study

SIZE = (12.0, 5.2)  # [inches]
BINS = 14
LINES = 120  # draws that the band is made of
POINTS = 3000  # shots drawn at most


def draw(s: Study, path: Path) -> None:
    """Write the picture; `OutputError` where it can't."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(RC):
        figure = Figure(figsize=SIZE, dpi=DPI, facecolor=LIGHT["paper"])
        left, right = figure.subplots(1, 2)
        _detections(left, s)
        _plane(right, s)
        figure.subplots_adjust(0.06, 0.11, 0.985, 0.9, wspace=0.17)
        stream = BytesIO()
        figure.savefig(stream, format="png", metadata={"Software": None})
    with at_place(path, "the picture of the fit"):
        path.write_bytes(stream.getvalue())


def _detections(ax: Any, s: Study) -> None:
    """Share detected in groups of like range, with what the model makes of them."""
    ranges, count, hits = s.shots.slant_range, s.shots.count, s.shots.hits
    of, centre, total = _groups(ranges, count)
    seen = np.bincount(of, hits) / total

    def share(x: np.ndarray) -> np.ndarray:
        p = probability(s.fit.like.margins(x))
        return np.asarray(np.bincount(of, count * p) / total)

    lanes = np.array([share(x) for x in s.xs[:: max(len(s.xs) // LINES, 1)]])
    low, high = np.quantile(lanes, (0.05, 0.95), axis=0)
    ax.fill_between(centre, low, high, color=LIGHT["estimate"], alpha=0.22, lw=0)
    ax.plot(centre, share(s.fit.best), c=LIGHT["estimate"], label="fitted, 90 % band")
    sheet = share(coordinates(s.sheet.laser))
    ax.plot(centre, sheet, c=LIGHT["plan"], ls="--", label="data sheet")
    bars = np.abs(np.array(_wilson(seen, total)) - seen)
    ax.errorbar(
        centre,
        seen,
        yerr=bars,
        fmt="o",
        ms=4.5,
        c=LIGHT["truth"],
        ecolor=LIGHT["muted"],
        elinewidth=1.0,
        label="tested, 90 %",
    )
    ax.set_xscale("log")
    ax.set_ylim(-0.04, 1.04)
    _metres(ax)
    ax.set_ylabel("share of shots detected")
    fits = f"p = {s.quality.p:.2g}"
    good = "The model fits the test" if s.quality.good else "THE MODEL DOES NOT FIT"
    ax.set_title(f"{good}: {fits}", color=LIGHT["ink" if s.quality.good else "bad"])
    ax.legend(loc="lower left")


def _groups(
    ranges: np.ndarray, count: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Group of each line, mean range [m] and shots of each group."""
    edges = np.unique(np.quantile(ranges, np.linspace(0.0, 1.0, BINS + 1)[1:-1]))
    of = np.unique(np.searchsorted(edges, ranges, side="left"), return_inverse=True)[1]
    total = np.bincount(of, count)
    centre = np.exp(np.bincount(of, count * np.log(ranges)) / total)
    return of, centre, total


def _wilson(share: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    z = 1.645
    middle = (share + z * z / (2.0 * count)) / (1.0 + z * z / count)
    half = z * np.sqrt(share * (1 - share) / count + z * z / (4.0 * count**2))
    half = half / (1.0 + z * z / count)
    return np.minimum(middle - half, share), np.maximum(middle + half, share)


def _plane(ax: Any, s: Study) -> None:
    """Tested shots and the flight, in range and speed."""
    ranges, speed = s.shots.slant_range, np.abs(s.shots.closing)
    some = slice(None, None, max(len(ranges) // POINTS, 1))
    hit = (s.shots.hits > 0.5 * s.shots.count)[some]
    for kind, mark, name in ((~hit, "bad", "missed"), (hit, "good", "detected")):
        ax.scatter(
            ranges[some][kind],
            speed[some][kind],
            s=9,
            alpha=0.55,
            lw=0,
            c=LIGHT[mark],
            label=f"tested, {name}",
        )
    flight = within_reach(s.descent, float(s.sheet.laser.range_max))
    outside = _outside(s)
    x, y = flight.slant_range, np.abs(flight.closing)
    ax.plot(x, np.where(outside, np.nan, y), c=LIGHT["truth"], lw=2.2, label="flight")
    ax.plot(
        x,
        np.where(outside, y, np.nan),
        c=LIGHT["warn"],
        lw=2.2,
        label="flight, never tested",
    )
    low, high = s.fitted.quantile(0.05), s.fitted.quantile(0.95)
    if high > 0.0:
        told = f"valid from, by this test: {low:,.0f} to {high:,.0f} m"
        blue = LIGHT["estimate"]
        ax.axvspan(max(low, 1.0), high, color=blue, alpha=0.18, lw=0, label=told)
        ax.axvline(s.fitted.quantile(0.5), c=blue, lw=1.2)
    alone = s.sheet_alone.quantile(0.5)
    told = f"the same by the data sheet: {alone:,.0f} m"
    ax.axvline(alone, c=LIGHT["plan"], ls="--", lw=1.4, label=told)
    ax.axvline(s.need, c=LIGHT["bad"], ls=":", lw=1.4, label=f"needed: {s.need:,.0f} m")
    ax.set_xscale("log")
    ax.set_xlim(max(min(ranges.min(), s.need) / 2.0, 1.0), 1.15 * x.max())
    ax.set_ylim(-2.0, 1.5 * max(y.max(), speed.max(), 10.0))
    _metres(ax)
    ax.set_ylabel("closing speed, m/s")
    ax.set_title("First valid range of the flight, and where nobody tested")
    clear = {"frameon": True, "facecolor": LIGHT["paper"], "edgecolor": "none"}
    ax.legend(loc="upper left", ncols=2, framealpha=0.92, **clear)


def _outside(s: Study) -> np.ndarray:
    """Where the flight is outside of the test in range, speed, or both together."""
    outside = np.zeros(SAMPLES, dtype=bool)
    for c in s.corners:
        if set(c.names) <= {"range_m", "speed_m_s"}:
            outside |= c.where
    return outside


def _metres(ax: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set_xlabel("range, m")
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    ax.xaxis.set_minor_formatter(NullFormatter())
