r"""Relief below the resolution of the map: craters, roughness and rocks; SYNTHETIC.

Laws of the numbers, all per area: craters follow the production function times the age
of the ground, $N(\ge D) = N_1(T)\,10^{\sum a_j \log^j D}/10^{a_0}$, where that is less
than the equilibrium $10^{-1.1} D^{-2}$ (D in metres), else the equilibrium; rocks cover
the fraction $k\,e^{-qD}$ with diameters of D and more. Roughness is fractal: the slope
over a baseline L goes as $L^{H-1}$; its median at 17 m is that of planes through three
neighbouring spots of LOLA, in two dimensions.

Sources: Neukum, Ivanov and Hartmann 2001, table I (production, chronology); Trask 1966
and Gault 1970 (equilibrium); Pike 1977 (depth and rim of fresh craters); Golombek and
Rapp 1997 (rocks); Rosenburg et al. 2011 (slopes at 17 m; not re-read as a whole).
"""

from dataclasses import dataclass
from math import log
from typing import Any, TypeVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt32

from frigoris.math.scatter import Noise, Scatter, noisy, scattered
from frigoris.math.tree import leaf
from frigoris.types import Scalar
from frigoris.units import FACTORS

GYR = FACTORS["Gyr"]  # [s]
PRODUCTION = (
    *(-3.0876, -3.557528, 0.781027, 1.021521, -0.156012, -0.444058),
    *(0.019977, 0.086850, -0.005874, -0.006809, 8.25e-4, 5.54e-5),
)  # Neukum, Ivanov and Hartmann 2001, table I; D in km, N per km^2 and Gyr
PRODUCTION_MIN = 10.0  # the law is given from 10 m on [m]
DEPTH_FRESH = 0.2  # of a simple crater over its diameter, rim to floor (Pike 1977)
# least depth that still counts as a crater: with depths evenly spread in their
# logarithm (equal shares of age, exponential decay) the median is 0.072, as measured
# of the catalogue from 1 to 5 km
DEPTH_WORN = 0.026
RIM_FRESH = 0.184  # height of the rim over the depth of a fresh crater (Pike 1977)
ROCK_HEIGHT = 0.5  # over the diameter (Golombek and Rapp 1997)

CRATER_MIN, CRATER_OCTAVES = 0.5, 16  # diameters from 0.5 m
CRATER_MAX = CRATER_MIN * 2.0**CRATER_OCTAVES  # to 32 km [m]
NOISE_MIN, NOISE_OCTAVES = 0.25, 16  # lattices of 0.25 m to 8 km
ROCK_MIN, ROCK_OCTAVES = 0.1, 5  # diameters from 0.1 m to 3.2 m
SLOTS = 3  # of a cell: counts are nearly those of chance
ROCK_SLOTS = 1  # rocks are rare
BASELINE = 17.0  # root of the area between three spots of LOLA [m]
LATTICE = 16.0  # of the octave of noise that the others are scaled from [m]
TRIED = 20_000  # places where slopes are counted
TERMS = 7  # of the polynomial of sizes in an octave


T = TypeVar("T", Scatter, Noise)


class Relief(eqx.Module):
    """Everything synthetic, some octaves of it, on the plane of a site."""

    craters: Scatter
    noise: Noise
    rocks: Scatter
    seed: UInt32[Array, ""]


@dataclass(frozen=True)
class Recipe:
    """What the ground is like, in numbers of a mission file (SI)."""

    seed: int
    age: float  # of the ground, for the number of craters [s]
    slope: float  # median over BASELINE, craters included [rad]
    hurst: float  # slopes over other baselines go as their power hurst - 1 [-]
    rock_area: float  # share of the ground that rocks cover [-]


GROUNDS = {
    "mare": Recipe(1, 3.5 * GYR, np.radians(2.0), 0.8, 0.01),
    "highland": Recipe(1, 4.0 * GYR, np.radians(7.5), 0.8, 0.01),
}  # slopes: Rosenburg et al. 2011


def production(diameter: np.ndarray, age: float) -> np.ndarray:
    """Craters of a diameter [m] and more per m^2 after `age` seconds, none erased."""
    x = np.log10(np.maximum(diameter, PRODUCTION_MIN) / 1e3)
    shape = 10.0 ** (np.polynomial.polynomial.polyval(x, PRODUCTION) - PRODUCTION[0])
    return np.asarray(shape * chronology(age) * 1e-6)


