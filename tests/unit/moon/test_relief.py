"""Synthetic relief against the laws that it is made of, counted and measured."""

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.math.scatter import cell_hash, listed, unit
from frigoris.moon import relief
from frigoris.moon.relief import GROUNDS, GYR

PLACES = np.random.default_rng(5).uniform(-40e3, 40e3, (2, 20_000))


def law(diameter: float, age_gyr: float) -> float:
    """Craters of D [m] and more per m^2, written anew from the sources.

    Neukum, Ivanov and Hartmann 2001: polynomial and chronology; Trask: equilibrium.
    """
    a = [-3.0876, -3.557528, 0.781027, 1.021521, -0.156012, -0.444058]
    a += [0.019977, 0.086850, -0.005874, -0.006809, 8.25e-4, 5.54e-5]
    x = np.log10(diameter / 1e3)
    per_gyr = 10.0 ** sum(c * x**k for k, c in enumerate(a))
    age = 5.44e-14 * (np.exp(6.93 * age_gyr) - 1.0) + 8.38e-4 * age_gyr
    produced = per_gyr / 10.0 ** a[0] * age * 1e-6
    return (
        min(produced, 10.0**-1.1 / diameter**2)
        if diameter >= 10.0
        else (10.0**-1.1 / diameter**2)
    )


def test_the_chronology_has_its_published_values() -> None:
    """8.38e-4 craters of 1 km per km^2 and Gyr lately; steep before 3 Gyr."""
    assert relief.chronology(1.0 * GYR) == pytest.approx(8.38e-4, rel=1e-3)
    # Neukum 1983: 3.5 Gyr about 4.8e-3, 4.0 Gyr about 6e-2
    assert relief.chronology(3.5 * GYR) == pytest.approx(4.8e-3, rel=0.02)
    assert relief.chronology(4.0 * GYR) == pytest.approx(6.0e-2, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "age"), [("mare", 3.5), ("highland", 4.0)])
