r"""Probability of detection of the laser, in what a test can determine about it.

$$ P(\mathrm{detect}) = Q(T - \mathrm{SNR}) = \Phi(m), \qquad
   \ln L = \sum_i k_i \ln\Phi(m_i) + (n_i - k_i) \ln\Phi(-m_i) $$

The working coordinates are `ln e` (link efficiency), `(tau / 10 ms)^2` (averaging
time) and `k / (0.01 / K)` (loss by warmth): the signal depends on the square of `tau`,
so that the best fit may lie at its boundary 0 with an honest slope there.
"""

from functools import partial
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from frigoris.math.tree import leaf, replace_at
from frigoris.mission.build_sensors import make_laser
from frigoris.mission.schema import Mission
from frigoris.mission.si import si
from frigoris.sensors.laser import Laser, View, signal_to_noise
from frigoris.verify.sensor.data import Shots

EFFICIENCY, AVERAGING, WARMTH = 0, 1, 2
NAMES = ("efficiency_ratio", "averaging_ms", "temperature_loss_per_K")
UNITS = np.array([1.0, 10.0, 0.01])  # of the coordinates, in the units of the names
TAU, LOSS = 0.010, 0.01  # the same in SI [s], [1/K]
TINY = 1e-8  # stands for the boundary 0, where the root has no slope
LOWER = np.array([np.log(1e-5), TINY, 0.0])
UPPER = np.array([np.log(1e5), 1e4, 20.0])  # 1 s of averaging, 0.2 per kelvin
LENGTH_MIN = 128  # of the arrays of shots
THIN = 1000  # shots that will do to look for a start
AT_REST = 1e-3  # stands for no speed at all [m/s]


class Conditions(eqx.Module):
    """Under which shots are made, one number each."""

    slant_range: Float[Array, " shots"]  # [m]
    albedo: Float[Array, " shots"]
    incidence: Float[Array, " shots"]  # [rad]
    closing: Float[Array, " shots"]  # [m/s]
    warming: Float[Array, " shots"]  # over the temperature of the data sheet [K]


class Sheet(NamedTuple):
    """The data sheet of the laser as the mission has it, before any fault."""

    laser: Laser
    tested: float  # temperature that the data sheet holds for [degC]
    flown: float  # temperature in flight [degC]
    interval: float  # between shots [s]
    delay: float  # until a range is reported [s]


def laser_of(mission: Mission) -> Sheet:
    """The laser of a mission and the temperatures, rate and delay that go with it."""
    m = si(mission)
    s = m.sensors.laser
    return Sheet(
        laser=make_laser(m, 1.0),
        tested=s.temperature_tested,
        flown=s.temperature,
        interval=1.0 / s.rate,
        delay=s.latency,
    )


def on_the_bench(laser: Laser) -> Laser:
    """The same over the smooth targets of a test: roughness there is not told."""
    return replace_at(lambda x: x.rough, laser, leaf(0.0))


def coordinates(laser: Laser) -> np.ndarray:
    """Working coordinates of a data sheet."""
    x = np.array(
        [
            np.log(max(float(laser.efficiency), 1e-5)),
            (float(laser.averaging) / TAU) ** 2,
            float(laser.warm_loss) / LOSS,
        ]
    )
    return np.asarray(np.clip(x, LOWER, UPPER))


def named(x: np.ndarray) -> np.ndarray:
    """From coordinates, last axis, to the values and units of `NAMES`."""
    x = np.asarray(x)
    tau = np.where(x[..., 1] > TINY, np.sqrt(np.maximum(x[..., 1], 0.0)), 0.0)
    values = np.stack([np.exp(x[..., 0]), tau, x[..., 2]], axis=-1)
    return np.asarray(values * UNITS)


def with_values(laser: Laser, x: Array) -> Laser:
    """The laser with efficiency, averaging and loss of warmth replaced."""
    new = (jnp.exp(x[0]), TAU * jnp.sqrt(x[1]), LOSS * x[2])
    return replace_at(lambda y: (y.efficiency, y.averaging, y.warm_loss), laser, new)


