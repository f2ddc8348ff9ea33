"""The door between vehicle and flight software: ours, or the user's own behind it.

Which software flies is part of a program, as the number of engines is; what it
remembers flies with the other states of a flight.
"""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, UInt32

from frigoris.flight.params import Params
from frigoris.math.rotation import rotate
from frigoris.math.tree import replace_at
from frigoris.math.vectors import norm
from frigoris.messages import Commands, Measurements
from frigoris.onboard import ground_map, navigation, software
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.inbox import Inbox
from frigoris.onboard.own import Estimate, Memory, Own, Report
from frigoris.types import Scalar, Vec3

State = software.OnboardState


def start(params: Params) -> Memory:
    """What own software remembers at the start; None without any."""
    own, told = params.software, params.start
    if own is None:
        return None
    memory = own.start(params.onboard, told.r_M, told.v_M, told.q_MB, told.omega_BI_B)
    # types are spelled out: a weak one would compile the program once more
    return jax.tree.map(lambda x: jnp.asarray(x, jnp.asarray(x).dtype), memory)


def roomy(state: State) -> State:
    """Our state with a place for the ground that another tells, if it had none."""
    nav = state.navigator
    if nav.range_error is not None:
        return state
    room: State = eqx.tree_at(
        lambda s: s.navigator.range_error,
        state,
        jnp.zeros_like(nav.r_M),
        is_leaf=lambda x: x is None,
    )
    return room


def step(
    own: Own | None,
    config: OnboardConfig,
    state: State,
    memory: Memory,
    measured: Measurements,
    tick: UInt32[Array, ""],
    dt: Scalar,
) -> tuple[State, Memory, Commands]:
    """One tick of the software that flies: its new state, its memory, its commands."""
    if own is None:
        state, commands = software.step(config, state, measured, tick, dt)
        return state, memory, commands
    if own.kind == "navigator":
        return _with_navigator(own, config, state, memory, measured, tick, dt)
    if own.kind == "guidance":
        return _with_guidance(own, config, state, memory, measured, tick, dt)
    new, commands = own.step(config, memory, measured, tick, dt)
    commands = saturated(config, commands, state)
    report = unknown(state) if own.report is None else own.report(config, new)
    return shown(config, state, report, commands), _as(memory, new), commands


def _with_navigator(
    own: Own,
    config: OnboardConfig,
    state: State,
    memory: Memory,
    measured: Measurements,
    tick: UInt32[Array, ""],
    dt: Scalar,
) -> tuple[State, Memory, Commands]:
    """Our guidance and control behind the user's navigator."""
    estimate, new = own.step(config, memory, measured, dt)

    def navigate(*_: Any) -> tuple[navigation.Navigator, Inbox]:
        nav = believing(config, state.navigator, estimate)
        # what it makes of a range is its own affair: each valid one counts as used
        used = measured.laser_valid.astype(nav.accepted.dtype)
        # a look at the ground is carried over a tick
        push_M = rotate(nav.q_MB, measured.dv) / jnp.maximum(measured.elapsed, 1e-3)
        told = (used, nav.free_M + push_M)
        nav = replace_at(lambda n: (n.accepted, n.accel_M), nav, told)
        return nav, state.inbox

    doors = software.Doors(navigate=navigate)
    after, commands = software.step(config, state, measured, tick, dt, doors)
    blind = _no_covariance(after.navigator)
    return (
        replace_at(lambda s: s.navigator, after, blind),
        _as(memory, new),
        commands,
    )


def _with_guidance(
    own: Own,
    config: OnboardConfig,
    state: State,
    memory: Memory,
    measured: Measurements,
    tick: UInt32[Array, ""],
    dt: Scalar,
) -> tuple[State, Memory, Commands]:
    """The user's guidance law between our navigation and control."""
    kept = []

    def guide(config: OnboardConfig, nav: navigation.Navigator) -> tuple[Vec3, Scalar]:
        way, force, new = own.step(config, believed(config, nav), memory, dt)
        kept.append(_as(memory, new))
        way = way + jnp.zeros_like(nav.r_M)
        return way / norm(way), force + jnp.zeros_like(state.time)

    doors = software.Doors(guide=guide)
    after, commands = software.step(config, state, measured, tick, dt, doors)
    return after, kept[0], commands


def believed(config: OnboardConfig, nav: navigation.Navigator) -> Estimate:
    """Our estimate as own guidance sees it."""
    level = norm(nav.r_M) - norm(config.moon.site_M) - config.vehicle.standoff
    return Estimate(
        r_M=nav.r_M,
        v_M=nav.v_M,
        q_MB=nav.q_MB,
        omega_B=nav.omega_B,
        ground=level - navigation.height(nav, config),
    )


