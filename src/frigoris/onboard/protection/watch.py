"""What is watched: instruments against dead reckoning, engines against commands.

Works on the measurements as they come, before any of them is set aside, and on the
estimate of the tick before, carried to their time: so an instrument that nobody
trusts is compared all the same, and can win back its trust.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.math.rotation import (
    conj,
    dcm_from_q,
    q_about_axis,
    qmul,
    rotate,
    rotvec_from_q,
)
from frigoris.math.vectors import cross, dot, matvec, norm
from frigoris.messages import Measurements, boresight
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.navigation import Navigator, past
from frigoris.onboard.protection import rangers
from frigoris.onboard.protection.rangers import Ranger
from frigoris.onboard.ranging import looks_below
from frigoris.types import Flag, Quat, Scalar, Vec3

SMOOTH = 0.5  # over which specific forces are compared [s]
THRUSTING = 0.5  # specific force below which no engine is judged [m/s^2]
SHAKING = 1.0  # a shock is remembered about this long [s]


class Watch(eqx.Module):
    """What is remembered of the instruments; None: there is no such one."""

    laser: Ranger
    radar: Ranger | None
    speed_age: Scalar | None  # since the velocimeter spoke [s]
    speed_off: Scalar | None  # worst beam against the estimate [m/s]
    fix_age: Scalar | None  # [s]
    fix_off: Scalar | None  # [m]
    star_age: Scalar  # [s]
    star_off: Scalar  # attitude by it against that by gyros [rad]
    gauge_age: Scalar  # [s]
    gauge_off: Scalar  # propellant by it less that by bookkeeping [kg]
    altimetry_age: Scalar  # since a range was used by the filter [s]
    imu: Float[Array, "6 *#cases"]  # last increments
    imu_unchanged: Scalar  # [s]
    asked: Scalar  # specific force of the commands, smoothed [m/s^2]
    given: Scalar  # and of the accelerometers
    shock: Scalar  # largest specific force beside the commands lately [m/s^2]
    legs: Scalar  # share of the switches that are closed [-]


def start(config: OnboardConfig, zero: Scalar) -> Watch:
    """Nothing was said yet."""
    v, none = config.vehicle, zero + jnp.nan
    speed = None if v.beams is None else zero
    fix = None if v.camera_B is None else zero
    return Watch(
        laser=rangers.start(zero),
        radar=None if v.radar_B is None else rangers.start(zero),
        speed_age=speed,
        speed_off=None if speed is None else none,
        fix_age=fix,
        fix_off=None if fix is None else none,
        star_age=zero,
        star_off=none,
        gauge_age=zero,
        gauge_off=none,
        altimetry_age=zero,
        imu=jnp.stack([none] * 6),
        imu_unchanged=zero,
        asked=zero,
        given=zero,
        shock=zero,
        legs=zero,
    )


def watched(
    old: Watch,
    config: OnboardConfig,
    nav: Navigator,
    measured: Measurements,
    time: Scalar,
    com_B: Vec3,
    asked: Scalar,
    propellant: Scalar,
) -> Watch:
    """After one more tick. `asked` is the specific force of the commands of that tick
    [m/s^2], `propellant` what bookkeeping says is left [kg], `nav` and `time` are those
    before the measurements count.
    """
    dt = measured.elapsed
    descent = -dot(nav.v_M, nav.r_M) / norm(nav.r_M)
    laser = rangers.heard(old.laser, _laser(config, nav, measured, com_B), descent, dt)
    radar, speed = old.radar, (old.speed_age, old.speed_off)
    if radar is not None:
        radar = rangers.heard(radar, _radar(config, nav, measured, com_B), descent, dt)
    if old.speed_age is not None and old.speed_off is not None:
        speed = _kept(
            old.speed_age, old.speed_off, _speed(config, nav, measured, com_B), dt
        )
    fix = old.fix_age, old.fix_off
    if old.fix_age is not None and old.fix_off is not None:
        fix = _kept(old.fix_age, old.fix_off, _fix(config, nav, measured, com_B), dt)
    turned = _star(config, nav, measured, time)
    star_age, star_off = _kept(old.star_age, old.star_off, turned, dt)
    read = jnp.abs(measured.propellant - propellant)
    gauge_age, gauge_off = _kept(old.gauge_age, old.gauge_off, read, dt)
    moved = jnp.concatenate([measured.dtheta, measured.dv])
    same = jnp.all(moved == old.imu, axis=0) & (dt > 0.0)
    force, share = _force(nav, measured), -jnp.expm1(-dt / SMOOTH)
    given = old.given + share * (force - old.given)
    shaken = jnp.where(dt > 0.0, jnp.abs(force - asked), 0.0)
    return Watch(
        laser=laser,
        radar=radar,
        speed_age=speed[0],
        speed_off=speed[1],
        fix_age=fix[0],
        fix_off=fix[1],
        star_age=star_age,
        star_off=star_off,
        gauge_age=gauge_age,
        gauge_off=gauge_off,
        altimetry_age=old.altimetry_age + dt,
        imu=moved,
        imu_unchanged=jnp.where(same, old.imu_unchanged + dt, 0.0),
        asked=old.asked + share * (asked - old.asked),
        given=given,
        shock=jnp.maximum(shaken, old.shock * jnp.exp(-dt / SHAKING)),
        legs=jnp.mean(jnp.where(measured.contact, 1.0, 0.0), axis=0),
    )


def _kept(age: Scalar, old: Scalar, new: Scalar, dt: Scalar) -> tuple[Scalar, Scalar]:
    """Age of the last word, and what it came to; `new` is NaN without one."""
    seen = jnp.isfinite(new)
    return jnp.where(seen, 0.0, age + dt), jnp.where(seen, new, old)


def _then(
    nav: Navigator, measured: Measurements, age: Scalar, valid: Flag
) -> tuple[Vec3, Quat, Scalar]:
    """Position, attitude, and how far back from `nav` a word of an age is [s]."""
    back = jnp.where(valid, age, 0.0) - measured.elapsed
    return *past(nav, back), back


def _laser(
    config: OnboardConfig, nav: Navigator, measured: Measurements, com_B: Vec3
) -> rangers.Word:
    c, valid = config.navigation, measured.laser_valid
    r_M, q_MB, _ = _then(nav, measured, measured.laser_age, valid)
    beam_M = rotate(q_MB, boresight(jnp.where(valid, measured.laser_cant, 0.0)))
    place_M = r_M + rotate(q_MB, config.vehicle.laser_B - com_B)
    none = jnp.zeros_like(r_M[0])
    bias = none if nav.range_error is None else nav.range_error[1]
    shot = jnp.where(valid, measured.laser_range, jnp.nan)
    spread = c.laser_sigma, c.laser_spread
    return rangers.reduced(nav, config, place_M, beam_M, bias, shot, spread)


def _radar(
    config: OnboardConfig, nav: Navigator, measured: Measurements, com_B: Vec3
) -> rangers.Word:
    c, said, radar_B = config.navigation, measured.radar, config.vehicle.radar_B
    if said is None or radar_B is None:
        raise ValueError("a radar altimeter is watched that is not on board")
    r_M, q_MB, _ = _then(nav, measured, said.age, jnp.isfinite(said.range))
    place_M = r_M + rotate(q_MB, radar_B - com_B)
    none = jnp.zeros_like(r_M[0])
    bias = none if nav.range_error is None else nav.range_error[2]
    down_M = -place_M / norm(place_M)
    spread = c.radar_sigma, c.radar_spread
    # a beam that leans away ranges other ground: it says nothing of the height
    echo = jnp.where(looks_below(config, r_M, q_MB), said.range, jnp.nan)
    return rangers.reduced(nav, config, place_M, down_M, bias, echo, spread)


def _speed(
    config: OnboardConfig, nav: Navigator, measured: Measurements, com_B: Vec3
) -> Scalar:
    """Largest difference of a beam of the velocimeter from the estimate [m/s]."""
    said, meter = measured.speed, config.vehicle.beams
    if said is None or meter is None:
        raise ValueError("a velocimeter is watched that is not on board")
    heard = jnp.any(jnp.isfinite(said.closing), axis=0)
    _, q_MB, back = _then(nav, measured, said.age, heard)
    arm_M = rotate(q_MB, meter.place_B - com_B)
    turn_M = rotate(q_MB, nav.omega_B) - config.moon.omega_MI_M
    v_M = nav.v_M - back * nav.accel_M + cross(turn_M, arm_M)
    worst = jnp.zeros_like(v_M[0])
    for k in range(meter.directions_B.shape[1]):
        u_M = rotate(q_MB, meter.directions_B[:, k] + 0.0 * v_M)
        apart = jnp.abs(said.closing[k] - dot(u_M, v_M))
        worst = jnp.maximum(worst, jnp.where(jnp.isfinite(apart), apart, 0.0))
    return jnp.where(heard, worst, jnp.nan)


def _fix(
    config: OnboardConfig, nav: Navigator, measured: Measurements, com_B: Vec3
) -> Scalar:
    """Distance of a landmark fix from the estimated place [m]."""
    said, camera_B = measured.fix, config.vehicle.camera_B
    if said is None or camera_B is None:
        raise ValueError("a landmark camera is watched that is not on board")
    r_M, q_MB, _ = _then(nav, measured, said.age, jnp.isfinite(said.sigma))
    return norm(said.place_M - r_M - rotate(q_MB, camera_B - com_B))


def _star(
    config: OnboardConfig, nav: Navigator, measured: Measurements, time: Scalar
) -> Scalar:
    """Angle between the star tracker's attitude and the one carried by gyros [rad]."""
    moon, valid = config.moon, measured.star_valid
    _, q_MB, _ = _then(nav, measured, jnp.zeros_like(time), valid)
    rate = norm(moon.omega_MI_M)
    q_IM = qmul(moon.q_IM0, q_about_axis(moon.omega_MI_M / rate, rate * time))
    safe = jnp.where(valid, measured.q_IB, qmul(q_IM, q_MB))
    turn = rotvec_from_q(qmul(qmul(conj(q_IM), safe), conj(q_MB)))
    if nav.mounting is not None:
        turn = turn - matvec(dcm_from_q(q_MB), nav.mounting)
    return jnp.where(valid, jnp.sqrt(dot(turn, turn) + 1e-24), jnp.nan)


