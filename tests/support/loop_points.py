"""A point of a descent for the control loops, without a flight."""

import dataclasses
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.flight.slices import begin
from frigoris.mission.batch import make_stage
from frigoris.mission.build import take
from frigoris.mission.cases import Case, make_lanes
from frigoris.mission.load import load_mission
from frigoris.phases import PHASES
from frigoris.verify.loops import Point


@cache
def _params(name: str) -> Any:
    mission = load_mission(name)
    stage = make_stage(mission, "level")
    lanes = make_lanes(mission, stage.planned, stage.setting, [Case(None, noise=False)])
    return jax.tree.map(jnp.asarray, take(lanes.params, 0))


def point(
    name: str = "hakuto-r-m2",
    *,
    phase: str = "terminal_descent",
    above: float = 400.0,
    propellant: float = 31.0,
    force: float = 2.6,
) -> Point:
    """So far above the target [m], with so much on board [kg]."""
    params = _params(name)
    flying = begin(params)
    load = params.onboard
    site_M = np.asarray(load.moon.site_M)
    far = np.linalg.norm(site_M) + float(load.vehicle.standoff) + above
    motion = dataclasses.replace(
        flying.truth.motion,
        r_M=jnp.asarray(site_M / np.linalg.norm(site_M) * far),
        v_M=jnp.array([3.0, -1.0, 0.5]),
        propellant=jnp.float64(propellant),
    )
    return Point(
        vehicle=params.vehicle,
        world=params.world,
        imu=params.sensors.imu,
        load=load,
        motion=motion,
        nav=flying.onboard.navigator,
        flowing=jnp.ones_like(params.vehicle.engines.thrust),
        time=jnp.float64(3950.0),
        dt=jnp.float64(0.1),
        phase=jnp.int64(PHASES.index(phase)),
        plan=flying.onboard.plan,
        tight=jnp.float64(1.0),
        force=jnp.float64(force),
    )
