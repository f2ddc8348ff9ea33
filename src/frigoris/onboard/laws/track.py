"""Tracking of a trajectory: its thrust, and what brings the error to zero.

`reference` tracks what was planned with the mission, `convex` the last solution of
convex guidance, which is made between slices of the flight.
"""

import jax.numpy as jnp

from frigoris.math.tree import replace_at
from frigoris.math.vectors import norm
from frigoris.onboard.laws import path, schedule
from frigoris.onboard.laws.law import Command, Law, Plan, Situation, aimed
from frigoris.onboard.laws.path import Path
from frigoris.types import Flag


def _track(at: Situation, along: Path) -> Command:
    nav, w = at.nav, aimed(at).track_gain
    r, v, a = path.at(along, at.time)
    # critically damped about the path
    a = a + w * w * (r - nav.r_M) + 2.0 * w * (v - nav.v_M)
    size = norm(a) + 1e-9
    return a / size, jnp.minimum(at.burn.mass * size, at.most)


def _until(along: Path, at: Situation) -> Plan:
    """No solution of its own, but the time that is left of a path."""
    left = along.start + path.duration(along) - at.time
    return replace_at(lambda p: (p.t_go, p.age), at.plan, (left, jnp.zeros_like(left)))


def _loaded(at: Situation) -> Path:
    if at.config.guidance.reference is None:
        raise ValueError("no reference trajectory was loaded")
    return at.config.guidance.reference


def _reference(at: Situation) -> Command:
    return _track(at, _loaded(at))


def _reference_left(at: Situation, flown: Flag) -> Plan:
    return _until(_loaded(at), at)


def _convex(at: Situation) -> Command:
    # before the first solution has come it goes on as the schedule would
    if at.path is None:
        raise ValueError("this law needs a path from outside")
    way, thrust = _track(at, at.path)
    first, force = schedule.LAW.command(at)
    have = at.path.word > 0.5
    return jnp.where(have, way, first), jnp.where(have, thrust, force)


def _convex_left(at: Situation, flown: Flag) -> Plan:
    if at.path is None:
        return at.plan
    known = _until(at.path, at)
    waits = at.path.word < 0.5
    return replace_at(lambda p: p.t_go, known, jnp.where(waits, 600.0, known.t_go))


CONVEX = Law(_convex, _convex_left, full=True)
REFERENCE = Law(_reference, _reference_left, full=True)
