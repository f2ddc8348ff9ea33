"""Convex guidance between slices: the whole batch is planned on threads, and flies on.

Each lander is planned for by itself, so what it gets does not depend on its batch.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.flight.params import Params
from frigoris.flight.step import Flying
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, norm
from frigoris.onboard import sequence, software
from frigoris.onboard.convex import replan as ask
from frigoris.onboard.convex.batch import plan_all
from frigoris.onboard.convex.replan import Need
from frigoris.onboard.convex.solution import Solution
from frigoris.onboard.guidance import target_of
from frigoris.onboard.laws import path as paths
from frigoris.onboard.laws.path import Path
from frigoris.onboard.laws.polynomial import aim
from frigoris.onboard.navigation import free_accel, height

LAW = ("convex",)
AHEAD = 30.0  # by which the fall into such a phase is foreseen [s]
TURNING = 0.5  # share of the attitude loop's largest rate that a plan counts on
LONGER = 1.5  # times what is left, that a path may last which can't be met any more
HALF_TICK = 0.05  # sums of ticks are compared to the nearest [s]
# of the reserve of thrust that a first plan leaves, a later one may use this share:
# with the first one's bounds it could not make good what went wrong at full thrust
SPENDABLE = 0.5


def wanted(params: Params) -> bool:
    """Whether landers of this batch are guided so."""
    return params.onboard.convex is not None


class _Stand(NamedTuple):
    """Every lane's, as arrays with lanes last."""

    need: dict[str, Any]  # as `Need` has them
    here: Any  # is in such a phase and flies
    soon: Any  # or soon will be
    due: Any  # has no path, or an old one


@jax.jit
def _stand(params: Params, flying: Flying) -> _Stand:
    config, state = params.onboard, flying.onboard
    convex, nav, along = config.convex, state.navigator, state.path
    assert convex is not None and along is not None
    phases = [p for p in config.sequence.phases if p.law in LAW]
    target = target_of(phases, state.sequencer.phase)
    assert target is not None
    to = aim(config, target)
    v, zero = config.vehicle, jnp.zeros_like(nav.r_M)
    middle = 0.5 * (nav.r_M + to.r), 0.5 * (nav.v_M + to.v)
    truth = flying.truth
    flies = (truth.moving > 0.5) & (truth.broken < 0.5) & (truth.powered > 0.5)
    here = flies & sequence.within(config.sequence, state.sequencer.phase, LAW)
    fall = jnp.maximum(-jnp.sum(nav.v_M * nav.r_M, axis=0) / norm(nav.r_M), 0.0)
    above = height(nav, config) - AHEAD * fall
    age = state.time - along.start
    # a path of an earlier phase, or none, which starts before the flight
    fresh = age > state.sequencer.phase_time + HALF_TICK
    left = along.start + paths.duration(along) - state.time
    spent = jnp.where(fresh, 0.0, SPENDABLE)
    level = target.level + spent * (1.0 - target.level)
    need = dict(
        r_M=nav.r_M,
        v_M=nav.v_M,
        g_M=free_accel(config.moon, *middle, zero),
        target_r_M=to.r,
        target_v_M=to.v,
        travel_M=cross(config.guidance.plane_normal_M, to.r / norm(to.r)),
        mass=software.mass_estimate(config, state),
        mass_empty=v.mass_empty,
        thrust_min=v.main_floor * v.main_thrust,
        thrust_max=level * (v.main_thrust + v.assist_thrust),
        exhaust_speed=(v.main_thrust + v.assist_thrust) / (v.main_flow + v.assist_flow),
        tilt_max=config.guidance.tilt_max,
        turn_rate=TURNING * config.control.rate_max,
        glide=convex.glide,
        left=jnp.where(fresh, 0.0, left),
    )
    late = (age > convex.replan - HALF_TICK) & (left > ask.SHORTEST)
    return _Stand(need, here, flies & (above < convex.from_height), fresh | late)


def near(params: Params, flying: Flying) -> bool:
    """Whether some lane may need a plan within a long slice."""
    stand = _stand(params, flying)
    return bool(np.any(np.asarray(stand.here | stand.soon)))


def act(params: Params, flying: Flying) -> Flying:
    """The same moment, with new paths where they are due."""
    config, old = params.onboard.convex, flying.onboard.path
    if config is None or old is None:
        return flying
    stand = _stand(params, flying)
    lanes = np.flatnonzero(np.asarray(stand.here & stand.due)).tolist()
    if not lanes:
        return flying
    table = {name: np.asarray(x) for name, x in stand.need.items()}
    needs = [Need(**{name: _of(x, k) for name, x in table.items()}) for k in lanes]
    plans = solve(needs, config.intervals)
    now = np.asarray(flying.onboard.time)
    new = {name: np.array(getattr(old, name)) for name in Path.__annotations__}
    for lane, need, plan in zip(lanes, needs, plans, strict=True):
        new["word"][lane] = ask.WORDS[plan.outcome]
        if not ask.better(need, plan):
            continue  # what was planned before is flown on, or the schedule
        new["start"][lane] = _of(now, lane)
        new["step"][lane] = plan.t_f / config.intervals
        for name, values in zip(
            ("r_M", "v_M", "a_M"), ask.nodes(need, plan), strict=True
        ):
            new[name][..., lane] = values
    onboard = replace_at(
        lambda s: s.path,
        flying.onboard,
        Path(**{name: jnp.asarray(value) for name, value in new.items()}),
    )
    return flying._replace(onboard=onboard)


def _of(x: np.ndarray, lane: int) -> Any:
    """One lane's value; what all share has no lanes."""
    picked = x[..., lane] if x.ndim else x
    return float(picked) if np.ndim(picked) == 0 else picked


def solve(needs: list[Need], intervals: int) -> list[Solution]:
    """The best plan of each: a first one in any time, later ones in what is left.

    Who can't do that may end a little later, and not in any time: a much later end is
    a way round that the propellant was not meant for.
    """
    plans = plan_all([ask.problem(n, intervals, n.left or None) for n in needs])
    late = [
        k
        for k, (n, plan) in enumerate(zip(needs, plans, strict=True))
        if n.left and not ask.better(n, plan)
    ]
    longer = [
        replace(
            ask.problem(needs[k], intervals, None),
            t_f_range=(needs[k].left, LONGER * needs[k].left),
        )
        for k in late
    ]
    for k, plan in zip(late, plan_all(longer), strict=True):
        plans[k] = plan
    return plans