def test_counted_craters_follow_the_law_over_five_decades(
    kind: str, age: float
) -> None:
    """0.5 m to 32 km in sixteen octaves, some thousand of each counted in cells."""
    craters = relief.make_relief(GROUNDS[kind], 0.0).craters
    decades = np.log10(float(craters.cell[-1] * 2.0) / float(craters.cell[0]))
    assert decades > 4.8
    worst = []
    for octave in range(len(craters.cell)):
        least = 0.25 * float(craters.cell[octave])
        expected_per_area = law(least, age) - law(2.0 * least, age)
        # cells for some 4000 of them, at most a million cells
        cell = float(craters.cell[octave])
        side = int(min(np.sqrt(4000.0 / (expected_per_area * cell**2)), 1000.0))
        block = range(-side // 2, side - side // 2)
        x, y, size, _ = listed(craters, octave, 1, (block, block), relief.SLOTS)
        expected = expected_per_area * (side * cell) ** 2
        worst.append((len(size) - expected) / np.sqrt(expected))
        assert size.min() > 0.97 * least  # the fit of sizes ends within 3 %
        assert size.max() < 2.06 * least
        # half-octave: the law inside the octave holds as well
        middle = np.sqrt(2.0) * least
        inner = (law(middle, age) - law(2.0 * least, age)) / expected_per_area
        spread = np.sqrt(inner * (1.0 - inner) / len(size))
        found = float(np.mean(size > middle))
        assert found == pytest.approx(inner, abs=4.0 * spread + 0.01)
        assert abs(np.mean(x)) < 0.1 * side * cell
        assert abs(np.mean(y)) < 0.1 * side * cell
    # counting error; slots make it smaller than that of chance: measured 2.2 at worst
    assert np.abs(worst).max() < 3.5


def test_depths_have_the_median_of_the_catalogue() -> None:
    """0.072 of the diameter, as LU1319381 has it from 1 to 5 km."""
    u = jnp.linspace(0.0, 1.0, 100_001, dtype=jnp.float32)
    depth, rim = relief.crater_shape(u)
    assert float(jnp.median(depth)) == pytest.approx(0.072, rel=0.02)
    assert float(depth[0]) == pytest.approx(0.2, rel=1e-6)  # Pike 1977, fresh
    assert float(rim[0]) == pytest.approx(0.0368, rel=1e-5)  # 0.184 of it


@pytest.mark.parametrize(("depth", "rim"), [(0.2, 0.0368), (0.05, 0.0023)])
def test_a_crater_is_a_bowl_with_a_rim_that_ends(depth: float, rim: float) -> None:
    s = np.array([0.0, 1.0 - 1e-9, 1.0, 2.25, 4.0, 9.0])
    shape = relief.bowl(s, depth, rim, np)
    np.testing.assert_allclose(
        shape, [rim - depth, rim, rim, 0.25 * rim, 0.0, 0.0], atol=1e-8
    )


def test_rocks_cover_what_they_should() -> None:
    """Area of the rocks of 0.1 m and more by the law: k exp(-q D)."""
    for area in (0.01, 0.1):
        d = np.geomspace(0.1, 3.2, 400)
        n = relief.rock_density(d, area)
        middle = 0.5 * (d[1:] + d[:-1])
        covered = float(np.sum(-np.diff(n) * 0.25 * np.pi * middle**2))
        q = 1.79 + 0.152 / area
        expected = area * (np.exp(-q * 0.1) - np.exp(-q * 3.2))
        assert covered == pytest.approx(expected, rel=0.01)
    many = relief.make_relief(relief.Recipe(1, 0.0, 0.0, 1.0, 0.1), 0.0).rocks
    block = range(-150, 150)
    found = sum(
        float(np.sum(0.25 * np.pi * listed(many, k, 1, (block, block), 1)[2] ** 2))
        / (300.0 * float(many.cell[k])) ** 2
        for k in range(len(many.cell))
    )
    q = 1.79 + 1.52
    expected = 0.1 * (np.exp(-q * 0.1) - np.exp(-q * 3.2))
    assert found == pytest.approx(expected, rel=0.04)  # measured 1 %


@pytest.mark.parametrize(
    # Rosenburg et al. 2011; craters alone make the slopes of the mare
    ("kind", "expected", "rms"),
    [("mare", 2.0, 0.0), ("highland", 7.5, 0.37)],
)
def test_slopes_at_17_m_are_those_of_lola(
    kind: str, expected: float, rms: float
) -> None:
    found = relief.roughness(GROUNDS[kind])
    assert found == pytest.approx(rms, abs=0.02)
    slope = relief.slopes(relief.make_relief(GROUNDS[kind], found), 17.0, PLACES)
    # other places than those that it was fitted to: measured 2.16 and 7.49
    assert np.degrees(np.median(slope)) == pytest.approx(expected, abs=0.25)


def test_noise_alone_goes_as_its_hurst_exponent() -> None:
    """Slopes over 4 to 256 m fall as the baseline to the power H - 1."""
    for hurst in (0.5, 0.8):
        recipe = relief.Recipe(1, 0.0, 0.1, hurst, 0.0)
        rough = relief.make_relief(recipe, 0.2)
        scales = np.array([4.0, 16.0, 64.0, 256.0])
        slope = [np.median(relief.slopes(rough, s, PLACES)) for s in scales]
        power = np.polyfit(np.log(scales), np.log(slope), 1)[0]
        # waves end at 16 km, which takes from long baselines: measured 0.001 and 0.026
        assert power == pytest.approx(hurst - 1.0, abs=0.05)


def test_noise_has_the_rms_that_it_is_given() -> None:
    rough = relief.make_relief(relief.Recipe(1, 0.0, 0.1, 0.8, 0.0), 0.5)
    one = relief.part(rough, (1e9, 1e9), (16.0, 17.0))
    assert len(one.noise.rms) == 1
    h = relief.height(one, jnp.asarray(PLACES[0]), jnp.asarray(PLACES[1]))
    assert float(jnp.std(h)) == pytest.approx(0.5, rel=0.02)
    assert float(jnp.mean(h)) == pytest.approx(0.0, abs=0.02)


def test_bits_of_cells_are_even_and_neighbours_know_nothing_of_each_other() -> None:
    i, j = jnp.meshgrid(jnp.arange(-300, 300), jnp.arange(-300, 300))
    u = np.asarray(
        unit(cell_hash(i.astype(jnp.int32), j.astype(jnp.int32), jnp.uint32(7)))
    )
    assert np.mean(u) == pytest.approx(0.5, abs=4.0 * 0.2887 / 600.0)
    counts = np.histogram(u, 64, (0.0, 1.0))[0]
    expected = u.size / 64.0
    chi2 = float(np.sum((counts - expected) ** 2 / expected))
    assert 25.0 < chi2 < 115.0  # 63 degrees of freedom, 1e-5 each way
    for shift in ((0, 1), (1, 0), (1, 1)):
        other = np.roll(u, shift, (0, 1))
        assert abs(np.corrcoef(u.ravel(), other.ravel())[0, 1]) < 0.01


def test_a_part_and_the_rest_make_the_whole() -> None:
    whole = relief.make_relief(GROUNDS["highland"], 0.3)
    x, y = jnp.asarray(PLACES[0, :200]), jnp.asarray(PLACES[1, :200])
    fine = relief.part(whole, (0.0, 64.0), (0.0, 32.0), rocks=True)
    coarse = relief.part(whole, (64.0, 1e9), (32.0, 1e9))
    together = relief.height(fine, x, y) + relief.height(coarse, x, y)
    np.testing.assert_allclose(together, relief.height(whole, x, y), atol=1e-9)
