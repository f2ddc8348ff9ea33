"""Time of descent plans: bare clarabel beside ours, threads, search, a batch in JAX.

The numbers of `docs/models/convex.md`: `.venv/bin/python docs/measure/convex.py`.
"""

import math
import time
from dataclasses import replace

import clarabel
import numpy as np
from scipy.sparse import csc_array

from frigoris import runtime

runtime.prepare()

from frigoris.constants import G0  # noqa: E402
from frigoris.onboard.convex import Craft, Outcome, Problem, plan, plan_all  # noqa: E402
from frigoris.onboard.convex.batched import plan_batch  # noqa: E402
from frigoris.onboard.convex.numbers import program  # noqa: E402
from frigoris.onboard.convex.pattern import Y, at  # noqa: E402
from frigoris.onboard.convex.solve import clarabel_settings  # noqa: E402

CASES, INTERVALS = 512, 50
TILT, GLIDE, G = math.radians(60.0), math.radians(10.0), (0.0, 0.0, -1.6242)
LARGE = Craft(800.0, 4000.0, 320.0 * G0, 300.0, TILT)
SMALL = Craft(400.0, 1600.0, 285.0 * G0, 300.0, TILT)


def draw(rng, case):
    """A lunar descent about B7, or about a small lander at its last gate."""
    if case % 2:
        short = rng.uniform(200.0, 2000.0)
        r = (-short, rng.normal(0.0, 50.0), rng.normal(3600.0, 50.0))
        v = (rng.normal(34.0, 2.0), rng.normal(0.0, 1.0), rng.normal(-80.0, 2.0))
        craft, mass = SMALL, rng.normal(480.0, 5.0)
    else:
        r = tuple(rng.normal((3000.0, 0.0, 2000.0), 50.0))
        v = tuple(rng.normal((-60.0, 0.0, -40.0), 2.0))
        craft, mass = LARGE, rng.normal(1000.0, 10.0)
    values = [tuple(map(float, x)) for x in (r, v)]
    return Problem(craft, *values, float(mass), G, glide=GLIDE, intervals=INTERVALS)


def bare_programs(problems):
    """Their matrices, made beforehand."""
    made = []
    for problem in problems:
        prog = program(problem, problem.t_f, nearest=False)
        pat = prog.pattern
        A = csc_array((prog.data, pat.indices, pat.indptr), shape=pat.size)
        q = np.zeros(pat.size[1])
        q[at(problem.intervals, Y)] = -1.0
        made.append((csc_array((len(q), len(q))), q, A, prog.b, pat.cones))
    return made


def bare(programs, settings):
    """What clarabel takes for them alone, one after the other; steps taken."""
    answers = [clarabel.DefaultSolver(*p, settings).solve() for p in programs]
    assert all(str(a.status) == "Solved" for a in answers)
    return np.mean([a.iterations for a in answers])


def its_own():
    """Settings of clarabel as it comes, on one thread."""
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    return settings


def timed(what, *args, **options):
    """Wall and processor milliseconds per case, the least of three; the last result."""
    best = [math.inf, math.inf]
    for _ in range(3):
        start = time.perf_counter(), time.process_time()
        result = what(*args, **options)
        ends = time.perf_counter(), time.process_time()
        best = [min(b, e - s) for b, e, s in zip(best, ends, start, strict=True)]
    return [1e3 * b / CASES for b in best], result


def feasible(rng):
    """Drawn descents, each 1 to 15 % longer than its best; what the search took."""
    drawn = [draw(rng, case) for case in range(CASES)]
    start = time.perf_counter(), time.process_time()
    found = plan_all(drawn, threads=2)
    ends = time.perf_counter(), time.process_time()
    took = [1e3 * (e - s) / CASES for e, s in zip(ends, start, strict=True)]
    more = rng.uniform(1.01, 1.15, CASES)
    times = [float(s.t_f * k) for s, k in zip(found, more, strict=True)]
    problems = [replace(p, t_f=t) for p, t in zip(drawn, times, strict=True)]
    solves = np.mean([s.solves for s in found])
    print(f"the search of a duration solves {solves:.0f} programs")
    return problems, took


def scan(rng):
    """What the search of a duration misses of the propellant, over a fine scan."""
    missed = []
    for case in range(32):
        problem = draw(rng, case)
        found = plan(problem)
        times = found.t_f * np.linspace(0.94, 1.06, 61)
        plans = [plan(replace(problem, t_f=float(t))) for t in times]
        best = min(s.fuel for s in plans if s.outcome is Outcome.FUEL_OPTIMAL)
        missed.append(100.0 * (found.fuel / best - 1.0))
    print(f"its plan costs {np.mean(missed):.3f} % more, {max(missed):.3f} % at most")


def main():
    """Print one row per way."""
    problems, searched = feasible(np.random.default_rng(7))
    scan(np.random.default_rng(8))
    programs = bare_programs(problems)
    alone, steps = timed(bare, programs, its_own())
    tuned, fewer = timed(bare, programs, clarabel_settings(careful=False))
    ours, plans = timed(plan_all, problems, threads=1)
    twice, again = timed(plan_all, problems, threads=2)
    plan_batch(problems[:1])  # compiles
    side, sides = timed(plan_batch, problems, threads=1)
    both, _ = timed(plan_batch, problems, threads=2)
    words = {s.word for s in plans} | {s.word for s in sides}
    same = all((a.u_L == b.u_L).all() for a, b in zip(plans, again, strict=True))
    apart = max(abs(a.fuel - b.fuel) for a, b in zip(plans, sides, strict=True))
    gap = max(s.gap for s in (*plans, *sides))
    print(f"{CASES} cases, N = {INTERVALS}: {words}, gap {gap:.1e} m/s^2")
    print(f"1 and 2 threads equal to the bit: {same}")
    print(f"JAX and clarabel {apart:.1e} kg apart, end {miss(sides):.1e} m off")
    print("| way | wall ms per case | processor ms per case | over clarabel |")
    print("|---|---|---|---|")
    rows = [
        (f"clarabel as it comes, {steps:.1f} steps", alone),
        (f"clarabel with our settings, {fewer:.1f} steps", tuned),
        ("plan_all, 1 thread", ours),
        ("plan_all, 2 threads", twice),
        ("plan_all with search of the duration, 2 threads", searched),
        ("plan_batch, 1 thread", side),
        ("plan_batch, 2 threads", both),
    ]
    for name, (wall, processor) in rows:
        over = processor / alone[1]
        print(f"| {name} | {wall:.2f} | {processor:.2f} | {over:.2f} |")


def miss(plans):
    """Greatest distance of an end from the target [m]."""
    return max(np.linalg.norm(s.r_L[:, -1]) for s in plans)


main()
