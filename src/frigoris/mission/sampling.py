"""Points of standard space: per case one number in (0, 1) for each dimension.

A dimension has a name and a number in it: the path of a parameter and its component.
Random numbers and Latin hypercubes give a dimension the same numbers whichever others
there are; in a Sobol sequence the dimensions, sorted by name, belong together.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from frigoris.errors import UserError

KINDS = ("random", "latin_hypercube", "sobol")
Cases = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

COUNT_MAX = 2**31  # cases of a Latin hypercube or a Sobol sequence
DIGITS = 53  # of a random number in (0, 1)
SOBOL_DIGITS = 32  # the most with which scipy can wind forward
LANES = 4  # numbers that Philox makes at once
HALF_ROUNDS = 8  # of the permutation
JITTER = 2.0**20  # places within a stratum: with more, its edges would be rounded away


@dataclass(frozen=True)
class Sampling:
    """How the cases of a campaign are spread; `count` cases belong together."""

    kind: str = "random"  # one of KINDS
    count: int | None = None  # random needs none: each case stands for itself

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if self.kind not in KINDS:
            raise UserError(
                f"Unknown sampling {self.kind!r}. Choose one of {', '.join(KINDS)}."
            )
        if self.kind != "random" and self.count is None:
            raise UserError(
                f"Sampling {self.kind} spreads a known number of cases: give the count."
            )
        if self.count is not None and not 1 <= self.count <= COUNT_MAX:
            raise UserError(
                f"Cannot spread {self.count} cases: give a count of 1 … {COUNT_MAX}."
            )

    @property
    def advice(self) -> str | None:
        """What a user should know about the count, as a sentence."""
        count = self.count or 1
        if self.kind != "sobol" or count & (count - 1) == 0:
            return None
        below = 1 << (count.bit_length() - 1)
        return (
            f"{count} cases of a Sobol sequence are less even than a power of two: "
            f"take {below} or {2 * below}."
        )


def key_of(seed: int, name: str) -> Words:
    """Two words that any other seed or name would give others of."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return np.frombuffer(digest[:16], dtype="<u8").astype(np.uint64)


def unit_interval(words: Words) -> Floats:
    """The upper 53 bits as a number in (0, 1), never exactly 0 or 1."""
    top = words >> np.uint64(64 - DIGITS)
    return np.asarray(np.maximum(top, np.uint64(1)) * 2.0**-DIGITS)


class Random:
    """Philox, keyed by seed and name, with the case as its counter.

    A case is therefore the same alone and within any block, and no case costs more
    than another.
    """

    def __init__(self, seed: int, dimensions: Sequence[tuple[str, int]]) -> None:
        self.columns: list[tuple[Words, int, int]] = []  # key, first column, width
        self.width = 0
        for name, width in dimensions:
            for k in range(0, width, LANES):
                part = min(LANES, width - k)
                key = key_of(seed, f"{name}#{k}" if k else name)
                self.columns.append((key, self.width, part))
                self.width += part

    def at(self, cases: Cases) -> Floats:
        """One row per case."""
        words = np.empty((len(cases), self.width), dtype=np.uint64)
        source = np.random.Philox(key=0)
        fresh = source.state  # nothing drawn, nothing kept back
        for row, first, count in _runs(cases):
            counter = np.array([first, 0, 0, 0], dtype=np.uint64)
            for key, column, width in self.columns:
                # a sixth of the time that a new generator takes
                source.state = {**fresh, "state": {"counter": counter, "key": key}}
                raw = source.random_raw(LANES * count).reshape(count, LANES)
                words[row : row + count, column : column + width] = raw[:, :width]
        return unit_interval(words)


def _runs(cases: Cases) -> Iterator[tuple[int, int, int]]:
    """Row, first case and length of each piece of consecutive cases."""
    if len(cases) == 0:
        return
    breaks = np.flatnonzero(np.diff(cases) != 1) + 1
    starts = [0, *breaks.tolist(), len(cases)]
    for row, end in pairwise(starts):
        yield row, int(cases[row]), end - row


