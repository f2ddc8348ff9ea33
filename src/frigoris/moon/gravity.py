"""Gravity field of the Moon: low degrees as facts, any degree from the data path."""

import numpy as np

from frigoris.constants import MU_MOON, RADIUS_GRAVITY
from frigoris.errors import DataError, UserError
from frigoris.math.harmonics import Harmonics
from frigoris.math.tree import leaf
from frigoris.moon.data import find

# GRGM900C (Lemoine et al. 2014), 4-pi normalised, principal axes: l, m, C, S
LOW_DEGREES = (
    (2, 0, -9.088661636e-05, 0.0),
    (2, 1, -1.949593236e-10, 1.073332539e-09),
    (2, 2, 3.467333409e-05, 1.090846287e-10),
    (3, 0, -3.197352961e-06, 0.0),
    (3, 1, 2.636801632e-05, 5.454551266e-06),
    (3, 2, 1.417155243e-05, 4.878003818e-06),
    (3, 3, 1.227538482e-05, -1.774156096e-06),
    (4, 0, 3.234789561e-06, 0.0),
    (4, 1, -6.013465327e-06, 1.66433293e-06),
    (4, 2, -7.1161801e-06, -6.777019238e-06),
    (4, 3, -1.349935269e-06, -1.34449905e-05),
    (4, 4, -6.006986312e-06, 3.926554125e-06),
)
EMBEDDED_DEGREE = 4
# beyond it the factor of the sectoral terms, 1/(2n)!, is no normal double and the field
# goes wrong without a sign: by 2e-5 m/s^2 at degree 90, 9e-5 at degree 100
DEGREE_MAX = 85


def gravity(degree: int) -> Harmonics:
    """The field up to `degree`; beyond 4 it needs the file of LP165P."""
    if not 0 <= degree <= DEGREE_MAX:
        raise UserError(
            f"Cannot fly gravity of degree {degree}: the recursion keeps its precision "
            f"from 0 to {DEGREE_MAX}. Set moon.gravity_degree_count to one of these."
        )
    if degree <= EMBEDDED_DEGREE:
        return _embedded(degree)
    path = find("lp165p")
    if path is None:
        raise DataError(
            f"Cannot fly gravity of degree {degree}: without data files only degrees "
            f"up to {EMBEDDED_DEGREE} are known. Set FRIGORIS_DATA to a folder with "
            f"gravity/lp165p.npz, or moon.gravity_degree_count to {EMBEDDED_DEGREE}."
        )
    with np.load(path) as data:
        k = degree + 1
        return Harmonics(
            mu=leaf(data["gm_m3s2"]),
            radius=leaf(data["r_ref_m"]),
            C=leaf(data["C"][:k, :k]),
            S=leaf(data["S"][:k, :k]),
        )


def note(degree: int) -> str:
    """One line for reports: which field."""
    if degree == 0:
        return "gravity: point mass"
    source = "GRGM900C, embedded" if degree <= EMBEDDED_DEGREE else "LP165P"
    return f"gravity: degree {degree}, {source}"


def _embedded(degree: int) -> Harmonics:
    size = degree + 1
    c, s = np.zeros((size, size)), np.zeros((size, size))
    c[0, 0] = 1.0
    for n, m, cosine, sine in LOW_DEGREES:
        if n <= degree:
            c[n, m], s[n, m] = cosine, sine
    return Harmonics(
        mu=leaf(MU_MOON), radius=leaf(RADIUS_GRAVITY), C=leaf(c), S=leaf(s)
    )
