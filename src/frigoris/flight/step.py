"""One tick of a flight, and a compiled slice of many: `advance`.

The order inside a tick: measure, run the flight software, hold its commands, integrate
the truth, look for contact. A slice is pure; all that needs the host happens between
slices, for the whole batch.
"""

from dataclasses import fields
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, Int32, UInt32

from frigoris.flight import door
from frigoris.flight.contact import clearance_if_near, detect
from frigoris.flight.faults import inject
from frigoris.flight.params import Params
from frigoris.flight.samples import as_columns, as_row, blank
from frigoris.flight.sense import Beam, sense
from frigoris.flight.sight import FINE
from frigoris.flight.state import State
from frigoris.lander import engines as eng
from frigoris.lander import thrusters as rcs
from frigoris.lander.mass import total_mass
from frigoris.lander.power import drain
from frigoris.lander.rigid_body import Actuation, Leak, Motion, rk4_step
from frigoris.math.rotation import rotate_inv
from frigoris.math.tree import replace_at
from frigoris.messages import Commands, Measurements
from frigoris.moon import ground, plume
from frigoris.onboard import covariance as cov
from frigoris.onboard import software
from frigoris.onboard.hazard.look import Looked
from frigoris.onboard.laws.schedule import schedule
from frigoris.onboard.navigation import height, height_sigma
from frigoris.onboard.protection.record import recorded
from frigoris.types import Jets, Scalar

Substeps: TypeAlias = Int32[Array, ""] | None  # of the truth in a tick; None: one
Spoiled: TypeAlias = tuple[Jets, Leak] | None


class Flying(NamedTuple):
    """The whole of a flight at one moment: truth, software, clock."""

    truth: State
    onboard: software.OnboardState
    time: Float[Array, ""]  # since the start of the flight [s]
    tick: UInt32[Array, ""]
    own: Any = None  # what the user's own software remembers, if it flies


class Seen(NamedTuple):
    """What a tick may record: the truth at its start and all messages of it."""

    truth: State
    onboard: software.OnboardState
    measured: Measurements
    commands: Commands
    beam: Beam
    time: Float[Array, ""]


@partial(jax.jit, inline=True)
def tick(
    params: Params, flying: Flying, dt: Scalar, substeps: Substeps
) -> tuple[Flying, Seen]:
    """One tick of `dt` seconds, the truth integrated in `substeps` steps."""
    time, count = flying.time, flying.tick
    if params.faults is not None:
        return _tick_with_faults(params, flying, dt, substeps)
    measured, truth, beam = sense(params, flying.truth, time, count)
    onboard, own, commands = door.step(
        params.software,
        params.onboard,
        flying.onboard,
        flying.own,
        measured,
        count,
        dt,
    )
    seen = Seen(truth, onboard, measured, commands, beam, time)
    truth = integrate(params, truth, commands, time, dt, substeps)
    return Flying(truth, onboard, time + dt, count + jnp.uint32(1), own), seen


def _tick_with_faults(
    params: Params, flying: Flying, dt: Scalar, substeps: Substeps
) -> tuple[Flying, Seen]:
    """The same with faults where hardware and software meet."""
    time, count = flying.time, flying.tick
    now = inject.begin(params, flying.truth, flying.onboard, time)
    measured, truth, beam = sense(now.params, now.truth, time, count, now.late)
    measured, truth = inject.hear(params, now, truth, measured, time, count)
    after = door.step(
        params.software,
        params.onboard,
        flying.onboard,
        flying.own,
        measured,
        count,
        dt,
    )
    before = (flying.onboard, flying.own)
    done = inject.obey(params, now, truth, before, after, time, count)
    seen = Seen(done.truth, done.onboard, measured, done.commands, beam, time)
    spoiled = (done.push, done.leak)
    truth = integrate(
        done.params, done.truth, done.arrived, time, dt, substeps, spoiled
    )
    new = Flying(truth, done.onboard, time + dt, count + jnp.uint32(1), done.memory)
    return new, seen


def _actuation(
    params: Params,
    state: State,
    commands: Commands,
    time: Scalar,
    dt: Scalar,
    spoiled: Spoiled,
) -> tuple[Actuation, Scalar]:
    """What the commands make of engines and thrusters, and the part of the tick for
    which the propellant lasts.
    """
    engines, jets = params.vehicle.engines, params.vehicle.thrusters
    mass, y = params.vehicle.mass, state.motion
    on = state.powered  # valves fall shut without
    asked = eng.fire(
        engines,
        on * commands.main_duty,
        on * commands.assist_duty,
        state.thrust,
        state.flowing,
        y.propellant / jnp.maximum(mass.loaded, 1e-9),
        time,
        dt,
    )
    left = y.propellant - mass.stranded
    firing, lasts = eng.limit_to_propellant(engines, asked, left, dt)
    duty = rcs.delivered(jets, on * commands.rcs_duty, time, dt)
    if spoiled is not None:
        duty = duty * spoiled[0]
    act = Actuation(
        firing=firing,
        gimbal=commands.gimbal,
        rcs_duty=jnp.where(y.rcs_propellant > 0.0, duty, 0.0),
        moving=state.moving,
        gain=plume.thrust_gain(params.plume, state.clearance),
        leak=None if spoiled is None else spoiled[1],
    )
    return act, lasts


