r"""Things scattered over a plane, and noise, as functions of position.

Nothing is stored: a hash of the cell that a place lies in says what is there, so the
ground is the same in any order of asking, on any machine, and as fine as one likes.
All lengths that matter inside an octave are in units of its cell and in single
precision; positions are doubles until the cell is subtracted.

The hash is `lowbias32` (Wellons 2018, "Prospecting for hash functions"); the noise is
value noise with quintic weights (Perlin 2002 for the weights).
"""

from collections.abc import Callable

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array, Float, Float32, UInt32

from frigoris.types import Scalar

CORNERS = ((0, 0), (0, 1), (1, 0), (1, 1))
PLACE, KIND, TAKEN = 0x9E3779B9, 0x85EBCA6B, 0xC2B2AE35  # numbers of a slot


class Scatter(eqx.Module):
    """Things of one kind in octaves of size; each cell of an octave has some slots."""

    cell: Float[Array, " octaves"]  # side [m], at least twice the reach of the largest
    chance: Float[Array, " octaves"]  # that a slot is taken
    size: Float[Array, "octaves terms"]  # over the cell, as polynomial of a uniform u
    mean: Float[Array, " octaves"]  # height that all of them add on average [m]
    number: UInt32[Array, " octaves"]  # names the octave for the hash


class Noise(eqx.Module):
    """Octaves of smooth noise."""

    spacing: Float[Array, " octaves"]  # of the lattice [m]; half of the shortest wave
    rms: Float[Array, " octaves"]  # [m]
    cosine: Float[Array, " octaves"]  # of the angle by which the lattice is turned
    sine: Float[Array, " octaves"]
    number: UInt32[Array, " octaves"]


def mix(x: Array) -> Array:
    """32 bits to 32 bits, each of the one changing half of the other."""
    x = (x ^ (x >> jnp.uint32(16))) * jnp.uint32(0x7FEB352D)
    x = (x ^ (x >> jnp.uint32(15))) * jnp.uint32(0x846CA68B)
    mixed: Array = x ^ (x >> jnp.uint32(16))
    return mixed


def cell_hash(i: Array, j: Array, salt: Array) -> Array:
    """Bits of a cell; `i`, `j` are whole numbers of either sign."""
    return mix(mix(i.astype(jnp.uint32) + mix(salt)) ^ j.astype(jnp.uint32))


def unit(bits: Array) -> Array:
    """24 of the bits as a single-precision number in [0, 1)."""
    share: Array = (bits >> jnp.uint32(8)).astype(jnp.float32) * jnp.float32(2.0**-24)
    return share


def _polynomial(terms: Array, u: Array) -> Array:
    """Value of the polynomial with these coefficients, the constant first."""
    total = jnp.zeros_like(u) + terms[-1]
    for k in range(terms.shape[0] - 2, -1, -1):
        total = total * u + terms[k]
    return total


Profile = Callable[[Array, Array], Array]


def _things(
    bits: Array, chance: Array, terms: Array
) -> tuple[Array, Array, Array, Array, Array]:
    """Place in its cell and size (in cells), a uniform number, and if it exists."""
    where = mix(bits ^ jnp.uint32(PLACE))
    ux = (where >> jnp.uint32(16)).astype(jnp.float32) * jnp.float32(2.0**-16)
    uy = (where & jnp.uint32(0xFFFF)).astype(jnp.float32) * jnp.float32(2.0**-16)
    size = _polynomial(terms.astype(jnp.float32), unit(bits))
    taken = unit(mix(bits ^ jnp.uint32(TAKEN))) < chance.astype(jnp.float32)
    return ux, uy, size, unit(mix(bits ^ jnp.uint32(KIND))), taken


