"""Fault protection on and off, pair by pair, in the same cases with the same noise.

`.venv/bin/python docs/measure/protection.py FILE [N] [all]`: N dispersed cases of a
mission with protection, without its faults, or with `all`; N = 0 is the design point.
Tables of `docs/models/fault-protection.md`.
"""

import sys
from collections import Counter

from frigoris import runtime

runtime.prepare()

import numpy as np  # noqa: E402

from frigoris.flight.channels import check_unit  # noqa: E402
from frigoris.flight.outcome import LANDED  # noqa: E402
from frigoris.mission.batch import fly_lanes, look_at, make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import nominal, replace  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402
from frigoris.onboard.quantities import CHECKS  # noqa: E402
from frigoris.phases import PITCH_UP, TERMINAL_LANDING  # noqa: E402

SWITCH = "onboard.protection.enabled_ratio"
WIDTH, EVERY = 64, 10


def pairs(mission, count):
    """Cases with protection, and the same ones without, as they are looked at."""
    stage = make_stage(mission)
    switched = [replace(mission, {SWITCH: x}) for x in (1.0, 0.0)]
    cases = [Case(k) for k in range(count)] or [Case(None)]
    for first in range(0, len(cases), WIDTH // 2):
        some = cases[first : first + WIDTH // 2]
        lanes = [(m, c) for m in switched for c in some]
        width = WIDTH if count else 2
        batch = fly_lanes(stage, lanes, width=width, every=EVERY)
        seen = [look_at(stage, batch, k) for k in range(len(lanes))]
        yield from zip(some, seen[: len(some)], seen[len(some) :], strict=True)


def bounds(mission):
    """Limits of the monitors by the check they are about."""
    found = {}
    for name, m in mission.onboard.protection.monitors.items():
        for key, value in m.when:
            if value is None or "_above_" not in key:
                continue
            found.setdefault(key.partition("_above_")[0], []).append((value, name))
    return found


def tripped(mission, seen):
    """Names of the monitors that tripped in a flight."""
    bits = int(np.max(seen.onboard["monitors_tripped"]))
    names = list(mission.onboard.protection.monitors)
    return [name for k, name in enumerate(names) if bits >> k & 1]


def worst(seen):
    """Largest value of each check from pitch-up to the ground."""
    phase = seen.onboard["phase"]
    end = seen.touched.time - 1.0 if seen.touched else np.inf
    here = (phase >= PITCH_UP) & (phase <= TERMINAL_LANDING)
    here &= seen.onboard["t_s"] < end
    found = {}
    for name in CHECKS:
        x = seen.onboard[f"check_{name}_{check_unit(name)}"][here]
        x = x[np.isfinite(x)]
        found[name] = np.max(x) if x.size else np.nan
    return found


def describe(seen):
    """The end of a flight in one line."""
    t = seen.touched
    speed = f"{t.vertical_speed:.2f} m/s down" if t else "no contact"
    left = seen.truth["propellant_kg"][-1]
    spent = seen.onboard["slow_down_spent_kg"][-1]
    return f"{seen.outcome}, {speed}, {left:.1f} kg left, {spent:.1f} kg of the budget"


def main():
    """Fly and print."""
    file, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 32
    mission = load_mission(file)
    if sys.argv[3:] != ["all"]:
        mission = nominal(mission)
    table, trips, checks, false = Counter(), Counter(), [], 0
    for case, on, off in pairs(mission, count):
        table[on.outcome == LANDED, off.outcome == LANDED] += 1
        names = tripped(mission, on)
        trips.update(names)
        false += off.outcome == LANDED and bool(names)
        checks.append(worst(on))
        if on.outcome != off.outcome or not count:
            print(f"case {case.case}: on: {describe(on)}; off: {describe(off)}")
            print(f"  tripped: {', '.join(names) or 'none'}")
    print(f"landed with and without: {table[True, True]}, with only: ", end="")
    print(f"{table[True, False]}, without only: {table[False, True]}, ", end="")
    print(f"neither: {table[False, False]}")
    print(f"landings without protection in which any monitor trips: {false}")
    print(f"cases with a trip: {dict(trips)}")
    limits = bounds(mission)
    print("| check | unit | median of the worst | 95 % | largest | limits |")
    print("|---|---|---|---|---|---|")
    for name in CHECKS:
        x = np.array([c[name] for c in checks])
        x = x[np.isfinite(x)]
        if x.size:
            told = " | ".join(
                f"{v:.3g}" for v in (*np.quantile(x, [0.5, 0.95]), max(x))
            )
            said = ", ".join(f"{v:g} ({n})" for v, n in limits.get(name, []))
            print(f"| {name} | {check_unit(name)} | {told} | {said} |")


main()