def integrate(
    params: Params,
    state: State,
    commands: Commands,
    time: Scalar,
    dt: Scalar,
    substeps: Substeps,
    spoiled: Spoiled = None,
) -> State:
    """The truth a tick later, its commands held.

    `spoiled` are factors on the thrusters' duty and what leaks, where faults may fly.
    """
    act, lasts = _actuation(params, state, commands, time, dt, spoiled)
    motion = _steps(params, act, state.motion, dt, substeps)
    engines, firing = params.vehicle.engines, act.firing
    given = eng.impulse(engines, firing, dt) / dt
    valves, jets = jnp.sum(firing.open, axis=0) / dt, jnp.sum(act.rcs_duty, axis=0)
    battery, bus, runs = drain(
        params.power, state.battery, state.powered, valves, jets, dt
    )
    low, rate = clearance_if_near(params, motion, state.moving)
    touched, found = detect(state, motion, given, low, rate, time, dt)
    depleted = (lasts < 1.0) & ~jnp.isfinite(state.depleted_time)
    new = State(
        motion=motion,
        thrust=eng.thrust_after(engines, firing, dt),
        flowing=eng.flows_on(firing, dt),
        pushed=given,
        elapsed=jnp.zeros_like(state.elapsed) + dt,
        laser_cant=commands.laser_cant,
        omega_last_B=state.motion.omega_BI_B,
        imu=state.imu,
        laser=state.laser,
        said=state.said,
        clearance=low,
        clearance_rate=rate,
        contact=found,
        battery=battery,
        bus=bus,
        powered=runs.astype(bus.dtype),
        moving=state.moving,
        broken=state.broken,
        engines_until=jnp.where(valves > 0.0, time + dt, state.engines_until),
        depleted_time=jnp.where(depleted, time + lasts * dt, state.depleted_time),
        faults=state.faults,
    )
    return _settle(params, state, new, touched)


def _steps(
    params: Params, act: Actuation, motion: Motion, dt: Scalar, substeps: Substeps
) -> Motion:
    zero = jnp.zeros_like(motion.r_M)
    motion = replace_at(lambda m: (m.dtheta_B, m.dv_B), motion, (zero, zero))
    h = dt if substeps is None else dt / substeps.astype(dt.dtype)

    def one(i: Array, m: Motion) -> Motion:
        start = i.astype(h.dtype) * h
        return rk4_step(params.vehicle, params.world, act, m, start, h)

    if substeps is None:
        return one(jnp.zeros_like(dt), motion)
    done: Motion = lax.fori_loop(0, substeps, one, motion)
    return done


def _settle(params: Params, old: State, new: State, touched: Array) -> State:
    """Come to rest at contact; stop a case whose numbers are no longer finite."""
    finite = jnp.isfinite(new.clearance + new.clearance_rate + new.motion.propellant)
    bad = ~finite & (old.broken < 0.5)
    m, c = new.motion, new.contact
    # the accelerometers feel the stop
    stop_B = m.dv_B - rotate_inv(c.q_MB, c.v_M)
    rest = replace_at(
        lambda x: (x.r_M, x.v_M, x.q_MB, x.omega_BI_B, x.dv_B),
        m,
        (
            c.r_M,
            jnp.zeros_like(m.v_M),
            c.q_MB,
            rotate_inv(c.q_MB, params.world.omega_MI_M + 0.0 * m.v_M),
            stop_B,
        ),
    )
    motion = _where(touched, rest, m)
    # the last good state is kept, and stays
    motion = _where(bad | (old.broken > 0.5), old.motion, motion)
    return replace_at(
        lambda s: (s.motion, s.moving, s.broken),
        new,
        (
            motion,
            jnp.where(touched | bad, 0.0, old.moving),
            jnp.where(bad, 1.0, old.broken),
        ),
    )


def _where(flag: Array, a: Motion, b: Motion) -> Motion:
    chosen: Motion = jax.tree.map(lambda x, y: jnp.where(flag, x, y), a, b)
    return chosen


