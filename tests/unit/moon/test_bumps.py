"""Bumps of the ground: heights at places that can be told by hand, bounds of slopes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.moon import bumps
from frigoris.moon.bumps import Bumps


def one(**shape):
    """A bump 30 m east and 20 m south of the target, 12 m in radius."""
    told = dict(east=30.0, north=-20.0, radius=12.0, dome=0.0, rim=0.0, step=0.0)
    told |= {"heading": 0.0, **shape}
    return Bumps(**{k: jnp.array([v]) for k, v in told.items()})


def at(shape, east, north):
    return float(bumps.height(shape, jnp.float64(30.0 + east), jnp.float64(north - 20)))


def test_a_boulder_is_highest_in_its_middle_and_ends_at_its_foot():
    rock = one(dome=3.0)
    assert at(rock, 0.0, 0.0) == 3.0
    assert at(rock, 12.0, 0.0) == 0.0 == at(rock, 9.0, -9.0)
    # half-way out: (1 - 1/4)^2
    assert at(rock, 0.0, 6.0) == pytest.approx(3.0 * 0.5625)


def test_a_crater_has_its_floor_below_and_its_rim_above():
    hole = one(dome=-2.0, rim=0.5)
    assert at(hole, 0.0, 0.0) == -2.0
    assert at(hole, 0.0, 12.0) == pytest.approx(0.5)
    assert at(hole, 18.1, 0.0) == 0.0


def test_a_step_rises_into_its_heading():
    step = one(step=40.0, heading=np.radians(90.0))
    assert at(step, 13.0, 500.0) == 40.0 and at(step, -13.0, -500.0) == 0.0
    assert at(step, 0.0, 77.0) == pytest.approx(20.0)


def test_no_slope_is_steeper_than_the_bound_and_no_place_higher():
    shape = one(dome=-4.0, rim=2.0, step=5.0, heading=0.7)
    places = np.random.default_rng(3).uniform(-25.0, 25.0, (4000, 2))
    x, y = jnp.asarray(30.0 + places[:, 0]), jnp.asarray(places[:, 1] - 20.0)
    dx, dy = jax.vmap(jax.grad(lambda a, b: bumps.height(shape, a, b), (0, 1)))(x, y)
    steepest = float(bumps.steepest(shape))
    measured = float(jnp.max(jnp.hypot(dx, dy)))
    assert 0.5 * steepest < measured <= steepest
    assert float(jnp.max(bumps.height(shape, x, y))) <= float(bumps.highest(shape))