def margin(laser: Laser, x: Array, at: Conditions) -> Array:
    """Signal to noise less the threshold: detected where noise stays above it."""
    unit = with_values(laser, x)
    unit = replace_at(lambda y: (y.albedo, y.warming), unit, (at.albedo, at.warming))
    ones = jnp.ones_like(at.slant_range)
    view = View(
        slant_range=at.slant_range,
        cos_incidence=jnp.cos(at.incidence),
        # at rest the root of a depth of zero has no slope
        closing=jnp.maximum(jnp.abs(at.closing), AT_REST),
        clear=ones,
        supply=ones,
        hit=ones > 0.0,
    )
    return signal_to_noise(unit, view) - laser.threshold


def log_likelihood(
    laser: Laser, at: Conditions, hits: Array, count: Array, x: Array
) -> Array:
    """Of groups of shots: `hits` detections among `count`."""
    m = margin(laser, x, at)
    return jnp.sum(hits * norm.logcdf(m) + (count - hits) * norm.logcdf(-m))


_margins = jax.jit(margin)
_slopes = jax.jit(jax.jacfwd(margin, argnums=1))
_with_gradient = jax.jit(jax.value_and_grad(log_likelihood, argnums=4))


@jax.jit
def _many(laser: Laser, at: Conditions, hits: Array, count: Array, xs: Array) -> Array:
    one = partial(log_likelihood, laser, at, hits, count)
    values: Array = jax.lax.map(one, xs, batch_size=32)
    return values


class Likelihood:
    """Of one test, as a function of the coordinates."""

    def __init__(self, sheet: Sheet, shots: Shots) -> None:
        """Over the shots of a test."""
        # on the device once: a climb asks some thousand times
        self.laser = jax.device_put(on_the_bench(sheet.laser))
        self.shots = shots
        number = len(shots.line)
        # lengths of few kinds, so that tables share their compiled programs; what
        # fills up counts no shot
        fill = max(1 << (number - 1).bit_length(), LENGTH_MIN) - number

        def padded(values: np.ndarray, end: float) -> Any:
            return leaf(np.concatenate([values, np.full(fill, end)]))

        at = Conditions(
            slant_range=padded(shots.slant_range, 1000.0),
            albedo=padded(shots.albedo, 0.1),
            incidence=padded(shots.incidence, 0.1),
            closing=padded(shots.closing, 1.0),
            warming=padded(shots.temperature - sheet.tested, 0.0),
        )
        put = jax.device_put((at, padded(shots.hits, 0.0), padded(shots.count, 0.0)))
        self.at, self.hits, self.count = put
        few = np.arange(0, number, max(number // THIN, 1))
        # the same where there are few anyway
        self.thin = self if len(few) == number else Likelihood(sheet, shots.where(few))

    def margins(self, x: np.ndarray) -> np.ndarray:
        """Of every group of shots."""
        margins = _margins(self.laser, leaf(x), self.at)
        return np.asarray(margins)[: len(self.shots.line)]

    def slopes(self, x: np.ndarray) -> np.ndarray:
        """Derivatives of the margins, `[shots, 3]`."""
        slopes = _slopes(self.laser, leaf(x), self.at)
        return np.asarray(slopes)[: len(self.shots.line)]

    def __call__(self, x: np.ndarray) -> tuple[float, np.ndarray]:
        """Logarithm of the likelihood and its gradient."""
        value, slope = _with_gradient(
            self.laser, self.at, self.hits, self.count, leaf(x)
        )
        return float(value), np.asarray(slope)

    def many(self, xs: np.ndarray) -> np.ndarray:
        """Logarithms at many places, `[n, 3]`."""
        args = (self.laser, self.at, self.hits, self.count)
        return np.asarray(_many(*args, leaf(xs)))

    def information(self, x: np.ndarray) -> np.ndarray:
        """Fisher's expected information, `[3, 3]`."""
        slopes = self.slopes(x)
        return np.asarray(slopes.T @ (slopes * self.weights(x)[:, None]))

    def weights(self, x: np.ndarray) -> np.ndarray:
        """Information of each group of shots on its own margin."""
        from scipy.stats import norm as normal

        m = self.margins(x)
        log = 2.0 * normal.logpdf(m) - normal.logcdf(m) - normal.logcdf(-m)
        return np.asarray(self.shots.count * np.exp(log))


def probability(m: np.ndarray) -> np.ndarray:
    """Of a detection at a margin."""
    from scipy.stats import norm as normal

    return np.asarray(normal.cdf(m))
