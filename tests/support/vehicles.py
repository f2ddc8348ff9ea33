"""A vehicle made up for tests, in general position."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np

from frigoris.lander import engines as eng
from frigoris.lander import thrusters as rcs
from frigoris.lander.mass import MassModel, Tanks
from frigoris.lander.rigid_body import Actuation, Vehicle

USABLE, USABLE_RCS, UNUSABLE = 410.0, 6.0, 3.0  # [kg]
MIXTURE = 1.65


def tanks() -> Tanks:
    """Fuel, oxidizer, attitude; the oxidizer keeps 3 kg that can't be drained."""
    fuel = 1.0 / (1.0 + MIXTURE)
    share = np.array([fuel, 1.0 - fuel, 0.0])
    load = share * USABLE + np.array([0.0, UNUSABLE, USABLE_RCS])
    return Tanks(
        bottom_B=jnp.array([[0.4, -0.35, 0.1], [0.05, -0.1, 0.0], [0.4, 0.35, 1.1]]),
        radius=jnp.array([0.27, 0.3, 0.15]),
        density=jnp.array([875.0, 1440.0, 1005.0]),
        load=jnp.asarray(load),
        share=jnp.asarray(share),
        share_rcs=jnp.array([0.0, 0.0, 1.0]),
        damping=jnp.array([0.0, 0.0, 0.0]),
    )


MODEL = MassModel(
    dry=jnp.float64(361.0),
    com_dry_B=jnp.array([0.01, -0.02, 0.95]),
    inertia_dry_B=jnp.diag(jnp.array([150.0, 163.0, 171.0])),
    tanks=tanks(),
    loaded=jnp.float64(USABLE),
    loaded_rcs=jnp.float64(USABLE_RCS),
    unusable=jnp.float64(UNUSABLE),
    stranded=jnp.float64(0.0),
)


def engines(**changes: Any) -> eng.Engines:
    """A main engine and two assist engines, valves without delays."""
    none = jnp.zeros(3)
    values: dict[str, Any] = {
        "thrust": jnp.array([400.0, 201.0, 199.0]),
        "isp": jnp.array([320.0, 272.0, 271.0]),
        "isp_loss": none,
        "lag": jnp.array([0.15, 0.05, 0.06]),
        "lag_off": jnp.array([0.12, 0.04, 0.06]),
        "open_delay": none,
        "close_delay": none,
        "floor": none + 1.0,
        "band_low": none,
        "band_high": none,
        "rate": none + 1e4,
        "ullage": none,
        "off_from": none + eng.NEVER,
        "on_from": none + eng.NEVER,
        "position_B": jnp.array(
            [[0.02, 0.6, -0.55], [-0.01, 0.1, 0.15], [0, 0.1, 0.1]]
        ),
        "direction_B": jnp.array([[0.0] * 3, [0.0] * 3, [1.0] * 3]),
        "assist": (False, True, True),
    }
    return eng.Engines(**(values | changes))


def jets(**changes: Any) -> rcs.Thrusters:
    """Eight jets of 15 N on the corners."""
    position, direction = rcs.corner_layout(1.1, 0.85)
    values: dict[str, Any] = {
        "thrust": jnp.float64(15.0),
        "isp": jnp.float64(225.0),
        "open_delay": jnp.float64(0.0),
        "close_delay": jnp.float64(0.0),
        "off_from": jnp.full(8, eng.NEVER),
        "on_from": jnp.full(8, eng.NEVER),
        "position_B": jnp.asarray(position),
        "direction_B": jnp.asarray(direction),
    }
    return rcs.Thrusters(**(values | changes))


VEHICLE = Vehicle(mass=MODEL, engines=engines(), thrusters=jets())


def steady(vehicle: Vehicle, on: Any, **changes: Any) -> Actuation:
    """Engines that have burned for long, each at a share `on` of its thrust."""
    e = vehicle.engines
    thrust = e.thrust * jnp.asarray(on)
    zero = jnp.zeros_like(thrust)
    act = Actuation(
        firing=eng.Firing(thrust, thrust, zero, zero + 1e9, 1.0 / (e.isp * 9.80665)),
        gimbal=jnp.zeros(2),
        rcs_duty=jnp.zeros(vehicle.thrusters.position_B.shape[1]),
        moving=jnp.float64(1.0),
        gain=jnp.float64(1.0),
    )
    return dataclasses.replace(act, **changes)
