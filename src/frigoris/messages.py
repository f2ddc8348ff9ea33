"""All that crosses between the vehicle and its flight software.

`Measurements` go in, `Commands` come out, once a tick. Nothing else does: the flight
software learns about the world from here and from its own configuration.
"""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from frigoris.math.trig import sincos
from frigoris.types import Flag, Jets, Quat, Scalar, Vec3


class Radar(eqx.Module):
    """What a radar altimeter says."""

    range: Scalar  # of the nearest ground in its beam [m]
    age: Scalar  # since it was measured [s]


class Speed(eqx.Module):
    """What a velocimeter says."""

    closing: Float[Array, "beams *#cases"]  # speed along each beam, to the ground [m/s]
    age: Scalar  # [s]


class Fix(eqx.Module):
    """What a landmark camera says."""

    place_M: Vec3  # of the camera, in the axes of its map [m]
    sigma: Scalar  # across its axis, as it claims [m]
    age: Scalar  # [s]


class RangeImage(NamedTuple):
    """What a hazard lidar says, when it is asked: no part of a tick's measurements."""

    beams_B: Float[Array, "3 pixels"]  # in its own axes, as believed, unit
    ranges: Float[Array, " pixels"]  # [m], NaN without an echo


class Measurements(eqx.Module):
    """What instruments and Earth say at the start of a tick. Invalid values: NaN."""

    elapsed: Scalar  # length of the last tick, zero at the first [s]
    dtheta: Vec3  # gyro increment over the last tick, body axes [rad]
    dv: Vec3  # accelerometer increment over the last tick, body axes [m/s]
    q_IB: Quat  # star tracker attitude [-]
    star_valid: Flag
    laser_range: Scalar  # slant range along the boresight [m]
    laser_valid: Flag  # confirmed by the instrument's own N-of-M rule
    laser_cant: Scalar  # of its mirror when the range was measured [rad]
    laser_age: Scalar  # since then [s]
    propellant: Scalar  # left in all tanks by their gauge, NaN between readings [kg]
    contact: Bool[Array, "legs *#cases"]  # leg switches closed
    radar: Radar | None
    speed: Speed | None
    fix: Fix | None
    order: Scalar  # number of the phase that the ground asks for, NaN: none


class Commands(eqx.Module):
    """What the actuators do over the coming tick, held until the next."""

    main_duty: Scalar  # part of the tick for which the main engine is open [-]
    assist_duty: Scalar  # the same for the modulated group [-]
    rcs_duty: Jets  # part of the tick for each attitude thruster [-]
    gimbal: Float[Array, "2 *#cases"]  # of the main engines about +x and +y [rad]
    laser_cant: Scalar  # mirror of the range finder: beam from -z towards -x [rad]


def boresight(cant: Scalar) -> Vec3:
    """Beam of the range finder in body axes, its mirror turned by `cant` [rad].

    The mirror turns in the pitch plane. While braking, +z of the body points back along
    the track and +x points up, so a cant towards -x looks at the ground.
    """
    sine, cosine = sincos(cant)
    return jnp.stack([-sine, jnp.zeros_like(cant), -cosine])
