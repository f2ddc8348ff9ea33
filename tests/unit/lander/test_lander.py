"""Mass, engines and jets from the assembled vehicle, in general position."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.lander import engines as eng
from frigoris.lander import thrusters as rcs
from frigoris.lander.mass import MassModel, mass_properties

MODEL = MassModel(
    dry=jnp.float64(361.0),
    full=jnp.float64(410.0),
    com_dry_B=jnp.array([0.01, -0.02, 0.95]),
    com_wet_B=jnp.array([-0.03, 0.04, 0.78]),
    inertia_dry_B=jnp.diag(jnp.array([150.0, 163.0, 171.0])),
    inertia_wet_B=jnp.diag(jnp.array([420.0, 440.0, 401.0])),
)
ENGINES = eng.Engines(
    thrust=jnp.array([400.0, 201.0, 199.0]),
    isp=jnp.array([320.0, 272.0, 271.0]),
    lag=jnp.array([0.15, 0.05, 0.06]),
    position_B=jnp.array([[0.02, 0.6, -0.55], [-0.01, 0.1, 0.15], [0.0, 0.1, 0.1]]),
    assist=(False, True, True),
)


def test_mass_properties_at_both_ends_and_between() -> None:
    wet = mass_properties(MODEL, jnp.float64(410.0), jnp.float64(5.0))
    assert float(wet.mass) == 776.0
    np.testing.assert_allclose(wet.com_B, MODEL.com_wet_B)
    np.testing.assert_allclose(wet.inertia_B, MODEL.inertia_wet_B)
    half = mass_properties(MODEL, jnp.float64(205.0), jnp.float64(0.0))
    np.testing.assert_allclose(half.com_B, [-0.01, 0.01, 0.865])


def test_the_wrench_is_the_sum_over_engines() -> None:
    """Oracle: numpy's cross product, engine by engine."""
    thrust = jnp.array([390.0, 120.0, 150.0])
    com = np.array([0.013, -0.021, 0.83])
    force, torque = eng.wrench(ENGINES, thrust, jnp.asarray(com))
    expected = sum(
        np.cross(np.asarray(ENGINES.position_B)[:, k] - com, [0.0, 0.0, float(f)])
        for k, f in enumerate(thrust)
    )
    np.testing.assert_allclose(force, [0.0, 0.0, 660.0])
    np.testing.assert_allclose(torque, expected, atol=1e-12)


def test_the_lag_matches_its_differential_equation() -> None:
    """dF/ds = (F_c - F)/lag, by autodiff of the closed form."""
    command = eng.commanded_thrust(ENGINES, jnp.float64(1.0), jnp.float64(0.37))
    start = jnp.array([10.0, 150.0, 20.0])

    def thrust(s: jax.Array) -> jax.Array:
        return eng.thrust_at(command, start, jnp.exp(-s / ENGINES.lag))

    s = jnp.float64(0.041)
    slope = jax.jacfwd(thrust)(s)
    np.testing.assert_allclose(slope, (command - thrust(s)) / ENGINES.lag, rtol=1e-12)
    np.testing.assert_allclose(thrust(jnp.float64(0.0)), start)


def test_a_tick_burns_no_more_than_there_is() -> None:
    command = eng.commanded_thrust(ENGINES, jnp.float64(1.0), jnp.float64(1.0))
    flow = float(eng.mass_flow(ENGINES, command))
    cut, lasts = eng.limit_to_propellant(
        ENGINES, command, jnp.float64(0.25 * flow * 0.1), jnp.float64(0.1)
    )
    assert float(lasts) == pytest.approx(0.25, rel=1e-9)
    assert float(eng.mass_flow(ENGINES, cut)) == pytest.approx(0.25 * flow, rel=1e-9)
    _, enough = eng.limit_to_propellant(
        ENGINES, command, jnp.float64(50.0), jnp.float64(0.1)
    )
    assert float(enough) == 1.0


def jets() -> rcs.Thrusters:
    position, direction = rcs.corner_layout(1.1, 0.85)
    return rcs.Thrusters(
        thrust=jnp.float64(15.0),
        isp=jnp.float64(225.0),
        position_B=jnp.asarray(position),
        direction_B=jnp.asarray(direction),
    )


def test_opposite_jets_cancel_and_four_channels_span_all_torques() -> None:
    com = jnp.array([0.01, 0.02, 0.9])
    torques = np.array([rcs.wrench(jets(), jnp.eye(8)[k], com)[1] for k in range(8)])
    np.testing.assert_allclose(torques[0::2], -torques[1::2], atol=1e-12)
    for lost in range(4):  # any one channel may fail
        left = np.delete(torques[0::2], lost, axis=0)
        assert np.linalg.matrix_rank(left) == 3


def test_pure_roll_pushes_nowhere() -> None:
    duty = jnp.array([1.0, 0.0] * 4)
    force, torque = rcs.wrench(jets(), duty, jnp.array([0.0, 0.0, 0.85]))
    np.testing.assert_allclose(force, 0.0, atol=1e-12)
    expected = [0.0, 0.0, 4 * 15.0 * 1.1 / np.sqrt(2.0)]
    np.testing.assert_allclose(torque, expected, atol=1e-12)
    flow = float(rcs.mass_flow(jets(), duty))
    assert flow == pytest.approx(4 * 15.0 / (225.0 * 9.80665))