def chronology(age: float) -> float:
    """Craters of 1 km and more per km^2 after `age` seconds."""
    t = age / GYR
    return float(5.44e-14 * (np.exp(6.93 * t) - 1.0) + 8.38e-4 * t)


def crater_density(diameter: np.ndarray, age: float) -> np.ndarray:
    """Craters of a diameter [m] and more per m^2 that are there to see."""
    equilibrium = 10.0**-1.1 * np.asarray(diameter, np.float64) ** -2.0
    small = np.asarray(diameter) < PRODUCTION_MIN  # certainly in equilibrium
    least = np.minimum(production(diameter, age), equilibrium)
    return np.asarray(np.where(small, equilibrium, least) if age > 0.0 else 0.0 * least)


def rock_density(diameter: np.ndarray, area: float) -> np.ndarray:
    """Rocks of a diameter [m] and more per m^2, from the area that they cover."""
    fine = np.geomspace(ROCK_MIN, 20.0, 4001)
    q = 1.79 + 0.152 / max(area, 1e-9)
    covered = -np.diff(area * np.exp(-q * fine))
    middle = np.sqrt(fine[1:] * fine[:-1])
    count = covered / (0.25 * np.pi * middle**2)
    above = np.append(np.cumsum(count[::-1])[::-1], 0.0)
    return np.asarray(np.interp(diameter, fine, above))


def crater_shape(u: Array) -> tuple[Array, Array]:
    """Depth and height of the rim over the diameter, by a uniform number."""
    worn = jnp.exp(log(DEPTH_WORN / DEPTH_FRESH) * u)
    depth = DEPTH_FRESH * worn
    return depth, RIM_FRESH * depth * worn


def bowl(s: Any, depth: Any, rim: Any, xp: Any = jnp) -> Any:
    """A parabola to the rim, then a blanket that ends at two radii; over the diameter.

    `xp` is numpy for arrays of many shapes, which jax would compile one by one.
    """
    out = 2.0 - xp.sqrt(xp.minimum(s, 4.0))
    return xp.where(s < 1.0, rim - depth * (1.0 - s), rim * out * out)


def _crater(s: Array, u: Array) -> Array:
    height: Array = bowl(s, *crater_shape(u))
    return height


def _rock(s: Array, u: Array) -> Array:
    return ROCK_HEIGHT * jnp.maximum(1.0 - s, 0.0)


def _octaves(
    least: float, count: int, reach: float, slots: int, density: np.ndarray, first: int
) -> Scatter:
    """Octaves from `least` on; `density` holds 33 values for each, ends included."""
    size = least * 2.0 ** np.arange(count)
    cell = 2.0 * reach * size  # twice as far as the largest reaches
    within = np.linspace(0.0, 1.0, 33)
    terms, mean_cube = np.zeros((count, TERMS)), np.zeros(count)
    for k in range(count):
        n = density[k]
        share = (n[0] - n) / max(n[0] - n[-1], 1e-300)
        u = np.linspace(0.0, 1.0, 400)
        diameter = size[k] * 2.0 ** np.interp(u, share, within)
        fit = np.polynomial.Polynomial.fit(u, diameter / cell[k], TERMS - 1)
        terms[k] = np.resize(fit.convert(domain=[-1, 1]).coef, TERMS)
        mean_cube[k] = np.mean(diameter**3)
    number = density[:, 0] - density[:, -1]
    return Scatter(
        cell=leaf(cell),
        chance=leaf(np.minimum(number * cell**2 / slots, 1.0)),
        size=leaf(terms),
        mean=leaf(number * mean_cube),
        number=leaf(first + 16 * np.arange(count), np.uint32),
    )


def _values(least: float, count: int) -> np.ndarray:
    """Diameters [octave, 33] from end to end of each octave."""
    start = least * 2.0 ** np.arange(count)[:, None]
    return np.asarray(start * 2.0 ** np.linspace(0.0, 1.0, 33))


