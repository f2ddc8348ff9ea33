"""Gravity coefficients in SHADR text, the format of PDS for LP165P and for GRAIL.

First line: reference radius [km], GM [km^3/s^2], its sigma, degree, order, a 1 for
normalised coefficients, reference longitude and latitude. Then a line for each pair:
degree, order, C, S and their sigmas, separated by commas or blanks.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from frigoris.errors import DataError

NORMALISED = 1
DEGREE_LIMIT = 2000  # no field of the Moon goes further; a table of it takes 64 MB


@dataclass(frozen=True)
class Coefficients:
    """A field in its principal axes, 4-pi normalised; `C[0, 0]` is 1."""

    mu: float  # [m^3/s^2]
    radius: float  # [m]
    C: np.ndarray  # [degree + 1, degree + 1]
    S: np.ndarray

    @property
    def degree(self) -> int:
        """The highest degree."""
        return len(self.C) - 1


def read_shadr(path: Path) -> Coefficients:
    """Read a file; DataError, with the line, for what is none or ends too early."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"Cannot read the gravity field {path}: {error}. Name a file in SHADR text "
            "in moon.gravity, or set it to auto."
        ) from None
    head = _numbers(path, 1, lines[0] if lines else "", 6)
    radius, mu, degree = head[0] * 1e3, head[1] * 1e9, int(head[3])
    if head[5] != NORMALISED or not (0 < degree <= DEGREE_LIMIT and head[4] == degree):
        raise _fault(path, 1, "a header of normalised coefficients, order as degree")
    c, s = np.zeros((degree + 1, degree + 1)), np.zeros((degree + 1, degree + 1))
    c[0, 0] = 1.0
    seen = np.tri(degree + 1, dtype=bool)
    seen[:2] = False  # degrees 0 and 1 need not be listed
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        n, m, cosine, sine = _numbers(path, number, line, 4)[:4]
        if not (n.is_integer() and m.is_integer() and 0 <= m <= n <= degree):
            raise _fault(path, number, f"a degree to {degree} and an order within it")
        c[int(n), int(m)], s[int(n), int(m)] = cosine, sine
        seen[int(n), int(m)] = False
    if seen.any():
        n, m = np.argwhere(seen)[0]
        raise DataError(
            f"Cannot use the gravity field {path}: its header says degree {degree}, "
            f"but {int(seen.sum())} pairs are missing, the first of degree {n} and "
            f"order {m}. The file is truncated; fetch it again."
        )
    return Coefficients(mu, radius, c, s)


def _numbers(path: Path, number: int, line: str, least: int) -> list[float]:
    words = line.replace(",", " ").replace("D", "E").split()
    try:
        found = [float(word) for word in words]
    except ValueError:
        found = []
    if len(found) < least or not np.isfinite(found).all():
        raise _fault(path, number, f"{least} or more numbers")
    return found


def _fault(path: Path, number: int, expected: str) -> DataError:
    return DataError(
        f"{path}:{number}:1: cannot read the gravity field: expected {expected}, as "
        "SHADR text has. Name another file in moon.gravity, or set it to auto."
    )
