"""The wall: the flight software sees measurements and its own load, never the truth."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from flights.conftest import QUIET, Fleet
from frigoris.flight import state as truth_state
from frigoris.flight import step as flight_step
from frigoris.flight.params import Params
from frigoris.flight.sense import sense
from frigoris.flight.slices import begin, fly_batch, fly_ticks
from frigoris.flight.step import Flying, tick
from frigoris.math.rotation import q_from_dcm
from frigoris.math.tree import replace_at
from frigoris.math.vectors import across
from frigoris.mission.batch import WIDTH, Stage
from frigoris.mission.build import join, take
from frigoris.mission.cases import Case, Drawn, make_lanes
from frigoris.mission.edit import nominal, set_values
from frigoris.mission.schema import Mission
from frigoris.onboard import fixes, navigation, ranging, software
from frigoris.phases import BRAKING, DEORBIT_BURN, PITCH_UP


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


def poisoned(tree: Any) -> Any:
    """The same with NaN for every real number."""

    def nan(x: jax.Array) -> jax.Array:
        return jnp.full_like(x, jnp.nan) if jnp.issubdtype(x.dtype, jnp.floating) else x

    return jax.tree.map(nan, tree)


def put_in(state: software.OnboardState, phase: int) -> software.OnboardState:
    """The same in a phase."""
    return replace_at(
        lambda s: s.sequencer.phase, state, jnp.full_like(state.sequencer.phase, phase)
    )


def test_with_the_truth_poisoned_the_commands_are_the_same(
    mission: Mission, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of a tick but its instruments, which speak, and the motion after it."""
    lanes = make_lanes(nominal(mission), stage.planned, stage.setting, [Case(3)])
    wide = jax.tree.map(jnp.asarray, join([lanes.params], WIDTH))
    # past the first filter, star tracker and guidance steps
    flying, _ = fly_ticks(wide, begin(wide), 0.1, 25)
    params, dt = jax.tree.map(jnp.asarray, take(wide, 0)), jnp.float64(0.1)
    flying = jax.tree.map(lambda x: x[..., 0] if x.ndim else x, flying)
    flying = flying._replace(tick=jnp.uint32(30))  # every task is due
    heard = sense(params, flying.truth, flying.time, flying.tick)
    measured = heard[0]

    def commanded(params: Params, flying: Flying, heard: tuple) -> tuple:
        monkeypatch.setattr(flight_step, "sense", lambda *_: heard)
        monkeypatch.setattr(flight_step, "integrate", lambda p, truth, *_: truth)
        after, seen = tick.__wrapped__(params, flying, dt, None)
        return after.onboard, after.own, seen.commands

    sick = dataclasses.replace(poisoned(params), onboard=params.onboard)
    ill = flying._replace(truth=poisoned(flying.truth), time=poisoned(flying.time))
    deaf = (measured, *poisoned(heard[1:]))
    for phase in (DEORBIT_BURN, BRAKING, PITCH_UP):  # each by another law
        told = put_in(flying.onboard, phase)
        clean = commanded(params, flying._replace(onboard=told), heard)
        assert all(np.isfinite(x).all() for x in jax.tree.leaves(clean[-1]))
        assert same(clean, commanded(sick, ill._replace(onboard=told), deaf))
    # the poison is real: it gets into the measurements
    assert not same(measured, sense(sick, flying.truth, flying.time, flying.tick)[0])
    assert not same(measured, sense(params, ill.truth, flying.time, flying.tick)[0])
    # nor does what an instrument says beside a word that is not valid
    silent = dataclasses.replace(
        measured,
        laser_range=jnp.float64(700.0),
        laser_valid=jnp.asarray(False),
        star_valid=jnp.asarray(False),
    )
    hollow = dataclasses.replace(
        silent,
        laser_range=jnp.float64(jnp.nan),
        laser_cant=jnp.float64(jnp.nan),
        laser_age=jnp.float64(jnp.nan),
        q_IB=jnp.full(4, jnp.nan),
    )
    count = jnp.uint32(20)  # of every task
    heard = [
        software.step(params.onboard, flying.onboard, m, count, dt)
        for m in (silent, hollow)
    ]
    assert same(*heard)
    assert all(np.isfinite(x).all() for x in jax.tree.leaves(heard[1][1]))


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


