"""What the instruments that look at the ground see of it."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, UInt32

from frigoris.flight.params import Params
from frigoris.flight.state import State
from frigoris.math.rotation import rotate
from frigoris.math.vectors import dot, norm
from frigoris.messages import boresight
from frigoris.moon.ground import altitude, fading, ray
from frigoris.moon.plume import optical_depth
from frigoris.sensors import landmark_camera, mount, radar_altimeter, velocimeter
from frigoris.sensors.landmark_camera import LandmarkCamera
from frigoris.sensors.laser import View
from frigoris.sensors.mount import Mount
from frigoris.sensors.radar_altimeter import RadarAltimeter
from frigoris.sensors.velocimeter import Velocimeter
from frigoris.types import Flag, Quat, Scalar, Vec3

FAR = 1e7  # stands for no echo [m]
COS_GRAZING = 0.2588  # of 75 deg [-]
FINE = (60.0, 100.0)  # heights between which the beam begins to see fine relief [m]
RELIEF = 5000.0  # by which ground ahead may rise above that below the vehicle [m]


class Stand(NamedTuple):
    """Where the lander is and how it moves, for its instruments."""

    r_M: Vec3  # centre of mass [m]
    v_M: Vec3  # [m/s]
    q_MB: Quat
    turn_M: Vec3  # rate against the Moon [rad/s]
    com_B: Vec3  # [m]


def _at(stand: Stand, where: Mount) -> tuple[Vec3, Vec3]:
    """Place [m] and velocity [m/s] of an instrument."""
    arm_M = mount.arm(where, stand.q_MB, stand.com_B)
    return stand.r_M + arm_M, mount.speed(arm_M, stand.v_M, stand.turn_M)


def _looks(state: State) -> Flag:
    # at rest an instrument looks into its own shadow
    return (state.powered > 0.5) & (state.moving > 0.5)


def due(state: State, period: Scalar, tick: UInt32[Array, ""]) -> Flag:
    """Whether an instrument that looks at the ground measures in this tick.

    Never without power or at rest: noise must not make a range there either.
    """
    count = tick.astype(period.dtype)
    return (count - period * jnp.floor(count / period) < 0.5) & _looks(state)


def laser(params: Params, state: State, stand: Stand) -> View:
    """What the beam of the range finder meets.

    Looked for only where the ground is within reach of the instrument's timer, and not
    beyond 75 deg from the local vertical: such a beam comes back too weak and too long.
    """
    unit = params.sensors.laser
    place_M, v_M = _at(stand, unit.mount)
    q = mount.axes(unit.mount, stand.q_MB)
    beam_M = rotate(q, boresight(state.laser_cant))
    steep = -dot(place_M, beam_M) > COS_GRAZING * norm(place_M)
    reach = (state.clearance < unit.range_max + RELIEF) & steep & _looks(state)
    fine = state.moving * fading(state.clearance, *FINE)

    def found() -> tuple[Scalar, Scalar, Flag]:
        slant, normal_M, hit = ray(params.ground, place_M, beam_M, fine, reach)
        return slant, -dot(normal_M, beam_M), hit

    def nothing() -> tuple[Scalar, Scalar, Flag]:
        zero = jnp.zeros_like(state.clearance)
        return zero, zero, zero > 1.0

    slant, cos_incidence, hit = lax.cond(jnp.any(reach), found, nothing)
    # a case must not see what its neighbours made the batch look for
    hit = hit & reach
    return View(
        slant_range=jnp.where(hit, slant, FAR),
        cos_incidence=cos_incidence,
        closing=dot(beam_M, v_M),
        clear=_through_dust(params, state),
        supply=state.bus / params.power.volts_full,
        hit=hit,
    )


def _through_dust(params: Params, state: State) -> Scalar:
    """Share of the light that comes through the dust, on the way out and back."""
    thrust = jnp.sum(state.pushed, axis=0)
    return jnp.exp(-2.0 * optical_depth(params.plume, state.clearance, thrust))


def radar(
    params: Params,
    state: State,
    unit: RadarAltimeter,
    stand: Stand,
    tick: UInt32[Array, ""],
    noise: Array,
) -> Scalar:
    """Range that the radar altimeter measures [m], NaN where it has none."""
    place_M, _ = _at(stand, unit.mount)
    now = due(state, unit.period, tick)
    near = now & (state.clearance < unit.range_max + RELIEF)
    fine = state.moving * fading(state.clearance, *FINE)

    def found() -> tuple[Scalar, Flag]:
        return radar_altimeter.look(
            unit, params.ground, place_M, stand.q_MB, fine, near
        )

    def nothing() -> tuple[Scalar, Flag]:
        zero = jnp.zeros_like(state.clearance)
        return zero, zero > 1.0

    distance, hit = lax.cond(jnp.any(near), found, nothing)
    return radar_altimeter.measure(unit, distance, hit & near, now, noise)


def speed(
    params: Params,
    state: State,
    unit: Velocimeter,
    stand: Stand,
    tick: UInt32[Array, ""],
    noise: Array,
) -> Array:
    """Closing speeds that the velocimeter measures [m/s], one for each beam."""
    place_M, v_M = _at(stand, unit.mount)
    now = due(state, unit.period, tick)
    # the height of the footpads is only followed near the ground
    above = altitude(params.ground, place_M, jnp.zeros_like(state.clearance))
    return velocimeter.measure(
        unit,
        place_M,
        v_M,
        stand.q_MB,
        above,
        _through_dust(params, state),
        now,
        noise,
    )


def fix(
    params: Params,
    state: State,
    unit: LandmarkCamera,
    stand: Stand,
    tick: UInt32[Array, ""],
    noise: Array,
) -> Array:
    """Position [m] and its sigma [m] by the landmark camera, as four rows."""
    place_M, _ = _at(stand, unit.mount)
    now = due(state, unit.period, tick)
    above = altitude(params.ground, place_M, jnp.zeros_like(state.clearance))
    place, sigma = landmark_camera.measure(unit, place_M, stand.q_MB, above, now, noise)
    return jnp.concatenate([place, sigma[None]])
