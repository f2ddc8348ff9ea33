"""Truth to measurements: the one place where the flight software's inputs are made."""

import equinox as eqx
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, UInt32

from frigoris.flight.params import Params
from frigoris.flight.state import State
from frigoris.lander.rigid_body import World
from frigoris.math.noise import normals
from frigoris.math.rotation import q_about_axis, qmul, rotate
from frigoris.math.tree import replace_at
from frigoris.math.vectors import dot, norm
from frigoris.messages import Measurements, boresight
from frigoris.moon.ground import fading, ray
from frigoris.moon.plume import optical_depth
from frigoris.sensors import gauge, imu, laser, star_tracker
from frigoris.types import Flag, Quat, Scalar, Vec3

SLOW_TICKS = 10  # of the star tracker
FAST_NOISES = imu.NOISES + laser.NOISES
SLOW_NOISES = imu.NOISES + star_tracker.NOISES + gauge.NOISES
FAR = 1e7  # stands for no echo [m]
COS_GRAZING = 0.2588  # of 75 deg [-]
FINE = (60.0, 100.0)  # heights between which the beam begins to see fine relief [m]
RELIEF = 5000.0  # by which ground ahead may rise above that below the vehicle [m]


class Beam(eqx.Module):
    """What the range finder really looks at; for the truth record only."""

    slant_range: Scalar  # [m]
    snr: Scalar  # [-]


def moon_orientation(world: World, q_IM0: Quat, time: Scalar) -> Quat:
    """Inertial from Moon-fixed axes at `time` [s] of the flight."""
    rate = norm(world.omega_MI_M)
    return qmul(q_IM0, q_about_axis(world.omega_MI_M / rate, rate * time))


def _beam_on_ground(
    params: Params, state: State, beam_M: Vec3
) -> tuple[Scalar, Scalar, Flag]:
    """Slant range [m], cosine of the incidence and whether there is an echo at all.

    Looked for only where the ground is within reach of the instrument's timer, and not
    beyond 75 deg from the local vertical: such a beam comes back too weak and too long.
    """
    r_M = state.motion.r_M
    steep = -dot(r_M, beam_M) > COS_GRAZING * norm(r_M)
    reach = (state.clearance < params.sensors.laser.range_max + RELIEF) & steep
    reach = reach & (state.powered > 0.5)
    reach = reach & (state.moving > 0.5)  # at rest it looks into its own shadow
    fine = state.moving * fading(state.clearance, *FINE)

    def found() -> tuple[Scalar, Scalar, Flag]:
        slant, normal_M, hit = ray(params.terrain, r_M, beam_M, fine, reach)
        return slant, -dot(normal_M, beam_M), hit

    def nothing() -> tuple[Scalar, Scalar, Flag]:
        zero = jnp.zeros_like(state.clearance)
        return zero, zero, zero > 1.0

    slant, cos_incidence, hit = lax.cond(jnp.any(reach), found, nothing)
    # a case must not see what its neighbours made the batch look for
    hit = hit & reach
    return jnp.where(hit, slant, FAR), cos_incidence, hit


def _through_dust(params: Params, state: State) -> Scalar:
    """Share of the light that comes through the dust, on the way out and back."""
    thrust = jnp.sum(state.pushed, axis=0)
    return jnp.exp(-2.0 * optical_depth(params.plume, state.clearance, thrust))


def _slow(
    params: Params, state: State, time: Scalar, tick: UInt32[Array, ""]
) -> tuple[Quat, Scalar, imu.ImuState]:
    """What happens at the rate of the star tracker: its attitude and the propellant,
    NaN in between, and the walk of the biases.
    """
    s, motion = params.sensors, state.motion
    left = motion.propellant + motion.rcs_propellant

    def now() -> tuple[Quat, Scalar, imu.ImuState]:
        noise = normals(params.key, tick, SLOW_NOISES, first=FAST_NOISES)
        q_IB = qmul(moon_orientation(params.world, params.q_IM0, time), motion.q_MB)
        walk, stars, last = imu.NOISES, star_tracker.NOISES, SLOW_NOISES - 1
        seen = star_tracker.measure(s.star, q_IB, noise[walk : walk + stars])
        settled = jnp.sum(state.pushed, axis=0) > 0.0
        read = gauge.measure(s.gauge, left, settled, noise[last])
        return seen, read, imu.walk(s.imu, state.imu, noise[:walk])

    due = tick % SLOW_TICKS == 0
    none = jnp.full_like(motion.q_MB, jnp.nan), jnp.full_like(left, jnp.nan)
    found: tuple[Quat, Scalar, imu.ImuState] = lax.cond(
        due, now, lambda: (*none, state.imu)
    )
    return found


def sense(
    params: Params, state: State, time: Scalar, tick: UInt32[Array, ""]
) -> tuple[Measurements, State, Beam]:
    """Measure at the start of a tick; increments are those of the tick before."""
    motion, s, key = state.motion, params.sensors, params.key
    noise = normals(key, tick, FAST_NOISES)
    dtheta, dv, imu_state = imu.measure(
        s.imu,
        state.imu,
        motion.dtheta_B,
        motion.dv_B,
        state.elapsed,
        noise[: imu.NOISES],
    )
    within = replace_at(lambda x: x.imu, state, imu_state)
    q_IB, propellant, imu_state = _slow(params, within, time, tick)
    beam_M = rotate(motion.q_MB, boresight(state.laser_cant))
    slant, cos_incidence, hit = _beam_on_ground(params, state, beam_M)
    cos_incidence = cos_incidence * _through_dust(params, state)
    value, valid, laser_state = laser.measure(
        s.laser, state.laser, slant, cos_incidence, hit, noise[-laser.NOISES :]
    )
    measured = Measurements(
        elapsed=state.elapsed,
        dtheta=dtheta,
        dv=dv,
        q_IB=q_IB,
        star_valid=jnp.isfinite(q_IB[0]),
        laser_range=value,
        laser_valid=valid,
        propellant=propellant,
        contact=state.contact.time < jnp.inf,
    )
    beam = Beam(
        slant_range=jnp.where(hit, slant, jnp.nan),
        snr=jnp.where(hit, laser.signal_to_noise(s.laser, slant, cos_incidence), 0.0),
    )
    new = replace_at(lambda x: (x.imu, x.laser), state, (imu_state, laser_state))
    return measured, new, beam
