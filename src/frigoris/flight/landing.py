"""The touchdown stage: from the contact of every lane of a batch to rest.

Begins where the flight found its first contact, on the ground that the flight saw, and
keeps the thrust of that moment until the flight software's own commands ended it.
"""

from dataclasses import dataclass, fields, replace

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import G0, RADIUS_MOON
from frigoris.flight.faults.legs import met
from frigoris.flight.params import Params
from frigoris.flight.slices import AFTER_CONTACT
from frigoris.flight.state import State, start
from frigoris.lander import engines as eng
from frigoris.lander.gear import hull_bed, pad_bed
from frigoris.lander.mass import mass_properties
from frigoris.lander.power import endurance
from frigoris.lander.touchdown import (
    EVERY,
    QUIET,
    SAMPLES,
    STEP,
    UPRIGHT,
    Body,
    Craft,
    Hull,
    Settling,
    Spot,
    advance,
    begin,
)
from frigoris.math.rotation import dcm_from_q, q_from_dcm, qmul, rotate_inv
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross, dot, matvec, norm
from frigoris.moon import plume
from frigoris.moon.ground import height
from frigoris.types import Mat3, Vec3

HALF = 4.0  # of the square of ground around the contact [m]
NODE = 0.125  # between its heights [m]
FALLEN = float(np.arccos(UPRIGHT))  # tilt of a lander that lies [rad]
STRUTS = ("primary", "left", "right")
LANES = 8  # brought to rest side by side


@dataclass(frozen=True)
class Landing:
    """What the touchdown of each lane came to; NaN where there was no contact."""

    at_rest: np.ndarray  # yes or no
    tilt: np.ndarray  # of the body from the local vertical, at the end [rad]
    duration: np.ndarray  # from contact to the end [s]
    load_factor: np.ndarray  # most, of Earth's standard gravity [-]
    stroke_left: np.ndarray  # least of any primary strut [m]
    broken: np.ndarray  # legs with a broken strut [-]
    clearance: np.ndarray  # least, of the body over the ground [m]
    strike: np.ndarray  # fastest of the body into the ground [m/s]
    stability: np.ndarray  # least, centre of mass inside the footpads' edges [m]
    slide: np.ndarray  # level way of the centre of mass [m]
    sinkage: np.ndarray  # deepest footpad [m]
    endurance: np.ndarray  # from the contact on what the battery holds [s]


def figures(landing: Landing, lane: int) -> dict[str, float]:
    """The touchdown of one lane in the units of people, empty without a contact."""
    one = {f.name: float(getattr(landing, f.name)[lane]) for f in fields(Landing)}
    if np.isnan(one["duration"]):
        return {}
    return {
        "at_rest": bool(one["at_rest"]),
        "time_s": one["duration"],
        "tilt_deg": float(np.degrees(one["tilt"])),
        "load_factor_ratio": one["load_factor"],
        "slide_m": one["slide"],
        "sinkage_m": one["sinkage"],
        "strike_m_s": one["strike"],
        "broken_count": int(one["broken"]),
        "stroke_left_m": one["stroke_left"],
        "clearance_m": one["clearance"],
        "stability_m": one["stability"],
        "endurance_h": one["endurance"] / 3600.0,
    }


@dataclass(frozen=True)
class Settled:
    """The stage after its last step."""

    landing: Landing
    samples: dict[str, np.ndarray]  # [sample, component, case], empty unless kept


def level_axes(r_M: Vec3) -> Mat3:
    """East, north and up at a place, as rows."""
    up = r_M / norm(r_M)
    pole = jnp.abs(up[2]) > 1.0 - 1e-15
    zero = jnp.zeros_like(up[2])
    flat = jnp.where(pole, 1.0, jnp.sqrt(up[0] ** 2 + up[1] ** 2))
    # at a pole every direction is level: x will do
    east = jnp.stack([jnp.where(pole, 1.0, -up[1] / flat), up[0] / flat, zero])
    return jnp.stack([east, cross(up, east), up])


