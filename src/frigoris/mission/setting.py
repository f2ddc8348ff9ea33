"""The Moon of a flight, shared by plan and truth and by all cases of a batch."""

import dataclasses
import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.lander.rigid_body import World
from frigoris.math.harmonics import Harmonics
from frigoris.math.tree import leaf, replace_at
from frigoris.mission.schema import Mission
from frigoris.moon.data import Source
from frigoris.moon.gravity import gravity, tide_P
from frigoris.moon.ground import Ground
from frigoris.moon.orientation import SPIN, principal_axes
from frigoris.moon.relief import Recipe
from frigoris.moon.terrain import Terrain, load_terrain
from frigoris.moon.time import parse_utc
from frigoris.units import FACTORS


@dataclass(frozen=True)
class Setting:
    """Terrain, gravity and rotation; of the date only the tide depends."""

    terrain: Ground
    gravity: Harmonics
    gravity_note: str
    gravity_sources: tuple[Source, ...]
    dcm_PM: np.ndarray
    omega_MI_M: np.ndarray  # [rad/s]

    def central(self) -> World:
        """The same with a point mass: harmonics, inlined into a loop of single numbers,
        take 47 s and 3.4 GB to compile, and move an orbit by about a kilometre."""
        field = gravity(0).harmonics
        return dataclasses.replace(
            self.world(),
            gravity=jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), field),
        )

    def world(self) -> World:
        """As the dynamics use it."""
        return World(
            gravity=jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), self.gravity),
            dcm_PM=jnp.asarray(self.dcm_PM),
            omega_MI_M=jnp.asarray(self.omega_MI_M),
        )


def terrain_of(mission: Mission, map_name: str | None = None) -> Terrain:
    """The ground of a mission, on its own map or another."""
    site, told = mission.site, mission.ground
    recipe = Recipe(
        seed=told.seed_count,
        age=told.age_Gyr * FACTORS["Gyr"],
        slope=math.radians(told.slope_17m_deg),
        hurst=told.hurst_ratio,
        rock_area=told.rock_area_ratio,
    )
    return load_terrain(
        map_name or site.map,
        site.latitude_deg,
        site.longitude_deg,
        recipe if told.relief == "synthetic" else None,
    )


def make_setting(mission: Mission, terrain: Terrain) -> Setting:
    """The Moon of a flight.

    Its rotation is the mean one about the pole: the libration of a date (1e-9 rad/s)
    would move a flight of an hour by some 20 m, and another month by another 20 m.
    """
    moon = mission.moon
    field = gravity(moon.gravity_degree_count, moon.gravity)
    tide = tide_P(moon.third_bodies, parse_utc(mission.mission.ignition_utc))
    return Setting(
        terrain=terrain.ground,
        gravity=replace_at(lambda f: f.tide, field.harmonics, leaf(tide)),
        gravity_note=", ".join(
            [field.note, *(f"tide of the {name}" for name in moon.third_bodies)]
        ),
        gravity_sources=field.sources,
        dcm_PM=principal_axes().dcm,
        omega_MI_M=np.array([0.0, 0.0, SPIN]),
    )
