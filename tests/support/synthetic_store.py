"""A store of made-up rows, of which everything is known. All of it is synthetic."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from frigoris.campaign.plan import as_plan
from frigoris.campaign.rows import RESULTS
from frigoris.campaign.store import create, write_chunk
from frigoris.mission.edit import nominal
from frigoris.mission.load import load_mission

WIDTH = 64
ABOUT = {"features": {"tick_s": 0.1}, "features_hash": "0", "versions": {}, "data": {}}


def make_plan(count, **options):
    """A plan of HAKUTO-R Mission 2 without faults, in which requirements may change."""
    mission = nominal(load_mission("hakuto-r-m2"))
    return as_plan(mission, count, **options)


def with_requirements(plan, requirements):
    """The same plan with other requirements."""
    mission = plan.mission.model_copy(update={"requirements": tuple(requirements)})
    return replace(plan, mission=mission)


def make_store(folder, plan, outcomes, **columns):
    """Rows with these outcomes; `columns` replace the results of a dull landing."""
    count = len(outcomes)
    rng = np.random.default_rng(5)
    rows = {
        "case": np.arange(count),
        "input.site.albedo_ratio": rng.normal(0.12, 0.01, count),
        "input.lander.isp_scale_ratio": rng.normal(1.0, 0.01, count),
        "outcome": np.array(outcomes),
        "landed": np.array(outcomes) == "landed",
    }
    rows |= {name: np.full(count, 1.0) for name in RESULTS}
    rows |= {name.replace("__", "."): value for name, value in columns.items()}
    table = pa.table({k: pa.array(v) for k, v in rows.items()})
    store = create(folder, plan, ABOUT)
    for chunk in range(-(-count // WIDTH)):
        part = table.slice(chunk * WIDTH, len(plan.cases(chunk)))
        write_chunk(folder, chunk, part, {"wall_s": 1.0, "peak_memory_mb": 1.0})
    return store
