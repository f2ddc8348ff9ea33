"""Dispersed values of one case: a function of seed, case and path, and nothing else.

The order of the rows, the name of the mission and the other cases have no influence, so
case 4711 is the same alone, in any batch, in a copied mission. Equations and limits:
docs/models/dispersions.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frigoris.errors import UserError
from frigoris.mission.distributions import (
    Bell,
    Distribution,
    Flat,
    JointBell,
    LogBell,
    below_cut,
    joined,
    listed,
    symmetric_root,
)
from frigoris.mission.paths import Parameter, did_you_mean, read
from frigoris.mission.sampling import Points, Sampling, make_points
from frigoris.mission.schema import Mission
from frigoris.mission.schema_base import Section, bounds, numbers, outside
from frigoris.mission.schema_dispersions import LISTS, SETS, Dispersion
from frigoris.units import stem, suffix

Floats = NDArray[np.float64]
RANDOM = Sampling()
KNOWN = ("known_late", "on_the_day")  # sets whose values the operations team knows
SPREAD = {  # what to make smaller where a draw leaves the bounds
    "normal": "give its normal a truncate_sigma, or less sigma",
    "uniform": "give its uniform less half_width",
    "log_normal": "give its log_normal less sigma_ratio",
    "discrete": "correct its values",
    "table": "correct its table",
}


def case_key(seed: int, case: int) -> np.ndarray:
    """Key of the sensor noise of one case, two words."""
    word = np.random.SeedSequence([seed, case]).generate_state(2, np.uint32)
    return np.asarray(word, dtype=np.uint32)


def choose_sets(mission: Mission, names: Iterable[str]) -> Mission:
    """The mission with the dispersions of some sets only, such as never_known."""
    chosen = list(names)
    for name in chosen:
        if name not in SETS:
            raise UserError(
                f"Unknown set of dispersions {name!r}: there are {', '.join(SETS)}."
                f"{did_you_mean(name, SETS)}"
            )
    rows = tuple(row for row in mission.dispersions if row.set in chosen)
    return mission.model_copy(update={"dispersions": rows})


def known(mission: Mission, sets: Iterable[str] = KNOWN) -> list[str]:
    """Dispersed parameters of which the operations team knows the value of the case."""
    rows = choose_sets(mission, sets).dispersions
    return sorted(path for row in rows for path in row.targets)


def draw(
    mission: Mission, seed: int, case: int, sampling: Sampling = RANDOM
) -> dict[str, Any]:
    """Path to value, in the units of the mission file, for every dispersion."""
    return make_sampler(mission, seed, sampling).draw(case)


def draw_block(
    mission: Mission, seed: int, cases: Sequence[int], sampling: Sampling = RANDOM
) -> list[dict[str, Any]]:
    """The same for several cases, in their order."""
    return make_sampler(mission, seed, sampling).draw_block(cases)


@dataclass(frozen=True)
class Target:
    """One dispersed parameter and its columns in a table of values."""

    path: str
    first: int
    design: Floats
    scalar: bool
    parameter: Parameter
    shape: str

    @property
    def comps(self) -> NDArray[np.int64]:
        """Its columns."""
        return self.first + np.arange(len(self.design))

    def labels(self) -> list[str]:
        """A flat name per component; the unit stays the last part of it."""
        if self.scalar:
            return [self.path]
        head, dot, name = self.path.rpartition(".")
        before, unit = stem(name), suffix(name)
        end = f"_{unit}" if unit and unit != name else ""
        return [f"{head}{dot}{before}_{i}{end}" for i in range(len(self.design))]

    def value(self, row: list[float]) -> Any:
        """Its value out of a row, as the mission holds it."""
        if not self.scalar:
            return tuple(row[self.first : self.first + len(self.design)])
        number = row[self.first]
        return int(number) if self.parameter.field.annotation is int else number


@dataclass(frozen=True)
class Sampler:
    """Draws the cases of one mission; what no case changes is done beforehand."""

    seed: int
    targets: tuple[Target, ...]  # in the order of their paths
    points: Points
    parts: list[Distribution]
    low: Floats
    high: Floats

    @property
    def labels(self) -> list[str]:
        """Names of the columns of `flat` and `block`, as `..accel_bias_0_micro_g`."""
        return [label for target in self.targets for label in target.labels()]

    def draw(self, case: int) -> dict[str, Any]:
        """Path to value of one case, in the units of the mission file."""
        return self._values(self.flat(case))

    def draw_block(self, cases: Sequence[int]) -> list[dict[str, Any]]:
        """The same for several cases, in their order."""
        return [self._values(row) for row in self.block(cases)]

    def flat(self, case: int) -> Floats:
        """The numbers of one case in the order of `labels`."""
        return np.asarray(self.block([case])[0])

    def block(self, cases: Sequence[int]) -> Floats:
        """The numbers of several cases, one row each.

        Raises UserError where a value leaves the bounds of its parameter.
        """
        which = np.asarray(cases, dtype=np.int64)
        u = self.points.at(which)
        table = np.empty((len(which), len(self.low)))
        for part in self.parts:
            table[:, part.comps] = part.values(u[:, part.dims])
        out = (table < self.low) | (table > self.high)
        if out.any():
            row, column = np.argwhere(out)[0].tolist()
            self._refuse(int(which[row]), column, float(table[row, column]))
        return table

    def _values(self, row: Floats) -> dict[str, Any]:
        found = row.tolist()
        return {target.path: target.value(found) for target in self.targets}

    def _refuse(self, case: int, column: int, value: float) -> None:
        target = next(t for t in reversed(self.targets) if t.first <= column)
        name, field = target.parameter.name, target.parameter.field
        raise UserError(
            f"Cannot draw case {case} of seed {self.seed}: {self.labels[column]} = "
            f"{value:.6g} {outside(name, field, value)}. Draws are not clipped: "
            f"{SPREAD[target.shape]}."
        )


def make_sampler(mission: Mission, seed: int, sampling: Sampling = RANDOM) -> Sampler:
    """Prepare to draw: any case, in any order, alone or in blocks."""
    rows = {path: row for row in mission.dispersions for path in row.targets}
    targets: list[Target] = []
    for path in sorted(rows):
        first = targets[-1].comps[-1] + 1 if targets else 0
        targets.append(_target(mission, path, int(first), rows[path].shape))
    of = {target.path: target for target in targets}
    dimensions = sorted(d for row in mission.dispersions for d in _dimensions(row, of))
    columns, first = {}, 0
    for name, width in dimensions:
        columns[name] = first + np.arange(width)
        first += width
    limits = [bounds(t.parameter.field) or (-np.inf, np.inf) for t in targets]
    widths = [len(t.design) for t in targets]
    return Sampler(
        seed=seed,
        targets=tuple(targets),
        points=make_points(seed, dimensions, sampling),
        parts=joined(_part(row, of, columns) for row in mission.dispersions),
        low=np.repeat([low for low, _ in limits], widths),
        high=np.repeat([high for _, high in limits], widths),
    )


def _target(mission: Mission, path: str, first: int, shape: str) -> Target:
    head, _, name = path.rpartition(".")
    try:
        owner = read(mission, head)
    except KeyError:
        owner = None
    if not isinstance(owner, Section) or name not in type(owner).model_fields:
        raise UserError(f"Cannot disperse {path}: the mission has no such parameter.")
    design = np.array(list(numbers(getattr(owner, name))), dtype=np.float64)
    if not len(design):
        raise UserError(f"Cannot disperse {path}: it has no number to start from.")
    if shape == "log_normal" and design.min() <= 0.0:
        raise UserError(
            f"Cannot disperse {path}: log_normal multiplies its design value, which "
            f"must be above zero, not {design.min():g}. Take normal."
        )
    scalar = not isinstance(getattr(owner, name), tuple)
    return Target(path, first, design, scalar, Parameter(type(owner), name), shape)


def _dimensions(row: Dispersion, of: dict[str, Target]) -> list[tuple[str, int]]:
    """Names and widths of what a row needs: one number picks all of a list's row."""
    if row.shape in LISTS:
        return [(" ".join(sorted(row.targets)), 1)]
    return [(path, len(of[path].design)) for path in row.targets]


