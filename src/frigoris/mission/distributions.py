"""Inverse distributions: numbers in (0, 1) become values of parameters.

Each reads its columns `dims` of a table of points, one row per case, and fills its
columns `comps` of a table of values. Every step works on single numbers, so a case is
the same in any table, bit for bit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Bell:
    """Normal, or normal within a cut on both sides."""

    dims: Places
    comps: Places
    center: Floats
    sigma: Floats
    below: Floats  # share of the bell below the lower cut

    def values(self, u: Floats) -> Floats:
        """Center plus sigma times the quantile."""
        z = normal_quantile(self.below + (1.0 - 2.0 * self.below) * u)
        return self.center + self.sigma * z


@dataclass(frozen=True)
class Flat:
    """Uniform."""

    dims: Places
    comps: Places
    center: Floats
    half_width: Floats

    def values(self, u: Floats) -> Floats:
        """From center minus to center plus half the width."""
        return self.center + self.half_width * (2.0 * u - 1.0)


@dataclass(frozen=True)
class LogBell:
    """Normal in the natural logarithm."""

    dims: Places
    comps: Places
    center: Floats
    sigma_ratio: Floats

    def values(self, u: Floats) -> Floats:
        """The center is the median."""
        return self.center * np.exp(self.sigma_ratio * normal_quantile(u))


@dataclass(frozen=True)
class JointBell:
    """Normal with correlation: `factor` turns independent numbers into such."""

    dims: Places
    comps: Places
    center: Floats
    factor: Floats  # [i, j]: of component i, for number j

    def values(self, u: Floats) -> Floats:
        """Center plus factor times the quantiles, summed in a fixed order."""
        z = normal_quantile(u)
        found = np.repeat(self.center[None, :], len(u), axis=0)
        for j in range(z.shape[1]):
            found += z[:, j, None] * self.factor[:, j]
        return found


@dataclass(frozen=True)
class Listed:
    """One row of a list; row i where u is below `ends[i]` for the first time."""

    dims: Places
    comps: Places
    rows: Floats
    ends: Floats

    def values(self, u: Floats) -> Floats:
        """The row that u falls on."""
        return self.rows[np.searchsorted(self.ends, u[:, 0], side="right")]


Distribution = Bell | Flat | LogBell | JointBell | Listed


def normal_quantile(u: Floats) -> Floats:
    """Where the standard normal distribution reaches u."""
    from scipy.special import ndtri  # slow to import

    return np.asarray(ndtri(u), dtype=np.float64)


def below_cut(sigmas: float | None) -> float:
    """Share of a bell below minus so many sigmas; nought without a cut."""
    from scipy.special import ndtr

    return 0.0 if sigmas is None else float(ndtr(-sigmas))


def symmetric_root(sigma: Floats, correlation: Floats) -> Floats:
    """Factor F of the covariance, F Fᵀ = D R D, with F = D R^½.

    The symmetric root exists for singular R too, and turns round with the components:
    no order of theirs is better than another, as it is for Cholesky's.
    """
    size, axes = np.linalg.eigh(correlation)
    root = (axes * np.sqrt(np.maximum(size, 0.0))) @ axes.T
    return np.asarray(sigma[:, None] * root)


def listed(dims: Places, comps: Places, rows: Any, weights: Any) -> Listed:
    """A list of rows with weights; sorted, so that their order says nothing."""
    table = np.asarray(rows, dtype=np.float64).reshape(len(rows), len(comps))
    weight = np.ones(len(rows)) if weights is None else np.asarray(weights, float)
    order = np.lexsort(table.T[::-1])  # by the first column, then the second, ...
    ends = np.cumsum(weight[order]) / np.sum(weight)
    ends[np.flatnonzero(weight[order])[-1] :] = 1.0  # whatever the sum was rounded to
    return Listed(dims, comps, table[order], ends)


def joined(parts: Iterable[Distribution]) -> list[Distribution]:
    """The same with single bells together, so that one step draws all of them."""
    found: list[Distribution] = []
    single = (Bell, Flat, LogBell)
    ordered = sorted(parts, key=lambda part: type(part).__name__)
    for kind, group in groupby(ordered, key=type):
        members = list(group)
        found += [_joined(members)] if kind in single else members
    return found


def _joined(members: Sequence[Any]) -> Distribution:
    names = [field.name for field in fields(members[0])]
    columns = {n: np.concatenate([getattr(m, n) for m in members]) for n in names}
    whole: Distribution = type(members[0])(**columns)
    return whole
