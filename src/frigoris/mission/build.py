"""From a mission to the numbers of a flight: `Params`, truth and load kept apart.

The flight software's load is made from the mission *as planned*; the truth from the
mission as it really is in one case (faults and dispersions in). Nothing else differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace

import equinox as eqx
import jax
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.flight.params import Params, Sensors, Start
from frigoris.lander.engines import Engines
from frigoris.lander.mass import MassModel
from frigoris.lander.rigid_body import Motion, Vehicle, World
from frigoris.lander.thrusters import Thrusters, corner_layout
from frigoris.math.grid import height_at
from frigoris.math.tree import leaf, replace_at
from frigoris.mission.build_onboard import (
    guidance_config,
    onboard_config,
    planned_burn,
)
from frigoris.mission.plan import Plan, approach_axes, deorbit_estimate, make_plan
from frigoris.mission.setting import Setting
from frigoris.moon.orientation import dcm_MI, q_from_dcm
from frigoris.moon.time import parse_utc, tdb
from frigoris.onboard.config import OnboardConfig
from frigoris.sensors.imu import Imu
from frigoris.sensors.laser import Laser
from frigoris.sensors.star_tracker import StarTracker


@dataclass(frozen=True)
class Planned:
    """What is made once per mission: the plan and the flight software's load."""

    plan: Plan
    onboard: OnboardConfig
    site_M: np.ndarray  # [m]
    standoff: float  # [m]
    start: datetime  # time zero of the flight
    q_IM0: np.ndarray  # orientation of the Moon then


def make_planned(m: SimpleNamespace, setting: Setting) -> Planned:
    """Lay out the flight and load the software from the mission as planned (SI)."""
    up, _, normal = approach_axes(
        m.site.latitude, m.site.longitude, m.orbit.arrival_heading
    )
    ground = height_at(setting.terrain, leaf(m.site.latitude), leaf(m.site.longitude))
    site_M = (RADIUS_MOON + float(ground)) * up
    # the nearly empty vehicle stands on its pads
    standoff = float(m.lander.com_dry[2] - m.lander.legs.pad_height)
    guidance = guidance_config(m, normal)
    burn = planned_burn(m, site_M, setting, deorbit_estimate(m, setting))
    plan = make_plan(m, setting.world(), guidance, burn, standoff)
    guidance = replace_at(lambda g: g.deorbit_dv, guidance, leaf(plan.deorbit_dv))
    ignition = parse_utc(m.mission.ignition)
    start = ignition - timedelta(seconds=plan.ignition_time)
    q_IM0 = q_from_dcm(dcm_MI(*tdb(start)).T)
    load = onboard_config(m, setting, site_M, q_IM0, guidance, plan, standoff)
    return Planned(plan, load, site_M, standoff, start, q_IM0)


def make_params(
    m: SimpleNamespace,
    planned: Planned,
    setting: Setting,
    key: np.ndarray,
    *,
    noise: bool = True,
) -> Params:
    """The truth of one case from mission `m` as it really is (SI), with the load."""
    switch = 1.0 if noise else 0.0
    return Params(
        vehicle=_vehicle(m),
        world=World(
            gravity=setting.gravity,
            dcm_PM=leaf(setting.dcm_PM),
            omega_MI_M=leaf(setting.omega_MI_M),
        ),
        q_IM0=leaf(planned.q_IM0),
        sensors=Sensors(
            imu=_imu(m.sensors.imu, switch),
            star=StarTracker(
                misalignment_B=leaf(m.sensors.star_tracker.misalignment),
                noise=leaf(switch * m.sensors.star_tracker.noise),
            ),
            laser=_laser(m, switch),
        ),
        pads_B=leaf(_pads(m.lander.legs)),
        onboard=planned.onboard,
        start=_start(m, planned),
        key=leaf(key, np.uint32),
        terrain=setting.terrain,
        standoff=leaf(planned.standoff),
    )


def stack(cases: Sequence[Params], width: int) -> Params:
    """A batch of `width` lanes, cases last; the last case fills up the lanes left.

    Terrain and gravity coefficients are shared by all lanes.
    """
    lanes = list(cases) + [cases[-1]] * (width - len(cases))

    def shared(p: Params) -> tuple[object, ...]:
        return p.terrain, p.world.gravity, p.onboard.moon.gravity

    bare = [eqx.tree_at(shared, p, (None, None, None)) for p in lanes]
    batch: Params = jax.tree.map(lambda *x: np.stack(x, axis=-1), *bare)
    batch = eqx.tree_at(shared, batch, shared(lanes[0]), is_leaf=lambda x: x is None)
    return batch


