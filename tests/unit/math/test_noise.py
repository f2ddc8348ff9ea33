"""The generator against its published vectors, the normal numbers against theory."""

from itertools import combinations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from frigoris.math.noise import _normal, normals, threefry2x32

# (counter, key, result): Random123 1.09, tests/kat_vectors, threefry2x32 20
VECTORS = [
    ("00000000 00000000", "00000000 00000000", "6b200159 99ba4efe"),
    ("ffffffff ffffffff", "ffffffff ffffffff", "1cb996fc bb002be7"),
    ("243f6a88 85a308d3", "13198a2e 03707344", "c4923a9c 483df7a0"),
]
COUNT, CASES, TICKS = 5, 300, 400


def words(text):
    return jnp.array([int(w, 16) for w in text.split()], jnp.uint32)


@pytest.mark.parametrize(("counter", "key", "expected"), VECTORS)
def test_threefry_matches_the_published_vectors(counter, key, expected):
    got = threefry2x32(words(key), *words(counter))
    np.testing.assert_array_equal(jnp.stack(got), words(expected))


@pytest.fixture(scope="module")
def keys():
    rng = np.random.default_rng(20250605)
    return jnp.asarray(rng.integers(0, 2**32, (2, CASES), dtype=np.uint32))


@pytest.fixture(scope="module")
def numbers(keys):
    """`[TICKS, COUNT, CASES]`, as a flight draws them."""

    @jax.jit
    def draw(keys):
        ticks = jnp.arange(TICKS, dtype=jnp.uint32)
        return jax.lax.map(lambda tick: normals(keys, tick, COUNT), ticks)

    return np.asarray(draw(keys))


def test_moments_and_tails_are_those_of_the_normal_distribution(numbers):
    x = numbers.ravel()
    n = x.size  # 600 000; the bounds are four standard errors of each statistic
    assert abs(x.mean()) < 4 / np.sqrt(n)  # measured 0.0007, bound 0.0052
    assert abs(x.var() - 1) < 4 * np.sqrt(2 / n)  # measured 0.0026, bound 0.0073
    assert abs(stats.skew(x)) < 4 * np.sqrt(6 / n)  # measured 0.0009, bound 0.013
    assert abs(stats.kurtosis(x)) < 4 * np.sqrt(24 / n)  # measured 0.0025, bound 0.025
    for sigma in (1.0, 2.0, 3.0, 4.0):
        p = 2 * stats.norm.sf(sigma)
        outside = (np.abs(x) > sigma).mean()  # measured at most 2.0 standard errors
        assert abs(outside - p) < 4 * np.sqrt(p * (1 - p) / n)


def test_distribution_matches_scipy(numbers):
    # measured p = 0.92
    assert stats.kstest(numbers.ravel(), "norm").pvalue > 1e-3


def test_neighbours_are_independent(numbers):
    """Cases, ticks and rows: a reused counter would give a correlation of one."""
    t, c = numbers, numbers.transpose(1, 0, 2)
    pairs = {
        "ticks": (t[1:], t[:-1]),
        "cases": (t[..., 1:], t[..., :-1]),
    }
    for i, j in combinations(range(COUNT), 2):
        pairs[f"rows {i}, {j}"] = (c[i], c[j])
    for name, (a, b) in pairs.items():
        limit = 4.5 / np.sqrt(a.size)  # standard errors; measured at most 1.6
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < limit, name


def test_a_case_alone_has_the_same_numbers_as_in_a_batch(keys):
    tick = jnp.uint32(123_457)
    together = normals(keys, tick, COUNT)
    for i in (0, 17, CASES - 1):
        np.testing.assert_array_equal(normals(keys[:, i], tick, COUNT), together[:, i])
    compiled = jax.jit(lambda k, t: normals(k, t, COUNT))(keys, tick)
    np.testing.assert_array_equal(compiled, together)


@pytest.mark.parametrize("count", [1, 2, 4, 7, 8])
def test_another_row_changes_none_of_the_others(keys, count):
    """A further instrument must not move the noise of those before it."""
    tick = jnp.uint32(77)
    rows, few = normals(keys, tick, count), min(count, COUNT)
    assert rows.shape == (count, CASES)
    np.testing.assert_array_equal(rows[:few], normals(keys, tick, COUNT)[:few])


def test_every_argument_changes_the_numbers(keys):
    base = normals(keys, jnp.uint32(5), COUNT)
    assert not np.any(np.isin(normals(keys, jnp.uint32(6), COUNT), base))
    for word in (0, 1):
        other = keys.at[word, 0].add(jnp.uint32(1))
        changed = normals(other, jnp.uint32(5), COUNT) != base
        assert changed[:, 0].all() and not changed[:, 1:].any()


@pytest.mark.parametrize("run", [lambda f: f, jax.jit], ids=["eager", "compiled"])
def test_the_ends_of_the_range_are_finite_and_mirror_each_other(run):
    """The largest draw is 5.4 sigma, not infinite, and there is no exact zero."""
    half = np.array([0, 1, 2, 3, 1000, 2**22, 2**23 - 2, 2**23 - 1], np.uint32)
    bits = np.concatenate([half, np.uint32(2**24 - 1) - half]) << np.uint32(8)
    x = np.asarray(run(_normal)(jnp.asarray(bits)))
    np.testing.assert_array_equal(x[: half.size], -x[half.size :])
    u = (2.0 * half + 1.0) / 2**24 - 1.0  # odd multiples of 2^-24
    expected = stats.norm.ppf((1.0 + u) / 2)
    # measured 4e-6 relative: the inverse error function is in single precision
    np.testing.assert_allclose(x[: half.size], expected, rtol=2e-5)
    assert x[0] == pytest.approx(-5.42, abs=0.01)