def _spot(params: Params, r_M: Vec3, dcm_LM: Mat3) -> Spot:
    """Heights of the ground around a place over that right below it."""
    line = jnp.arange(-HALF, HALF + 0.5 * NODE, NODE)
    north, east = (a.reshape(-1, 1) for a in jnp.meshgrid(line, line, indexing="ij"))
    nodes = r_M[:, None] + dcm_LM[0][:, None] * east + dcm_LM[1][:, None] * north
    one = jnp.ones_like(nodes[0])
    below = height(params.ground, r_M, one[0])
    # the Moon falls away from its tangent plane by 5 micrometres at the edge
    fall = (east**2 + north**2) / (2.0 * RADIUS_MOON)
    heights = height(params.ground, nodes, one) - below - fall
    return Spot(heights=heights, half=HALF + 0.0 * r_M[0])


@jax.jit
def prepare(params: Params, truth: State) -> tuple[Craft, Body]:
    """Machine and ground of each lane at its contact."""
    params = met(params)
    c, vehicle = truth.contact, params.vehicle
    props = mass_properties(
        vehicle.mass, truth.motion.propellant, truth.motion.rcs_propellant
    )
    dcm_LM = level_axes(c.r_M)
    q_LB = qmul(q_from_dcm(dcm_LM), c.q_MB)
    spot = _spot(params, c.r_M, dcm_LM)
    high = norm(c.r_M) - RADIUS_MOON - height(params.ground, c.r_M, 1.0 + 0.0 * c.time)
    still = jnp.zeros((2, *high.shape))
    gain = plume.thrust_gain(params.plume, 0.0 * high)
    force, torque = eng.wrench(vehicle.engines, c.thrust * gain, props.com_B, still)
    lag = jnp.max(vehicle.engines.lag_off + 0.0 * c.thrust, axis=0)
    omega_B = c.omega_BI_B - rotate_inv(c.q_MB, params.world.omega_MI_M)
    mu = params.world.gravity.mu
    craft = Craft(
        legs=params.gear.legs,
        bed=pad_bed(params.gear, params.soil),
        hull=Hull(params.gear.hull_B, hull_bed(params.soil), params.gear.strike_max),
        spot=spot,
        mass=props.mass,
        com_B=props.com_B,
        inertia_B=props.inertia_B,
        gravity=mu / dot(c.r_M, c.r_M),
        force_B=force,
        torque_B=torque,
        cutoff=jnp.maximum(truth.engines_until - c.time, 0.0),
        lag=lag,
    )
    zero = jnp.zeros_like(high)
    body = Body(
        r_L=jnp.stack([zero, zero, high]),
        v_L=matvec(dcm_LM, c.v_M),
        q_LB=q_LB,
        omega_B=omega_B,
    )
    return craft, body


def settle(params: Params, truth: State, end: float, *, keep: bool = False) -> Settled:
    """Bring every lane that touched the ground to rest.

    `end` is the time until which the flight was followed [s]: engines that still fired
    then are taken to go on. `keep` keeps what happened on the way.
    """
    params = jax.tree.map(jnp.asarray, params)
    truth = jax.tree.map(jnp.asarray, truth)
    # what other lanes made the batch fly beyond must not count
    told = jnp.minimum(end, truth.contact.time + AFTER_CONTACT)
    never = truth.engines_until > told - 1e-6
    until = jnp.where(never, jnp.inf, truth.engines_until)
    truth = replace_at(lambda t: t.engines_until, truth, until)
    craft, body = prepare(params, truth)
    s = begin(craft, body)
    idle = ~jnp.isfinite(truth.contact.time) | (truth.broken > 0.5)
    s = s._replace(done=s.done | idle)
    s, samples = _record(craft, s) if keep else (work_off(craft, s), {})
    found = read(craft, s, np.asarray(idle))
    lives = np.where(idle, np.nan, endurance(params.power, truth.contact.battery))
    return Settled(replace(found, endurance=lives), samples)


def warm_up(params: Params) -> None:
    """Compile the programs of the stage for this width, or fetch them."""
    params = jax.tree.map(jnp.asarray, params)
    craft, body = prepare(params, start(params)[0])
    few = jax.tree.map(
        lambda x: np.asarray(x)[..., :LANES], (craft, begin(craft, body))
    )
    advance(*few, jnp.float64(STEP), SAMPLES, EVERY)


