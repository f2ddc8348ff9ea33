"""The sequencer on made-up phases: which condition counts, and when."""

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.math.tree import replace_at
from frigoris.mission.batch import make_stage
from frigoris.mission.load import load_mission
from frigoris.mission.schema_sequence import BOUNDS
from frigoris.onboard import sequence
from frigoris.onboard.config import Bound, End, Phase, SequenceConfig
from frigoris.onboard.quantities import TABLE, Known, perilune
from frigoris.phases import ABORT, BOOT, BRAKING, COAST, LANDED, SAFE, number
from frigoris.units import stem

DT = 0.1
NO_LEGS = jnp.zeros(4, dtype=bool)


@pytest.fixture(scope="module")
def load():
    return make_stage(load_mission("hakuto-r-m2"), "level").planned.onboard


def bound(quantity, above, value):
    return Bound(quantity, above, jnp.float64(value))


def end(after, *bounds, every=True, contact=False, hold=None):
    held = None if hold is None else jnp.float64(hold)
    return End(after, every, contact, tuple(bounds), held)


def with_ends(load, *ends):
    """The load with one phase that may end, and bare ones after it."""
    first = Phase(number=BOOT, law="hold", target=None, ends=ends)
    bare = [
        Phase(number=n, law="coast", target=None, ends=())
        for n in (COAST, BRAKING, LANDED, ABORT, SAFE)
    ]
    phases = SequenceConfig(
        deorbit_time=jnp.float64(100.0),
        ignition_time=jnp.float64(200.0),
        contact_confirm=jnp.float64(0.3),
        contact_votes=jnp.float64(2.0),
        phases=(first, *bare),
    )
    return replace_at(lambda c: c.sequence, load, phases)


def run(load, nav, clocks, legs=NO_LEGS, heard=False, orders=None):
    """Phases after each of the clocks."""
    state = sequence.start(load.sequence, jnp.float64(0.0))
    found = []
    for tick, clock in enumerate(clocks):

        def known(left, silence, in_phase, clock=clock):
            return Known(
                config=load,
                nav=nav,
                time=jnp.float64(clock),
                phase_time=in_phase,
                dt=jnp.float64(DT),
                deorbit_left=left,
                t_go=jnp.float64(50.0),
                silence=silence,
                mass=load.vehicle.mass_start,
            )

        state = sequence.advance(
            state,
            known,
            load,
            jnp.float64(0.0),
            jnp.asarray(heard),
            legs,
            jnp.float64(DT),
            jnp.float64((orders or {}).get(tick, np.nan)),
        )
        found.append(int(state.phase))
    return found


@pytest.fixture(scope="module")
def nav(load):
    """A navigator in a circle 100 km up."""
    from frigoris.onboard import navigation

    mu, r = float(load.moon.gravity.mu), float(np.linalg.norm(load.moon.site_M)) + 1e5
    v = np.sqrt(mu / r) * np.array([0.0, 0.0, 1.0])
    r_M = np.array([r, 0.0, 0.0])
    v_M = v - np.cross(np.asarray(load.moon.omega_MI_M), r_M)
    return navigation.start(
        load.navigation,
        jnp.asarray(r_M),
        jnp.asarray(v_M),
        jnp.array([1.0, 0.0, 0.0, 0.0]),
        jnp.zeros(3),
    )


def test_a_moment_on_a_tick_does_not_depend_on_rounding(load, nav):
    told = with_ends(load, end(COAST, bound("after_deorbit_time", True, 0.0)))
    assert run(told, nav, [99.9, 100.0 - 1e-9]) == [BOOT, COAST]


def test_all_parts_or_any(load, nav):
    parts = bound("clock", True, 10.0), bound("t_go", False, 60.0)
    both = with_ends(load, end(COAST, *parts))
    either = with_ends(load, end(COAST, *parts, every=False))
    assert run(both, nav, [5.0]) == [BOOT]
    assert run(both, nav, [15.0]) == [COAST]
    assert run(either, nav, [5.0]) == [COAST]


def test_a_condition_that_must_hold_waits_and_begins_anew(load, nav):
    told = with_ends(load, end(COAST, bound("clock", True, 10.0), hold=0.3))
    assert run(told, nav, [11, 11.1, 11.2, 11.3]) == [BOOT, BOOT, BOOT, COAST]
    assert run(told, nav, [11, 11.1, 9.0, 11.2, 11.3, 11.4]) == [BOOT] * 6


