"""The flight software: measurements in, commands out, once a tick.

The only door of this folder. It is a pure function of its configuration, its own memory
and the measurements; nothing here can see the truth.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, UInt32

from frigoris.math.rotation import rotate_inv
from frigoris.math.tree import replace_at
from frigoris.math.trig import atan2
from frigoris.math.vectors import norm
from frigoris.messages import (
    BRAKING,
    COAST,
    DEORBIT_BURN,
    LANDED,
    PITCH_UP,
    TERMINAL_DESCENT,
    Commands,
    Measurements,
)
from frigoris.onboard import (
    braking,
    control,
    fixes,
    inbox,
    navigation,
    ranging,
    sequence,
    terminal,
)
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.modulation import Modulation, pulse
from frigoris.types import Flag, Jets, Quat, Scalar, Vec3

FILTER_TICKS = 2  # covariance and range finder: every second tick
STAR_TICKS = 10  # star tracker and accelerometer calibration
GUIDANCE_TICKS = 20  # a new braking solution
PLANNING_TIME = 60.0  # before ignition the first of them [s]
POINTING_TIME = 25.0  # before ignition the attitude is held as closely as in a burn [s]
SETTLE = 2.0  # the accelerometer is integrated this long after the engines shut [s]


class OnboardState(eqx.Module):
    """What the flight software remembers from tick to tick."""

    time: Scalar  # onboard clock [s]
    navigator: navigation.Navigator
    sequencer: sequence.Sequencer
    plan: braking.Braking
    trim: Vec3  # torque that cancels the steady disturbance [N m]
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


def start(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
) -> OnboardState:
    """Boot with the state vector loaded from the ground."""
    zero = jnp.zeros_like(r_M[0])
    jets = jnp.zeros_like(config.vehicle.rcs_allocation[:, 0]) + zero
    return OnboardState(
        time=zero,
        navigator=navigation.start(config.navigation, r_M, v_M, q_MB, omega_B),
        sequencer=sequence.start(zero),
        plan=braking.Braking(
            level=zero + config.guidance.braking_level,
            t_go=zero + 600.0,  # replaced by the first solution
            age=zero,
            c0=zero,
            c1=zero,
        ),
        trim=jnp.zeros_like(r_M),
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
    )


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
) -> tuple[OnboardState, Commands]:
    """One tick: navigate, decide the phase, guide, control."""
    nav, post = _navigate(config, state, measured, tick)
    seq = sequence.advance(
        config,
        state.sequencer,
        state.time,
        navigation.height(nav, config),
        state.plan.t_go - state.plan.age,
        measured.dv[2] - nav.accel_bias[2] * measured.elapsed,
        measured.contact,
        dt,
    )
    ignites = (seq.phase == BRAKING) & (state.sequencer.phase != BRAKING)
    nav = navigation.load_ignition_covariance(nav, config, ignites)
    state = _gauged(config, state, measured.propellant)
    mass = mass_estimate(config, state)
    burn = _burn(config, mass)
    plan = _plan(config, nav, burn, state, seq, tick)
    direction, thrust = _guide(config, nav, burn, plan, seq, mass)
    state = replace_at(
        lambda s: (s.navigator, s.sequencer, s.plan, s.inbox),
        state,
        (nav, seq, plan, post),
    )
    return _actuate(config, state, direction, thrust, mass, dt)


def _com(config: OnboardConfig, state: OnboardState) -> Vec3:
    """Centre of mass by the propellant that is left [m]."""
    v = config.vehicle
    full = (mass_estimate(config, state) - v.mass_empty) / (v.mass_start - v.mass_empty)
    return v.com_dry_B + full * (v.com_wet_B - v.com_dry_B)


def _navigate(
    config: OnboardConfig,
    state: OnboardState,
    measured: Measurements,
    tick: UInt32[Array, ""],
) -> tuple[navigation.Navigator, inbox.Inbox]:
    in_orbit = state.sequencer.phase < BRAKING
    resting = in_orbit & (state.engines_off >= SETTLE) & ~state.jets_on
    com_B = _com(config, state)
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
    done: tuple[navigation.Navigator, inbox.Inbox] = lax.cond(
        tick % STAR_TICKS == 0, calibrated, lambda b: b, both
    )
    return done


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


def _burn(config: OnboardConfig, mass: Scalar) -> braking.Burn:
    v = config.vehicle
    return braking.Burn(
        mass=mass,
        thrust=v.main_thrust + v.assist_thrust,
        flow=v.main_flow + v.assist_flow,
        mu=config.moon.gravity.mu,
        radius=norm(config.moon.site_M),
    )


def _plan(
    config: OnboardConfig,
    nav: navigation.Navigator,
    burn: braking.Burn,
    state: OnboardState,
    seq: sequence.Sequencer,
    tick: UInt32[Array, ""],
) -> braking.Braking:
    started = (seq.phase >= BRAKING).astype(burn.mass.dtype)
    soon = config.sequence.ignition_time - state.time < PLANNING_TIME
    wanted = soon & (seq.phase <= BRAKING)

    def solved(old: braking.Braking) -> braking.Braking:
        new = braking.solve(nav, config, burn, old, started)
        # a lane's plan must not depend on what its neighbours want
        chosen: braking.Braking = jax.tree.map(
            lambda a, b: jnp.where(wanted, a, b), new, old
        )
        return chosen

    plan: braking.Braking = lax.cond(
        (tick % GUIDANCE_TICKS == 0) & jnp.any(wanted), solved, lambda p: p, state.plan
    )
    return plan


def _guide(
    config: OnboardConfig,
    nav: navigation.Navigator,
    burn: braking.Burn,
    plan: braking.Braking,
    seq: sequence.Sequencer,
    mass: Scalar,
) -> tuple[Vec3, Scalar]:
    """Thrust direction and thrust of the present phase."""
    v, phase = config.vehicle, seq.phase
    main = jnp.where(_main_off(config, nav, seq), 0.0, v.main_thrust)
    most = main + config.guidance.terminal_duty_max * v.assist_thrust
    in_orbit = terminal.retrograde(nav)
    brake, brake_thrust = braking.command(nav, config, burn, plan)
    land, land_thrust = terminal.command(nav, config, mass, most)
    left = jnp.maximum(config.guidance.deorbit_dv - seq.deorbit_dv, 0.0)
    braking_now, landing_now = phase == BRAKING, phase >= PITCH_UP
    direction = jnp.where(landing_now, land, jnp.where(braking_now, brake, in_orbit))
    thrust = jnp.where(
        landing_now, land_thrust, jnp.where(braking_now, brake_thrust, 0.0)
    )
    # in the deorbit burn `thrust` is what still lacks, as the thrust of one second
    thrust = jnp.where(phase == DEORBIT_BURN, mass * left, thrust)
    return direction, jnp.where(phase == LANDED, 0.0, thrust)


def _main_off(
    config: OnboardConfig, nav: navigation.Navigator, seq: sequence.Sequencer
) -> Flag:
    """Near the ground the assist engines work alone."""
    low = navigation.height(nav, config) < config.guidance.main_off_height
    return low & (seq.phase >= TERMINAL_DESCENT)


def _duties(
    config: OnboardConfig, state: OnboardState, thrust: Scalar, dt: Scalar
) -> tuple[Scalar, Scalar]:
    """Main duty and assist duty."""
    v, g, phase = config.vehicle, config.guidance, state.sequencer.phase
    low = _main_off(config, state.navigator, state.sequencer)
    firing = thrust > 0.0
    have_main, have_assist = v.main_thrust > 0.0, v.assist_thrust > 0.0
    of_main = jnp.where(have_main, v.main_thrust, 1.0)
    of_assist = jnp.where(have_assist, v.assist_thrust, 1.0)
    # deorbit: one group, its last pulse as long as the missing velocity, less the tail
    single = jnp.where(have_main, of_main, of_assist)
    last = jnp.clip(
        (thrust - state.main_thrust * v.thrust_lag) / (single * dt), 0.0, 1.0
    )
    deorbit = phase == DEORBIT_BURN
    # valves are open, throttles do what they can; the assist group does the rest
    level = _beside_gap(v.main_gap, jnp.clip(thrust / of_main, v.main_floor, 1.0))
    main = jnp.where(firing & ~low & have_main, level, 0.0)
    main = jnp.where(deorbit & have_main, last, main)
    limit = jnp.where(phase == BRAKING, 1.0, g.terminal_duty_max)
    duty = jnp.clip((thrust - main * v.main_thrust) / of_assist, 0.0, limit)
    duty = jnp.where(firing & (phase >= BRAKING) & have_assist, duty, 0.0)
    duty = jnp.where(deorbit & ~have_main, last, duty)
    return main, pulse(duty * dt, v.assist_on_time_min, dt) / dt


def _beside_gap(gap: Array, level: Scalar) -> Scalar:
    """The level, or the nearer edge of what the throttle must not dwell in."""
    inside = (level > gap[0]) & (level < gap[1])
    edge = jnp.where(level < 0.5 * (gap[0] + gap[1]), gap[0], gap[1])
    return jnp.where(inside, edge, level)


def _actuate(
    config: OnboardConfig,
    state: OnboardState,
    direction: Vec3,
    thrust: Scalar,
    mass: Scalar,
    dt: Scalar,
) -> tuple[OnboardState, Commands]:
    v, phase = config.vehicle, state.sequencer.phase
    settles = config.sequence.ignition_time - state.time < POINTING_TIME
    tight = (phase != COAST) | settles
    main, assist = _duties(config, state, thrust, dt)
    full = (mass - v.mass_empty) / (v.mass_start - v.mass_empty)
    inertia = v.inertia_dry + full * (v.inertia_wet - v.inertia_dry)
    q_cmd = control.attitude_command(direction, config.guidance.plane_normal_M)
    nav = state.navigator
    torque, trim = control.torque_command(
        config, state.trim, nav.q_MB, nav.omega_B, q_cmd, inertia, tight, dt
    )
    torque = jnp.where(phase == LANDED, 0.0, torque)
    gimbal, rest = control.swing(config, torque, main * v.main_thrust)
    rcs_duty, modulation = control.allocate(
        config, rest, tight & (phase != LANDED), state.modulation, dt
    )
    burning = jnp.where(
        v.main_thrust > 0.0, main * v.main_thrust, assist * v.assist_thrust
    )
    used = main * v.main_flow + assist * v.assist_flow + _rcs_flow(config, rcs_duty)
    cant = _nadir_cant(config, nav)
    on: Flag = (main > 0.0) | (assist > 0.0)
    new = OnboardState(
        time=state.time + dt,
        navigator=nav,
        sequencer=state.sequencer,
        plan=replace_at(lambda p: p.age, state.plan, state.plan.age + dt),
        trim=trim,
        propellant_used=state.propellant_used + used * dt,
        engines_off=jnp.where(on, 0.0, state.engines_off + dt),
        main_thrust=burning
        + (state.main_thrust - burning) * jnp.exp(-dt / v.thrust_lag),
        q_cmd=q_cmd,
        torque_cmd=torque,
        thrust_cmd=main * v.main_thrust + assist * v.assist_thrust,
        duty_cmd=assist,
        laser_cant=cant,
        inbox=state.inbox,
        jets_on=jnp.max(rcs_duty, axis=0) > 0.0,
        modulation=modulation,
    )
    return new, Commands(
        main_duty=main,
        assist_duty=assist,
        rcs_duty=rcs_duty,
        gimbal=gimbal,
        laser_cant=cant,
    )


def _rcs_flow(config: OnboardConfig, duty: Jets) -> Scalar:
    return config.vehicle.rcs_flow * jnp.sum(duty, axis=0)


def _nadir_cant(config: OnboardConfig, nav: navigation.Navigator) -> Scalar:
    """Mirror angle that looks straight down, as far as the mirror goes [rad]."""
    down_B = rotate_inv(nav.q_MB, -nav.r_M)
    return jnp.clip(atan2(-down_B[0], -down_B[2]), 0.0, config.vehicle.cant_max)
