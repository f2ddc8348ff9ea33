"""Tracking of a trajectory: its thrust, and what brings the error to zero.

`reference` tracks what was planned with the mission, `convex` the last solution of
convex guidance, which is made between slices of the flight.
"""

import jax.numpy as jnp

from frigoris.math.tree import replace_at
from frigoris.math.vectors import dot, norm
from frigoris.onboard.laws import path, schedule
from frigoris.onboard.laws.law import Command, Law, Plan, Situation, aimed
from frigoris.onboard.laws.path import Path
from frigoris.types import Flag, Vec3

WAITING = 600.0  # time to go before there is a path [s]
LEAST = 0.3  # of the weight that a convex path is corrected down to [-]


def _corrected(at: Situation, along: Path) -> Vec3:
    """Thrust acceleration of the path, and what brings the error to zero [m/s^2]."""
    nav, w = at.nav, aimed(at).track_gain
    r, v, a = path.at(along, at.time)
    # critically damped about the path
    return a + w * w * (r - nav.r_M) + 2.0 * w * (v - nav.v_M)


def _until(along: Path, at: Situation) -> Plan:
    """No solution of its own, but the time that is left of a path."""
    left = along.start + path.duration(along) - at.time
    return replace_at(lambda p: (p.t_go, p.age), at.plan, (left, jnp.zeros_like(left)))


def _loaded(at: Situation) -> Path:
    if at.config.guidance.reference is None:
        raise ValueError("no reference trajectory was loaded")
    return at.config.guidance.reference


def _reference(at: Situation) -> Command:
    a = _corrected(at, _loaded(at))
    size = norm(a) + 1e-9
    return a / size, jnp.minimum(at.burn.mass * size, at.most)


def _reference_left(at: Situation, flown: Flag) -> Plan:
    return _until(_loaded(at), at)


def _convex(at: Situation) -> Command:
    # before the first solution has come it goes on as the schedule would
    if at.path is None:
        raise ValueError("this law needs a path from outside")
    # plans take the attitude as there at once: corrections must not turn it over
    a = _corrected(at, at.path)
    up, _, _ = schedule.parts(at.nav)
    a_up = dot(a, up)
    least = -LEAST * dot(at.nav.free_M, up)
    lifted = jnp.maximum(a_up, least)
    # the vertical first: at full thrust there is nothing left for the level part
    most = at.most / at.burn.mass
    room = jnp.sqrt(jnp.maximum(most**2 - lifted**2, 0.0))
    level = a - a_up * up
    level = level * jnp.minimum(1.0, room / (norm(level) + 1e-9))
    way, thrust = schedule.leant(at, lifted, level, at.config.guidance.tilt_max)
    first, force = schedule.LAW.command(at)
    have = path.there(at.path)
    return jnp.where(have, way, first), jnp.where(have, thrust, force)


def _convex_left(at: Situation, flown: Flag) -> Plan:
    if at.path is None:
        return at.plan
    known = _until(at.path, at)
    t_go = jnp.where(path.there(at.path), known.t_go, WAITING)
    return replace_at(lambda p: p.t_go, known, t_go)


CONVEX = Law(_convex, _convex_left, full=True)
REFERENCE = Law(_reference, _reference_left, full=True)
