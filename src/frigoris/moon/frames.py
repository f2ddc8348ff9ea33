"""Frames of the Moon as types, and the rotations between them.

`Rotation[MeanEarth, Inertial]` turns components of the one into components of the
other. Adjacent names must agree where rotations are chained: the type checker sees to
it before a program runs, and `@` refuses it while one does. In arrays the frame stands
in the name instead: I, M, P, L as below.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Inertial:
    """I: axes of the ICRF, centred on the Moon."""


class MeanEarth:
    """M: fixed to the Moon, axes of maps: mean rotation and mean direction of Earth."""


class PrincipalAxes:
    """P: fixed to the Moon, axes of inertia, in which gravity fields are given.

    M and P are some 860 m apart at the surface.
    """


class Local:
    """L: east, north, up at a site."""


To = TypeVar("To")
Of = TypeVar("Of")
Other = TypeVar("Other")


@dataclass(frozen=True)
class Rotation(Generic[To, Of]):
    """Turns components in `of` into components in `to`; the matrix is `dcm`."""

    to: type[To]
    of: type[Of]
    dcm: Floats

    def __matmul__(self, other: "Rotation[Of, Other]") -> "Rotation[To, Other]":
        """First `other`, then this one; TypeError where they do not meet."""
        if other.to is not self.of:
            raise TypeError(
                f"Cannot chain a rotation from {self.of.__name__} to "
                f"{self.to.__name__} behind one that ends in {other.to.__name__}"
            )
        return Rotation(self.to, other.of, self.dcm @ other.dcm)

    @property
    def inverse(self) -> "Rotation[Of, To]":
        """The other way round."""
        return Rotation(self.of, self.to, self.dcm.T)

    def turn(self, vector: Any) -> Floats:
        """Components in `to` of a vector [3] in `of`."""
        return np.asarray(self.dcm @ np.asarray(vector), dtype=np.float64)


def local_axes(lat_deg: float, lon_deg: float) -> Rotation[Local, MeanEarth]:
    """East, north and up at a place; at a pole east is that of its meridian."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    return Rotation(Local, MeanEarth, np.stack([east, np.cross(up, east), up]))