def make_relief(recipe: Recipe, rms: float) -> Relief:
    """All octaves of a recipe; `rms` is that of the noise of lattice 16 m [m]."""
    craters = _octaves(
        CRATER_MIN,
        CRATER_OCTAVES,
        2.0,
        SLOTS,
        crater_density(_values(CRATER_MIN, CRATER_OCTAVES), recipe.age),
        1,
    )
    # volume over the cube of the diameter, mean over the states of decay
    u = (np.arange(2000) + 0.5) / 2000.0
    worn = (DEPTH_WORN / DEPTH_FRESH) ** u
    depth, rim = DEPTH_FRESH * worn, RIM_FRESH * DEPTH_FRESH * worn**2
    volume = 0.25 * np.pi * float(np.mean(11.0 / 6.0 * rim - 0.5 * depth))
    spacing = NOISE_MIN * 2.0 ** np.arange(NOISE_OCTAVES)
    angle = 0.7 + 2.4 * np.arange(NOISE_OCTAVES)  # no two lattices lie along each other
    rocks = _octaves(
        ROCK_MIN,
        ROCK_OCTAVES,
        1.0,
        ROCK_SLOTS,
        rock_density(_values(ROCK_MIN, ROCK_OCTAVES), recipe.rock_area),
        2,
    )
    return Relief(
        craters=eqx.tree_at(lambda c: c.mean, craters, volume * craters.mean),
        noise=Noise(
            spacing=leaf(spacing),
            rms=leaf(rms * (spacing / LATTICE) ** recipe.hurst),
            cosine=leaf(np.cos(angle)),
            sine=leaf(np.sin(angle)),
            number=leaf(3 + 16 * np.arange(NOISE_OCTAVES), np.uint32),
        ),
        rocks=eqx.tree_at(lambda c: c.mean, rocks, 0.0 * rocks.mean),
        seed=leaf(recipe.seed, np.uint32),
    )


def _cut(things: T, keep: Any) -> T:
    cut: T = jax.tree.map(lambda x: x[np.asarray(keep)], things)
    return cut


def part(
    relief: Relief,
    crater: tuple[float, float],
    noise: tuple[float, float],
    *,
    rocks: bool = False,
) -> Relief:
    """Octaves of craters with least diameters, of noise with lattices, in [a, b)."""
    size = relief.craters.cell / 4.0
    spacing = relief.noise.spacing
    return Relief(
        craters=_cut(relief.craters, (size >= crater[0]) & (size < crater[1])),
        noise=_cut(relief.noise, (spacing >= noise[0]) & (spacing < noise[1])),
        rocks=_cut(relief.rocks, np.full(ROCK_OCTAVES, rocks)),
        seed=relief.seed,
    )


def height(relief: Relief, x: Scalar, y: Scalar) -> Scalar:
    """Height of the octaves at a place of the plane [m], mean zero but for rocks."""
    total = scattered(relief.craters, relief.seed, x, y, SLOTS, _crater)
    total = total + noisy(relief.noise, relief.seed, x, y)
    return total + scattered(relief.rocks, relief.seed, x, y, ROCK_SLOTS, _rock)


def rises(
    relief: Relief, leg: float, places: Float[np.ndarray, "2 n"]
) -> Float[np.ndarray, "2 n"]:
    """Rise along two legs at right angles from each place [m], turned all ways."""
    angle = 2.399963 * np.arange(places.shape[1])  # golden angle
    along = leg * np.stack([np.cos(angle), np.sin(angle)])
    aside = np.stack([-along[1], along[0]])
    call = jax.jit(height)
    relief = jax.tree.map(jnp.asarray, relief)
    corner, first, second = (
        np.asarray(call(relief, jnp.asarray(p[0]), jnp.asarray(p[1])))
        for p in (places, places + along, places + aside)
    )
    return np.stack([first - corner, second - corner])


def slopes(
    relief: Relief, scale: float, places: Float[np.ndarray, "2 n"]
) -> Float[np.ndarray, " n"]:
    """Slope [rad] of the plane through three points, right-angled as spots of LOLA.

    `scale` is the root of the triangle's area [m].
    """
    leg = np.sqrt(2.0) * scale
    return np.asarray(np.arctan(np.hypot(*rises(relief, leg, places)) / leg))


def roughness(recipe: Recipe) -> float:
    """Rms of the noise of lattice 16 m that makes the slope asked for [m].

    Zero where the craters alone are steeper.
    """
    rng = np.random.default_rng(recipe.seed)
    places = rng.uniform(-40e3, 40e3, (2, TRIED))
    leg = np.sqrt(2.0) * BASELINE
    plain = rises(make_relief(recipe, 0.0), leg, places)
    unit = rises(make_relief(recipe, 1.0), leg, places) - plain
    aim = np.tan(recipe.slope) * leg
    low, high = 0.0, 10.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        steep = np.median(np.hypot(*(plain + middle * unit))) > aim
        low, high = (low, middle) if steep else (middle, high)
    return low
