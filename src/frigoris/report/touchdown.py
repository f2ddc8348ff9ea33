"""From first contact to rest, as a part of the page: numbers and two drawings."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from frigoris.mission.si import si
from frigoris.report import text
from frigoris.report.figures import Figures, drawings
from frigoris.report.style import LIGHT

CARDS = (
    ("tilt_deg", "deg", "tilt at the end"),
    ("load_factor_ratio", "g", "largest load"),
    ("stroke_left_m", "m", "least stroke left"),
    ("clearance_m", "m", "least clearance of the body"),
    ("stability_m", "m", "least stability margin"),
    ("slide_m", "m", "moved along the ground"),
    ("endurance_h", "h", "of life in the battery"),
)
AROUND = 48  # points of the rings of the hull
TRIVIAL = 0.05  # way of the centre of mass that has no direction yet [m]


@dataclass(frozen=True)
class Stand:
    """The path to rest, seen from the side that it moved or fell along.

    Places are [m] along that direction and upwards, rows are moments.
    """

    t: np.ndarray  # after the contact [s]
    com: np.ndarray  # [row, 2]
    pads: np.ndarray  # [row, leg, 2]
    hull: np.ndarray  # outline at contact and at rest: [2, point, 2]
    down: np.ndarray  # [m/s]
    level: np.ndarray  # [m/s]
    tilt: np.ndarray  # [deg]
    last: str  # what the last row is


def make_stand(flight: Any) -> Stand | None:
    """What is drawn; None where nothing was recorded of the touchdown."""
    path = flight.touchdown_path
    if not path or len(path["t_s"]) < 2:
        return None
    lander = si(flight.mission).lander
    com = np.stack([path[f"{n}_m"] for n in ("east", "north", "up")], axis=1)
    v = np.stack([path[f"v_{n}_m_s"] for n in ("east", "north", "up")], axis=1)
    pads = np.stack([_pad(path, leg) for leg in range(lander.legs.count)], axis=1)
    q = np.stack([path[f"q_{n}"] for n in "xyzw"], axis=1)[[0, -1]]
    side = _side(com, v[0])
    low = np.mean(Rotation.from_quat(q[0]).inv().apply(pads[0] - com[0])[:, 2])
    ring = _hull(lander, float(low))
    hull = [Rotation.from_quat(q[k]).apply(ring) + com[k] for k in (0, -1)]
    return Stand(
        t=path["t_s"] - path["t_s"][0],
        com=com @ side,
        pads=pads @ side,
        hull=np.stack(hull) @ side,
        down=-v[:, 2],
        level=np.hypot(v[:, 0], v[:, 1]),
        tilt=path["tilt_deg"],
        last="at rest" if flight.touchdown["at_rest"] else "when it broke or stopped",
    )


def _pad(path: dict[str, np.ndarray], leg: int) -> np.ndarray:
    names = ("east", "north", "up")
    return np.stack([path[f"pad_{leg}_{n}_m"] for n in names], axis=1)


def _side(com: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Axes of the drawing as columns: along the way, upwards."""
    way = (com[-1] - com[0])[:2]
    along = way if np.hypot(*way) > TRIVIAL else v[:2]
    size = np.hypot(*along)
    along = along / size if size > 0.0 else np.array([1.0, 0.0])
    return np.array([[along[0], 0.0], [along[1], 0.0], [0.0, 1.0]])


def _hull(lander: Any, low: float) -> np.ndarray:
    """Two rings of the hull from the centre of mass; the pads are at height `low`."""
    angle = np.linspace(0.0, 2.0 * np.pi, AROUND)
    flat = lander.hull.radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    base = low - lander.legs.pad_height
    heights = (base + lander.hull.bottom, base + lander.hull.top)
    rings = [np.column_stack([flat, np.full(AROUND, h)]) for h in heights]
    return np.concatenate(rings)


def side_view(ax: Any, stand: Stand) -> None:
    """Hull and footpads at contact and at rest, and the way between."""
    from scipy.spatial import ConvexHull

    ax.set_title("The touchdown, seen from the side")
    looks = (("at contact", "plan", 0, 0), (stand.last, "truth", 1, -1))
    for name, colour, k, row in looks:
        outline = stand.hull[k][ConvexHull(stand.hull[k]).vertices]
        ax.fill(*outline.T, fc=LIGHT[colour], alpha=0.12, ec="none")
        ax.fill(*outline.T, fc="none", ec=LIGHT[colour], lw=1.4, label=name)
        for pad in stand.pads[row]:
            ax.plot(*np.stack([stand.com[row], pad]).T, c=LIGHT[colour], lw=0.8)
            ax.plot(*pad, "o", c=LIGHT[colour], ms=5)
    for leg in range(stand.pads.shape[1]):
        ax.plot(*stand.pads[:, leg].T, c=LIGHT["measurement"], lw=0.9)
    ax.plot(*stand.com.T, c=LIGHT["estimate"], lw=1.8, label="centre of mass")
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xlabel("along the way, m")
    ax.set_ylabel("above the ground at contact, m")
    ax.legend(loc="upper right")


def speeds(ax: Any, stand: Stand) -> None:
    """Downward and level speed of the centre of mass."""
    ax.set_title("Speed and tilt after the contact")
    ax.plot(stand.t, stand.down, c=LIGHT["truth"], label="downward")
    ax.plot(stand.t, stand.level, c=LIGHT["estimate"], label="level")
    ax.set_ylabel("speed, m/s")
    ax.legend(loc="upper right")


def tilt(ax: Any, stand: Stand) -> None:
    """Of the body axis from the vertical."""
    ax.plot(stand.t, stand.tilt, c=LIGHT["truth"])
    ax.set_xlabel("time since contact, s")
    ax.set_ylabel("tilt, °")
    ax.set_ylim(0.0, 1.1 * max(np.max(stand.tilt), 1.0))


FIGURES: Figures = {
    "stand": ((side_view,), "the lander at contact and at the end, from the side"),
    "rest": ((speeds, tilt), "speeds and tilt after the contact"),
}


def section(flight: Any) -> str:
    """Part of the page, empty where the lander never touched the ground."""
    stand = make_stand(flight)
    if stand is None:
        return ""
    drawn = [
        f'<figure role="img" aria-label="{escape(FIGURES[name][1])}">{svg}</figure>'
        for name, svg in drawings(stand, FIGURES).items()
    ]
    return "\n".join(
        [
            "<h2>Touchdown</h2>",
            f'<div class="cards">{"".join(_cards(flight.touchdown))}</div>',
            f'<div class="figures">{"".join(drawn)}</div>',
        ]
    )


def _cards(found: dict[str, float]) -> Iterable[str]:
    for name, unit, words in CARDS:
        value = text.quantity(found.get(name), unit, 3)
        yield f'<div class="card"><b>{escape(value)}</b><span>{words}</span></div>'
