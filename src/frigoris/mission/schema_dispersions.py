"""Mission file: what scatters from case to case, how, and who knows it."""

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Number, Section, item, param
from frigoris.mission.schema_evidence import Scalars

SETS = ("known_late", "on_the_day", "never_known")
SHAPES = ("normal", "uniform", "log_normal", "discrete", "table")
LISTS = ("discrete", "table")  # shapes that replace the design value
JOINT = ("normal", *LISTS)  # shapes that may hold several paths together


def _refuse(text: str) -> PydanticCustomError:
    return PydanticCustomError("shape", "{m}", {"m": text})


class Normal(Section):
    """Bell curve around the design value; cut off, or correlated, where told."""

    sigma: Scalars = param(
        0, 1e12, "one sigma in the unit of the path, or one per component"
    )
    truncate_sigma: Number | None = param(
        0.5, 8, "none lies further out, in sigmas; the rest is scaled up", None
    )
    correlation: tuple[tuple[Number, ...], ...] | None = param(
        -1, 1, "matrix of all components, in the order of the paths", None
    )

    @model_validator(mode="after")
    def _cut_or_correlated(self) -> "Normal":
        if self.truncate_sigma is not None and self.correlation is not None:
            raise _refuse("takes truncate_sigma or correlation, not both")
        return self


class Uniform(Section):
    """Flat around the design value."""

    half_width: Scalars = param(
        0, 1e12, "in the unit of the path, or one per component"
    )


class LogNormal(Section):
    """Design value times the exponential of a bell curve; the design is the median."""

    sigma_ratio: Scalars = param(
        0, 3, "one sigma of the natural logarithm, or one per component"
    )


class Discrete(Section):
    """One of a few values, which replaces the design value."""

    values: tuple[Scalars, ...] = item(
        "in the unit of the path; one list each where there are components",
        min_length=1,
    )
    weights: tuple[Number, ...] | None = param(
        0,
        1e12,
        "how often each comes, relative to the others; alike if not given",
        None,
    )

    @model_validator(mode="after")
    def _weighed(self) -> "Discrete":
        if self.weights is not None and len(self.weights) != len(self.values):
            count = f"{len(self.values)} values but {len(self.weights)} weights"
            raise _refuse(f"has {count}")
        if self.weights is not None and sum(self.weights) <= 0.0:
            raise _refuse("has no weight above zero")
        return self


class Table(Section):
    """A row of a table of measured values; each row is as likely as any other."""

    file: str | None = item("CSV with a head line, beside the mission file", None)
    columns: tuple[str, ...] | None = item("of the file, one per component", None)
    values: tuple[Scalars, ...] | None = item(
        "the rows themselves; if they are given, the file is not read",
        None,
        min_length=1,
    )

    @model_validator(mode="after")
    def _has_rows(self) -> "Table":
        if self.values is None and (self.file is None or self.columns is None):
            raise _refuse("needs file and columns, or values")
        return self


class Dispersion(Section):
    """One parameter, or several together, that differs from case to case."""

    path: str | None = item("parameter", None)
    paths: tuple[str, ...] | None = item(
        "or parameters that are drawn together: normal, discrete, table",
        None,
        min_length=1,
    )
    set: Literal["known_late", "on_the_day", "never_known"] = item(
        "when its value is known: before the flight while the load can still change, "
        "on the day, or never",
        "never_known",
    )
    normal: Normal | None = item("bell curve", None)
    uniform: Uniform | None = item("flat", None)
    log_normal: LogNormal | None = item("bell curve of the logarithm", None)
    discrete: Discrete | None = item("one of some values", None)
    table: Table | None = item("row of a table", None)

    @property
    def targets(self) -> tuple[str, ...]:
        """The parameters of the row, in its order."""
        return self.paths if self.paths is not None else (self.path or "",)

    @property
    def shape(self) -> str:
        """Which of `SHAPES` it has."""
        return next(name for name in SHAPES if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _one_of_each(self) -> "Dispersion":
        if (self.path is None) == (self.paths is None):
            raise _refuse("needs path, or paths")
        given = [name for name in SHAPES if getattr(self, name) is not None]
        if len(given) != 1:
            raise _refuse(f"needs exactly one of {', '.join(SHAPES)}")
        if self.paths is not None and given[0] not in JOINT:
            raise _refuse(f"{given[0]} takes one path, not paths; write a row for each")
        return self
