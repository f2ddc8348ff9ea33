"""Leg switches: one closes when its leg takes load; some may be stuck.

The flight knows the first touch of any footpad; the other legs follow while the lander
settles, evenly over `settling`. Stuck switches are those of the legs that touch first.
"""

import equinox as eqx
from jaxtyping import Array, Bool, Float

from frigoris.types import Scalar


class LegSwitches(eqx.Module):
    """The switches of all legs as they really are."""

    order: Float[
        Array, "legs *#cases"
    ]  # 0 for the leg that touches first, 1 for the last
    delay: Scalar  # from load to a closed switch [s]
    settling: Scalar  # from the first leg to the last [s]
    stuck_open: Scalar  # so many never close [-]
    stuck_closed: Scalar  # so many were never open [-]


def measure(switches: LegSwitches, since: Scalar) -> Bool[Array, "legs *cases"]:
    """Which are closed `since` the first touch [s], negative before it."""
    count = switches.order.shape[0]
    place = switches.order * (count - 1.0)
    loaded = since >= switches.delay + switches.settling * switches.order
    from_last = count - 1.0 - place
    dead = place < switches.stuck_open - 0.5
    on = from_last < switches.stuck_closed - 0.5
    closed: Array = (loaded & ~dead) | on
    return closed
