"""The kinds of faults that real flights ask for, and how each is reached here.

Either a class of the library is injected, or values of the mission make it: then the
paths stand here, to be set by `--set`, by a fault's `set`, or dispersed. Texts and
flights are those of the project's dossier of landings, section 12.
"""

from typing import NamedTuple


class Kind(NamedTuple):
    """One kind."""

    number: int
    text: str
    paths: tuple[str, ...] = ()  # values that make it
    missing: str = ""  # why it cannot be had at all


BRAKING = "onboard.sequence.phases.braking.ends.pitch_up."
LANDED = "onboard.sequence.phases.terminal_landing.ends.landed."
CONTROL, NAVIGATION = "onboard.control.", "onboard.navigation."
MAIN = "lander.engines.main."

KINDS = (
    Kind(1, "range finder never available"),
    Kind(2, "range finder drops out, with or without recovery"),
    Kind(3, "range noise with distance, tails, bursts"),
    Kind(4, "range bias, scale error, drift", ("sensors.laser.bias_m",)),
    Kind(5, "late acquisition, reduced range", ("sensors.laser.efficiency_ratio",)),
    Kind(6, "false lock, wrong range gate"),
    Kind(7, "frozen, stale or late value, wrong rate", ("sensors.laser.rate_Hz",)),
    Kind(8, "wrong flag, slot, frame or unit of a range"),
    Kind(9, "beam off nadir or lost", ("sensors.laser.misalignment_mrad",)),
    Kind(10, "a step of the real ground", ("survey.height_bias_m",)),
    Kind(11, "velocity beams lose lock"),
    Kind(12, "velocity of dust that flows away"),
    Kind(13, "velocity bias, side lobe, ambiguity", ("sensors.velocimeter.bias_m_s",)),
    Kind(14, "inertial unit stops, restarts, disturbs another"),
    Kind(15, "inertial unit says zero and is said to be healthy"),
    Kind(16, "inertial unit saturates"),
    Kind(
        17,
        "inertial bias, scale, misalignment, noise",
        ("sensors.imu.accel_bias_micro_g", "sensors.imu.misalignment_mrad"),
    ),
    Kind(
        18, "sign or axes swapped, wrong arm or time tag", ("sensors.imu.position_m",)
    ),
    Kind(19, "few matches for light, height or map"),
    Kind(20, "false matches, map offset or datum", ("survey.shift_m",)),
    Kind(21, "visual odometry of wrong scale"),
    Kind(
        22, "hazard detector misses, camera out", ("sensors.hazard_lidar.lost_ratio",)
    ),
    Kind(23, "star tracker blinded"),
    Kind(
        24,
        "width of the gate, latch, no re-acquisition",
        (
            f"{NAVIGATION}gate_sigma_ratio",
            f"{NAVIGATION}gate_floor_m",
            f"{NAVIGATION}editor",
            f"{NAVIGATION}latch_count",
            f"{NAVIGATION}reopen_count",
        ),
    ),
    Kind(
        25,
        "no time-out without measurements, covariance unused",
        (f"{BRAKING}silence_above_s",),
    ),
    Kind(
        26,
        "landed at altitude zero without contact",
        (
            f"{LANDED}altitude_below_m",
            f"{LANDED}contact",
            "onboard.sequence.contact_votes_count",
        ),
    ),
    Kind(
        27,
        "a mode inhibits a safety action",
        (f"{LANDED}contact", "onboard.guidance.main_off_altitude_m"),
    ),
    Kind(
        28,
        "wrong initial state, unmodelled velocity, gravity",
        (
            "handover.position_error_m",
            "handover.velocity_error_m_s",
            "handover.time_tag_error_s",
            "orbit.velocity_error_m_s",
        ),
    ),
    Kind(
        29,
        "wrong parameters loaded",
        (
            "survey.height_bias_m",
            "lander.dry_mass_kg",
            f"{MAIN}thrust_N",
            "sensors.laser.position_m",
        ),
    ),
    Kind(30, "command order race, missing enable"),
    Kind(
        31,
        "stale or wrong telemetry to operators",
        missing="telemetry is made of what was flown; nothing can be wrong only there",
    ),
    Kind(
        32,
        "limit of the attitude rate",
        (f"{CONTROL}rate_max_deg_s", f"{CONTROL}accel_max_deg_s2"),
    ),
    Kind(
        33,
        "chase of a small target box, time to go, saturation",
        ("onboard.guidance.position_gain_per_s", "onboard.guidance.drift_max_m_s"),
    ),
    Kind(
        34,
        "cut-off by timer",
        (
            f"{BRAKING}phase_time_above_s",
            "onboard.sequence.phases.deorbit_burn.ends.coast.phase_time_above_s",
        ),
    ),
    Kind(
        35,
        "open-loop hold",
        ("onboard.sequence.phases.braking.target.freeze_s",),
    ),
    Kind(
        36,
        "loop instability: lag, slosh, modes",
        (
            f"{CONTROL}bandwidth_rad_s",
            f"{CONTROL}filter.frequency_Hz",
            f"{MAIN}lag_ms",
        ),
    ),
    Kind(
        37,
        "dead band, choice of thrusters",
        (f"{CONTROL}modulator.on_ratio", f"{CONTROL}modulator.off_ratio"),
    ),
    Kind(
        38,
        "thrust scale and steps, forbidden band",
        (f"{MAIN}scale_ratio", f"{MAIN}throttle_gap_ratio"),
    ),
    Kind(39, "engine out, partial loss, thrust off axis"),
    Kind(
        40,
        "no start, valve stuck, transient",
        (f"{MAIN}open_delay_ms", f"{MAIN}lag_ms"),
    ),
    Kind(41, "over-burn bounded by a timer", (f"{BRAKING}phase_time_above_s",)),
    Kind(
        42,
        "specific impulse, mixture, depletion, gauging, slosh",
        ("lander.mixture_scale_ratio", "lander.propellant_error_kg"),
    ),
    Kind(43, "regulator, tank rupture, leak with force", (f"{MAIN}ullage_ratio",)),
    Kind(44, "attitude thruster on, off, weak"),
    Kind(45, "gimbal bias, jam"),
    Kind(
        46,
        "mass, centre of mass, inertia",
        ("lander.dry_mass_kg", "lander.com_dry_m", "lander.inertia_dry_kg_m2"),
    ),
    Kind(47, "computer time stolen, restart with loss of state"),
    Kind(48, "reboot, boot loop, actuators at their default"),
    Kind(49, "messages lost, corrupted, late, in wrong order"),
    Kind(50, "false discrete: abort, contact; missed contact"),
    Kind(51, "order from the ground with side effects; link lost"),
    Kind(52, "power brown-out", ("lander.power.resistance_ohm",)),
    Kind(53, "legs, footpads, sinkage, friction", ("regolith.bearing_kPa_m",)),
    Kind(54, "slope, boulder, crater rim, step", ("ground.slope_17m_deg",)),
    Kind(
        55,
        "engine on after contact, rebound, ground effect",
        (
            "onboard.sequence.contact_confirm_s",
            "plume.ground_effect_ratio",
            f"{MAIN}lag_off_ms",
        ),
    ),
    Kind(56, "height and depth of dust", ("plume.onset_m", "plume.dust_ratio")),
    Kind(
        57,
        "tip-over and slide",
        ("lander.legs.radius_m", "lander.legs.pad_friction_ratio"),
    ),
    Kind(
        58,
        "the vehicle is not the one simulated",
        ("site.latitude_deg", "site.longitude_deg", "site.map", "survey.seed_count"),
    ),
    Kind(59, "hardware not verified at launch"),
)
