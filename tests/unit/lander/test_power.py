"""Battery, bus and brown-out."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.lander.power import Power, bus_voltage, drain, endurance

POWER = Power(
    *(
        jnp.float64(x)
        for x in (
            *(3.6e6, 3.0e6, 33.0, 24.0, 0.05),
            *(0.0, 180.0, 40.0, 30.0, 10.0, 22.0, 24.0),
        )
    )
)
ON, NONE = jnp.float64(1.0), jnp.float64(0.0)


def test_the_bus_solves_its_circuit() -> None:
    """U - I R = V and V I = P."""
    volts = float(bus_voltage(POWER, POWER.charge, jnp.float64(600.0)))
    source = 24.0 + 9.0 * 3.0 / 3.6
    assert volts == pytest.approx(source - 600.0 / volts * 0.05, rel=1e-12)


def test_energy_taken_is_load_and_loss() -> None:
    left, volts, runs = drain(POWER, POWER.charge, ON, 2.0 * ON, 3.0 * ON, ON)
    load = 180.0 + 40.0 + 2 * 30.0 + 3 * 10.0
    current = load / float(volts)
    taken = float(POWER.charge - left)
    assert taken == pytest.approx(load + current**2 * 0.05, rel=1e-9)
    assert bool(runs)


def test_a_brown_out_sheds_load_and_recovers_higher_than_it_fell() -> None:
    """A weak battery: the radio's and valves' load pulls the bus below 22 V."""
    weak = dataclasses.replace(POWER, resistance=jnp.float64(0.45))
    low = jnp.float64(0.9e6)
    _, volts, runs = drain(weak, low, ON, ON, ON, ON)
    assert float(volts) < 22.0 and not bool(runs)
    _, volts, runs = drain(weak, low, NONE, ON, ON, ON)
    assert 22.0 < float(volts) < 24.0 and not bool(runs)
    _, volts, runs = drain(weak, weak.capacity, NONE, ON, ON, ON)
    assert float(volts) > 24.0 and bool(runs)


def test_what_the_battery_can_not_give_is_no_voltage() -> None:
    most = float(POWER.volts_full) ** 2 / (4 * 0.05)
    assert float(bus_voltage(POWER, POWER.capacity, jnp.float64(1.01 * most))) == 0.0
    assert float(bus_voltage(POWER, NONE, ON)) == 0.0


def test_endurance_is_what_draining_it_takes() -> None:
    """Oracle: the same battery emptied second by second."""
    energy, t = POWER.charge, 0
    load = 220.0
    e = float(energy)
    while e > 0.0:
        u = 24.0 + 9.0 * e / 3.6e6
        v = 0.5 * (u + np.sqrt(u * u - 4 * 0.05 * load))
        e -= u * load / v * 10.0
        t += 10
    assert float(endurance(POWER, energy)) == pytest.approx(t, rel=2e-3)
