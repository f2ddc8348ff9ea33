"""Landers put over a place, upright, for looks without a flight to get there."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.flight import scan
from frigoris.flight.params import Params
from frigoris.flight.slices import begin
from frigoris.flight.step import Flying
from frigoris.math.rotation import q_from_dcm
from frigoris.math.tree import replace_at
from frigoris.mission.batch import Stage
from frigoris.mission.build import join
from frigoris.mission.cases import Case, make_lanes
from frigoris.moon import ground

WEIGHT = 1.62  # [m/s^2]
LEFT = 20.0  # propellant, truly and as believed [kg]


@dataclass(frozen=True)
class Over:
    """A lander over a place, and what it would come down on without a look."""

    params: Params
    flying: Flying
    below_M: np.ndarray  # on the true ground [m]


def axes(up: np.ndarray) -> np.ndarray:
    """East, north and up, as rows."""
    east = np.cross([0.0, 0.0, 1.0], up)
    east = east / np.linalg.norm(east)
    return np.stack([east, np.cross(up, east), up])


def lanes(stage: Stage, case: int = 0) -> Params:
    """One lander of the mission, in two lanes."""
    built = make_lanes(stage.mission, stage.planned, stage.setting, [Case(case)])
    params: Params = jax.tree.map(jnp.asarray, join([built.params], 2))
    return params


def hover(
    stage: Stage,
    params: Params,
    place: tuple[float, float],
    height: float,
    *,
    rate: float = 10.0,
    scans: float = 1.0,
) -> Over:
    """Over a place `east, north` of the target [m], sinking; its estimate is right."""
    site = np.asarray(stage.planned.site_M)
    dcm_LM = axes(site / np.linalg.norm(site))
    out = site + place[0] * dcm_LM[0] + place[1] * dcm_LM[1]
    up = out / np.linalg.norm(out)
    level = ground.height(stage.terrain.ground, jnp.asarray(out)[:, None], jnp.ones(1))
    below = up * (RADIUS_MOON + float(level[0]))
    r_M = below + up * (height + stage.planned.standoff)
    q_MB = np.asarray(q_from_dcm(jnp.asarray(axes(up).T)))
    error = np.linalg.norm(r_M) - np.linalg.norm(site) - stage.planned.standoff - height

    def wide(x):
        return jnp.asarray(np.repeat(np.asarray(x, float)[..., None], 2, axis=-1))

    start = begin(params)
    nav = start.onboard.navigator
    nav = replace_at(
        lambda n: (n.r_M, n.v_M, n.q_MB, n.free_M, n.range_error),
        nav,
        (
            wide(r_M), wide(-rate * up), wide(q_MB), wide(-WEIGHT * up),
            wide([error, 0.0, 0.0]),
        ),
    )  # fmt: skip
    motion = replace_at(
        lambda m: (m.r_M, m.v_M, m.q_MB, m.propellant),
        start.truth.motion,
        (wide(r_M), wide(-rate * up), wide(q_MB), wide(LEFT)),
    )
    looked = replace_at(lambda x: x.scans, start.onboard.looked, wide(scans))
    config = params.onboard.vehicle
    onboard = replace_at(
        lambda o: (o.navigator, o.aim_M, o.looked, o.propellant_used),
        start.onboard,
        (nav, wide(below), looked, config.mass_start - config.mass_empty - LEFT),
    )
    truth = replace_at(lambda t: t.motion, start.truth, motion)
    return Over(params, start._replace(truth=truth, onboard=onboard), below)


def look(over: Over) -> tuple:
    """Aim [m], memory, maps and image of the first lane."""
    return scan.look_of(over.params, over.flying, 0)
