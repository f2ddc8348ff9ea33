r"""One tick of the control loops around a point of the descent, by the flight's code.

What goes round in a tick: the increments that the inertial unit collected in the tick
before, strapdown navigation, the law that lands, attitude control, the engines with
their lag, the rigid body with its swinging propellant by RK4. The loops are cut at two
places, where the map takes what it also gives:

- the specific force that guidance asks for, along (along the track, across, up);
- the torque that attitude control asks for, about the axes of the body.

In place of the thrusters and their modulators there are pure couples of any size: a
modulator as its small-signal gain, one. Gimbals are as they are.

Left out: the dead band, the shortest pulse and the saturation of thrusters, so limit
cycles too; forces of jets that are no couples; fixes of the filter, which correct
slowly; the Moon's ground. Truth of position and attitude is in no loop without fixes.
"""

from functools import partial
from typing import Any, NamedTuple, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from frigoris.lander import engines as eng
from frigoris.lander.mass import mass_properties, total_mass
from frigoris.lander.rigid_body import Actuation, Motion, Vehicle, World, rk4_step
from frigoris.lander.slosh import Swing
from frigoris.lander.thrusters import Thrusters
from frigoris.math.rotation import rotate, rotate_inv
from frigoris.math.tree import replace_at
from frigoris.math.vectors import matvec, matvec_t, norm
from frigoris.onboard import control, navigation, shaping, throttle
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.guidance import burn_of, most_of
from frigoris.onboard.laws.law import Plan, Situation
from frigoris.onboard.laws.schedule import schedule
from frigoris.onboard.laws.table import LAWS
from frigoris.sensors import imu
from frigoris.types import Index, Quat, Scalar, Vec3
from frigoris.verify.linear import Sampled

LOOPS = ("along", "across", "vertical", "x", "y", "z")
FORCE, TORQUE = (0, 1, 2), (3, 4, 5)
ASIDE, DRIFT = 1.0, 1e-3  # beside the target: lengths have no slope at nought [m, m/s]
NUDGE = 1e-3  # at nought a gimbal without room would seem to turn by half [N m]
SETTLING = 60  # ticks of the engines before the point
UP = np.array([0.0, 0.0, 1.0])


Duties: TypeAlias = tuple[Scalar, Scalar]


class Loop(NamedTuple):
    """What goes on from tick to tick."""

    omega_B: Vec3
    omega_last_B: Vec3  # at the start of the last tick
    dtheta_B: Vec3  # collected over the last tick
    dv_B: Vec3
    slosh: Swing
    slosh_rate: Swing
    thrust: eng.Each
    est_r_M: Vec3
    est_v_M: Vec3
    est_q_MB: Quat
    est_omega_B: Vec3
    trim: Vec3
    filter: shaping.Memory | None


class Point(NamedTuple):
    """A moment of a flight: what the tick takes as given."""

    vehicle: Vehicle
    world: World
    imu: imu.Imu
    load: OnboardConfig
    motion: Motion  # where the vehicle is, and how full
    nav: navigation.Navigator
    flowing: eng.Each
    time: Scalar  # [s]
    dt: Scalar  # [s]
    phase: Index
    plan: Plan
    tight: Scalar  # 1 with the control of burns, 0 with that of the coast
    force: Scalar  # of the engines over the mass, where it is not guided [m/s^2]


def couples() -> Thrusters:
    """Thrusters whose duty about each axis is a torque in newton metres."""
    eye, zero = np.eye(3), jnp.float64(0.0)
    arm, push = eye[:, [1, 2, 0]], eye[:, [2, 0, 1]]  # their product is the axis
    never = jnp.full(6, eng.NEVER)
    return Thrusters(
        thrust=jnp.float64(0.5),  # both sides, at an arm of a metre
        isp=jnp.float64(1e12),
        open_delay=zero,
        close_delay=zero,
        off_from=never,
        on_from=never,
        position_B=jnp.asarray(np.concatenate([arm, -arm], axis=1)),
        direction_B=jnp.asarray(np.concatenate([push, -push], axis=1)),
    )


def _navigated(point: Point, loop: Loop) -> navigation.Navigator:
    """Strapdown over the last tick, by what a faultless unit measured in it."""
    unit, motion, dt = point.imu, point.motion, point.dt
    mass = point.vehicle.mass
    com_B = mass_properties(mass, motion.propellant, motion.rcs_propellant).com_B
    change = loop.omega_B - loop.omega_last_B
    turned, given = imu.at_place(unit, loop.dtheta_B, loop.dv_B, change, dt, com_B)
    turned, given, _ = imu.measure(
        unit, imu.start(unit), turned, given, dt, jnp.zeros(imu.NOISES)
    )
    nav = replace_at(
        lambda n: (n.r_M, n.v_M, n.q_MB, n.omega_B),
        point.nav,
        (loop.est_r_M, loop.est_v_M, loop.est_q_MB, loop.est_omega_B),
    )
    arm_B = point.load.vehicle.imu_B - com_B
    sensed = point.tight > 0.5
    return navigation.strapdown(nav, point.load.moon, turned, given, dt, sensed, arm_B)


