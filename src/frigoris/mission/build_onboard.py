"""The flight software's load, made from the mission as planned and nothing else."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from frigoris.constants import G0, RADIUS_MOON
from frigoris.lander.mass import mass_properties, total_mass
from frigoris.math.patch import Sheet, make_patch
from frigoris.math.tree import leaf
from frigoris.mission.build_hazard import hazard_config
from frigoris.mission.build_protection import protection_config
from frigoris.mission.build_sensors import directions
from frigoris.mission.build_sequence import convex_config, sequence_config, target
from frigoris.mission.build_vehicle import (
    allocation,
    jet_places,
    mass_model,
    opposites,
)
from frigoris.mission.plan import Plan
from frigoris.mission.setting import Setting
from frigoris.moon.survey import Survey, surveyed
from frigoris.onboard.config import (
    Beams,
    ControlConfig,
    GuidanceConfig,
    MoonModel,
    NavigationConfig,
    OnboardConfig,
    SlowErrors,
    Target,
    VehicleModel,
)
from frigoris.onboard.editing import EDITORS, Editor
from frigoris.onboard.ground_map import GroundMap
from frigoris.onboard.laws.law import Burn
from frigoris.onboard.modulation import Pwpf
from frigoris.onboard.shaping import Shape

SLOW = ("ground", "laser", "radar", "mounting")  # errors that may be estimated


def group(m: SimpleNamespace, name: str) -> tuple[float, float]:
    """Planned thrust [N] and mass flow [kg/s] of a group of engines."""
    engines = [e for e in m.lander.engines if e.group == name]
    thrust = sum(e.thrust for e in engines)
    return thrust, sum(e.thrust / (e.isp * G0) for e in engines)


def start_mass(m: SimpleNamespace) -> float:
    """Planned mass before the deorbit burn [kg]."""
    masses = mass_model(m.lander)
    return float(total_mass(masses, masses.loaded, masses.loaded_rcs))


def planned_burn(
    m: SimpleNamespace, site_M: np.ndarray, setting: Setting, deorbit_dv: float
) -> Burn:
    """Engines and mass at ignition, for the predictor of the plan."""
    main, main_flow = group(m, "main")
    assist, assist_flow = group(m, "assist")
    slow, slow_flow = (main, main_flow) if main else (assist, assist_flow)
    return Burn(
        mass=leaf(start_mass(m) * np.exp(-deorbit_dv * slow_flow / slow)),
        thrust=leaf(main + assist),
        flow=leaf(main_flow + assist_flow),
        mu=leaf(setting.gravity.mu),
        radius=leaf(np.linalg.norm(site_M)),
    )


def vehicle_model(m: SimpleNamespace, standoff: float) -> VehicleModel:
    """Masses, thrusts and mountings as planned."""
    main, main_flow = group(m, "main")
    assist, assist_flow = group(m, "assist")
    rcs = m.lander.rcs
    masses = mass_model(m.lander)
    zero = 0.0 * masses.loaded
    wet, empty = (
        mass_properties(masses, x, masses.loaded_rcs) for x in (masses.loaded, zero)
    )
    com = np.asarray(0.5 * (wet.com_B + empty.com_B))
    position, direction = jet_places(rcs)
    torque = np.cross((position - com[:, None]).T, direction.T).T * rcs.thrust
    mains = [e for e in m.lander.engines if e.group == "main"]
    first = mains[0] if mains else m.lander.engines[0]
    return VehicleModel(
        mass_start=leaf(start_mass(m)),
        mass_dry=leaf(float(total_mass(masses, zero, zero))),
        mass_empty=leaf(float(empty.mass)),
        inertia_wet=leaf(np.diagonal(np.asarray(wet.inertia_B))),
        inertia_dry=leaf(np.diagonal(np.asarray(empty.inertia_B))),
        main_thrust=leaf(main),
        main_flow=leaf(main_flow),
        assist_thrust=leaf(assist),
        assist_flow=leaf(assist_flow),
        assist_on_time_min=leaf(m.lander.assist_on_time_min),
        thrust_lag=leaf(first.lag),
        rcs_on_time_min=leaf(rcs.on_time_min),
        rcs_flow=leaf(rcs.thrust / (rcs.isp * G0)),
        main_floor=leaf(first.throttle_min if mains else 1.0),
        main_gap=leaf(first.throttle_gap if mains else (0.0, 0.0)),
        gimbal_max=leaf(m.lander.gimbal_max),
        gimbal_arm=leaf(com[2] - first.position[2]),
        rcs_allocation=leaf(allocation(torque)),
        rcs_opposites=leaf(opposites(torque)),
        cant_max=leaf(m.sensors.laser.cant_max),
        com_wet_B=leaf(wet.com_B),
        com_dry_B=leaf(empty.com_B),
        standoff=leaf(standoff),
        **_instruments(m.sensors),
    )


def _instruments(s: SimpleNamespace) -> dict[str, Any]:
    """Where the instruments are believed to sit; None for those that are not there."""
    there = {
        "imu_B": s.imu,
        "laser_B": s.laser,
        "radar_B": s.radar_altimeter,
        "camera_B": s.landmark_camera,
    }
    places = {name: unit and leaf(unit.position) for name, unit in there.items()}
    radar, meter = s.radar_altimeter, s.velocimeter
    places["radar_half_beam"] = radar and leaf(0.5 * radar.beam)
    known = meter and Beams(leaf(meter.position), leaf(directions(meter)))
    return places | {"beams": known}


def _slow_errors(told: SimpleNamespace | None) -> SlowErrors | None:
    if told is None:
        return None
    gain = {name: float(name in told.estimate) for name in SLOW}
    return SlowErrors(
        range_sigma=leaf([told.ground_sigma, told.laser_sigma, told.radar_sigma]),
        ground_length=leaf(told.ground_length),
        mounting_sigma=leaf(told.mounting_sigma),
        range_gain=leaf([gain["ground"], gain["laser"], gain["radar"]]),
        mounting_gain=leaf([gain["mounting"]] * 3),
    )


def ground_map(
    m: SimpleNamespace, setting: Setting, site_M: np.ndarray
) -> GroundMap | None:
    """The map on board, as the survey has it."""
    told = m.onboard.navigation.map
    if told is None:
        return None
    how = replace(Survey(**vars(m.survey)), resolution=told.resolution)
    sheet = surveyed(setting.terrain, how, told.half)
    level = float(np.linalg.norm(site_M)) - RADIUS_MOON
    return GroundMap(
        patch=make_patch([Sheet(sheet.heights - level, sheet.half)]),
        dcm_LM=leaf(setting.terrain.dcm_LM),
    )


def _maybe(value: tuple[float, ...] | None) -> Any:
    return None if value is None else leaf(value)


def navigation_config(m: SimpleNamespace) -> NavigationConfig:
    """Filter settings as loaded."""
    n, camera = m.onboard.navigation, m.sensors.landmark_camera
    return NavigationConfig(
        position_sigma=leaf(n.start_position_sigma),
        velocity_sigma=leaf(n.start_velocity_sigma),
        ignition_position_sigma=_maybe(n.ignition_position_sigma),
        ignition_velocity_sigma=_maybe(n.ignition_velocity_sigma),
        attitude_sigma=leaf(n.attitude_sigma),
        accel_bias_sigma=leaf(n.accel_bias_sigma),
        gyro_bias_sigma=leaf(n.gyro_bias_sigma),
        accel_process=leaf(n.accel_process),
        gyro_process=leaf(n.gyro_process),
        accel_rest_sigma=leaf(n.accel_rest_sigma),
        laser_sigma=leaf(n.laser_sigma),
        laser_spread=leaf(n.laser_spread),
        relief_walk=leaf(n.relief_walk),
        editor=Editor(
            kind=leaf(EDITORS.index(n.editor), np.int64),
            sigma=leaf(n.gate_sigma),
            floor=leaf(n.gate_floor),
            latch=leaf(n.latch),
            reopen=leaf(n.reopen),
            agree=leaf(n.agree),
        ),
        underweight=leaf(n.underweight),
        underweight_above=leaf(n.underweight_above),
        star_sigma=leaf(n.star_sigma),
        gauge_gain=leaf(n.gauge_gain),
        radar_sigma=leaf(n.radar_sigma),
        radar_spread=leaf(n.radar_spread),
        speed_sigma=leaf(n.speed_sigma),
        speed_gate=leaf(n.speed_gate),
        fix_sigma=leaf(n.fix_sigma),
        fix_along=leaf(
            1.0 if camera is None else 2.0 / np.tan(0.5 * camera.field_of_view)
        ),
        slow=_slow_errors(n.slow_errors),
    )


def guidance_config(m: SimpleNamespace, normal: np.ndarray) -> GuidanceConfig:
    """Targets and schedule as loaded; the deorbit burn comes with the plan."""
    g = m.onboard.guidance
    return GuidanceConfig(
        deorbit_dv=leaf(0.0),
        plane_normal_M=leaf(normal),
        schedule_decel=leaf(g.schedule_decel),
        schedule_height=leaf(g.schedule_altitude),
        schedule_rate=leaf(g.schedule_rate),
        landing_height=leaf(g.landing_altitude),
        landing_rate=leaf(g.landing_rate),
        terminal_duty_max=leaf(g.terminal_duty_max),
        tilt_max=leaf(g.tilt_max),
        tilt_landing_max=leaf(g.tilt_landing_max),
        main_off_height=leaf(g.main_off_altitude),
        rate_gain=leaf(g.rate_gain),
        drift_gain=leaf(g.drift_gain),
        position_gain=leaf(g.position_gain),
        drift_max=leaf(g.drift_max),
        drift_full=leaf(g.drift_full_altitude),
        drift_end=leaf(g.drift_end_altitude),
        reference=None,
    )


def braking_target(m: SimpleNamespace) -> Target:
    """What the braking burn is planned to end at."""
    return target(m.onboard.sequence.phases["braking"].target)


def _modulator(settings: SimpleNamespace) -> Pwpf:
    return Pwpf(**{name: leaf(value) for name, value in vars(settings).items()})


def _shape(f: SimpleNamespace) -> Shape:
    notch = f.kind == "notch"
    return Shape(
        frequency=leaf(f.frequency),
        damping=leaf(f.damping),
        linear=leaf(2.0 * f.damping * f.depth if notch else 0.0),
        square=leaf(1.0 if notch else 0.0),
        accel=leaf(f.accel),
    )


def onboard_config(
    m: SimpleNamespace,
    setting: Setting,
    site_M: np.ndarray,
    q_IM0: np.ndarray,
    guidance: GuidanceConfig,
    plan: Plan,
    standoff: float,
) -> OnboardConfig:
    """The whole load."""
    c = m.onboard.control
    return OnboardConfig(
        moon=MoonModel(
            gravity=setting.gravity,
            dcm_PM=leaf(setting.dcm_PM),
            omega_MI_M=leaf(setting.omega_MI_M),
            q_IM0=leaf(q_IM0),
            site_M=leaf(site_M),
            ground=ground_map(m, setting, site_M),
        ),
        vehicle=vehicle_model(m, standoff),
        navigation=navigation_config(m),
        guidance=guidance,
        control=ControlConfig(
            bandwidth=leaf(c.bandwidth),
            bandwidth_coast=leaf(c.bandwidth_coast),
            damping=leaf(c.damping),
            rate_max=leaf(c.rate_max),
            accel_max=leaf(c.accel_max),
            torque_trim_max=leaf(c.torque_trim_max),
            trim_gain=leaf(c.trim_gain),
            modulator=c.modulator and _modulator(c.modulator),
            filter=c.filter and _shape(c.filter),
        ),
        sequence=sequence_config(m, plan.deorbit_time, plan.ignition_time),
        convex=convex_config(m.onboard.convex),
        hazard=hazard_config(m),
        protection=protection_config(m),
    )
