"""The planned descent as a trajectory: a point mass steered by the laws on board.

The flight software's own sequence, laws and throttle, with its load, fly a point mass
through the mission's gravity: navigation is perfect, the thrust turns at the rate limit
of the load at most, engines give what is asked. The flight of the whole machine takes a
minute to compile; this one takes seconds, and it is what the plan means before anything
goes wrong. The undispersed flight is its check, see docs/models/descent-design.md. Left
out: attitude thrusters (2 kg of their own propellant), lags, slosh, plume.
"""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from frigoris.constants import TICK
from frigoris.errors import UserError
from frigoris.lander.rigid_body import World, moon_accel, uneven_gravity
from frigoris.math.tree import replace_at
from frigoris.math.vectors import dot, norm
from frigoris.mission.plan import coast
from frigoris.onboard import guidance, navigation, sequence, throttle
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.control import attitude_command
from frigoris.onboard.laws.law import Plan
from frigoris.onboard.quantities import Known
from frigoris.phases import BRAKING, COAST
from frigoris.types import Index, Scalar, Vec3

CHUNK = 2000  # ticks of one call
LONGEST = 3600.0  # that a descent may take [s]


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


class _Software(eqx.Module):
    """What the flight software would remember."""

    nav: navigation.Navigator  # knows the truth
    seq: sequence.Sequencer
    plan: Plan
    direction_M: Vec3  # of the thrust


class Descent(NamedTuple):
    """From ignition to contact: `[sample]`, vectors `[sample, 3]`, SI."""

    time: np.ndarray  # since ignition
    r_M: np.ndarray
    v_M: np.ndarray
    mass: np.ndarray
    dv: np.ndarray
    gravity_loss: np.ndarray
    steering_loss: np.ndarray
    height: np.ndarray
    thrust: np.ndarray
    pitch: np.ndarray  # of the thrust over the horizon [rad]
    phase: np.ndarray


def descend(
    world: World, config: OnboardConfig, r_M: np.ndarray, v_M: np.ndarray, mass: float
) -> Descent:
    """Fly the load from before ignition, planned at `r_M` [m], `v_M` [m/s], to ground.

    `mass` is that before the burn [kg]. Raises `UserError` where the ground is not
    reached within an hour, or a phase has a law that needs more than the load.
    """
    _check_laws(config)
    # the software plans its burn in the last minute of the coast
    before = coast(world, r_M, v_M, -guidance.PLANNING_TIME)
    r, v = (jnp.asarray(x) for x in before)
    state = _begin(config, r, v, jnp.float64(mass))
    told: list[Sample] = []
    for first in range(0, int(LONGEST / TICK), CHUNK):
        state, samples = _chunk(world, config, state, jnp.int64(first))
        told.append(samples)
        if bool(jnp.any(samples.height <= 0.0)):
            down = _until_contact(jax.tree.map(lambda *x: np.concatenate(x), *told))
            if down.mass[-1] > 0.0:  # what burns it all, and more, has no mass left
                return down
            break
    raise UserError(
        "Cannot lay out the descent: the guidance of this mission does not bring it to "
        f"the ground within {LONGEST / 60.0:.0f} min of ignition. Check thrust, "
        "masses and the targets under onboard.sequence.phases."
    )


def _check_laws(config: OnboardConfig) -> None:
    """Paths come from outside of the load: from slices of a flight, or from here."""
    used = {p.law for p in config.sequence.phases}
    lacking = {"convex"} | (
        {"reference"} if config.guidance.reference is None else set()
    )
    for law in sorted(used & lacking):
        raise UserError(
            f"Cannot lay out the descent: the law {law!r} under "
            "onboard.sequence.phases tracks a path that is made in the flight. Fly "
            "this mission, or lay it out with another law."
        )


def _until_contact(s: Sample) -> Descent:
    """Ticks above the ground, and the moment of contact between two of them."""
    over = int(np.argmax(s.height <= 0.0))
    part = s.height[over - 1] / (s.height[over - 1] - s.height[over])

    def cut(x: Any) -> np.ndarray:
        rows = np.array(x[: over + 1])
        if np.issubdtype(rows.dtype, np.floating):
            rows[over] = rows[over - 1] + part * (rows[over] - rows[over - 1])
        return rows

    p = jax.tree.map(cut, s.point)
    time = TICK * np.arange(over + 1.0) - guidance.PLANNING_TIME
    time[over] -= (1.0 - part) * TICK
    thrust, climb, phase = (
        np.append(x[:over], x[over - 1]) for x in (s.thrust, s.climb, s.phase)
    )
    whole = Descent(
        time,
        p.r_M,
        p.v_M,
        p.mass,
        p.dv,
        p.gravity_loss,
        p.steering_loss,
        cut(s.height),
        thrust,
        np.arcsin(climb),
        phase,
    )
    begin = int(np.argmax((thrust > 0.0) | (phase == BRAKING)))
    burning = Descent(*(x[begin:] for x in whole))
    # free motion has losses too: what the fall gives before the burn
    return burning._replace(
        gravity_loss=burning.gravity_loss - burning.gravity_loss[0],
        steering_loss=burning.steering_loss - burning.steering_loss[0],
    )


@jax.jit
def _begin(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, mass: Scalar
) -> tuple[Point, _Software]:
    """In the phase before braking, the thrust to be against the velocity."""
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
    return point, _Software(nav, seq, plan, direction)


@jax.jit
def _chunk(
    world: World, config: OnboardConfig, state: tuple[Point, _Software], first: Index
) -> tuple[tuple[Point, _Software], Sample]:
    def tick(
        state: tuple[Point, _Software], k: Index
    ) -> tuple[tuple[Point, _Software], Sample]:
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
    config: OnboardConfig, point: Point, free_M: Vec3, old: _Software, k: Index
) -> tuple[_Software, Scalar, Scalar]:
    """What the software does in a tick, thrust [N] and flow [kg/s]."""
    v = config.vehicle
    time = config.sequence.ignition_time - guidance.PLANNING_TIME + TICK * k
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
    )
    now = now._replace(plan=guidance.plan(config, now, k.astype(jnp.uint32)))
    wanted_M, asked = guidance.command(config, now)
    way_M = _turned(old.direction_M, wanted_M, config.control.rate_max * TICK)
    zero = jnp.zeros_like(asked)
    main, assist = throttle.duties(config, nav, seq.phase, asked, zero, zero + TICK)
    aged = replace_at(lambda p: p.age, now.plan, now.plan.age + TICK)
    return (
        _Software(nav, seq, aged, way_M),
        main * v.main_thrust + assist * v.assist_thrust,
        main * v.main_flow + assist * v.assist_flow,
    )


def _sequenced(
    config: OnboardConfig,
    old: _Software,
    nav: navigation.Navigator,
    time: Scalar,
    mass: Scalar,
) -> sequence.Sequencer:
    """The mission's own conditions; the range finder is always heard, legs never."""
    zero = jnp.zeros_like(mass)

    def known(left: Scalar, silence: Scalar) -> Known:
        return Known(
            config=config,
            nav=nav,
            time=time,
            phase_time=old.seq.phase_time,
            dt=zero + TICK,
            deorbit_left=left,
            t_go=old.plan.t_go - old.plan.age,
            silence=silence,
            mass=mass,
        )

    legs = jnp.zeros(1) > 0.0
    return sequence.advance(old.seq, known, config, zero, zero < 1.0, legs, zero + TICK)


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
