"""Fault protection as loaded: monitors, and how to come down without altimetry."""

import equinox as eqx

from frigoris.onboard.conditions import End
from frigoris.types import Scalar

# what may be set aside, in the order in which telemetry counts them
INSTRUMENTS = (
    "laser",
    "radar_altimeter",
    "velocimeter",
    "landmark_camera",
    "star_tracker",
    "gauge",
)
# of several phases that are asked for at once the highest tier counts
TIERS = ("local", "system", "abort")


class Monitor(eqx.Module):
    """One condition that is watched, and what is done while it holds."""

    name: str = eqx.field(static=True)
    armed: tuple[int, ...] | None = eqx.field(static=True)  # phases; None: all
    tier: int = eqx.field(static=True)  # place in `TIERS`
    distrust: tuple[str, ...] = eqx.field(static=True)  # of `INSTRUMENTS`
    trust: tuple[str, ...] = eqx.field(static=True)
    reopen: bool = eqx.field(static=True)  # the filter listens again
    slow: bool = eqx.field(static=True)  # descend on the lower bound of the altitude
    when: End  # its `next` is the phase that follows


class SlowDown(eqx.Module):
    """Coming down while the altitude is known by dead reckoning only."""

    sigmas: Scalar  # below the estimate, of its sigma [-]
    budget: Scalar  # propellant that it may cost [kg]
    floor: Scalar  # estimated height down to which the bound is lowered [m]


class ProtectionConfig(eqx.Module):
    """The whole of it."""

    enabled: Scalar  # above one half: monitors may trip
    monitors: tuple[Monitor, ...]
    slow_down: SlowDown
