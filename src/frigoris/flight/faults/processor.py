"""Faults of the flight computer: steps left out, resets, and how it comes back.

Its clock is hardware and goes on. A step that is left out loses the increments of its
tick; commands and memory stay as they were. While it is down, commands stand at their
power-off default: all off.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, UInt32

from frigoris.flight import door
from frigoris.flight.faults.degraded import On, if_used
from frigoris.flight.faults.names import SLOTS
from frigoris.flight.faults.tables import Processor
from frigoris.flight.params import Params
from frigoris.math.noise import normals
from frigoris.math.tree import replace_at
from frigoris.messages import Commands
from frigoris.onboard import software
from frigoris.onboard.own import Memory
from frigoris.types import Flag, Scalar

FIRST_NOISE = 4288


def _chosen(flag: Flag, a: Any, b: Any) -> Any:
    return jax.tree.map(lambda x, y: jnp.where(flag, x, y), a, b)


def step(
    params: Params,
    f: Processor,
    on: On,
    before: tuple[software.OnboardState, Memory, Commands],
    after: tuple[software.OnboardState, Memory, Commands],
    was_down: Scalar,
    tick: UInt32[Array, ""],
) -> tuple[software.OnboardState, Memory, Commands, Scalar]:
    """State, memory and commands after a tick, and 1 or 2 while the computer is down.

    `before` holds what was there before it, and the commands of the last tick;
    `was_down` 1 for a computer that comes back with what it knew, 2 for one that boots.
    """

    def now() -> tuple[Any, ...]:
        luck = normals(params.key, tick, SLOTS, first=FIRST_NOISE)
        left_out, down, cold = on[0] & False, on[0] & False, on[0] & False
        for k in range(SLOTS):
            left_out = left_out | (on[k] & (luck[k] < f.skip[k]))
            down = down | (on[k] & (f.down[k] > 0.5))
            cold = cold | (on[k] & (f.down[k] > 0.5) & (f.cold[k] > 0.5))
        state, memory, commands = after
        boots = ~down & (was_down > 1.5)
        fresh = software.start(params.onboard, *_told(params))
        kept = _chosen(left_out | down, before, after)
        state, memory, commands = kept
        state = _chosen(boots, fresh, state)
        if memory is not None:
            memory = _chosen(boots, door.start(params), memory)
        # the clock is hardware
        state = replace_at(lambda s: s.time, state, after[0].time)
        off = door.idle(after[0])
        commands = _chosen(down | boots, off, commands)
        kind = jnp.where(down, 1.0 + jnp.where(cold, 1.0, 0.0), 0.0)
        # a cold reset stays one while it lasts
        kind = jnp.where(down & (was_down > 1.5), 2.0, kind)
        return state, memory, commands, kind

    found: Any = if_used(f, now, lambda: (*after, was_down))
    return found  # type: ignore[no-any-return]


def _told(params: Params) -> tuple[Array, ...]:
    told = params.start
    return told.r_M, told.v_M, told.q_MB, told.omega_BI_B
