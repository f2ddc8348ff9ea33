"""A point mass flown by the flight software's sequence, laws and throttle.

Navigation knows the truth, the thrust turns at the rate limit of the load at most,
engines give what is asked. Left out: attitude thrusters, lags, slosh, plume.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jax import lax

from frigoris.constants import TICK
from frigoris.lander.rigid_body import World, moon_accel, uneven_gravity
from frigoris.math.tree import replace_at
from frigoris.math.vectors import dot, norm
from frigoris.onboard import guidance, navigation, sequence, throttle
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.control import attitude_command
from frigoris.onboard.laws.law import Plan
from frigoris.onboard.quantities import Known
from frigoris.phases import BRAKING, COAST
from frigoris.types import Index, Scalar, Vec3

CHUNK = 2000  # ticks of one call


class Point(eqx.Module):
    """What is integrated."""

    r_M: Vec3  # [m]
    v_M: Vec3  # over the rotating Moon [m/s]
    mass: Scalar  # [kg]
    dv: Scalar  # integral of thrust over mass [m/s]
    gravity_loss: Scalar  # part of it that held the fall [m/s]
    steering_loss: Scalar  # part of it that was across the velocity [m/s]


class Sample(eqx.Module):
    """A moment of the descent; the thrust is held from here to the next."""

    point: Point
    height: Scalar  # of the footpads over the ground as planned [m]
    thrust: Scalar  # [N]
    climb: Scalar  # sine of the thrust's angle over the horizon [-]
    phase: Index


class Software(eqx.Module):
    """What the flight software would remember."""

    nav: navigation.Navigator  # knows the truth
    seq: sequence.Sequencer
    plan: Plan
    direction_M: Vec3  # of the thrust
    running: Scalar  # what the main engines give, by their planned lag [N]


@jax.jit
def begin(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, mass: Scalar
) -> tuple[Point, Software]:
    """In the coast a minute before ignition, at `r_M` [m], `v_M` [m/s], `mass` [kg]."""
    zero = jnp.zeros_like(mass)
    direction = -v_M / norm(v_M)
    q = attitude_command(direction, config.guidance.plane_normal_M)
    nav = navigation.start(config.navigation, r_M, v_M, q, jnp.zeros(3))
    before = [
        p.number
        for p in config.sequence.phases
        if BRAKING in [end.next for end in p.ends]
    ]
    numbers = [p.number for p in config.sequence.phases]
    first = COAST if COAST in numbers else before[0]
    seq = replace_at(
        lambda s: (s.phase, s.deorbit_dv),
        sequence.start(config.sequence, zero),
        (jnp.full((), first, dtype=jnp.int64), zero + config.guidance.deorbit_dv),
    )
    plan = Plan(level=zero + 1.0, t_go=zero + 600.0, age=zero, c0=zero, c1=zero)
    point = Point(r_M, v_M, mass, zero, zero, zero)
    return point, Software(nav, seq, plan, direction, zero)


@jax.jit
def fly(
    world: World, config: OnboardConfig, state: tuple[Point, Software], first: Index
) -> tuple[tuple[Point, Software], Sample]:
    """The next `CHUNK` ticks; `first` counts them from a minute before ignition."""

    def tick(
        state: tuple[Point, Software], k: Index
    ) -> tuple[tuple[Point, Software], Sample]:
        point, old = state
        uneven_M = uneven_gravity(world, point.r_M + 0.5 * TICK * point.v_M)
        free_M = moon_accel(world, point.r_M, point.v_M, uneven_M)
        software, thrust, flow = _step(config, point, free_M, old, k)
        way_M = software.direction_M
        sample = Sample(
            point=point,
            height=navigation.height(software.nav, config),
            thrust=thrust,
            climb=dot(way_M, point.r_M) / norm(point.r_M),
            phase=software.seq.phase,
        )
        push = thrust * way_M, flow, uneven_M
        return (_rk4(world, point, push), software), sample

    return lax.scan(tick, state, first + jnp.arange(CHUNK))


def _step(
    config: OnboardConfig, point: Point, free_M: Vec3, old: Software, k: Index
) -> tuple[Software, Scalar, Scalar]:
    """What the software does in a tick, thrust [N] and flow [kg/s]."""
    v = config.vehicle
    time = config.sequence.ignition_time - guidance.PLANNING_TIME
    time = time + TICK * k.astype(time.dtype)
    nav = replace_at(
        lambda n: (n.r_M, n.v_M, n.free_M, n.q_MB),
        old.nav,
        (
            point.r_M,
            point.v_M,
            free_M,
            attitude_command(old.direction_M, config.guidance.plane_normal_M),
        ),
    )
    seq = _sequenced(config, old, nav, time, point.mass)
    now = guidance.Guided(
        nav=nav,
        time=time,
        mass=point.mass,
        seq=seq,
        before=old.seq.phase,
        plan=old.plan,
        path=None,
        aim_M=config.moon.site_M,
        looked=None,
    )
    now = now._replace(plan=guidance.plan(config, now, k.astype(jnp.uint32)))
    wanted_M, asked = guidance.command(config, now)
    way_M = _turned(old.direction_M, wanted_M, config.control.rate_max * TICK)
    dt = jnp.zeros_like(asked) + TICK
    main, assist = throttle.duties(config, nav, seq.phase, asked, old.running, dt)
    running = throttle.lagging(config, old.running, main, assist, dt)
    aged = replace_at(lambda p: p.age, now.plan, now.plan.age + TICK)
    return (
        Software(nav, seq, aged, way_M, running),
        main * v.main_thrust + assist * v.assist_thrust,
        main * v.main_flow + assist * v.assist_flow,
    )


def _sequenced(
    config: OnboardConfig,
    old: Software,
    nav: navigation.Navigator,
    time: Scalar,
    mass: Scalar,
) -> sequence.Sequencer:
    """The mission's own conditions; the range finder is always heard, legs never."""
    zero = jnp.zeros_like(mass)

    def known(left: Scalar, silence: Scalar, in_phase: Scalar) -> Known:
        return Known(
            config=config,
            nav=nav,
            time=time,
            phase_time=in_phase,
            dt=zero + TICK,
            deorbit_left=left,
            t_go=old.plan.t_go - old.plan.age,
            silence=silence,
            mass=mass,
        )

    legs = jnp.zeros(1) > 0.0
    heard, none = zero < 1.0, zero + jnp.nan
    return sequence.advance(
        old.seq, known, config, zero, heard, legs, zero + TICK, none
    )


