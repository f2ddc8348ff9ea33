"""Faults of dispersions that show when they are held against their parameters.

Works on the plain tree, like the rest of the check, and imports no numpy for a mission
without correlations: `frigoris check` stays quick.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from frigoris.mission.paths import Parameter, checked, fault_path
from frigoris.mission.schema_base import numbers, outside
from frigoris.mission.schema_dispersions import LISTS, SHAPES
from frigoris.mission.source import Location
from frigoris.mission.wording import shown

ROUNDING = 1e-6  # by which a correlation may miss symmetry, one and positive size

Fault = tuple[Location, str]
Lookup = Callable[[Any], tuple[Any, str | None]]  # path to value, or what is wrong


class Component(NamedTuple):
    """One number of a dispersed parameter."""

    path: str
    design: float
    parameter: Parameter


def dispersion_faults(
    rows: Iterable[tuple[int, Any]], known: Mapping[str, Parameter], lookup: Lookup
) -> Iterator[Fault]:
    """Everything that is wrong with the rows, in words."""
    seen: set[tuple[Any, ...]] = set()
    for i, row in rows:
        components: list[Component] = []
        good = True
        for end, path in _targets(row):
            value, wrong = _target(path, row, known, lookup)
            twin = _identity(path, known, lookup)
            if wrong is None and twin in seen:
                wrong = f"{path} stands here twice"
            seen.add(twin)
            if wrong:
                good = False
                yield ("dispersions", i, *end), f"dispersions: {wrong}"
                continue
            design = [float(x) for x in numbers(value)]
            components += [Component(path, x, known[path]) for x in design]
        if good and components:
            for end, text in _shape_faults(row, components):
                yield ("dispersions", i, *end), f"dispersions: {text}"


def _targets(row: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Place in the row and path of each parameter; none where the schema objects."""
    path, paths = row.get("path"), row.get("paths")
    if path is not None and paths is not None:
        return
    if isinstance(path, str):
        yield ("path",), path
    for j, path in enumerate(paths if isinstance(paths, list) else []):
        if isinstance(path, str):
            yield ("paths", j), path


def _target(
    path: str, row: Mapping[str, Any], known: Mapping[str, Parameter], lookup: Lookup
) -> tuple[Any, str | None]:
    """Design value of a parameter, and why it cannot be dispersed, if so."""
    value, wrong = lookup(path)
    if wrong:
        return value, wrong
    if fault_path(path):
        return value, f"{path} is set by a fault; disperse the parameter itself"
    if known[path].field.annotation is int and not any(s in row for s in LISTS):
        text = f"{path} is a whole number, which cannot scatter; give it a discrete"
        return value, text
    if value is not None and not list(numbers(value)):
        return value, f"{path} is not a number"
    return value, None


def _identity(path: str, known: Mapping[str, Parameter], lookup: Lookup) -> Any:
    """The same for both paths of an item of a list: that by number and that by name."""
    parts = path.split(".")
    for k, part in enumerate(parts):
        if part.isdigit():
            value, wrong = lookup(".".join([*parts[: k + 1], "name"]))
            parts[k] = value if wrong is None and isinstance(value, str) else part
    return tuple(parts)


def _shape_faults(
    row: Mapping[str, Any], components: list[Component]
) -> Iterator[tuple[Location, str]]:
    for shape in SHAPES:
        inner = row.get(shape)
        if not isinstance(inner, Mapping):
            continue
        if shape in LISTS:
            yield from _list_faults(shape, inner, components)
        else:
            yield from _spread_faults(shape, inner, components, "paths" in row)


SIZES = {"normal": "sigma", "uniform": "half_width", "log_normal": "sigma_ratio"}


