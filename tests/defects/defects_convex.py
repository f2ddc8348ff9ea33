"""Defects of the planner of descents."""

from defects.catalogue import Defect

DOOR = ("tests/unit/onboard/test_convex.py",)
FLOWN = ("tests/analytic/test_convex_flown.py",)
PAPERS = ("tests/reference/test_convex_published.py",)
BATCHED = ("tests/unit/onboard/test_convex_batched.py",)
CVXPY = ("tests/reference/test_convex_cvxpy.py",)

DEFECTS = [
    Defect(
        "a plan falls upwards",
        "onboard/convex/numbers.py",
        "b[:, 3:6] = h * g",
        "b[:, 3:6] = -h * g",
        FLOWN,
    ),
    Defect(
        "the thrust at the end of an interval moves more than that at its start",
        "onboard/convex/pattern.py",
        "(u, -h * h / 3.0, one), (u_next, -h * h / 6.0, one)",
        "(u, -h * h / 6.0, one), (u_next, -h * h / 3.0, one)",
        FLOWN,
    ),
    Defect(
        "the glide slope is measured from the vertical",
        "onboard/convex/numbers.py",
        "values[VALUES.glide] = 1.0 / np.tan(problem.glide)",
        "values[VALUES.glide] = np.tan(problem.glide)",
        FLOWN,
    ),
    Defect(
        "the thrust may tilt as far again",
        "onboard/convex/numbers.py",
        "np.cos(_tilts(craft, scales.time, nodes))",
        "np.cos(2.0 * _tilts(craft, scales.time, nodes))",
        FLOWN,
    ),
    Defect(
        "the lower bound of thrust loses its curvature",
        "onboard/convex/numbers.py",
        "cone[:, 1] = -np.sqrt(2.0 * throttle) * lightest",
        "cone[:, 1] = -np.sqrt(1.0 * throttle) * lightest",
        CVXPY,
    ),
    Defect(
        "the engines may throttle deeper than they can",
        "onboard/convex/numbers.py",
        "cone[:, 0] = 1.0 - throttle * (1.0 + lightest)",
        "cone[:, 0] = 1.0 - 0.9 * throttle * (1.0 + lightest)",
        PAPERS,
    ),
    Defect(
        "a plan that lands elsewhere looks at the glide slope of the target",
        "onboard/convex/pattern.py",
        "free = shape.nearest and i != 2",
        "free = False",
        CVXPY,
    ),
    Defect(
        "the miss of the second program is not held",
        "onboard/convex/solve.py",
        'prog.b[prog.pattern.rows["miss"]] = max(x[miss], 0.0) + room',
        'prog.b[prog.pattern.rows["miss"]] = max(x[miss], 0.0) + 9.0 * room',
        CVXPY,
    ),
    Defect(
        "one component of the last thrust is free",
        "onboard/convex/numbers.py",
        "return np.stack([first, np.cross(ahead, first)])",
        "return np.stack([first, first])",
        DOOR,
    ),
    Defect(
        "a solver keeps the right-hand side of the last problem",
        "onboard/convex/solve.py",
        "solvers[key].update(A=prog.data, b=prog.b)",
        "solvers[key].update(A=prog.data)",
        DOOR,
    ),
    Defect(
        "a loose plan is told as a tight one",
        "onboard/convex/solution.py",
        "return self.gap < GAP_MAX",
        "return self.gap < 1e3 * GAP_MAX",
        DOOR,
    ),
    Defect(
        "the search keeps the worse side",
        "onboard/convex/search.py",
        "low, high = (mid, high) if right else (low, mid)",
        "low, high = (low, mid) if right else (mid, high)",
        PAPERS,
    ),
    Defect(
        "the sweep forgets that the thrust at both ends moves the lander",
        "onboard/convex/riccati.py",
        "return (square, h, -h), first, second",
        "return (0.5 * square, h, -h), first, second",
        BATCHED,
    ),
    Defect(
        "the batched planner lets the thrust tilt freely",
        "onboard/convex/interior.py",
        "add(-linear[1] * p.tilt).at[3, 2].add(-linear[1] * p.tilt)",
        "add(linear[1] * p.tilt).at[3, 2].add(linear[1] * p.tilt)",
        BATCHED,
    ),
    Defect(
        "a path may end at any tilt",
        "onboard/convex/numbers.py",
        "np.minimum(np.maximum(craft.turn_rate * left, UPRIGHT), most)",
        "np.minimum(np.maximum(craft.turn_rate * left, most), most)",
        ("tests/unit/onboard/test_convex.py",),
    ),
    Defect(
        "a plan that leads underground is flown",
        "onboard/convex/replan.py",
        "above.min() > min(above[0], above[-1]) - SINK",
        "above.min() < above[0] + 1e9",
        ("tests/unit/onboard/test_convex_replan.py",),
    ),
    Defect(
        "a case that has ended goes on with those beside it",
        "onboard/convex/interior.py",
        "lambda a, b: jnp.where(at.done, a, b), at, after",
        "lambda a, b: jnp.where(at.done, b, b), at, after",
        BATCHED,
    ),
    Defect(
        "a step to the boundary of a cone goes beyond it",
        "onboard/convex/cones.py",
        "b = 2.0 * (x[0] * dx[0] - jnp.sum(x[1:] * dx[1:], 0))",
        "b = 2.0 * (x[0] * dx[0] + jnp.sum(x[1:] * dx[1:], 0))",
        BATCHED,
    ),
]
