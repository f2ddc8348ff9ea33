"""What may go wrong in a flight: six tables of four slots each, all of them numbers.

A class of faults is a point in the numbers of one table; which class a slot holds is
nowhere to be seen. Slots first, then components, cases last. A slot that does nothing
holds `NEUTRAL` and never begins.
"""

from typing import Any

import equinox as eqx
import numpy as np
from jaxtyping import Array, Float

from frigoris.flight.faults.names import (
    CHANNELS,
    FOREVER,
    LARGE,
    MESSAGES,
    NOT,
    TIME,
)
from frigoris.moon.bumps import Bumps

Slot = Float[Array, "4 *#cases"]
PerChannel = Float[Array, "4 28 *#cases"]
Slot3 = Float[Array, "4 3 *#cases"]


class Trigger(eqx.Module):
    """When each slot begins, for how long, and how it comes and goes meanwhile."""

    quantity: Slot  # TIME, ALTITUDE, ...
    threshold: Slot  # [s], [m], a phase or a count
    duration: Slot  # [s]
    period: Slot  # of an intermittent fault [s]
    on: Slot  # of each period [s]


class Measurement(eqx.Module):
    """Faults of instruments: before they measure, and of what they measured."""

    used: Slot  # 1 where the slot holds a fault
    trigger: Trigger
    weight: PerChannel  # of each channel, 0 where it is not meant
    gain: Slot  # [-]
    offset: Slot  # times the weight, in the unit of the channel; a rate for the IMU
    drift: Slot  # of the offset, per second since the fault began
    sigma: Slot  # added noise
    sigma_share: Slot  # added noise, share of the value [-]
    drop: Slot  # a sample is lost where a normal number is below
    outlier: Slot  # a sample is one where a normal number is below
    outlier_size: Slot  # one sigma of it
    hold: Slot  # 1: the last value before the fault goes on
    force: Slot  # this value is said at every tick, NOT: none
    limit: Slot  # of the size of a value
    fold: Slot  # a value is said modulo this
    flag: Slot  # of laser and star tracker: 0 as it is, 1 set, 2 not set, 3 inverted
    laser_power: Slot  # factor on the energy of its pulses [-]
    laser_reach: Slot  # factor on its longest range [-]
    radar_power: Slot  # factor on its signal [-]
    camera_matches: Slot  # factor on the craters that it can name [-]
    map_shift: Slot3  # of its map, Moon-fixed axes [m]


class Actuator(eqx.Module):
    """Faults of engines, thrusters, gimbals and tanks."""

    used: Slot
    trigger: Trigger
    engines: Float[Array, "4 n *#cases"]  # 1 where an engine is meant
    jets: Float[Array, "4 jets *#cases"]  # 1 where a thruster is meant
    thrust: Slot  # factor [-]
    isp: Slot  # factor [-]
    shut: Slot  # 1: closed, whatever is commanded
    open: Slot  # 1: cannot be closed
    swing: Float[Array, "4 2 *#cases"]  # of the thrust about +x and +y [rad]
    jet_push: Slot  # factor [-]
    gimbal_gain: Slot  # [-]
    gimbal_offset: Float[Array, "4 2 *#cases"]  # [rad]
    gimbal_hold: Slot  # 1: it stands where it stood
    com_shift: Slot3  # of the dry vehicle [m]
    leak: Slot  # of the descent propellant [kg/s]
    leak_rcs: Slot  # of the attitude thrusters' [kg/s]
    push: Slot3  # force of what leaks out, body axes [N]
    place: Slot3  # where it acts [m]


class Bus(eqx.Module):
    """Faults of messages on their way."""

    used: Slot
    trigger: Trigger
    message: Float[Array, "4 8 *#cases"]  # 1 where a message is meant
    delay: Slot  # that nobody knows of [ticks]
    drop: Slot  # a message is lost where a normal number is below
    swap_a: Slot  # two channels that stand in each other's place, NOT: none
    swap_b: Slot


