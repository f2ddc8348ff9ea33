"""Gravity against LP165P to degree 100 by another recursion, in other coordinates.

The library sums Cunningham's solid harmonics in Cartesian axes; here Legendre functions
are built normalised and differentiated by latitude (the standard forward columns of
Holmes and Featherstone 2002). The table of `docs/models/gravity.md`:
`FRIGORIS_DATA=... python tests/reference/test_gravity_degrees.py`.
"""

import os
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.errors import UserError
from frigoris.math.harmonics import accel
from frigoris.moon.gravity import DEGREE_MAX, gravity

TRUTH = 100  # LP165P is noise above about degree 110
MGAL = 1e-5  # [m/s^2]
PLACES = 1500
Pair = tuple[np.ndarray, np.ndarray]


def places(count: int) -> Pair:
    """Latitude and longitude [rad], even over the sphere but for the poles."""
    rng = np.random.default_rng(20)
    z = rng.uniform(-0.999, 0.999, count)
    return np.arcsin(z), rng.uniform(0.0, 2.0 * np.pi, count)


def legendre(lat: np.ndarray, top: int) -> np.ndarray:
    """Normalised associated Legendre functions of the sine of latitude."""
    x, c = np.sin(lat), np.cos(lat)
    p = np.zeros((top + 1, top + 1, lat.size))
    p[0, 0] = 1.0
    for m in range(1, top + 1):
        p[m, m] = c * p[m - 1, m - 1] * np.sqrt((1 + (m == 1)) * (1 + 0.5 / m))
    for m in range(top):
        p[m + 1, m] = np.sqrt(2 * m + 3) * x * p[m, m]
        for n in range(m + 2, top + 1):
            a = np.sqrt((4 * n * n - 1) / (n * n - m * m))
            b = np.sqrt(((n - 1) ** 2 - m * m) / (4 * (n - 1) ** 2 - 1))
            p[n, m] = a * (x * p[n - 1, m] - b * p[n - 2, m])
    return p


def reference(folder: Path, where: Pair, radius: float) -> np.ndarray:
    """Acceleration up, north and east [m/s^2] after each degree: [degree, 3, place]."""
    with np.load(folder / "gravity" / "lp165p.npz") as data:
        c, s, mu, r_ref = (data[k] for k in ("C", "S", "gm_m3s2", "r_ref_m"))
    lat, lon = where
    p = legendre(lat, TRUTH)
    total = np.zeros((TRUTH + 1, 3, lat.size))
    total[:, 0] = -mu / radius**2
    for n in range(2, TRUTH + 1):
        part = np.zeros((3, lat.size))
        for m in range(n + 1):
            wave = c[n, m] * np.cos(m * lon) + s[n, m] * np.sin(m * lon)
            turned = s[n, m] * np.cos(m * lon) - c[n, m] * np.sin(m * lon)
            below = np.sqrt((n * n - m * m) * (2 * n + 1) / (2 * n - 1)) * p[n - 1, m]
            part[0] -= (n + 1) * p[n, m] * wave
            part[1] += (below - n * np.sin(lat) * p[n, m]) / np.cos(lat) * wave
            part[2] += m * p[n, m] * turned / np.cos(lat)
        total[n:] += mu / radius**2 * (r_ref / radius) ** n * part
    return total


def library(degree: int, where: Pair, radius: float) -> np.ndarray:
    """The same components by the code under test."""
    lat, lon = where
    up = [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    north = [-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)]
    east = [-np.sin(lon), np.cos(lon), np.zeros_like(lon)]
    a = accel(gravity(degree), jnp.asarray(radius * np.array(up)))
    return np.einsum("aib,ib->ab", np.array([up, north, east]), np.asarray(a))


def left_out(folder: Path, degree: int, altitude: float) -> Pair:
    """Root mean square and largest error of a degree [mGal]."""
    radius = 1.7374e6 + altitude
    where = places(PLACES)
    truth = reference(folder, where, radius)[TRUTH]
    error = np.linalg.norm(library(degree, where, radius) - truth, axis=0) / MGAL
    return np.sqrt(np.mean(error**2)), error.max()


@pytest.mark.parametrize("degree", [8, 20, DEGREE_MAX])
def test_a_degree_matches_the_other_recursion(data_dir: Path, degree: int) -> None:
    where, radius = places(40), 1.7574e6
    expected = reference(data_dir, where, radius)[degree]
    # measured 1e-14 of 1.6 m/s^2, the same at every degree
    np.testing.assert_allclose(library(degree, where, radius), expected, atol=5e-14)


@pytest.mark.parametrize(
    ("degree", "altitude", "rms"),
    [
        (4, 20e3, 95.0),
        (8, 20e3, 88.1),
        (20, 20e3, 68.8),
        (4, 100e3, 40.9),
        (8, 100e3, 32.8),
        (20, 100e3, 15.2),
    ],
)
def test_what_a_degree_leaves_out_is_what_the_page_says(
    data_dir: Path, degree: int, altitude: float, rms: float
) -> None:
    assert left_out(data_dir, degree, altitude)[0] == pytest.approx(rms, abs=0.1)


@pytest.mark.parametrize("degree", [-1, DEGREE_MAX + 1, 100])
def test_a_degree_that_would_lose_precision_is_refused(degree: int) -> None:
    with pytest.raises(UserError, match=f"degree {degree}: .* from 0 to 85"):
        gravity(degree)


if __name__ == "__main__":
    import jax

    jax.config.update("jax_enable_x64", True)
    for k in (0, 2, 4, 8, 12, 20):
        row = [left_out(Path(os.environ["FRIGORIS_DATA"]), k, h) for h in (2e4, 1e5)]
        print(f"| {k} |", " | ".join(f"{x:.1f}" for pair in row for x in pair), "|")