@pytest.mark.slow
def test_the_gradient_of_an_estimate_is_finite_with_every_other_range_invalid(
    mission: Mission, fleet: Fleet
) -> None:
    """Filter steps of terminal descent, reverse mode; NaN where nothing is valid."""
    config, _ = one_case(fleet, nominal(mission), Case(1))
    config = jax.tree.map(jnp.asarray, config.onboard)
    site = config.moon.site_M
    up = site / jnp.linalg.norm(site)
    place, zero = site + 900.0 * up, jnp.zeros(3)
    com = config.vehicle.com_dry_B

    def error(offset: jax.Array) -> jax.Array:
        nav = navigation.start(
            config.navigation, place + offset, -40.0 * up, upright(up), zero
        )

        def step(k: int, nav: navigation.Navigator) -> navigation.Navigator:
            valid = jnp.asarray(k % 2 == 0)
            reading = jnp.where(valid, 890.0 - 8.0 * k, jnp.nan)
            nav = navigation.strapdown(
                nav, config.moon, zero, 0.33 * jnp.array([0.0, 0.0, 1.0]),
                jnp.float64(0.2), jnp.asarray(True), zero,
            )  # fmt: skip
            nav = navigation.propagate(nav, config)
            shot = (reading, 0.0 * reading, 0.0 * reading)
            nav = ranging.update_laser(nav, config, shot, com)
            q = jnp.where(valid, nav.q_MB, jnp.nan)
            return fixes.update_star(nav, config, q, valid, jnp.float64(0.0))

        for k in range(2):
            nav = step(k, nav)
        return jnp.sum((nav.r_M - site) ** 2) + jnp.sum(nav.v_M**2)

    slope = jax.grad(error)(jnp.array([10.0, -5.0, 3.0]))
    assert np.isfinite(slope).all() and np.abs(slope).max() > 1.0


@pytest.mark.slow
def test_the_gradient_through_a_flight_with_half_its_ranges_is_finite(
    mission: Mission, stage: Stage
) -> None:
    """Truth and software, the last seconds over the ground, a range every second tick;
    forward mode, for rays are found by loops that end when they are there.
    """
    halved = set_values(nominal(mission), ["sensors.laser.rate_Hz=5"])
    lanes = make_lanes(halved, stage.planned, stage.setting, [QUIET])
    params = jax.tree.map(jnp.asarray, join([lanes.params], WIDTH))
    flown = fly_batch(params, stage.times, keep=True)
    before = [
        s for s in flown.states if s.time < np.min(flown.truth.contact.time) - 10.0
    ]
    flying = jax.tree.map(jnp.asarray, before[-1])

    def end(bias: jax.Array) -> tuple[jax.Array, jax.Array]:
        p = replace_at(lambda x: x.sensors.laser.bias, params, bias)
        step = lambda f, _: (tick(p, f, jnp.float64(0.1), None)[0], None)  # noqa: E731
        last, _ = jax.lax.scan(step, flying, None, length=40)
        return last.onboard.navigator.r_M, last.truth.motion.r_M

    bias = params.sensors.laser.bias
    _, slopes = jax.jit(lambda b: jax.jvp(end, (b,), (jnp.ones_like(b),)))(bias)
    assert all(np.isfinite(x).all() for x in slopes)
    # and the derivative is there: a range that is a metre long moves the estimate
    assert float(jnp.linalg.norm(slopes[0][:, 0])) > 0.05  # measured 4.7


def upright(up: jax.Array) -> jax.Array:
    """Attitude with +z along the vertical."""
    x, y, z = across(up)[0], across(up)[1], up
    return q_from_dcm(jnp.stack([x, y, z], axis=1))


def test_without_power_noise_makes_no_range(mission: Mission, fleet: Fleet) -> None:
    """A receiver that hears false echoes in every gate, and its brown-out."""
    params, _ = one_case(fleet, nominal(mission), Case(2))
    params = jax.tree.map(jnp.asarray, params)
    told = {"bandwidth": 1e9, "threshold": 1.0, "confirm": 1.0, "latency": 0.0}
    loud = replace_at(
        lambda p: tuple(getattr(p.sensors.laser, name) for name in told),
        params,
        tuple(jnp.float64(value) for value in told.values()),
    )
    truth = truth_state.start(loud)[0]
    dark = replace_at(lambda s: s.powered, truth, jnp.float64(0.0))
    clock = jnp.float64(0.0), jnp.uint32(0)
    assert bool(sense(loud, truth, *clock)[0].laser_valid)
    assert not bool(sense(loud, dark, *clock)[0].laser_valid)
