"""The planned descent as a trajectory: from ignition to the ground, as it is meant.

The flight software's load flies a point mass (`point_mass.py`) through the mission's
gravity. The flight of the whole machine takes a minute to compile; this takes seconds,
and is what the plan says before anything goes wrong. The undispersed flight is its
check, see docs/models/descent-design.md.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import TICK
from frigoris.errors import UserError
from frigoris.lander.rigid_body import World
from frigoris.mission.plan import coast
from frigoris.mission.point_mass import CHUNK, Sample, begin, fly
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.guidance import PLANNING_TIME
from frigoris.phases import BRAKING, PHASES

LONGEST = 3600.0  # that a descent may take [s]


class Descent(NamedTuple):
    """From ignition to contact: `[sample]`, vectors `[sample, 3]`, SI."""

    time: np.ndarray  # since ignition
    r_M: np.ndarray
    v_M: np.ndarray
    mass: np.ndarray
    dv: np.ndarray
    gravity_loss: np.ndarray
    steering_loss: np.ndarray
    height: np.ndarray
    thrust: np.ndarray
    pitch: np.ndarray  # of the thrust over the horizon [rad]
    phase: np.ndarray


def descend(
    world: World, config: OnboardConfig, r_M: np.ndarray, v_M: np.ndarray, mass: float
) -> Descent:
    """Fly the load from before ignition, planned at `r_M` [m], `v_M` [m/s], to ground.

    `mass` is that before the burn [kg]. Raises `UserError` where the ground is not
    reached within an hour, or a phase has a law that needs more than the load.
    """
    _check_laws(config)
    # the software plans its burn in the last minute of the coast
    before = coast(world, r_M, v_M, -PLANNING_TIME)
    r, v = (jnp.asarray(x) for x in before)
    state = begin(config, r, v, jnp.float64(mass))
    told: list[Sample] = []
    for first in range(0, int(LONGEST / TICK), CHUNK):
        state, samples = fly(world, config, state, jnp.int64(first))
        told.append(samples)
        if bool(jnp.any(samples.height <= 0.0)):
            down = _until_contact(jax.tree.map(lambda *x: np.concatenate(x), *told))
            if down.mass[-1] > 0.0:  # what burns it all, and more, has no mass left
                return down
            break
    last = PHASES[int(told[-1].phase[-1])].replace("_", " ")
    raise UserError(
        "Cannot lay out the descent: the guidance of this mission does not bring it to "
        f"the ground within {LONGEST / 60.0:.0f} min of ignition; its last phase is "
        f"{last}. Check thrust, masses and onboard.sequence.phases."
    )


def _check_laws(config: OnboardConfig) -> None:
    """Paths come from outside of the load: from slices of a flight, or from here."""
    used = {p.law for p in config.sequence.phases}
    lacking = {"convex"} | (
        {"reference"} if config.guidance.reference is None else set()
    )
    for law in sorted(used & lacking):
        raise UserError(
            f"Cannot lay out the descent: the law {law!r} under "
            "onboard.sequence.phases tracks a path that is made in the flight. Fly "
            "this mission, or lay it out with another law."
        )


def _until_contact(s: Sample) -> Descent:
    """Ticks above the ground, and the moment of contact between two of them."""
    over = int(np.argmax(s.height <= 0.0))
    part = s.height[over - 1] / (s.height[over - 1] - s.height[over])

    def cut(x: Any) -> np.ndarray:
        rows = np.array(x[: over + 1])
        if np.issubdtype(rows.dtype, np.floating):
            rows[over] = rows[over - 1] + part * (rows[over] - rows[over - 1])
        return rows

    p = jax.tree.map(cut, s.point)
    time = TICK * np.arange(over + 1.0) - PLANNING_TIME
    time[over] -= (1.0 - part) * TICK
    thrust, climb, phase = (
        np.append(x[:over], x[over - 1]) for x in (s.thrust, s.climb, s.phase)
    )
    whole = Descent(
        time,
        p.r_M,
        p.v_M,
        p.mass,
        p.dv,
        p.gravity_loss,
        p.steering_loss,
        cut(s.height),
        thrust,
        np.arcsin(climb),
        phase,
    )
    first = int(np.argmax((thrust > 0.0) | (phase == BRAKING)))
    burning = Descent(*(x[first:] for x in whole))
    # free motion has losses too: what the fall gives before the burn
    return burning._replace(
        gravity_loss=burning.gravity_loss - burning.gravity_loss[0],
        steering_loss=burning.steering_loss - burning.steering_loss[0],
    )
