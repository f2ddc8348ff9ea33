"""A replan in flight: a lander's estimate as a question to the planner, and back."""

from typing import NamedTuple

import numpy as np

from frigoris.onboard.convex.problem import Craft, Problem
from frigoris.onboard.convex.solution import Floats, Outcome, Solution

# what a path in flight says of itself; 0: there is none yet
WORDS = {Outcome.FUEL_OPTIMAL: 1.0, Outcome.NEAREST: 2.0, Outcome.NONE: 3.0}
SHORTEST = 10.0  # a path with less left when it is due is flown to its end [s]
SINK = 1.0  # below both of its ends that a path may go [m]


class Need(NamedTuple):
    """What one lander needs a plan for; vectors in M, all estimated."""

    r_M: Floats  # [m]
    v_M: Floats  # [m/s]
    g_M: Floats  # between here and the target [m/s^2]
    target_r_M: Floats  # [m]
    target_v_M: Floats  # [m/s]
    travel_M: Floats  # direction of the approach, unit
    mass: float  # [kg]
    mass_empty: float  # [kg]
    thrust_min: float  # [N]
    thrust_max: float  # of a plan, with a reserve [N]
    exhaust_speed: float  # [m/s]
    tilt_max: float  # [rad]
    turn_rate: float  # [rad/s]
    glide: float  # [rad], 0: none
    left: float  # of the path that is flown [s], 0: none


def axes(need: Need) -> Floats:
    """Rows: the axes of the frame L of the target in M; z is up."""
    up = need.target_r_M / np.linalg.norm(need.target_r_M)
    y = np.cross(up, need.travel_M)
    y = y / np.linalg.norm(y)
    return np.stack([np.cross(y, up), y, up])


def problem(need: Need, intervals: int, t_f: float | None) -> Problem:
    """The question for the planner, of a given duration [s] or of the best."""
    dcm_LM = axes(need)

    def local(x: Floats) -> tuple[float, float, float]:
        a, b, c = (float(v) for v in dcm_LM @ x)
        return a, b, c

    return Problem(
        craft=Craft(
            thrust_min=need.thrust_min,
            thrust_max=need.thrust_max,
            exhaust_speed=need.exhaust_speed,
            mass_dry=need.mass_empty,
            tilt_max=need.tilt_max,
            turn_rate=need.turn_rate,
        ),
        r_L=local(need.r_M - need.target_r_M),
        v_L=local(need.v_M),
        mass=need.mass,
        g_L=local(need.g_M),
        target_v_L=local(need.target_v_M),
        glide=need.glide or None,
        final_thrust_L=(0.0, 0.0, 1.0),
        t_f=t_f,
        intervals=intervals,
    )


def better(need: Need, plan: Solution) -> bool:
    """Whether to fly a plan: one that stays above ground, and no worse than a path.

    A path in hand is left only for one that ends on the target and can be flown as it
    is. The ground is not known here: no node may lie below both of its ends.
    """
    if not plan.lands or (need.left and plan.outcome is not Outcome.FUEL_OPTIMAL):
        return False
    above = plan.r_L[2]
    return plan.tight and bool(above.min() > min(above[0], above[-1]) - SINK)


def nodes(need: Need, plan: Solution) -> tuple[Floats, Floats, Floats]:
    """Position [m], velocity [m/s], thrust acceleration [m/s^2] in M, `[3, N+1]`."""
    dcm_ML = axes(need).T
    r_M = need.target_r_M[:, None] + dcm_ML @ plan.r_L
    return r_M, dcm_ML @ plan.v_L, dcm_ML @ plan.u_L