def _as(old: Memory, new: Memory) -> Memory:
    """The new memory in the types of the old one, which a loop has to keep."""
    return jax.tree.map(
        lambda x, y: jnp.broadcast_to(jnp.asarray(y, x.dtype), x.shape), old, new
    )


def believing(
    config: OnboardConfig, nav: navigation.Navigator, e: Estimate
) -> navigation.Navigator:
    """Our navigator with another's estimate in it; its ground only where ours has a
    place for it, see `roomy`.
    """
    moon, zero = config.moon, jnp.zeros_like(nav.r_M)
    uneven_M = navigation.uneven_gravity(moon, e.r_M)
    free_M = navigation.free_accel(moon, e.r_M, e.v_M, uneven_M)
    nav = replace_at(
        lambda n: (n.r_M, n.v_M, n.q_MB, n.omega_B, n.free_M),
        nav,
        (e.r_M + zero, e.v_M + zero, e.q_MB + nav.q_MB * 0.0, e.omega_B + zero, free_M),
    )
    if nav.range_error is None:
        return nav
    none = jnp.zeros_like(nav.range_error[0])
    # ours is that over the map
    over = e.ground - ground_map.height(moon.ground, e.r_M)
    ground = jnp.stack([over + none, none, none])
    return replace_at(lambda n: n.range_error, nav, ground)


def _no_covariance(nav: navigation.Navigator) -> navigation.Navigator:
    """Ours says nothing about the errors of another's estimate."""
    none = jax.tree.map(lambda x: jnp.full_like(x, jnp.nan), nav.covariance)
    return replace_at(lambda n: n.covariance, nav, none)


def shown(
    config: OnboardConfig, state: State, report: Report, commands: Commands
) -> State:
    """Our state as the record reads it, filled with what own software tells."""
    nav = _no_covariance(believing(config, state.navigator, report.estimate))
    zero, v = jnp.zeros_like(state.time), config.vehicle
    thrust = commands.main_duty * v.main_thrust + commands.assist_duty * v.assist_thrust
    none = zero + jnp.nan
    plan = jax.tree.map(lambda _: none, state.plan)
    return replace_at(
        lambda s: (
            s.navigator,
            s.plan,
            s.sequencer.phase,
            s.propellant_used,
            s.thrust_cmd,
            s.duty_cmd,
            s.laser_cant,
            s.torque_cmd,
            s.q_cmd,
        ),
        state,
        (
            nav,
            plan,
            report.phase.astype(state.sequencer.phase.dtype)
            + jnp.zeros_like(state.sequencer.phase),
            v.mass_start - report.mass + zero,
            thrust + zero,
            commands.assist_duty + zero,
            commands.laser_cant + zero,
            jnp.full_like(state.torque_cmd, jnp.nan),
            jnp.full_like(state.q_cmd, jnp.nan),
        ),
    )


def unknown(state: State) -> Report:
    """The report of software that tells nothing."""
    nav = state.navigator
    told = (nav.r_M, nav.v_M, nav.q_MB, nav.omega_B, state.time)
    none = [jnp.full_like(x, jnp.nan) for x in told]
    phase = jnp.zeros_like(state.sequencer.phase)
    return Report(phase=phase, estimate=Estimate(*none), mass=none[-1])


def saturated(config: OnboardConfig, commands: Commands, state: State) -> Commands:
    """Commands as valves, gimbals and mirror take them: no further than they go."""
    v, zero = config.vehicle, jnp.zeros_like(state.time)

    def duty(x: Array) -> Array:
        return jnp.clip(x, 0.0, 1.0)

    jets = jnp.zeros_like(state.modulation.filtered)
    gimbal = jnp.clip(commands.gimbal, -v.gimbal_max, v.gimbal_max)
    return Commands(
        main_duty=duty(commands.main_duty + zero),
        assist_duty=duty(commands.assist_duty + zero),
        rcs_duty=duty(commands.rcs_duty + jets),
        gimbal=gimbal + jnp.zeros_like(state.torque_cmd[:2]),
        laser_cant=jnp.clip(commands.laser_cant + zero, 0.0, v.cant_max),
    )


def idle(state: State) -> Commands:
    """Everything off."""
    zero = jnp.zeros_like(state.time)
    return Commands(
        main_duty=zero,
        assist_duty=zero,
        rcs_duty=jnp.zeros_like(state.modulation.filtered),
        gimbal=jnp.zeros_like(state.torque_cmd[:2]),
        laser_cant=zero,
    )
