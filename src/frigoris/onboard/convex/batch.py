"""One plan, or many on threads: clarabel lets the other threads run while it solves."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from frigoris.errors import UserError
from frigoris.onboard.convex.problem import Problem
from frigoris.onboard.convex.search import plan_any_time
from frigoris.onboard.convex.solution import Solution
from frigoris.onboard.convex.solve import plan_at


def plan(problem: Problem) -> Solution:
    """The best descent to the target, of the duration given or of the best one."""
    if problem.t_f is None:
        return plan_any_time(problem)
    return plan_at(problem, problem.t_f)


def plan_all(
    problems: Sequence[Problem], *, threads: int | None = None
) -> list[Solution]:
    """The plans of many problems, in their order, equal to the bit to one by one.

    `threads`: how many at a time; by default one for each processor.
    """
    if threads is None:
        threads = os.cpu_count() or 1
    if threads < 1:
        raise UserError(f"Cannot plan on {threads} threads: give 1 or more.")
    if threads == 1 or len(problems) < 2:
        return [plan(problem) for problem in problems]
    with ThreadPoolExecutor(min(threads, len(problems))) as pool:
        return list(pool.map(plan, problems))
