"""Fault protection in a tick: watch, set aside what is not believed, judge, respond.

Before the filter: what the instruments say is watched, and words of instruments that
are set aside are taken away. After the sequence: monitors are judged, and those that
hold long enough respond. All of it is numbers and fixed choices; nothing here knows
the truth.
"""

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp

from frigoris.math.rotation import conj, qmul, rotvec_from_q
from frigoris.math.tree import replace_at
from frigoris.math.vectors import dot, norm
from frigoris.messages import Fix, Measurements, Radar, Speed
from frigoris.onboard import covariance as cov
from frigoris.onboard.conditions import STAY
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.editing import start as untouched
from frigoris.onboard.navigation import Navigator
from frigoris.onboard.protection import slow_down, watch
from frigoris.onboard.protection.config import INSTRUMENTS, Monitor, ProtectionConfig
from frigoris.onboard.protection.watch import Watch
from frigoris.onboard.quantities import Known
from frigoris.onboard.sequence import (
    NOT,
    Sequencer,
    among,
    holds,
    long_enough,
    longer,
    standing,
)
from frigoris.types import Flag, Index, Quat, Scalar, Vec3


class Guard(eqx.Module):
    """What fault protection remembers; by name of monitor or instrument."""

    watch: Watch
    held: dict[str, Scalar]  # condition true without interruption [s], or NOT
    up: dict[str, Scalar]  # 1 while it responds
    trips: dict[str, Scalar]  # how often it has begun to
    trust: dict[str, Scalar]  # 1, or 0 where an instrument is set aside
    slow: Scalar  # part of the lower bound that is flown
    spent: Scalar  # propellant that the slower descent took [kg]


def start(config: OnboardConfig, zero: Scalar) -> Guard | None:
    """Everything is trusted, nothing has tripped; None without protection."""
    c = config.protection
    if c is None:
        return None
    noughts = {m.name: zero for m in c.monitors}
    return Guard(
        watch=watch.start(config, zero),
        held={m.name: zero + NOT for m in c.monitors},
        up=dict(noughts),
        trips=dict(noughts),
        trust={name: zero + 1.0 for name in INSTRUMENTS},
        slow=zero,
        spent=zero,
    )


def believed(guard: Guard | None, said: Measurements) -> Measurements:
    """The measurements without words of instruments that are set aside."""
    if guard is None:
        return said
    good = {name: x > 0.5 for name, x in guard.trust.items()}
    laser, star = good["laser"], good["star_tracker"]
    said = replace_at(
        lambda m: (m.laser_range, m.laser_valid, m.q_IB, m.star_valid, m.propellant),
        said,
        (
            jnp.where(laser, said.laser_range, jnp.nan),
            said.laser_valid & laser,
            jnp.where(star, said.q_IB, jnp.nan),
            said.star_valid & star,
            jnp.where(good["gauge"], said.propellant, jnp.nan),
        ),
    )
    radar, speed, fix = said.radar, said.speed, said.fix
    if radar is not None:
        echo = jnp.where(good["radar_altimeter"], radar.range, jnp.nan)
        radar = Radar(echo, radar.age)
    if speed is not None:
        closing = jnp.where(good["velocimeter"], speed.closing, jnp.nan)
        speed = Speed(closing, speed.age)
    if fix is not None:
        sigma = jnp.where(good["landmark_camera"], fix.sigma, jnp.nan)
        fix = Fix(fix.place_M, sigma, fix.age)
    return replace(said, radar=radar, speed=speed, fix=fix)


def looked(
    guard: Guard | None,
    config: OnboardConfig,
    before: Navigator,
    after: Navigator,
    measured: Measurements,
    now: tuple[Scalar, Vec3, Scalar, Scalar],
) -> Guard | None:
    """With what the instruments said; `before` and `after` the filter heard it.

    `now` is the onboard clock [s], the centre of mass [m], the specific force that was
    commanded [m/s^2], and the propellant by bookkeeping [kg].
    """
    if guard is None:
        return None
    seen = watch.watched(guard.watch, config, before, measured, *now)
    # the filter's word is about its last step, a tick ago at most
    used = (after.accepted > 0.5) & measured.laser_valid
    if seen.radar is not None:
        radar = after.radar_editing
        taken = (radar.captured > 0.5) & (radar.rejects < 0.5)
        taken = taken & (guard.trust["radar_altimeter"] > 0.5)
        used = used | (taken & (seen.radar.age <= 0.0))
    age = jnp.where(used, 0.0, seen.altimetry_age)
    seen = replace_at(lambda w: w.altimetry_age, seen, age)
    return replace_at(lambda g: g.watch, guard, seen)


def checks(
    guard: Guard | None, nav: Navigator, attitude: Quat
) -> dict[str, Scalar] | None:
    """What monitors may ask, by name; `attitude` is the last command."""
    if guard is None:
        return None
    turn = rotvec_from_q(qmul(conj(nav.q_MB), attitude))
    error = jnp.sqrt(dot(turn, turn) + 1e-24)  # nought has no gradient
    return watch.checks(guard.watch) | {"attitude_error": error}


