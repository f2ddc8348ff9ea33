"""Gravity against the gradient of a potential written with scipy's Legendre."""

import math
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import lpmv

from frigoris.math.harmonics import Harmonics, accel
from frigoris.moon.gravity import EMBEDDED_DEGREE, LOW_DEGREES, gravity

PLACES = np.array(
    [[1.1e6, -0.9e6, 1.05e6], [-0.4e6, 1.7e6, -0.3e6], [2e3, -3e3, 1.79e6]]
)


def potential(field: Harmonics, r: np.ndarray) -> float:
    radius, mu = float(field.radius), float(field.mu)
    distance = float(np.linalg.norm(r))
    lat, lon = math.asin(r[2] / distance), math.atan2(r[1], r[0])
    total = 1.0
    for n in range(2, field.C.shape[0]):
        for m in range(n + 1):
            norm = math.sqrt(
                (2 - (m == 0))
                * (2 * n + 1)
                * math.factorial(n - m)
                / math.factorial(n + m)
            )
            # scipy carries the Condon-Shortley phase, geodesy does not
            p = (-1) ** m * lpmv(m, n, math.sin(lat)) * norm
            wave = field.C[n, m] * math.cos(m * lon) + field.S[n, m] * math.sin(m * lon)
            total += (radius / distance) ** n * p * float(wave)
    return mu / distance * total


@pytest.mark.parametrize("r", PLACES)
def test_acceleration_is_the_gradient_of_the_potential(r: np.ndarray) -> None:
    field = gravity(EMBEDDED_DEGREE).harmonics
    h = 100.0
    expected = [
        (potential(field, r + h * e) - potential(field, r - h * e)) / (2.0 * h)
        for e in np.eye(3)
    ]
    got = accel(field, jnp.asarray(r))
    # measured 3e-9: the error of the difference, not of the recursion
    np.testing.assert_allclose(got, expected, atol=2e-8)


def test_the_divergence_vanishes_outside() -> None:
    """Laplace: the trace of the gravity gradient is zero, by autodiff."""
    field = jax.tree.map(jnp.asarray, gravity(EMBEDDED_DEGREE).harmonics)
    gradient = jax.jacfwd(lambda r: accel(field, r))(jnp.asarray(PLACES[0]))
    assert abs(float(jnp.trace(gradient))) < 1e-18  # of terms of 1e-6; measured 1e-21
    np.testing.assert_allclose(gradient, gradient.T, atol=1e-18)


def test_a_batch_equals_one_by_one() -> None:
    field = gravity(3).harmonics
    together = accel(field, jnp.asarray(PLACES.T))
    for k, r in enumerate(PLACES):
        np.testing.assert_allclose(
            together[:, k], accel(field, jnp.asarray(r)), rtol=1e-14
        )


def test_embedded_coefficients_match_the_table(data_dir: Path) -> None:
    text = (data_dir / "gravity" / "grgm900c_deg8.csv").read_text().splitlines()
    rows = [line.split(",") for line in text if line[:1].isdigit()]
    table = {(int(n), int(m)): (float(c), float(s)) for n, m, c, s in rows}
    assert {(n, m): (c, s) for n, m, c, s in LOW_DEGREES} == {
        k: v for k, v in table.items() if k[0] <= EMBEDDED_DEGREE
    }


def test_low_degrees_agree_with_another_field(data_dir: Path) -> None:
    """GRGM900C against LP165P, an independent solution: rms difference 5e-8."""
    assert data_dir.is_dir()
    ours, other = (
        gravity(EMBEDDED_DEGREE).harmonics,
        gravity(EMBEDDED_DEGREE + 1).harmonics,
    )
    k = EMBEDDED_DEGREE + 1
    np.testing.assert_allclose(ours.C, np.asarray(other.C)[:k, :k], atol=1.3e-7)
    np.testing.assert_allclose(ours.S, np.asarray(other.S)[:k, :k], atol=1.3e-7)