def _force(nav: Navigator, measured: Measurements) -> Scalar:
    """Specific force along the thrust axis over the last tick [m/s^2]."""
    elapsed = jnp.maximum(measured.elapsed, 1e-3)
    return measured.dv[2] / elapsed - nav.accel_bias[2]


def checks(w: Watch) -> dict[str, Scalar]:
    """What monitors may ask, by name. NaN where nothing can be said: no bound holds."""
    none = w.star_age + jnp.nan
    found = rangers.checks(w.laser, "laser")
    if w.radar is None:
        silent = [name.replace("laser", "radar") for name in found]
        found |= dict.fromkeys([*silent, *VOTES], none)
    else:
        found |= rangers.checks(w.radar, "radar") | rangers.voted(w.laser, w.radar)
    thrusting = w.asked > THRUSTING
    missing = 1.0 - w.given / jnp.maximum(w.asked, THRUSTING)
    return found | {
        "velocimeter_age": none if w.speed_age is None else w.speed_age,
        "velocimeter_off": _recent(w.speed_age, w.speed_off, none),
        "camera_age": none if w.fix_age is None else w.fix_age,
        "camera_off": _recent(w.fix_age, w.fix_off, none),
        "star_age": w.star_age,
        "star_off": _recent(w.star_age, w.star_off, none),
        "gauge_age": w.gauge_age,
        "gauge_off": _recent(w.gauge_age, w.gauge_off, none),
        "altimetry_age": w.altimetry_age,
        "imu_unchanged": w.imu_unchanged,
        "thrust_missing": jnp.where(thrusting, missing, jnp.nan),
        "shock": w.shock,
        "legs_closed": w.legs,
    }


VOTES = ("laser_odd", "radar_odd", "inertial_odd", "laser_radar_off")
SLOW_FRESH = 2.5  # words of slow instruments are known this long [s]


def _recent(age: Scalar | None, value: Scalar | None, none: Scalar) -> Scalar:
    if age is None or value is None:
        return none
    return jnp.where(age <= SLOW_FRESH, value, jnp.nan)
