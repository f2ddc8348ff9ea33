r"""The cone program of a descent: which number stands where, built once per shape.

With $u = T/m$, $\sigma \ge |u|$ and $z = \ln m$ the minimum-fuel descent is convex
(Acikmese and Ploen 2007). In units of duration $t_f$, acceleration $a = \rho_2/m_0$
and length $a t_f^2$, with $y = (z - \ln m_0)/\kappa$ and $\kappa = \rho_2 t_f/(v_e
m_0)$, all its dynamics are the same numbers for every descent; what differs stands in a
few entries per node. So the matrix is `factor * values[source]`, one gather.

Variables: $u_0, \sigma_0$, then $r, v, y, u, \sigma$ of nodes 1 to N, then the miss
where it is free. Thrust acceleration is linear between nodes (first-order hold).
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# variables of a node, from its first one; node 0 has thrust only
R, V, Y, U, SIGMA, NODE = 0, 3, 6, 7, 10, 11


class Shape(NamedTuple):
    """What decides which entries there are; problems of one shape share a pattern."""

    intervals: int
    tilt: bool  # the thrust stays near the vertical
    glide: bool  # the path stays in a cone over the target
    stop: bool  # the final velocity is given
    aimed: bool  # the final thrust has a direction
    nearest: bool  # land as near as possible instead of on the target


class Values(NamedTuple):
    """Where each of the numbers stands that differ between problems of a shape."""

    one: int = 0
    kappa: int = 1
    low_kappa: int = 2  # of the lower bound of thrust
    root_kappa: int = 3
    glide: int = 4
    across: int = 5  # two directions across the final thrust, 6 numbers
    # N + 1 numbers each: the lightest mass over m_0, then the cosine of the tilt
    growth: int = 11


VALUES = Values()


@dataclass(frozen=True)
class Pattern:
    """A fixed sparse matrix in columns, its cones, and where their rows begin."""

    shape: Shape
    size: tuple[int, int]
    indices: Ints
    indptr: Ints
    factor: Floats
    source: Ints
    cones: list[Any]
    rows: dict[str, int]
    miss: int  # the variable of the miss; the last one, if there is one


@dataclass
class _Rows:
    """Entries while they are collected: row, variable, factor, number."""

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    factor: list[float] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, *entries: tuple[int, float, int]) -> None:
        """One row of entries (variable, factor, number)."""
        for column, factor, source in entries:
            self.rows.append(self.count)
            self.columns.append(column)
            self.factor.append(factor)
            self.source.append(source)
        self.count += 1


def at(node: int, part: int) -> int:
    """Variable of a part of a node; node 0 has no state."""
    return part - U if node == 0 else 4 + NODE * (node - 1) + part


def _dynamics(rows: _Rows, n: int) -> None:
    """Position and velocity under linear acceleration, and ln mass: exact."""
    h, one = 1.0 / n, VALUES.one
    for k in range(n):
        for i in range(3):
            before = [] if k == 0 else [(at(k, R + i), -1.0, one)]
            speed = [] if k == 0 else [(at(k, V + i), -h, one)]
            u, u_next = at(k, U + i), at(k + 1, U + i)
            moved = [(u, -h * h / 3.0, one), (u_next, -h * h / 6.0, one)]
            rows.add((at(k + 1, R + i), 1.0, one), *before, *speed, *moved)
        for i in range(3):
            before = [] if k == 0 else [(at(k, V + i), -1.0, one)]
            u, u_next = at(k, U + i), at(k + 1, U + i)
            gained = [(u, -h / 2.0, one), (u_next, -h / 2.0, one)]
            rows.add((at(k + 1, V + i), 1.0, one), *before, *gained)
        before = [] if k == 0 else [(at(k, Y), -1.0, one)]
        burnt = [(at(j, SIGMA), h / 2.0, one) for j in (k, k + 1)]
        rows.add((at(k + 1, Y), 1.0, one), *before, *burnt)


def _target(rows: _Rows, shape: Shape) -> None:
    """Final position (its height alone if the miss is free), velocity, direction."""
    n, one = shape.intervals, VALUES.one
    for i in (2,) if shape.nearest else (0, 1, 2):
        rows.add((at(n, R + i), 1.0, one))
    for i in (0, 1, 2) if shape.stop else ():
        rows.add((at(n, V + i), 1.0, one))
    for j in (0, 1) if shape.aimed else ():
        across = VALUES.across + 3 * j
        rows.add(*((at(n, U + i), 1.0, across + i) for i in range(3)))


def _limits(rows: _Rows, shape: Shape, starts: dict[str, int]) -> None:
    """The linear ones: most thrust, tilt, least and greatest mass, greatest miss."""
    n = shape.intervals
    starts["upper"] = rows.count
    for k in range(n + 1):
        mass = [] if k == 0 else [(at(k, Y), 1.0, VALUES.kappa)]
        rows.add((at(k, SIGMA), 1.0, VALUES.growth + k), *mass)
    starts["tilt"] = rows.count
    for k in range(n + 1) if shape.tilt else ():
        cone = (at(k, SIGMA), 1.0, VALUES.growth + n + 1 + k)
        rows.add(cone, (at(k, U + 2), -1.0, VALUES.one))
    for name, sign in (("lightest", -1.0), ("heaviest", 1.0)):
        starts[name] = rows.count
        for k in range(1, n + 1):
            rows.add((at(k, Y), sign, VALUES.one))
    starts["miss"] = rows.count
    if shape.nearest:
        rows.add((at(n + 1, R), 1.0, VALUES.one))


def _cones(rows: _Rows, shape: Shape, starts: dict[str, int]) -> list[int]:
    """The curved ones: thrust, least thrust, glide slope, miss; their sizes."""
    n, one = shape.intervals, VALUES.one
    starts["thrust"] = rows.count
    for k in range(n + 1):
        for variable in (SIGMA, U, U + 1, U + 2):
            rows.add((at(k, variable), -1.0, one))
    starts["lower"] = rows.count
    for k in range(n + 1):
        # x = z - z0 and w = sigma/.. - rho (1 - x): rho x^2 <= 2 w is a cone
        thrust = (at(k, SIGMA), -1.0, VALUES.growth + k)
        mass = [] if k == 0 else [(at(k, Y), -1.0, VALUES.low_kappa)]
        root = [] if k == 0 else [(at(k, Y), -1.0, VALUES.root_kappa)]
        rows.add(thrust, *mass)
        rows.add(*root)
        rows.add(thrust, *mass)
    starts["glide"] = rows.count
    for k in range(1, n) if shape.glide else ():
        for i, number in ((2, VALUES.glide), (0, one), (1, one)):
            # seen from where it lands, which is a variable if the miss is free
            free = shape.nearest and i != 2
            landing = [(at(n, R + i), 1.0, number)] if free else []
            rows.add((at(k, R + i), -1.0, number), *landing)
    starts["nearest"] = rows.count
    if shape.nearest:
        for variable in (at(n + 1, R), at(n, R), at(n, R + 1)):
            rows.add((variable, -1.0, one))
    glides = [3] * (n - 1) if shape.glide else []
    return [4] * (n + 1) + [3] * (n + 1) + glides + [3] * shape.nearest


@lru_cache(maxsize=64)
def pattern(shape: Shape) -> Pattern:
    """The matrix of a shape, in compressed columns; later calls return the same."""
    import clarabel  # 0.1 s: not for those who only ask for help

    rows, starts = _Rows(), {"dynamics": 0}
    _dynamics(rows, shape.intervals)
    starts["target"] = rows.count
    _target(rows, shape)
    equal = rows.count
    _limits(rows, shape, starts)
    linear = rows.count - equal
    sizes = _cones(rows, shape, starts)
    cones = [clarabel.ZeroConeT(equal), clarabel.NonnegativeConeT(linear)]
    cones += [clarabel.SecondOrderConeT(size) for size in sizes]
    variables = at(shape.intervals + 1, R) + shape.nearest
    order = np.lexsort((rows.rows, rows.columns))
    columns = np.asarray(rows.columns)[order]
    return Pattern(
        shape=shape,
        size=(rows.count, variables),
        indices=np.asarray(rows.rows)[order],
        indptr=np.searchsorted(columns, np.arange(variables + 1)),
        factor=np.asarray(rows.factor)[order],
        source=np.asarray(rows.source)[order],
        cones=cones,
        rows=starts,
        miss=variables - 1,
    )
