"""Faults of instruments: what a measurement becomes on its way out of them."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, UInt32

from frigoris.flight.faults.names import (
    ACCEL,
    BEAMS,
    CHANNELS,
    FIRST_BEAM,
    FIX,
    GAUGE,
    GYRO,
    LARGE,
    LASER,
    NOT,
    RADAR,
    SIGMA,
    SLOTS,
    STAR,
    TURN,
)
from frigoris.flight.faults.tables import Measurement
from frigoris.math.noise import normals
from frigoris.math.rotation import q_from_rotvec, qmul
from frigoris.math.tree import replace_at
from frigoris.messages import Fix, Measurements, Radar, Speed
from frigoris.types import Flag, Key, Scalar

FIRST_NOISE = 4096  # streams from here on belong to faults
NOISES = len(CHANNELS) + 2 * SLOTS
SET, UNSET, INVERTED = 1.0, 2.0, 3.0  # of `Measurement.flag`

Channels = Float[Array, "28 *#cases"]
On = Bool[Array, "4 *#cases"]


def start(zero: Scalar) -> Channels:
    """Nothing was said yet."""
    return jnp.stack([zero + jnp.nan] * len(CHANNELS))


def channels(m: Measurements) -> Channels:
    """All that is measured, one under the other; NaN where there is nothing."""
    none = jnp.full_like(m.laser_range, jnp.nan)
    beams = [none] * BEAMS
    if m.speed is not None:
        beams[: m.speed.closing.shape[0]] = list(m.speed.closing)
    fix = [none] * 4 if m.fix is None else [*m.fix.place_M, m.fix.sigma]
    turn = jnp.where(jnp.isfinite(m.q_IB[0]), 0.0, jnp.nan)
    rows = [
        *m.dtheta,
        *m.dv,
        *([turn] * 3),
        *m.q_IB,
        m.laser_range,
        none if m.radar is None else m.radar.range,
        *beams,
        *fix,
        m.propellant,
    ]
    return jnp.stack(jnp.broadcast_arrays(*rows))


def replaced(m: Measurements, v: Channels, touched: Bool[Array, "28 *#cases"]) -> Any:
    """The measurements with the channels that a fault has `touched`."""

    def new(at: Any, old: Array) -> Array:
        return jnp.where(touched[at], v[at], old)

    q = new(STAR, m.q_IB)
    turned = qmul(q, q_from_rotvec(jnp.where(touched[TURN], v[TURN], 0.0)))
    # an attitude that is turned by NaN is lost
    q = jnp.where(jnp.any(touched[TURN], axis=0), turned, q)
    range_ = new(LASER, m.laser_range)
    radar, speed, fix = m.radar, m.speed, m.fix
    if radar is not None:
        radar = Radar(new(RADAR, radar.range), radar.age)
    if speed is not None:
        count = speed.closing.shape[0]
        at = slice(FIRST_BEAM, FIRST_BEAM + count)
        speed = Speed(new(at, speed.closing), speed.age)
    if fix is not None:
        fix = Fix(new(FIX, fix.place_M), new(SIGMA, fix.sigma), fix.age)
    star = jnp.any(touched[STAR] | jnp.any(touched[TURN], axis=0), axis=0)
    changed: Measurements = replace_at(
        lambda x: (
            x.dtheta,
            x.dv,
            x.q_IB,
            x.star_valid,
            x.laser_range,
            x.laser_valid,
            x.propellant,
        ),
        m,
        (
            new(GYRO, m.dtheta),
            new(ACCEL, m.dv),
            q,
            jnp.where(star, jnp.isfinite(q[0]), m.star_valid),
            range_,
            jnp.where(touched[LASER], jnp.isfinite(range_), m.laser_valid),
            new(GAUGE, m.propellant),
        ),
    )
    return eqx.tree_at(
        lambda x: (x.radar, x.speed, x.fix),
        changed,
        (radar, speed, fix),
        is_leaf=lambda x: x is None,
    )


def _scales(m: Measurements) -> tuple[Array, Array]:
    """What makes numbers of a slot those of a channel: increments grow with time."""
    rows = _increments(m.elapsed[None])
    return jnp.where(rows, m.elapsed, 1.0), jnp.where(rows, jnp.sqrt(m.elapsed), 1.0)


def _increments(like: Array) -> Array:
    """Which channels are increments of the inertial unit, cases last as `like` is."""
    rows = jnp.arange(len(CHANNELS)).reshape((-1,) + (1,) * (like.ndim - 1))
    return rows < ACCEL.stop


def _slot(
    f: Measurement,
    k: int,
    v: Channels,
    last: Channels,
    age: Scalar,
    noise: Channels,
    luck: Array,
    scales: tuple[Array, Array],
) -> Channels:
    """What slot `k` makes of the channels, as if all were meant by it."""
    size, root = scales
    weight = f.weight[k]
    held = jnp.where(f.hold[k] > 0.5, last, v)
    said = jnp.where(f.force[k] > 0.5 * NOT, f.force[k] * size + 0.0 * weight, held)
    gain = 1.0 + (f.gain[k] - 1.0) * jnp.abs(weight)
    # LARGE stands for no bound
    turn = f.fold[k] * size
    folded = said - turn * jnp.floor(said / turn)
    said = jnp.where(f.fold[k] < LARGE, folded, said)
    said = gain * said + weight * (f.offset[k] + f.drift[k] * age) * size
    spread = root * (f.sigma[k] + f.sigma_share[k] * jnp.abs(said))
    spread = spread + jnp.where(luck[1] < f.outlier[k], f.outlier_size[k] * size, 0.0)
    said = said + spread * noise
    said = jnp.clip(said, -f.limit[k] * size, f.limit[k] * size)
    # an increment that is lost is none
    lost = jnp.where(_increments(size), 0.0, jnp.nan)
    return jnp.where(luck[0] < f.drop[k], lost, said)


def _flags(f: Measurement, on: On, m: Measurements) -> Measurements:
    laser, star = m.laser_valid, m.star_valid
    for k in range(SLOTS):
        for_laser = on[k] & (f.weight[k, LASER] != 0.0)
        for_star = on[k] & (f.weight[k, STAR.start] != 0.0)
        laser = _flag(f.flag[k], for_laser, laser)
        star = _flag(f.flag[k], for_star, star)
    return replace_at(lambda x: (x.laser_valid, x.star_valid), m, (laser, star))


def _flag(kind: Scalar, on: Flag, flag: Flag) -> Flag:
    new = jnp.where(kind == SET, True, jnp.where(kind == UNSET, False, flag))
    new = jnp.where(kind == INVERTED, ~flag, new)
    return jnp.where(on, new, flag)


def inject(
    f: Measurement,
    on: On,
    age: Float[Array, "4 *#cases"],
    last: Channels,
    m: Measurements,
    key: Key,
    tick: UInt32[Array, ""],
) -> tuple[Measurements, Channels]:
    """The measurements with faults in them, and what was said last without.

    `on` says which slots do something and `age` for how long [s]; slot after slot.
    """

    def now() -> tuple[Measurements, Channels]:
        draws = normals(key, tick, NOISES, first=FIRST_NOISE)
        noise, luck = draws[: len(CHANNELS)], draws[len(CHANNELS) :]
        whole = channels(m)
        v, scales = whole, _scales(m)
        touched = v != v  # made false below, in the shape of the channels
        touched, frozen = touched & False, touched & False
        for k in range(SLOTS):
            meant = on[k] & (f.weight[k] != 0.0)
            new = _slot(f, k, v, last, age[k], noise, luck[2 * k : 2 * k + 2], scales)
            v = jnp.where(meant, new, v)
            touched = touched | meant
            frozen = frozen | (meant & (f.hold[k] > 0.5))
        kept = jnp.where(jnp.isfinite(whole) & ~frozen, whole, last)
        return _flags(f, on, replaced(m, v, touched)), kept

    found: tuple[Measurements, Channels] = lax.cond(
        jnp.any(f.used > 0.5), now, lambda: (m, last)
    )
    return found
