"""What a guidance law is: a solution made now and then, and a command in every tick."""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx

from frigoris.onboard.config import OnboardConfig, Target
from frigoris.onboard.hazard.look import Looked
from frigoris.onboard.laws.path import Path
from frigoris.onboard.navigation import Navigator
from frigoris.types import Flag, Scalar, Vec3


class Plan(eqx.Module):
    """The solution that is being flown."""

    level: Scalar  # thrust over full thrust, as planned or at its peak [-]
    t_go: Scalar  # at the time of the solution [s]
    age: Scalar  # time since then [s]
    c0: Scalar  # net vertical acceleration c0 + c1 age [m/s^2]
    c1: Scalar  # [m/s^3]


class Burn(NamedTuple):
    """Engines, gravity and radius as a predictor uses them."""

    mass: Scalar  # [kg]
    thrust: Scalar  # all engines at level one [N]
    flow: Scalar  # [kg/s]
    mu: Scalar
    radius: Scalar  # of the site [m]


class Situation(NamedTuple):
    """All that a law may look at."""

    config: OnboardConfig
    nav: Navigator
    time: Scalar  # onboard clock [s]
    burn: Burn
    most: Scalar  # thrust that the phase may ask for [N]
    left: Scalar  # still missing of the deorbit burn [m/s]
    target: Target | None  # of the phase
    plan: Plan
    path: Path | None  # to be tracked
    aim_M: Vec3  # where to land [m]
    looked: Looked | None  # what the last look at the ground came to


Command = tuple[Vec3, Scalar]  # direction of thrust in M (unit), thrust [N]


class Law(NamedTuple):
    """A guidance law."""

    command: Callable[[Situation], Command]
    # a new solution; the flag says where one is being flown already
    solve: Callable[[Situation, Flag], Plan] | None = None
    full: bool = False  # it may open the assist group wholly
    alone: bool = False  # it leaves the assist group shut
    near: bool = False  # it touches down


def aimed(at: Situation) -> Target:
    """The target of a law that needs one; the mission file was checked for it."""
    if at.target is None:
        raise ValueError("this law needs a target")
    return at.target
