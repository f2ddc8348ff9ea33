"""A SYNTHETIC test campaign of a range finder, to try `frigoris sensor fit` with.

Shots are drawn from the laser's own model with known parameters, over conditions as a
helicopter would fly them; no instrument was measured. Write it with
`.venv/bin/python docs/measure/laser_test.py > laser-test.csv`.
"""

import argparse

from frigoris import runtime

runtime.prepare()

import numpy as np  # noqa: E402

from frigoris.mission.load import load_mission  # noqa: E402
from frigoris.verify.sensor.data import Shots  # noqa: E402
from frigoris.verify.sensor.model import Likelihood, laser_of  # noqa: E402

COLUMNS = "range_m,albedo_ratio,incidence_deg,speed_m_s,temperature_degC,detected"


def main():
    """Print the table."""
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--mission", default="hakuto-r-m2")
    parse.add_argument("--seed", type=int, default=1)
    parse.add_argument("--shots", type=int, default=600)
    parse.add_argument("--efficiency", type=float, default=0.3)
    parse.add_argument("--averaging-ms", type=float, default=20.0)
    parse.add_argument("--loss-per-k", type=float, default=0.008)
    parse.add_argument("--range-max-m", type=float, default=3000.0)
    parse.add_argument("--speed-max-m-s", type=float, default=15.0)
    a = parse.parse_args()
    sheet = laser_of(load_mission(a.mission))
    rng, n = np.random.default_rng(a.seed), a.shots
    # rounded as the table is, so that the shots drawn are those that are written
    shots = Shots(
        file="",
        line=np.arange(n),
        slant_range=np.exp(
            rng.uniform(np.log(150.0), np.log(a.range_max_m), n)
        ).round(),
        albedo=rng.choice([0.1, 0.2, 0.4], n),
        incidence=np.radians(rng.uniform(0.0, 35.0, n).round(1)),
        closing=rng.uniform(0.0, a.speed_max_m_s, n).round(1),
        temperature=rng.uniform(-5.0, 30.0, n).round(1),
        hits=np.zeros(n),
        count=np.ones(n),
    )
    x = np.array([np.log(a.efficiency), (a.averaging_ms / 10) ** 2, a.loss_per_k * 100])
    x[1] = max(x[1], 1e-8)
    snr_over = Likelihood(sheet, shots).margins(x)
    hits = rng.standard_normal(n) + snr_over > 0.0
    print("# SYNTHETIC: drawn from the model of frigoris, no instrument was measured.")
    print(f"# Mission {a.mission}, seed {a.seed}; true values: efficiency ratio")
    print(f"# {a.efficiency:g}, averaging {a.averaging_ms:g} ms, loss by warmth")
    print(f"# {a.loss_per_k:g} per kelvin.")
    print(COLUMNS)
    for i in range(n):
        print(
            f"{shots.slant_range[i]:.0f},{shots.albedo[i]:g},"
            f"{np.degrees(shots.incidence[i]):.1f},{shots.closing[i]:.1f},"
            f"{shots.temperature[i]:.1f},{int(hits[i])}"
        )


main()
