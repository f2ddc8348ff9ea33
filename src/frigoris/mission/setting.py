"""The Moon of a flight, shared by plan and truth and by all cases of a batch."""

import dataclasses
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.lander.rigid_body import World
from frigoris.math.grid import Grid
from frigoris.math.harmonics import Harmonics
from frigoris.moon.gravity import gravity, note
from frigoris.moon.orientation import SPIN, principal_axes
from frigoris.moon.terrain import Terrain


@dataclass(frozen=True)
class Setting:
    """Terrain, gravity and rotation; nothing here depends on the date."""

    terrain: Grid
    gravity: Harmonics
    gravity_note: str
    dcm_PM: np.ndarray
    omega_MI_M: np.ndarray  # [rad/s]

    def central(self) -> World:
        """The same with a point mass: harmonics, inlined into a loop of single numbers,
        take 47 s and 3.4 GB to compile, and move an orbit by about a kilometre."""
        field = gravity(0)
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


def make_setting(degree: int, terrain: Terrain) -> Setting:
    """The Moon of a flight.

    Its rotation is the mean one about the pole: the libration of a date (1e-9 rad/s)
    would move a flight of an hour by some 20 m, and another month by another 20 m.
    """
    return Setting(
        terrain=terrain.grid,
        gravity=gravity(degree),
        gravity_note=note(degree),
        dcm_PM=principal_axes().dcm,
        omega_MI_M=np.array([0.0, 0.0, SPIN]),
    )
