"""The boundary of safe touchdown of a mission's lander, on planes of its soil.

Every point of the boundary is found by bisection with the touchdown model itself, all
points side by side; where what is safe comes in islands, it is the edge of one of them.
Safe is who stands at the end with all struts whole and no hard strike of the body; the
worst of the ways the lander can be turned counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import GRAVITY_MOON
from frigoris.flight.landing import FALLEN, read, work_off
from frigoris.lander.gear import hull_bed, pad_bed
from frigoris.lander.mass import mass_properties
from frigoris.lander.touchdown import Body, Craft, Hull, Spot, begin
from frigoris.math.tree import leaf
from frigoris.mission.build_gear import make_gear, make_soil
from frigoris.mission.build_vehicle import mass_model
from frigoris.mission.schema import Mission
from frigoris.mission.si import si

SLOPES = (0.0, 5.0, 10.0, 15.0)  # [deg]
SPEEDS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)  # downward [m/s]
TURNS = 2  # ways the legs are turned: between two legs ahead, and one leg ahead
SPEED_MOST, RATE_MOST = 4.0, 60.0  # searched up to [m/s], [deg/s]
BISECTIONS = 8
HALF = 20.0  # of the plane [m]

Progress = Callable[[float, float], None]


@dataclass(frozen=True)
class Envelope:
    """Limits by downward speed (rows) and slope (columns); zero where nothing is safe.

    Horizontal speed is downhill; the attitude rate turns the lander downhill and is
    taken without horizontal speed.
    """

    name: str
    mass: float  # [kg]
    height: float  # of the centre of mass over the unloaded footpads [m]
    slopes: np.ndarray  # [deg]
    speeds: np.ndarray  # downward [m/s]
    horizontal: np.ndarray  # [m/s]
    rate: np.ndarray  # [deg/s]
    rated: tuple[float, float]  # of the mission: down, horizontal [m/s]


class Ground:
    """The lander as planned, descent tanks empty, over planes that fall towards +x.

    `steep` is the slope [rad] and `turn` how far the body is turned about the vertical
    [rad], a case for each.
    """

    def __init__(self, m: SimpleNamespace, steep: np.ndarray, turn: np.ndarray):
        self.craft = _craft(m, steep)
        self.turn = turn

    def safe(self, down: np.ndarray, level: np.ndarray, rate: np.ndarray) -> np.ndarray:
        """Who stands at the end, whole and without a hard strike.

        Speeds downward and downhill [m/s], rate of the turn downhill [rad/s].
        """
        body = _body(self.turn, down, level, rate)
        settled = work_off(self.craft, begin(self.craft, body))
        found = read(self.craft, settled, np.zeros(down.shape, dtype=bool))
        strike = np.asarray(self.craft.hull.strike_max)
        good = (found.tilt < FALLEN) & (found.broken == 0) & (found.strike <= strike)
        return np.asarray(good)


def envelope(mission: Mission, progress: Progress | None = None) -> Envelope:
    """The boundary for the lander as planned, its descent tanks empty."""
    m = si(mission)
    legs = m.lander.legs
    grid = [(v, s, k) for v in SPEEDS for s in SLOPES for k in range(TURNS)]
    down, slope, k = np.array(grid).T
    # between two legs ahead, and a leg ahead
    turn = np.pi / legs.count * (k + 1.0) - legs.azimuth
    ground = Ground(m, np.radians(slope), turn)
    zero, asked = np.zeros_like(down), 2.0 * (BISECTIONS + 1)
    flown = 0.0

    def told(good: np.ndarray) -> np.ndarray:
        nonlocal flown
        flown += 1.0
        if progress:
            progress(flown, asked)
        return good

    def horizontal(level: np.ndarray) -> np.ndarray:
        return told(ground.safe(down, level, zero))

    def turning(level: np.ndarray) -> np.ndarray:
        return told(ground.safe(down, zero, np.radians(level)))

    shape = (len(SPEEDS), len(SLOPES), TURNS)
    size, craft = down.size, ground.craft
    return Envelope(
        name=mission.mission.title,
        mass=float(craft.mass[0]),
        height=float(craft.com_B[2, 0] - craft.legs.pad_B[2, 0, 0]),
        slopes=np.array(SLOPES),
        speeds=np.array(SPEEDS),
        horizontal=_boundary(horizontal, size, SPEED_MOST).reshape(shape).min(2),
        rate=_boundary(turning, size, RATE_MOST).reshape(shape).min(2),
        rated=(legs.vertical_speed_max, legs.horizontal_speed_max),
    )


def _boundary(
    safe: Callable[[np.ndarray], np.ndarray], count: int, most: float
) -> np.ndarray:
    """A largest level that is safe, up to `most`; zero where even none is."""
    low, high = np.zeros(count), np.full(count, most)
    nothing = ~safe(low)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        good = safe(middle)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return np.where(nothing, 0.0, low)


def _craft(m: SimpleNamespace, steep: np.ndarray) -> Craft:
    """The nearly empty lander on planes that fall towards +x, a case for each."""
    masses = mass_model(m.lander)
    body = mass_properties(masses, masses.stranded, masses.loaded_rcs)
    gear, soil = make_gear(m.lander), make_soil(m.regolith)
    count = steep.size
    fall = HALF * np.tan(steep)
    spot = Spot(
        heights=jnp.asarray(np.stack([fall, -fall, fall, -fall])),
        half=jnp.full(count, HALF),
    )

    def wide(x: object) -> jax.Array:
        value = jnp.asarray(x)
        return jnp.broadcast_to(value[..., None], (*value.shape, count))

    none = np.zeros(3)
    return Craft(
        legs=jax.tree.map(wide, gear.legs),
        bed=jax.tree.map(wide, pad_bed(gear, soil)),
        hull=jax.tree.map(wide, Hull(gear.hull_B, hull_bed(soil), gear.strike_max)),
        spot=spot,
        mass=wide(body.mass),
        com_B=wide(body.com_B),
        inertia_B=wide(body.inertia_B),
        gravity=wide(leaf(GRAVITY_MOON)),
        force_B=wide(none),
        torque_B=wide(none),
        cutoff=wide(leaf(0.0)),
        lag=wide(leaf(0.1)),
    )


def _body(
    turn: np.ndarray, down: np.ndarray, level: np.ndarray, rate: np.ndarray
) -> Body:
    """Upright, moving down and downhill, turning downhill."""
    zero, half = np.zeros_like(down), 0.5 * turn
    # about +y of the ground, in body axes
    spin = np.stack([np.sin(turn) * rate, np.cos(turn) * rate, zero])
    return Body(
        r_L=jnp.zeros((3, *down.shape)),  # `begin` puts it on the ground
        v_L=jnp.asarray(np.stack([level, zero, -down])),
        q_LB=jnp.asarray(np.stack([np.cos(half), zero, zero, np.sin(half)])),
        omega_B=jnp.asarray(spin),
    )
