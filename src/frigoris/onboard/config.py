"""What the flight software was loaded with: its own numbers, never the truth's.

Everything here comes from the mission as planned. A fault or a dispersion of the flight
changes no bit of it.
"""

import equinox as eqx
from jaxtyping import Array, Float

from frigoris.math.harmonics import Harmonics
from frigoris.onboard.conditions import Bound as Bound
from frigoris.onboard.conditions import End as End
from frigoris.onboard.editing import Editor
from frigoris.onboard.ground_map import GroundMap
from frigoris.onboard.hazard.config import HazardConfig
from frigoris.onboard.laws.path import Path
from frigoris.onboard.modulation import Pwpf
from frigoris.onboard.protection.config import ProtectionConfig
from frigoris.onboard.shaping import Shape
from frigoris.types import Mat3, Quat, Scalar, Vec3


class MoonModel(eqx.Module):
    """The Moon as the flight software knows it."""

    gravity: Harmonics
    dcm_PM: Mat3
    omega_MI_M: Vec3  # [rad/s]
    q_IM0: Quat  # orientation at onboard time zero
    site_M: Vec3  # the target, on the ground [m]
    ground: GroundMap | None  # heights around it, if they are on board


class Beams(eqx.Module):
    """A velocimeter as the load believes it to be."""

    place_B: Vec3  # [m]
    directions_B: Float[Array, "3 beams *#cases"]


class VehicleModel(eqx.Module):
    """Masses, thrusts and mountings as planned."""

    mass_start: Scalar  # [kg]
    mass_dry: Scalar  # without any propellant at all [kg]
    mass_empty: Scalar  # without any propellant of the descent engines [kg]
    inertia_wet: Vec3  # principal moments used by the controller [kg m^2]
    inertia_dry: Vec3
    main_thrust: Scalar  # [N]
    main_flow: Scalar  # [kg/s]
    assist_thrust: Scalar  # of the whole group [N]
    assist_flow: Scalar
    assist_on_time_min: Scalar  # [s]
    thrust_lag: Scalar  # of the engines of the deorbit burn [s]
    rcs_on_time_min: Scalar  # [s]
    rcs_flow: Scalar  # of one thruster [kg/s]
    main_floor: Scalar  # least throttle of the main engines, 1 for valves [-]
    main_gap: Float[Array, "2 *#cases"]  # throttle that they must not dwell in [-]
    gimbal_max: Scalar  # of the main engines, 0 where they are fixed [rad]
    gimbal_arm: Scalar  # centre of mass above the gimbal [m]
    # duty of each jet per torque [1/(N m)]: +x, -x, +y, -y, +z, -z
    rcs_allocation: Float[Array, "jets 6 *#cases"]
    rcs_opposites: Float[Array, "pairs jets *#cases"]  # ones at jets that cancel
    cant_max: Scalar  # of the range finder's mirror [rad]
    com_wet_B: Vec3  # centre of mass at the start, body frame [m]
    com_dry_B: Vec3  # and without propellant of the descent engines [m]
    imu_B: Vec3  # where the instruments sit, body frame [m]
    laser_B: Vec3
    radar_B: Vec3 | None  # None: there is no such instrument
    radar_half_beam: Scalar | None  # [rad]
    beams: Beams | None
    camera_B: Vec3 | None
    standoff: Scalar  # centre of mass above the footpads at landing [m]


class SlowErrors(eqx.Module):
    """Errors that stay, as further states of the filter."""

    range_sigma: Vec3  # ground over what it is taken for, laser, radar [m]
    ground_length: Scalar  # way over which the ground goes together [m]
    mounting_sigma: Scalar  # of the star tracker, each axis [rad]
    range_gain: Vec3  # 1 estimated, 0 considered
    mounting_gain: Vec3


class NavigationConfig(eqx.Module):
    """Filter settings."""

    position_sigma: Scalar  # at the start [m]
    velocity_sigma: Scalar  # [m/s]
    ignition_position_sigma: Vec3 | None  # loaded at ignition: up, along, cross [m]
    ignition_velocity_sigma: Vec3 | None  # [m/s]; None: the filter's own go on
    attitude_sigma: Scalar  # [rad]
    accel_bias_sigma: Scalar  # [m/s^2]
    gyro_bias_sigma: Scalar  # [rad/s]
    accel_process: Scalar  # [m/s^2/sqrt(Hz)]
    gyro_process: Scalar  # [rad/sqrt(s)]
    accel_rest_sigma: Scalar  # of the engine-off accelerometer mean [m/s^2]
    laser_sigma: Scalar  # [m]
    laser_spread: Scalar  # [-]
    relief_walk: Scalar  # variance of the ground per metre flown over it [m]
    editor: Editor  # of ranges
    radar_sigma: Scalar  # [m]
    radar_spread: Scalar  # [-]
    speed_sigma: Scalar  # of each beam of the velocimeter [m/s]
    speed_gate: Scalar  # and its gate [m/s]
    fix_sigma: Scalar  # of the map of a landmark fix [m]
    fix_along: Scalar  # sigma of a fix along the camera's axis over that across [-]
    slow: SlowErrors | None
    underweight: Scalar  # of a range, while the height is unsure [-]
    underweight_above: Scalar  # sigma of the height above which it is [m]
    star_sigma: Scalar  # [rad]
    gauge_gain: Scalar  # of a reading of the propellant gauge [-]


