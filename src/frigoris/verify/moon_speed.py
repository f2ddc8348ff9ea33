"""Speed figures of the Moon's queries, 64 cases side by side as a flight has them."""

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from frigoris.constants import RADIUS_MOON
from frigoris.math.harmonics import accel
from frigoris.math.vectors import norm
from frigoris.moon.data import find
from frigoris.moon.gravity import gravity
from frigoris.moon.ground import Ground, height, on_plane, ray
from frigoris.moon.relief import GROUNDS
from frigoris.moon.terrain import load_terrain

WIDTH = 64
ROUNDS = 5
PLACE = (60.4538, -4.6038)
DEGREES = (0, 2, 4, 8, 12, 20, 40, 60, 80)
EMBEDDED = 4  # degrees beyond need LP165P

Query = Callable[[jax.Array], jax.Array]


def moon() -> None:
    """Print nanoseconds of heights, rays and gravity, and seconds of a site."""
    for line in (*sites(), *queries(), *fields()):
        print(line)


def nanoseconds(query: Query, r_M: np.ndarray, calls: int) -> float:
    """Best time of one query at places that move by a metre from call to call."""
    drift = jnp.asarray(np.cross(r_M[:, 0], r_M[:, 0] + [1.0, 2.0, 3.0]))
    drift = (drift / norm(drift))[:, None]

    @jax.jit
    def many(start: jax.Array) -> jax.Array:
        def one(total: jax.Array, k: jax.Array) -> tuple[jax.Array, None]:
            return total + query(start + k * drift), None

        zero = jnp.zeros(start.shape[1])
        return lax.scan(one, zero, jnp.arange(calls, dtype=start.dtype))[0]

    start = jnp.asarray(r_M)
    many(start).block_until_ready()
    walls = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        many(start).block_until_ready()
        walls.append(time.perf_counter() - began)
    return float(1e9 * min(walls) / (calls * r_M.shape[1]))


def places(ground: Ground, reach: float, clearance: float) -> np.ndarray:
    """Places over the ground within `reach` [m], so much above it [m]."""
    x, y = np.random.default_rng(0).uniform(-reach, reach, (2, WIDTH))
    r_M = on_plane(ground, jnp.asarray(x), jnp.asarray(y))
    up = np.asarray(r_M / norm(r_M))
    level = np.asarray(height(ground, r_M, jnp.zeros(WIDTH)))
    return np.asarray(up * (RADIUS_MOON + level + clearance))


def queries() -> list[str]:
    """Heights and rays, with and without fine relief."""
    ground: Ground = jax.tree.map(
        jnp.asarray, load_terrain("auto", *PLACE, GROUNDS["mare"]).ground
    )
    all_of, none = jnp.ones(WIDTH), jnp.zeros(WIDTH)
    rows = []

    def height_of(fine: jax.Array) -> Query:
        return partial(height, ground, fine=fine)

    for name, reach, fine, calls in (
        ("on the sheets", 6e3, none, 4000),
        ("on the maps", 600e3, none, 4000),
        ("with fine relief", 300.0, all_of, 400),
    ):
        spent = nanoseconds(height_of(fine), places(ground, reach, 1e3), calls)
        rows.append(f"height {name:18s} {spent:8.1f} ns")

    def range_of(fine: jax.Array, cosine: float) -> Query:
        def query(r_M: jax.Array) -> jax.Array:
            up = r_M / norm(r_M)
            side = jnp.stack([-up[1], up[0], 0.0 * up[0]]) / jnp.hypot(up[0], up[1])
            u_M = -cosine * up + (1.0 - cosine**2) ** 0.5 * side
            return ray(ground, r_M, u_M, fine, fine >= 0.0)[0]

        return query

    for name, cosine, clearance, fine, calls in (
        ("nadir from 3 km", 1.0, 3e3, none, 400),
        ("45 deg from 3 km", 0.70710678, 3e3, none, 400),
        ("75 deg from 3 km", 0.25881905, 3e3, none, 200),
        ("nadir, fine, 20 m", 1.0, 20.0, all_of, 40),
        ("45 deg, fine, 20 m", 0.70710678, 20.0, all_of, 40),
    ):
        where = places(ground, 300.0, clearance)
        spent = nanoseconds(range_of(fine, cosine), where, calls)
        rows.append(f"ray {name:21s} {spent:8.1f} ns")
    return rows


def fields() -> list[str]:
    """Acceleration by degree."""
    rows, found = [], find("lp165p")
    ground: Any = load_terrain("embedded", *PLACE).ground
    where = places(jax.tree.map(jnp.asarray, ground), 6e3, 15e3)
    for degree in DEGREES:
        if degree > EMBEDDED and found is None:
            rows.append(f"gravity of degree {degree:3d}: LP165P was not found")
            continue
        field = jax.tree.map(
            lambda x: jnp.asarray(x, jnp.float64), gravity(degree).harmonics
        )

        def query(r_P: jax.Array, field: Any = field) -> jax.Array:
            return norm(accel(field, r_P))

        spent = nanoseconds(query, where, 4000 if degree <= 12 else 100)
        rows.append(f"gravity of degree {degree:3d}   {spent:8.1f} ns")
    return rows


def sites() -> list[str]:
    """Seconds to build a site, from nothing and from a cache of its own."""
    rows = []
    # data are still found where FRIGORIS_DATA says, not in the cache of this user
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, XDG_CACHE_HOME=folder),
    ):
        for words in ("from nothing", "from the cache"):
            began = time.perf_counter()
            name = load_terrain("auto", *PLACE, GROUNDS["highland"]).name
            spent = time.perf_counter() - began
            rows.append(f"site {words:20s} {spent:8.2f} s ({name})")
    return rows