def sample(params: Params, seen: Seen) -> dict[str, Array]:
    """What is recorded of a tick: states and messages, not yet what people read."""
    truth, onboard, measured, commands, beam, time = seen
    m, nav, config = truth.motion, onboard.navigator, params.onboard
    above = height(nav, config)
    none = jnp.full_like(above, jnp.nan)
    is_assist = jnp.array([float(a) for a in params.vehicle.engines.assist])
    split = is_assist.reshape((-1,) + (1,) * (truth.pushed.ndim - 1))
    up = nav.r_M / jnp.sqrt(jnp.sum(nav.r_M * nav.r_M, axis=0))
    return {
        "t": jnp.broadcast_to(time, above.shape),
        "r_M": m.r_M,
        "v_M": m.v_M,
        "q_MB": m.q_MB,
        "omega_BI_B": m.omega_BI_B,
        "propellant": m.propellant,
        "rcs_propellant": m.rcs_propellant,
        "mass": total_mass(params.vehicle.mass, m.propellant, m.rcs_propellant),
        "battery": truth.battery,
        "bus": truth.bus,
        "powered": truth.powered,
        "thrust_main": jnp.sum(truth.pushed * (1.0 - split), axis=0),
        "thrust_assist": jnp.sum(truth.pushed * split, axis=0),
        "ground_height": ground.height(
            params.ground, m.r_M, ground.fading(truth.clearance, *FINE)
        ),
        "slant_range": beam.slant_range,
        "snr": beam.snr,
        "moving": truth.moving,
        "phase": onboard.sequencer.phase,
        "est_r_M": nav.r_M,
        "est_v_M": nav.v_M,
        "est_q_MB": nav.q_MB,
        "est_height": above,
        "est_mass": software.mass_estimate(config, onboard),
        "standoff": config.vehicle.standoff + 0.0 * above,
        "sigma_height": height_sigma(nav),
        "sigma_rate": _sigma(nav.covariance[cov.V, cov.V], up),
        "accel_bias": nav.accel_bias,
        "laser_range": measured.laser_range,
        "laser_valid": measured.laser_valid,
        "laser_accepted": jnp.where(measured.laser_valid, nav.accepted, 0.0),
        "laser_innovation": nav.innovation,
        "laser_spread": nav.spread,
        "laser_deaf": nav.editing.deaf,
        **_others(params, seen),
        "dv": measured.dv,
        "dtheta": measured.dtheta,
        "contact": jnp.any(measured.contact, axis=0),
        "thrust_cmd": onboard.thrust_cmd,
        "duty_cmd": onboard.duty_cmd,
        "level": onboard.plan.level,
        "t_go": onboard.plan.t_go - onboard.plan.age,
        "schedule_rate": schedule(config.guidance, above)[0],
        "aim_M": onboard.aim_M,
        "path_word": none if onboard.path is None else onboard.path.word,
        **_sought(onboard.looked, above),
        "torque_cmd": onboard.torque_cmd,
        "q_cmd": onboard.q_cmd,
        "rcs_duty": commands.rcs_duty,
    }


def _others(params: Params, seen: Seen) -> dict[str, Array]:
    """What instruments say that a lander may have or not, NaN without them; and what
    fault protection makes of them.
    """
    said, onboard = seen.measured, seen.onboard
    innovation = onboard.navigator.radar_innovation
    none = jnp.full_like(said.laser_range, jnp.nan)
    radar, speed, fix = said.radar, said.speed, said.fix
    heard = none if speed is None else jnp.sum(jnp.isfinite(speed.closing), axis=0)
    return {
        "radar_range": none if radar is None else radar.range,
        "radar_innovation": none if radar is None else innovation,
        "beams": heard.astype(none.dtype),
        "fix_sigma": none if fix is None else fix.sigma,
        **recorded(params.onboard, onboard.guard, onboard.navigator, onboard.q_cmd),
    }


def _sought(looked: Looked | None, like: Scalar) -> dict[str, Array]:
    """What the last look at the ground came to; NaN without hazard avoidance."""
    none = jnp.full_like(like, jnp.nan)
    return {
        f"look_{field.name}": none if looked is None else getattr(looked, field.name)
        for field in fields(Looked)
    }


def _sigma(block: Array, up: Array) -> Array:
    along = block[:, 0] * up[0] + block[:, 1] * up[1] + block[:, 2] * up[2]
    variance = along[0] * up[0] + along[1] * up[1] + along[2] * up[2]
    return jnp.sqrt(jnp.maximum(variance, 0.0))


@partial(jax.jit, static_argnames=("samples", "every"))
def advance(
    params: Params,
    flying: Flying,
    dt: Float[Array, ""],
    count: Int32[Array, ""],
    samples: int,
    every: int,
    substeps: Substeps,
) -> tuple[Flying, dict[str, Array]]:
    """Fly `count * every` ticks of `dt` seconds; record the first of each `every`.

    Samples come with the time first: `[samples, component, case]`; those from `count`
    on, which is not more than `samples`, are blank.
    """
    shapes = eqx.filter_eval_shape(
        lambda f: sample(params, tick(params, f, dt, substeps)[1]), flying
    )

    def group(k: Array, both: tuple[Flying, Array]) -> tuple[Flying, Array]:
        def one(
            carry: tuple[Flying, Array], i: Array
        ) -> tuple[tuple[Flying, Array], None]:
            flying, kept = carry
            flying, seen = tick(params, flying, dt, substeps)
            # branch on the clock: a sample that nobody keeps is not made
            kept = lax.cond(i == 0, lambda: as_row(sample(params, seen)), lambda: kept)
            return (flying, kept), None

        flying, kept = both
        first = (flying, blank(shapes))
        (flying, rows), _ = lax.scan(one, first, jnp.arange(every))
        return flying, lax.dynamic_update_index_in_dim(kept, rows, k, 0)

    kept = jnp.broadcast_to(blank(shapes), (samples, *blank(shapes).shape))
    flying, kept = lax.fori_loop(0, count, group, (flying, kept))
    return flying, as_columns(kept, shapes)
