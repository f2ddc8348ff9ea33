"""Motion of the assembled vehicle against closed forms and conservation laws."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.lander.mass import total_mass
from frigoris.lander.rigid_body import (
    Actuation,
    Motion,
    Vehicle,
    World,
    moon_accel,
    rk4_step,
    specific_energy,
)
from frigoris.lander.thrusters import delivered
from frigoris.math.rotation import rotate
from frigoris.math.vectors import matvec
from frigoris.moon.gravity import gravity
from frigoris.moon.orientation import SPIN, principal_axes
from frigoris.onboard.modulation import Modulation, Pwpf, pwpf
from support.vehicles import MODEL, VEHICLE, engines, steady

OMEGA = jnp.array([0.0, 0.0, SPIN])


def world(degree: int) -> World:
    return World(
        gravity=jax.tree.map(jnp.asarray, gravity(degree).harmonics),
        dcm_PM=jnp.asarray(principal_axes().dcm),
        omega_MI_M=OMEGA,
    )


def vehicle_with(inertia: np.ndarray, com: float = 0.95) -> Vehicle:
    """Rigid: its tanks have never held anything."""
    empty = dataclasses.replace(MODEL.tanks, load=0.0 * MODEL.tanks.load)
    model = dataclasses.replace(
        MODEL,
        com_dry_B=jnp.array([0.0, 0.0, com]),
        inertia_dry_B=jnp.asarray(inertia),
        tanks=empty,
        loaded=jnp.float64(0.0),
        loaded_rcs=jnp.float64(0.0),
        unusable=jnp.float64(0.0),
    )
    return dataclasses.replace(VEHICLE, mass=model)


RIGID = vehicle_with(np.diag([150.0, 163.0, 171.0]))


def emptied(y: Motion) -> Motion:
    """The same without propellant."""
    none = jnp.float64(0.0)
    return dataclasses.replace(y, propellant=none, rcs_propellant=none)


def orbit(altitude: float, inclination: float, omega: list[float]) -> Motion:
    """A circular orbit seen from the rotating Moon, the body tumbling."""
    r = jnp.array([1.7374e6 + altitude, 0.0, 0.0])
    speed = jnp.sqrt(gravity(0).harmonics.mu / r[0])
    v_I = speed * jnp.array([0.0, jnp.cos(inclination), jnp.sin(inclination)])
    return Motion(
        r_M=r,
        v_M=v_I - jnp.cross(OMEGA, r),
        q_MB=jnp.array([0.5, -0.1, 0.7, 0.5]) / jnp.sqrt(1.0),
        omega_BI_B=jnp.array(omega),
        propellant=jnp.float64(200.0),
        rcs_propellant=jnp.float64(3.0),
        slosh=jnp.zeros((2, 3)),
        slosh_rate=jnp.zeros((2, 3)),
        dtheta_B=jnp.zeros(3),
        dv_B=jnp.zeros(3),
    )


COASTING = steady(VEHICLE, [0.0, 0.0, 0.0])


def fly(
    vehicle: Vehicle, w: World, act: Actuation, y: Motion, h: float, n: int
) -> Motion:
    """`n` steps of `h` seconds, the thrust settled at its command."""
    zero = jnp.float64(0.0)
    step = jax.jit(lambda _, y: rk4_step(vehicle, w, act, y, zero, jnp.float64(h)))
    return jax.lax.fori_loop(0, n, step, y)


def test_a_coasting_orbit_keeps_its_energy_over_one_revolution() -> None:
    y0 = emptied(orbit(100e3, 1.1, [0.01, -0.02, 0.015]))
    y1 = fly(RIGID, world(0), COASTING, y0, 2.0, 3534)  # one period, coast tick
    e0, e1 = (float(specific_energy(world(0), y)) for y in (y0, y1))
    assert abs(e1 / e0 - 1.0) < 1e-9  # measured 3e-13
    # the Kepler orbit closes in the inertial frame; measured 0.07 m in 10 900 km
    turned = SPIN * 2.0 * 3534
    c, s = np.cos(turned), np.sin(turned)
    back = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ y1.r_M
    period = 2 * np.pi * np.sqrt(float(y0.r_M[0]) ** 3 / float(gravity(0).harmonics.mu))
    ahead = (2.0 * 3534 - period) * np.linalg.norm(y0.v_M)
    assert np.linalg.norm(back - y0.r_M) == pytest.approx(abs(ahead), abs=20.0)


def test_torque_free_rotation_keeps_its_momentum() -> None:
    """A full inertia tensor, tumbling; momentum in inertial axes."""
    a = np.array([[310.0, 14.0, -9.0], [14.0, 280.0, 21.0], [-9.0, 21.0, 350.0]])
    vehicle, w = vehicle_with(a), world(0)
    y0 = emptied(orbit(100e3, 0.7, [0.05, -0.08, 0.11]))

    def momentum(y: Motion, t: float) -> np.ndarray:
        h_M = np.asarray(rotate(y.q_MB, matvec(jnp.asarray(a), y.omega_BI_B)))
        c, s = np.cos(SPIN * t), np.sin(SPIN * t)
        return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ h_M

    before = momentum(y0, 0.0)
    after = momentum(fly(vehicle, w, COASTING, y0, 0.1, 10_000), 1000.0)
    error = np.linalg.norm(after - before) / np.linalg.norm(before)
    assert error < 1e-9  # measured 5e-11 over 1000 s


def test_torque_free_rotation_matches_the_closed_form() -> None:
    """A symmetric body: I = diag(100, 100, 150), w0 = (0.1, 0, 0.2)."""
    vehicle = vehicle_with(np.diag([100.0, 100.0, 150.0]))
    y0 = emptied(orbit(9e4, 0.3, [0.1, 0.0, 0.2]))
    y = fly(vehicle, world(0), COASTING, y0, 0.1, 1000)
    expected = [-0.0839071529, -0.0544021109, 0.2]
    np.testing.assert_allclose(y.omega_BI_B, expected, atol=1e-8)  # measured 9e-10


def test_rk4_shows_order_four() -> None:
    """Closure of one hour of orbit and tumbling against a step sixteen times finer."""
    coarse, fine = closure(world(0), 1.25, (40.0, 20.0))
    assert 3.8 < np.log2(coarse / fine) < 4.4  # measured 4.05


def test_the_uneven_gravity_of_mid_step_costs_millimetres() -> None:
    """It is taken once a step, so of order two; an hour with the tick of the coast."""
    coarse, fine = closure(world(4), 0.25, (4.0, 2.0))
    assert 1.8 < np.log2(coarse / fine) < 2.2  # measured 2.01
    assert fine < 0.005  # measured 2.8 mm after an hour of orbit


def closure(w: World, finest: float, steps: tuple[float, float]) -> list[float]:
    """Position errors [m] after an hour, against a much finer step."""
    y0 = emptied(orbit(60e3, 1.2, [0.004, -0.003, 0.002]))
    exact = fly(RIGID, w, COASTING, y0, finest, round(3600.0 / finest))
    ends = [fly(RIGID, w, COASTING, y0, h, round(3600.0 / h)) for h in steps]
    return [float(jnp.linalg.norm(y.r_M - exact.r_M)) for y in ends]


def test_a_vertical_burn_matches_the_rocket_equation() -> None:
    """Velocity gained over what gravity took, far from the Moon; exact exhaust."""
    on_axis = engines(position_B=jnp.zeros((3, 3)))
    # all liquid on the axis too, or the drift of the centre of mass would turn it
    level = jnp.array([0.0, 0.0, 1.0])[:, None]
    tanks = dataclasses.replace(MODEL.tanks, bottom_B=level * MODEL.tanks.bottom_B)
    model = dataclasses.replace(MODEL, com_dry_B=jnp.zeros(3), tanks=tanks)
    vehicle = dataclasses.replace(VEHICLE, engines=on_axis, mass=model)
    still = World(
        gravity=jax.tree.map(lambda x: 1e-15 * jnp.asarray(x), gravity(0).harmonics),
        dcm_PM=jnp.asarray(principal_axes().dcm),
        omega_MI_M=jnp.zeros(3),
    )
    y0 = dataclasses.replace(
        orbit(1e5, 0.4, [0.0, 0.0, 0.0]), v_M=jnp.array([3.0, -4.0, 1.0])
    )
    act = steady(vehicle, [1.0, 0.0, 0.0])
    y1 = fly(vehicle, still, act, y0, 0.5, 400)
    m0, m1 = (
        float(total_mass(MODEL, y.propellant, y.rcs_propellant)) for y in (y0, y1)
    )
    expected = 320.0 * 9.80665 * np.log(m0 / m1)
    gained = np.linalg.norm(np.asarray(y1.v_M - y0.v_M))
    assert gained == pytest.approx(expected, rel=1e-9)  # measured 2e-11
    assert m0 - m1 == pytest.approx(400.0 / (320.0 * 9.80665) * 200.0, rel=1e-9)


def test_a_circular_orbit_seen_from_the_rotating_moon() -> None:
    """Write the orbit down exactly, differentiate it twice, compare."""
    mu, radius, inclination = gravity(0).harmonics.mu, 1.8374e6, 1.1
    n = jnp.sqrt(mu / radius**3)

    def r_M(t: jax.Array) -> jax.Array:
        x, y = radius * jnp.cos(n * t), radius * jnp.sin(n * t)
        r_I = jnp.stack([x, y * jnp.cos(inclination), y * jnp.sin(inclination)])
        c, s = jnp.cos(SPIN * t), jnp.sin(SPIN * t)
        zero = jnp.zeros_like(t)
        dcm = jnp.stack(
            [
                jnp.stack([c, s, zero]),
                jnp.stack([-s, c, zero]),
                jnp.stack([zero, zero, zero + 1.0]),
            ]
        )
        return dcm @ r_I

    t = jnp.float64(1234.5)
    v_M = jax.jacfwd(r_M)
    got = moon_accel(world(0), r_M(t), v_M(t), jnp.zeros(3))
    np.testing.assert_allclose(got, jax.jacfwd(v_M)(t), atol=1e-14)  # measured 7e-16


@pytest.mark.parametrize(
    ("level", "on_ms", "off_ms"), [(0.2, 11.544, 76.624), (0.5, 17.667, 23.123)]
)
def test_modulated_jets_turn_the_vehicle_by_their_closed_form(
    level: float, on_ms: float, off_ms: float
) -> None:
    """Twenty seconds of a constant level of roll, pulses inside and across ticks."""
    j, tick, count = RIGID.thrusters, jnp.float64(0.1), 200
    arm = j.position_B - jnp.array([0.0, 0.0, 0.95])[:, None]
    roll = jnp.cross(arm.T, j.direction_B.T)[:, 2] * j.thrust
    wanted = jnp.where(roll > 0.0, level, 0.0)
    settings = Pwpf(*(jnp.float64(x) for x in (4.5, 0.15, 0.45, 0.15, 1.0)))

    def one(_: int, carry: tuple[Motion, Modulation]) -> tuple[Motion, Modulation]:
        y, memory = carry
        on, memory = pwpf(settings, wanted, memory, tick)
        duty = delivered(j, on / tick, jnp.float64(0.0), tick)
        act = steady(RIGID, [0.0, 0.0, 0.0], rcs_duty=duty)
        return rk4_step(RIGID, world(0), act, y, jnp.float64(0.0), tick), memory

    start = emptied(orbit(100e3, 0.7, [0.0, 0.0, 0.0]))
    first = (start, Modulation(jnp.zeros(8), jnp.zeros(8) > 1.0))
    y, _ = jax.jit(lambda c: jax.lax.fori_loop(0, count, one, c))(first)
    turned = 171.0 * float(y.omega_BI_B[2])
    torque = float(jnp.sum(jnp.where(roll > 0.0, roll, 0.0)))
    expected = torque * on_ms / (on_ms + off_ms) * count * 0.1
    assert turned == pytest.approx(expected, rel=0.01)
