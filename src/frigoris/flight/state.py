"""The truth that changes: one value, to copy, to store, to branch from."""

import equinox as eqx
import jax.numpy as jnp

from frigoris.flight.faults import state as fault_state
from frigoris.flight.faults.state import FaultState
from frigoris.flight.params import Params
from frigoris.lander.engines import Each
from frigoris.lander.rigid_body import Motion
from frigoris.onboard import software
from frigoris.sensors import delay, imu, laser
from frigoris.types import Quat, Scalar, Vec3


class Contact(eqx.Module):
    """State at the first touch of any footpad, found inside the tick."""

    time: Scalar  # [s]; infinite before
    r_M: Vec3
    v_M: Vec3
    q_MB: Quat
    omega_BI_B: Vec3  # [rad/s]
    thrust: Each  # of each engine in the tick of the contact [N]
    battery: Scalar  # energy left at the start of that tick [J]


class Said(eqx.Module):
    """What instruments have measured and not reported yet."""

    laser: delay.Ring  # range [m] and cant of the mirror [rad]
    radar: delay.Ring | None  # range [m]
    speed: delay.Ring | None  # along each beam [m/s]
    fix: delay.Ring | None  # place [m] and sigma [m]


class State(eqx.Module):
    """Truth of a flight at the start of a tick."""

    motion: Motion
    thrust: Each  # of each engine [N]
    flowing: Each  # 1 where the valve of an engine is open
    pushed: Each  # thrust of each engine, mean over the last tick [N]
    elapsed: Scalar  # length of the last tick [s]
    laser_cant: Scalar  # where the range finder's mirror stands [rad]
    omega_last_B: Vec3  # inertial rate at the start of the last tick [rad/s]
    imu: imu.ImuState
    laser: laser.LaserState
    said: Said
    clearance: Scalar  # of the lowest footpad over the ground [m]
    clearance_rate: Scalar  # [m/s]
    contact: Contact
    battery: Scalar  # energy left [J]
    bus: Scalar  # its voltage [V]
    powered: Scalar  # 1, or 0 in a brown-out
    moving: Scalar  # 1 in flight; 0 at rest after contact, or stopped as not finite
    broken: Scalar  # 1 once a number was not finite
    engines_until: Scalar  # end of the last tick in which an engine was open [s]
    depleted_time: Scalar  # when the descent engines' propellant ended [s]
    faults: FaultState | None  # None: there are no tables of faults


def start(params: Params) -> tuple[State, software.OnboardState]:
    """Both halves of a flight at time zero."""
    begin = params.start
    zero = jnp.zeros_like(begin.r_M[0])
    truth = State(
        motion=begin.motion,
        thrust=jnp.zeros_like(params.vehicle.engines.thrust),
        flowing=jnp.zeros_like(params.vehicle.engines.thrust),
        pushed=jnp.zeros_like(params.vehicle.engines.thrust),
        elapsed=zero,
        laser_cant=zero,
        imu=imu.start(params.sensors.imu),
        omega_last_B=begin.motion.omega_BI_B,
        laser=laser.start(zero),
        said=_silent(params, zero),
        clearance=zero + 1e6,
        clearance_rate=zero,
        contact=Contact(
            time=zero + jnp.inf,
            r_M=begin.motion.r_M,
            v_M=begin.motion.v_M,
            q_MB=begin.motion.q_MB,
            omega_BI_B=begin.motion.omega_BI_B,
            thrust=jnp.zeros_like(params.vehicle.engines.thrust),
            battery=zero + params.power.charge,
        ),
        battery=zero + params.power.charge,
        bus=zero + params.power.volts_full,
        powered=zero + 1.0,
        moving=zero + 1.0,
        broken=zero,
        engines_until=zero,
        depleted_time=zero + jnp.inf,
        faults=remembered(params, zero),
    )
    onboard = software.start(
        params.onboard, begin.r_M, begin.v_M, begin.q_MB, begin.omega_BI_B
    )
    return truth, onboard


def remembered(params: Params, zero: Scalar) -> FaultState | None:
    """The memory of faults at the start of a flight that may have some."""
    if params.faults is None:
        return None
    return fault_state.start(zero, params.onboard.vehicle.rcs_allocation.shape[0])


def _silent(params: Params, zero: Scalar) -> Said:
    s = params.sensors
    beams = 0 if s.speed is None else s.speed.beams_B.shape[1]
    return Said(
        laser=delay.start(zero, 2),
        radar=None if s.radar is None else delay.start(zero, 1),
        speed=delay.start(zero, beams) if beams else None,
        fix=None if s.camera is None else delay.start(zero, 4),
    )
