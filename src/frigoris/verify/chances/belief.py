r"""What the ground knows of a flight: the onboard estimate with its covariance.

The truth of each case is drawn around the estimate, $x = \hat x + e$, $e \sim N(0,P)$,
with all correlations of the filter: position, velocity, attitude, biases of the
inertial instruments and, where it has them, of the range finders and the star tracker.
The ground below is not drawn: whoever has the map of the operators knows it, so the
errors are those *given* the height of the ground there,
$e \mid e_g = g \sim N(p_g g / P_{gg},\; P - p_g p_g^T / P_{gg})$.

All else that scatters is drawn as the mission says. Left out: what the flight so far
tells of engines and tanks beyond the propellant counted on board; slosh is at rest.

Source: Anderson & Moore 1979, section 3.1 (conditional normal distributions).
"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.errors import UserError
from frigoris.flight.params import Params
from frigoris.flight.step import Flying
from frigoris.math.rotation import normalize, q_from_rotvec, qmul
from frigoris.math.tree import replace_at
from frigoris.moon import ground
from frigoris.onboard import covariance as cov
from frigoris.onboard import ground_map
from frigoris.onboard.navigation import Navigator

BELIEFS = {
    "estimate": "the onboard estimate, as unsure as its filter says",
    "reading": "the same, its height corrected by the last range, believed or not",
    "truth": "the true state, which nobody on the ground has: hindsight",
}
SEED = 1  # of what the ground draws, never that of the flight


@dataclass(frozen=True)
class Doubt:
    """Normal errors, true minus estimated, three numbers a block."""

    mean: np.ndarray  # [n]
    root: np.ndarray  # [n, n]; root times root transposed is the covariance

    def draw(self, cases: range, seed: int = SEED) -> np.ndarray:
        """One column a case, the same for a case in whatever company: `[n, cases]`."""
        n = len(self.mean)
        z = [np.random.default_rng([seed, k]).standard_normal(n) for k in cases]
        return self.mean[:, None] + self.root @ np.array(z).T


def matrix(p: cov.Covariance) -> np.ndarray:
    """The covariance of one case as a matrix, three rows a block."""
    n = cov.count(p)
    rows = [[np.asarray(cov.block(p, i, j)) for j in range(n)] for i in range(n)]
    return np.block(rows)


def given(p: np.ndarray, place: int, value: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of errors of which one is known."""
    variance = p[place, place]
    if variance <= 0.0:
        return np.zeros(len(p)), p
    column = p[:, place]
    left = p - np.outer(column, column) / variance
    left[place, :] = left[:, place] = 0.0
    return column * (value / variance), left


def root_of(p: np.ndarray) -> np.ndarray:
    """Symmetric root; rounding may have left eigenvalues a little below nought."""
    # metres, metres per second and radians in one matrix: scale it before it is taken
    # apart, or the small ones drown
    scale = np.sqrt(np.maximum(np.diag(p), 1e-300))
    sizes, axes = np.linalg.eigh(p / np.outer(scale, scale))
    half = axes * np.sqrt(np.maximum(sizes, 0.0))
    return np.asarray(scale[:, None] * half)


def doubt(params: Params, nav: Navigator) -> Doubt:
    """What the ground is unsure of; `nav` and the load of one case."""
    p = matrix(nav.covariance)
    mean = np.zeros(len(p))
    if nav.range_error is not None:
        known = _ground_error(params, nav)
        mean, p = given(p, 3 * cov.RANGE, known)
    return Doubt(mean, root_of(p))


def _ground_error(params: Params, nav: Navigator) -> float:
    """Height of the ground below over what the filter takes it for [m]."""
    moon = params.onboard.moon
    here = float(ground.height(params.terrain, nav.r_M, jnp.zeros(())))
    level = float(np.linalg.norm(moon.site_M)) - RADIUS_MOON
    onboard = float(ground_map.height(moon.ground, nav.r_M))
    assert nav.range_error is not None
    return here - level - onboard - float(nav.range_error[0])


def last_reading(nav: Navigator) -> float | None:
    """Last range less what was expected [m], None where none was ever offered."""
    offered = float(nav.editing.captured) > 0.5 or float(nav.editing.rejects) > 0.5
    return float(nav.editing.last) if offered else None


def by_reading(
    errors: np.ndarray, nav: Navigator, params: Params, cases: range, seed: int = SEED
) -> np.ndarray:
    """The errors with the height that the last range tells, whoever believed it.

    The range finder's beam is kept on the vertical, so its innovation is one of height.
    """
    told = last_reading(nav)
    if told is None:
        raise UserError(
            "Cannot go by the last reading: no range has come yet. Take --belief "
            "estimate."
        )
    up = np.asarray(nav.r_M) / np.linalg.norm(nav.r_M)
    sigma = float(params.onboard.navigation.laser_sigma)
    noise = [np.random.default_rng([seed, k, 1]).standard_normal() for k in cases]
    found = errors.copy()
    place = slice(3 * cov.R, 3 * cov.R + 3)
    wanted = told + sigma * np.array(noise)
    found[place] += up[:, None] * (wanted - up @ errors[place])
    return found


def believed(
    params: Params, flying: Flying, errors: np.ndarray, used: np.ndarray
) -> tuple[Params, Flying]:
    """Lanes whose truth is the estimate plus `errors`, `[n, case]`.

    `used` is the propellant counted on board [kg]. Every lane of `flying` is the
    recorded flight.
    """
    nav, truth = flying.onboard.navigator, flying.truth
    e = jnp.asarray(errors)
    part = [e[3 * k : 3 * k + 3] for k in range(len(errors) // 3)]
    q = normalize(qmul(q_from_rotvec(part[cov.PSI]), nav.q_MB))
    ba, bg = nav.accel_bias + part[cov.BA], nav.gyro_bias + part[cov.BG]
    still = jnp.zeros_like(truth.motion.slosh)
    motion = replace_at(
        lambda m: (m.r_M, m.v_M, m.q_MB, m.omega_BI_B, m.propellant, m.slosh,
                   m.slosh_rate),
        truth.motion,
        (nav.r_M + part[cov.R], nav.v_M + part[cov.V], q, nav.omega_B,
         jnp.asarray(params.start.motion.propellant - used), still, still),
    )  # fmt: skip
    truth = replace_at(
        lambda s: (s.motion, s.imu.accel_bias, s.imu.gyro_bias, s.omega_last_B),
        truth,
        (motion, ba, bg, nav.omega_B),
    )
    if nav.range_error is not None and nav.mounting is not None:
        params = _mounted(params, nav, part)
    return params, flying._replace(truth=truth)


def _mounted(params: Params, nav: Navigator, part: list[Any]) -> Params:
    """The slow errors that the filter has states for, as it believes them."""
    ranges = np.asarray(nav.range_error + part[cov.RANGE])
    mounting = np.asarray(nav.mounting + part[cov.MOUNT])
    s = params.sensors
    s = replace_at(
        lambda x: (x.laser.bias, x.star.misalignment_B), s, (ranges[1], mounting)
    )
    if s.radar is not None:
        radar = replace_at(lambda x: x.bias, s.radar, ranges[2])
        s = replace_at(lambda x: x.radar, s, radar)
    return replace_at(lambda p: p.sensors, params, s)


def one(tree: Any) -> Any:
    """The first lane of what has cases last."""
    return jax.tree.map(lambda x: jnp.asarray(x)[..., 0] if jnp.ndim(x) else x, tree)
