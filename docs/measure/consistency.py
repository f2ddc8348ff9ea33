"""Does the filter know how wrong it is? The table and figure of `docs/models/navigation.md`.

`.venv/bin/python docs/measure/consistency.py [CASES]`, by default 512 cases.
"""

import sys

from frigoris import runtime

runtime.prepare()

import jax  # noqa: E402
import numpy as np  # noqa: E402

from frigoris.mission.batch import make_stage  # noqa: E402
from frigoris.mission.build import join  # noqa: E402
from frigoris.mission.cases import Case, make_lanes  # noqa: E402
from frigoris.mission.edit import nominal, set_values  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402
from frigoris.verify import consistency  # noqa: E402

WIDTH = 64


def watched(sets=(), cases=512):
    """All looks at dispersed healthy flights of Mission 2."""
    mission = nominal(set_values(load_mission("hakuto-r-m2"), sets))
    stage = make_stage(mission)
    parts = []
    for first in range(0, cases, WIDTH):
        some = [Case(k) for k in range(first, min(first + WIDTH, cases))]
        lanes = make_lanes(mission, stage.planned, stage.setting, some, None)
        seen = consistency.watch(join([lanes.params], WIDTH), stage.times)
        parts.append(jax.tree.map(lambda x: x[..., : len(some)], vars(seen)))
        print(f"{first + len(some)} of {cases}", file=sys.stderr)
    longest = max(len(p["time"]) for p in parts)

    def whole(key):
        blank = False if parts[0][key].dtype == bool else 0
        padded = [
            np.pad(
                p[key],
                [(0, longest - len(p[key]))] + [(0, 0)] * (p[key].ndim - 1),
                constant_values=blank,
            )
            for p in parts
        ]
        return np.concatenate(padded, axis=-1)

    return consistency.Epochs(**{key: whole(key) for key in parts[0]})


def main():
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 512
    seen = watched(sys.argv[2:], cases)
    print(
        "| phase | looks | NEES/n | altitude in 3 s | rate in 3 s | offered | NIS | NIS accepted | accepted |"
    )
    for r in consistency.table(seen):
        print(
            f"| {r.phase} | {r.looks} | {r.nees:.2f} {[round(x, 2) for x in r.parts]} | {100 * r.altitude_inside:.1f} % | {100 * r.rate_inside:.1f} % | {r.offered} | {r.nis_offered:.2f} | {r.nis_accepted:.2f} | {100 * r.accepted:.1f} % |"
        )
    for ph in (4, 5, 6):
        ok = seen.flying & (seen.phase == ph)
        x = (seen.altitude_error / seen.altitude_sigma)[ok]
        print(
            ph,
            "err",
            np.round(
                np.quantile(seen.altitude_error[ok], [0.01, 0.05, 0.5, 0.95, 0.99]), 2
            ),
            "ratio",
            np.round(np.quantile(x, [0.01, 0.05, 0.5, 0.95, 0.99]), 2),
            "rms ratio",
            np.sqrt(np.mean(x**2)),
            "sigma",
            np.quantile(seen.altitude_sigma[ok], [0.05, 0.5, 0.95]),
        )
        y = (seen.rate_error / seen.rate_sigma)[ok]
        print(
            "   rate",
            np.round(
                np.quantile(seen.rate_error[ok], [0.01, 0.05, 0.5, 0.95, 0.99]), 3
            ),
            np.round(np.quantile(y, [0.01, 0.05, 0.5, 0.95, 0.99]), 2),
        )
    print(
        "sigma at 100 m",
        np.quantile(consistency.sigma_near(seen, 100.0), [0.5, 0.95, 1.0]),
    )


main()
