"""The wall: the flight software sees measurements and its own load, never the truth."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from flights.conftest import Fleet
from frigoris.flight import state as truth_state
from frigoris.flight.params import Params
from frigoris.flight.sense import sense
from frigoris.flight.slices import begin, fly_ticks
from frigoris.mission.batch import WIDTH
from frigoris.mission.build import join, take
from frigoris.mission.cases import Case, Drawn, make_lanes
from frigoris.mission.edit import nominal, set_values
from frigoris.mission.schema import Mission
from frigoris.onboard import software


def same(a: object, b: object) -> bool:
    """Equal to the last bit, NaN equal to NaN."""
    return all(
        np.array_equal(np.asarray(x), np.asarray(y), equal_nan=True)
        for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True)
    )


def one_case(fleet: Fleet, mission: Mission, case: Case) -> tuple[Params, Drawn]:
    """The numbers of one case without a case axis."""
    stage = fleet.stage
    lanes = make_lanes(mission, stage.planned, stage.setting, [case])
    return take(lanes.params, 0), lanes.drawn[0]


def test_with_the_truth_poisoned_the_commands_are_the_same(
    mission: Mission, fleet: Fleet
) -> None:
    stage = fleet.stage
    lanes = make_lanes(nominal(mission), stage.planned, stage.setting, [Case(3)])
    wide = jax.tree.map(jnp.asarray, join([lanes.params], WIDTH))
    dt = 0.1
    # past the first filter, star tracker and guidance steps
    flying, _ = fly_ticks(wide, begin(wide), dt, 25)
    params = jax.tree.map(jnp.asarray, take(wide, 0))
    flying = jax.tree.map(lambda x: x[..., 0] if x.ndim else x, flying)
    dt = jnp.float64(dt)
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
    """Dispersions, faults and propellant errors leave no bit of the load.

    The same case in both: the state handed over has the same error, told of one truth.
    """
    heavy = set_values(
        mission,
        ["lander.propellant_error_kg=-7", "sensors.imu.accel_scale_ppm=[90, -40, 30]"],
    )
    undisturbed = nominal(mission).model_copy(update={"dispersions": ()})
    dispersed = heavy.model_copy(
        update={
            "dispersions": tuple(
                row for row in heavy.dispersions if "handover" not in row.path
            )
        }
    )
    a, _ = one_case(fleet, undisturbed, Case(5))
    b, drawn = one_case(fleet, dispersed, Case(5))
    assert len(drawn) == len(mission.dispersions) - 2
    assert same(a.onboard, b.onboard)
    assert not same(a.vehicle, b.vehicle)
    assert not same(a.start.motion, b.start.motion)
    first, second = (truth_state.start(jax.tree.map(jnp.asarray, p))[1] for p in (a, b))
    assert same(first, second)
