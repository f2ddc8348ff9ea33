"""Faults between the commands and what they move: gimbals, thrusters, leaks."""

import jax.numpy as jnp
from jaxtyping import Array

from frigoris.flight.faults.degraded import On, factor, if_used, shifted
from frigoris.flight.faults.names import SLOTS
from frigoris.flight.faults.tables import Actuator
from frigoris.lander.rigid_body import Leak
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross
from frigoris.messages import Commands
from frigoris.types import Jets


def gimbals(
    f: Actuator, on: On, commands: Commands, stood: Array
) -> tuple[Commands, Array]:
    """Commands as the gimbals follow them, and where these stand now [rad]."""

    def now() -> Array:
        x = commands.gimbal
        for k in range(SLOTS):
            new = f.gimbal_gain[k] * x + f.gimbal_offset[k]
            new = jnp.where(f.gimbal_hold[k] > 0.5, stood, new)
            x = jnp.where(on[k], new, x)
        return x

    x = if_used(f, now, lambda: commands.gimbal)
    return replace_at(lambda c: c.gimbal, commands, x), x


def pushes(f: Actuator, on: On, duty: Jets) -> Jets:
    """Share of its thrust that each thruster gives, for each a factor of its duty."""

    def now() -> Jets:
        those = [on[k] & (f.jets[k] > 0.5) for k in range(SLOTS)]
        return factor(jnp.ones_like(duty), those, list(f.jet_push))

    found: Jets = if_used(f, now, lambda: jnp.ones_like(duty))
    return found


def leaking(f: Actuator, on: On) -> Leak:
    """What leaks out now, and how it pushes; nothing where nothing does."""
    zero = jnp.zeros_like(f.leak[0])
    none = Leak(zero, zero, *[jnp.stack([zero] * 3)] * 2)

    def now() -> Leak:
        slots = list(on)
        return Leak(
            flow=shifted(zero, slots, list(f.leak)),
            flow_rcs=shifted(zero, slots, list(f.leak_rcs)),
            push_B=shifted(none.push_B, slots, list(f.push)),
            twist_B=shifted(
                none.twist_B,
                slots,
                [cross(f.place[k], f.push[k]) for k in range(SLOTS)],
            ),
        )

    found: Leak = if_used(f, now, lambda: none)
    return found
