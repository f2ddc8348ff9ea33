"""The place at which a record aims, from what the ground had: axes for poses."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.moon.frames import Floats, local_axes
from frigoris.packets.sample import Table


@dataclass(frozen=True)
class SiteAxes:
    """East, north and up at the target, and where that is."""

    lat_deg: float
    lon_deg: float
    radius_m: float  # of the planned height of the site, from the Moon's centre
    map_name: str  # as the mission names it

    @property
    def dcm_LM(self) -> Floats:
        """Turns components fixed to the Moon into east, north, up."""
        return local_axes(self.lat_deg, self.lon_deg).dcm

    def place(self, r_M: np.ndarray) -> np.ndarray:
        """East, north, up from the target `[n, 3]` of places from the centre [m]."""
        up = self.dcm_LM[2]
        return np.asarray((r_M - self.radius_m * up) @ self.dcm_LM.T)

    def attitude(self, q_MB: np.ndarray) -> np.ndarray:
        """Attitudes to east, north, up `[n, 4]`, scalar first, of `q_MB`."""
        w, v = _quaternion(self.dcm_LM)
        b_w, b_v = q_MB[:, 0], q_MB[:, 1:]
        scalar = w * b_w - b_v @ v
        vector = w * b_v + b_w[:, None] * v + np.cross(v, b_v)
        return np.column_stack([scalar, vector])


def _quaternion(dcm: Floats) -> tuple[float, Floats]:
    """Scalar and vector of the rotation of a matrix, by its largest component."""
    diagonal = np.diag(dcm)
    squares = np.append(1.0 + dcm.trace(), 1.0 + 2.0 * diagonal - dcm.trace())
    largest = int(np.argmax(squares))
    twice = np.array(
        [dcm[2, 1] - dcm[1, 2], dcm[0, 2] - dcm[2, 0], dcm[1, 0] - dcm[0, 1]]
    )
    half = 0.5 / np.sqrt(squares[largest])
    if largest == 0:
        return float(half * squares[0]), half * twice
    axis = largest - 1
    vector = half * (dcm[axis] + dcm[:, axis])
    vector[axis] = half * squares[largest]
    return float(half * twice[axis]), vector


def find_site(folder: Path, gnc: Table | None) -> SiteAxes | None:
    """The target from `planned.yaml` and the estimates of one flight; None without.

    Its radius is that at which the estimated altitude is zero.
    """
    site = _planned(folder / "planned.yaml").get("site")
    if not isinstance(site, dict) or gnc is None:
        return None
    names = ("est_r_x_m", "est_r_y_m", "est_r_z_m", "est_altitude_m")
    if not all(name in gnc for name in (*names, *(f"est_q_{x}" for x in "wxyz"))):
        return None
    *r, altitude = (np.asarray(gnc[name], np.float64) for name in names)
    zero = np.linalg.norm(r, axis=0) - altitude
    known = zero[np.isfinite(zero)]
    radius = float(np.median(known)) if len(known) else RADIUS_MOON
    try:
        lat, lon = float(site["latitude_deg"]), float(site["longitude_deg"])
    except (KeyError, TypeError, ValueError):
        return None
    return SiteAxes(lat, lon, radius, str(site.get("map", "auto")))


def _planned(path: Path) -> dict[str, Any]:
    """The mission as its team believed it; empty where it cannot be read."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        tree = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError):
        return {}
    return tree if isinstance(tree, dict) else {}
