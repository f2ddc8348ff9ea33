"""Whole flight software of one's own, the shortest that burns: a deorbit, and rest."""

import jax.numpy as jnp
from jaxtyping import Array, UInt32

import frigoris
from frigoris.messages import Commands, Measurements
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.own import Estimate, Memory, Report
from frigoris.phases import COAST, DEORBIT_BURN
from frigoris.types import Quat, Scalar, Vec3

RATE_GAIN = 40.0  # torque against a rate [N m s]


def start(
    config: OnboardConfig, r_M: Vec3, v_M: Vec3, q_MB: Quat, omega_B: Vec3
) -> Memory:
    """The clock [s] and the velocity that was given [m/s]."""
    zero = jnp.zeros_like(r_M[0])
    return {"time": zero, "dv": zero, "burns": zero}


def report(config: OnboardConfig, memory: Memory) -> Report:
    """The phase alone: it does not know where it is."""
    none = memory["time"] * jnp.nan
    three, four = jnp.stack([none] * 3), jnp.stack([none] * 4)
    phase = jnp.where(memory["burns"] > 0.5, DEORBIT_BURN, COAST)
    return Report(phase, Estimate(three, three, four, three, none), none)


@frigoris.register_software("burn_and_rest", start=start, report=report)
def burn_and_rest(
    config: OnboardConfig,
    memory: Memory,
    measured: Measurements,
    tick: UInt32[Array, ""],
    dt: Scalar,
) -> tuple[Memory, Commands]:
    """The planned deorbit burn with rates damped, and nothing after it."""
    v = config.vehicle
    dv = memory["dv"] + jnp.where(memory["burns"] > 0.5, measured.dv[2], 0.0)
    left = config.guidance.deorbit_dv - dv
    burns = (memory["time"] >= config.sequence.deorbit_time) & (left > 0.02)
    rate = measured.dtheta / jnp.maximum(measured.elapsed, 1e-3)
    torque = -RATE_GAIN * rate
    ways = jnp.stack([jnp.maximum(torque, 0.0), jnp.maximum(-torque, 0.0)], axis=1)
    jets = jnp.sum(v.rcs_allocation * ways.reshape((1, 6, *torque.shape[1:])), axis=1)
    zero = jnp.zeros_like(left)
    commands = Commands(
        main_duty=jnp.where(burns, 1.0, 0.0),
        assist_duty=zero,
        rcs_duty=jnp.where(burns, jets, 0.0),
        gimbal=jnp.stack([zero, zero]),
        laser_cant=zero,
    )
    new = {"time": memory["time"] + dt, "dv": dv, "burns": jnp.where(burns, 1.0, 0.0)}
    return new, commands
