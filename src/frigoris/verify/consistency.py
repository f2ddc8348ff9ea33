r"""Does the filter know how wrong it is? Its errors against its own covariance.

Over many dispersed flights, phase by phase: the normalised error
$\epsilon = e^T P^{-1} e$ of position, velocity and attitude (mean over n is 1 for a
filter that knows itself; below it is timid, above too sure of itself), how often the
truth lies within three sigma, and the same for what the range finder adds.

Source: Bar-Shalom, Li and Kirubarajan 2001, section 5.4.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.flight.params import Params
from frigoris.flight.slices import (
    SLICE_TICKS,
    Progress,
    Timetable,
    begin,
    fly_ticks,
    is_over,
    next_tick,
)
from frigoris.flight.step import Flying
from frigoris.math.rotation import conj, qmul, rotvec_from_q
from frigoris.onboard import covariance as cov
from frigoris.phases import PHASES, PITCH_UP
from frigoris.types import Mat3

MOTION = (cov.R, cov.V, cov.PSI)  # what is held against the truth
SPAN = 20  # ticks between two looks, engines on
RANGED = ("pitch_up", "terminal_descent", "terminal_landing")
FLIGHT = ("coast", "braking", "pitch_up", "terminal_descent", "terminal_landing")


@dataclass(frozen=True)
class Epochs:
    """What was seen of all lanes at all looks: `[look, case]`."""

    time: np.ndarray  # [s]
    phase: np.ndarray
    flying: np.ndarray  # yes or no
    nees: np.ndarray  # over the number of states
    parts: np.ndarray  # the same of position, velocity and attitude alone
    radius_error: np.ndarray  # of the distance from the Moon's centre [m]
    radius_sigma: np.ndarray  # [m]
    height: np.ndarray  # true, of the footpads over the ground [m]
    height_error: np.ndarray  # [m]
    height_sigma: np.ndarray  # [m]
    rate_error: np.ndarray  # of the vertical speed [m/s]
    rate_sigma: np.ndarray  # [m/s]
    nis: np.ndarray  # of a range that was offered, NaN without one
    accepted: np.ndarray  # yes or no


@dataclass(frozen=True)
class Row:
    """One phase of the table."""

    phase: str
    looks: int
    nees: float  # mean over n
    parts: tuple[float, ...]  # of position, velocity, attitude
    radius_inside: float  # share within three sigma
    height_inside: float  # the same where ranges have come, NaN before
    rate_inside: float
    offered: int  # ranges
    nis_offered: float  # mean
    nis_accepted: float
    accepted: float  # share of the offered


def nees(
    p: cov.Covariance, errors: np.ndarray, order: tuple[int, ...] = MOTION
) -> np.ndarray:
    """Normalised error over the number of states; `errors` [3 a block, cases]."""
    rows = [[np.asarray(cov.block(p, i, j)) for j in order] for i in order]
    whole = np.block([[np.moveaxis(b, -1, 0) for b in row] for row in rows])
    # metres, metres per second and radians in one matrix: scale it before it is solved
    scale = np.sqrt(np.einsum("cii->ci", whole))
    unit = whole / (scale[:, :, None] * scale[:, None, :])
    e = (errors.T / scale)[:, :, None]
    weighed = np.linalg.solve(unit, e)
    return np.asarray(np.sum(e * weighed, axis=(1, 2)) / len(errors))


def errors(row: dict[str, np.ndarray]) -> np.ndarray:
    """True less estimated: position [m], velocity [m/s], attitude [rad]; [9, cases]."""
    psi = rotvec_from_q(
        qmul(jnp.asarray(row["q_MB"]), conj(jnp.asarray(row["est_q_MB"])))
    )
    r, v = row["r_M"] - row["est_r_M"], row["v_M"] - row["est_v_M"]
    return np.concatenate([r, v, np.asarray(psi)])


def watch(
    params: Params, times: Timetable, count: int, progress: Progress | None = None
) -> Epochs:
    """Fly a batch and look at truth and filter every two seconds of powered flight.

    The first `count` lanes count; the others fill the batch up.
    """
    looks = [_look(*both) for both in _looks(params, times, progress)]
    return Epochs(
        **{key: np.array([x[key] for x in looks])[..., :count] for key in looks[0]}
    )


def together(parts: list[Epochs]) -> Epochs:
    """Batches side by side; one that ended sooner is filled up with nothing."""
    longest = max(len(part.time) for part in parts)

    def whole(key: str) -> np.ndarray:
        arrays = [getattr(part, key) for part in parts]
        ends = [[(0, longest - len(a))] + [(0, 0)] * (a.ndim - 1) for a in arrays]
        filled = [np.pad(a, end) for a, end in zip(arrays, ends, strict=True)]
        return np.concatenate(filled, axis=-1)

    return Epochs(**{field.name: whole(field.name) for field in fields(Epochs)})


def _looks(
    params: Params, times: Timetable, progress: Progress | None
) -> Iterator[tuple[Flying, dict[str, np.ndarray]]]:
    params = jax.tree.map(jnp.asarray, params)
    flying, now, whole = begin(params), 0.0, SLICE_TICKS // SPAN
    while not is_over(flying, now, times):
        dt = next_tick(times, now)
        for _ in range(whole):
            flying, samples = fly_ticks(params, flying, dt, SPAN)
            # the load's estimate is that of the start of the last tick, as the row is
            yield flying, {k: v[-1] for k, v in samples.items()}
        now = float(flying.time)
        if progress:
            progress(now, times.expected_end)


def _look(flying: Flying, last: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    nav, e = flying.onboard.navigator, errors(last)
    up = last["r_M"]
    up = up / np.linalg.norm(up, axis=0)
    high = np.linalg.norm(last["r_M"], axis=0) - RADIUS_MOON - last["ground_height"]
    high = high - last["standoff"]
    ranged = last["laser_valid"].astype(bool) & (last["laser_spread"] > 0.0)
    spread = np.where(ranged, last["laser_spread"], 1.0)
    return {
        "time": np.broadcast_to(np.asarray(flying.time), e.shape[1:]),
        "phase": last["phase"],
        "flying": last["moving"] > 0.5,
        "nees": nees(nav.covariance, e),
        "parts": np.array(
            [nees(nav.covariance, e[3 * k : 3 * k + 3], (k,)) for k in MOTION]
        ),
        "radius_error": np.sum(e[:3] * up, axis=0),
        "radius_sigma": _along(nav.covariance[cov.R, cov.R], up),
        "height": high,
        "height_error": high - last["est_height"],
        "height_sigma": last["sigma_height"],
        "rate_error": np.sum(e[3:6] * up, axis=0),
        "rate_sigma": last["sigma_rate"],
        "nis": np.where(ranged, (last["laser_innovation"] / spread) ** 2, np.nan),
        "accepted": last["laser_accepted"] > 0.5,
    }


def _along(block: Mat3, up: np.ndarray) -> np.ndarray:
    """Sigma of a vector along a direction."""
    variance = np.einsum("ic,ijc,jc->c", up, np.asarray(block), up)
    return np.asarray(np.sqrt(variance))


def table(seen: Epochs) -> list[Row]:
    """By phase, and at last all after the first of them together."""
    rows = []
    for name in FLIGHT:
        chosen = seen.flying & (seen.phase == PHASES.index(name))
        if chosen.any():
            rows.append(_row(name, seen, chosen))
    return rows


def _row(name: str, seen: Epochs, chosen: np.ndarray) -> Row:
    nis = np.where(chosen, seen.nis, np.nan)
    offered = np.isfinite(nis)
    used = offered & seen.accepted

    def mean(values: np.ndarray) -> float:
        return float(np.mean(values)) if values.size else float("nan")

    def inside(error: np.ndarray, sigma: np.ndarray) -> float:
        return mean((np.abs(error) <= 3.0 * sigma)[chosen].astype(float))

    return Row(
        phase=name,
        looks=int(chosen.sum()),
        nees=mean(seen.nees[chosen]),
        parts=tuple(mean(seen.parts[:, k][chosen]) for k in range(len(MOTION))),
        radius_inside=inside(seen.radius_error, seen.radius_sigma),
        height_inside=inside(seen.height_error, seen.height_sigma)
        if name in RANGED
        else float("nan"),
        rate_inside=inside(seen.rate_error, seen.rate_sigma),
        offered=int(offered.sum()),
        nis_offered=mean(nis[offered]),
        nis_accepted=mean(nis[used]),
        accepted=mean(seen.accepted[offered].astype(float)),
    )


def sigma_near(seen: Epochs, height: float) -> np.ndarray:
    """Sigma of the height [m] of each case at its last look above `height` [m]."""
    above = seen.flying & (seen.height > height) & (seen.phase >= PITCH_UP)
    last = above.shape[0] - 1 - np.argmax(above[::-1], axis=0)
    found = np.take_along_axis(seen.height_sigma, last[None], axis=0)[0]
    return np.asarray(found[above.any(axis=0)])
