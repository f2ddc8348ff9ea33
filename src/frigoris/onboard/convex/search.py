"""The best duration of a descent: a grid of them, then golden section.

A plan is better if it lands, then if it lands nearer, then if it takes less propellant;
over the duration each of them falls and then rises (Blackmore 2010, section V). The
search runs on few intervals; the plan itself is made once, on all of them.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from frigoris.onboard.convex.problem import Problem
from frigoris.onboard.convex.solution import Outcome, Solution, no_descent
from frigoris.onboard.convex.solve import impossible, plan_at

COARSE = 15  # intervals during the search; docs/measure/convex.py says what it misses
GRID = 14  # durations looked at first
PRECISION = 0.004  # of the duration [-]
GOLDEN = 0.5 * (3.0 - 5.0**0.5)
STEPS_MAX = 6  # a plan that fits coarsely may need a little more time finely
T_MAX = 3600.0  # [s]

NOTHING = 4  # grade of no descent; 0: on target, 1: near, 2 and 3: not as planned

Rank = tuple[int, float, float]


def rank(solution: Solution) -> Rank:
    """What makes a plan better: the least is the best; grade, miss [m], fuel [kg]."""
    if solution.outcome is Outcome.NONE:
        return (NOTHING, 0.0, 0.0)
    near = solution.outcome is Outcome.NEAREST
    grade = near + 2 * (not solution.tight)
    return (grade, solution.miss if near else 0.0, solution.fuel)


def durations(problem: Problem) -> tuple[float, float] | None:
    """Between which durations [s] a descent may be: necessary, not sufficient.

    The propellant must suffice at the least thrust, and full thrust all along must be
    able to change velocity and height by what is wanted.
    """
    craft = problem.craft
    t = np.geomspace(0.1, T_MAX, 400)
    left = problem.mass - craft.thrust_min * t / craft.exhaust_speed
    flown = problem.mass - craft.thrust_max * t / craft.exhaust_speed
    lightest = np.maximum(flown, craft.mass_dry)
    gain = craft.exhaust_speed * np.log(problem.mass / lightest)
    out = (problem.mass - craft.mass_dry) * craft.exhaust_speed / craft.thrust_max
    # the acceleration grows while it burns, so it moves less than half of gain x time
    reach = gain * (t - 0.5 * np.minimum(t, out))
    g, v = np.asarray(problem.g_L), np.asarray(problem.v_L)
    rise = problem.target_r_L[2] - problem.r_L[2] - v[2] * t - 0.5 * g[2] * t**2
    possible = (left > craft.mass_dry) & (np.abs(rise) <= reach)
    if problem.target_v_L is not None:
        change = np.asarray(problem.target_v_L) - v
        wanted = np.linalg.norm(change[:, None] - g[:, None] * t, axis=0)
        possible &= wanted <= gain
    times = t[possible]
    return (float(times[0]), float(times[-1])) if len(times) > 1 else None


def golden(f: Callable[[float], Rank], low: float, mid: float, high: float) -> float:
    """Where `f` is least, to `PRECISION` of it; `mid` is the best of the three.

    The best is always kept inside, so flat parts where nothing lands do no harm.
    """
    best = f(mid)
    while high - low > PRECISION * mid:
        right = high - mid > mid - low
        probe = mid + GOLDEN * ((high if right else low) - mid)
        found = f(probe)
        if found < best:
            low, high = (mid, high) if right else (low, mid)
            mid, best = probe, found
        elif right:
            high = probe
        else:
            low = probe
    return mid


def plan_any_time(problem: Problem) -> Solution:
    """The best plan of any duration, or the best one of `t_f_range`."""
    n = problem.intervals
    if reason := impossible(problem, 1e-6):
        return no_descent(reason, n)
    span = problem.t_f_range or durations(problem)
    if span is None:
        return no_descent("thrust or propellant do not suffice at any duration", n)
    coarse = replace(problem, intervals=min(COARSE, n))
    solves = 0
    known: dict[float, Rank] = {}

    def judge(t_f: float) -> Rank:
        nonlocal solves
        if t_f not in known:
            plan = plan_at(coarse, t_f)
            solves += plan.solves
            known[t_f] = rank(plan)
        return known[t_f]

    grid = [float(t) for t in np.geomspace(*span, GRID)]
    ranks = [judge(t_f) for t_f in grid]
    k = min(range(GRID), key=ranks.__getitem__)
    if ranks[k][0] == NOTHING:
        reason = f"none of {span[0]:.1f} to {span[1]:.1f} s keeps all limits"
        return no_descent(reason, n, solves=solves)
    low, mid, high = grid[max(k - 1, 0)], grid[k], grid[min(k + 1, GRID - 1)]
    t_f = golden(judge, low, mid, high)
    return _finely(problem, t_f, span[1], judge(t_f), solves)


def _finely(
    problem: Problem, t_f: float, longest: float, wanted: Rank, solves: int
) -> Solution:
    """The plan on all intervals; on the edge of what is possible, a little later."""
    best: Solution | None = None
    for step in range(STEPS_MAX):
        plan = plan_at(problem, min(t_f * (1.0 + step * PRECISION), longest))
        solves += plan.solves
        if best is None or rank(plan) < rank(best):
            best = plan
        if rank(best)[0] <= wanted[0]:
            break
    assert best is not None
    return replace(best, solves=solves)
