"""The Moon of a flight, shared by plan and truth and by all cases of a batch."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.lander.rigid_body import World
from frigoris.math.grid import Grid
from frigoris.math.harmonics import Harmonics


@dataclass(frozen=True)
class Setting:
    """Terrain, gravity and orientation at the epoch of the flight."""

    terrain: Grid
    gravity: Harmonics
    dcm_PM: np.ndarray
    omega_MI_M: np.ndarray  # [rad/s]
    q_IM0: np.ndarray  # at time zero of the flight

    def world(self) -> World:
        """As the dynamics use it."""
        return World(
            gravity=jax.tree.map(lambda x: jnp.asarray(x, jnp.float64), self.gravity),
            dcm_PM=jnp.asarray(self.dcm_PM),
            omega_MI_M=jnp.asarray(self.omega_MI_M),
        )
