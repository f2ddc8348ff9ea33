"""The trajectory that a mission is planned to fly while braking, to be tracked.

E-guidance flown by a point mass from the planned ignition to the target of the braking
burn, with the time to go of least peak thrust.
"""

import equinox as eqx
import jax.numpy as jnp

from frigoris.errors import UserError
from frigoris.math.tree import leaf
from frigoris.math.vectors import norm
from frigoris.mission.plan import Plan
from frigoris.onboard.config import OnboardConfig, Target
from frigoris.onboard.laws import e_guidance
from frigoris.onboard.laws.law import Burn
from frigoris.onboard.laws.path import Path
from frigoris.onboard.laws.polynomial import (
    SEARCH,
    aim,
    least_peak,
    time_to_stop,
    total,
)
from frigoris.onboard.navigation import free_accel

NODES = 65  # some 10 s apart


def reference(load: OnboardConfig, plan: Plan, burn: Burn, target: Target) -> Path:
    """Nodes from ignition to the target. Raises `UserError` for too little thrust."""
    to = aim(load, target)
    r, v = jnp.asarray(plan.ignition_r_M), jnp.asarray(plan.ignition_v_M)
    height = norm(r) - norm(to.r)
    guess = time_to_stop(norm(v - to.v), height, burn)
    steps = jnp.asarray(SEARCH * 2)
    t_go, peak = least_peak(e_guidance.FAMILY, to, r, v, burn, guess, steps)
    if float(peak) > 1.0:
        raise UserError(
            f"Cannot lay out a reference trajectory: it would need {float(peak):.2f} "
            "of full thrust. Lower phases.braking.target.level_ratio, so that braking "
            "begins earlier."
        )
    times = jnp.linspace(0.0, t_go, NODES)
    # total acceleration is linear in time, so the way is known in closed form
    first = total(e_guidance.FAMILY, to, r, v, t_go)
    jerk = 6.0 * (to.v - v) / t_go**2 - 12.0 * (to.r - r - v * t_go) / t_go**3
    r, v, first, jerk = (x[:, None] for x in (r, v, first, jerk))
    r_M = r + times * (v + times * (0.5 * first + times / 6.0 * jerk))
    v_M = v + times * (first + 0.5 * times * jerk)
    free_M = free_accel(load.moon, r_M, v_M, jnp.zeros_like(r_M))
    return Path(
        start=leaf(plan.ignition_time),
        step=leaf(t_go / (NODES - 1)),
        r_M=leaf(r_M),
        v_M=leaf(v_M),
        a_M=leaf(first + jerk * times - free_M),
        word=leaf(1.0),
    )


def with_reference(load: OnboardConfig, path: Path) -> OnboardConfig:
    """The load with a trajectory to track."""
    loaded: OnboardConfig = eqx.tree_at(
        lambda c: c.guidance.reference, load, path, is_leaf=lambda x: x is None
    )
    return loaded