def judge(
    guard: Guard | None, known: Known, seq: Sequencer, phase: Index, elapsed: Scalar
) -> tuple[Navigator, Sequencer, Guard | None]:
    """Monitors of a tick, and what they do to estimate, phase and trust.

    `seq` is what the sequence alone decided, `phase` that of the tick before, which
    was `elapsed` seconds long.
    """
    config, nav = known.config, known.nav
    c = config.protection
    if guard is None or c is None:
        return nav, seq, guard
    down = standing(config.sequence, seq.contact_time, elapsed)
    held, up, fresh = {}, {}, {}
    for m in c.monitors:
        true = holds(known, None, m.when, down) & (c.enabled > 0.5)
        if m.armed is not None:
            true = true & among(phase, m.armed)
        if m.trust:  # what is trusted already need not be trusted again
            lost = [guard.trust[name] < 0.5 for name in m.trust]
            true = true & jnp.any(jnp.stack(lost), axis=0)
        held[m.name] = longer(guard.held[m.name], true, elapsed)
        long = 0.0 * elapsed if m.when.hold is None else m.when.hold
        up[m.name] = long_enough(held[m.name], long, elapsed)
        fresh[m.name] = up[m.name] & (guard.up[m.name] < 0.5)
    slow, spent = _slowed(guard, known, c, up)
    if any(m.reopen for m in c.monitors):
        now = _any(c, fresh, [m.reopen for m in c.monitors])
        nav = reopened(nav, guard.watch, now)
    new = Guard(
        watch=guard.watch,
        held=held,
        up={name: jnp.where(x, 1.0, 0.0) for name, x in up.items()},
        trips={n: x + jnp.where(fresh[n], 1.0, 0.0) for n, x in guard.trips.items()},
        trust=trusted(c, guard.trust, up),
        slow=slow,
        spent=spent,
    )
    return nav, phased(c, seq, fresh), new


def _any(c: ProtectionConfig, flags: dict[str, Flag], which: list[bool]) -> Flag:
    found = c.enabled < -1.0  # never
    for m, wanted in zip(c.monitors, which, strict=True):
        if wanted:
            found = found | flags[m.name]
    return found


def _ranked(c: ProtectionConfig) -> list[Monitor]:
    """From the lowest tier to the highest; of one tier the first counts most."""
    return sorted(reversed(c.monitors), key=lambda m: m.tier)


def trusted(
    c: ProtectionConfig, old: dict[str, Scalar], up: dict[str, Flag]
) -> dict[str, Scalar]:
    """Which instruments count, by the monitors that hold."""
    new = dict(old)
    for m in _ranked(c):
        for value, names in ((1.0, m.trust), (0.0, m.distrust)):
            for name in names:
                new[name] = jnp.where(up[m.name], value, new[name])
    return new


def phased(c: ProtectionConfig, seq: Sequencer, fresh: dict[str, Flag]) -> Sequencer:
    """The phase after monitors that have just tripped."""
    phase = seq.phase
    for m in _ranked(c):
        if m.when.next != STAY:
            phase = jnp.where(fresh[m.name], m.when.next, phase)
    time = jnp.where(phase == seq.phase, seq.phase_time, 0.0)
    return replace_at(lambda s: (s.phase, s.phase_time), seq, (phase, time))


def _slowed(
    guard: Guard, k: Known, c: ProtectionConfig, up: dict[str, Flag]
) -> tuple[Scalar, Scalar]:
    wanted = _any(c, up, [m.slow for m in c.monitors])
    took = slow_down.cost(k.config, k.nav, k.mass, guard.slow, k.dt)
    spent = guard.spent + took
    return slow_down.share(c.slow_down, guard.slow, wanted, spent, k.dt), spent


def reopened(nav: Navigator, seen: Watch, now: Flag) -> Navigator:
    """A filter that listens again: the next range is taken, whatever it says.

    The variance of the height is opened by the square of what range finder and estimate
    differ by, as for a step of the ground, and that of the descent rate by what both
    make of it: a filter that followed wrong ranges for a while has learnt a wrong one.
    """
    off, rate = seen.laser.off, seen.laser.rate
    if seen.radar is not None:
        nearer = seen.laser.age <= seen.radar.age
        off = jnp.where(nearer, off, seen.radar.off)
        rate = jnp.where(nearer, rate, seen.radar.rate)
    wide = jnp.where(now & jnp.isfinite(off), off * off, 0.0)
    fast = jnp.where(now & jnp.isfinite(rate), rate * rate, 0.0)
    p, up = dict(nav.covariance), nav.r_M / norm(nav.r_M)
    p[cov.V, cov.V] = p[cov.V, cov.V] + fast * up[:, None] * up[None]
    if nav.range_error is None:
        p[cov.R, cov.R] = p[cov.R, cov.R] + wide * up[:, None] * up[None]
    else:  # the ground is what may be elsewhere
        first = jnp.zeros((3, 3)).at[0, 0].set(1.0)
        first = first.reshape(3, 3, *(1,) * (nav.r_M.ndim - 1))
        p[cov.RANGE, cov.RANGE] = p[cov.RANGE, cov.RANGE] + wide * first
    blank = untouched(jnp.zeros_like(off))
    laser, radar = (
        type(old)(*(jnp.where(now, new, x) for new, x in zip(blank, old, strict=True)))
        for old in (nav.editing, nav.radar_editing)
    )
    return replace_at(
        lambda n: (n.covariance, n.editing, n.radar_editing), nav, (p, laser, radar)
    )


def guided(guard: Guard | None, config: OnboardConfig, nav: Navigator) -> Navigator:
    """The estimate that guidance is to fly by."""
    if guard is None or config.protection is None:
        return nav
    return slow_down.lowered(config.protection.slow_down, config, nav, guard.slow)
