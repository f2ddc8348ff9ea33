"""Mass, engines and jets from the assembled vehicle, in general position."""

from itertools import pairwise

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from frigoris.lander import engines as eng
from frigoris.lander import thrusters as rcs
from frigoris.lander.mass import mass_properties, tank_masses, total_mass, without
from support.vehicles import MODEL, UNUSABLE, USABLE, USABLE_RCS, engines, jets, tanks

DT = jnp.float64(0.1)
ONE = jnp.float64(1.0)
SHUT, OPEN = jnp.zeros(3), jnp.ones(3)


def cloud(mass: float, tank: int) -> tuple[np.ndarray, np.ndarray]:
    """The liquid of a tank as 40,000 points: masses and places."""
    t = tanks()
    radius, floor = float(t.radius[tank]), np.asarray(t.bottom_B)[:, tank]
    high = mass / (np.pi * radius**2 * float(t.density[tank]))
    k = np.arange(40_000) + 0.5
    r, angle = radius * np.sqrt(k / 40_000), np.pi * (1 + 5**0.5) * k
    z = high * ((k * 0.7548776662) % 1.0)
    places = floor[:, None] + np.stack([r * np.cos(angle), r * np.sin(angle), z])
    return np.full(k.size, mass / k.size), places


@pytest.mark.parametrize("left", [USABLE, 123.0, 0.0])
def test_mass_properties_are_those_of_a_cloud_of_points(left: float) -> None:
    """Oracle: points in the cylinders, summed up by numpy. Measured: 3e-5."""
    told = mass_properties(MODEL, jnp.float64(left), jnp.float64(2.0))
    each = tank_masses(MODEL, jnp.float64(left), jnp.float64(2.0))
    parts = [cloud(float(m), k) for k, m in enumerate(each) if m > 0.0]
    mass = np.concatenate([[361.0], *(m for m, _ in parts)])
    place = np.concatenate(
        [np.array(MODEL.com_dry_B)[:, None], *(p for _, p in parts)], axis=1
    )
    com = place @ mass / mass.sum()
    arm = place - com[:, None]
    inertia = np.diag([150.0, 163.0, 171.0]) + (
        np.sum(mass * np.sum(arm**2, 0)) * np.eye(3) - (mass * arm) @ arm.T
    )
    assert float(told.mass) == pytest.approx(361.0 + left + 2.0 + UNUSABLE, rel=1e-12)
    assert float(told.mass) == pytest.approx(
        float(total_mass(MODEL, jnp.float64(left), jnp.float64(2.0))), rel=1e-12
    )
    np.testing.assert_allclose(told.com_B, com, atol=3e-5)
    np.testing.assert_allclose(told.inertia_B, inertia, atol=2e-2)


def test_full_tanks_hold_their_loads() -> None:
    full = tank_masses(MODEL, MODEL.loaded, jnp.float64(USABLE_RCS))
    np.testing.assert_allclose(full, MODEL.tanks.load)


def test_a_rover_that_leaves_takes_its_part_of_everything() -> None:
    whole = mass_properties(MODEL, ONE, ONE)
    place = jnp.array([0.7, -0.2, 1.4])
    left = without(whole, jnp.float64(5.0), place)
    assert float(left.mass) == pytest.approx(float(whole.mass) - 5.0)
    both = (left.mass * left.com_B + 5.0 * place) / whole.mass
    np.testing.assert_allclose(both, whole.com_B, atol=1e-12)
    a, b = np.array(left.com_B - whole.com_B), np.array(place - whole.com_B)

    def point(m: float, d: np.ndarray) -> np.ndarray:
        return m * (d @ d * np.eye(3) - np.outer(d, d))

    together = np.array(left.inertia_B) + point(float(left.mass), a) + point(5.0, b)
    np.testing.assert_allclose(together, whole.inertia_B, atol=1e-9)


def test_the_wrench_is_the_sum_over_engines() -> None:
    """Oracle: numpy's cross product, engine by engine, thrusts canted."""
    push = np.array([[0.1, -0.2, 0.05], [0.02, 0.1, -0.3], [1.0, 0.9, 0.95]])
    push /= np.linalg.norm(push, axis=0)
    e = engines(direction_B=jnp.asarray(push))
    thrust, com = np.array([390.0, 120.0, 150.0]), np.array([0.013, -0.021, 0.83])
    force, torque = eng.wrench(e, jnp.asarray(thrust), jnp.asarray(com), jnp.zeros(2))
    places = np.asarray(e.position_B)
    expected = sum(
        np.cross(places[:, k] - com, push[:, k] * thrust[k]) for k in range(3)
    )
    np.testing.assert_allclose(force, push @ thrust)
    np.testing.assert_allclose(torque, expected, atol=1e-12)


