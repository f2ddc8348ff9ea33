"""False switches, orders from the ground and a bus that is down."""

import jax.numpy as jnp

from frigoris.flight.faults.degraded import On, if_used
from frigoris.flight.faults.names import NOT, SLOTS
from frigoris.flight.faults.tables import Discrete
from frigoris.math.tree import replace_at
from frigoris.messages import Measurements
from frigoris.types import Scalar


def said(f: Discrete, on: On, m: Measurements) -> Measurements:
    """The measurements with what false switches and the ground say."""

    def now() -> Measurements:
        contact, order = m.contact, m.order
        for k in range(SLOTS):
            meant = on[k] & (f.legs[k] > 0.5)
            contact = jnp.where(meant, f.closed[k] > 0.5, contact)
            told = on[k] & (f.order[k] > 0.5 * NOT)
            order = jnp.where(told, f.order[k], order)
        changed: Measurements = replace_at(
            lambda x: (x.contact, x.order), m, (contact, order)
        )
        return changed

    found: Measurements = if_used(f, now, lambda: m)
    return found


def powered(f: Discrete, on: On, power: Scalar) -> Scalar:
    """1 where equipment has power."""

    def now() -> Scalar:
        dead = on[0] & (f.dead[0] > 0.5)
        for k in range(1, SLOTS):
            dead = dead | (on[k] & (f.dead[k] > 0.5))
        return jnp.where(dead, 0.0, power)

    found: Scalar = if_used(f, now, lambda: power)
    return found
