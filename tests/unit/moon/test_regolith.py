"""Soil against the tables of the Lunar Sourcebook and of a textbook."""

import jax.numpy as jnp
import numpy as np
import pytest

from frigoris.mission.schema_world import Regolith as Told
from frigoris.mission.si import si
from frigoris.moon.regolith import (
    Regolith,
    bearing_capacity,
    bearing_factors,
    density,
    sinkage,
)

SOIL = Regolith(**{k: jnp.float64(v) for k, v in vars(si(Told())).items()})


@pytest.mark.parametrize(
    # recommended typical values of average bulk density, Lunar Sourcebook table 9.4
    ("top_cm", "bottom_cm", "expected"),
    [(0, 15, 1500.0), (0, 30, 1580.0), (30, 60, 1740.0), (0, 60, 1660.0)],
)
def test_density_with_depth_meets_the_table(
    top_cm: int, bottom_cm: int, expected: float
) -> None:
    depth = jnp.linspace(top_cm / 100.0, bottom_cm / 100.0, 2001)
    # the table gives +- 50; measured 26, 17, 9, 12 below it
    assert float(jnp.mean(density(SOIL, depth))) == pytest.approx(expected, abs=50.0)


@pytest.mark.parametrize(
    # Vesic 1973, table of bearing capacity factors
    ("friction_deg", "n_q", "n_c", "n_gamma"),
    [
        (20.0, 6.40, 14.83, 5.39),
        (30.0, 18.40, 30.14, 22.40),
        (42.0, 85.38, 93.71, 155.55),
    ],
)
def test_bearing_factors_meet_the_table(
    friction_deg: float, n_q: float, n_c: float, n_gamma: float
) -> None:
    found = bearing_factors(jnp.radians(jnp.float64(friction_deg)))
    np.testing.assert_allclose(found, [n_q, n_c, n_gamma], rtol=1e-3)


def test_a_plate_sinks_as_surveyor_did() -> None:
    """20 to 60 kPa at 2 to 5 cm."""
    for pressure in (20e3, 60e3):
        assert 0.01 < float(sinkage(SOIL, jnp.float64(pressure))) < 0.07


def test_a_wider_footing_bears_more_and_cohesion_alone_is_linear() -> None:
    narrow, wide = (float(bearing_capacity(SOIL, jnp.float64(w))) for w in (0.1, 0.4))
    assert wide > narrow
    # the closed form at 42 deg: 520 x 93.71 + rho g B N_gamma / 2
    rho = float(density(SOIL, jnp.float64(0.05)))
    assert narrow == pytest.approx(520.0 * 93.71 + 0.05 * rho * 1.62 * 155.55, rel=1e-3)