def test_a_gimbal_turns_the_main_engine_alone() -> None:
    com = jnp.array([0.0, 0.0, 0.8])
    e = engines()
    thrust = jnp.array([400.0, 200.0, 200.0])
    straight, _ = eng.wrench(e, thrust, com, jnp.zeros(2))
    turned, _ = eng.wrench(e, thrust, com, jnp.array([0.05, -0.03]))
    # about +x the thrust goes towards -y, about +y towards +x
    np.testing.assert_allclose(turned - straight, [-0.03 * 400, -0.05 * 400, 0.0])


def thrust_of_ode(
    e: eng.Engines, k: int, start: float, goal: float, wait: float, on: float
) -> tuple[float, float]:
    """Impulse over a tick and thrust at its end, by numerical integration."""

    def rate(s: float, y: np.ndarray) -> list[float]:
        if wait <= s < wait + on:
            return [(goal - y[0]) / float(e.lag[k]), y[0]]
        return [-y[0] / float(e.lag_off[k]), y[0]]

    ends = np.unique(np.clip([0.0, wait, wait + on, 0.1], 0.0, 0.1))
    y = np.array([start, 0.0])
    for a, b in pairwise(ends):
        y = solve_ivp(rate, (a, b - 1e-15), y, rtol=1e-11, atol=1e-9).y[:, -1]
    return float(y[1]), float(y[0])


def test_a_pulse_matches_its_differential_equation() -> None:
    """Valves with delays, on for a third of the tick; delivered impulse to 1e-6."""
    e = engines(
        open_delay=jnp.array([0.004, 0.006, 0.008]),
        close_delay=jnp.array([0.009, 0.005, 0.003]),
    )
    start = jnp.array([0.0, 40.0, 1.0])  # the second is still fading
    f = eng.fire(e, jnp.float64(0.3), jnp.float64(0.37), start, SHUT, ONE, ONE, DT)
    impulse, after = eng.impulse(e, f, DT), eng.thrust_after(e, f, DT)
    for k, duty in enumerate((0.3, 0.37, 0.37)):
        wait = float(e.open_delay[k])
        on = duty * 0.1 + float(e.close_delay[k]) - wait
        told = thrust_of_ode(e, k, float(start[k]), float(e.thrust[k]), wait, on)
        assert float(impulse[k]) == pytest.approx(told[0], rel=1e-6)
        assert float(after[k]) == pytest.approx(told[1], rel=1e-6)


def test_impulse_of_a_train_of_pulses_is_thrust_times_on_time() -> None:
    """Every on-time from 12 to 95 ms; what a tick leaves open the next ones get."""
    e = engines(lag_off=jnp.array([0.15, 0.05, 0.06]))
    for on in (0.012, 0.0177, 0.051, 0.095):
        thrust, total = jnp.zeros(3), 0.0
        for tick in range(40):
            duty = jnp.float64(on / 0.1 if tick < 20 else 0.0)
            f = eng.fire(e, duty, duty, thrust, SHUT, ONE, ONE, DT)
            total = total + eng.impulse(e, f, DT)
            thrust = eng.thrust_after(e, f, DT)
        np.testing.assert_allclose(total, 20 * on * e.thrust, rtol=1e-6)


def test_delays_shift_every_pulse_and_none_counts_twice() -> None:
    """Pulses and burns over several ticks: on-time plus closing less opening delay."""
    e = engines(
        lag_off=engines().lag,
        open_delay=jnp.array([0.004, 0.006, 0.008]),
        close_delay=jnp.array([0.009, 0.005, 0.003]),
    )
    longer = np.asarray(e.close_delay - e.open_delay)
    for duties in ([0.3], [0.3, 0.0, 0.4, 0.5], [1.0, 1.0, 0.37], [1.0, 1.0]):
        thrust, flowing, total = jnp.zeros(3), jnp.zeros(3), 0.0
        for duty in [*duties, *[0.0] * 30]:
            d = jnp.float64(duty)
            f = eng.fire(e, d, d, thrust, flowing, ONE, ONE, DT)
            total = total + eng.impulse(e, f, DT)
            thrust, flowing = eng.thrust_after(e, f, DT), eng.flows_on(f, DT)
        # a burn that goes on over the border of ticks is opened once
        starts = sum(
            a > 0 and b < 1 for a, b in zip(duties, [0.0, *duties], strict=False)
        )
        expected = np.asarray(e.thrust) * (0.1 * sum(duties) + starts * longer)
        np.testing.assert_allclose(total, expected, rtol=1e-6)