def _duties(point: Point, nav: navigation.Navigator, force: Scalar) -> Duties:
    """Main engines and assist group for a thrust [N]."""
    none = jnp.zeros_like(force)
    return throttle.duties(point.load, nav, point.phase, force, none, point.dt)


def _asked(point: Point, law: str, nav: navigation.Navigator) -> Vec3:
    """Specific force by the guidance law, in M [m/s^2]."""
    load, motion = point.load, point.motion
    mass = total_mass(point.vehicle.mass, motion.propellant, motion.rcs_propellant)
    situation = Situation(
        config=load,
        nav=nav,
        time=point.time,
        burn=burn_of(load, mass),
        most=most_of(load, nav, point.phase, LAWS[law]),
        left=jnp.zeros_like(mass),
        target=None,
        aim_M=load.moon.site_M,
        looked=None,
        plan=point.plan,
        path=None,
    )
    direction_M, thrust = LAWS[law].command(situation)
    return direction_M * (thrust / mass)


def _fired(point: Point, thrust: eng.Each, main: Scalar, assist: Scalar) -> eng.Firing:
    mass, filled = point.vehicle.mass, point.motion.propellant
    fill = filled / jnp.maximum(mass.loaded, 1e-9)
    return eng.fire(
        point.vehicle.engines,
        main,
        assist,
        thrust,
        point.flowing,
        fill,
        point.time,
        point.dt,
    )


def axes_of(point: Point, law: str) -> Float[Array, "3 3"]:
    """Along, across and the rest, in M: up where guided, else along the thrust."""
    r_M, q_MB = point.motion.r_M, point.motion.q_MB
    along = r_M / norm(r_M) if LAWS[law].near else rotate(q_MB, jnp.asarray(UP))
    normal_M = point.load.guidance.plane_normal_M
    return jnp.stack(control.attitude_axes(along, normal_M), axis=1)


def tick(
    point: Point, law: str, loop: Loop, given: Float[Array, "6"]
) -> tuple[Loop, Float[Array, "6"]]:
    """One tick: the loop after it, and what guidance and control asked for in it.

    `given` is what they are taken to have asked for: specific force [m/s^2] in
    `axes_of`, torque [N m] in the body.
    """
    load, motion, dt = point.load, point.motion, point.dt
    v, c = load.vehicle, load.control
    axes = axes_of(point, law)
    nav = _navigated(point, loop)
    mass = total_mass(point.vehicle.mass, motion.propellant, motion.rcs_propellant)
    asked = jnp.zeros_like(given[:3])
    if LAWS[law].near:
        asked = matvec_t(axes, _asked(point, law, nav))
    force = given[:3]
    size = norm(force)
    main, assist = _duties(point, nav, size * mass)
    burning = main * v.main_thrust
    full = (mass - v.mass_empty) / (v.mass_start - v.mass_empty)
    q_cmd = control.attitude_command(
        matvec(axes, force / size), load.guidance.plane_normal_M
    )
    tight = point.tight > 0.5
    torque, trim = control.torque_command(
        load,
        loop.trim,
        nav.q_MB,
        nav.omega_B,
        q_cmd,
        v.inertia_dry + full * (v.inertia_wet - v.inertia_dry),
        tight,
        dt,
    )
    accel = (burning + assist * v.assist_thrust) / mass
    torque, memory = shaping.shaped(c.filter, torque, loop.filter, accel, tight, dt)
    gimbal, rest = control.swing(load, given[3:], burning)
    firing = _fired(point, loop.thrust, main, assist)
    act = Actuation(
        firing=firing,
        gimbal=gimbal,
        rcs_duty=jnp.concatenate([rest, rest]),
        moving=jnp.ones_like(dt),
        gain=jnp.ones_like(dt),
    )
    new = _moved(point, loop, act)
    after = Loop(
        omega_B=new.omega_BI_B,
        omega_last_B=loop.omega_B,
        dtheta_B=new.dtheta_B,
        dv_B=new.dv_B,
        slosh=new.slosh,
        slosh_rate=new.slosh_rate,
        thrust=eng.thrust_after(point.vehicle.engines, firing, dt),
        est_r_M=nav.r_M,
        est_v_M=nav.v_M,
        est_q_MB=nav.q_MB,
        est_omega_B=nav.omega_B,
        trim=trim,
        filter=memory,
    )
    return after, jnp.concatenate([asked, torque])


