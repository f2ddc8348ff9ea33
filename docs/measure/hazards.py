"""Paired landings among craters and rocks, with and without hazard avoidance.

The table of `docs/models/hazard-avoidance.md`:
`python docs/measure/hazards.py -n 500 [--store PATH] [--set PATH=VALUE ...]`. Every
case flies twice with the same draws, the same noise and the same load; without hazard
avoidance nobody asks the lidar for an image. Both are judged by the TRUE ground under
the point of contact, which the flight software never sees.
"""

import argparse
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from frigoris import runtime

runtime.prepare()

import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)

import numpy as np  # noqa: E402

from frigoris.campaign.paired import Paired  # noqa: E402
from frigoris.campaign.statistics import wilson  # noqa: E402
from frigoris.flight import scan, slices  # noqa: E402
from frigoris.flight.outcome import OUTCOMES, outcomes, touches  # noqa: E402
from frigoris.mission.batch import fly_lanes, make_stage, rated  # noqa: E402
from frigoris.mission.build_hazard import clearance, footprint_radius  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import nominal, set_values  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402
from frigoris.mission.si import si  # noqa: E402
from frigoris.moon.ground import height  # noqa: E402

FILE = Path(__file__).parents[1] / "examples" / "hazards.yaml"
WIDTH = 64
SPACING = 0.05  # between the points of the true ground that are judged [m]
RESAMPLED = 20_000  # draws of the interval of the factor
WHY = ("never looked", "kept", "diverted", "least bad", "nothing in reach")


@contextmanager
def nobody_asks():
    """No image is taken between the slices of a flight."""
    every = slices.BETWEEN
    slices.BETWEEN = tuple(actor for actor in every if actor is not scan)
    yield
    slices.BETWEEN = every


@jax.jit
def _heights(ground, places):
    return height(ground, places, jax.numpy.ones(places.shape[1:]))


def judged(ground, r_M, radius):
    """Slope [rad] and roughness [m] of the true ground under the legs at a place.

    Least squares over a dense disc: another program than the flight software's, over
    other points.
    """
    line = np.arange(-radius, radius + 1e-9, SPACING)
    x, y = (a.ravel() for a in np.meshgrid(line, line))
    inside = np.hypot(x, y) <= radius
    x, y = x[inside], y[inside]
    up = r_M / np.linalg.norm(r_M)
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    places = r_M[:, None] + east[:, None] * x + np.cross(up, east)[:, None] * y
    h = np.asarray(_heights(ground, jax.numpy.asarray(places)))
    a = np.stack([x, y, np.ones_like(x)], axis=1)
    fit, *_ = np.linalg.lstsq(a, h, rcond=None)
    steep = np.hypot(*fit[:2])
    rough = np.max(np.abs(h - a @ fit)) / np.hypot(1.0, steep)
    return np.arctan(steep), rough


def fly(mission, count, store):
    """Outcome, contact, slope and roughness of every case, and what was decided.

    Batches that are in the store already are not flown again.
    """
    stage = make_stage(mission)
    parts = []
    for first in range(0, count, WIDTH):
        cases = range(first, min(first + WIDTH, count))
        path = store and store.with_name(f"{store.name}-{first}-{len(cases)}.npz")
        if path and path.exists():
            parts.append(dict(np.load(path)))
            continue
        parts.append(fly_some(stage, mission, [Case(k) for k in cases]))
        if path:
            np.savez(path, **parts[-1])
    return {k: np.concatenate([part[k] for part in parts]) for k in parts[0]}


