"""The wall: the flight software sees measurements and its own load, never the truth."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from flights.conftest import Fleet
from frigoris.flight import state as truth_state
from frigoris.flight.sense import sense
from frigoris.flight.step import Flying, tick
from frigoris.mission.edit import nominal, set_values
from frigoris.mission.fly import Case, case_params
from frigoris.mission.schema import Mission
from frigoris.onboard import software


def same(a: object, b: object) -> bool:
    """Equal to the last bit, NaN equal to NaN."""
    return all(
        np.array_equal(np.asarray(x), np.asarray(y), equal_nan=True)
        for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    )


def test_with_the_truth_poisoned_the_commands_are_the_same(
    mission: Mission, fleet: Fleet
) -> None:
    params, _ = case_params(fleet.stage, nominal(mission), Case(3))
    params = jax.tree.map(jnp.asarray, params)
    truth, onboard = truth_state.start(params)
    dt = jnp.float64(0.1)
    flying = Flying(truth, onboard, jnp.float64(0.0), jnp.uint32(0))
    step = jax.jit(lambda p, f: tick(p, f, dt, 1)[0])
    for _ in range(25):  # past the first filter, star tracker and guidance steps
        flying = step(params, flying)
    measured, _, _ = sense(params, flying.truth, flying.time, flying.tick)
    clean = software.step(params.onboard, flying.onboard, measured, flying.tick, dt)

    def nan(x: jax.Array) -> jax.Array:
        return jnp.full_like(x, jnp.nan) if jnp.issubdtype(x.dtype, jnp.floating) else x

    poisoned = jax.tree.map(nan, params)
    poisoned = dataclasses.replace(poisoned, onboard=params.onboard)
    blind = software.step(poisoned.onboard, flying.onboard, measured, flying.tick, dt)
    assert same(clean, blind)
    # and the poison is real: it gets into the measurements
    sick, _, _ = sense(poisoned, flying.truth, flying.time, flying.tick)
    assert not same(measured, sick)


def test_only_the_truth_changes_when_only_the_truth_is_changed(
    mission: Mission, fleet: Fleet
) -> None:
    """Dispersions, faults and propellant errors leave no bit of the load."""
    heavy = set_values(
        mission,
        ["lander.propellant_error_kg=-7", "sensors.imu.accel_scale_ppm=[90, -40, 30]"],
    )
    a, _ = case_params(fleet.stage, nominal(mission), Case(0))
    b, drawn = case_params(fleet.stage, heavy, Case(5))
    assert drawn
    assert same(a.onboard, b.onboard)
    assert not same(a.vehicle, b.vehicle)
    assert not same(a.start.motion, b.start.motion)
    first, second = (truth_state.start(jax.tree.map(jnp.asarray, p))[1] for p in (a, b))
    assert same(first, second)
