"""Does the filter know how wrong it is? For `docs/models/navigation.md`.

`.venv/bin/python docs/measure/consistency.py [CASES]`, by default 512 cases.
"""

import sys
from pathlib import Path

from frigoris import runtime

runtime.prepare()

import numpy as np  # noqa: E402
from matplotlib import rc_context  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from frigoris.messages import BRAKING  # noqa: E402
from frigoris.mission.batch import make_stage  # noqa: E402
from frigoris.mission.build import join  # noqa: E402
from frigoris.mission.cases import Case, make_lanes  # noqa: E402
from frigoris.mission.edit import nominal  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402
from frigoris.report.style import LIGHT, RC  # noqa: E402
from frigoris.verify.consistency import (  # noqa: E402
    Epochs,
    Row,
    sigma_near,
    table,
    together,
    watch,
)

WIDTH = 64
FIGURE = Path(__file__).parents[1] / "figures" / "consistency.png"
HEAD = (
    "phase | looks | NEES/n | r | v | attitude | radius in 3σ | height in 3σ | "
    "rate in 3σ | ranges | NIS offered | NIS accepted | accepted"
)


def watched(cases: int) -> Epochs:
    """Dispersed healthy flights of Mission 2."""
    mission = nominal(load_mission("hakuto-r-m2"))
    stage = make_stage(mission)
    parts = []
    for first in range(0, cases, WIDTH):
        count = min(WIDTH, cases - first)
        some = [Case(first + k) for k in range(count)]
        lanes = make_lanes(mission, stage.planned, stage.setting, some, None)
        parts.append(watch(join([lanes.params], WIDTH), stage.times, count))
        print(f"{first + count} of {cases} cases", file=sys.stderr)
    return together(parts)


def line(row: Row) -> str:
    def share(value: float) -> str:
        return "–" if np.isnan(value) else f"{100 * value:.1f} %"

    def number(value: float) -> str:
        return "–" if np.isnan(value) else f"{value:.2f}"

    cells = [row.phase, f"{row.looks:,}", number(row.nees), *map(number, row.parts)]
    cells += map(share, (row.radius_inside, row.height_inside, row.rate_inside))
    cells += [f"{row.offered:,}", number(row.nis_offered), number(row.nis_accepted)]
    return " | ".join([*cells, share(row.accepted)])


def draw(seen: Epochs) -> None:
    """Mean of the normalised error, and errors of height and rate in sigmas."""
    t = np.nanmean(np.where(seen.flying, seen.time, np.nan), axis=1)
    ignition = t[np.argmax((seen.phase == BRAKING).mean(axis=1) > 0.5)]
    t = t - ignition
    with rc_context(RC):
        figure = Figure(figsize=(11.0, 7.0), dpi=110.0, facecolor=LIGHT["paper"])
        top, *below = figure.subplots(3, 1, sharex=True)
        flying = seen.flying & (seen.flying.mean(axis=1) > 0.5)[:, None]
        mean = np.nanmean(np.where(flying, seen.nees, np.nan), axis=1)
        top.plot(t, mean, c=LIGHT["estimate"])
        top.axhspan(0.4, 1.3, color=LIGHT["grid"])
        top.set_ylabel("mean NEES / n")
        top.set_ylim(0.0, 1.6)
        top.set_title("RESILIENCE without faults: what its filter believes of itself")
        quantities = (
            ("radius", seen.radius_error / seen.radius_sigma),
            ("vertical speed", seen.rate_error / seen.rate_sigma),
        )
        for ax, (words, ratio) in zip(below, quantities, strict=True):
            ratio = np.where(flying, ratio, np.nan)
            ax.plot(t, ratio[:, :64], c=LIGHT["truth"], lw=0.3, alpha=0.5)
            for k in (-3.0, 3.0):
                ax.axhline(k, c=LIGHT["bad"], lw=1.0)
            ax.set_ylabel(f"{words},\nerror in sigmas")
            ax.set_ylim(-4.0, 4.0)
        below[-1].set_xlabel("time since braking ignition, s")
        below[-1].set_xlim(-120.0, np.nanmax(t))
        figure.tight_layout()
        figure.savefig(FIGURE, metadata={"Software": None})


def main() -> None:
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    seen = watched(cases)
    print(f"| {HEAD} |\n|" + "---|" * len(HEAD.split("|")))
    for row in table(seen):
        print(f"| {line(row)} |")
    ends = np.quantile(sigma_near(seen, 100.0), [0.5, 1.0])
    print(
        f"Sigma of the height at 100 m: median {ends[0]:.2f}, largest {ends[1]:.2f} m"
    )
    draw(seen)


if __name__ == "__main__":
    main()
