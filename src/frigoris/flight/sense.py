"""Truth to measurements: the one place where the flight software's inputs are made."""

from collections.abc import Sequence
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, UInt32

from frigoris.constants import LATENCY_TICKS
from frigoris.flight import sight
from frigoris.flight.params import Params
from frigoris.flight.sight import Stand
from frigoris.flight.state import Said, State
from frigoris.lander.mass import mass_properties
from frigoris.lander.rigid_body import World
from frigoris.math.noise import normals
from frigoris.math.rotation import q_about_axis, qmul, rotate
from frigoris.math.tree import replace_at
from frigoris.math.vectors import norm
from frigoris.messages import Fix, Measurements, Radar, Speed
from frigoris.sensors import (
    delay,
    gauge,
    imu,
    landmark_camera,
    laser,
    leg_switches,
    radar_altimeter,
    star_tracker,
)
from frigoris.types import Quat, Scalar, Vec3

MIDDLE_TICKS = 2  # of radar and velocimeter, at the most
SLOW_TICKS = 10  # of the star tracker
FAST_NOISES = imu.NOISES + laser.NOISES
SLOW_NOISES = imu.NOISES + star_tracker.NOISES + gauge.NOISES
CAMERA_FIRST = FAST_NOISES + SLOW_NOISES
RADAR_FIRST = CAMERA_FIRST + landmark_camera.NOISES
SPEED_FIRST = RADAR_FIRST + radar_altimeter.NOISES


class Beam(eqx.Module):
    """What the range finder really looks at; for the truth record only."""

    slant_range: Scalar  # [m]
    snr: Scalar  # [-]


class _Slow(NamedTuple):
    q_IB: Quat
    propellant: Scalar
    imu: imu.ImuState
    fix: Array | None  # place and sigma


def moon_orientation(world: World, q_IM0: Quat, time: Scalar) -> Quat:
    """Inertial from Moon-fixed axes at `time` [s] of the flight."""
    rate = norm(world.omega_MI_M)
    return qmul(q_IM0, q_about_axis(world.omega_MI_M / rate, rate * time))


def _stand(params: Params, state: State) -> Stand:
    m = state.motion
    props = mass_properties(params.vehicle.mass, m.propellant, m.rcs_propellant)
    turn_M = rotate(m.q_MB, m.omega_BI_B) - params.world.omega_MI_M
    return Stand(m.r_M, m.v_M, m.q_MB, turn_M, props.com_B)


def _slow(
    params: Params, state: State, stand: Stand, time: Scalar, tick: UInt32[Array, ""]
) -> _Slow:
    """What happens at the rate of the star tracker: its attitude, the propellant and a
    landmark fix, NaN in between, and the walk of the biases.
    """
    s, motion = params.sensors, state.motion
    left = motion.propellant + motion.rcs_propellant

    def now() -> _Slow:
        noise = normals(params.key, tick, SLOW_NOISES, first=FAST_NOISES)
        q_IB = qmul(moon_orientation(params.world, params.q_IM0, time), motion.q_MB)
        walk, stars, last = imu.NOISES, star_tracker.NOISES, SLOW_NOISES - 1
        seen = star_tracker.measure(s.star, q_IB, noise[walk : walk + stars])
        settled = jnp.sum(state.pushed, axis=0) > 0.0
        read = gauge.measure(s.gauge, left, settled, noise[last])
        fix = None
        if s.camera is not None:
            draws = normals(params.key, tick, landmark_camera.NOISES, CAMERA_FIRST)
            fix = sight.fix(params, state, s.camera, stand, tick, draws)
        return _Slow(seen, read, imu.walk(s.imu, state.imu, noise[:walk]), fix)

    none = _Slow(
        jnp.full_like(motion.q_MB, jnp.nan),
        jnp.full_like(left, jnp.nan),
        state.imu,
        None if s.camera is None else jnp.stack([left * jnp.nan] * 4),
    )
    found: _Slow = lax.cond(tick % SLOW_TICKS == 0, now, lambda: none)
    return found


def _middle(
    params: Params, state: State, stand: Stand, tick: UInt32[Array, ""]
) -> tuple[Array | None, Array | None]:
    """Range of the radar [1, cases] and speeds of the velocimeter [beams, cases]."""
    s, key = params.sensors, params.key
    zero = jnp.zeros_like(state.clearance)
    if s.radar is None and s.speed is None:
        return None, None
    beams = 0 if s.speed is None else s.speed.beams_B.shape[1]

    def now() -> tuple[Array | None, Array | None]:
        echo = speeds = None
        if s.radar is not None:
            draws = normals(key, tick, radar_altimeter.NOISES, RADAR_FIRST)
            echo = sight.radar(params, state, s.radar, stand, tick, draws)[None]
        if s.speed is not None:
            draws = normals(key, tick, beams, SPEED_FIRST)
            speeds = sight.speed(params, state, s.speed, stand, tick, draws)
        return echo, speeds

    def nothing() -> tuple[Array | None, Array | None]:
        none = jnp.full_like(zero, jnp.nan)
        echo = None if s.radar is None else none[None]
        return echo, jnp.stack([none] * beams) if beams else None

    found: tuple[Array | None, Array | None] = lax.cond(
        tick % MIDDLE_TICKS == 0, now, nothing
    )
    return found