class Target(eqx.Module):
    """What the guidance law of a phase aims at; heights are those of the footpads."""

    height: Scalar  # above the site [m]
    rate: Scalar  # descent rate there [m/s]
    speed: Scalar  # horizontal speed there [m/s]
    range: Scalar  # ground still to go there [m]
    accel_up: Scalar  # total acceleration there, of laws that meet it [m/s^2]
    accel_along: Scalar
    level: Scalar  # of thrust, first guess and centre [-]
    freeze: Scalar  # gains are held in the last seconds [s]
    gain: Scalar  # of the augmented law [-]
    track_gain: Scalar  # of tracking a path: natural frequency [rad/s]
    lead: Scalar  # over the lag of vehicle and computer [s]
    t_go: Scalar  # first guess of the time to go, where the jerk tells it [s]
    jerk_along: Scalar | None  # at the target, if it tells the time to go [m/s^3]


class GuidanceConfig(eqx.Module):
    """Schedule and gains of the descent."""

    deorbit_dv: Scalar  # [m/s]
    plane_normal_M: Vec3  # of the planned approach, unit
    schedule_decel: Scalar  # [m/s^2]
    schedule_height: Scalar  # where the square-root schedule ends [m]
    schedule_rate: Scalar  # descent rate there [m/s]
    landing_height: Scalar  # constant rate below [m]
    landing_rate: Scalar  # [m/s]
    terminal_duty_max: Scalar  # of the assist group below braking [-]
    tilt_max: Scalar  # [rad]
    tilt_landing_max: Scalar  # below the square-root schedule [rad]
    main_off_height: Scalar  # [m]
    rate_gain: Scalar  # descent-rate error to acceleration [1/s]
    drift_gain: Scalar  # horizontal velocity to acceleration [1/s]
    position_gain: Scalar  # horizontal position to velocity [1/s]
    drift_max: Scalar  # commanded horizontal speed at most [m/s]
    drift_full: Scalar  # height above which the place is aimed at in full [m]
    drift_end: Scalar  # and below which not at all [m]
    reference: Path | None  # the planned trajectory, where a phase tracks it


class ConvexConfig(eqx.Module):
    """Replanning by convex guidance."""

    replan: Scalar  # between plans [s]
    glide: Scalar  # least elevation seen from the target, 0: none [rad]
    from_height: Scalar  # below it plans may be wanted [m]
    intervals: int = eqx.field(static=True)


class ControlConfig(eqx.Module):
    """Attitude control."""

    bandwidth: Scalar  # engines on [rad/s]
    bandwidth_coast: Scalar  # engines off [rad/s]
    damping: Scalar  # [-]
    rate_max: Scalar  # [rad/s]
    accel_max: Scalar  # of the profile that stops a turn [rad/s^2]
    torque_trim_max: Scalar  # integral action at most [N m]
    trim_gain: Scalar  # [1/s]
    modulator: Pwpf | None  # of the attitude thrusters
    filter: Shape | None  # of the torque command


class Phase(eqx.Module):
    """A phase: what is done in it, what ends it; the first that is true counts."""

    number: int = eqx.field(static=True)
    law: str = eqx.field(static=True)
    target: Target | None
    ends: tuple[End, ...]


class SequenceConfig(eqx.Module):
    """Times, and the phases."""

    deorbit_time: Scalar  # onboard time [s]
    ignition_time: Scalar  # [s]
    contact_confirm: Scalar  # [s]
    contact_votes: Scalar  # leg switches that must agree [-]
    phases: tuple[Phase, ...]


class OnboardConfig(eqx.Module):
    """The whole load."""

    moon: MoonModel
    vehicle: VehicleModel
    navigation: NavigationConfig
    guidance: GuidanceConfig
    control: ControlConfig
    sequence: SequenceConfig
    convex: ConvexConfig | None
    hazard: HazardConfig | None  # None: it lands where it is sent
    protection: ProtectionConfig | None = None  # None: nobody watches