def test_throttle_keeps_its_floor_its_gap_and_its_rate() -> None:
    e = engines(
        floor=jnp.array([0.1, 1.0, 1.0]),
        band_low=jnp.array([0.6, 0.0, 0.0]),
        band_high=jnp.array([0.92, 0.0, 0.0]),
        rate=jnp.array([2.0, 1e4, 1e4]),
        isp_loss=jnp.array([0.2, 0.0, 0.0]),
    )
    hot = e.thrust * 0.5

    def goal(level: float, start=hot) -> float:
        f = eng.fire(e, jnp.float64(level), 0.0 * ONE, start, OPEN, ONE, ONE, DT)
        return float(f.goal[0] / e.thrust[0])

    assert goal(0.02, e.thrust * 0.1) == pytest.approx(0.1)
    assert goal(0.7) == pytest.approx(0.6) and goal(0.55) == pytest.approx(0.55)
    assert goal(0.8, e.thrust * 0.92) == pytest.approx(0.92)
    # 2 per second is 0.2 in a tick
    assert goal(1.0) == pytest.approx(0.7) and goal(0.1) == pytest.approx(0.3)
    f = eng.fire(e, jnp.float64(0.5), 0.0 * ONE, hot, OPEN, ONE, ONE, DT)
    assert float(f.flow[0]) == pytest.approx(1.0 / (320.0 * 0.9 * 9.80665))


def test_blow_down_thrust_falls_with_the_pressure_of_its_gas() -> None:
    """Boyle: half of the liquid gone doubles a gas of half its volume."""
    e = engines(ullage=jnp.array([0.5, 0.0, 0.5]))
    f = eng.fire(e, ONE, ONE, e.thrust, OPEN, jnp.float64(0.5), ONE, DT)
    np.testing.assert_allclose(f.goal / e.thrust, [0.5, 1.0, 0.5])


def test_an_engine_fails_shut_and_another_can_not_be_closed() -> None:
    e = engines(
        off_from=jnp.array([10.0, 1e8, 1e8]), on_from=jnp.array([1e8, 20.0, 1e8])
    )
    for time, shut, stuck in (
        (5.0, False, False),
        (15.0, True, False),
        (25.0, True, True),
    ):
        f = eng.fire(e, ONE, 0.0 * ONE, SHUT, SHUT, ONE, jnp.float64(time), DT)
        for got in (eng.impulse(e, f, DT), f.open):
            np.testing.assert_array_equal(got > 0.0, [not shut, stuck, False])


def test_a_tick_burns_no_more_than_there_is() -> None:
    e = engines()
    f = eng.fire(e, ONE, ONE, e.thrust, OPEN, ONE, ONE, DT)
    need = float(jnp.sum(eng.impulse(e, f, DT) * f.flow))
    cut, lasts = eng.limit_to_propellant(e, f, jnp.float64(0.25 * need), DT)
    assert float(lasts) == pytest.approx(0.25, rel=1e-9)
    burned = float(jnp.sum(eng.impulse(e, cut, DT) * cut.flow))
    assert burned == pytest.approx(0.25 * need, rel=1e-9)
    assert float(eng.limit_to_propellant(e, f, jnp.float64(50.0), DT)[1]) == 1.0


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


def test_jets_deliver_with_their_delays_and_failures() -> None:
    j = jets(
        open_delay=jnp.float64(0.003),
        close_delay=jnp.float64(0.005),
        off_from=jets().off_from.at[1].set(10.0),
        on_from=jets().on_from.at[2].set(10.0),
    )
    duty = jnp.array([0.2, 0.2, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0])
    early = rcs.delivered(j, duty, jnp.float64(5.0), DT)
    np.testing.assert_allclose(early[:5], [0.22, 0.22, 0.0, 0.0, 1.0])
    late = rcs.delivered(j, duty, jnp.float64(15.0), DT)
    np.testing.assert_allclose(late[:5], [0.22, 0.0, 1.0, 0.0, 1.0])


def test_the_closed_form_of_the_lag_is_its_integral() -> None:
    e = engines()
    f = eng.fire(e, ONE, ONE, 0.3 * e.thrust, OPEN, ONE, ONE, DT)

    def thrust(s: float, k: int) -> float:
        goal, start = float(f.goal[k]), float(f.start[k])
        return goal + (start - goal) * np.exp(-s / float(e.lag[k]))

    for k in range(3):
        told = quad(thrust, 0.0, 0.1, args=(k,))[0]
        assert float(eng.impulse(e, f, DT)[k]) == pytest.approx(told, rel=1e-9)
