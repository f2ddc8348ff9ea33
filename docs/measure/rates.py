"""Where the telemetry of a crash ends, over rates and lengths of frames.

The table of `docs/models/framing.md`:
`.venv/bin/frigoris fly hakuto-r-m2 --undispersed --out runs/m2`, then
`.venv/bin/python docs/measure/rates.py runs/m2`.

Frames begin with the first packet, so the phase of the last one against the impact is
an accident: each cell is over 20 phases.
"""

import sys
from pathlib import Path

import numpy as np

from frigoris import runtime

runtime.prepare()
import jax  # noqa: E402

jax.config.update("jax_enable_x64", True)

from frigoris.flight.record import read_truth  # noqa: E402
from frigoris.flight.telemetry import last_heard, telemetry_tables  # noqa: E402
from frigoris.radio.downlink import steady  # noqa: E402

RATES = (2000, 2500, 2808, 3072, 3500, 4096, 5000, 6000, 8000, 10_000)  # [bit/s]
LENGTHS = (512, 1115, 1784)  # [bytes]
PHASES = 20
LAST = 600.0  # of the flight are enough [s]
AGES, HEIGHTS = (2.0, 6.0), (100.0, 250.0)  # [s], [m]


def main(folder: str) -> None:
    """Print the table."""
    told = read_truth(Path(folder))
    end = told.flight["contact"]["t_s"]
    height = told.states["t_s"], told.states["altitude_m"]
    print("| frame | rate | one frame | before the impact | altitude | within |")
    print("|---|---|---|---|---|---|")
    for length in LENGTHS:
        for rate in RATES:
            age, up = ends(told.onboard, end, rate, length, height)
            good = (age >= AGES[0]) & (age <= AGES[1])
            good &= (up >= HEIGHTS[0]) & (up <= HEIGHTS[1])
            print(
                f"| {length} bytes | {rate} bit/s | {8 * length / rate:.2f} s "
                f"| {age.min():.1f} to {age.max():.1f} s "
                f"| {up.min():.0f} to {up.max():.0f} m | {good.sum()} of {PHASES} |"
            )


def ends(onboard, end, rate, length, height):  # type: ignore[no-untyped-def]
    """Age [s] and altitude [m] of the last state heard, for each phase."""
    period = 8.0 * length / rate
    link = steady(float(rate), length, end=end)
    found = []
    for share in np.arange(PHASES) / PHASES:
        keep = onboard["t_s"] >= end - LAST + share * period
        tables = telemetry_tables({k: v[keep] for k, v in onboard.items()}, link)
        found.append(last_heard(tables)["t_s"])
    last = np.array(found)
    return end - last, np.interp(last, *height)


main(sys.argv[1])