def _vehicle(m: SimpleNamespace) -> Vehicle:
    lander = m.lander
    engines = lander.engines
    scale, isp_scale = lander.engine_scale, lander.isp_scale
    position, direction = corner_layout(lander.rcs.arm, lander.rcs.height)
    return Vehicle(
        mass=MassModel(
            dry=leaf(lander.dry_mass),
            full=leaf(lander.propellant),
            com_dry_B=leaf(lander.com_dry),
            com_wet_B=leaf(lander.com_wet),
            inertia_dry_B=leaf(np.diag(lander.inertia_dry)),
            inertia_wet_B=leaf(np.diag(lander.inertia_wet)),
        ),
        engines=Engines(
            thrust=leaf([e.thrust * scale for e in engines]),
            isp=leaf([e.isp * isp_scale for e in engines]),
            lag=leaf([e.lag for e in engines]),
            position_B=leaf(np.array([e.position for e in engines]).T),
            assist=tuple(e.group == "assist" for e in engines),
        ),
        thrusters=Thrusters(
            thrust=leaf(lander.rcs.thrust),
            isp=leaf(lander.rcs.isp),
            position_B=leaf(position),
            direction_B=leaf(direction),
        ),
    )


def _imu(s: SimpleNamespace, switch: float) -> Imu:
    return Imu(
        accel_bias=leaf(s.accel_bias),
        accel_scale=leaf(s.accel_scale),
        accel_noise=leaf(switch * s.accel_noise),
        accel_walk=leaf(switch * s.accel_walk),
        gyro_bias=leaf(s.gyro_bias),
        gyro_scale=leaf(s.gyro_scale),
        gyro_noise=leaf(switch * s.gyro_noise),
        gyro_walk=leaf(switch * s.gyro_walk),
    )


def _laser(m: SimpleNamespace, switch: float) -> Laser:
    s = m.sensors.laser
    return Laser(
        pulse_energy=leaf(s.pulse_energy),
        wavelength=leaf(s.wavelength),
        aperture_area=leaf(np.pi / 4.0 * s.aperture**2),
        optics=leaf(s.optics),
        efficiency=leaf(s.efficiency),
        albedo=leaf(m.site.albedo),
        noise_photons=leaf(s.noise_photons),
        threshold=leaf(s.threshold),
        range_max=leaf(s.range_max),
        confirm=leaf(s.confirm),
        window=leaf(s.window),
        noise=leaf(s.noise),
        bias=leaf(s.bias),
        noise_switch=leaf(switch),
    )


def _pads(legs: SimpleNamespace) -> np.ndarray:
    azimuth = np.pi / 4 + 2.0 * np.pi * np.arange(legs.count) / legs.count
    ring = legs.radius * np.stack([np.cos(azimuth), np.sin(azimuth)])
    return np.concatenate([ring, np.full((1, legs.count), legs.pad_height)])


def _start(m: SimpleNamespace, planned: Planned) -> Start:
    """Truth is the planned state plus the error of orbit determination."""
    plan = planned.plan
    up = plan.r_M / np.linalg.norm(plan.r_M)
    across = np.cross(plan.r_M, plan.v_M)
    across /= np.linalg.norm(across)
    axes = np.stack([up, np.cross(across, up), across], axis=1)
    motion = Motion(
        r_M=leaf(plan.r_M + axes @ np.asarray(m.orbit.position_error)),
        v_M=leaf(plan.v_M + axes @ np.asarray(m.orbit.velocity_error)),
        q_MB=leaf(plan.q_MB),
        omega_BI_B=leaf(plan.omega_BI_B),
        propellant=leaf(m.lander.propellant + m.lander.propellant_error),
        rcs_propellant=leaf(m.lander.rcs_propellant),
        dtheta_B=leaf(np.zeros(3)),
        dv_B=leaf(np.zeros(3)),
    )
    return Start(
        motion=motion,
        r_M=leaf(plan.r_M),
        v_M=leaf(plan.v_M),
        q_MB=leaf(plan.q_MB),
        omega_BI_B=leaf(plan.omega_BI_B),
    )
