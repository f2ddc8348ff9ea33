"""Faults of measurements, of the bus and of triggers, injected by hand.

The oracle is arithmetic on plain numbers; how they come out of a mission file and a
whole flight is in tests/flights/test_faults.py.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.flight.faults import bus, discrete, measured, trigger
from frigoris.flight.faults.names import FOREVER, OPENINGS, PHASE, TIME
from frigoris.messages import Fix, Measurements, Radar, Speed
from frigoris.mission.edit import choose_faults, nominal
from frigoris.mission.faults.injected import make_faults
from frigoris.mission.load import load_mission

# compiled once for all: one by one these operations take seconds
INJECT = jax.jit(measured.inject)
RECEIVED = jax.jit(bus.received)
OBEYED = jax.jit(bus.obeyed)
ON = jnp.array([[True], [False], [False], [False]])
NONE = ON & False
AGE = jnp.zeros((4, 1))
KEY = jnp.array([[11], [2025]], dtype=jnp.uint32)
DT = 0.1


def one(*numbers):
    """Components with a case axis of one."""
    return jnp.array(numbers)[:, None] if len(numbers) > 1 else jnp.array(numbers)


def said(laser=731.0, radar=722.0):
    """What all instruments say, in general position."""
    return Measurements(
        elapsed=one(DT),
        dtheta=one(0.011, -0.023, 0.031),
        dv=one(0.21, -0.13, 0.37),
        q_IB=one(0.5, -0.1, 0.7, np.sqrt(1.0 - 0.25 - 0.01 - 0.49)),
        star_valid=jnp.array([True]),
        laser_range=one(laser),
        laser_valid=jnp.isfinite(one(laser)),
        laser_cant=one(0.3),
        laser_age=one(0.2),
        propellant=one(61.0),
        contact=jnp.zeros((4, 1)) > 1.0,
        radar=Radar(one(radar), one(0.1)),
        speed=Speed(one(11.0, -7.0, 23.0), one(0.1)),
        fix=Fix(one(100.0, -50.0, 30.0), one(8.0), one(1.0)),
        order=one(np.nan),
    )


@pytest.fixture(scope="module")
def mission():
    """A lander with every instrument and no fault of its own."""
    return nominal(load_mission("docs/examples/all-sensors.yaml"))


@pytest.fixture(scope="module")
def tables(mission):
    """The tables with one class in them."""

    def made(name, values=""):
        chosen = choose_faults(mission, [f"{name}:{values}" if values else name])
        return make_faults(chosen, [(2025, 3)], [3600.0])

    return made


@pytest.fixture(scope="module")
def injected(tables):
    """Measurements with one class of faults in them, `age` seconds after its onset."""

    def made(name, values="", on=ON, age=2.0, last=None, tick=7, **given):
        table = tables(name, values).measurement
        m = said(**given)
        old = measured.channels(said(**(last or {})))
        ages = jnp.where(on, age, 0.0)
        key, count = KEY, jnp.uint32(tick)
        return INJECT(table, on, ages, old, m, key, count)[0]

    return made


def same(a, b):
    """Equal to the bit, invalid numbers too."""
    pairs = zip(_leaves(a), _leaves(b), strict=True)
    return all(np.array_equal(x, y, equal_nan=True) for x, y in pairs)


def _leaves(m):
    return [np.asarray(x, float) for x in jax.tree.leaves(m)]


def test_a_slot_that_is_not_active_changes_no_bit(injected):
    values = "instrument=laser,bias_m=13,scale_ratio=0.1"
    assert same(injected("range_bias", values, on=NONE), said())


def test_bias_scale_and_drift_of_a_range(injected):
    values = "instrument=laser,bias_m=13,scale_ratio=0.1,drift_m_s=-0.5"
    found = injected("range_bias", values, age=4.0)
    # the drift grows with the age of the fault
    assert found.laser_range[0] == pytest.approx(1.1 * 731.0 + 13.0 - 0.5 * 4.0)
    assert found.laser_valid[0]
    assert same(found.radar, said().radar) and same(found.dv, said().dv)


def test_a_range_that_is_not_there_has_no_bias(injected):
    found = injected("range_bias", "bias_m=13", laser=np.nan)
    assert np.isnan(found.laser_range[0]) and not found.laser_valid[0]


def test_false_lock_says_its_range_at_every_tick(injected):
    found = injected("false_lock", "range_m=33", laser=np.nan)
    assert found.laser_range[0] == 33.0 and found.laser_valid[0]


def test_a_wrong_gate_and_wrong_units(injected):
    found = injected("range_ambiguity", "modulo_m=71")
    assert found.laser_range[0] == pytest.approx(731.0 % 71.0)
    found = injected("wrong_units", "instrument=radar_altimeter,factor_ratio=3.28")
    assert found.radar.range[0] == pytest.approx(3.28 * 722.0)


def test_a_frozen_value_is_that_of_before(injected):
    found = injected("frozen_value", last={"laser": 744.5})
    assert found.laser_range[0] == 744.5
    # and goes on where there is no echo any more
    found = injected("frozen_value", last={"laser": 744.5}, laser=np.nan)
    assert found.laser_range[0] == 744.5 and found.laser_valid[0]


def test_what_is_frozen_is_what_was_said_before(tables):
    table, m = tables("frozen_value").measurement, said(laser=500.0)
    old = measured.channels(said(laser=744.5))
    for on, kept in ((ON, 744.5), (NONE, 500.0)):
        _, last = INJECT(table, on, AGE, old, m, KEY, jnp.uint32(3))
        assert last[13, 0] == kept


@pytest.mark.parametrize(
    ("flag", "there", "then"),
    [
        ("inverted", 731.0, False),
        ("inverted", np.nan, True),
        ("never_set", 731.0, False),
        ("always_set", np.nan, True),
    ],
)
def test_flags(injected, flag, there, then):
    found = injected("validity_flag", f"flag={flag}", laser=there)
    assert bool(found.laser_valid[0]) is then
    assert np.array_equal(found.laser_range, one(there), equal_nan=True)


def test_an_instrument_that_is_off(injected):
    found = injected("instrument_off", "instrument=landmark_camera")
    assert np.all(np.isnan(found.fix.place_M)) and np.isnan(found.fix.sigma[0])
    found = injected("instrument_off", "instrument=gyro")
    assert np.all(found.dtheta == 0.0) and same(found.dv, said().dv)
    found = injected("star_tracker_blind")
    assert np.all(np.isnan(found.q_IB)) and not found.star_valid[0]


@pytest.fixture(scope="module")
def many(mission):
    """Ranges of 300 cases with one class of faults, each with a key of its own."""

    def made(name, values):
        chosen = choose_faults(mission, [f"{name}:{values}"])
        cases = range(300)
        table = make_faults(chosen, [(2025, k) for k in cases], [0.0] * 300).measurement
        key = np.stack([np.arange(300), np.full(300, 7)]).astype(np.uint32)

        def wide(x):
            return jnp.broadcast_to(x, (*x.shape[:-1], 300))

        m, on, age = jax.tree.map(wide, (said(), ON, AGE))
        found = INJECT(
            table, on, age, measured.channels(m), m, jnp.asarray(key), jnp.uint32(7)
        )[0]
        return np.asarray(found.laser_range)

    return made


def test_a_share_of_samples_is_lost(many):
    lost = np.isnan(many("lost_samples", "lost_ratio=0.3"))
    # three sigma of a binomial are 0.08; measured 0.30
    assert abs(np.mean(lost) - 0.3) < 0.08


def test_noise_has_the_size_that_is_asked_for(many):
    noise = many("range_noise", "sigma_m=4,sigma_share_ratio=0.01") - 731.0
    # sigma of the mean is 0.65, of the deviation 0.46
    assert abs(np.mean(noise)) < 2.0
    assert np.std(noise) == pytest.approx(4.0 + 7.31, abs=1.4)


def test_an_inertial_unit_that_is_not_enabled_says_zero(injected):
    found = injected("imu_zero", "unit=accelerometer")
    assert np.all(found.dv == 0.0) and same(found.dtheta, said().dtheta)


def test_errors_of_the_inertial_unit_are_rates(injected):
    found = injected("accelerometer_error", "axis=y,bias_m_s2=0.5,scale_ratio=0.02")
    wanted = np.array([0.21, -0.13 * 1.02 + 0.5 * DT, 0.37])
    np.testing.assert_allclose(found.dv[:, 0], wanted, rtol=1e-14)
    found = injected("gyro_error", "axis=z,drift_deg_s2=0.1", age=3.0)
    wanted = 0.031 + np.radians(0.1) * 3.0 * DT
    assert found.dtheta[2, 0] == pytest.approx(wanted, rel=1e-14)


def test_saturation_and_sign_of_the_inertial_unit(injected):
    found = injected("imu_saturation", "accel_max_m_s2=1.9")
    np.testing.assert_allclose(found.dv[:, 0], [0.19, -0.13, 0.19], rtol=1e-14)
    found = injected("imu_sign", "unit=gyro,axis=y")
    np.testing.assert_array_equal(found.dtheta[:, 0], [0.011, 0.023, 0.031])


def test_an_attitude_is_turned_about_the_body(injected):
    from scipy.spatial.transform import Rotation

    found = injected("star_tracker_error", "about_x_mrad=20,about_z_mrad=-13")
    before, after = (
        Rotation.from_quat(np.asarray(m.q_IB)[:, 0], scalar_first=True)
        for m in (said(), found)
    )
    turn = (before.inv() * after).as_rotvec()
    np.testing.assert_allclose(turn, [0.02, 0.0, -0.013], atol=1e-6)
    assert found.star_valid[0]


def test_beams_are_lost_or_wrong_one_by_one(injected):
    found = injected("beam_loss", "beam=2").speed.closing[:, 0]
    np.testing.assert_array_equal(np.isnan(found), [False, True, False])
    found = injected("dust_velocity", "beam=all,speed_m_s=1.9").speed.closing[:, 0]
    np.testing.assert_allclose(found, [12.9, -5.1, 24.9])
    found = injected("velocity_error", "beam=3,scale_ratio=-0.07,bias_m_s=0.8")
    assert found.speed.closing[2, 0] == pytest.approx(0.93 * 23.0 + 0.8)


def test_gauge_and_false_matches(injected):
    found = injected("gauge_error", "bias_kg=-3,scale_ratio=0.04")
    assert found.propellant[0] == pytest.approx(61.0 * 1.04 - 3.0)
    found = injected("false_match", "false_ratio=1,size_m=310").fix
    assert np.all(np.abs(found.place_M - said().fix.place_M) > 1.0)
    assert np.array_equal(found.sigma, said().fix.sigma)


def test_slots_act_one_after_the_other(mission):
    faults = ["range_bias:bias_m=10", "wrong_units:instrument=laser,factor_ratio=2"]
    both = make_faults(choose_faults(mission, faults), [(1, 1)], [0.0]).measurement
    on = jnp.array([[True], [True], [False], [False]])
    old = measured.channels(said())
    found, _ = INJECT(both, on, AGE, old, said(), KEY, jnp.uint32(1))
    assert found.laser_range[0] == 2.0 * (731.0 + 10.0)


def bus_received(table, m, ring, tick=3):
    return RECEIVED(table.bus, ON, m, ring, KEY, jnp.uint32(tick))


def filled_ring(ticks):
    """A ring of the last ticks; the velocity increments tell which it was."""
    ring, _ = bus.fresh(jnp.zeros(1), 8)
    for tick in ticks:
        m = _with(said(), dv=one(0.1 * tick, 0.2 * tick, 0.3 * tick))
        ring = bus.put(ring, jnp.uint32(tick), bus.sent_row(m))
    return ring, m


def _with(m, **values):
    from dataclasses import replace

    return replace(m, **values)


def test_a_late_message_is_that_of_ticks_ago(tables):
    ring, now = filled_ring(range(1, 13))
    late = tables("late_message", "message=imu,delay_s=0.3")
    found = bus_received(late, now, ring, tick=12)
    np.testing.assert_allclose(found.dv[:, 0], [0.9, 1.8, 2.7], rtol=1e-14)
    assert same(found.propellant, now.propellant)


def test_instruments_with_a_latency_are_later_by_whole_ticks(tables):
    late = tables("late_message", "message=radar,delay_s=0.4").bus
    assert [float(x[0]) for x in bus.lateness(late, ON)] == [0.0, 4.0, 0.0, 0.0]
    assert [float(x[0]) for x in bus.lateness(late, NONE)] == [0.0] * 4


def test_lost_messages_and_swapped_channels(tables):
    ring, now = filled_ring(range(1, 5))
    lost = tables("lost_message", "message=imu,lost_ratio=1")
    found = bus_received(lost, now, ring)
    assert np.all(found.dv == 0.0) and np.all(found.dtheta == 0.0)
    lost = tables("lost_message", "message=velocimeter,lost_ratio=1")
    assert np.all(np.isnan(bus_received(lost, now, ring).speed.closing))
    swap = tables("swapped_channels", "channels=laser_radar")
    found = bus_received(swap, now, ring)
    assert (found.laser_range[0], found.radar.range[0]) == (722.0, 731.0)


def test_a_lost_command_holds_the_last(tables):
    from frigoris.messages import Commands

    new = Commands(
        one(0.7), one(0.2), jnp.full((8, 1), 0.4), jnp.full((2, 1), 0.1), one(0.3)
    )
    old = bus.command_row(
        Commands(one(0.1), one(0.0), jnp.zeros((8, 1)), jnp.zeros((2, 1)), one(0.2))
    )
    _, ring = bus.fresh(jnp.zeros(1), 8)
    for ratio, wanted in ((1, 0.1), (0, 0.7)):
        f = tables("lost_message", f"message=commands,lost_ratio={ratio}").bus
        found, row = OBEYED(f, ON, new, ring, old, KEY, jnp.uint32(2))
        assert found.main_duty[0] == wanted and row[0, 0] == wanted


def test_switches_and_orders(tables):
    f = tables("false_contact", "leg=3").discrete
    found = discrete.said(f, ON, said())
    np.testing.assert_array_equal(found.contact[:, 0], [False, False, True, False])
    f = tables("order", "phase_ordered=landed").discrete
    assert discrete.said(f, ON, said()).order[0] == 7.0
    assert np.isnan(discrete.said(f, NONE, said()).order[0])


def a_trigger(quantity, threshold, duration=FOREVER, period=FOREVER, on=FOREVER):
    return trigger.Trigger(
        *(jnp.full((4, 1), float(x)) for x in (quantity, threshold)),
        *(jnp.full((4, 1), float(x)) for x in (duration, period, on)),
    )


def quantities(time=0.0, phase=2.0, openings=0.0):
    return trigger.Quantities(
        one(time), one(900.0), one(950.0), one(phase), one(openings), one(4.0)
    )


def test_a_time_that_has_come_stays_begun_and_ends():
    told = a_trigger(TIME, 10.0, duration=0.5)
    since, there = jnp.full((4, 1), jnp.inf), []
    for tick in range(95, 110):
        now = quantities(time=DT * tick)
        since = trigger.begun(told, since, now)
        there.append(bool(trigger.active(told, since, now.time)[0, 0]))
    assert [95 + k for k, on in enumerate(there) if on] == [100, 101, 102, 103, 104]


def test_a_fault_comes_and_goes():
    told = a_trigger(TIME, 0.0, period=0.5, on=0.2)
    since = jnp.zeros((4, 1))
    there = [bool(trigger.active(told, since, one(DT * k))[0, 0]) for k in range(12)]
    assert [k for k, on in enumerate(there) if on] == [0, 1, 5, 6, 10, 11]


def test_phases_and_counts():
    never = jnp.full((4, 1), jnp.inf)
    told = a_trigger(PHASE, 4.0)
    assert np.isinf(trigger.begun(told, never, quantities(phase=5.0))[0, 0])
    found = trigger.begun(told, never, quantities(time=7.0, phase=4.0))
    assert found[0, 0] == 7.0
    told = a_trigger(OPENINGS, 2.0)
    assert np.isinf(trigger.begun(told, never, quantities(openings=1.0))[0, 0])
    assert trigger.begun(told, never, quantities(time=3.0, openings=2.0))[0, 0] == 3.0
