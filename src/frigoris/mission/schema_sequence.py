"""Mission file: the phases of the flight software, their laws and what ends them."""

from typing import Literal

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, item, param
from frigoris.onboard.names import LAWS, NEED_TARGET
from frigoris.phases import PHASES


class Target(Section):
    """What a guidance law aims at. Altitudes are of the footpads over the site."""

    altitude_m: Number = param(-1000, 200_000, "over the planned site", 0.0)
    descent_rate_m_s: Number = param(-500, 500, "there", 0.0)
    speed_horizontal_m_s: Number = param(-500, 2000, "there, along the approach", 0.0)
    range_m: Number = param(-50_000, 50_000, "ground still to go there", 0.0)
    accel_up_m_s2: Number = param(
        -20, 20, "net acceleration there, of laws that meet it", 0.0
    )
    accel_along_m_s2: Number = param(-20, 20, "the same, along the approach", 0.0)
    level_ratio: Number = param(0.05, 1, "planned thrust over full thrust", 0.95)
    freeze_s: Number = param(0.1, 120, "gains are held this long before the end", 12.0)
    gain_ratio: Number = param(6, 20, "of the law `augmented`", 9.0)
    track_gain_rad_s: Number = param(
        0.001, 5, "of laws that track a path: natural frequency", 0.015
    )
    lead_s: Number = param(0, 10, "over the lag of vehicle and computer", 0.0)
    t_go_s: Number = param(1, 2000, "first guess, where the jerk tells the time", 500.0)
    jerk_along_m_s3: Number | None = param(
        -1, 1, "at the target; tells the time to go of `quartic`, as Apollo's", None
    )


class End(Section):
    """What ends a phase. All of it must be true, or any part with `combine: any`."""

    combine: Literal["all", "any"] = item("of several parts", "all")
    contact: bool = item("the legs stand, see contact_votes_count", False)
    for_s: Number | None = param(0, 3600, "it must be true this long", None)
    clock_above_s: Number | None = param(0, 1e6, "since the start of the flight", None)
    phase_time_above_s: Number | None = param(0, 1e6, "time in the phase", None)
    after_deorbit_time_above_s: Number | None = param(
        -1e5, 1e6, "since the planned deorbit burn", None
    )
    after_ignition_time_above_s: Number | None = param(
        -1e5, 1e6, "since the planned braking ignition", None
    )
    deorbit_left_below_m_s: Number | None = param(
        0, 100, "still missing of the deorbit burn", None
    )
    t_go_below_s: Number | None = param(
        -100, 2000, "time to go of the guidance law", None
    )
    altitude_above_m: Number | None = param(
        -1000, 500_000, "footpads over the planned site", None
    )
    altitude_below_m: Number | None = param(-1000, 500_000, "the same", None)
    over_target_below_m: Number | None = param(
        -1000, 500_000, "the same, over the altitude of the phase's target", None
    )
    descent_rate_above_m_s: Number | None = param(-1000, 2000, "downward", None)
    descent_rate_below_m_s: Number | None = param(-1000, 2000, "downward", None)
    speed_horizontal_above_m_s: Number | None = param(
        0, 3000, "over the rotating Moon", None
    )
    speed_horizontal_below_m_s: Number | None = param(0, 3000, "the same", None)
    tilt_above_deg: Number | None = param(
        0, 180, "of the thrust axis from the vertical", None
    )
    tilt_below_deg: Number | None = param(0, 180, "the same", None)
    silence_above_s: Number | None = param(
        0, 1e5, "since the last range that was used", None
    )
    propellant_below_kg: Number | None = param(
        0, 1e6, "of the descent engines, by bookkeeping", None
    )
    ground_below_km: Number | None = param(
        -5400, 5400, "still to go to the target; less than 0 for half an orbit", None
    )
    perilune_above_km: Number | None = param(
        -2000, 1000, "lowest point of the orbit over the site", None
    )
    altitude_sigma_above_m: Number | None = param(
        0, 1e5, "of the altitude, as the filter believes", None
    )
    turn_rate_above_deg_s: Number | None = param(0, 360, "about any axis", None)
    stop_altitude_below_m: Number | None = param(
        -1e6, 1e5, "where full thrust of the descent would stop it", None
    )
    abort_margin_above_kg: Number | None = param(
        -1e4, 1e5, "propellant over what an abort takes, see the law ascend", None
    )
    abort_margin_below_kg: Number | None = param(-1e4, 1e5, "the same", None)

    @model_validator(mode="after")
    def _says_something(self) -> "End":
        parts = [getattr(self, name) for name in bounds_of(type(self))]
        if not self.contact and all(part is None for part in parts):
            message = "holds no condition, so the phase would never end by it"
            raise PydanticCustomError("empty", "{m}", {"m": message})
        return self


