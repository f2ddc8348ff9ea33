"""What tables of faults cost: flights without tables, with empty ones, with one fault.

Part of `make bench`. Times are those of the processor, so that other work on the
machine counts less; the batches take turns.
"""

import time
from typing import Any

import numpy as np

from frigoris.campaign.plan import EVERY, WIDTH
from frigoris.flight.params import Params
from frigoris.flight.slices import Timetable, fly_batch, warm_up
from frigoris.mission.batch import make_stage
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.edit import choose_faults, nominal
from frigoris.mission.load import load_mission

TURNS = 4
ASKED = 10.0  # per cent of a flight, for tables that are all off
INJECTED = "range_bias:bias_m=5,after_ignition_s=300"


def faults(mission: str) -> None:
    """Print what 64 nominal flights of a mission take."""
    plain = nominal(load_mission(mission))
    stage = make_stage(plain)
    cases = [Case(k) for k in range(WIDTH)]
    kinds = {
        "without tables": (plain, False),
        "with all faults off": (plain, True),
        "with one fault each": (choose_faults(plain, [INJECTED]), True),
    }
    batches = {
        name: make_lanes(m, stage.planned, stage.setting, cases, tables=there).params
        for name, (m, there) in kinds.items()
    }
    for params in batches.values():
        warm_up(params, EVERY)
    best, ends = dict.fromkeys(batches, np.inf), {}
    for _ in range(TURNS):
        for name, params in batches.items():
            took, ends[name] = _timed(params, stage.times)
            best[name] = min(best[name], took)
    base = best["without tables"]
    for name, took in best.items():
        more = 100.0 * (took / base - 1.0)
        told = f"faults: {WIDTH} flights {name:20s} {took:6.2f} s of processor"
        print(f"{told}, {more:+5.1f} % (asked {ASKED:g} % with all off)")
    apart = np.abs(ends["with all faults off"] - ends["without tables"])
    print(f"faults: contact within {np.nanmax(apart):.1e} s of that without tables")


def _timed(params: Params, times: Timetable) -> tuple[float, Any]:
    began = time.process_time()
    flown = fly_batch(params, times, every=EVERY)
    return time.process_time() - began, np.asarray(flown.truth.contact.time)