def _record(craft: Craft, s: Settling) -> tuple[Settling, dict[str, np.ndarray]]:
    """All lanes side by side to the end of the last, with what happened on the way."""
    kept: list[dict[str, np.ndarray]] = []
    while not kept or not bool(jnp.all(s.done)):
        s, samples = advance(craft, s, jnp.float64(STEP), SAMPLES, EVERY)
        kept.append({k: np.asarray(v) for k, v in samples.items()})
    return s, {k: np.concatenate([x[k] for x in kept]) for k in kept[0]}


def work_off(craft: Craft, s: Settling) -> Settling:
    """A few lanes at a time; the place of one that is at rest goes to the next.

    Few are faster per lane than many: their numbers stay in the processor's cache.
    """
    craft, s = jax.tree.map(np.array, (craft, s))
    waiting = [int(k) for k in np.flatnonzero(~s.done)]
    places: list[int] = []
    while waiting or places:
        new = waiting[: LANES - len(places)]
        waiting, places = waiting[len(new) :], places + new
        # empty places are filled with a lane that is there already
        index = np.array(places + places[:1] * (LANES - len(places)))
        few, part = jax.tree.map(lambda x, k=index: x[..., k], (craft, s))
        full = len(places) == LANES and bool(waiting)
        ended = np.zeros(LANES, dtype=bool)
        while not (ended.any() if full else ended.all()):
            part, _ = advance(few, part, jnp.float64(STEP), SAMPLES, EVERY)
            ended = np.asarray(part.done)
        for whole, few_of in zip(
            jax.tree.leaves(s), jax.tree.leaves(part), strict=True
        ):
            whole[..., index] = few_of
        places = [k for k, end in zip(places, ended, strict=False) if not end]
    return s


def read(craft: Craft, s: Settling, idle: np.ndarray) -> Landing:
    """The figures of a stage that is over."""
    axis = np.asarray(dcm_from_q(s.body.q_LB)[:, 2])
    worst, memory = s.worst, s.memory
    values = Landing(
        at_rest=np.asarray(s.quiet > QUIET),
        tilt=np.arccos(np.clip(axis[2], -1.0, 1.0)),
        duration=np.asarray(s.time),
        load_factor=np.asarray(worst.accel) / G0,
        stroke_left=np.min(
            np.asarray(craft.legs.stroke[:, 0] - memory.crushed[:, 0]), axis=0
        ),
        broken=np.sum(np.asarray(memory.whole) < 0.5, axis=0),
        clearance=np.asarray(worst.clearance),
        strike=np.asarray(worst.strike),
        stability=np.asarray(worst.wall),
        slide=np.hypot(*np.asarray(s.body.r_L)[:2]),
        sinkage=np.max(np.asarray(memory.sunk), axis=0),
        endurance=np.zeros(s.time.shape),
    )
    none = np.where(idle, np.nan, 0.0)
    return Landing(**{f.name: getattr(values, f.name) + none for f in fields(Landing)})


def path_table(settled: Settled, lane: int, start: float) -> dict[str, np.ndarray]:
    """What happened from the contact at `start` [s] on; empty without a contact.

    Places in the level axes of the contact: east, north, up from the ground below it.
    """
    if not np.isfinite(start) or not settled.samples:
        return {}
    raw = {k: v[..., lane] for k, v in settled.samples.items()}
    # a case at rest waits for its neighbours
    moving = np.diff(raw["t"], prepend=-1.0) > 0.0
    raw = {k: v[moving] for k, v in raw.items()}
    axis_up = 1.0 - 2.0 * (raw["q_LB"][:, 1] ** 2 + raw["q_LB"][:, 2] ** 2)
    table = {"t_s": start + raw["t"]}
    names = ("east", "north", "up")
    for k, name in enumerate(names):
        table[f"{name}_m"] = raw["r_L"][:, k]
        table[f"v_{name}_m_s"] = raw["v_L"][:, k]
    table["tilt_deg"] = np.degrees(np.arccos(np.clip(axis_up, -1.0, 1.0)))
    for k, name in enumerate("wxyz"):
        table[f"q_{name}"] = raw["q_LB"][:, k]
    for leg in range(raw["pad_L"].shape[2]):
        for k, name in enumerate(names):
            table[f"pad_{leg}_{name}_m"] = raw["pad_L"][:, k, leg]
        for k, name in enumerate(STRUTS):
            table[f"crushed_{leg}_{name}_m"] = raw["crushed"][:, leg, k]
    for name in ("energy", "lost", "work"):
        table[f"{name}_J"] = raw[name]
    return table