def fly_some(stage, mission, cases):
    """The same of one batch."""
    m = si(mission)
    rows = []
    batch = fly_lanes(stage, [(mission, c) for c in cases], width=WIDTH, every=10)
    found = touches(batch.flown.truth)
    named = outcomes(batch.flown.truth, batch.settled.landing, rated(m))
    raw = batch.flown.samples
    for lane in range(len(cases)):
        r_M = found.r_M[:, lane]
        slope, rough = (np.nan, np.nan)
        if np.all(np.isfinite(r_M)):
            slope, rough = judged(stage.terrain.ground, r_M, footprint_radius(m.lander))
        end = int(np.sum(raw["moving"][:, lane] > 0.5)) - 1
        est, aim = raw["est_r_M"][end, :, lane], raw["aim_M"][end, :, lane]
        up = est / np.linalg.norm(est)
        off = aim - est - up * (up @ (aim - est))
        rows.append(
            {
                "outcome": named[lane],
                "slope": slope,
                "rough": rough,
                "why": raw["look_why"][end, lane],
                "scans": raw["look_scans"][end, lane],
                "probability": raw["look_probability"][end, lane],
                "seen_slope": raw["look_slope"][end, lane],
                "seen_relief": raw["look_relief"][end, lane],
                "off": np.linalg.norm(off),
                "speed": found.horizontal_speed[lane],
                "left": batch.flown.truth.motion.propellant[lane],
            }
        )
    return {k: np.array([row[k] for row in rows]) for k in rows[0]}


def hazardous(rows, m):
    """Cases that touched down on ground beyond what the lander is rated for."""
    steep = rows["slope"] > m.lander.legs.tilt_max
    rough = rows["rough"] > clearance(m.lander)
    return steep | rough | ~np.isfinite(rows["slope"])


def factor(before, after):
    """Ratio of the shares of hazards, and its interval over resampled pairs."""
    rng = np.random.default_rng(1)
    picks = rng.integers(0, len(before), (RESAMPLED, len(before)))
    # half a case in both, so that a sample without any has a finite ratio
    ratios = (before[picks].sum(1) + 0.5) / (after[picks].sum(1) + 0.5)
    whole = (before.sum() + 0.5) / (after.sum() + 0.5)
    return whole, *np.quantile(ratios, [0.025, 0.975])


def told(name, rows, bad):
    """Print what came of one of the two."""
    n, k = len(bad), int(bad.sum())
    ends = wilson(k, n)
    print(
        f"{name}: {k} of {n} on a hazard = {100 * k / n:.1f} % "
        f"({100 * ends.low:.1f} to {100 * ends.high:.1f} %); outcomes "
        + ", ".join(f"{o} {c}" for o in OUTCOMES if (c := (rows["outcome"] == o).sum()))
        + f"; horizontal speed {np.nanmedian(rows['speed']):.2f} m/s (median); "
        f"propellant left {np.nanmean(rows['left']):.1f} kg (mean)"
    )


def part(store, name):
    """Where the batches of one of the two are kept, if anywhere."""
    return store and store.with_name(f"{store.name}-{name}")


def main():
    """Fly both, judge, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=500)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    mission = nominal(set_values(load_mission(FILE), options.set))
    m = si(mission)
    began = time.perf_counter()
    with nobody_asks():
        off = fly(mission, options.n, part(options.store, "off"))
    middle = time.perf_counter()
    on = fly(mission, options.n, part(options.store, "on"))
    end = time.perf_counter()
    bad_off, bad_on = hazardous(off, m), hazardous(on, m)
    told("without", off, bad_off)
    told("with", on, bad_on)
    ratio, low, high = factor(bad_off, bad_on)
    print(f"factor {ratio:.1f}, 95 % {low:.1f} to {high:.1f}")
    good = off["outcome"] == "landed", on["outcome"] == "landed"
    pairs = Paired(
        int(np.sum(good[0] & good[1])),
        int(np.sum(good[0] & ~good[1])),
        int(np.sum(~good[0] & good[1])),
        int(np.sum(~good[0] & ~good[1])),
    )
    print(
        f"landed: both {pairs.both}, only without {pairs.first_only}, only with "
        f"{pairs.second_only}, neither {pairs.neither}; p = {pairs.p_value():.1e}"
    )
    whys = Counter(WHY[int(w)] for w in on["why"])
    print("the last look:", ", ".join(f"{k} {v}" for k, v in whys.most_common()))
    print(f"from the aim at contact: median {np.median(on['off']):.2f} m, "
          f"95 % {np.quantile(on['off'], 0.95):.2f} m")  # fmt: skip
    print(f"wall {middle - began:.0f} s without, {end - middle:.0f} s with")


if __name__ == "__main__":
    main()
