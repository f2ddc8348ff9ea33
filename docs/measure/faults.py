"""What each class of faults does to a landing, with fault protection off and on.

`.venv/bin/python docs/measure/faults.py [N] [--store FILE] [CLASS...]`: N cases of each
fault of `faults.yaml` beside this file, flown by itself on the lander of
`docs/examples/all-faults.yaml`, with the same draws and noise with and without
protection. The table of `docs/fault-table.md`. With a store, what is
there is not flown again.
"""

import argparse
import json
import sys
from pathlib import Path

from frigoris import runtime

runtime.prepare()

import numpy as np  # noqa: E402
from ruamel.yaml import YAML  # noqa: E402

from frigoris.campaign.paired import Paired  # noqa: E402
from frigoris.flight.faults.names import TABLES  # noqa: E402
from frigoris.flight.outcome import LANDED  # noqa: E402
from frigoris.mission.batch import fly_lanes, look_at, make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import choose_faults, replace  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402

FAULTS = YAML(typ="safe").load(Path(__file__).with_suffix(".yaml"))
FILE = Path(__file__).parents[1] / "examples" / "all-faults.yaml"
SWITCH = "onboard.protection.enabled_ratio"
WIDTH, EVERY = 64, 10
# tables of faults in every program, so that all share one: a bias of nothing
HEALTHY = {"text": "nothing", "class": "range_bias", "fault": "bias_m=0"}


def onset(batch, lane):
    """When the fault began [s]; 0 where it is there from the start, None if never."""
    clocks = batch.flown.truth.faults.clocks
    found = [np.asarray(getattr(clocks, name))[:, lane] for name in TABLES]
    since = np.concatenate(found)
    since = since[np.isfinite(since)]
    return float(since.min()) if since.size else None


def first_trip(seen, after):
    """When a monitor tripped that had not before `after` [s], and which; or None."""
    t, bits = seen.onboard["t_s"], seen.onboard["monitors_tripped"]
    bits = np.nan_to_num(bits).astype(np.int64)
    before = int(np.bitwise_or.reduce(bits[t < after], initial=0))
    new = np.flatnonzero(bits & ~before)
    if not new.size:
        return None
    return float(t[new[0]]), int(bits[new[0]] & ~before)


def fly(stage, mission, count):
    """Rows of all cases: landed off and on, onset, trip."""
    half = WIDTH // 2
    rows = []
    for first in range(0, count, half):
        cases = [Case(k) for k in range(first, min(first + half, count))]
        pair = [replace(mission, {SWITCH: x}) for x in (0.0, 1.0)]
        lanes = [(m, c) for m in pair for c in cases]
        batch = fly_lanes(stage, lanes, width=WIDTH, every=EVERY)
        seen = [look_at(stage, batch, k) for k in range(len(lanes))]
        for k, case in enumerate(cases):
            off, on = seen[k], seen[len(cases) + k]
            began = onset(batch, len(cases) + k)
            trip = None if began is None else first_trip(on, began)
            rows.append(
                {
                    "case": case.case,
                    "off": off.outcome,
                    "on": on.outcome,
                    "began_s": began,
                    "trip_s": trip and trip[0],
                    "monitors": trip and trip[1],
                }
            )
    return rows


def told(name, mission, rows):
    """One line of the table."""
    off, on = (np.array([r[k] == LANDED for r in rows]) for k in ("off", "on"))
    pair = Paired(
        both=int(np.sum(off & on)),
        first_only=int(np.sum(off & ~on)),
        second_only=int(np.sum(~off & on)),
        neither=int(np.sum(~off & ~on)),
    )
    trips = [r for r in rows if r["trip_s"] is not None]
    waits = [r["trip_s"] - r["began_s"] for r in trips]
    after = f"{np.median(waits):.1f}" if waits else "–"
    names = list(mission.onboard.protection.monitors)
    votes = {}
    for r in trips:
        for k, monitor in enumerate(names):
            votes[monitor] = votes.get(monitor, 0) + (r["monitors"] >> k & 1)
    first = max(votes, key=votes.__getitem__) if trips else "–"
    text = FAULTS.get(name, HEALTHY)["text"]
    return (
        f"| `{name}` | {text} | {len(trips)} | {after} | {first} | "
        f"{off.sum()} | {on.sum()} | "
        f"{pair.second_only}, {pair.first_only} | {pair.p_value():.2g} |"
    )


def main():
    """Fly what is not in the store, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--store", type=Path)
    asked = parser.parse_args()
    mission = load_mission(FILE)
    stage = make_stage(mission)
    store = asked.store
    kept = json.loads(store.read_text()) if store and store.exists() else {}
    heads = ("fault", "what", f"tripped of {asked.count}", "after [s]", "first monitor")
    heads += ("landed off", "on", "only on, only off", "p")
    print(f"| {' | '.join(heads)} |\n{'|---' * len(heads)}|")
    for name in asked.names or ["none", *FAULTS]:
        key = f"{name}-{asked.count}"
        if key not in kept:
            print(f"{name} ...", file=sys.stderr, flush=True)
            one = FAULTS.get(name, HEALTHY)
            edit = f"{one.get('class', name)}:{one['fault']}"
            chosen = choose_faults(mission, [edit], off=True)
            kept[key] = fly(stage, chosen, asked.count)
            if store:
                store.write_text(json.dumps(kept))
        print(told(name, mission, kept[key]), flush=True)


main()
