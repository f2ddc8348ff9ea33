"""From a mission to the numbers of a flight: `Params`, truth and load kept apart.

The flight software's load is made from the mission *as planned*; the truth from the
mission as it really is in one case (faults and dispersions in). Nothing else differs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import equinox as eqx
import jax
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.errors import UserError
from frigoris.flight.params import Params, Start
from frigoris.lander.rigid_body import Motion, World
from frigoris.math.tree import leaf, replace_at
from frigoris.mission import own_software
from frigoris.mission.build_gear import make_gear, make_soil
from frigoris.mission.build_onboard import (
    braking_target,
    guidance_config,
    onboard_config,
    planned_burn,
)
from frigoris.mission.build_protection import protection_config
from frigoris.mission.build_sensors import make_sensors
from frigoris.mission.build_vehicle import make_power, make_vehicle
from frigoris.mission.handover import orbit_axes, plus, told
from frigoris.mission.plan import Plan, approach_axes, deorbit_estimate, make_plan
from frigoris.mission.reference import reference, with_reference
from frigoris.mission.setting import Setting
from frigoris.moon.orientation import mean_earth, q_from_dcm
from frigoris.moon.plume import Plume
from frigoris.moon.survey import Survey, surveyed
from frigoris.moon.time import parse_utc, tdb
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.own import Own


@dataclass(frozen=True)
class Planned:
    """What is made once per mission: the plan and the flight software's load."""

    plan: Plan
    onboard: OnboardConfig
    site_M: np.ndarray  # [m]
    standoff: float  # [m]
    start: datetime  # time zero of the flight
    q_IM0: np.ndarray  # orientation of the Moon then
    software: Own | None = None  # the user's own


