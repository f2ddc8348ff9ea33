"""Mission file: the load of the flight software, which never sees the truth."""

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, Vec3, item, param
from frigoris.mission.schema_hazard import HazardAvoidance
from frigoris.mission.schema_protection import Protection
from frigoris.mission.schema_sequence import Sequence


class SlowErrors(Section):
    """Errors that stay, as further states of the filter; one sigma each."""

    ground_sigma_m: Number = param(
        0, 1e4, "of the ground's height over map or level of the target"
    )
    ground_length_m: Number = param(1, 1e6, "way over which that goes together")
    laser_sigma_m: Number = param(0, 1e4, "constant error of the range finder", 0.0)
    radar_sigma_m: Number = param(0, 1e4, "constant error of the radar", 0.0)
    mounting_sigma_mrad: Number = param(
        0, 100, "of the star tracker, about each axis", 0.0
    )
    estimate: tuple[Literal["ground", "laser", "radar", "mounting"], ...] = item(
        "which are estimated; the others are considered only (Schmidt)", ("ground",)
    )


class GroundMap(Section):
    """Heights that are on board: those of `survey`, with its errors."""

    half_km: Number = param(1, 400, "from the target to its edge, each way")
    resolution_m: Number = param(5, 10_000, "between its heights")


class Navigation(Section):
    """What the filter believes of its start and its sensors; one sigma each."""

    start_position_sigma_m: Number = param(0, 1e5, "at the start of the flight")
    start_velocity_sigma_m_s: Number = param(0, 1000, "at the start of the flight")
    ignition_position_sigma_m: Vec3 | None = param(
        0, 1e5, "loaded at braking ignition: up, along, across; none: its own", None
    )
    ignition_velocity_sigma_m_s: Vec3 | None = param(0, 1000, "the same, with it", None)
    attitude_sigma_mrad: Number = param(0, 1000, "about each axis")
    accel_bias_sigma_micro_g: Number = param(0, 1e5, "of each accelerometer")
    gyro_bias_sigma_deg_h: Number = param(0, 1e4, "of each gyroscope")
    accel_process_m_s2_sqrt_Hz: Number = param(
        0, 1, "process noise on the velocity, per root hertz"
    )
    gyro_process_deg_sqrt_h: Number = param(0, 100, "process noise on the attitude")
    accel_rest_sigma_micro_g: Number = param(
        0.01, 1e5, "mean of the accelerometer with engines off"
    )
    laser_sigma_m: Number = param(0.01, 1e4, "of a range from the ground's surface")
    laser_spread_ratio: Number = param(
        0, 1, "of a range, over it: relief within reach of the beam's error", 0.0
    )
    relief_walk_m: Number = param(
        0, 100, "variance of the ground's height per metre flown over it [m^2/m]", 0.0
    )
    gate_sigma_ratio: Number = param(
        0.5, 100, "a range further off than this many sigma is rejected"
    )
    gate_floor_m: Number = param(0, 1e5, "a range closer than this never is")
    editor: Literal["none", "chi2", "latching", "reacquire", "multiple_model"] = item(
        "what becomes of ranges beyond the gate", "chi2"
    )
    latch_count: Count = param(
        1, 1000, "rejects in a row after which `latching` is deaf for ever", 5
    )
    reopen_count: Count = param(
        2, 1000, "rejects in agreement that `reacquire` takes for a step", 10
    )
    agree_m: Number = param(
        0.1, 1e4, "by which such rejects may differ, one from the next", 50.0
    )
    underweight_ratio: Number = param(
        0, 10, "share of the height's variance added to a range's", 0.0
    )
    underweight_above_m: Number = param(
        0, 1e5, "sigma of the height above which that is done", 0.0
    )
    gauge_gain_ratio: Number = param(
        0, 1, "of a reading of the propellant gauge; 0 counts commands alone", 0.0
    )
    star_sigma_arcsec: Number = param(0.1, 36_000, "about each axis")
    radar_sigma_m: Number = param(0.01, 1e4, "of the radar altimeter", 10.0)
    radar_spread_ratio: Number = param(0, 1, "the same, over the range", 0.02)
    speed_sigma_m_s: Number = param(1e-4, 100, "of a beam of the velocimeter", 0.1)
    speed_gate_m_s: Number = param(0, 1000, "a speed closer than this is believed", 1.0)
    fix_sigma_m: Number = param(0, 1e4, "of the landmark map", 20.0)
    slow_errors: SlowErrors | None = item("further states, if any", None)
    map: GroundMap | None = item("heights on board, if any", None)


class Guidance(Section):
    """Schedule and limits of the descent. Altitudes are above the planned site."""

    schedule_decel_m_s2: Number = param(0.01, 10, "of the planned descent rate")
    schedule_altitude_m: Number = param(0, 5000, "where the schedule ends")
    schedule_rate_m_s: Number = param(0.1, 100, "descent rate there")
    landing_altitude_m: Number = param(0, 500, "below it the rate is constant")
    landing_rate_m_s: Number = param(0.05, 20, "descent rate at touchdown")
    terminal_duty_max_ratio: Number = param(
        0, 1, "largest duty of the assist engines in terminal descent"
    )
    tilt_max_deg: Number = param(0.1, 90, "from the vertical, in terminal descent")
    tilt_landing_max_deg: Number = param(0.1, 90, "from the vertical, when landing")
    main_off_altitude_m: Number = param(
        -1000, 5000, "the main engine is off below it; far below ground: never"
    )
    rate_gain_per_s: Number = param(0.001, 10, "descent-rate error to acceleration")
    drift_gain_per_s: Number = param(
        0.001, 10, "horizontal velocity error to acceleration"
    )
    position_gain_per_s: Number = param(0, 10, "horizontal miss to velocity")
    drift_max_m_s: Number = param(0, 200, "largest horizontal speed asked for")
    drift_full_altitude_m: Number = param(
        0, 10_000, "the schedule aims at the place in full above it", 250.0
    )
    drift_end_altitude_m: Number = param(
        0, 10_000, "and not at all below it: horizontal speed takes time to end", 100.0
    )

    @model_validator(mode="after")
    def _falling(self) -> "Guidance":
        for high, low in (
            ("schedule_altitude_m", "landing_altitude_m"),
            ("schedule_rate_m_s", "landing_rate_m_s"),
            ("drift_full_altitude_m", "drift_end_altitude_m"),
        ):
            if getattr(self, high) <= getattr(self, low):
                message = f"{high} is not above {low}"
                raise PydanticCustomError("order", "{m}", {"m": message})
        return self


