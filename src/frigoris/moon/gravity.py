"""Gravity of the Moon: low degrees as facts, any degree from a file, and the tide."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from frigoris.constants import MU_EARTH, MU_MOON, MU_SUN, RADIUS_GRAVITY
from frigoris.errors import DataError, UserError
from frigoris.math.harmonics import Harmonics
from frigoris.math.tree import leaf
from frigoris.moon.data import Source, source
from frigoris.moon.ephemeris import positions
from frigoris.moon.orientation import mean_earth, principal_axes
from frigoris.moon.shadr import Coefficients, read_shadr
from frigoris.moon.time import tdb

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
OUTER = {"earth": MU_EARTH, "sun": MU_SUN}


@dataclass(frozen=True)
class Field:
    """A gravity field as the flight uses it, and what has to be said about it."""

    harmonics: Harmonics
    note: str
    sources: tuple[Source, ...]  # files that it came from


def gravity(degree: int, file: str = "auto") -> Field:
    """The field up to `degree`: embedded up to 4, else LP165P or the user's file."""
    if degree < 0:
        raise UserError(f"Cannot fly gravity of degree {degree}: the least is 0.")
    name, found, sources = _coefficients(degree, file)
    if degree > found.degree:
        raise UserError(
            f"Cannot fly gravity of degree {degree}: {name} ends at degree "
            f"{found.degree}. Set moon.gravity_degree_count to at most that, or name "
            "another file in moon.gravity."
        )
    note = f"gravity: degree {degree}, {name}" if degree else "gravity: point mass"
    return Field(_field(found, degree), note, sources)


def _coefficients(
    degree: int, file: str
) -> tuple[str, Coefficients, tuple[Source, ...]]:
    if file != "auto":
        path = Path(file)
        return path.name, read_shadr(path), (Source(path.name, path),)
    if degree <= EMBEDDED_DEGREE:
        return "GRGM900C, embedded", _embedded(), ()
    known = source("lp165p")
    if known is None:
        raise DataError(
            f"Cannot fly gravity of degree {degree}: without data files only degrees "
            f"up to {EMBEDDED_DEGREE} are known. Set FRIGORIS_DATA to a folder with "
            "gravity/lp165p.npz, name a SHADR file in moon.gravity, or set "
            f"moon.gravity_degree_count to {EMBEDDED_DEGREE}."
        )
    with np.load(known.path) as data:
        mu, radius = float(data["gm_m3s2"]), float(data["r_ref_m"])
        return "LP165P", Coefficients(mu, radius, data["C"], data["S"]), (known,)


def _field(c: Coefficients, degree: int) -> Harmonics:
    k = degree + 1
    return Harmonics(
        mu=leaf(c.mu),
        radius=leaf(c.radius),
        C=leaf(c.C[:k, :k]),
        S=leaf(c.S[:k, :k]),
        tide=leaf(np.zeros((3, 3))),
    )


def _embedded() -> Coefficients:
    c, s = np.zeros((5, 5)), np.zeros((5, 5))
    c[0, 0] = 1.0
    for n, m, cosine, sine in LOW_DEGREES:
        c[n, m], s[n, m] = cosine, sine
    return Coefficients(MU_MOON, RADIUS_GRAVITY, c, s)


def tide_P(bodies: tuple[str, ...], moment: datetime) -> np.ndarray:
    """Gradient of what `bodies` add over the Moon's own fall [1/s^2], principal axes.

    The first term of the series in r/d: the next one is 200 times smaller for the Earth
    and 4e4 times for the Sun. Held over a flight: Earth and Sun move over the Moon by
    less than half a degree in an hour.
    """
    total = np.zeros((3, 3))
    if not bodies:
        return total
    jd = tdb(moment)
    where = positions(*jd)
    turn = principal_axes() @ mean_earth(*jd)
    for name in bodies:
        r_P = turn.turn(where[name] - where["moon"])
        d = float(np.linalg.norm(r_P))
        total += OUTER[name] / d**3 * (3.0 * np.outer(r_P, r_P) / d**2 - np.eye(3))
    return total
