"""Time of descent plans: bare clarabel beside ours, threads, the search.

The numbers of `docs/models/convex.md`: `.venv/bin/python docs/measure/convex.py`.
"""

import math
import time
from dataclasses import replace

import clarabel
import numpy as np
from scipy.sparse import csc_array

from frigoris.constants import G0
from frigoris.onboard.convex import Craft, Problem, plan_all
from frigoris.onboard.convex.numbers import program
from frigoris.onboard.convex.pattern import Y, at

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


def bare(programs):
    """What clarabel takes for them with its own settings, alone; steps taken."""
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_threads = False, 1
    answers = [clarabel.DefaultSolver(*p, settings).solve() for p in programs]
    assert all(str(a.status) == "Solved" for a in answers)
    return np.mean([a.iterations for a in answers])


def timed(what, *args, **options):
    """Milliseconds per case, the least of three, and the last result."""
    best = math.inf
    for _ in range(3):
        start = time.perf_counter()
        result = what(*args, **options)
        best = min(best, time.perf_counter() - start)
    return 1e3 * best / CASES, result


def main():
    """Print one row per way."""
    rng = np.random.default_rng(7)
    drawn = [draw(rng, case) for case in range(CASES)]
    start = time.perf_counter()
    found = plan_all(drawn, threads=2)
    searched = 1e3 * (time.perf_counter() - start) / CASES
    stretch = rng.uniform(1.01, 1.15, CASES)
    problems = [
        replace(p, t_f=s.t_f * k) for p, s, k in zip(drawn, found, stretch, strict=True)
    ]
    alone, steps = timed(bare, bare_programs(problems))
    ours, plans = timed(plan_all, problems, threads=1)
    twice, again = timed(plan_all, problems, threads=2)
    words = {s.word for s in plans}
    same = all((a.u_L == b.u_L).all() for a, b in zip(plans, again, strict=True))
    print(
        f"{CASES} cases, N = {INTERVALS}: {words}; gap {max(s.gap for s in plans):.1e}"
    )
    print(f"search of the duration: {np.mean([s.solves for s in found]):.0f} programs")
    print("| way | ms per case | over bare |")
    print("|---|---|---|")
    print(f"| clarabel alone, {steps:.1f} steps | {alone:.2f} | 1 |")
    print(f"| plan, 1 thread | {ours:.2f} | {ours / alone:.2f} |")
    print(f"| plan_all, 2 threads, equal {same} | {twice:.2f} | {twice / alone:.2f} |")
    print(f"| search, 2 threads | {searched:.1f} | {searched / alone:.1f} |")


main()
