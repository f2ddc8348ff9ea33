"""Mission file: the machine. Masses, engines, thrusters, legs.

Body axes: origin in the gimbal plane of the main engine, +z along the main thrust.
"""

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, Vec3, item, param

FOREVER = 1e8  # stands for never [s]
Pair = tuple[Number, Number]


class Engine(Section):
    """One engine of the descent, thrust along +z of the body unless it is canted."""

    name: str = item("name of this engine", min_length=1)
    group: Literal["main", "assist"] = item(
        "main burns steadily or is throttled; assist engines are pulsed together"
    )
    thrust_N: Number = param(1, 100_000, "vacuum thrust")
    isp_s: Number = param(100, 500, "vacuum specific impulse")
    position_m: Vec3 = param(-20, 20, "of the nozzle in body axes")
    cant_deg: Pair = param(-60, 60, "of the thrust about +x and +y", (0.0, 0.0))
    lag_ms: Number = param(1, 5000, "first-order lag of the thrust")
    lag_off_ms: Number = param(0, 5000, "the same after closing; 0: as lag", 0.0)
    open_delay_ms: Number = param(0, 500, "from command to flow", 0.0)
    close_delay_ms: Number = param(0, 500, "from command to the end of flow", 0.0)
    throttle_min_ratio: Number = param(0.01, 1, "least throttle; 1: a valve", 1.0)
    throttle_gap_ratio: Pair = param(0, 1, "forbidden between these", (0.0, 0.0))
    throttle_rate_per_s: Number = param(0.01, 1e4, "of the throttle at most", 1e4)
    isp_loss_ratio: Number = param(0, 0.9, "of the impulse, per share of throttle", 0.0)
    ullage_ratio: Number = param(
        0, 10, "gas over liquid of blow-down tanks at the start; 0: regulated", 0.0
    )
    scale_ratio: Number = param(0, 2, "true over planned thrust, of this one", 1.0)
    misalignment_mrad: Pair = param(-500, 500, "true cant less planned", (0.0, 0.0))
    off_from_s: Number = param(0, FOREVER, "fails shut at this time", FOREVER)
    on_from_s: Number = param(0, FOREVER, "fails open at this time", FOREVER)


class Tank(Section):
    """An upright cylinder with one propellant."""

    name: str = item("name of this tank", min_length=1)
    holds: Literal["fuel", "oxidizer", "attitude"] = item(
        "what is in it; attitude feeds the thrusters alone"
    )
    position_m: Vec3 = param(-20, 20, "centre of its floor in body axes")
    radius_m: Number = param(0.02, 10, "inside")
    height_m: Number = param(0.02, 20, "inside")
    density_kg_m3: Number = param(50, 2500, "of the propellant")
    unusable_kg: Number = param(0, 1000, "that can't be drained", 0.0)
    slosh_damping_ratio: Number = param(0, 1, "of the slosh, of critical", 0.02)


class Jet(Section):
    """One attitude thruster."""

    position_m: Vec3 = param(-20, 20, "in body axes")
    direction_ratio: Vec3 = param(-1, 1, "of the force on the body")


class Rcs(Section):
    """Attitude thrusters: in pairs on four corners, unless jets are given."""

    thrust_N: Number = param(0.01, 2000, "of one jet")
    isp_s: Number = param(40, 500, "specific impulse")
    arm_m: Number = param(0.05, 20, "from the axis of the body to a jet")
    height_m: Number = param(-20, 20, "z of the jets in body axes")
    on_time_min_ms: Number = param(1, 1000, "shortest pulse")
    jets: tuple[Jet, ...] = item("places of all jets, instead of the corners", ())
    open_delay_ms: Number = param(0, 100, "from command to flow", 0.0)
    close_delay_ms: Number = param(0, 100, "from command to the end of flow", 0.0)
    off_jet_count: Count = param(0, 64, "number of a jet that fails shut; 0: none", 0)
    off_from_s: Number = param(0, FOREVER, "when it does", FOREVER)
    on_jet_count: Count = param(0, 64, "number of a jet that fails open; 0: none", 0)
    on_from_s: Number = param(0, FOREVER, "when it does", FOREVER)


class Power(Section):
    """Battery, bus and loads."""

    battery_Wh: Number = param(1, 1e6, "capacity", 1000.0)
    charge_ratio: Number = param(0, 1, "at the start of the flight", 1.0)
    full_V: Number = param(5, 500, "of the battery without load, full", 33.0)
    empty_V: Number = param(5, 500, "the same, empty", 24.0)
    resistance_ohm: Number = param(0, 10, "of battery and harness", 0.05)
    solar_W: Number = param(0, 1e5, "that comes in during the flight", 0.0)
    avionics_W: Number = param(0, 1e5, "computer and sensors", 120.0)
    heaters_W: Number = param(0, 1e5, "all heaters", 60.0)
    radio_W: Number = param(0, 1e5, "transmitter", 40.0)
    engine_valve_W: Number = param(0, 1e4, "of one engine while it is open", 30.0)
    jet_valve_W: Number = param(0, 1e4, "of one thruster while it is open", 10.0)
    brownout_V: Number = param(0, 500, "equipment drops out below", 22.0)
    recover_V: Number = param(0, 500, "and comes back above", 24.0)


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
    com_dry_m: Vec3 = param(-20, 20, "centre of mass in body axes, empty")
    mixture_ratio: Number = param(0.1, 10, "oxidizer over fuel, as loaded", 1.65)
    mixture_scale_ratio: Number = param(0.5, 2, "burned over loaded mixture", 1.0)
    tanks: tuple[Tank, ...] = item("all tanks", min_length=1)
    engines: tuple[Engine, ...] = item("all engines", min_length=1)
    engine_scale_ratio: Number = param(0, 2, "true over planned thrust", 1.0)
    isp_scale_ratio: Number = param(0.1, 2, "true over planned impulse", 1.0)
    gimbal_max_deg: Number = param(0, 15, "of the main engines; 0: fixed", 0.0)
    assist_on_time_min_ms: Number = param(0, 1000, "shortest pulse of an assist engine")
    rcs: Rcs = item("attitude thrusters")
    power: Power = item("battery, bus and loads", Power())
    legs: Legs = item("landing legs")
    hull: Hull = item("body above the legs")

    @model_validator(mode="after")
    def _engines_fit(self) -> "Lander":
        names = [e.name for e in self.engines]
        fault = None
        if len(set(names)) < len(names):
            fault = "two engines have the same name"
        elif len({t.name for t in self.tanks}) < len(self.tanks):
            fault = "two tanks have the same name"
        elif not {"fuel", "oxidizer"} & {t.holds for t in self.tanks}:
            fault = "tanks has none for the engines: one that holds fuel or oxidizer"
        elif "attitude" not in {t.holds for t in self.tanks}:
            fault = "tanks has none for the thrusters: one that holds attitude"
        if fault:
            raise PydanticCustomError("engines", "{m}", {"m": fault})
        return self