def make_planned(
    m: SimpleNamespace, setting: Setting, plan: Plan | None = None
) -> Planned:
    """Lay out the flight and load the software from the mission as planned (SI).

    With a `plan` only the load is made anew.
    """
    up, _, normal = approach_axes(
        m.site.latitude, m.site.longitude, m.orbit.arrival_heading
    )
    # nobody knows the ground itself: plan and load have the map's height of the site
    survey = Survey(**vars(m.survey))
    heights = surveyed(setting.terrain, survey, survey.resolution).heights
    site_M = (RADIUS_MOON + float(heights[len(heights) // 2, len(heights) // 2])) * up
    # the nearly empty vehicle stands on its pads
    standoff = float(m.lander.com_dry[2] - m.lander.legs.pad_height)
    guidance = guidance_config(m, normal)
    if plan is None:
        burn = planned_burn(m, site_M, setting, deorbit_estimate(m, setting))
        plan = make_plan(m, setting.world(), braking_target(m), burn, standoff)
    guidance = replace_at(lambda g: g.deorbit_dv, guidance, leaf(plan.deorbit_dv))
    ignition = parse_utc(m.mission.ignition)
    start = ignition - timedelta(seconds=plan.ignition_time)
    q_IM0 = q_from_dcm(mean_earth(*tdb(start)).inverse.dcm)
    load = onboard_config(m, setting, site_M, q_IM0, guidance, plan, standoff)
    if any(p.law == "reference" for p in load.sequence.phases):
        burn = planned_burn(m, site_M, setting, plan.deorbit_dv)
        path = reference(load, plan, burn, braking_target(m))
        load = with_reference(load, path)
    own = own_software.load(m.onboard.software)
    return Planned(plan, load, site_M, standoff, start, q_IM0, own)


def make_params(
    m: SimpleNamespace,
    planned: Planned,
    setting: Setting,
    key: np.ndarray,
    *,
    noise: bool = True,
) -> Params:
    """The truth of mission `m` as it really is (SI), with the load.

    Any number in `m` may be an array with cases last, and `key` too: then the leaves
    that it goes into have cases last, see `spread`.
    """
    switch = 1.0 if noise else 0.0
    motion = _motion(m, planned)
    return Params(
        vehicle=make_vehicle(m.lander),
        world=World(
            gravity=setting.gravity,
            dcm_PM=leaf(setting.dcm_PM),
            omega_MI_M=leaf(setting.omega_MI_M),
        ),
        q_IM0=leaf(planned.q_IM0),
        sensors=make_sensors(m, switch),
        power=make_power(m.lander.power),
        gear=make_gear(m.lander),
        soil=make_soil(m.regolith),
        onboard=_loaded(planned.onboard, m),
        start=_start(m, planned, setting, motion),
        key=leaf(key, np.uint32),
        plume=_plume(m.plume),
        terrain=setting.terrain,
        standoff=leaf(planned.standoff),
        software=planned.software,
    )


def _shared(p: Params) -> tuple[object, ...]:
    """What all cases of a batch have in common: ground, map, gravity coefficients."""
    moon = p.onboard.moon
    return p.terrain, p.world.gravity, moon.gravity, moon.ground


def bare(p: Params) -> Params:
    """Without what all cases of a batch share."""
    none = (None,) * len(_shared(p))
    rest: Params = eqx.tree_at(_shared, p, none, is_leaf=lambda x: x is None)
    return rest


def _whole(p: Params, shared: tuple[object, ...]) -> Params:
    whole: Params = eqx.tree_at(_shared, p, shared, is_leaf=lambda x: x is None)
    return whole


def spread(params: Params, single: Params, count: int) -> Params:
    """The same with cases last in every leaf; `single` is one case, without them."""

    def wide(x: np.ndarray, one: np.ndarray) -> np.ndarray:
        if x.ndim == one.ndim:
            x = x[..., None]
        return np.broadcast_to(x, (*one.shape, count))

    cases = jax.tree.map(wide, bare(params), bare(single))
    return _whole(cases, _shared(params))


def join(batches: Sequence[Params], width: int) -> Params:
    """One batch of `width` lanes from several; the last case fills up what is left."""
    own = [bare(p) for p in batches]

    def together(*x: np.ndarray) -> np.ndarray:
        lanes = np.concatenate(x, axis=-1)
        rest = np.repeat(lanes[..., -1:], width - lanes.shape[-1], axis=-1)
        return np.concatenate([lanes, rest], axis=-1)

    return _whole(jax.tree.map(together, *own), _shared(batches[0]))


def take(params: Params, lane: int) -> Params:
    """One lane of a batch, without the case axis."""
    single = jax.tree.map(lambda x: np.asarray(x)[..., lane], bare(params))
    return _whole(single, _shared(params))


def _plume(p: SimpleNamespace) -> Plume:
    return Plume(
        onset=leaf(p.onset),
        dust=leaf(p.dust),
        ground_effect=leaf(p.ground_effect),
        ground_reach=leaf(p.ground_reach),
    )


def _motion(m: SimpleNamespace, planned: Planned) -> Motion:
    """Truth is the planned state plus the error of the delivery."""
    plan = planned.plan
    axes = orbit_axes(plan.r_M, plan.v_M)
    return Motion(
        r_M=leaf(plus(plan.r_M, axes @ np.asarray(m.orbit.position_error))),
        v_M=leaf(plus(plan.v_M, axes @ np.asarray(m.orbit.velocity_error))),
        q_MB=leaf(plan.q_MB),
        omega_BI_B=leaf(plan.omega_BI_B),
        propellant=leaf(m.lander.propellant + m.lander.propellant_error),
        rcs_propellant=leaf(m.lander.rcs_propellant),
        slosh=leaf(np.zeros((2, len(m.lander.tanks)))),
        slosh_rate=leaf(np.zeros((2, len(m.lander.tanks)))),
        dtheta_B=leaf(np.zeros(3)),
        dv_B=leaf(np.zeros(3)),
    )


def _start(
    m: SimpleNamespace, planned: Planned, setting: Setting, motion: Motion
) -> Start:
    mu = float(setting.gravity.mu)
    r_M, v_M = told(
        m.handover,
        np.asarray(motion.r_M),
        np.asarray(motion.v_M),
        mu,
        np.asarray(setting.omega_MI_M),
    )
    return Start(
        motion=motion,
        r_M=leaf(r_M),
        v_M=leaf(v_M),
        q_MB=leaf(planned.plan.q_MB),
        omega_BI_B=leaf(planned.plan.omega_BI_B),
    )


def _loaded(load: OnboardConfig, m: SimpleNamespace) -> OnboardConfig:
    """The load with what is no part of the plan: the covariance that comes with the
    state, and fault protection as it flies, so that a limit may be wrong or dispersed.
    """
    scale = leaf(m.handover.sigma_scale)
    n = load.navigation
    load = replace_at(
        lambda c: (c.navigation.position_sigma, c.navigation.velocity_sigma),
        load,
        (leaf(n.position_sigma * scale), leaf(n.velocity_sigma * scale)),
    )
    if load.protection is None:
        return load
    flown = protection_config(m)
    kinds: list[Any] = [jax.tree.structure(p) for p in (flown, load.protection)]
    if kinds[0] != kinds[1]:
        raise UserError(
            "Cannot fly faults that give a monitor of onboard.protection another "
            "condition or response than planned: only its numbers may differ. Give the "
            "bound a value in the mission file, one that it never meets."
        )
    return replace_at(lambda c: c.protection, load, flown)