def _turned(old_M: Vec3, wanted_M: Vec3, most: Scalar) -> Vec3:
    """A direction on the shortest way to another, at most so far [rad]."""
    along = dot(old_M, wanted_M)
    aside_M = wanted_M - along * old_M
    size = norm(aside_M)
    part = jnp.cos(most) * old_M + jnp.sin(most) / jnp.maximum(size, 1e-9) * aside_M
    near = (along > 0.0) & (size < jnp.sin(most))
    return jnp.where(near, wanted_M, part / norm(part))


def _rk4(world: World, y: Point, push: tuple[Vec3, Scalar, Vec3]) -> Point:
    """One tick with force [N] and flow [kg/s] held."""
    force_M, flow, uneven_M = push

    def rates(y: Point) -> Point:
        free_M = moon_accel(world, y.r_M, y.v_M, uneven_M)
        accel_M = force_M / y.mass
        ahead = y.v_M / norm(y.v_M)
        size = norm(accel_M)
        return Point(
            r_M=y.v_M,
            v_M=free_M + accel_M,
            mass=-flow,
            dv=size,
            gravity_loss=dot(free_M, ahead),
            steering_loss=size + dot(accel_M, ahead),
        )

    def moved(k: Point, h: float) -> Point:
        there: Point = jax.tree.map(lambda a, b: a + h * b, y, k)
        return there

    k1 = rates(y)
    k2 = rates(moved(k1, 0.5 * TICK))
    k3 = rates(moved(k2, 0.5 * TICK))
    k4 = rates(moved(k3, TICK))
    after: Point = jax.tree.map(
        lambda a, p, q, r, s: a + TICK / 6.0 * (p + 2.0 * q + 2.0 * r + s),
        y, k1, k2, k3, k4,
    )  # fmt: skip
    return after