def scattered(
    things: Scatter,
    seed: UInt32[Array, ""],
    x: Scalar,
    y: Scalar,
    slots: int,
    profile: Profile,
) -> Scalar:
    """Sum of all things at a place [m].

    `profile(s, u)` is the height of one thing over its size, `s` the square of the
    distance from its centre over its radius, `u` a uniform number of its own.
    """
    corner = np.repeat(np.array(CORNERS, np.int32), slots, axis=0)
    slot = np.tile(np.arange(slots, dtype=np.uint32), len(CORNERS))

    def octave(total: Scalar, o: Scatter) -> tuple[Scalar, None]:
        gx, gy = x / o.cell - 0.5, y / o.cell - 0.5
        i, j = jnp.floor(gx), jnp.floor(gy)
        # of the place in the four cells around it
        fx = (gx - i).astype(jnp.float32) + jnp.float32(0.5)
        fy = (gy - j).astype(jnp.float32) + jnp.float32(0.5)
        ii, jj = i.astype(jnp.int32), j.astype(jnp.int32)

        def one(found: Array, at: tuple[Array, Array]) -> tuple[Array, None]:
            (a, b), k = at
            bits = cell_hash(ii + a, jj + b, (seed ^ o.number) + k)
            ux, uy, size, u, taken = _things(bits, o.chance, o.size)
            dx = fx - ux - a.astype(jnp.float32)
            dy = fy - uy - b.astype(jnp.float32)
            s = 4.0 * (dx * dx + dy * dy) / (size * size)
            height = jnp.where(taken, size * profile(s, u), jnp.float32(0.0))
            return found + height, None

        at = (jnp.asarray(corner), jnp.asarray(slot))
        found, _ = lax.scan(one, jnp.zeros_like(fx), at)
        return total + o.cell * found.astype(jnp.float64) - o.mean, None

    total, _ = lax.scan(
        octave, jnp.zeros_like(x + y), jax.tree.map(jnp.asarray, things)
    )
    return total


def listed(
    things: Scatter, octave: int, seed: int, cells: tuple[range, range], slots: int
) -> Float[np.ndarray, "4 n"]:
    """All things of an octave in a block of cells: x, y, size [m] and their u."""
    i, j, slot = (t.ravel() for t in np.meshgrid(*cells, range(slots), indexing="ij"))
    salt = jnp.uint32(seed) ^ jnp.asarray(things.number[octave], jnp.uint32)
    bits = cell_hash(
        jnp.asarray(i, jnp.int32),
        jnp.asarray(j, jnp.int32),
        salt + jnp.asarray(slot, jnp.uint32),
    )
    found = _things(
        bits, jnp.asarray(things.chance[octave]), jnp.asarray(things.size[octave])
    )
    ux, uy, size, u, taken = (np.asarray(value) for value in found)
    cell = float(things.cell[octave])
    rows = [cell * (i + ux), cell * (j + uy), cell * size, u]
    return np.stack([np.asarray(row, np.float64)[taken] for row in rows])


def _smooth(f: Float32[Array, "*n"]) -> Float32[Array, "*n"]:
    return f * f * f * (f * (f * 6.0 - 15.0) + 10.0)


# variance of value noise with uniform values in [-1, 1], over all places of a cell
_W = np.polynomial.legendre.leggauss(20)
_F = 0.5 * (_W[0] + 1.0)
_S = _F**3 * (_F * (_F * 6.0 - 15.0) + 10.0)
NOISE_VARIANCE = float(np.sum(0.5 * _W[1] * (_S**2 + (1.0 - _S) ** 2)) ** 2 / 3.0)


def noisy(noise: Noise, seed: UInt32[Array, ""], x: Scalar, y: Scalar) -> Scalar:
    """Sum of all octaves of noise at a place [m]."""

    def octave(total: Scalar, o: Noise) -> tuple[Scalar, None]:
        gx = (o.cosine * x + o.sine * y) / o.spacing
        gy = (o.cosine * y - o.sine * x) / o.spacing
        i, j = jnp.floor(gx), jnp.floor(gy)
        fx = _smooth((gx - i).astype(jnp.float32))
        fy = _smooth((gy - j).astype(jnp.float32))
        ii, jj = i.astype(jnp.int32), j.astype(jnp.int32)
        salt = seed ^ o.number

        def value(a: int, b: int) -> Array:
            return unit(cell_hash(ii + jnp.int32(a), jj + jnp.int32(b), salt))

        west = value(0, 0) + fy * (value(0, 1) - value(0, 0))
        east = value(1, 0) + fy * (value(1, 1) - value(1, 0))
        mean = 2.0 * (west + fx * (east - west)) - 1.0
        scale = o.rms / np.sqrt(NOISE_VARIANCE)
        return total + scale * mean.astype(jnp.float64), None

    total, _ = lax.scan(octave, jnp.zeros_like(x + y), jax.tree.map(jnp.asarray, noise))
    return total
