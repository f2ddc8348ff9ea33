"""A lander that sinks steadily as it believes, and what its instruments say meanwhile.

The estimate is scripted and never corrected, so a test sees what monitors make of words
alone. Words are those of a perfect instrument over level ground unless a test bends
them. One compiled program flies any script of one set of monitors.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from frigoris.math.rotation import q_about_axis, q_from_dcm, q_from_rotvec, qmul, rotate
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, norm, unit
from frigoris.messages import Fix, Measurements, Radar, Speed
from frigoris.onboard import navigation, sequence
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.protection import guard as protection
from frigoris.onboard.quantities import Known
from frigoris.phases import TERMINAL_DESCENT

DT, TICKS = 0.1, 130
WEIGHT = 1.62
LEFT = 40.0  # propellant of the descent engines, as believed [kg]

Script = dict[str, np.ndarray]  # a column for each word, a row for each tick


@dataclass(frozen=True)
class Told:
    """What protection made of it, a row for each tick."""

    time: np.ndarray
    up: dict[str, np.ndarray]
    trust: dict[str, np.ndarray]
    checks: dict[str, np.ndarray]
    phase: np.ndarray
    slow: np.ndarray
    spent: np.ndarray

    def when(self, name: str) -> float | None:
        """Time at which a monitor first tripped [s]."""
        hits = np.flatnonzero(self.up[name])
        return float(self.time[hits[0]]) if hits.size else None


def fly(
    load: OnboardConfig,
    height: float,
    rate: float,
    bend: Callable[[Script], None] = lambda s: None,
) -> Told:
    """Let it sink from a height [m] at a rate [m/s]; `bend` changes what is said."""
    rng, t = np.random.default_rng(3), DT * np.arange(TICKS)
    noise = rng.normal(size=(2, TICKS))
    zero = np.zeros(TICKS)
    script = {
        "t": t,
        "height": height - rate * t,
        "laser": 0.5 * noise[0],  # to be added to what is exact; NaN: no word
        "radar": 0.5 * noise[1],
        "closing": zero.copy(),
        "propellant": zero + np.nan,
        "star_turn": zero + np.nan,  # angle that the star tracker is off by [rad]
        "force": zero + WEIGHT,  # felt [m/s^2]
        "asked": zero + WEIGHT,  # commanded
        "legs": zero.copy(),
        "attitude_error": zero.copy(),  # [rad]
        "phase": zero + TERMINAL_DESCENT,
        "altimetry": zero.copy(),  # 1: the filter has used the laser
        "jitter": rng.normal(size=(TICKS, 3)),
    }
    bend(script)
    load = jax.tree.map(jnp.asarray, load)
    found = _run(load, {k: jnp.asarray(v) for k, v in script.items()}, rate + 0.0)
    return Told(t, *jax.tree.map(np.asarray, found))


def axes(load: OnboardConfig) -> jax.Array:
    """East, north and up of the target, as columns."""
    up = unit(jnp.asarray(load.moon.site_M))
    east = unit(cross(jnp.array([0.0, 0.0, 1.0]), up))
    return jnp.stack([east, cross(up, east), up], axis=1)


def believed(load: OnboardConfig, height: Any, rate: Any) -> navigation.Navigator:
    """The estimate: upright over the target, that high, sinking so fast."""
    up = axes(load)[:, 2]
    r_M = jnp.asarray(load.moon.site_M) + up * (height + load.vehicle.standoff)
    nav = navigation.start(
        load.navigation,
        r_M,
        -rate * up,
        q_from_dcm(axes(load)),
        jnp.zeros(3),
    )
    return replace_at(lambda n: n.free_M, nav, -WEIGHT * up)


def said(load: OnboardConfig, s: dict[str, Any], rate: Any) -> Measurements:
    """The words of a row of a script."""
    v, moon = load.vehicle, load.moon
    nav = believed(load, s["height"], rate)
    level, one = norm(jnp.asarray(moon.site_M)), jnp.zeros(())

    def over(place_B: Any) -> Any:
        # along the body's axis, not the vertical of a metre beside: nanometres
        return norm(nav.r_M + rotate(nav.q_MB, place_B - v.com_dry_B)) - level

    turn = q_about_axis(
        moon.omega_MI_M / norm(moon.omega_MI_M), norm(moon.omega_MI_M) * s["t"]
    )
    star = qmul(qmul(moon.q_IM0, turn), _turned(nav.q_MB, s["star_turn"]))
    laser = over(v.laser_B) + s["laser"]
    radar = speed = fix = None
    if v.radar_B is not None:
        radar = Radar(over(v.radar_B) + s["radar"], one)
    if v.beams is not None:
        speed = Speed(rate * -v.beams.directions_B[2] + s["closing"], one)
    if v.camera_B is not None:
        place = nav.r_M + rotate(nav.q_MB, v.camera_B - v.com_dry_B)
        fix = Fix(place, one + 5.0, one)
    along = jnp.array([0.0, 0.0, 1.0]) * s["force"] * DT
    return Measurements(
        elapsed=one + DT,
        dtheta=1e-6 * s["jitter"],
        dv=along + 1e-6 * s["jitter"],
        q_IB=star,
        star_valid=jnp.isfinite(star[0]),
        laser_range=laser,
        laser_valid=jnp.isfinite(laser),
        laser_cant=one,
        laser_age=one,
        propellant=s["propellant"] + one,
        contact=jnp.arange(4.0) < s["legs"],
        radar=radar,
        speed=speed,
        fix=fix,
        order=jnp.full((), jnp.nan),
    )


def _turned(q: Any, angle: Any) -> Any:
    return qmul(q, q_from_rotvec(jnp.array([0.0, 1.0, 0.0]) * angle))


@jax.jit
def _run(load: OnboardConfig, script: dict[str, Any], rate: Any) -> Any:
    v, zero = load.vehicle, jnp.zeros(())
    mass = v.mass_empty + LEFT
    first = protection.start(load, zero)

    def tick(guard: Any, s: dict[str, Any]) -> Any:
        words = said(load, s, rate)
        # the estimate of the tick before, as the flight software has it
        nav = believed(load, s["height"] + rate * DT, rate)
        nav = replace_at(lambda n: n.accepted, nav, s["altimetry"])
        phase = s["phase"].astype(jnp.int64)
        seq = replace_at(lambda q: q.phase, sequence.start(load.sequence, zero), phase)
        now = s["t"], v.com_dry_B, s["asked"], mass - v.mass_dry
        guard = protection.looked(guard, load, nav, nav, words, now)
        attitude = _turned(nav.q_MB, s["attitude_error"])
        checks = protection.checks(guard, nav, attitude)
        known = Known(
            config=load,
            nav=nav,
            time=s["t"],
            phase_time=zero,
            dt=zero + DT,
            deorbit_left=zero,
            t_go=zero,
            silence=zero,
            mass=mass,
            checks=checks,
        )
        nav, seq, guard = protection.judge(guard, known, seq, phase, zero + DT)
        row = guard.up, guard.trust, checks, seq.phase, guard.slow, guard.spent
        return guard, row

    _, rows = lax.scan(tick, first, script)
    up, trust, checks, phase, slow, spent = rows
    return {n: x > 0.5 for n, x in up.items()}, trust, checks, phase, slow, spent