def _inertial(
    params: Params, state: State, stand: Stand, noise: Array
) -> tuple[Vec3, Vec3, imu.ImuState]:
    unit, motion, dt = params.sensors.imu, state.motion, state.elapsed
    change = motion.omega_BI_B - state.omega_last_B
    change = jnp.where(dt > 0.0, change, 0.0)
    dtheta, dv = imu.at_place(
        unit, motion.dtheta_B, motion.dv_B, change, dt, stand.com_B
    )
    return imu.measure(unit, state.imu, dtheta, dv, dt, noise)


class _Late(NamedTuple):
    """What has arrived by now, and what has not yet."""

    laser: Array  # range and cant
    radar: Radar | None
    speed: Speed | None
    fix: Fix | None
    said: Said


def _reported(
    params: Params,
    state: State,
    tick: UInt32[Array, ""],
    fresh: tuple[Array, Array | None, Array | None, Array | None],
    late_by: Sequence[Scalar],
) -> _Late:
    """Words of laser, radar, velocimeter and camera go through their latencies, and
    come `late_by` further ticks, which nobody knows of.
    """
    s, old, dt = params.sensors, state.said, state.elapsed

    def ticks(latency: Scalar, k: int) -> Scalar:
        return jnp.minimum(latency + late_by[k], LATENCY_TICKS) if late_by else latency

    shot, echo, speeds, place = fresh
    laser_late, ring = delay.push(old.laser, tick, ticks(s.laser.latency, 0), shot)
    radar = speed = fix = None
    rings: list[delay.Ring | None] = [None, None, None]
    if s.radar is not None and old.radar is not None and echo is not None:
        late, rings[0] = delay.push(old.radar, tick, ticks(s.radar.latency, 1), echo)
        radar = Radar(late[0], s.radar.latency * dt)
    if s.speed is not None and old.speed is not None and speeds is not None:
        late, rings[1] = delay.push(old.speed, tick, ticks(s.speed.latency, 2), speeds)
        speed = Speed(late, s.speed.latency * dt)
    if s.camera is not None and old.fix is not None and place is not None:
        late, rings[2] = delay.push(old.fix, tick, ticks(s.camera.latency, 3), place)
        fix = Fix(late[:3], late[3], s.camera.latency * dt)
    return _Late(laser_late, radar, speed, fix, Said(ring, *rings))


def sense(
    params: Params,
    state: State,
    time: Scalar,
    tick: UInt32[Array, ""],
    late_by: Sequence[Scalar] = (),
) -> tuple[Measurements, State, Beam]:
    """Measure at the start of a tick; increments are those of the tick before.

    `late_by` is a fault of the bus, see `_reported`.
    """
    s, stand = params.sensors, _stand(params, state)
    noise = normals(params.key, tick, FAST_NOISES)
    dtheta, dv, imu_state = _inertial(params, state, stand, noise[: imu.NOISES])
    within = replace_at(lambda x: x.imu, state, imu_state)
    slow = _slow(params, within, stand, time, tick)
    view = sight.laser(params, state, stand)
    now = sight.due(state, s.laser.period, tick)
    shot, laser_state = laser.measure(
        s.laser, state.laser, view, now, noise[imu.NOISES :]
    )
    echo, speeds = _middle(params, state, stand, tick)
    shot = jnp.stack([shot, state.laser_cant])
    late = _reported(params, state, tick, (shot, echo, speeds, slow.fix), late_by)
    measured = Measurements(
        elapsed=state.elapsed,
        dtheta=dtheta,
        dv=dv,
        q_IB=slow.q_IB,
        star_valid=jnp.isfinite(slow.q_IB[0]),
        laser_range=late.laser[0],
        laser_valid=jnp.isfinite(late.laser[0]),
        laser_cant=late.laser[1],
        laser_age=s.laser.latency * state.elapsed,
        propellant=slow.propellant,
        contact=leg_switches.measure(s.legs, time - state.contact.time),
        radar=late.radar,
        speed=late.speed,
        fix=late.fix,
        order=jnp.full_like(state.elapsed, jnp.nan),
    )
    beam = Beam(
        slant_range=jnp.where(view.hit, view.slant_range, jnp.nan),
        snr=jnp.where(view.hit, laser.signal_to_noise(s.laser, view), 0.0),
    )
    new = replace_at(
        lambda x: (x.imu, x.laser, x.said), state, (slow.imu, laser_state, late.said)
    )
    return measured, new, beam