def _part(row: Dispersion, of: dict[str, Target], columns: dict[str, Any]) -> Any:
    """The distribution of a row, its components in the order of their paths."""
    members = [of[path] for path in row.targets]
    comps = np.concatenate([t.comps for t in members])
    order = np.argsort(comps)
    dims = np.concatenate([columns[name] for name, _ in sorted(_dimensions(row, of))])
    center = np.concatenate([t.design for t in members])[order]

    def each(value: Any) -> Floats:
        return np.broadcast_to(np.asarray(value, np.float64), comps.shape)[order]

    if row.uniform is not None:
        return Flat(dims, comps[order], center, each(row.uniform.half_width))
    if row.log_normal is not None:
        return LogBell(dims, comps[order], center, each(row.log_normal.sigma_ratio))
    if row.normal is not None:
        sigma, matrix = each(row.normal.sigma), row.normal.correlation
        if matrix is None:
            below = each(below_cut(row.normal.truncate_sigma))
            return Bell(dims, comps[order], center, sigma, below)
        correlation = np.array(matrix)[np.ix_(order, order)]
        factor = symmetric_root(sigma, correlation)
        return JointBell(dims, comps[order], center, factor)
    values = _listed_values(row)
    table = np.array(values, dtype=np.float64).reshape(len(values), len(comps))
    weights = row.discrete.weights if row.discrete else None
    return listed(dims, comps[order], table[:, order], weights)


def _listed_values(row: Dispersion) -> tuple[Any, ...]:
    if row.discrete is not None:
        return row.discrete.values
    if row.table is None or row.table.values is None:
        raise UserError(
            f"Cannot disperse {row.targets[0]}: its table has not been read. Load the "
            "mission from its file."
        )
    return row.table.values
