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


class Strut(Section):
    """One strut of a leg: spring and damper in line with a cartridge that crushes."""

    hinge_radius_m: Number = param(0, 20, "of its joint on the body, from the axis")
    hinge_height_m: Number = param(-20, 20, "z of that joint in body axes")
    stiffness_kN_per_m: Number = param(1, 1e5, "of the spring", 150.0)
    damping_kN_s_per_m: Number = param(0, 1e3, "of the damper beside it", 1.5)
    crush_kN: Number = param(0.01, 1e5, "load at which the cartridge gives way")
    stroke_m: Number = param(0, 5, "by which the cartridge can be crushed")
    strength_kN: Number = param(0.01, 1e6, "load that breaks the strut, either way")


class Brace(Strut):
    """A secondary strut; each leg has two, to the left and to the right."""

    spread_m: Number = param(0, 20, "of its joint from the plane of the leg")


class Hull(Section):
    """The part of the body that comes nearest to the ground."""

    radius_m: Number = param(0.05, 20, "of the underside of the body")
    bottom_m: Number = param(-20, 20, "z of the underside in body axes")
    top_m: Number = param(-20, 40, "z of the upper end in body axes")
    nozzle_radius_m: Number = param(0.01, 10, "of the exit of the main nozzle")
    nozzle_height_m: Number = param(-20, 20, "z of that exit in body axes")
    strike_max_m_s: Number = param(0, 20, "speed of a strike that the body survives")


class Legs(Section):
    """Landing legs, and the limits that they are rated for."""

    count: Count = param(3, 8, "number of legs")
    azimuth_deg: Number = param(-360, 360, "of the first, from +x of the body", 45.0)
    radius_m: Number = param(0.1, 20, "of the circle of pads")
    pad_height_m: Number = param(-20, 20, "z of the unloaded pads in body axes")
    pad_diameter_m: Number = param(0.02, 5, "of a footpad")
    pad_friction_ratio: Number = param(0, 2, "of a footpad on the soil")
    primary: Strut = item("the strut that takes most of the load")
    secondary: Brace = item("the two struts that hold a leg sideways")
    vertical_speed_max_m_s: Number = param(0.1, 20, "rated; not a limit here")
    horizontal_speed_max_m_s: Number = param(0.1, 20, "rated; not a limit here")
    tilt_max_deg: Number = param(0.5, 60, "landed only below this, at rest")


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
    hull: Hull = item("body above the legs")

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
