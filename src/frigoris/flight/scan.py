"""Looks at the ground between slices: truth to image, image to the software's new aim.

One lander after another, by the same programs whoever flies beside it, so what a case
sees and decides does not depend on its batch. Short slices begin and end at whole
seconds since the coast, so neither does the tick at which it looks, as long as its
estimated height falls no faster than `AHEAD` seconds of its rate foresee.
"""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import TICK
from frigoris.errors import UserError
from frigoris.flight.params import Params
from frigoris.flight.step import Flying
from frigoris.lander.mass import mass_properties
from frigoris.math.noise import threefry2x32
from frigoris.math.tree import replace_at
from frigoris.math.vectors import dot, norm
from frigoris.messages import RangeImage
from frigoris.onboard import navigation, sequence, software
from frigoris.onboard.hazard import look
from frigoris.onboard.hazard.look import Looked, Survey
from frigoris.sensors import hazard_lidar, mount
from frigoris.types import Key

BEFORE = 1.5  # times the highest altitude of a look: slices are short from there on
AHEAD = 30.0  # by which a fall is foreseen: a long slice takes 20 s [s]
LANDING = ("schedule",)  # laws that steer to the aim
STREAM = 0x48415A44  # names the noise of the images among all of a case


def wanted(params: Params) -> bool:
    """Whether landers of this batch look for a safe place."""
    return params.onboard.hazard is not None and params.sensors.hazard is not None


def check(params: Params, flying: Flying) -> None:
    """Raise `UserError` where a lander is to look that was launched without."""
    if wanted(params) and flying.onboard.looked is None:
        raise UserError(
            "Cannot go on from this record: hazard avoidance was switched on "
            "since. A flight that looks for a safe place remembers what it saw; fly it "
            "from the beginning."
        )


@jax.jit
def _heights(params: Params, flying: Flying) -> tuple[Any, Any, Any, Any]:
    """Estimated height of each lane, how fast it falls, if it flies, and if its law is
    one that steers to the aim.
    """
    nav, phase = flying.onboard.navigator, flying.onboard.sequencer.phase
    steers = sequence.within(params.onboard.sequence, phase, LANDING)
    fall = -dot(nav.v_M, nav.r_M) / norm(nav.r_M)
    flies = (flying.truth.moving > 0.5) & (flying.truth.broken < 0.5)
    flies = flies & (flying.truth.powered > 0.5)
    return navigation.height(nav, params.onboard), fall, flies, steers


def near(params: Params, flying: Flying) -> bool:
    """Whether some lane is so low that slices have to be short."""
    if params.onboard.hazard is None:
        return False
    h, fall, flies, _ = (np.asarray(x) for x in _heights(params, flying))
    highest = np.asarray(params.onboard.hazard.altitudes)[0]
    coming = h - AHEAD * np.maximum(fall, 0.0) < BEFORE * highest
    return bool(np.any(flies & coming))


def due(params: Params, flying: Flying) -> np.ndarray:
    """Lanes that are below an altitude from which they have not looked yet."""
    hazard, looked = params.onboard.hazard, flying.onboard.looked
    if hazard is None or looked is None:
        return np.zeros(0, dtype=np.int64)
    h, _, flies, steers = (np.asarray(x) for x in _heights(params, flying))
    passed = np.sum(h < np.asarray(hazard.altitudes), axis=0)
    return np.flatnonzero(flies & steers & (passed > np.asarray(looked.scans)))


def act(params: Params, flying: Flying) -> Flying:
    """The same moment, with a new aim in every lane that was to look."""
    check(params, flying)
    lanes = due(params, flying)
    if not len(lanes):
        return flying
    mine = (flying.onboard.aim_M, flying.onboard.looked)
    new = jax.tree.map(np.array, mine)
    for lane in lanes:
        aim_M, looked, _, _ = look_of(params, flying, int(lane))
        for whole, one in zip(
            jax.tree.leaves(new), jax.tree.leaves((aim_M, looked)), strict=True
        ):
            whole[..., lane] = one
    onboard = replace_at(
        lambda o: (o.aim_M, o.looked), flying.onboard, jax.tree.map(jnp.asarray, new)
    )
    return flying._replace(onboard=onboard)


