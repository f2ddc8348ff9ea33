"""The tick of the control loops, linearised: differences, closed forms, signs."""

import dataclasses
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from analytic.test_slosh import PAPER, with_tank
from frigoris.lander.mass import total_mass
from frigoris.lander.rigid_body import Vehicle
from frigoris.math.tree import replace_at
from frigoris.verify.linear import (
    Sampled,
    growth,
    margins,
    opened,
    poles,
    response,
)
from frigoris.verify.loops import LOOPS, Point, linearised, steady, tick
from support.loop_points import point
from support.vehicles import engines, jets
from unit.onboard.test_shaping import LAW as HERTZ
from unit.onboard.test_shaping import analogue, shape

EVERY = range(len(LOOPS))
LAW = "schedule"


@cache
def near_the_ground() -> tuple[Point, Sampled]:
    here = point()
    return here, linearised(here, LAW)


@pytest.mark.slow
def test_autodiff_matches_central_differences() -> None:
    here, system = near_the_ground()
    at, loop, given = steady(here, LAW)
    flat, unravel = ravel_pytree(loop)

    @jax.jit
    def run(x: jax.Array, p: jax.Array) -> jax.Array:
        after, asked = tick(at, LAW, unravel(x), p)
        return jnp.concatenate([ravel_pytree(after)[0], asked])

    def slope(x: jax.Array, k: int, step: float, first: bool) -> np.ndarray:
        move = jnp.zeros_like(x).at[k].set(step)
        both = [
            (x + s * move, given) if first else (flat, x + s * move) for s in (1, -1)
        ]
        high, low = (run(*pair) for pair in both)
        return np.asarray((high - low) / (2.0 * step))

    # positions of 1.7e6 m need steps that survive their rounding
    size = np.maximum(1e-6 * np.abs(np.asarray(flat)), 3e-6)
    states = [slope(flat, k, size[k], True) for k in range(len(flat))]
    inputs = [slope(given, k, 1e-5, False) for k in range(len(given))]
    top = np.concatenate([system.a, system.c])
    beside = np.concatenate([system.b, system.d])
    # measured 1.2e-5 of the scale of a row
    scale = 1.0 + np.max(np.abs(np.hstack([top, beside])), axis=1, keepdims=True)
    assert np.max(np.abs(np.array(states).T - top) / scale) < 2e-4
    # each row by its own size: a torque moves a rate by a thousandth only
    own = 1e-9 + np.max(np.abs(beside), axis=1, keepdims=True)
    assert np.max(np.abs(np.array(inputs).T - beside) / own) < 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(("a", "h", "force", "hertz"), [row[:4] for row in PAPER])
def test_slosh_pole_is_at_the_frequency_of_the_table(
    a: float, h: float, force: float, hertz: float
) -> None:
    """A vehicle so heavy that the liquid does not move it."""
    here = point(phase="braking", force=force)
    model = with_tank(a, h, 1e6)
    thrust = force * float(total_mass(model, model.loaded, model.loaded_rcs))
    vehicle = Vehicle(
        mass=model,
        engines=engines(thrust=jnp.array([thrust, 1.0, 1.0])),
        thrusters=jets(),
    )
    load = replace_at(
        lambda c: (c.vehicle.main_thrust, c.vehicle.main_floor),
        here.load,
        (jnp.float64(thrust), jnp.float64(1.0)),
    )
    motion = dataclasses.replace(
        here.motion,
        propellant=model.loaded,
        rcs_propellant=model.loaded_rcs,
        slosh=jnp.zeros((2, 1)),
        slosh_rate=jnp.zeros((2, 1)),
    )
    heavy = here._replace(
        vehicle=vehicle, load=load, motion=motion, flowing=jnp.ones(3)
    )
    system = linearised(heavy, "predictive")
    omega, _ = poles(system.a, system.dt)
    found = omega / (2.0 * np.pi)
    nearest = found[np.argmin(np.abs(found - hertz))]
    # measured 4e-5, 2e-6 and 8e-5: the tick of RK4
    assert nearest == pytest.approx(hertz, rel=5e-3)


@pytest.mark.parametrize("loop", LOOPS)
def test_each_loop_closes_with_its_sign(loop: str) -> None:
    _, system = near_the_ground()
    alone = opened(system, LOOPS.index(loop), EVERY)
    assert growth(alone) < 0.0
    assert growth(alone, -1.0) > 0.0


def test_a_rate_loop_crosses_where_its_gain_says() -> None:
    """Far above slosh and trim the loop about +z is an integrator of 2 zeta wn."""
    _, system = near_the_ground()
    control = near_the_ground()[0].load.control
    found = margins(opened(system, LOOPS.index("z"), EVERY))
    rate = 2.0 * float(control.damping) * float(control.bandwidth)
    slow = 0.5 * float(control.bandwidth) / float(control.damping)
    # |rate / s (1 + slow / s)| = 1, without ticks
    omega = rate * np.sqrt(0.5 + np.sqrt(0.25 + (slow / rate) ** 2))
    # measured 1.0 %: the liquid and the trim
    assert found.crossover == pytest.approx(omega, rel=0.03)
    # a tick of hold and one of rate measured over it, less what the trim turns
    late = np.pi / 2.0 - np.arctan(slow / omega) - 0.1 * omega
    assert found.phase == pytest.approx(late, abs=0.15)  # measured 0.07 rad


@pytest.mark.slow
def test_a_filter_is_in_the_loop() -> None:
    here, system = near_the_ground()
    load = dataclasses.replace(
        here.load, control=dataclasses.replace(here.load.control, filter=shape("notch"))
    )
    with_notch = linearised(here._replace(load=load), LAW)
    assert len(with_notch.a) == len(system.a) + 6
    omega = np.array([0.5, 1.9])
    z = LOOPS.index("z")
    plain, shaped = (response(opened(s, z, []), omega) for s in (system, with_notch))
    exact = [analogue("notch", w, 2.0 * np.pi * HERTZ[0]) for w in omega]
    # measured 5e-15: cut at the torque, a filter only multiplies
    np.testing.assert_allclose(shaped / plain, exact, rtol=1e-8)
