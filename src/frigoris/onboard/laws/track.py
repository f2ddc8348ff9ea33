"""Tracking of a trajectory: its thrust, and what brings the error to zero.

`reference` tracks what was planned with the mission, `convex` the last solution of
convex guidance, which is made between slices of the flight.
"""

import jax.numpy as jnp

from frigoris.math.vectors import norm
from frigoris.onboard.laws import path
from frigoris.onboard.laws.law import Command, Law, Situation
from frigoris.onboard.laws.path import Path


def _track(at: Situation, along: Path) -> Command:
    g, nav = at.config.guidance, at.nav
    r, v, a = path.at(along, at.time)
    # critically damped about the path
    w = g.track_gain
    a = a + w * w * (r - nav.r_M) + 2.0 * w * (v - nav.v_M)
    size = norm(a) + 1e-9
    return a / size, jnp.minimum(at.burn.mass * size, at.most)


def _reference(at: Situation) -> Command:
    along = at.config.guidance.reference
    if along is None:
        raise ValueError("no reference trajectory was loaded")
    return _track(at, along)


REFERENCE = Law(_reference, full=True)