def bounds_of(kind: type[End]) -> list[str]:
    """Keys of a kind of condition that are bounds."""
    return [n for n in kind.model_fields if "_above_" in n or "_below_" in n]


BOUNDS = bounds_of(End)


class Phase(Section):
    """A phase: what is done in it, and what ends it."""

    law: str = item(f"one of {', '.join(LAWS)}")
    target: Target | None = item("of the law, where it needs one", None)
    ends: dict[str, End] = item(
        "the phase that follows, and its condition; landed, safe and abort come first",
        default_factory=dict,
    )

    @field_validator("law")
    @classmethod
    def _known_law(cls, value: str) -> str:
        return _known(value, LAWS, "guidance law")

    @field_validator("ends")
    @classmethod
    def _known_next(cls, value: dict[str, End]) -> dict[str, End]:
        for name in value:
            _known(name, PHASES, "phase")
        return value

    @model_validator(mode="after")
    def _aims(self) -> "Phase":
        if self.law in NEED_TARGET and self.target is None:
            message = f"the law {self.law} needs a target"
            raise PydanticCustomError("target", "{m}", {"m": message})
        return self


class Sequence(Section):
    """Phases of the flight, and when the legs count as standing."""

    contact_votes_count: Count = param(1, 12, "leg switches that must agree", 1)
    contact_confirm_s: Number = param(0, 30, "legs on the ground before it counts")
    phases: dict[str, Phase] = item(
        f"by name: {', '.join(PHASES)}; the flight begins with boot"
    )

    @field_validator("phases")
    @classmethod
    def _closed(cls, phases: dict[str, Phase]) -> dict[str, Phase]:
        for name in phases:
            _known(name, PHASES, "phase")
        for name in ("boot", "braking"):
            if name not in phases:
                message = f"has no phase {name}"
                raise PydanticCustomError("phases", "{m}", {"m": message})
        if phases["braking"].target is None:
            message = "braking has no target, which the descent is planned by"
            raise PydanticCustomError("phases", "{m}", {"m": message})
        for name, phase in phases.items():
            for after in phase.ends:
                if after not in phases:
                    message = f"{name} ends in {after}, which is not among the phases"
                    raise PydanticCustomError("phases", "{m}", {"m": message})
        return phases

    @field_validator("phases")
    @classmethod
    def _flyable(cls, phases: dict[str, Phase]) -> dict[str, Phase]:
        first: dict[str, tuple[str, tuple[bool, bool]]] = {}
        for name, phase in phases.items():
            if phase.law == "reference" and name != "braking":
                message = f"{name} cannot track the reference, which is that of braking"
                raise PydanticCustomError("phases", "{m}", {"m": message})
            # one program serves all phases of a law
            aim = phase.target
            kind = aim is not None, aim is not None and aim.jerk_along_m_s3 is not None
            other, same = first.setdefault(phase.law, (name, kind))
            if kind != same:
                message = (
                    f"{other} and {name} have the same law, but only one of them has "
                    "a target, or a jerk_along_m_s3 in it: give it to both or to none"
                )
                raise PydanticCustomError("phases", "{m}", {"m": message})
        return phases


def braking_target(sequence: Sequence) -> Target:
    """What the braking burn ends at; a sequence without one is refused."""
    target = sequence.phases["braking"].target
    if target is None:
        raise ValueError("braking has no target")
    return target


def _known(value: str, names: object, what: str) -> str:
    known = list(names)  # type: ignore[call-overload]
    if value not in known:
        message = f"is no {what}"
        raise PydanticCustomError("unknown", "{m}", {"m": message})
    return value
