"""Conditions as the load has them: quantities above or below values, held for a time.

Phases end by them, and monitors trip by them.
"""

import equinox as eqx

from frigoris.types import Scalar

STAY = -1  # a condition after which the phase stays what it is


class Bound(eqx.Module):
    """One part of a condition: a quantity above or below a value."""

    quantity: str = eqx.field(static=True)
    above: bool = eqx.field(static=True)
    value: Scalar


class End(eqx.Module):
    """A condition, and the phase after it."""

    next: int = eqx.field(static=True)  # a phase, or STAY
    every: bool = eqx.field(static=True)  # all bounds must hold, or any of them
    contact: bool = eqx.field(static=True)  # the legs must stand
    bounds: tuple[Bound, ...]
    hold: Scalar | None  # it must be true this long [s]
