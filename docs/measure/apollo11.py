"""The descent of Apollo 11 as flown here, drawn over the plan of 1969.

    frigoris fly apollo-11 --undispersed --out runs/apollo-11
    python docs/measure/apollo11.py runs/apollo-11 docs/figures/apollo-11.png

Points: NASA TN D-6846, table I.
"""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pyarrow.parquet as pq

from frigoris.constants import RADIUS_MOON
from frigoris.moon.orientation import SPIN
from frigoris.report.style import LIGHT, RC

FOOT = 0.3048  # [m]
CENTRE = 12.0  # of mass over the footpads [ft]
# time from ignition [s], inertial speed, rate [ft/s], altitude [ft]
TABLE = [
    (0, 5560, 4, 48_814),
    (26, 5529, 3, 48_725),
    (176, 4000, 50, 44_934),
    (258, 3065, 89, 39_201),
    (384, 1456, 106, 24_639),
    (402, 1315, 127, 22_644),
    (506, 506, 145, 7515),
    (606, 55, 16, 512),
    (714, 15, 3, 12),
]


def read(folder: Path) -> dict[str, np.ndarray]:
    """What is drawn, in feet, from ignition on."""
    flight = json.loads((folder / "truth" / "flight.json").read_text("utf-8"))
    table = pq.read_table(folder / "truth" / "states.parquet").to_pydict()
    s = {k: np.array(v) for k, v in table.items()}
    site = float(np.linalg.norm(flight["site_r_M_m"])) - RADIUS_MOON
    keep = s["t_s"] >= flight["ignition_s"]
    keep &= s["t_s"] <= flight["contact"]["t_s"]
    vx = s["v_x_m_s"] - SPIN * s["r_y_m"]
    vy = s["v_y_m_s"] + SPIN * s["r_x_m"]
    drawn = {
        "time": s["t_s"] - flight["ignition_s"],
        "altitude": (s["height_m"] - site) / FOOT + CENTRE,
        "speed": np.sqrt(vx**2 + vy**2 + s["v_z_m_s"] ** 2) / FOOT,
        "rate": s["descent_rate_m_s"] / FOOT,
        "thrust": s["thrust_main_N"] / 1e3,
        "tilt": s["tilt_deg"],
    }
    return {name: values[keep] for name, values in drawn.items()}


def main() -> None:
    """Four panels."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    flown = read(folder)
    plan = np.array(TABLE, dtype=float)
    with plt.rc_context(RC):
        fig, axes = plt.subplots(2, 2, figsize=(9.0, 5.6), sharex=True)
        panels = [
            (axes[0, 0], "altitude", "altitude over the site [ft]", plan[:, 3]),
            (axes[0, 1], "speed", "inertial speed [ft/s]", plan[:, 1]),
            (axes[1, 0], "rate", "descent rate [ft/s]", plan[:, 2]),
        ]
        for ax, name, label, points in panels:
            ax.plot(flown["time"], flown[name], color=LIGHT["truth"], label="flown")
            dots = {"color": LIGHT["measurement"], "s": 22, "zorder": 3}
            ax.scatter(plan[:, 0], points, label="plan of 1969", **dots)
            ax.set_ylabel(label)
        axes[0, 0].legend()
        last = axes[1, 1]
        last.plot(flown["time"], flown["thrust"], color=LIGHT["first"])
        last.set_ylabel("thrust [kN]", color=LIGHT["first"])
        other = last.twinx()
        other.plot(flown["time"], flown["tilt"], color=LIGHT["third"])
        other.set_ylabel("tilt from the vertical [deg]", color=LIGHT["third"])
        other.grid(visible=False)
        for ax in axes[1]:
            ax.set_xlabel("time from ignition [s]")
        fig.tight_layout()
        fig.savefig(out, dpi=110)


if __name__ == "__main__":
    main()
