"""Mission file: the machine. Masses, engines, thrusters, legs.

Body axes: origin in the gimbal plane of the main engine, +z along the main thrust.
"""

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, Vec3, item, param


class Engine(Section):
    """One bipropellant engine, thrust along +z of the body."""

    name: str = item("name of this engine", min_length=1)
    group: Literal["main", "assist"] = item(
        "main burns steadily; assist engines are pulsed together"
    )
    thrust_N: Number = param(1, 100_000, "vacuum thrust")
    isp_s: Number = param(100, 500, "vacuum specific impulse")
    position_m: Vec3 = param(-20, 20, "of the nozzle in body axes")
    lag_ms: Number = param(1, 5000, "first-order lag of the thrust")


class Rcs(Section):
    """Attitude thrusters, in pairs on the corners."""

    thrust_N: Number = param(0.01, 2000, "of one jet")
    isp_s: Number = param(40, 500, "specific impulse")
    arm_m: Number = param(0.05, 20, "from the axis of the body to a jet")
    height_m: Number = param(-20, 20, "z of the jets in body axes")
    on_time_min_ms: Number = param(1, 1000, "shortest pulse")


class Legs(Section):
    """Landing legs, and what they withstand."""

    count: Count = param(3, 8, "number of legs")
    radius_m: Number = param(0.1, 20, "of the circle of pads")
    pad_height_m: Number = param(-20, 20, "z of the pads in body axes")
    vertical_speed_max_m_s: Number = param(0.1, 20, "landed only below this")
    horizontal_speed_max_m_s: Number = param(0.1, 20, "landed only below this")
    tilt_max_deg: Number = param(0.5, 60, "landed only below this, from the vertical")


class Lander(Section):
    """The whole vehicle."""

    dry_mass_kg: Number = param(1, 100_000, "landed mass without any propellant")
    propellant_kg: Number = param(0, 100_000, "usable, at the start of the flight")
    rcs_propellant_kg: Number = param(0, 10_000, "usable by the attitude thrusters")
    propellant_error_kg: Number = param(-1000, 1000, "true minus loaded", 0.0)
    inertia_dry_kg_m2: Vec3 = param(0.1, 1e7, "about the centre of mass, empty")
    inertia_wet_kg_m2: Vec3 = param(0.1, 1e7, "about the centre of mass, full")
    com_dry_m: Vec3 = param(-20, 20, "centre of mass in body axes, empty")
    com_wet_m: Vec3 = param(-20, 20, "centre of mass in body axes, full")
    engines: tuple[Engine, ...] = item("all engines", min_length=1)
    engine_scale_ratio: Number = param(0, 2, "true over planned thrust", 1.0)
    isp_scale_ratio: Number = param(0.1, 2, "true over planned impulse", 1.0)
    assist_on_time_min_ms: Number = param(0, 1000, "shortest pulse of an assist engine")
    rcs: Rcs = item("attitude thrusters")
    legs: Legs = item("landing legs")

    @model_validator(mode="after")
    def _engines_fit(self) -> "Lander":
        names = [e.name for e in self.engines]
        fault = None
        if len(set(names)) < len(names):
            fault = "two engines have the same name"
        elif not {"main", "assist"} <= {e.group for e in self.engines}:
            fault = "engines has no engine of group main, or none of group assist"
        if fault:
            raise PydanticCustomError("engines", "{m}", {"m": fault})
        return self