def test_no_time_to_hold_is_at_once_but_not_before(load, nav):
    told = with_ends(load, end(COAST, bound("clock", True, 10.0), hold=0.0))
    assert run(told, nav, [9.0, 9.1, 11.0]) == [BOOT, BOOT, COAST]


def test_the_time_in_a_phase_is_what_has_passed_in_it(load, nav):
    """Entered with the first clock, 0.3 s later it ends."""
    after = Phase(
        number=COAST,
        law="coast",
        target=None,
        ends=(end(BRAKING, bound("phase_time", True, 0.3)),),
    )
    told = with_ends(load, end(COAST, bound("clock", True, 0.0)))
    told = replace_at(
        lambda c: c.sequence.phases,
        told,
        (told.sequence.phases[0], after, *told.sequence.phases[2:]),
    )
    assert run(told, nav, [1.0, 1.1, 1.2, 1.3]) == [COAST, COAST, COAST, BRAKING]


def test_the_first_that_is_true_counts(load, nav):
    now = bound("clock", True, 0.0)
    told = with_ends(load, end(ABORT, now), end(BRAKING, now))
    assert run(told, nav, [1.0]) == [ABORT]


def test_legs_that_stand_are_confirmed_by_votes_and_time(load, nav):
    told = with_ends(load, end(LANDED, contact=True))
    one = jnp.array([True, False, False, False])
    two = jnp.array([True, True, False, False])
    assert run(told, nav, [1.0, 1.1, 1.2, 1.3], one)[-1] == BOOT
    assert run(told, nav, [1.0, 1.1, 1.2], two)[-1] == BOOT
    assert run(told, nav, [1.0, 1.1, 1.2, 1.3], two)[-1] == LANDED
    at_once = replace_at(lambda c: c.sequence.contact_confirm, told, jnp.float64(0.0))
    assert run(at_once, nav, [1.0, 1.1], one)[-1] == BOOT
    assert run(at_once, nav, [1.0], two)[-1] == LANDED


def test_silence_counts_from_the_last_range_that_was_used(load, nav):
    told = with_ends(load, end(SAFE, bound("silence", True, 0.25)))
    assert run(told, nav, [1, 1.1, 1.2, 1.3])[-1] == SAFE
    assert run(told, nav, [1, 1.1, 1.2, 1.3], heard=True)[-1] == BOOT


def test_the_perilune_of_a_circle_is_its_height(load, nav):
    """1e-3 m: round-off of a sphere's radius squared."""
    known = Known(load, nav, *[jnp.float64(0.0)] * 7)
    assert float(perilune(known)) == pytest.approx(1e5, abs=0.01)


def test_every_condition_of_a_mission_file_can_be_computed():
    sides = {stem(name).rpartition("_") for name in BOUNDS}
    assert {side for _, _, side in sides} <= {"above", "below"}
    assert {quantity for quantity, _, _ in sides} <= {*TABLE, "over_target"}


def test_the_ground_still_to_go_is_an_arc_to_the_target(load, nav):
    """A great circle by its angle; behind the target it is negative."""
    site = np.asarray(load.moon.site_M)
    radius, normal = np.linalg.norm(site), np.asarray(load.guidance.plane_normal_M)
    ahead = np.cross(normal, site / radius)
    for far in (480e3, 3.0, -20e3):
        angle = far / radius
        place = site / radius * np.cos(angle) - ahead * np.sin(angle)
        there = replace_at(lambda n: n.r_M, nav, jnp.asarray(place * (radius + 15e3)))
        known = Known(load, there, *[jnp.float64(0.0)] * 7)
        assert float(TABLE["ground"](known)) == pytest.approx(far, rel=1e-9)


def test_an_order_of_the_ground_counts_before_conditions(load, nav):
    told = with_ends(load, end(COAST, bound("clock", True, 10.0)))
    orders = {1: float(number("safe"))}
    assert run(told, nav, [9.0, 10.0, 10.1], orders=orders) == [BOOT, SAFE, SAFE]
    # a phase that the software does not have is not gone to
    nowhere = {0: float(number("hover")), 1: 99.0}
    assert run(told, nav, [8.0, 9.0], orders=nowhere) == [BOOT, BOOT]