class Processor(eqx.Module):
    """Faults of the flight computer."""

    used: Slot
    trigger: Trigger
    skip: Slot  # a step is left out where a normal number is below
    down: Slot  # 1: it does not run, and commands stand at their default
    cold: Slot  # 1: it comes back as it booted


class Discrete(eqx.Module):
    """False switches, orders from the ground, power."""

    used: Slot
    trigger: Trigger
    legs: Float[Array, "4 legs *#cases"]  # 1 where a switch is meant
    closed: Slot  # 1: said to be closed, 0: to be open
    order: Slot  # phase that the ground orders, NOT: none
    dead: Slot  # 1: the bus is down
    load: Slot  # that nobody planned [W]


class Ground(eqx.Module):
    """Ground and legs unlike what was prepared for; dust."""

    used: Slot
    trigger: Trigger  # of the dust; ground and legs are so from the start
    bumps: Bumps
    legs: Float[Array, "4 legs *#cases"]  # 1 where a leg is meant
    stiffness: Slot  # factor [-]
    crush: Slot  # factor on the load that crushes its struts [-]
    strength: Slot  # factor [-]
    friction: Slot  # factor, of all footpads [-]
    bearing: Slot  # factor on the strength of the soil [-]
    onset: Slot  # factor on the height where dust begins [-]
    dust: Slot  # factor on its optical depth [-]


class Faults(eqx.Module):
    """All tables of a flight."""

    measurement: Measurement
    actuator: Actuator
    bus: Bus
    processor: Processor
    discrete: Discrete
    contact: Ground


TYPES: dict[str, Any] = {
    "measurement": Measurement,
    "actuator": Actuator,
    "bus": Bus,
    "processor": Processor,
    "discrete": Discrete,
    "contact": Ground,
}
_ONES = {
    "measurement": (
        "gain",
        "laser_power",
        "laser_reach",
        "radar_power",
        "camera_matches",
    ),
    "actuator": ("thrust", "isp", "jet_push", "gimbal_gain"),
    "contact": (
        "stiffness",
        "crush",
        "strength",
        "friction",
        "bearing",
        "onset",
        "dust",
        "bump_radius",
    ),
}
_OTHERS: dict[str, dict[str, float]] = {
    "measurement": {
        "drop": NOT,
        "outlier": NOT,
        "force": NOT,
        "limit": LARGE,
        "fold": LARGE,
    },
    "bus": {"drop": NOT, "swap_a": NOT, "swap_b": NOT},
    "processor": {"skip": NOT},
    "discrete": {"order": NOT},
}
_SHAPES: dict[str, dict[str, Any]] = {
    "measurement": {"weight": len(CHANNELS), "map_shift": 3},
    "actuator": {
        "engines": "engines",
        "jets": "jets",
        "swing": 2,
        "gimbal_offset": 2,
        "com_shift": 3,
        "push": 3,
        "place": 3,
    },
    "bus": {"message": len(MESSAGES)},
    "discrete": {"legs": "legs"},
    "contact": {"legs": "legs"},
}
BUMP = ("east", "north", "radius", "dome", "rim", "step", "heading")


def neutral(table: str, sizes: dict[str, int]) -> dict[str, np.ndarray]:
    """The numbers of a slot of a table that does nothing.

    `sizes` says how many `engines`, `jets` and `legs` there are.
    """
    names = [n for n in TYPES[table].__annotations__ if n not in ("trigger", "bumps")]
    if table == "contact":
        names += [f"bump_{n}" for n in BUMP]
    found = {}
    for name in names:
        size = _SHAPES.get(table, {}).get(name)
        count = sizes[size] if isinstance(size, str) else size
        value = _OTHERS.get(table, {}).get(name, 0.0)
        value = 1.0 if name in _ONES.get(table, ()) else value
        found[name] = np.full(() if count is None else (count,), value)
    whole: dict[str, Any] = found | {
        "trigger_quantity": np.float64(TIME),
        "trigger_threshold": np.float64(LARGE),
        "trigger_duration": np.float64(FOREVER),
        "trigger_period": np.float64(FOREVER),
        "trigger_on": np.float64(FOREVER),
    }
    return whole