class LatinHypercube:
    """Each of `count` equal strata of each dimension holds exactly one case.

    The strata of a dimension are shuffled by its own permutation; within its stratum
    a case lies at random.
    """

    def __init__(
        self, seed: int, dimensions: Sequence[tuple[str, int]], count: int
    ) -> None:
        self.count = count
        self.within = Random(seed, dimensions)
        keys = [
            np.random.Philox(key=key_of(seed, f"{name}:stratum {i}"))
            for name, width in dimensions
            for i in range(width)
        ]
        words = [key.random_raw(HALF_ROUNDS) for key in keys]
        self.keys = np.array(words, dtype=np.uint64).reshape(-1, HALF_ROUNDS).T

    def at(self, cases: Cases) -> Floats:
        """One row per case."""
        strata = permuted(cases, self.keys, self.count)
        jitter = (np.floor(self.within.at(cases) * JITTER) + 0.5) / JITTER
        return (strata + jitter) / self.count


def permuted(cases: Cases, keys: Words, count: int) -> Words:
    """Where each case goes in permutations of `count`, one for each column of `keys`.

    A Feistel network permutes the next power of two; what falls outside goes through
    it again until it is inside (Black and Rogaway 2002). Nothing is stored.
    """
    columns = np.arange(keys.shape[1])
    start = np.repeat(cases.astype(np.uint64)[:, None], len(columns), axis=1)
    found = _feistel(start, keys, (count - 1).bit_length())
    outside = found >= count
    while outside.any():
        of_column = keys[:, np.nonzero(outside)[1]]
        found[outside] = _feistel(found[outside], of_column, (count - 1).bit_length())
        outside = found >= count
    return found


def _feistel(x: Words, keys: Words, bits: int) -> Words:
    """A permutation of the numbers of `bits` bits; the halves may differ by one bit."""
    low = np.uint64(bits // 2)
    mask_low = np.uint64((1 << (bits // 2)) - 1)
    mask_high = np.uint64((1 << (bits - bits // 2)) - 1)
    high_half, low_half = x >> low, x & mask_low
    for k in range(0, HALF_ROUNDS, 2):
        high_half = high_half ^ (_mixed(low_half + keys[k]) & mask_high)
        low_half = low_half ^ (_mixed(high_half + keys[k + 1]) & mask_low)
    return (high_half << low) | low_half


def _mixed(x: Words) -> Words:
    """The output function of SplitMix64 (Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


class Sobol:
    """A Sobol sequence, scrambled by the seed (Owen 1998; Matoušek 1998).

    Point k is the exclusive or of the first point and of one direction for each bit of
    the Gray code of k; so the directions, read from scipy once, give any point at once.
    """

    def __init__(self, seed: int, width: int, count: int) -> None:
        from scipy.stats.qmc import Sobol as Sequence_  # slow to import

        rng = np.random.default_rng(seed)
        engine = Sequence_(max(width, 1), scramble=True, bits=SOBOL_DIGITS, rng=rng)
        self.width, done = width, 1
        self.first = _digits(engine.random(1))
        self.directions = []
        for bit in range((count - 1).bit_length()):
            index = 2 ** (bit + 1) - 1  # its Gray code has this bit alone
            engine.fast_forward(index - done)
            self.directions.append(_digits(engine.random(1)) ^ self.first)
            done = index + 1

    def at(self, cases: Cases) -> Floats:
        """One row per case."""
        gray = (cases ^ (cases >> 1)).astype(np.uint64)[:, None]
        digits = np.repeat(self.first, len(cases), axis=0)
        for bit, direction in enumerate(self.directions):
            digits ^= direction * ((gray >> np.uint64(bit)) & np.uint64(1))
        return np.asarray((digits[:, : self.width] + 0.5) * 2.0**-SOBOL_DIGITS)


def _digits(points: Floats) -> Words:
    """The bits behind the binary point."""
    return (points * 2.0**SOBOL_DIGITS).astype(np.uint64)


Points = Random | LatinHypercube | Sobol


def make_points(
    seed: int, dimensions: Sequence[tuple[str, int]], sampling: Sampling
) -> Points:
    """The points of `dimensions`, which are names and how many numbers each has."""
    if sampling.kind == "latin_hypercube":
        return LatinHypercube(seed, dimensions, sampling.count or 1)
    if sampling.kind == "sobol":
        return Sobol(seed, sum(width for _, width in dimensions), sampling.count or 1)
    return Random(seed, dimensions)
