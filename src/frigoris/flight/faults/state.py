"""What a flight remembers of its faults."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.flight.faults import bus, measured, trigger
from frigoris.flight.faults.bus import Ring
from frigoris.flight.faults.trigger import Clocks
from frigoris.types import Scalar


class FaultState(eqx.Module):
    """When faults began, and what frozen or late things hold."""

    clocks: Clocks
    last: measured.Channels  # said last by each channel that is not frozen
    sent: Ring  # measurements of the last ticks
    told: Ring  # commands of the last ticks
    obeyed: Float[Array, "n *#cases"]  # commands of the last tick as they arrived
    gimbal: Float[Array, "2 *#cases"]  # where the gimbals stand [rad]
    down: Scalar  # 1 or 2 while the flight computer is down


def start(zero: Scalar, jets: int) -> FaultState:
    """Nothing has begun."""
    sent, told = bus.fresh(zero, jets)
    return FaultState(
        clocks=trigger.start(zero),
        last=measured.start(zero),
        sent=sent,
        told=told,
        obeyed=told[0],
        gimbal=jnp.stack([zero] * 2),
        down=zero,
    )