def _moved(point: Point, loop: Loop, act: Actuation) -> Motion:
    zero = jnp.zeros_like(loop.dv_B)
    start = replace_at(
        lambda m: (m.omega_BI_B, m.slosh, m.slosh_rate, m.dtheta_B, m.dv_B),
        point.motion,
        (loop.omega_B, loop.slosh, loop.slosh_rate, zero, zero),
    )
    vehicle = replace_at(lambda x: x.thrusters, point.vehicle, couples())
    none = jnp.zeros_like(point.dt)
    return rk4_step(vehicle, point.world, act, start, none, point.dt)


def steady(point: Point, law: str) -> tuple[Point, Loop, Float[Array, "6"]]:
    """The point, its loop and what is asked for, where nothing has to be corrected.

    Near the ground the vehicle is over the target, level but for what it takes to have
    a slope, and falls as planned: so no limit of the law is active.
    """
    load, guided = point.load, LAWS[law].near
    axes = axes_of(point, law)
    up, side = axes[:, 2], axes[:, 0] + axes[:, 1]
    r_M, v_M = point.motion.r_M, point.motion.v_M
    if guided:
        site_M = load.moon.site_M
        r_M = site_M / norm(site_M) * norm(r_M) + ASIDE * side
        nav = replace_at(lambda n: n.r_M, point.nav, r_M)
        v_M = DRIFT * side - _planned(load, law, navigation.height(nav, load)) * up
    # the heights that engines and law go by are those of this place
    point = point._replace(
        motion=replace_at(lambda m: (m.r_M, m.v_M), point.motion, (r_M, v_M)),
        nav=replace_at(lambda n: (n.r_M, n.v_M), point.nav, (r_M, v_M)),
    )
    axes = axes_of(point, law)
    force, torque = point.force * UP, jnp.full(3, NUDGE)
    for _ in range(2):  # first to know what is asked for, then with it
        q_MB = control.attitude_command(
            matvec(axes, force / norm(force)), load.guidance.plane_normal_M
        )
        loop = _still(point, q_MB, force)
        _, asked = tick(point, law, loop, jnp.concatenate([force, torque]))
        force = asked[:3] if guided else force
    return point, loop, jnp.concatenate([force, torque])


def _planned(load: OnboardConfig, law: str, height: Scalar) -> Scalar:
    """Descent rate that the law wants to see there [m/s]."""
    if law == "schedule":
        return schedule(load.guidance, height)[0]
    return load.guidance.landing_rate


def _still(point: Point, q_MB: Quat, force: Vec3) -> Loop:
    """Turning with the Moon, liquid at rest, engines as after many such ticks."""
    dt, motion = point.dt, point.motion
    mass = total_mass(point.vehicle.mass, motion.propellant, motion.rcs_propellant)
    duties = _duties(point, point.nav, norm(force) * mass)
    engines = point.vehicle.engines

    def once(_: object, thrust: eng.Each) -> eng.Each:
        return eng.thrust_after(engines, _fired(point, thrust, *duties), dt)

    omega_B = rotate_inv(q_MB, point.world.omega_MI_M)
    zero = jnp.zeros(3)
    return Loop(
        omega_B=omega_B,
        omega_last_B=omega_B,
        dtheta_B=omega_B * dt,
        dv_B=norm(force) * dt * UP,
        slosh=jnp.zeros_like(motion.slosh),
        slosh_rate=jnp.zeros_like(motion.slosh),
        thrust=lax.fori_loop(0, SETTLING, once, jnp.zeros_like(engines.thrust)),
        est_r_M=motion.r_M,
        est_v_M=motion.v_M,
        est_q_MB=q_MB,
        est_omega_B=omega_B,
        trim=zero,
        filter=shaping.start(point.load.control.filter, zero),
    )


@partial(jax.jit, static_argnames=("law",))
def _jacobian(point: Point, law: str) -> tuple[Any, Any, Array, Array]:
    point, loop, given = steady(point, law)
    flat, unravel = ravel_pytree(loop)

    def once(x: Array, p: Array) -> tuple[Array, Array]:
        after, asked = tick(point, law, unravel(x), p)
        return ravel_pytree(after)[0], asked

    of_state = jax.jacfwd(once)(flat, given)
    of_given = jax.jacfwd(once, argnums=1)(flat, given)
    return of_state, of_given, flat, given


def linearised(point: Point, law: str) -> Sampled:
    """The tick at its steady loop: inputs and outputs are `LOOPS`.

    Laws that touch down are in the loop; for others the direction of thrust is held.
    """
    (a, c), (b, d), _, _ = jax.tree.map(np.asarray, _jacobian(point, law))
    return Sampled(a=a, b=b, c=c, d=d, dt=float(point.dt))
