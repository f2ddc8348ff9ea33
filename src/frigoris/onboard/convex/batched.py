"""Many plans of given durations at once in JAX; the rest goes to clarabel.

Least propellant to a target at a given velocity, with any tilt, glide slope and final
direction: what a campaign asks a thousand times. A case that does not end there (out of
reach, or not finite), or that asks for something else, is planned by `plan_all`, so
every plan has its word. The fuel of both agrees to milligrams, not to the bit.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris import runtime
from frigoris.onboard.convex import interior
from frigoris.onboard.convex.batch import plan_all
from frigoris.onboard.convex.numbers import Program, program, shape_of
from frigoris.onboard.convex.pattern import VALUES, Floats, Shape
from frigoris.onboard.convex.problem import Problem
from frigoris.onboard.convex.solution import Solution
from frigoris.onboard.convex.solve import impossible, unpack

WIDTH = 32  # cases side by side; 16 to 64 take the same time each, 512 five times it


@cache
def _compiled() -> Any:
    runtime.require_x64()
    return jax.jit(interior.solve)


def fits(problem: Problem) -> bool:
    """Whether the batched program can be asked for it."""
    if problem.t_f is None or impossible(problem, problem.t_f):
        return False
    return problem.target_v_L is not None


def _sides(shape: Shape, rows: dict[str, int], b: Floats) -> interior.Rows:
    """Right-hand sides of all nodes; the middle of a cone where a node has none."""
    n, cases = shape.intervals, b.shape[-1]

    def part(name: str, size: int, nodes: int) -> Floats:
        taken = b[rows[name] : rows[name] + size * nodes]
        return np.moveaxis(taken.reshape(nodes, size, cases), 1, 0)

    linear = np.ones((4, n + 1, cases))
    linear[0] = part("upper", 1, n + 1)[0]
    linear[1] = 0.0
    linear[2, 1:] = part("lightest", 1, n)[0]
    linear[3, 1:] = part("heaviest", 1, n)[0]
    glide = np.zeros((3, n + 1, cases))
    glide[0] = 1.0
    if shape.glide:
        glide[:, 1:-1] = part("glide", 3, n - 1)
    thrust = np.zeros((4, n + 1, cases))
    return interior.Rows(linear, thrust, part("lower", 3, n + 1), glide)


def _numbers(problems: Sequence[Problem], made: Sequence[Program]) -> interior.Numbers:
    """Problems of one shape side by side."""
    shape, rows = made[0].pattern.shape, made[0].pattern.rows
    values = np.stack([prog.values for prog in made], -1)
    b = np.stack([prog.b for prog in made], -1)
    scale = [(p.scales.length, p.scales.speed, p.scales.accel) for p in made]
    length, speed, accel = np.array(scale).T
    state = np.array([(*p.r_L, *p.v_L, 0.0) for p in problems]).T
    end = np.array([(*p.target_r_L, *(p.target_v_L or ())) for p in problems]).T
    unit = np.stack([length] * 3 + [speed] * 3 + [np.ones_like(length)])
    # r, v in their units, and no thrust across the direction of the last one
    end = np.concatenate([end / unit[:6], np.zeros((2, len(made)))])
    across = values[VALUES.across : VALUES.growth].reshape(2, 3, -1)
    nodes = shape.intervals + 1
    free, seen = np.ones((nodes, 1)), np.zeros((nodes, len(made)))
    free[0] = 0.0
    seen[1:-1] = float(shape.glide)
    a = jnp.asarray
    return interior.Numbers(
        growth=a(values[VALUES.growth : -nodes]),
        kappa=a(values[VALUES.kappa]),
        low_kappa=a(values[VALUES.low_kappa]),
        root_kappa=a(values[VALUES.root_kappa]),
        # the cosine of half a turn: no limit
        tilt=a(values[-nodes:] if shape.tilt else np.full((nodes, len(made)), -1.0)),
        glide=a(values[VALUES.glide]),
        free=a(free),
        seen=a(seen),
        start=a(state / unit),
        end=a(end),
        across=a(across),
        g=a(np.array([p.g_L for p in problems]).T / accel),
        sides=_sides(shape, rows, b),
    )


def _plan_chunk(problems: Sequence[Problem]) -> list[Solution | None]:
    """The plans of at most `WIDTH` problems of one shape; None where there is none."""
    padded = [*problems, *[problems[-1]] * (WIDTH - len(problems))]
    made = [program(p, p.t_f or 0.0, nearest=False) for p in padded]
    found = jax.device_get(_compiled()(_numbers(padded, made)))
    nodes = np.concatenate([found.x, found.w])  # [11, nodes, cases]
    plans: list[Solution | None] = []
    for k, problem in enumerate(problems):
        flat = np.concatenate([nodes[7:, 0, k], nodes[:, 1:, k].T.ravel()])
        plan = unpack(made[k], problem, flat, solves=1) if found.done[k] else None
        plans.append(plan)
    return plans


def plan_batch(
    problems: Sequence[Problem], *, threads: int | None = None
) -> list[Solution]:
    """The plans of many problems, in their order; `threads` as in `plan_all`.

    Compiles once for each number of intervals, then takes a third of clarabel's time.
    """
    groups: dict[Shape, list[int]] = {}
    for k, problem in enumerate(problems):
        if fits(problem):
            groups.setdefault(shape_of(problem, nearest=False), []).append(k)
    chunks = [
        group[i : i + WIDTH]
        for group in groups.values()
        for i in range(0, len(group), WIDTH)
    ]
    plans: list[Solution | None] = [None] * len(problems)
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        asked = ([problems[k] for k in chunk] for chunk in chunks)
        for chunk, found in zip(chunks, pool.map(_plan_chunk, asked), strict=True):
            for k, plan in zip(chunk, found, strict=True):
                plans[k] = plan
    left = [k for k, plan in enumerate(plans) if plan is None]
    again = dict(
        zip(left, plan_all([problems[k] for k in left], threads=threads), strict=True)
    )
    return [again[k] if plan is None else plan for k, plan in enumerate(plans)]
