"""The flight software's load, made from the mission as planned and from nothing else."""

from types import SimpleNamespace

import numpy as np

from frigoris.constants import G0
from frigoris.lander.thrusters import corner_layout
from frigoris.mission.plan import Plan
from frigoris.mission.setting import Setting
from frigoris.onboard.braking import Burn
from frigoris.onboard.config import (
    ControlConfig,
    GuidanceConfig,
    MoonModel,
    NavigationConfig,
    OnboardConfig,
    SequenceConfig,
    VehicleModel,
)


def f(value: object) -> np.ndarray:
    """A leaf: always an array, always double."""
    return np.asarray(value, dtype=np.float64)


def group(m: SimpleNamespace, name: str) -> tuple[float, float]:
    """Planned thrust [N] and mass flow [kg/s] of a group of engines."""
    engines = [e for e in m.lander.engines if e.group == name]
    thrust = sum(e.thrust for e in engines)
    return thrust, sum(e.thrust / (e.isp * G0) for e in engines)


def start_mass(m: SimpleNamespace) -> float:
    """Planned mass before the deorbit burn [kg]."""
    return float(m.lander.dry_mass + m.lander.propellant + m.lander.rcs_propellant)


def planned_burn(
    m: SimpleNamespace, site_M: np.ndarray, setting: Setting, deorbit_dv: float
) -> Burn:
    """Engines and mass at ignition, for the predictor of the plan."""
    main, main_flow = group(m, "main")
    assist, assist_flow = group(m, "assist")
    return Burn(
        mass=f(start_mass(m) * np.exp(-deorbit_dv * main_flow / main)),
        thrust=f(main + assist),
        flow=f(main_flow + assist_flow),
        mu=f(setting.gravity.mu),
        radius=f(np.linalg.norm(site_M)),
    )


def vehicle_model(m: SimpleNamespace, standoff: float) -> VehicleModel:
    """Masses, thrusts and mountings as planned."""
    main, main_flow = group(m, "main")
    assist, assist_flow = group(m, "assist")
    rcs = m.lander.rcs
    com = 0.5 * (np.asarray(m.lander.com_dry) + np.asarray(m.lander.com_wet))
    position, direction = corner_layout(rcs.arm, rcs.height)
    torque = np.cross((position - com[:, None]).T, direction.T).T * rcs.thrust
    main_engine = next(e for e in m.lander.engines if e.group == "main")
    return VehicleModel(
        mass_start=f(start_mass(m)),
        mass_empty=f(m.lander.dry_mass + m.lander.rcs_propellant),
        inertia_wet=f(m.lander.inertia_wet),
        inertia_dry=f(m.lander.inertia_dry),
        main_thrust=f(main),
        main_flow=f(main_flow),
        assist_thrust=f(assist),
        assist_flow=f(assist_flow),
        assist_on_time_min=f(m.lander.assist_on_time_min),
        thrust_lag=f(main_engine.lag),
        rcs_on_time_min=f(rcs.on_time_min),
        rcs_flow=f(rcs.thrust / (rcs.isp * G0)),
        rcs_allocation=f(np.linalg.pinv(torque[:, ::2])),
        cant_max=f(m.sensors.laser.cant_max),
        standoff=f(standoff),
    )


def navigation_config(m: SimpleNamespace) -> NavigationConfig:
    """Filter settings as loaded."""
    n = m.onboard.navigation
    return NavigationConfig(
        position_sigma=f(n.start_position_sigma),
        velocity_sigma=f(n.start_velocity_sigma),
        ignition_position_sigma=f(n.ignition_position_sigma),
        ignition_velocity_sigma=f(n.ignition_velocity_sigma),
        attitude_sigma=f(n.attitude_sigma),
        accel_bias_sigma=f(n.accel_bias_sigma),
        gyro_bias_sigma=f(n.gyro_bias_sigma),
        accel_process=f(n.accel_process),
        gyro_process=f(n.gyro_process),
        accel_rest_sigma=f(n.accel_rest_sigma),
        laser_sigma=f(n.laser_sigma),
        gate_sigma=f(n.gate_sigma),
        gate_floor=f(n.gate_floor),
        star_sigma=f(n.star_sigma),
    )


def guidance_config(m: SimpleNamespace, normal: np.ndarray) -> GuidanceConfig:
    """Targets and schedule as loaded; the deorbit burn comes with the plan."""
    g = m.onboard.guidance
    return GuidanceConfig(
        deorbit_dv=f(0.0),
        plane_normal_M=f(normal),
        braking_level=f(g.braking_level),
        braking_end_height=f(g.braking_end_altitude),
        braking_end_rate=f(g.braking_end_descent_rate),
        braking_end_speed=f(g.braking_end_speed_horizontal),
        braking_end_range=f(g.braking_end_range),
        freeze=f(g.freeze),
        schedule_decel=f(g.schedule_decel),
        schedule_height=f(g.schedule_altitude),
        schedule_rate=f(g.schedule_rate),
        landing_height=f(g.landing_altitude),
        landing_rate=f(g.landing_rate),
        terminal_duty_max=f(g.terminal_duty_max),
        tilt_max=f(g.tilt_max),
        tilt_landing_max=f(g.tilt_landing_max),
        main_off_height=f(g.main_off_altitude),
        rate_gain=f(g.rate_gain),
        drift_gain=f(g.drift_gain),
        position_gain=f(g.position_gain),
        drift_max=f(g.drift_max),
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
    c, s = m.onboard.control, m.onboard.sequence
    return OnboardConfig(
        moon=MoonModel(
            gravity=setting.gravity,
            dcm_PM=f(setting.dcm_PM),
            omega_MI_M=f(setting.omega_MI_M),
            q_IM0=f(q_IM0),
            site_M=f(site_M),
        ),
        vehicle=vehicle_model(m, standoff),
        navigation=navigation_config(m),
        guidance=guidance,
        control=ControlConfig(
            bandwidth=f(c.bandwidth),
            bandwidth_coast=f(c.bandwidth_coast),
            damping=f(c.damping),
            rate_max=f(c.rate_max),
            accel_max=f(c.accel_max),
            torque_trim_max=f(c.torque_trim_max),
            trim_gain=f(c.trim_gain),
        ),
        sequence=SequenceConfig(
            deorbit_time=f(plan.deorbit_time),
            ignition_time=f(plan.ignition_time),
            terminal_descent_height=f(s.terminal_descent_altitude),
            terminal_landing_height=f(s.terminal_landing_altitude),
            contact_confirm=f(s.contact_confirm),
        ),
    )
