"""The flight software: measurements in, commands out, once a tick.

The only door of this folder. It is a pure function of its configuration, its own memory
and the measurements; nothing here can see the truth.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, UInt32

from frigoris.math.tree import replace_at
from frigoris.messages import Commands, Measurements
from frigoris.onboard import (
    control,
    fixes,
    guidance,
    inbox,
    navigation,
    ranging,
    sequence,
    shaping,
    throttle,
)
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.hazard import look
from frigoris.onboard.hazard.look import Looked
from frigoris.onboard.laws.law import Plan
from frigoris.onboard.laws.path import Path
from frigoris.onboard.laws.path import none as no_path
from frigoris.onboard.modulation import Modulation
from frigoris.onboard.protection import guard as protection
from frigoris.onboard.quantities import Known
from frigoris.phases import BRAKING
from frigoris.types import Flag, Quat, Scalar, Vec3

FILTER_TICKS = 2  # covariance and range finder: every second tick
STAR_TICKS = 10  # star tracker and accelerometer calibration
IN_ORBIT = ("hold", "coast", "deorbit")  # laws without a landing to steer
SETTLE = 2.0  # the accelerometer is integrated this long after the engines shut [s]


Navigate: TypeAlias = Callable[
    [OnboardConfig, "OnboardState", Measurements, UInt32[Array, ""]],
    tuple[navigation.Navigator, inbox.Inbox],
]
Guide: TypeAlias = Callable[[OnboardConfig, navigation.Navigator], tuple[Vec3, Scalar]]


class OnboardState(eqx.Module):
    """What the flight software remembers from tick to tick."""

    time: Scalar  # onboard clock [s]
    navigator: navigation.Navigator
    sequencer: sequence.Sequencer
    plan: Plan
    path: Path | None  # to be tracked, from outside; None where no law tracks one
    trim: Vec3  # torque that cancels the steady disturbance [N m]
    aim_M: Vec3  # where to land, at first the site of the load [m]
    looked: Looked | None  # what the last look at the ground came to
    propellant_used: Scalar  # by the flow of the commands [kg]
    engines_off: Scalar  # time since the engines were commanded off [s]
    main_thrust: Scalar  # of the group of the deorbit burn, by its planned lag [N]
    q_cmd: Quat  # last attitude command
    torque_cmd: Vec3  # [N m]
    thrust_cmd: Scalar  # [N]
    duty_cmd: Scalar  # of the assist group [-]
    laser_cant: Scalar  # of the range finder's mirror [rad]
    inbox: inbox.Inbox  # said by instruments and not yet used
    jets_on: Flag  # an attitude thruster fires in this tick
    modulation: Modulation  # of the attitude thrusters
    shaping: shaping.Memory | None  # of the filter of the torque command
    guard: protection.Guard | None  # of fault protection


def start(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
) -> OnboardState:
    """Boot with the state vector loaded from the ground."""
    zero, convex = jnp.zeros_like(r_M[0]), config.convex
    jets = jnp.zeros_like(config.vehicle.rcs_allocation[:, 0]) + zero
    return OnboardState(
        time=zero,
        navigator=navigation.start(config.navigation, r_M, v_M, q_MB, omega_B),
        sequencer=sequence.start(config.sequence, zero),
        # replaced by the first solution
        plan=Plan(level=zero + 1.0, t_go=zero + 600.0, age=zero, c0=zero, c1=zero),
        path=None if convex is None else no_path(zero, convex.intervals + 1),
        trim=jnp.zeros_like(r_M),
        aim_M=config.moon.site_M + 0.0 * r_M,
        looked=None if config.hazard is None else look.start(zero),
        propellant_used=zero,
        engines_off=zero + 10.0 * SETTLE,
        main_thrust=zero,
        q_cmd=q_MB,
        torque_cmd=jnp.zeros_like(r_M),
        thrust_cmd=zero,
        duty_cmd=zero,
        laser_cant=zero,
        inbox=inbox.empty(config, zero),
        jets_on=zero > 1.0,
        modulation=Modulation(jets, jets > 1.0),
        shaping=shaping.start(config.control.filter, jnp.zeros_like(r_M)),
        guard=protection.start(config, zero),
    )


class Doors(NamedTuple):
    """Parts of a tick that come from outside; None is ours."""

    navigate: Navigate | None = None
    guide: Guide | None = None  # of the phases whose law is `own`


OURS = Doors()


def mass_estimate(config: OnboardConfig, state: OnboardState) -> Scalar:
    """Mass by propellant bookkeeping, never below the empty vehicle [kg]."""
    mass = config.vehicle.mass_start - state.propellant_used
    return jnp.maximum(mass, config.vehicle.mass_empty)


def step(
    config: OnboardConfig,
    state: OnboardState,
    measured: Measurements,
    tick: UInt32[Array, ""],
    dt: Scalar,
    doors: Doors = OURS,
) -> tuple[OnboardState, Commands]:
    """One tick: navigate, decide the phase, guide, control."""
    raw, measured = measured, protection.believed(state.guard, measured)
    if doors.navigate is None:
        nav, post, shift_M = _navigate(config, state, measured, tick)
    else:
        nav, post = doors.navigate(config, state, measured, tick)
        shift_M = jnp.zeros_like(nav.r_M)
    guard = _watched(config, state, nav, raw)
    nav, seq, guard = _sequenced(config, state, nav, measured, guard, dt)
    ignites = (seq.phase == BRAKING) & (state.sequencer.phase != BRAKING)
    nav = navigation.load_ignition_covariance(nav, config, ignites)
    state = _gauged(config, state, measured.propellant)
    state = _carried(state, shift_M)
    mass = mass_estimate(config, state)
    seen = protection.guided(guard, config, nav)
    now = _guided(state, seen, seq, mass)
    now = now._replace(plan=guidance.plan(config, now, tick))
    direction, thrust = guidance.command(config, now)
    if doors.guide is not None:
        own = sequence.within(config.sequence, seq.phase, ("own",))
        way, force = doors.guide(config, nav)
        direction, thrust = (
            jnp.where(own, way, direction),
            jnp.where(own, force, thrust),
        )
    state = replace(
        state, navigator=nav, inbox=post, sequencer=seq, plan=now.plan, guard=guard
    )
    return _actuate(config, state, direction, thrust, mass, dt)


def _guided(
    state: OnboardState,
    nav: navigation.Navigator,
    seq: sequence.Sequencer,
    mass: Scalar,
) -> guidance.Guided:
    return guidance.Guided(
        nav=nav,
        time=state.time,
        mass=mass,
        seq=seq,
        before=state.sequencer.phase,
        plan=state.plan,
        path=state.path,
        aim_M=state.aim_M,
        looked=state.looked,
    )


def _watched(
    config: OnboardConfig,
    state: OnboardState,
    nav: navigation.Navigator,
    measured: Measurements,
) -> protection.Guard | None:
    """What fault protection sees in the measurements, trusted or not."""
    mass = mass_estimate(config, state)
    left, com_B = mass - config.vehicle.mass_dry, centre_of_mass(config, state)
    now = state.time, com_B, state.thrust_cmd / mass, left
    return protection.looked(state.guard, config, state.navigator, nav, measured, now)


def _sequenced(
    config: OnboardConfig,
    state: OnboardState,
    nav: navigation.Navigator,
    measured: Measurements,
    guard: protection.Guard | None,
    dt: Scalar,
) -> tuple[navigation.Navigator, sequence.Sequencer, protection.Guard | None]:
    """The phase of the coming tick, and what monitors do to it and the estimate."""
    checks = protection.checks(guard, nav, state.q_cmd)

    def known(left: Scalar, silence: Scalar, in_phase: Scalar) -> Known:
        return Known(
            config=config,
            nav=nav,
            time=state.time,
            phase_time=in_phase,
            dt=dt,
            deorbit_left=left,
            t_go=state.plan.t_go - state.plan.age,
            silence=silence,
            mass=mass_estimate(config, state),
            checks=checks,
        )

    seq = sequence.advance(
        state.sequencer,
        known,
        config,
        measured.dv[2] - nav.accel_bias[2] * measured.elapsed,
        measured.laser_valid & (nav.accepted > 0.5),
        measured.contact,
        measured.elapsed,
        measured.order,
    )
    now = known(
        config.guidance.deorbit_dv - seq.deorbit_dv, seq.silence, seq.phase_time
    )
    return protection.judge(guard, now, seq, state.sequencer.phase, measured.elapsed)


def centre_of_mass(config: OnboardConfig, state: OnboardState) -> Vec3:
    """Centre of mass by the propellant that is left [m]."""
    v = config.vehicle
    full = (mass_estimate(config, state) - v.mass_empty) / (v.mass_start - v.mass_empty)
    return v.com_dry_B + full * (v.com_wet_B - v.com_dry_B)


def _navigate(
    config: OnboardConfig,
    state: OnboardState,
    measured: Measurements,
    tick: UInt32[Array, ""],
) -> tuple[navigation.Navigator, inbox.Inbox, Vec3]:
    """The estimate, what is not used yet, and the move of the position by updates."""
    in_orbit = sequence.within(config.sequence, state.sequencer.phase, IN_ORBIT)
    resting = in_orbit & (state.engines_off >= SETTLE) & ~state.jets_on
    com_B = centre_of_mass(config, state)
    nav = navigation.strapdown(
        state.navigator,
        config.moon,
        measured.dtheta,
        measured.dv,
        measured.elapsed,
        ~resting,
        config.vehicle.imu_B - com_B,
    )
    post = inbox.received(state.inbox, measured)

    def ranged(
        both: tuple[navigation.Navigator, inbox.Inbox],
    ) -> tuple[navigation.Navigator, inbox.Inbox]:
        nav, post = both
        nav = navigation.propagate(nav, config)
        nav = ranging.update_laser(nav, config, post.laser, com_B)
        if post.radar is not None:
            nav = ranging.update_radar(nav, config, post.radar, com_B)
        if post.speed is not None:
            nav = fixes.update_speed(nav, config, *post.speed, com_B)
        return nav, inbox.used(post)

    def calibrated(
        both: tuple[navigation.Navigator, inbox.Inbox],
    ) -> tuple[navigation.Navigator, inbox.Inbox]:
        nav, post = both
        nav = fixes.update_star(
            nav, config, measured.q_IB, measured.star_valid, state.time
        )
        if post.fix is not None:
            nav = fixes.update_fix(nav, config, post.fix, com_B)
        return fixes.update_rest(nav, config), inbox.placed(post)

    both = lax.cond(tick % FILTER_TICKS == 0, ranged, lambda b: b, (nav, post))
    after, post = lax.cond(tick % STAR_TICKS == 0, calibrated, lambda b: b, both)
    return after, post, after.r_M - nav.r_M


def _carried(state: OnboardState, shift_M: Vec3) -> OnboardState:
    """A place that was seen is known from where it was seen: a correction of the
    lander's position moves the aim with it. Before the first look the aim is a place
    of the map, and stays.
    """
    if state.looked is None:
        return state
    shift_M = jnp.where(state.looked.scans > 0.0, shift_M, 0.0)
    return replace_at(lambda s: s.aim_M, state, state.aim_M + shift_M)


def _gauged(
    config: OnboardConfig, state: OnboardState, propellant: Scalar
) -> OnboardState:
    """Bookkeeping of propellant drawn towards a reading of the gauge [kg]."""
    used = config.vehicle.mass_start - config.vehicle.mass_dry - propellant
    step = config.navigation.gauge_gain * (used - state.propellant_used)
    return replace_at(
        lambda s: s.propellant_used,
        state,
        state.propellant_used + jnp.where(jnp.isfinite(propellant), step, 0.0),
    )


def _actuate(
    config: OnboardConfig,
    state: OnboardState,
    direction: Vec3,
    thrust: Scalar,
    mass: Scalar,
    dt: Scalar,
) -> tuple[OnboardState, Commands]:
    v, phase = config.vehicle, state.sequencer.phase
    tight = control.tight(config, phase, state.time)
    down = sequence.within(config.sequence, phase, ("off",))
    main, assist = throttle.duties(
        config, state.navigator, phase, thrust, state.main_thrust, dt
    )
    force = main * v.main_thrust + assist * v.assist_thrust
    q_cmd = control.attitude_command(direction, config.guidance.plane_normal_M)
    torque, trim, shaped = _torque(config, state, q_cmd, force, mass, tight, dt)
    nav = state.navigator
    torque = jnp.where(down, 0.0, torque)
    gimbal, rest = control.swing(config, torque, main * v.main_thrust)
    rcs_duty, modulation = control.allocate(
        config, rest, tight & ~down, state.modulation, dt
    )
    used = throttle.flow(config, main, assist)
    used = used + v.rcs_flow * jnp.sum(rcs_duty, axis=0)
    cant = control.nadir_cant(config, nav.q_MB, nav.r_M)
    on: Flag = (main > 0.0) | (assist > 0.0)
    new = OnboardState(
        time=state.time + dt,
        navigator=nav,
        sequencer=state.sequencer,
        plan=replace_at(lambda p: p.age, state.plan, state.plan.age + dt),
        path=state.path,
        trim=trim,
        aim_M=state.aim_M,
        looked=state.looked,
        propellant_used=state.propellant_used + used * dt,
        engines_off=jnp.where(on, 0.0, state.engines_off + dt),
        main_thrust=throttle.lagging(config, state.main_thrust, main, assist, dt),
        q_cmd=q_cmd,
        torque_cmd=torque,
        thrust_cmd=force,
        duty_cmd=assist,
        laser_cant=cant,
        inbox=state.inbox,
        jets_on=jnp.max(rcs_duty, axis=0) > 0.0,
        modulation=modulation,
        shaping=shaped,
        guard=state.guard,
    )
    return new, Commands(
        main_duty=main,
        assist_duty=assist,
        rcs_duty=rcs_duty,
        gimbal=gimbal,
        laser_cant=cant,
    )


def _torque(
    config: OnboardConfig,
    state: OnboardState,
    q_cmd: Quat,
    force: Scalar,
    mass: Scalar,
    tight: Flag,
    dt: Scalar,
) -> tuple[Vec3, Vec3, shaping.Memory | None]:
    """Torque behind its filter [N m], the trim in it, and what the filter remembers."""
    v, nav = config.vehicle, state.navigator
    full = (mass - v.mass_empty) / (v.mass_start - v.mass_empty)
    inertia = v.inertia_dry + full * (v.inertia_wet - v.inertia_dry)
    torque, trim = control.torque_command(
        config, state.trim, nav.q_MB, nav.omega_B, q_cmd, inertia, tight, dt
    )
    if config.control.filter is None:
        return torque, trim, None
    torque, shaped = shaping.shaped(
        config.control.filter, torque, state.shaping, force / mass, tight, dt
    )
    return torque, trim, shaped
