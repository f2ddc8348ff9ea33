"""The planned descent as a trajectory: a point mass steered by the laws on board.

The flight software's own braking and terminal laws, with its load, fly a point mass
through the mission's gravity: navigation is perfect, the thrust turns at the rate limit
of the load at most, engines give what is asked. The flight of the whole machine takes a
minute to compile; this one takes seconds, and it is what the plan means before anything
goes wrong. The undispersed flight is its check, see docs/models/descent-design.md. Left
out: attitude thrusters (2 kg of their own propellant), valves, slosh, plume.
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
from frigoris.messages import (
    BRAKING,
    LANDED,
    PITCH_UP,
    TERMINAL_DESCENT,
    TERMINAL_LANDING,
)
from frigoris.onboard import braking, navigation, terminal
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.software import GUIDANCE_TICKS
from frigoris.types import Flag, Index, Scalar, Vec3

CHUNK = 2000  # ticks of one call
LONGEST = 3600.0  # that a descent may take [s]
FIRST = 4  # solutions before ignition, which the software makes in its last minute


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


class _Guided(eqx.Module):
    """What the software would remember."""

    nav: navigation.Navigator  # knows the truth
    plan: braking.Braking
    phase: Index
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
    """Fly from ignition at `r_M` [m], `v_M` [m/s] with `mass` [kg] to the ground.

    Raises `UserError` where the ground is not reached within an hour.
    """
    state = _ignite(
        world, config, jnp.asarray(r_M), jnp.asarray(v_M), jnp.float64(mass)
    )
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
        "masses and the targets under onboard.guidance."
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
    time = TICK * np.arange(over + 1)
    time[over] -= (1.0 - part) * TICK
    thrust, climb, phase = (
        np.append(x[:over], x[over - 1]) for x in (s.thrust, s.climb, s.phase)
    )
    return Descent(
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


@jax.jit
def _ignite(
    world: World, config: OnboardConfig, r_M: Vec3, v_M: Vec3, mass: Scalar
) -> tuple[Point, _Guided]:
    zero = jnp.zeros_like(mass)
    q = jnp.array([1.0, 0.0, 0.0, 0.0])
    nav = navigation.start(config.navigation, r_M, v_M, q, jnp.zeros(3))
    free_M = moon_accel(world, r_M, v_M, uneven_gravity(world, r_M))
    nav = replace_at(lambda n: n.free_M, nav, free_M)
    plan = braking.Braking(
        level=zero + config.guidance.braking_level,
        t_go=zero,
        age=zero,
        c0=zero,
        c1=zero,
    )
    burn = _burn(config, mass)
    for k in range(FIRST):
        plan = braking.solve(nav, config, burn, plan, zero + (1.0 if k else 0.0))
    direction, _ = braking.command(nav, config, burn, plan)
    guided = _Guided(nav, plan, jnp.full((), BRAKING, dtype=jnp.int64), direction)
    return Point(r_M, v_M, mass, zero, zero, zero), guided


@jax.jit
def _chunk(
    world: World, config: OnboardConfig, state: tuple[Point, _Guided], first: Index
) -> tuple[tuple[Point, _Guided], Sample]:
    def tick(
        state: tuple[Point, _Guided], k: Index
    ) -> tuple[tuple[Point, _Guided], Sample]:
        point, guided = state
        uneven_M = uneven_gravity(world, point.r_M + 0.5 * TICK * point.v_M)
        free_M = moon_accel(world, point.r_M, point.v_M, uneven_M)
        guided, thrust, flow = _guide(config, point, free_M, guided, k)
        sample = Sample(
            point=point,
            height=navigation.height(guided.nav, config),
            thrust=thrust,
            climb=dot(guided.direction_M, point.r_M) / norm(point.r_M),
            phase=guided.phase,
        )
        push = thrust * guided.direction_M, flow, uneven_M
        return (_rk4(world, point, push), guided), sample

    return lax.scan(tick, state, first + jnp.arange(CHUNK))


def _burn(config: OnboardConfig, mass: Scalar) -> braking.Burn:
    v = config.vehicle
    return braking.Burn(
        mass=mass,
        thrust=v.main_thrust + v.assist_thrust,
        flow=v.main_flow + v.assist_flow,
        mu=config.moon.gravity.mu,
        radius=norm(config.moon.site_M),
    )


def _guide(
    config: OnboardConfig, point: Point, free_M: Vec3, old: _Guided, k: Index
) -> tuple[_Guided, Scalar, Scalar]:
    """What the software does in a tick, thrust [N] and flow [kg/s]."""
    nav = replace_at(
        lambda n: (n.r_M, n.v_M, n.free_M), old.nav, (point.r_M, point.v_M, free_M)
    )
    burn = _burn(config, point.mass)
    one = jnp.ones_like(point.mass)
    due = (k % GUIDANCE_TICKS == 0) & (k > 0)
    plan: braking.Braking = lax.cond(
        due,
        lambda p: braking.solve(nav, config, burn, p, one),
        lambda p: p,
        old.plan,
    )
    height = navigation.height(nav, config)
    phase = _phase(config, old.phase, height, plan.t_go - plan.age)
    low = (height < config.guidance.main_off_height) & (phase >= TERMINAL_DESCENT)
    v, g = config.vehicle, config.guidance
    main_most = jnp.where(low, 0.0, v.main_thrust)
    limit = jnp.where(phase == BRAKING, 1.0, g.terminal_duty_max)
    brake, brake_thrust = braking.command(nav, config, burn, plan)
    most = main_most + limit * v.assist_thrust
    land, land_thrust = terminal.command(nav, config, point.mass, most)
    wanted_M = jnp.where(phase == BRAKING, brake, land)
    direction_M = _turned(old.direction_M, wanted_M, config.control.rate_max * TICK)
    wanted = jnp.where(phase == BRAKING, brake_thrust, land_thrust)
    main, assist = _shares(config, wanted, low, limit)
    flow = main * v.main_flow + assist * v.assist_flow
    aged = replace_at(lambda p: p.age, plan, plan.age + TICK)
    thrust = main * v.main_thrust + assist * v.assist_thrust
    return _Guided(nav, aged, phase, direction_M), thrust, flow


def _turned(old_M: Vec3, wanted_M: Vec3, most: Scalar) -> Vec3:
    """A direction on the shortest way to another, at most so far [rad]."""
    along = dot(old_M, wanted_M)
    aside_M = wanted_M - along * old_M
    size = norm(aside_M)
    part = jnp.cos(most) * old_M + jnp.sin(most) / jnp.maximum(size, 1e-9) * aside_M
    near = (along > 0.0) & (size < jnp.sin(most))
    return jnp.where(near, wanted_M, part / norm(part))


def _phase(
    config: OnboardConfig, old: Index, height: Scalar, braking_left: Scalar
) -> Index:
    """By the gates of the sequencer; what it does about the ground is not planned."""
    ends = {
        BRAKING: (braking_left <= 0.0) | (height < config.guidance.braking_end_height),
        PITCH_UP: height < config.sequence.terminal_descent_height,
        TERMINAL_DESCENT: height < config.sequence.terminal_landing_height,
        TERMINAL_LANDING: height <= 0.0,
    }
    phase = old
    for here, over in ends.items():
        phase = jnp.where((old == here) & over, here + 1, phase)
    return jnp.minimum(phase, LANDED)


def _shares(
    config: OnboardConfig, wanted: Scalar, low: Flag, limit: Scalar
) -> tuple[Scalar, Scalar]:
    """Levels of the main and assist groups: the main one first, as far as it throttles.

    Left out: the smallest on-time of valves and a gap in the throttle's range.
    """
    v = config.vehicle
    of_main = jnp.maximum(v.main_thrust, 1e-9)
    of_assist = jnp.maximum(v.assist_thrust, 1e-9)
    there = (v.main_thrust > 0.0) & ~low
    main = jnp.where(there, jnp.clip(wanted / of_main, v.main_floor, 1.0), 0.0)
    assist = jnp.clip((wanted - main * v.main_thrust) / of_assist, 0.0, limit)
    return main, jnp.where(v.assist_thrust > 0.0, assist, 0.0)


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