class Modulator(Section):
    """Pulse-width pulse-frequency modulator: a filter, and a switch with hysteresis."""

    gain_ratio: Number = param(0.1, 100, "of the filter")
    lag_ms: Number = param(1, 10_000, "of the filter")
    on_ratio: Number = param(0.001, 10, "output of the filter that switches on")
    off_ratio: Number = param(0, 10, "and the lower one that switches off")
    level_ratio: Number = param(0.1, 10, "taken from what is asked while on", 1.0)

    @model_validator(mode="after")
    def _hysteresis(self) -> "Modulator":
        if self.off_ratio >= self.on_ratio:
            message = "off_ratio is not below on_ratio"
            raise PydanticCustomError("order", "{m}", {"m": message})
        return self


class TorqueFilter(Section):
    """What the torque command goes through, for liquid that swings."""

    kind: Literal["notch", "low_pass"] = item("takes one frequency out, or all above")
    frequency_Hz: Number = param(0.001, 4, "of the notch, or the corner")
    accel_m_s2: Number = param(
        0, 100, "specific force it belongs to, it follows its root; 0: any force", 0.0
    )
    damping_ratio: Number = param(0.01, 5, "of its poles: the width of a notch", 0.7)
    depth_ratio: Number = param(0, 1, "what a notch leaves at its frequency", 0.1)


class Control(Section):
    """Attitude control."""

    rate_max_deg_s: Number = param(0.01, 90, "fastest turn")
    bandwidth_rad_s: Number = param(0.001, 20, "with engines on")
    damping_ratio: Number = param(0.1, 5, "of the closed loop")
    bandwidth_coast_rad_s: Number = param(0.001, 20, "in the coast")
    accel_max_deg_s2: Number = param(0.001, 90, "fastest change of the turn")
    torque_trim_max_N_m: Number = param(0, 1e5, "largest torque that is trimmed out")
    trim_gain_per_s: Number = param(0, 10, "how fast the trim follows")
    modulator: Modulator | None = item(
        "of the thrusters; without one their on-time is what was asked for", None
    )
    filter: TorqueFilter | None = item("of the torque command, if any", None)


class Convex(Section):
    """Convex guidance: how often, and how finely, its phases are planned anew."""

    replan_s: Number = param(1, 600, "between two plans", 10.0)
    intervals_count: Count = param(5, 200, "of a plan, of equal time", 50)
    glide_deg: Number = param(0, 89, "least elevation seen from the target", 0.0)
    from_altitude_m: Number = param(
        100, 200_000, "from here down the flight is stopped each second to plan", 6000.0
    )


class OwnSoftware(Section):
    """The user's own code in place of ours, found by its name."""

    module: str | None = item(
        "a .py file beside the mission, or a module to import; none: known already",
        None,
    )
    name: str = item("under which its guidance, navigator or software is registered")


class Onboard(Section):
    """The whole load."""

    software: OwnSoftware | None = item("own code that flies, if any", None)

    navigation: Navigation = item("filter")
    guidance: Guidance = item("descent")
    control: Control = item("attitude")
    sequence: Sequence = item("phases")
    hazard_avoidance: HazardAvoidance | None = item(
        "search for a safe place, if any; needs a hazard lidar", None
    )
    convex: Convex | None = item("planning of the law `convex`", None)
    protection: Protection | None = item("monitors and responses, if any", None)

    @model_validator(mode="after")
    def _responds(self) -> "Onboard":
        told = {} if self.protection is None else self.protection.monitors
        for name, monitor in told.items():
            for phase in (*(monitor.phases or ()), monitor.phase):
                if phase is not None and phase not in self.sequence.phases:
                    has = ", ".join(self.sequence.phases)
                    message = (
                        f"monitor {name} speaks of the phase {phase}, which this "
                        f"sequence lacks; it has {has}"
                    )
                    raise PydanticCustomError("phases", "{m}", {"m": message})
        return self

    @model_validator(mode="after")
    def _planned(self) -> "Onboard":
        laws = {phase.law for phase in self.sequence.phases.values()}
        if "convex" in laws and self.convex is None:
            message = "a phase has the law convex, but there is no section convex"
            raise PydanticCustomError("phases", "{m}", {"m": message})
        return self

    @model_validator(mode="after")
    def _somebody_guides(self) -> "Onboard":
        own = [n for n, p in self.sequence.phases.items() if p.law == "own"]
        if own and self.software is None:
            message = f"phase {own[0]} has the law own, but there is no software"
            raise PydanticCustomError("software", "{m}", {"m": message})
        return self