def look_of(
    params: Params, flying: Flying, lane: int
) -> tuple[Any, Looked, Survey, RangeImage]:
    """What one lane sees and makes of it: aim [m], memory, maps and the image."""
    own, now = _own(params, lane), _lane(flying, lane)
    image = _image(own, now)
    aim_M, looked, maps = _decide(own, now, image)
    # who fell past two altitudes in a second has looked for both
    assert own.onboard.hazard is not None
    h = navigation.height(now.onboard.navigator, own.onboard)
    passed = jnp.sum(h < own.onboard.hazard.altitudes).astype(h.dtype)
    looked = replace_at(lambda x: x.scans, looked, jnp.maximum(passed, looked.scans))
    return aim_M, looked, maps, image


def _lane(tree: Any, lane: int) -> Any:
    """One lane of a batch, without what all lanes share."""
    # by numpy: hundreds of numbers, each of which jax would take a program for
    return jax.tree.map(
        lambda x: np.asarray(x)[..., lane] if np.ndim(x) else np.asarray(x), tree
    )


def _own(params: Params, lane: int) -> Params:
    """The numbers of one lane; ground and gravity, which all share, stay."""
    moon = params.onboard.moon
    shared = (params.terrain, params.world.gravity, moon.gravity, moon.ground)
    one: Params = _lane(_with_shared(params, (None,) * len(shared)), lane)
    return _with_shared(one, shared)


def _with_shared(params: Params, shared: tuple[Any, ...]) -> Params:
    new: Params = eqx.tree_at(_shared, params, shared, is_leaf=lambda x: x is None)
    return new


def _shared(p: Params) -> tuple[Any, ...]:
    return p.terrain, p.world.gravity, p.onboard.moon.gravity, p.onboard.moon.ground


def _key(key: Key, scans: Any) -> Key:
    """Key of an image: of the case and how many it has taken."""
    count = jnp.asarray(scans).astype(jnp.uint32)
    return jnp.stack(threefry2x32(key, jnp.uint32(STREAM), count))


@jax.jit
def _image(own: Params, now: Flying) -> RangeImage:
    """Ranges from where the lidar really is."""
    lidar, motion = own.sensors.hazard, now.truth.motion
    assert lidar is not None and now.onboard.looked is not None
    props = mass_properties(own.vehicle.mass, motion.propellant, motion.rcs_propellant)
    place_M = motion.r_M + mount.arm(lidar.mount, motion.q_MB, props.com_B)
    key = _key(own.key, now.onboard.looked.scans)
    return hazard_lidar.scan(lidar, own.ground, place_M, motion.q_MB, key)


@jax.jit
def _decide(own: Params, now: Flying, image: RangeImage) -> tuple[Any, Looked, Survey]:
    """The flight software's part: its own state, carried over the last tick."""
    config, state = own.onboard, now.onboard
    assert state.looked is not None
    nav = state.navigator
    # the estimate is of the last tick's start; the image is of its end
    r_M, q_MB = navigation.past(nav, jnp.asarray(-TICK))
    v_M = nav.v_M + TICK * nav.accel_M
    fallen = norm(nav.r_M) - norm(r_M)
    pose = look.Pose(
        r_M=r_M,
        v_M=v_M,
        q_MB=q_MB,
        com_B=software.centre_of_mass(config, state),
        height=navigation.height(nav, config) - fallen,
        mass=software.mass_estimate(config, state),
        weight=-dot(nav.free_M, nav.r_M) / norm(nav.r_M),
    )
    return look.look(config, pose, image, state.aim_M, state.looked)


def warm_up(params: Params, flying: Flying) -> None:
    """Compile the programs of a look, or fetch them from the cache."""
    if wanted(params):
        look_of(params, flying, 0)
