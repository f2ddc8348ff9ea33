"""Who sees whom: lander, Moon, stations on the turning Earth; light time.

Everything in M, the axes of the Moon, at the time when the signal leaves the lander.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import jax
import jax.numpy as jnp
import numpy as np
from scipy.interpolate import CubicSpline

from frigoris.constants import C_LIGHT, HIGHEST_MOON, RADIUS_MOON
from frigoris.moon.ephemeris import mean_earth, positions
from frigoris.moon.ground import Ground, height
from frigoris.moon.kernels import Kernels
from frigoris.moon.orientation import DAY
from frigoris.moon.time import tdb
from frigoris.radio.earth import earth_axes, earth_fixed
from frigoris.radio.stations import Station

KNOT = 60.0  # between looks at the sky; splines in between err by micrometres [s]
EDGE = 10.0  # the sky is looked at this much beyond both ends [s]
DEEPEST = 9_200.0  # ground of the Moon lies no deeper below its sphere [m]
FAR, NEAR = 320, 96  # places on a ray: even ones, and ones close to the lander
FIRST = 30.0  # the first of them: no lander stands in its own way [m]
CLOSE = 2000.0  # the last of the close ones, over the first [-]
BLOCK = 128  # rays at once: one program, whatever their number


@dataclass(frozen=True)
class Sky:
    """Moon, its axes and the stations over some time, from a common origin."""

    epoch: datetime
    moon: CubicSpline  # [m], I
    axes: CubicSpline  # dcm_MI flat, `[9]`
    stations: dict[str, tuple[CubicSpline, CubicSpline]]  # place [m] and zenith, I


def sky(
    epoch: datetime,
    start: float,
    end: float,
    stations: Sequence[Station],
    kernels: Kernels | None = None,
) -> Sky:
    """Look at the sky from `start` to `end`, seconds after `epoch`."""
    first, last = start - EDGE, end + EDGE
    count = max(int(np.ceil((last - first) / KNOT)) + 1, 5)
    t = np.linspace(first, last, count)
    fixed = {s.name: earth_fixed(s) for s in stations}
    moon, axes = np.empty((count, 3)), np.empty((count, 9))
    place = {name: np.empty((count, 3)) for name in fixed}
    zenith = {name: np.empty((count, 3)) for name in fixed}
    for k, seconds in enumerate(t):
        moment = epoch + timedelta(seconds=float(seconds))
        tt1, tt2 = tdb(moment)
        utc1, utc2 = _utc(moment)
        found = positions(tt1, tt2, kernels)
        moon[k] = found["moon"]
        axes[k] = mean_earth(tt1, tt2, kernels).dcm.ravel()
        turn = earth_axes(tt1, tt2, utc1, utc2)
        for name, (position, up) in fixed.items():
            place[name][k] = found["earth"] + position @ turn
            zenith[name][k] = up @ turn
    return Sky(
        epoch=epoch,
        moon=CubicSpline(t, moon),
        axes=CubicSpline(t, axes),
        stations={
            n: (CubicSpline(t, place[n]), CubicSpline(t, zenith[n])) for n in fixed
        },
    )


def _utc(moment: datetime) -> tuple[float, float]:
    """UTC as a Julian date in two parts, for the turning of the Earth."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    day = midnight.toordinal() + 1_721_424.5
    return day, (moment - midnight).total_seconds() / DAY


@dataclass(frozen=True)
class Ray:
    """From a lander to one receiver, over time."""

    u_M: np.ndarray  # unit vectors `[n, 3]`
    distance: np.ndarray  # [m]
    light_time: np.ndarray  # [s]
    elevation: np.ndarray  # of the lander at the station [rad]


def station_ray(sky: Sky, name: str, t: np.ndarray, r_M: np.ndarray) -> Ray:
    r"""To a station: it receives when the light is there.

    $c\,\tau = |r_S(t + \tau) - r_L(t)|$, by iteration, which gains four digits a round.

    - `t`: when the signal leaves, seconds after the epoch of the sky.
    - `r_M`: the lander, `[n, 3]`, [m].

    Left out: aberration (20 arc seconds of elevation), refraction (0.1 deg at 10 deg of
    elevation), delays of air and gravity (10 ns, 40 ps).
    """
    axes = sky.axes(t).reshape(-1, 3, 3)
    lander = sky.moon(t) + np.einsum("nji,nj->ni", axes, r_M)
    place, zenith = sky.stations[name]
    tau = np.full(len(t), 1.3)
    for _ in range(4):
        way = place(t + tau) - lander
        tau = np.linalg.norm(way, axis=1) / C_LIGHT
    distance = np.linalg.norm(way, axis=1)
    u_I = way / distance[:, None]
    up = zenith(t + tau)
    sine = -np.einsum("ni,ni->n", u_I, up) / np.linalg.norm(up, axis=1)
    return Ray(
        u_M=np.einsum("nij,nj->ni", axes, u_I),
        distance=distance,
        light_time=tau,
        elevation=np.arcsin(np.clip(sine, -1.0, 1.0)),
    )


def hidden(
    ground: Ground | None, r_M: np.ndarray, u_M: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """Whether the Moon stands between `r_M` and what is `reach` [m] away, `[n]`.

    Without a ground the Moon is the sphere of heights, and so it is for a place in it.
    """
    lowest = _lowest(r_M, u_M, reach)
    if ground is None:
        return np.asarray(lowest < RADIUS_MOON)
    blocked = lowest < RADIUS_MOON - DEEPEST
    rows = np.flatnonzero(~blocked & (lowest < RADIUS_MOON + HIGHEST_MOON))
    for begin in range(0, len(rows), BLOCK):
        some = rows[begin : begin + BLOCK]
        wide = np.resize(some, BLOCK)
        found = _through_ground(ground, r_M[wide], u_M[wide], reach[wide])
        blocked[some] = found[: len(some)]
    return np.asarray(blocked)


def _lowest(r_M: np.ndarray, u_M: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Least distance of a ray from the Moon's centre [m]."""
    along = np.clip(-np.einsum("ni,ni->n", r_M, u_M), 0.0, reach)
    return np.asarray(np.linalg.norm(r_M + along[:, None] * u_M, axis=1))


def _through_ground(
    ground: Ground, r_M: np.ndarray, u_M: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """Whether rays meet the ground, fine relief left out."""
    along = np.einsum("ni,ni->n", r_M, u_M)
    square = np.einsum("ni,ni->n", r_M, r_M)
    top = RADIUS_MOON + HIGHEST_MOON
    half = np.sqrt(np.maximum(top**2 - square + along**2, 0.0))
    # the part of the ray that is lower than the highest mountain
    enter = np.maximum(-along - half, FIRST)
    leave = np.clip(-along + half, enter, np.maximum(reach, enter))
    even = enter[:, None] + (leave - enter)[:, None] * np.linspace(0.0, 1.0, FAR)
    grow = np.geomspace(1.0, CLOSE, NEAR)
    close = np.minimum(enter[:, None] * grow, leave[:, None])
    s = np.concatenate([close, even], axis=1)
    place = r_M[:, :, None] + s[:, None, :] * u_M[:, :, None]
    points = jnp.asarray(np.moveaxis(place, 1, 0).reshape(3, -1))
    above = np.asarray(_clearance(ground, points)).reshape(s.shape)
    return np.asarray((above < 0.0).any(axis=1))


@jax.jit
def _clearance(ground: Ground, r_M: jax.Array) -> jax.Array:
    none = jnp.zeros_like(r_M[0])
    radius = jnp.sqrt(jnp.sum(r_M * r_M, axis=0))
    return radius - RADIUS_MOON - height(ground, r_M, none)
