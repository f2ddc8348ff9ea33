"""Slosh from the assembled vehicle: closed forms, momentum and energy."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from analytic.test_rigid_body import orbit
from frigoris.lander.mass import MassModel, Tanks, depth, mass_properties, tank_masses
from frigoris.lander.rigid_body import Actuation, Motion, Vehicle, World, rk4_step
from frigoris.lander.slosh import frequency_squared, mass_share, pendulums
from frigoris.math.rotation import rotate
from frigoris.moon.gravity import gravity
from frigoris.moon.orientation import principal_axes
from support.vehicles import MODEL, VEHICLE, steady

# radius, depth [m], specific force [m/s^2]; frequency [Hz], length [m], share of the
# liquid: reference/algorithms.md, section 6, and Dodge 2000
PAPER = [
    (0.3, 0.6, 3.0, 0.68249, 0.16315, 0.22697),
    (0.3, 0.3, 3.0, 0.66594, 0.17135, 0.43220),
    (0.3, 0.15, 3.0, 0.58196, 0.22438, 0.66011),
]
EMPTY_SPACE = World(
    gravity=jax.tree.map(lambda x: 1e-15 * jnp.asarray(x), gravity(0).harmonics),
    dcm_PM=jnp.asarray(principal_axes().dcm),
    omega_MI_M=jnp.zeros(3),
)


@pytest.mark.parametrize(("a", "h", "force", "hertz", "length", "share"), PAPER)
def test_component_against_the_table(
    a: float, h: float, force: float, hertz: float, length: float, share: float
) -> None:
    omega2 = float(
        frequency_squared(jnp.float64(a), jnp.float64(h), jnp.float64(force))
    )
    assert np.sqrt(omega2) / (2 * np.pi) == pytest.approx(hertz, abs=1e-5)
    assert force / omega2 == pytest.approx(length, abs=1e-5)
    assert float(mass_share(jnp.float64(a), jnp.float64(h))) == pytest.approx(
        share, abs=1e-5
    )


def with_tank(a: float, h: float, dry: float, side: float = 0.0) -> MassModel:
    """One tank of water filled to `h`, its middle in the centre of mass."""
    load = 1000.0 * np.pi * a**2 * h
    one = np.ones(1)
    return dataclasses.replace(
        MODEL,
        dry=jnp.float64(dry),
        com_dry_B=jnp.array([side, 0.0, 0.5 * h]),
        inertia_dry_B=dry * jnp.diag(jnp.array([0.4, 0.5, 0.6])),
        tanks=Tanks(
            bottom_B=jnp.array([[side], [0.0], [0.0]]),
            radius=a * one,
            density=1000.0 * one,
            load=load * one,
            share=one,
            share_rcs=0.0 * one,
            damping=0.0 * one,
        ),
        loaded=jnp.float64(load),
        loaded_rcs=jnp.float64(0.0),
        unusable=jnp.float64(0.0),
    )


def at_rest(model: MassModel, swing: tuple[float, float]) -> Motion:
    tanks = model.tanks.radius.shape[0]
    place = jnp.zeros((2, tanks)).at[:, 0].set(jnp.array(swing))
    return dataclasses.replace(
        orbit(1e5, 0.4, [0.0, 0.0, 0.0]),
        v_M=jnp.zeros(3),
        propellant=model.loaded,
        rcs_propellant=model.loaded_rcs,
        slosh=place,
        slosh_rate=jnp.zeros((2, tanks)),
    )


def pushed(vehicle: Vehicle, force: float) -> Actuation:
    """A steady force along the axis through the centre of mass, no propellant used."""
    act = steady(vehicle, [0.0, 0.0, 0.0])
    thrust = jnp.array([force, 0.0, 0.0])
    firing = dataclasses.replace(
        act.firing, start=thrust, goal=thrust, flow=0.0 * thrust
    )
    return dataclasses.replace(act, firing=firing)


def history(
    vehicle: Vehicle, act: Actuation, y: Motion, h: float, n: int
) -> tuple[Motion, Motion]:
    zero = jnp.float64(0.0)

    def step(y: Motion, _: None) -> tuple[Motion, Motion]:
        y = rk4_step(vehicle, EMPTY_SPACE, act, y, zero, jnp.float64(h))
        return y, y

    return jax.jit(lambda y: jax.lax.scan(step, y, None, length=n))(y)


def frequency(place: np.ndarray, h: float) -> float:
    """Of a free swing, by its zero crossings [Hz]."""
    k = np.flatnonzero((place[:-1] > 0) & (place[1:] <= 0))
    cross = k + place[k] / (place[k] - place[k + 1])
    return float(1.0 / (h * np.mean(np.diff(cross))))


def centred(vehicle_mass: MassModel) -> Vehicle:
    side = float(vehicle_mass.com_dry_B[0])
    place = jnp.zeros((3, 3)).at[0].set(side)
    return dataclasses.replace(
        VEHICLE,
        mass=vehicle_mass,
        engines=dataclasses.replace(VEHICLE.engines, position_B=place),
    )


@pytest.mark.parametrize(("a", "h", "force", "hertz", "length", "share"), PAPER)
def test_a_heavy_vehicle_swings_at_the_frequency_of_the_table(
    a: float, h: float, force: float, hertz: float, length: float, share: float
) -> None:
    """Assembled, turned anywhere, 0.1 s ticks. Measured: within 0.05 %; asked 0.5 %."""
    model = with_tank(a, h, 1e7)
    vehicle = centred(model)
    total = float(mass_properties(model, model.loaded, model.loaded_rcs).mass)
    y = at_rest(model, (0.01, 0.0))
    _, path = history(vehicle, pushed(vehicle, force * total), y, 0.1, 600)
    assert frequency(np.asarray(path.slosh)[:, 0, 0], 0.1) == pytest.approx(
        hertz, rel=5e-3
    )


def test_a_light_vehicle_swings_against_its_propellant() -> None:
    """Free-free: omega^2 M / (M - m_1) where the liquid swings at the centre of mass.

    The tank's middle lies in the centre of mass, so the vehicle does not turn but by
    the shifted weight, which is small for this inertia.
    """
    a, h, force = 0.3, 0.3, 3.0
    model = with_tank(a, h, 300.0)
    model = dataclasses.replace(model, inertia_dry_B=1e6 * jnp.eye(3))
    vehicle = centred(model)
    body = mass_properties(model, model.loaded, model.loaded_rcs)
    swings = float(model.loaded) * float(mass_share(jnp.float64(a), jnp.float64(h)))
    y = at_rest(model, (0.008, 0.006))
    act = pushed(vehicle, force * float(body.mass))
    _, path = history(vehicle, act, y, 0.05, 1200)
    raised = 0.66594 * np.sqrt(float(body.mass) / (float(body.mass) - swings))
    for axis in (0, 1):
        told = frequency(np.asarray(path.slosh)[:, axis, 0], 0.05)
        assert told == pytest.approx(raised, rel=2e-3)


def test_momentum_is_kept_with_several_tanks_in_general_position() -> None:
    """No force, tension and all: liquid and body exchange momentum, nothing is lost."""
    y = dataclasses.replace(
        orbit(1e5, 0.4, [0.001, -0.002, 0.0015]),
        v_M=jnp.zeros(3),
        propellant=MODEL.loaded,
        rcs_propellant=MODEL.loaded_rcs,
        slosh=jnp.array([[0.02, -0.01, 0.01], [0.0, 0.03, -0.02]]),
        slosh_rate=jnp.array([[0.05, 0.0, 0.01], [-0.04, 0.02, 0.0]]),
    )
    act = steady(VEHICLE, [0.0, 0.0, 0.0])
    body = mass_properties(MODEL, y.propellant, y.rcs_propellant)
    p = pendulums(MODEL, body, y.propellant, y.rcs_propellant)

    def momentum(y: Motion) -> np.ndarray:
        rate = jnp.concatenate([y.slosh_rate, jnp.zeros((1, 3))])
        inner = jnp.sum(p.mass * rate, axis=1)
        return np.asarray(body.mass * y.v_M + rotate(y.q_MB, inner))

    end, _ = history(VEHICLE, act, y, 0.1, 200)
    before, after = momentum(y), momentum(end)
    size = np.linalg.norm(np.asarray(p.mass) * np.hypot(*np.asarray(y.slosh_rate)))
    # products of turning and swinging are left out of the model
    assert np.linalg.norm(after - before) < 0.05 * size
    still = dataclasses.replace(y, omega_BI_B=jnp.zeros(3))
    end, _ = history(VEHICLE, act, still, 0.1, 20)
    assert np.linalg.norm(momentum(end) - momentum(still)) < 3e-3 * size


def test_energy_of_a_swing_is_kept_and_damping_takes_it() -> None:
    """Undamped over 60 s; damped by exp(-zeta omega t)."""
    a, h, force = 0.3, 0.3, 3.0
    for damping in (0.0, 0.02):
        model = with_tank(a, h, 1e7)
        tanks = dataclasses.replace(model.tanks, damping=jnp.full(1, damping))
        model = dataclasses.replace(model, tanks=tanks)
        vehicle = centred(model)
        total = float(mass_properties(model, model.loaded, model.loaded_rcs).mass)
        y = at_rest(model, (0.01, 0.0))
        _, path = history(vehicle, pushed(vehicle, force * total), y, 0.05, 1200)
        x, v = np.asarray(path.slosh)[:, 0, 0], np.asarray(path.slosh_rate)[:, 0, 0]
        omega = 2 * np.pi * 0.66594
        size = np.hypot(x, v / omega)
        expected = 0.01 * np.exp(-damping * omega * 60.0)
        assert size[-1] == pytest.approx(expected, rel=0.01)


def test_depth_and_swinging_mass_follow_the_liquid() -> None:
    liquid = tank_masses(MODEL, jnp.float64(100.0), jnp.float64(1.0))
    body = mass_properties(MODEL, jnp.float64(100.0), jnp.float64(1.0))
    p = pendulums(MODEL, body, jnp.float64(100.0), jnp.float64(1.0))
    share = mass_share(MODEL.tanks.radius, depth(MODEL.tanks, liquid))
    np.testing.assert_allclose(p.mass, liquid * share, rtol=1e-12)
    assert np.all(np.asarray(p.mass) < np.asarray(liquid))


def test_it_is_the_same_vehicle_turned_about_its_axis() -> None:
    """A quarter turn of tanks, swing and vehicle gives the same motion, turned."""
    model = with_tank(0.3, 0.3, 300.0, side=0.4)
    vehicle = centred(model)
    act = pushed(vehicle, 1500.0)
    y = at_rest(model, (0.02, -0.01))
    end, _ = history(vehicle, act, y, 0.1, 100)
    quarter = Rotation.from_euler("z", 90, degrees=True)
    turn = jnp.asarray(quarter.as_matrix())
    moved = dataclasses.replace(
        model,
        com_dry_B=turn @ model.com_dry_B,
        inertia_dry_B=turn @ model.inertia_dry_B @ turn.T,
        tanks=dataclasses.replace(model.tanks, bottom_B=turn @ model.tanks.bottom_B),
    )
    other = dataclasses.replace(
        VEHICLE,
        mass=moved,
        engines=dataclasses.replace(
            VEHICLE.engines, position_B=turn @ vehicle.engines.position_B
        ),
    )
    start = dataclasses.replace(y, slosh=turn[:2, :2] @ y.slosh)
    end_2, _ = history(other, act, start, 0.1, 100)
    np.testing.assert_allclose(end_2.slosh, turn[:2, :2] @ end.slosh, atol=1e-9)
    np.testing.assert_allclose(end_2.omega_BI_B, turn @ end.omega_BI_B, atol=1e-9)
