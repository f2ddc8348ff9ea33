"""Counter-based noise: Threefry-2x32-20 and a single-precision normal number.

A number is a function of (key, counter, stream) and nothing else, so case 4711 gets the
same noise alone, in any batch, on any machine. 24-bit resolution and tails to about
5.4 sigma: right for sensor noise, not for the dispersions of a campaign.

Source: Salmon et al. 2011 (Random123); checked against its published vectors.
"""

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Float, UInt32

from frigoris.types import Key

ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
PARITY = 0x1BD11BDA


def threefry2x32(
    key: Key, x0: UInt32[Array, "*n"], x1: UInt32[Array, "*n"]
) -> tuple[UInt32[Array, "*n"], UInt32[Array, "*n"]]:
    """Twenty rounds over the counter (`x0`, `x1`)."""
    ks = (key[0], key[1], key[0] ^ key[1] ^ jnp.uint32(PARITY))
    x0, x1 = x0 + ks[0], x1 + ks[1]
    for group in range(5):
        for r in ROTATIONS[group % 2]:
            x0 = x0 + x1
            x1 = (x1 << jnp.uint32(r)) | (x1 >> jnp.uint32(32 - r))
            x1 = x1 ^ x0
        x0 = x0 + ks[(group + 1) % 3]
        x1 = x1 + ks[(group + 2) % 3] + jnp.uint32(group + 1)
    return x0, x1


def _normal(bits: UInt32[Array, "*n"]) -> Float[Array, "*n"]:
    """Standard normal number from 32 random bits by the inverse error function."""
    # 24 bits to the open interval (-1, 1): odd multiples of 2^-24, each of them exact
    # in single precision when one subtraction reaches it; with two the last becomes 1
    u = (bits >> jnp.uint32(8)).astype(jnp.float32) * jnp.float32(2.0**-23)
    u = u - jnp.float32(1.0 - 2.0**-24)
    x: Array = lax.erf_inv(u) * jnp.float32(2.0**0.5)
    return x.astype(jnp.float64)


def normals(
    key: Key, tick: UInt32[Array, ""], count: int, first: int = 0
) -> Float[Array, "n *#cases"]:
    """`count` independent standard normal numbers of one tick, one row per stream.

    The streams are counted from `first`, an even number.

    All rows come from one call, because twenty rounds of code for each of them would
    cost more to compile than everything that uses them.
    """
    pairs = jnp.arange(first // 2, (first + count + 1) // 2, dtype=jnp.uint32)
    stream = pairs.reshape((-1,) + (1,) * (key.ndim - 1)) + jnp.zeros_like(key[:1])
    counter = jnp.zeros_like(stream) + tick.astype(jnp.uint32)
    a, b = threefry2x32(key, counter, stream)
    both = jnp.stack([_normal(a), _normal(b)], axis=1)
    return both.reshape((-1, *key.shape[1:]))[:count]
