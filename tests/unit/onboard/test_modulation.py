"""Pulses: closed forms of the modulator, and what jets are asked for."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jaxtyping import Array

from frigoris.lander import thrusters as rcs
from frigoris.mission.build_vehicle import allocation, opposites
from frigoris.onboard.modulation import (
    Modulation,
    Pwpf,
    jet_pulses,
    pwpf,
    unopposed,
)

SETTINGS = Pwpf(*(jnp.float64(x) for x in (4.5, 0.15, 0.45, 0.15, 1.0)))
# level: on-time, off-time [ms] of reference/algorithms.md, section 6
PAPER = [(0.2, 11.544, 76.624), (0.5, 17.667, 23.123), (0.8, 37.697, 13.646)]
OFF = Modulation(jnp.zeros(1), jnp.zeros(1) > 1.0)


@jax.jit
def step(level: Array, memory: Modulation, tick: Array) -> tuple[Array, Modulation]:
    """One jet."""
    return pwpf(SETTINGS, level[None], memory, tick)


def fired(level: float, seconds: float, tick: float) -> float:
    """On-time from rest [s]."""
    memory, total = OFF, 0.0
    for _ in range(round(seconds / tick)):
        on, memory = step(jnp.float64(level), memory, jnp.float64(tick))
        total += float(on[0])
    return total


@pytest.mark.parametrize(("level", "on_ms", "off_ms"), PAPER)
@pytest.mark.parametrize("tick", [0.1, 0.013])
def test_the_duty_of_a_constant_level(
    level: float, on_ms: float, off_ms: float, tick: float
) -> None:
    """Over a minute, in ticks that fit no period. Measured: within 0.02 %."""
    duty = on_ms / (on_ms + off_ms)
    assert fired(level, 60.0, tick) / 60.0 == pytest.approx(duty, rel=2e-3)


@pytest.mark.parametrize(("level", "on_ms", "off_ms"), PAPER)
def test_single_switches_are_exact(level: float, on_ms: float, off_ms: float) -> None:
    """One pulse and one pause, begun where the filter stands at their edges."""
    rises = Modulation(SETTINGS.on[None], jnp.array([True]))
    on, after = step(jnp.float64(level), rises, jnp.float64(1e-3 * (on_ms + 1.0)))
    assert 1e3 * float(on[0]) == pytest.approx(on_ms, abs=1e-3)
    assert not bool(after.firing[0])
    falls = Modulation(SETTINGS.off[None], jnp.array([False]))
    on, after = step(jnp.float64(level), falls, jnp.float64(1e-3 * (off_ms + 1.0)))
    assert 1e3 * float(on[0]) == pytest.approx(1.0, abs=1e-3)
    assert bool(after.firing[0])


def test_below_the_dead_band_nothing_fires_and_above_saturation_all_the_time() -> None:
    assert fired(0.099, 20.0, 0.1) == 0.0
    late = fired(1.04, 40.0, 0.1) - fired(1.04, 20.0, 0.1)
    assert late == pytest.approx(20.0, abs=1e-9)


def test_jets_of_other_levels_and_memories_do_not_touch_each_other() -> None:
    levels = jnp.array([0.2, 0.5, 0.0])
    memory = Modulation(jnp.zeros(3), jnp.zeros(3) > 1.0)
    together, _ = pwpf(SETTINGS, levels, memory, jnp.float64(0.1))
    alone = [fired(float(level), 0.1, 0.1) for level in levels]
    np.testing.assert_allclose(together, alone, atol=1e-15)


def corner_torques() -> np.ndarray:
    position, push = rcs.corner_layout(1.0, 0.85)
    com = np.array([0.003, -0.002, 0.8])
    return np.cross((position - com[:, None]).T, push.T).T * 10.0


def some_jets(count: int, seed: int) -> np.ndarray:
    """Torques of jets anywhere that together can turn every way."""
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 8.0, (3, count))


@given(
    torque=st.tuples(*[st.floats(-5.0, 5.0)] * 3),
    layout=st.sampled_from(["corners", "twelve", "sixteen"]),
)
def test_jets_give_the_torque_that_was_asked_for(
    torque: tuple[float, float, float], layout: str
) -> None:
    """Non-negative duties of any set of jets sum up to it, opposites never both."""
    torques = {
        "corners": corner_torques(),
        "twelve": some_jets(12, 3),
        "sixteen": some_jets(16, 4),
    }[layout]
    table, pairs = allocation(torques), opposites(torques)
    ways = np.stack([np.maximum(torque, 0), np.maximum(-np.array(torque), 0)], axis=1)
    duty = table @ ways.reshape(-1)
    assert np.all(table >= 0.0)
    np.testing.assert_allclose(torques @ duty, torque, atol=1e-6)
    time = np.asarray(
        unopposed(jnp.asarray(duty), jnp.asarray(pairs), jnp.float64(1e9))
    )
    np.testing.assert_allclose(torques @ time, torque, atol=1e-6)
    for row in pairs:
        assert np.min(time[row > 0]) < 1e-9


def test_pairs_are_found_and_only_they() -> None:
    assert opposites(corner_torques()).shape == (4, 8)
    assert opposites(some_jets(12, 3)).shape == (0, 12)


def test_a_pulse_below_the_shortest_is_made_of_two_or_dropped() -> None:
    pairs = jnp.array([[1.0, 1.0, 0.0]])
    wanted = jnp.array([0.003, 0.0, 0.004])
    least, dt = jnp.float64(0.01), jnp.float64(0.1)
    fine = jet_pulses(wanted, pairs, least, dt, jnp.bool_(True))
    np.testing.assert_allclose(fine, [0.013, 0.01, 0.0], atol=1e-12)
    coarse = jet_pulses(wanted, pairs, least, dt, jnp.bool_(False))
    np.testing.assert_allclose(coarse, 0.0)
