"""Speed figures of the guidance laws: commands and solutions, alone and in a batch."""

import time
from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from frigoris.mission.batch import make_stage
from frigoris.mission.build_onboard import braking_target, planned_burn
from frigoris.mission.load import load_mission
from frigoris.mission.reference import reference
from frigoris.mission.si import si
from frigoris.onboard import navigation
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.laws.law import Law, Plan, Situation
from frigoris.onboard.laws.table import LAWS

WIDTH = 64
CALLS = 2000
ROUNDS = 5


def laws(name: str) -> None:
    """Print nanoseconds per call of every law for the lander of a mission."""
    at = situation(name)
    wide = jax.tree.map(lambda x: jnp.repeat(x[..., None], WIDTH, axis=-1), at)
    for law, parts in LAWS.items():
        for what, call in pieces(parts):
            alone = nanoseconds(call, at)
            beside = nanoseconds(call, wide) / WIDTH
            print(
                f"law {law:16s} {what:8s} {alone:9.0f} ns alone, {beside:7.0f} ns a "
                f"case of {WIDTH}"
            )


def pieces(law: Law) -> list[tuple[str, Callable[[Situation], Any]]]:
    """What a law computes: its command, and its solution if it makes any."""
    found: list[tuple[str, Callable[[Situation], Any]]] = [("command", law.command)]
    solve = law.solve
    if solve is not None:
        found.append(("solution", lambda at: solve(at, at.plan.t_go > 0.0)))
    return found


def situation(name: str) -> Situation:
    """A minute before the end of the braking burn, with all that a law may look at."""
    mission = load_mission(name)
    stage = make_stage(mission, "level")
    m: Any = si(mission)
    plan, load = stage.planned.plan, stage.planned.onboard
    burn = planned_burn(m, stage.planned.site_M, stage.setting, plan.deorbit_dv)
    target = braking_target(m)
    path = reference(load, plan, burn, target)
    load = eqx.tree_at(
        lambda c: c.guidance.reference, load, path, is_leaf=lambda x: x is None
    )
    node = -7
    r_M, v_M = (jnp.asarray(x)[:, node] for x in (path.r_M, path.v_M))
    one = jnp.float64(1.0)
    nav = navigation.start(
        load.navigation, r_M, v_M, jnp.array([1.0, 0.0, 0.0, 0.0]), jnp.zeros(3)
    )
    at = Situation(
        config=_bare(load),
        nav=nav,
        time=jnp.asarray(path.start + path.step * (path.r_M.shape[1] + node)),
        burn=burn._replace(mass=burn.mass * 0.6),
        most=burn.thrust,
        left=one,
        target=target,
        plan=Plan(level=one, t_go=60.0 * one, age=one, c0=one, c1=0.0 * one),
        path=path,
        aim_M=jnp.asarray(load.moon.site_M),
        looked=None,
    )
    arrays: Situation = jax.tree.map(jnp.asarray, at)
    return arrays


def _bare(load: OnboardConfig) -> OnboardConfig:
    """Without the map, which no law looks at."""
    bare: OnboardConfig = eqx.tree_at(
        lambda c: c.moon.ground, load, None, is_leaf=lambda x: x is None
    )
    return bare


def nanoseconds(call: Callable[[Situation], Any], at: Situation) -> float:
    """Best time of a call for all of a batch, its state moving from call to call."""

    @jax.jit
    def many(at: Situation) -> Any:
        def one(total: Any, k: Any) -> tuple[Any, None]:
            moved = eqx.tree_at(lambda a: a.nav.r_M, at, at.nav.r_M * (1.0 + 1e-9 * k))
            return jax.tree.map(jnp.add, total, call(moved)), None

        shapes = jax.eval_shape(call, at)
        zero = jax.tree.map(lambda x: jnp.zeros(x.shape, x.dtype), shapes)
        return lax.scan(one, zero, jnp.arange(CALLS, dtype=jnp.float64))[0]

    finish: Any = jax.block_until_ready
    finish(many(at))
    walls = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        finish(many(at))
        walls.append(time.perf_counter() - began)
    return 1e9 * min(walls) / CALLS
