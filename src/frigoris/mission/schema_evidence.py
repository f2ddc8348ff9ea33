"""Mission file: what differed, what is required, what was observed."""

from typing import Any, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Number, Section, item, param

Scalars = Number | tuple[Number, ...]


class Fault(Section):
    """Something in which the flight differed from what its team believed."""

    text: str = item("what was different", min_length=1)
    set: dict[str, Any] = item("parameter path: value it really had", {}, repr=True)
    inject: tuple[dict[str, Any], ...] = item(
        "what goes wrong in flight: class, its parameters, when; see faults.md", ()
    )

    @model_validator(mode="after")
    def _something(self) -> "Fault":
        if not self.set and not self.inject:
            message = "neither sets nor injects anything"
            raise PydanticCustomError("fault", "{m}", {"m": message})
        return self


class Requirement(Section):
    """What a campaign has to show."""

    id: str = item("name of the requirement", min_length=1)
    text: str = item("in words", min_length=1)
    metric: str = item("what is judged", min_length=1)
    low: Number | None = item("smallest value that is good", None)
    high: Number | None = item("largest value that is good", None)
    probability_ratio: Number = param(0, 1, "share of flights that must be good")
    confidence_ratio: Number = param(0.5, 1, "with which that must be shown")


class Part(Section):
    """One number of a published row and the interval that meets it."""

    metric: str = item("what the simulation measures", min_length=1)
    unit: str = item("of low and high; yes for a yes/no part", min_length=1)
    low: Number = item("smallest value that meets it")
    high: Number = item("largest value that meets it")

    @model_validator(mode="after")
    def _in_order(self) -> "Part":
        if self.low > self.high:
            raise PydanticCustomError("order", "{m}", {"m": "low is above high"})
        return self


class Published(Section):
    """One observable of the real flight."""

    id: str = item("row of the dossier", min_length=1)
    grade: Literal["must", "score", "input"] = item(
        "must fails acceptance, score counts, input is shown only"
    )
    observable: str = item("in words", min_length=1)
    source: str = item("marks of the sources table, or how it was derived")
    terrain: Literal["real", "any"] = item(
        "real: judged with terrain data only; any: on the embedded Moon too", "real"
    )
    parts: tuple[Part, ...] = item("all must be met", min_length=1)


class Link(Part):
    """One step of how the real flight was lost, as a number of the simulation."""

    text: str = item("the step in words", min_length=1)
    source: str = item("marks of the sources table")
    terrain: Literal["real", "any"] = item("on which it can be judged", "real")


class Engineering(Section):
    """A value that nobody published, with the range a reader would accept."""

    path: str = item("parameter")
    low: Scalars = item("low end in the unit of the path, or one per component")
    high: Scalars = item("high end in the unit of the path, or one per component")
    why: str = item("reason of the range", min_length=1)


class Fitted(Section):
    """A number that was tuned to hit an observable."""

    path: str = item("parameter, or a value set by a fault")
    observable: str = item("id of the published row")
