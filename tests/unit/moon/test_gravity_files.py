"""Fields read from SHADR text; the tide of Earth and Sun; what is refused."""

from datetime import UTC, datetime
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.constants import MU_EARTH, MU_SUN
from frigoris.errors import DataError, UserError
from frigoris.math.harmonics import Harmonics, accel, uneven
from frigoris.math.tree import leaf, replace_at
from frigoris.moon.ephemeris import mean_earth, positions
from frigoris.moon.gravity import EMBEDDED_DEGREE, gravity, tide_P
from frigoris.moon.orientation import principal_axes
from frigoris.moon.shadr import read_shadr
from frigoris.moon.time import tdb

HEAD = "1738.0, 4902.8, 0.1, 2, 2, 1, 0.0, 0.0"
ROWS = ("2,0,-9.1E-05,0.0,1e-9,1e-9", "2 1 -2D-10 1.1D-9", "2,2,3.5e-05,1.1e-10")
WHEN = datetime(2025, 6, 5, 19, 4, tzinfo=UTC)


def written(folder: Path, *lines: str) -> Path:
    path = folder / "field.sha"
    path.write_text("\n".join(lines) + "\n", encoding="ascii")
    return path


def test_the_original_of_pds_holds_the_same_field(data_dir: Path) -> None:
    folder = data_dir / "gravity"
    found = read_shadr(folder / "jgl165p1.sha")
    with np.load(folder / "lp165p.npz") as table:
        np.testing.assert_array_equal(found.C, table["C"])
        np.testing.assert_array_equal(found.S, table["S"])
        assert found.mu == pytest.approx(float(table["gm_m3s2"]), rel=1e-15)
        assert found.radius == float(table["r_ref_m"]) == 1.738e6


def test_a_small_file_is_read_whole(tmp_path: Path) -> None:
    field = gravity(2, str(written(tmp_path, HEAD, *ROWS)))
    assert field.harmonics.C[2, 2] == 3.5e-5
    assert field.harmonics.S[2, 1] == 1.1e-9
    assert field.harmonics.mu == 4.9028e12
    assert field.note == "gravity: degree 2, field.sha"
    assert [s.name for s in field.sources] == ["field.sha"]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ((), r"field.sha:1:1: .* 6 or more numbers"),
        (("Moon", *ROWS), r"field.sha:1:1: .* 6 or more numbers"),
        (("1738, 4902.8, 0.1, 2, 2, 0, 0, 0",), "normalised"),
        ((HEAD, ROWS[0], "3,0,1e-6,0"), r"field.sha:3:1: .*a degree to 2"),
        ((HEAD, ROWS[0], "2,1,nan,0"), r"field.sha:3:1: "),
        ((HEAD, *ROWS[:2]), r"1 pairs are missing, the first of degree 2 and order 2"),
    ],
)
def test_a_file_that_is_none_is_refused(
    tmp_path: Path, lines: tuple[str, ...], text: str
) -> None:
    with pytest.raises(DataError, match=text):
        gravity(2, str(written(tmp_path, *lines)))


def test_a_missing_file_and_a_degree_too_high_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Cannot read the gravity field"):
        gravity(2, str(tmp_path / "none.sha"))
    with pytest.raises(UserError, match=r"field.sha ends at degree 2"):
        gravity(3, str(written(tmp_path, HEAD, *ROWS)))


def test_the_tide_is_the_difference_of_two_pulls() -> None:
    """At the lander and at the Moon's centre; 1 % is the next term."""
    where = positions(*tdb(WHEN))
    turn = principal_axes() @ mean_earth(*tdb(WHEN))
    r = np.array([0.9e6, -1.1e6, 1.1e6])
    expected = np.zeros(3)
    for mu, body in ((MU_EARTH, "earth"), (MU_SUN, "sun")):
        d = turn.turn(where[body] - where["moon"])
        away = d - r
        expected += mu * (away / np.linalg.norm(away) ** 3 - d / np.linalg.norm(d) ** 3)
    got = tide_P(("earth", "sun"), WHEN) @ r
    size = np.linalg.norm(expected)
    assert 1e-5 < size < 3e-5  # about a thousandth of what degree 2 does [m/s^2]
    assert np.linalg.norm(got - expected) < 0.01 * size  # measured 0.006
    np.testing.assert_array_equal(tide_P((), WHEN), np.zeros((3, 3)))


def test_the_tide_is_added_to_every_field() -> None:
    tide = tide_P(("earth",), WHEN)
    r = jnp.array([0.9e6, -1.1e6, 1.1e6])
    for degree in (0, EMBEDDED_DEGREE):
        plain = gravity(degree).harmonics
        pulled = replace_at(lambda f: f.tide, plain, leaf(tide))
        got = uneven(pulled, r) - uneven(plain, r)
        np.testing.assert_allclose(got, tide @ np.asarray(r), atol=1e-18)
    assert abs(np.trace(tide)) < 1e-24  # of terms of 1e-11


@pytest.mark.parametrize("degree", [8, 30])
def test_the_gradient_is_symmetric_and_free_of_trace(
    data_dir: Path, degree: int
) -> None:
    """Laplace, by autodiff through both recursions, tide included."""
    assert data_dir.is_dir()
    tide = leaf(tide_P(("earth", "sun"), WHEN))
    field = replace_at(lambda f: f.tide, gravity(degree).harmonics, tide)
    field = jax.tree.map(jnp.asarray, field)
    gradient = jax.jacfwd(lambda r: accel(field, r))(jnp.array([1.1e6, -0.9e6, 1.05e6]))
    # of terms of 1e-6 1/s^2; measured 1e-21
    assert abs(float(jnp.trace(gradient))) < 1e-19
    np.testing.assert_allclose(gradient, gradient.T, atol=1e-19)


def test_both_recursions_agree_where_one_takes_over(data_dir: Path) -> None:
    """The same coefficients, once unrolled, once with an empty degree on top."""
    assert data_dir.is_dir()
    low = gravity(12).harmonics
    wide = Harmonics(
        mu=low.mu,
        radius=low.radius,
        C=np.pad(low.C, (0, 1)),
        S=np.pad(low.S, (0, 1)),
        tide=low.tide,
    )
    r = jnp.array([[1.1e6, 2e3], [-0.9e6, -3e3], [1.05e6, 1.79e6]])
    np.testing.assert_allclose(uneven(wide, r), uneven(low, r), atol=1e-17)
