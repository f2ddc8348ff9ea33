"""Landers and ground made up for tests of the touchdown, many cases side by side."""

from types import SimpleNamespace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.spatial.transform import Rotation

from frigoris.lander.legs import Bed, Legs
from frigoris.lander.touchdown import (
    STEP,
    Body,
    Craft,
    Hull,
    Settling,
    Spot,
    advance,
    begin,
)
from frigoris.mission.build_gear import make_gear

NEVER = 1e12  # a load that nothing reaches [N]
AXES = {"com_B": 1, "inertia_B": 2, "force_B": 1, "torque_B": 1}  # of components


def strut(**changes: Any) -> SimpleNamespace:
    """A strut of a lander of 360 kg that crushes at 3 kN."""
    values = {
        "hinge_radius": 0.75,
        "hinge_height": 0.45,
        "stiffness": 1.5e5,
        "damping": 3e3,
        "crush": 3e3,
        "stroke": 0.2,
        "strength": NEVER,
    }
    return SimpleNamespace(**(values | changes))


def legs(
    count: int = 4, primary: Any = None, secondary: Any = None, **changes: Any
) -> Legs:
    """Legs as a mission has them, without cases."""
    values = {
        "count": count,
        "azimuth": np.pi / 4,
        "radius": 1.2,
        "pad_height": -0.45,
        "pad_diameter": 0.3,
        "pad_friction": 0.6,
        "primary": primary or strut(),
        "secondary": secondary
        or strut(hinge_height=-0.05, spread=0.35, damping=1e3, crush=2.5e3, stroke=0.1),
    }
    hull = SimpleNamespace(
        radius=0.8, bottom=0.1, nozzle_radius=0.12, nozzle_height=-0.2, strike_max=0.3
    )
    lander = SimpleNamespace(legs=SimpleNamespace(**(values | changes)), hull=hull)
    made: Legs = make_gear(lander).legs
    return made


def bed(
    stiffness: float = 1.4e6,
    bearing: float = 7e4,
    surface: float = 0.0,
    grip: float = 1e5,
    friction: float = 0.6,
) -> Bed:
    """Regolith under a footpad of 0.3 m, unless told otherwise."""
    return Bed(*(np.float64(x) for x in (stiffness, bearing, surface, grip, friction)))


def rigid(friction: float) -> Bed:
    """Ground that does not give way."""
    return bed(1e9, 1e9, 1e12, 1e9, friction)


def slope(east: Any, north: Any) -> Spot:
    """A plane that rises by these per metre."""
    east, north = np.broadcast_arrays(*np.atleast_1d(east, north))
    corners = [(-1, -1), (1, -1), (-1, 1), (1, 1)]
    heights = np.stack([10.0 * (x * east + y * north) for x, y in corners])
    return Spot(heights=heights, half=np.full(east.shape, 10.0))


def craft(gear: Legs, ground: Bed, spot: Spot, **changes: Any) -> Craft:
    """A lander of 360 kg on these legs and this ground."""
    values: dict[str, Any] = {
        "mass": 360.0,
        "com_B": np.array([0.0, 0.0, 0.75]),
        "inertia_B": np.diag([110.0, 120.0, 90.0]),
        "gravity": 1.62,
        "force_B": np.zeros(3),
        "torque_B": np.zeros(3),
        "cutoff": 0.0,
        "lag": 0.05,
        # far above everything: it can't strike
        "hull": Hull(np.array([[0.0], [0.0], [50.0]]), bed(), np.float64(np.inf)),
    }
    values |= changes
    cases = spot.heights.shape[-1]

    def wide(x: Any, axes: int) -> jax.Array:
        x = np.asarray(x, dtype=np.float64)
        x = x[..., None] if x.ndim == axes else x
        return jnp.asarray(np.broadcast_to(x, (*x.shape[:axes], cases)))

    parts = (gear, ground, values.pop("hull"))
    made = [jax.tree.map(lambda x: wide(x, np.ndim(x)), part) for part in parts]
    rest = {name: wide(x, AXES.get(name, 0)) for name, x in values.items()}
    spot = jax.tree.map(jnp.asarray, spot)
    return Craft(legs=made[0], bed=made[1], hull=made[2], spot=spot, **rest)


def body(
    v_L: np.ndarray, attitude: Rotation, omega_B: np.ndarray, r_L: np.ndarray
) -> Body:
    """Cases last; the attitude turns body axes into level ones."""
    q = np.atleast_2d(attitude.as_quat())[:, [3, 0, 1, 2]].T
    parts = (r_L, v_L, q, omega_B)
    return Body(*(jnp.asarray(np.ascontiguousarray(x)) for x in parts))


def turned(axis: str, angle: Any) -> Rotation:
    """A turn about one axis for each case."""
    return Rotation.from_euler(axis, np.reshape(angle, (-1, 1)))


def run(
    machine: Craft, start: Body, seconds: float, h: float = STEP, every: int = 40
) -> tuple[Settling, dict[str, np.ndarray]]:
    """To rest, or for so long at most; the samples on the way."""
    s = begin(machine, start, h)
    kept: list[dict[str, np.ndarray]] = []
    while not kept or (
        not bool(np.all(s.done))
        and float(np.min(np.where(s.done, 99, s.time))) < seconds
    ):
        s, samples = advance(machine, s, jnp.float64(h), 10, every)
        kept.append({k: np.asarray(v) for k, v in samples.items()})
    return s, {k: np.concatenate([x[k] for x in kept]) for k in kept[0]}


def tilt(s: Settling) -> np.ndarray:
    """Of the body from the vertical [rad]."""
    _, x, y, _ = np.asarray(s.body.q_LB)
    return np.arccos(np.clip(1.0 - 2.0 * (x * x + y * y), -1.0, 1.0))
