"""Orientation and ephemeris from kernels of JPL, where the data path has them.

Read by jplephem (extra `kernels`), which shares no code with SPICE. Flights do not use
them: a flight must not depend on which files a machine has.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.errors import DataError, UserError
from frigoris.moon.data import FILES, find
from frigoris.moon.frames import Inertial, MeanEarth, PrincipalAxes, Rotation
from frigoris.moon.orientation import euler, principal_axes

KILOMETRE = 1e3  # [m]
SUN, EARTH, MOON, BARYCENTRE, SOLAR_SYSTEM = 10, 399, 301, 3, 0
NEEDED = ("moon_pa_de421", "de421")


@dataclass(frozen=True)
class Kernels:
    """Open kernels: orientation of the Moon, and positions of Sun, Earth and Moon."""

    orientation: Any  # jplephem.pck.PCK
    ephemeris: Any  # jplephem.spk.SPK

    def close(self) -> None:
        """Let the files go."""
        self.orientation.close()
        self.ephemeris.close()

    def mean_earth(self, jd1: float, jd2: float) -> Rotation[MeanEarth, Inertial]:
        """Orientation at a TDB Julian date; `UserError` outside of the kernel."""
        try:
            only = self.orientation.segments[0]
            angles = only.compute(jd1, jd2, derivative=False)
        except ValueError as error:
            raise _outside(error) from None
        first, second, third = np.asarray(angles, dtype=float).ravel()
        dcm = euler(float(first), float(second), float(third))
        return principal_axes().inverse @ Rotation(PrincipalAxes, Inertial, dcm)

    def position(self, jd1: float, jd2: float) -> dict[str, np.ndarray]:
        """Earth, Moon and Sun from the barycentre of the solar system [m], in I."""
        try:
            middle = self._leg(SOLAR_SYSTEM, BARYCENTRE, jd1, jd2)
            return {
                "earth": middle + self._leg(BARYCENTRE, EARTH, jd1, jd2),
                "moon": middle + self._leg(BARYCENTRE, MOON, jd1, jd2),
                "sun": self._leg(SOLAR_SYSTEM, SUN, jd1, jd2),
            }
        except ValueError as error:
            raise _outside(error) from None

    def _leg(self, center: int, target: int, jd1: float, jd2: float) -> np.ndarray:
        found = self.ephemeris[center, target].compute(jd1, jd2)
        return np.asarray(found, dtype=float).ravel()[:3] * KILOMETRE


def _outside(error: Exception) -> UserError:
    reason = " ".join(str(error).split())
    return UserError(f"Cannot look that far with these kernels: {reason}.")


def open_kernels() -> Kernels:
    """The kernels of the data path; `DataError` says what is missing."""
    paths = {key: find(key) for key in NEEDED}
    missing = [FILES[key].name for key, path in paths.items() if path is None]
    if missing:
        raise DataError(
            f"Cannot use kernels: {', '.join(missing)} was not found on the data path "
            "(`frigoris data where`). Without kernels Sun and Earth are right to "
            "0.005 deg."
        )
    try:
        from jplephem.pck import PCK
        from jplephem.spk import SPK
    except ImportError:
        raise DataError(
            "Cannot read kernels without jplephem. Install frigoris[kernels]."
        ) from None
    found: list[Any] = []
    try:
        for reader, key in zip((PCK, SPK), NEEDED, strict=True):
            found.append(_opened(reader, paths[key]))
    except DataError:
        for kernel in found:
            kernel.close()
        raise
    return Kernels(*found)


def _opened(reader: Any, path: Path | None) -> Any:
    from jplephem.daf import DAF

    file = open(str(path), "rb")  # closed with the kernel
    try:
        return reader(DAF(file))
    except (OSError, ValueError, KeyError) as error:
        file.close()
        raise DataError(
            f"Cannot read the kernel {path}: it is damaged ({error}). Replace it."
        ) from None
