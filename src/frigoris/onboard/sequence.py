"""The sequencer: which phase the flight is in, and what ends it."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool

from frigoris.messages import (
    BOOT,
    BRAKING,
    COAST,
    DEORBIT_BURN,
    LANDED,
    PITCH_UP,
    TERMINAL_DESCENT,
    TERMINAL_LANDING,
)
from frigoris.onboard.config import OnboardConfig
from frigoris.types import Index, Scalar

DV_TOLERANCE = 0.01  # of the deorbit burn; its last pulses shrink towards zero [m/s]


class Sequencer(eqx.Module):
    """What the sequencer remembers."""

    phase: Index
    deorbit_dv: Scalar  # delivered by the deorbit burn so far [m/s]
    contact_time: Scalar  # leg contact without interruption [s]


def start(like: Scalar) -> Sequencer:
    """Before the deorbit burn."""
    zero = jnp.zeros_like(like)
    return Sequencer(
        phase=jnp.full(zero.shape, BOOT, dtype=jnp.int64),
        deorbit_dv=zero,
        contact_time=zero,
    )


def advance(
    config: OnboardConfig,
    old: Sequencer,
    time: Scalar,
    height: Scalar,
    braking_left: Scalar,
    dv_tick: Scalar,
    contact: Bool[Array, "legs *#cases"],
    dt: Scalar,
) -> Sequencer:
    """The phase of the coming tick; at most one change a tick.

    `braking_left` is the time to go of the braking burn [s], `dv_tick` the velocity
    that the engines gave over the last tick [m/s], `height` the estimated one [m].
    """
    s = config.sequence
    dv = old.deorbit_dv + jnp.where(old.phase == DEORBIT_BURN, dv_tick, 0.0)
    votes = jnp.sum(jnp.where(contact, 1.0, 0.0), axis=0)
    touching = jnp.where(votes >= s.contact_votes, old.contact_time + dt, 0.0)
    ends = {
        # the nearest tick: a time that falls on a tick must not depend on rounding
        BOOT: time >= s.deorbit_time - 0.5 * dt,
        DEORBIT_BURN: dv >= config.guidance.deorbit_dv - DV_TOLERANCE,
        COAST: time >= s.ignition_time - 0.5 * dt,
        # a late correction may find the vehicle below the end of braking already
        BRAKING: (braking_left <= 0.0) | (height < config.guidance.braking_end_height),
        PITCH_UP: height < s.terminal_descent_height,
        TERMINAL_DESCENT: height < s.terminal_landing_height,
        TERMINAL_LANDING: votes < 0.0,
    }
    phase = old.phase
    for here, over in ends.items():
        phase = jnp.where((old.phase == here) & over, here + 1, phase)
    # leg contact is the only evidence of landing, in any phase near the ground
    down = (old.phase >= PITCH_UP) & (touching >= s.contact_confirm)
    phase = jnp.where(down, LANDED, phase)
    return Sequencer(phase=phase, deorbit_dv=dv, contact_time=touching)
