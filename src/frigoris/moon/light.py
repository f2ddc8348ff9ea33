"""Skylines, and what they hide: when a site is lit, and when it sees the Earth.

Bodies are discs, the skyline is the ground itself out to where the highest mountain of
the Moon would sink below the horizon.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float

from frigoris.constants import RADIUS_MOON
from frigoris.math.trig import atan2
from frigoris.math.vectors import across, norm
from frigoris.moon.ephemeris import BODIES, look
from frigoris.moon.frames import local_axes
from frigoris.moon.ground import Ground, height
from frigoris.moon.kernels import Kernels

RADIUS = {"earth": 6371.0e3, "sun": 695.7e6}  # of the discs [m], IAU 2015 B3 (Sun)
EYE = 2.0  # of a camera or an antenna above the ground [m]
REACH = 270e3  # ground 20 km higher is below the horizon from here on [m]
NEAREST = 5.0  # the first place that is looked at, and the least step [m]
GROWTH = 0.004  # step over distance, beyond
COLUMNS = 15  # of a disc
STEP = timedelta(minutes=15)  # the Sun moves by half of its disc


@dataclass(frozen=True)
class Skyline:
    """Elevation of the ground's edge all around, from north through east."""

    elevation: Float[np.ndarray, " n"]  # [rad], at azimuths k 2 pi / n


@dataclass(frozen=True)
class Spell:
    """A time without a break, cut off at the ends of what was looked at."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Calendar:
    """Earth and Sun over some time: elevation, azimuth [deg], share of disc seen."""

    moments: list[datetime]
    elevation: dict[str, np.ndarray]
    azimuth: dict[str, np.ndarray]
    share: dict[str, np.ndarray]

    def spells(self, body: str) -> list[Spell]:
        """When more than half of a disc is up."""
        return spells(self.moments, self.share[body])


def _distances() -> np.ndarray:
    near = np.arange(NEAREST, NEAREST / GROWTH, NEAREST)
    count = int(np.log(REACH / near[-1]) / GROWTH) + 1
    return np.append(near, near[-1] * np.exp(GROWTH * np.arange(1, count + 1)))


def skyline_of(
    ground: Ground, lat_deg: float, lon_deg: float, eye: float = EYE, count: int = 720
) -> Skyline:
    """The skyline of a place in `count` directions; fine relief is left out."""
    up = local_axes(lat_deg, lon_deg).dcm[2]
    azimuth = 2.0 * np.pi * np.arange(count) / count
    r_M = np.broadcast_to(up[:, None], (3, count))
    edge = edge_of_ground(ground, jnp.asarray(r_M), jnp.asarray(azimuth), eye)
    return Skyline(np.asarray(edge))


@partial(jax.jit, static_argnames="eye")
def edge_of_ground(
    ground: Ground, r_M: Float[Array, "3 n"], azimuth: Float[Array, " n"], eye: float
) -> Float[Array, " n"]:
    """Elevation of the skyline in one direction from each of n places [rad].

    Places are directions from the Moon's centre; azimuths run from north through east.
    """
    none = jnp.zeros_like(azimuth)
    up = r_M / norm(r_M)
    pole = jnp.zeros_like(up).at[2].set(1.0)
    level = jnp.hypot(up[0], up[1])
    # at a pole east is as `local_axes` has it for longitude zero
    flat = level < 1e-9
    east = jnp.stack([-up[1], up[0], 0.0 * level]) / jnp.where(flat, 1.0, level)
    east = jnp.where(flat, across(pole)[0], east)
    north = jnp.cross(up, east, axis=0)
    ahead = jnp.sin(azimuth) * east + jnp.cos(azimuth) * north
    eye_radius = RADIUS_MOON + height(ground, up * RADIUS_MOON, none) + eye

    def further(highest: Array, distance: Array) -> tuple[Array, None]:
        angle = distance / RADIUS_MOON
        place = jnp.cos(angle) * up + jnp.sin(angle) * ahead
        radius = RADIUS_MOON + height(ground, RADIUS_MOON * place, none)
        rise = radius * jnp.cos(angle) - eye_radius
        return jnp.maximum(highest, rise / (radius * jnp.sin(angle))), None

    lowest = jnp.full_like(azimuth, -jnp.inf)
    tangent, _ = lax.scan(further, lowest, jnp.asarray(_distances()))
    return atan2(tangent, jnp.ones_like(tangent))


def share_seen(
    skyline: Skyline, azimuth: np.ndarray, elevation: np.ndarray, radius: np.ndarray
) -> np.ndarray:
    """Share of a disc that stands above the skyline; all angles in rad, arrays [n].

    The disc in upright columns (Gauss's quadrature of a circle), each cut at the
    skyline in its own direction.
    """
    angle = np.pi * np.arange(1, COLUMNS + 1) / (COLUMNS + 1)
    weight = 2.0 / (COLUMNS + 1) * np.sin(angle) ** 2
    across_disc, half = np.cos(angle), np.sin(angle) * radius[:, None]
    wide = np.maximum(np.cos(elevation), 0.01)[:, None]
    where = azimuth[:, None] + across_disc * radius[:, None] / wide
    n = len(skyline.elevation)
    around = np.append(skyline.elevation, skyline.elevation[0])
    edge = np.interp(
        np.mod(where, 2.0 * np.pi) * n / (2.0 * np.pi), np.arange(n + 1), around
    )
    above = (elevation[:, None] + half - edge) / (2.0 * half)
    return np.asarray(np.clip(above, 0.0, 1.0) @ weight)


def calendar(
    skyline: Skyline,
    lat_deg: float,
    lon_deg: float,
    moments: Sequence[datetime],
    kernels: Kernels | None = None,
) -> Calendar:
    """Sun and Earth at a site at each moment."""
    rows = [look(lat_deg, lon_deg, moment, kernels) for moment in moments]

    def told(what: str) -> dict[str, np.ndarray]:
        return {b: np.array([row[f"{b}_{what}"] for row in rows]) for b in BODIES}

    elevation, azimuth = told("elevation_deg"), told("azimuth_deg")
    away = told("distance_km")
    share = {
        body: share_seen(
            skyline,
            np.radians(azimuth[body]),
            np.radians(elevation[body]),
            np.arcsin(RADIUS[body] / (1e3 * away[body])),
        )
        for body in BODIES
    }
    return Calendar(list(moments), elevation, azimuth, share)


def moments_from(
    start: datetime, days: float, step: timedelta = STEP
) -> list[datetime]:
    """From `start` on, evenly, for so many days."""
    return [start + k * step for k in range(int(days * timedelta(days=1) / step) + 1)]


def spells(moments: Sequence[datetime], share: np.ndarray) -> list[Spell]:
    """When more than half of a disc is up; in between moments by straight lines."""
    up = np.asarray(share) > 0.5
    found: list[Spell] = []
    start = moments[0] if up[0] else None
    for k in range(1, len(moments)):
        if up[k] == up[k - 1]:
            continue
        part = (0.5 - share[k - 1]) / (share[k] - share[k - 1])
        change = moments[k - 1] + float(part) * (moments[k] - moments[k - 1])
        if up[k]:
            start = change
        elif start is not None:
            found.append(Spell(start, change))
            start = None
    return [*found, Spell(start, moments[-1])] if start is not None else found
