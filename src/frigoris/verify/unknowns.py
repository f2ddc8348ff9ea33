"""Missions drawn out of what nobody published: one for each case.

A value under `engineering` is a fact of the lander that its team knew and a reader does
not: plan and load of a case are made with it. An error of the flight, under `faults`,
was known to nobody. Definitions and limits: docs/robustness.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from frigoris.errors import UserError
from frigoris.mission.check import within
from frigoris.mission.check_lander import lander_faults
from frigoris.mission.distributions import normal_quantile
from frigoris.mission.edit import planned
from frigoris.mission.paths import fault_path, parameters, read, replace
from frigoris.mission.sampling import LatinHypercube, Random
from frigoris.mission.schema import Mission
from frigoris.mission.schema_base import Section, numbers
from frigoris.units import suffix

KINDS = ("group", "holds")  # what tells items of a list apart
# the ground and the gravity that all cases of a batch fly over
SHARED = ("mission.", "site.latitude_deg", "site.longitude_deg", "moon.", "ground.")
ATTEMPTS = 200  # to draw a lander that can be


@dataclass(frozen=True)
class Range:
    """A value that nobody published, anywhere between two ends."""

    path: str  # of its row
    paths: tuple[str, ...]  # what it sets: itself, and items of its list that are alike
    low: tuple[float, ...]
    high: tuple[float, ...]
    scalar: bool
    whole: bool  # a count

    def value(self, u: np.ndarray) -> Any:
        """The value at a point of (0, 1), one number for each component."""
        low, high = np.array(self.low), np.array(self.high)
        if self.whole:  # every whole number as often
            found = np.minimum(np.floor(low + (high - low + 1.0) * u), high)
            return int(found[0]) if self.scalar else tuple(int(x) for x in found)
        return _as_value(low + (high - low) * u, self.scalar)


@dataclass(frozen=True)
class Error:
    """An error of the flight, normal about what its team believed.

    A ratio is so in its logarithm, and never on the other side of the plan: a link
    better than tested counts as one as tested.
    """

    path: str  # `faults.NAME.set.PATH`
    believed: tuple[float, ...]
    sigma: tuple[float, ...]  # of the natural logarithm for a ratio
    ratio: bool
    below: bool  # the ratio of the flight was below the plan
    scalar: bool

    @property
    def parameter(self) -> str:
        """What the fault sets."""
        return self.path.split(".", 3)[3]

    def value(self, u: np.ndarray) -> Any:
        """The value at a point of (0, 1), one number for each component."""
        z = np.array(self.sigma) * normal_quantile(u)
        if not self.ratio:
            return _as_value(np.array(self.believed) + z, self.scalar)
        z = np.minimum(z, 0.0) if self.below else np.maximum(z, 0.0)
        return _as_value(np.array(self.believed) * np.exp(z), self.scalar)


def _as_value(found: np.ndarray, scalar: bool) -> Any:
    values = tuple(float(x) for x in found)
    return values[0] if scalar else values


def ranges(mission: Mission) -> list[Range]:
    """The rows under `engineering`; `UserError` for one that no case can differ in."""
    known = parameters(mission.model_dump())
    own = {row.path for row in mission.engineering}
    found = []
    for row in mission.engineering:
        if row.path.startswith(SHARED):
            raise UserError(
                f"Cannot vary {row.path} of {mission.mission.name} from case to case: "
                "all cases fly over one ground and one gravity. Take its row out of "
                "`engineering` in a mission file that extends this one."
            )
        value = read(mission, row.path)
        triples = within(value, row.low, row.high) or []
        parameter = known[(fault_path(row.path) or ("", row.path))[1]]
        found.append(
            Range(
                path=row.path,
                paths=(row.path, *(p for p in alike(mission, row.path, own))),
                low=tuple(float(a) for _, a, _ in triples),
                high=tuple(float(b) for _, _, b in triples),
                scalar=not isinstance(value, list | tuple),
                whole=parameter.field.annotation is int,
            )
        )
    return found


def alike(mission: Mission, path: str, own: set[str]) -> list[str]:
    """The same parameter of the other items of its list that are of its kind.

    Of its kind are those of the same group or content with the same value, unless they
    have a row of their own: one row about `assist-1` speaks of the engine family.
    """
    parts = path.split(".")
    for i in range(1, len(parts) - 1):
        items = read(mission, ".".join(parts[:i]))
        if not isinstance(items, tuple) or not isinstance(items[0], Section):
            continue
        tail, value = ".".join(parts[i + 1 :]), read(mission, path)
        item = read(mission, ".".join(parts[: i + 1]))
        found = []
        for k, other in enumerate(items):
            labels = {str(k), str(getattr(other, "name", k))}
            names = {".".join([*parts[:i], x, tail]) for x in labels}
            here = ".".join([*parts[:i], str(getattr(other, "name", k)), tail])
            same = other is not item and not names & own and _kind(other) == _kind(item)
            if same and read(mission, here) == value:
                found.append(here)
        return found
    return []


def _kind(item: Section) -> list[Any]:
    return [getattr(item, name, None) for name in KINDS]


def errors(mission: Mission) -> list[Error]:
    """Fitted errors of the flight; one sigma is as large as the fitted error itself."""
    plan = planned(mission)
    found = []
    for row in mission.fitted:
        inside = fault_path(row.path)
        if inside is None:
            continue
        value = read(mission, row.path)
        flown = np.array(list(numbers(value)))
        believed = np.array(list(numbers(read(plan, inside[1]))))
        ratio = suffix(inside[1]) == "ratio" and bool(min(*flown, *believed) > 0.0)
        size = np.log(flown / believed) if ratio else flown - believed
        found.append(
            Error(
                path=row.path,
                believed=tuple(believed.tolist()),
                sigma=(float(np.max(np.abs(size))),) * len(flown),
                ratio=ratio,
                below=bool(np.sum(size) < 0.0),
                scalar=not isinstance(value, list | tuple),
            )
        )
    return found


def only_errors(mission: Mission, kept: Sequence[Error]) -> Mission:
    """The mission with these errors as its only faults."""
    paths = {error.path for error in kept}
    faults = {}
    for name, fault in mission.faults.items():
        own = {p: v for p, v in fault.set.items() if f"faults.{name}.set.{p}" in paths}
        if own:
            faults[name] = fault.model_copy(update={"set": own})
    return mission.model_copy(update={"faults": faults})


@dataclass(frozen=True)
class Drawn:
    """One case: its mission, what was drawn for it, and how often that was anew."""

    mission: Mission
    values: Mapping[str, Any]
    again: int


class Unknowns:
    """Draws missions: uniform over ranges, normal for errors, a Latin hypercube.

    A case is a function of seed, count and its number; the same lander whatever errors
    are drawn beside it. A lander that can't be (pads
    above its nozzle, more hits asked for than pulses) is drawn again, whole and at
    random.
    """

    def __init__(
        self, mission: Mission, parts: Sequence[Range | Error], seed: int, count: int
    ) -> None:
        self.mission, self.count = mission, count
        self.parts = sorted(parts, key=lambda part: part.path)
        self.wrong = [part.path for part in self.parts if isinstance(part, Error)]
        widths = [_width(part) for part in self.parts]
        self.ends = np.cumsum([0, *widths])

        def names(word: str) -> list[tuple[str, int]]:
            paths = [f"{word} {part.path}" for part in self.parts]
            return list(zip(paths, widths, strict=True))

        self._even = LatinHypercube(seed, names("range"), count)
        self._again = Random(seed, names("again"))

    def draw(self, case: int) -> Drawn:
        """One case; `UserError` where the ranges hardly hold a lander that can be."""
        for again in range(ATTEMPTS):
            values = self._values(case, again)
            lander = {p: x for p, x in values.items() if p not in self.wrong}
            if not possible(replace(self.mission, lander)):
                continue
            mission = replace(self.mission, values)
            if lander.keys() != values.keys() and not possible(mission):
                raise UserError(
                    f"Cannot draw case {case} of {self.mission.mission.name}: an error "
                    f"leaves the bounds of its parameter, {', '.join(self.wrong)}. "
                    "Give that parameter a row under `dispersions`."
                )
            return Drawn(mission, values, again)
        raise UserError(
            f"Cannot draw case {case} of {self.mission.mission.name}: {ATTEMPTS} "
            "landers in a row can't be. Its ranges under `engineering` contradict one "
            "another; `frigoris check` tells what a lander must hold to."
        )

    def _values(self, case: int, again: int) -> dict[str, Any]:
        points = self._again if again else self._even
        u = points.at(np.array([case + again * self.count]) if again else _one(case))[0]
        found: dict[str, Any] = {}
        for part, first, end in zip(
            self.parts, self.ends[:-1], self.ends[1:], strict=True
        ):
            value = part.value(u[first:end])
            paths = part.paths if isinstance(part, Range) else (part.path,)
            found |= dict.fromkeys(paths, value)
        return found


def _one(case: int) -> np.ndarray:
    return np.array([case], dtype=np.int64)


def _width(part: Range | Error) -> int:
    return len(part.low if isinstance(part, Range) else part.believed)


def possible(mission: Mission) -> bool:
    """Whether a lander with such values can be: what a mission file is held to."""
    tree = mission.model_dump(mode="json")
    try:
        Mission.model_validate(tree)
    except ValidationError:
        return False
    return not any(lander_faults(tree))
