"""One cone program to its optimum, and one descent of a given duration to its plan.

The least propellant to the target; if the target is out of reach, first the least miss
and then the least propellant with that miss (Blackmore, Acikmese and Scharf 2010). A
problem without a descent comes back as a plan that says so, never as an exception.
"""

import threading
from typing import Any

import numpy as np

from frigoris.onboard.convex.numbers import Program, program
from frigoris.onboard.convex.pattern import NODE, SIGMA, Floats, R, U, V, Y, at
from frigoris.onboard.convex.problem import Problem
from frigoris.onboard.convex.solution import Outcome, Solution, no_descent

SOLVERS_MAX = 16  # kept per thread, one for each shape and goal
ROOM = 1e-3  # part of the least miss that the second program may add to it [-]
ROOM_MIN = 0.01  # [m]; a program without any room has no inside to search in

_kept = threading.local()


def clarabel_settings(careful: bool) -> Any:
    """Of clarabel. The programs are scaled already and their factors well behaved.

    Measured over 512 descents: without its own scaling and refinement it takes 13
    instead of 16 steps, each in two thirds of the time, to the same 9 digits. What it
    doesn't solve so is tried again with both.
    """
    import clarabel  # late: a tenth of a second

    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1  # the cases are what runs side by side
    settings.presolve_enable = False  # or numbers could not be exchanged
    settings.chordal_decomposition_enable = False
    settings.equilibrate_enable = careful
    settings.iterative_refinement_enable = careful
    return settings


def _fresh(prog: Program, q: Floats, careful: bool) -> Any:
    import clarabel
    from scipy.sparse import csc_array

    pat = prog.pattern
    A = csc_array((prog.data, pat.indices, pat.indptr), shape=pat.size)
    P = csc_array((pat.size[1], pat.size[1]))
    settings = clarabel_settings(careful)
    return clarabel.DefaultSolver(P, q, A, prog.b, pat.cones, settings)


def _optimum(prog: Program, variable: int, sign: float) -> Floats | None:
    """The variables where `sign` times one of them is least, or None.

    A thread keeps its solvers: only numbers change, so the order of elimination is
    found once. Nothing else of an earlier problem is left in them.
    """
    solvers = _kept.__dict__.setdefault("solvers", {})
    q = np.zeros(prog.pattern.size[1])
    q[variable] = sign
    key = (prog.pattern.shape, variable)
    if key in solvers:
        solvers[key].update(A=prog.data, b=prog.b)
    else:
        if len(solvers) >= SOLVERS_MAX:
            solvers.clear()
        solvers[key] = _fresh(prog, q, careful=False)
    answer = solvers[key].solve()
    if str(answer.status) not in ("Solved", "PrimalInfeasible"):
        answer = _fresh(prog, q, careful=True).solve()
    return np.asarray(answer.x) if str(answer.status) == "Solved" else None


@np.errstate(over="ignore", invalid="ignore")  # of a solve that failed
def unpack(prog: Program, problem: Problem, x: Floats, solves: int) -> Solution:
    """Variables to SI units; node 0 has its state from the problem."""
    n, scales = problem.intervals, prog.scales
    nodes = np.empty((NODE, n + 1))
    nodes[:, 1:] = x[4 : 4 + NODE * n].reshape(n, NODE).T
    nodes[U:, 0] = x[:4]
    r, v = nodes[R:V] * scales.length, nodes[V:Y] * scales.speed
    r[:, 0], v[:, 0], nodes[Y, 0] = problem.r_L, problem.v_L, 0.0
    nearest = prog.pattern.shape.nearest
    return Solution(
        outcome=Outcome.NEAREST if nearest else Outcome.FUEL_OPTIMAL,
        reason="",
        t=np.linspace(0.0, scales.time, n + 1),
        r_L=r,
        v_L=v,
        u_L=nodes[U:SIGMA] * scales.accel,
        sigma=nodes[SIGMA] * scales.accel,
        m=problem.mass * np.exp(scales.kappa * nodes[Y]),
        miss=float(np.hypot(*(r[:2, n] - problem.target_r_L[:2]))),
        solves=solves,
    )


def least_fuel(problem: Problem, t_f: float) -> Solution | None:
    """The plan onto the target in `t_f` [s] with the least propellant, or None."""
    prog = program(problem, t_f, nearest=False)
    x = _optimum(prog, at(problem.intervals, Y), -1.0)
    return None if x is None else unpack(prog, problem, x, solves=1)


def least_miss(problem: Problem, t_f: float) -> Solution | None:
    """The plan that lands nearest to the target in `t_f` [s], or None."""
    prog = program(problem, t_f, nearest=True)
    miss = prog.pattern.miss
    x = _optimum(prog, miss, 1.0)
    if x is None:
        return None
    room = ROOM * max(x[miss], 0.0) + ROOM_MIN / prog.scales.length
    prog.b[prog.pattern.rows["miss"]] = max(x[miss], 0.0) + room
    cheapest = _optimum(prog, at(problem.intervals, Y), -1.0)
    return unpack(prog, problem, x if cheapest is None else cheapest, solves=3)


def impossible(problem: Problem, t_f: float) -> str:
    """Why no plan can be asked for at all, or nothing."""
    craft = problem.craft
    if not problem.finite:
        return "the estimate is not finite"
    if problem.mass <= craft.mass_dry:
        return "no propellant is left"
    if not t_f > 0.0:
        return "no time is left"
    if problem.mass - craft.thrust_min * t_f / craft.exhaust_speed < craft.mass_dry:
        return "the engines burn more than there is, even at the least thrust"
    return ""


def plan_at(problem: Problem, t_f: float) -> Solution:
    """The best plan of a descent of `t_f` [s]."""
    n = problem.intervals
    if reason := impossible(problem, t_f):
        return no_descent(reason, n, t_f)
    found = least_fuel(problem, t_f) or least_miss(problem, t_f)
    reason = f"none of {t_f:.1f} s keeps all limits"
    return found or no_descent(reason, n, t_f, solves=2)
