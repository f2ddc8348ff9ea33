"""The layered ground: rays by brute force, borders, footprints, footing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import RADIUS_MOON
from frigoris.math.ray import LEAST
from frigoris.math.vectors import across
from frigoris.moon import relief
from frigoris.moon.ground import Ground, footing, footprint, height, on_plane, ray
from frigoris.moon.relief import GROUNDS
from frigoris.moon.terrain import FINE_SLOPE, Terrain, load_terrain
from support.brute import LONGEST, first_hits
from support.grounds import ground_of, place_M

PLACE = (-43.3, 348.8)
HEIGHTS = jax.jit(height)


@pytest.fixture(scope="module")
def rugged() -> Terrain:
    """Highland relief on the synthetic Moon: no data file is needed."""
    return load_terrain("embedded", *PLACE, GROUNDS["highland"])


@pytest.fixture(scope="module")
def ground(rugged: Terrain) -> Ground:
    return jax.tree.map(jnp.asarray, rugged.ground)


def at(ground: Ground, x: np.ndarray, y: np.ndarray, fine: float) -> np.ndarray:
    share = jnp.full(np.shape(x), fine)
    return np.asarray(
        HEIGHTS(ground, on_plane(ground, jnp.asarray(x), jnp.asarray(y)), share)
    )


def beams(ground: Ground, count: int) -> tuple[np.ndarray, np.ndarray]:
    """From 1 to 200 m over the ground in all directions, a third of them grazing."""
    rng = np.random.default_rng(3)
    x, y = rng.uniform(-3e3, 3e3, (2, count))
    up = np.array(on_plane(ground, jnp.asarray(x), jnp.asarray(y)))
    up /= np.linalg.norm(up, axis=0)
    over = 10.0 ** rng.uniform(0.0, 2.3, count)
    r_M = up * (RADIUS_MOON + at(ground, x, y, 1.0) + over)
    down = rng.uniform(0.0, 1.0, count)
    down[: count // 3] = rng.uniform(-0.02, 0.1, count // 3)
    azimuth = rng.uniform(0.0, 2.0 * np.pi, count)
    a, b = (np.asarray(v) for v in across(jnp.asarray(up)))
    level = np.cos(azimuth) * a + np.sin(azimuth) * b
    return r_M, np.sqrt(1.0 - down * down) * level - down * up


@pytest.mark.parametrize("count", [1500, pytest.param(10_000, marks=pytest.mark.slow)])
def test_rays_end_where_brute_force_finds_the_ground(
    ground: Ground, count: int
) -> None:
    """Rugged ground with all fine relief, a sample every 5 cm as the oracle."""
    step = 0.05
    r_M, u_M = beams(ground, count)
    one = jnp.ones(count)
    rho, _, hit = jax.jit(ray)(
        ground, jnp.asarray(r_M), jnp.asarray(u_M), one, one > 0.0
    )
    found = np.where(np.asarray(hit), np.asarray(rho), np.inf)
    oracle = first_hits(ground, r_M, u_M, float(ground.steepness.highest), step)
    ends = oracle < LONGEST
    assert ends.sum() > 0.7 * count
    # no miss: the oracle is never in front; measured 6 mm at most
    assert (found[ends] - oracle[ends]).max() < 0.05
    # where ours is in front by more than its step the oracle stepped over an edge:
    # the ground really is there, 30 of 10 000
    ahead = np.flatnonzero((found < oracle - step - 1e-3) & (found < LONGEST))
    assert len(ahead) < 0.01 * count
    for k in ahead:
        s = jnp.asarray(found[k] + np.arange(-LEAST, LEAST, 1e-3))
        p = jnp.asarray(r_M[:, k, None]) + s * jnp.asarray(u_M[:, k, None])
        clear = jnp.linalg.norm(p, axis=0) - RADIUS_MOON
        clear = clear - HEIGHTS(ground, p, jnp.ones_like(s))
        assert float(clear.min()) <= 0.0


def test_a_ray_depends_on_nothing_but_itself(ground: Ground) -> None:
    """The same rays alone and in another order end at the same places."""
    r_M, u_M = beams(ground, 64)
    one = jnp.ones(64)
    together = jax.jit(ray)(ground, jnp.asarray(r_M), jnp.asarray(u_M), one, one > 0)[0]
    turned = jax.jit(ray)(
        ground, jnp.asarray(r_M[:, ::-1]), jnp.asarray(u_M[:, ::-1]), one, one > 0
    )[0]
    np.testing.assert_array_equal(together, turned[::-1])


def border(ground: Ground, edge: float, d: float) -> np.ndarray:
    """Heights `d` outside of the square of half side `edge`, on all four sides."""
    s = np.random.default_rng(0).uniform(-edge, edge, 4000)
    far = np.full_like(s, edge + d)
    sides = ((far, s), (-far, s), (s, far), (s, -far))
    return np.concatenate([at(ground, x, y, 0.0) for x, y in sides])


@pytest.mark.parametrize("edge", [8e3, 64e3])
def test_heights_are_continuous_over_the_borders_of_sheets(
    ground: Ground, edge: float
) -> None:
    jump = border(ground, edge, 1e-3) - border(ground, edge, -1e-3)
    # single precision of the tables and 2 mm of slope: measured 0.6 mm
    assert np.abs(jump).max() < 2e-3


def test_slopes_change_at_a_border_no_more_than_within_a_sheet(ground: Ground) -> None:
    """A grid with straight lines has a kink at each node; a border adds none."""

    def kinks(edge: float) -> np.ndarray:
        inner, middle, outer = (border(ground, edge, d) for d in (-10.0, 0.0, 10.0))
        return (outer - 2.0 * middle + inner) / 10.0

    at_border, within = kinks(8e3), kinks(8e3 + 10 * 125.0)
    # measured 0.035 and 0.044 rms
    assert np.std(at_border) < 1.5 * np.std(within)


def test_fine_relief_fades_in_without_a_step(ground: Ground) -> None:
    x, y = np.random.default_rng(1).uniform(-3e3, 3e3, (2, 500))
    none, some, whole = (at(ground, x, y, share) for share in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(some, 0.5 * (none + whole), atol=1e-9)
    assert 0.05 < np.std(whole - none) < 3.0


def test_the_ground_is_below_the_bounds_that_rays_trust(ground: Ground) -> None:
    rng = np.random.default_rng(2)
    x, y = rng.uniform(-6e3, 6e3, (2, 300_000))
    turn = rng.uniform(0.0, 2.0 * np.pi, x.size)
    limits = ground.steepness
    for fine, slope in ((0.0, limits.slope), (1.0, limits.detail_slope)):
        here = at(ground, x, y, fine)
        for d in (0.03, 0.3):
            there = at(ground, x + d * np.cos(turn), y + d * np.sin(turn), fine)
            # measured 1.5 of 1.57 and 2.3 of 3.0
            assert np.abs(there - here).max() / d < float(slope)
        assert here.max() < float(limits.highest)
    above = at(ground, x, y, 1.0) - at(ground, x, y, 0.0)
    assert above.max() < float(limits.detail)  # measured 3.9 of 8.9
    assert float(limits.detail_slope) == FINE_SLOPE


def test_the_same_recipe_is_the_same_ground_and_another_seed_is_not() -> None:
    import dataclasses

    x, y = np.random.default_rng(4).uniform(-2e3, 2e3, (2, 200))
    mare = GROUNDS["mare"]
    first, again, other = (
        at(
            jax.tree.map(
                jnp.asarray, load_terrain("embedded", 60.0, -4.0, recipe).ground
            ),
            x,
            y,
            1.0,
        )
        for recipe in (mare, mare, dataclasses.replace(mare, seed=2))
    )
    np.testing.assert_array_equal(first, again)
    assert np.std(first - other) > 1.0


def test_a_footprint_on_level_ground_has_the_closed_form() -> None:
    """Nadir from 1 km: nearest below, mean as over an evenly lit cone."""
    flat = ground_of(lambda x, y: 0.0 * x)
    r_M = jnp.asarray(place_M((60.0, -5.0), 0.0, 0.0, 1000.0))
    down = -r_M / jnp.linalg.norm(r_M)
    half = 0.05
    none = jnp.float64(0.0)
    first, mean, hit = footprint(
        flat, r_M, down, jnp.float64(half), none, jnp.asarray(True)
    )
    assert bool(hit)
    assert float(first) == pytest.approx(1000.0, abs=1e-3)
    # mean of h / cos(t) over rings at half and whole angle: 6 and 12 rays, 1 within
    rays = [1.0, *[1.0 / np.cos(half / 2)] * 6, *[1.0 / np.cos(half)] * 12]
    assert float(mean) == pytest.approx(1000.0 * np.mean(rays), abs=2e-3)


def test_a_footprint_over_a_rim_sees_the_rim_first() -> None:
    rim = ground_of(lambda x, y: np.where(x > 20.0, 30.0, 0.0), step=1.0, half=500.0)
    r_M = jnp.asarray(place_M((60.0, -5.0), 0.0, 0.0, 500.0))
    down = -r_M / jnp.linalg.norm(r_M)
    first, mean, _ = footprint(
        rim, r_M, down, jnp.float64(0.1), jnp.float64(0.0), jnp.asarray(True)
    )
    assert 468.0 < float(first) < 474.0  # 470 m away and 25 to 50 m aside
    assert 485.0 < float(mean) < 500.0


@pytest.mark.parametrize(("a", "b"), [(0.0, 0.0), (0.1, 0.0), (-0.2, 0.15)])
def test_footing_on_a_plane_is_its_slope_and_has_no_roughness(
    a: float, b: float
) -> None:
    tilted = ground_of(lambda x, y: a * x + b * y, step=1.0, half=500.0)
    r_M = jnp.asarray(place_M((60.0, -5.0), 0.0, 0.0, 0.0))
    slope, rough = footing(tilted, r_M, 5.0)
    assert float(slope) == pytest.approx(np.arctan(np.hypot(a, b)), abs=2e-4)
    assert float(rough) < 2e-3  # single precision, and the sphere under 5 m


def test_a_bump_under_a_lander_is_roughness_and_no_slope() -> None:
    bump = ground_of(
        lambda x, y: np.maximum(0.5 - 0.5 * (x * x + y * y), 0.0), step=0.05, half=5.0
    )
    r_M = jnp.asarray(place_M((60.0, -5.0), 0.0, 0.0, 0.0))
    slope, rough = footing(bump, r_M, 4.0)
    assert float(slope) < 1e-3
    # the middle stands 0.5 m over the rest, less its mean over 61 spots
    assert 0.4 < float(rough) < 0.5


def test_relief_has_no_mean_and_the_map_keeps_its_level(ground: Ground) -> None:
    x, y = np.random.default_rng(5).uniform(-6e3, 6e3, (2, 200_000))
    fine = at(ground, x, y, 1.0) - at(ground, x, y, 0.0)
    assert abs(float(np.mean(fine))) < 0.02  # rocks alone raise it: measured 1 mm
    whole = relief.make_relief(GROUNDS["mare"], 0.0)
    assert float(np.abs(whole.craters.mean).max()) > 0.0