def _spread_faults(
    shape: str, inner: Mapping[str, Any], components: list[Component], several: bool
) -> Iterator[tuple[Location, str]]:
    """What is wrong with the sizes of a shape around the design value."""
    name = SIZES[shape]
    spread = inner.get(name)
    sizes = [float(x) for x in numbers(spread)]
    if not isinstance(spread, list) and len(sizes) == 1:
        if several and len(components) > 1:
            text = f"the paths have {len(components)} components: list a {name} of each"
            yield (shape, name), text
            return
        sizes *= len(components)
    elif len(sizes) != len(components):
        have = f"{components[0].path} has" if not several else "the paths have"
        text = f"{have} {len(components)} components, {name} has {len(sizes)}"
        if sizes:
            yield (shape, name), text
        return
    if shape == "log_normal":
        wrong = next((c for c in components if c.design <= 0.0), None)
        if wrong:
            text = f"{wrong.path} = {wrong.design:g} is not above zero, so log_normal"
            yield (shape,), f"{text} cannot multiply it; take normal"
        return
    if inner.get("correlation") is not None:
        yield from _correlation_faults(inner["correlation"], len(components))
    cut = 1.0 if shape == "uniform" else inner.get("truncate_sigma")
    if isinstance(cut, int | float) and not isinstance(cut, bool):
        yield from _reach_faults((shape, name), components, [cut * s for s in sizes])


def _reach_faults(
    at: Location, components: list[Component], reach: list[float]
) -> Iterator[tuple[Location, str]]:
    """Where the furthest draw is certain to leave the bounds of its parameter."""
    for component, size in zip(components, reach, strict=True):
        for value in (component.design - size, component.design + size):
            parameter = component.parameter
            wrong = outside(parameter.name, parameter.field, value)
            if wrong and not outside(parameter.name, parameter.field, component.design):
                yield at, f"{component.path} may be drawn as {value:.6g}, which {wrong}"
                return


def _list_faults(
    shape: str, inner: Mapping[str, Any], components: list[Component]
) -> Iterator[tuple[Location, str]]:
    """What is wrong with the rows of values that replace the design value."""
    values = inner.get("values")
    if shape == "table" and inner.get("file") is not None:
        columns = inner.get("columns")
        if isinstance(columns, list) and len(columns) != len(components):
            text = f"{len(components)} components need as many columns"
            yield (shape, "columns"), f"{text}, not {len(columns)}"
            return
    for k, value in enumerate(values if isinstance(values, list) else []):
        row = list(numbers(value))
        wrong = _row_fault(row, components)
        if wrong:
            yield (shape, "values", k), f"{shown(value)}: {wrong}"
            return  # the next rows are probably wrong alike


def _row_fault(row: list[float], components: list[Component]) -> str | None:
    if not row:
        return None  # the schema says so
    if len(row) != len(components):
        return f"{len(components)} components need as many numbers, not {len(row)}"
    for number, (path, _, parameter) in zip(row, components, strict=True):
        if parameter.field.annotation is int:
            wrong = checked(parameter, number)[1]
        else:
            wrong = outside(parameter.name, parameter.field, number)
        if wrong:
            return f"{path} = {number:g} {wrong}"
    return None


def _correlation_faults(matrix: Any, size: int) -> Iterator[tuple[Location, str]]:
    """Why a matrix cannot be a correlation of `size` components."""
    at: Location = ("normal", "correlation")
    rows = matrix if isinstance(matrix, list) else []
    if len(rows) != size or any(
        not isinstance(row, list) or len(row) != size for row in rows
    ):
        yield at, f"correlation needs {size} rows of {size} numbers"
        return
    if len(list(numbers(rows))) != size * size:
        return  # the schema says so
    for i in range(size):
        if abs(rows[i][i] - 1.0) > ROUNDING:
            text = f"correlation of component {i} with itself is {rows[i][i]:g}, not 1"
            yield (*at, i, i), text
            return
        for j in range(i):
            if abs(rows[i][j] - rows[j][i]) > ROUNDING:
                text = f"correlation of {i} with {j} is {rows[i][j]:g}, but of {j} with"
                yield (*at, i, j), f"{text} {i} it is {rows[j][i]:g}"
                return
    if not all(abs(x) <= 1.0 + ROUNDING for x in numbers(rows)):
        return  # the schema says so
    import numpy as np  # only for who asks for it

    least = float(np.linalg.eigvalsh(np.array(rows, dtype=np.float64))[0])
    if least < -ROUNDING:
        text = "no numbers can be correlated like this: the matrix has the eigenvalue"
        yield at, f"{text} {least:.3g}, and none may be below zero. Weaken some of it"
