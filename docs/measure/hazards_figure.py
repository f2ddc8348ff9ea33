"""The figure of `docs/models/hazard-avoidance.md`: what one lander saw from 80 m.

`python docs/measure/hazards_figure.py [CASE]` flies a case of the example, looks again
at its last look, and writes `docs/figures/hazard-avoidance.png`.
"""

import sys
from pathlib import Path

from frigoris import runtime

runtime.prepare()

import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)

import matplotlib  # noqa: E402

matplotlib.use("Agg")

import jax.numpy as jnp  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

from frigoris.constants import RADIUS_MOON  # noqa: E402
from frigoris.flight import scan  # noqa: E402
from frigoris.flight.landing import level_axes  # noqa: E402
from frigoris.flight.outcome import touches  # noqa: E402
from frigoris.math.tree import replace_at  # noqa: E402
from frigoris.mission.batch import fly_lanes, make_stage  # noqa: E402
from frigoris.mission.build_hazard import footprint_radius  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import nominal  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402
from frigoris.mission.si import si  # noqa: E402
from frigoris.moon.ground import height  # noqa: E402
from frigoris.onboard.hazard.height_map import places  # noqa: E402

HERE = Path(__file__).parents[1]


def last_look(batch):
    """State at the last look of lane 0, with the memory that it was taken with."""
    states = batch.flown.states
    counts = [float(s.onboard.looked.scans[0]) for s in states]
    k = int(np.flatnonzero(np.diff(counts) > 0.0)[-1]) + 1
    before = states[k - 1].onboard
    onboard = replace_at(
        lambda o: (o.aim_M, o.looked), states[k].onboard, (before.aim_M, before.looked)
    )
    return states[k]._replace(onboard=onboard)


def true_heights(ground, r_M, x, y):
    """Heights over the centre of mass of the ground below its level plane [m]."""
    dcm = np.asarray(level_axes(jnp.asarray(r_M)))
    flat = r_M[:, None] + dcm[0][:, None] * x.ravel() + dcm[1][:, None] * y.ravel()
    level = height(ground, jnp.asarray(flat), jnp.ones(flat.shape[1]))
    over = RADIUS_MOON + np.asarray(level) - np.linalg.norm(flat, axis=0)
    return over.reshape(x.shape)


def main():
    """Fly, look, draw."""
    case = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    mission = nominal(load_mission(HERE / "examples" / "hazards.yaml"))
    stage = make_stage(mission)
    batch = fly_lanes(stage, [(mission, Case(case))], keep=True)
    params = jax.tree.map(jnp.asarray, batch.params)
    flying = last_look(batch)
    aim_M, looked, maps, _ = scan.look_of(params, flying, 0)
    r_M = np.asarray(flying.truth.motion.r_M)[:, 0]
    est_M = np.asarray(flying.onboard.navigator.r_M)[:, 0]
    dcm = np.asarray(level_axes(jnp.asarray(r_M)))
    aim = dcm @ (np.asarray(aim_M) - est_M)
    old = dcm @ (np.asarray(flying.onboard.aim_M)[:, 0] - est_M)
    contact = dcm @ (touches(batch.flown.truth).r_M[:, 0] - r_M)
    x, y = (np.asarray(a) for a in places(maps.heights))
    shown = np.isfinite(np.asarray(maps.heights.heights))
    side = x[shown].min(), x[shown].max(), y[shown].min(), y[shown].max()
    fine = np.meshgrid(
        np.linspace(side[0], side[1], 300), np.linspace(side[2], side[3], 300),
        indexing="ij",
    )  # fmt: skip
    truth = true_heights(stage.terrain.ground, r_M, *fine)
    measured = np.asarray(maps.heights.heights)
    base = np.nanmedian(measured)
    limits = params.onboard.hazard
    panels = [
        (*fine, truth - np.median(truth), "true ground [m]", "Greys_r", (-1.0, 1.0)),
        (x, y, measured - base, "measured heights [m]", "Greys_r", (-1.0, 1.0)),
        (x, y, np.degrees(maps.under.slope), "slope of the footprint [deg]", "magma",
         (0.0, 2.0 * np.degrees(float(limits.slope_max[0])))),
        (x, y, np.asarray(maps.under.relief), "relief in the footprint [m]", "magma",
         (0.0, 2.0 * float(limits.clearance[0]))),
        (x, y, np.asarray(maps.safe.probability), "probability of safe ground [-]",
         "viridis", (0.0, 1.0)),
        (x, y, np.where(maps.possible, np.asarray(maps.cost), np.nan),
         "cost of what can be reached [-]", "viridis_r", (0.0, 1.5)),
    ]  # fmt: skip
    radius = footprint_radius(si(mission).lander)
    figure, axes = plt.subplots(2, 3, figsize=(13.5, 8.6), constrained_layout=True)
    for axis, (u, v, values, title, colours, (low, high)) in zip(
        axes.ravel(), panels, strict=True
    ):
        drawn = axis.pcolormesh(
            u, v, values, cmap=colours, vmin=low, vmax=high, shading="nearest"
        )
        figure.colorbar(drawn, ax=axis, shrink=0.8)
        for place, colour, name in (
            (old, "tab:orange", "aim before"),
            (aim, "tab:cyan", "aim chosen"),
            (contact, "tab:red", "footpads at contact"),
        ):
            ring = plt.Circle(place[:2], radius, fill=False, color=colour, lw=1.8)
            axis.add_patch(ring)
            ring.set_label(name)
        axis.set_aspect("equal")
        axis.set_xlim(side[0], side[1])
        axis.set_ylim(side[2], side[3])
        axis.set_title(title)
        axis.set_xlabel("east of the lander [m]")
        axis.set_ylabel("north [m]")
    axes[0, 0].legend(loc="upper left", fontsize=8)
    figure.suptitle(
        f"Case {case} of docs/examples/hazards.yaml, its last look: SYNTHETIC ground"
    )
    figure.savefig(HERE / "figures" / "hazard-avoidance.png", dpi=80)
    told = [float(np.degrees(looked.slope)), float(np.degrees(looked.slope_before))]
    print(f"slope {told[0]:.1f} deg, before {told[1]:.1f}; why {int(looked.why)}")


if __name__ == "__main__":
    main()
