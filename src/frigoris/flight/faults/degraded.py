"""Faults of hardware as numbers of it that change in flight."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool

from frigoris.flight.faults.names import SLOTS
from frigoris.flight.faults.tables import (
    Actuator,
    Discrete,
    Faults,
    Ground,
    Measurement,
)
from frigoris.flight.params import Params
from frigoris.math.tree import replace_at
from frigoris.types import Flag, Scalar

On = Bool[Array, "4 *#cases"]
ALWAYS = -1.0  # a time before every flight [s]
Places = list[Any]  # arrays; of other things while a tree is rebuilt


class Active(NamedTuple):
    """Which slots of each table do something now."""

    measurement: On
    actuator: On
    bus: On
    processor: On
    discrete: On
    contact: On


def factor(x: Array, on: Sequence[Flag], values: Sequence[Scalar]) -> Array:
    """`x` times what active slots say; exactly `x` where none is."""
    for flag, value in zip(on, values, strict=True):
        x = x * jnp.where(flag, value, 1.0)
    return x


def shifted(x: Array, on: Sequence[Flag], values: Sequence[Array]) -> Array:
    """`x` and what active slots add; `x` to the bit where none is."""
    moved, touched = x, jnp.zeros_like(x) > 1.0
    for flag, value in zip(on, values, strict=True):
        moved = moved + jnp.where(flag, value, 0.0)
        touched = touched | flag
    return jnp.where(touched, moved, x)


def _instruments(p: Params) -> Places:
    s = p.sensors
    found = [s.laser.efficiency, s.laser.range_max]
    if s.radar is not None:
        found.append(s.radar.gain)
    if s.camera is not None:
        found += [s.camera.density, s.camera.map_error_M]
    return found


def _weak_instruments(p: Params, f: Measurement, on: On) -> Places:
    s, slots = p.sensors, list(on)
    found = [
        factor(s.laser.efficiency, slots, list(f.laser_power)),
        factor(s.laser.range_max, slots, list(f.laser_reach)),
    ]
    if s.radar is not None:
        found.append(factor(s.radar.gain, slots, list(f.radar_power)))
    if s.camera is not None:
        found.append(factor(s.camera.density, slots, list(f.camera_matches)))
        found.append(shifted(s.camera.map_error_M, slots, list(f.map_shift)))
    return found


def _machine(p: Params) -> Places:
    e, j = p.vehicle.engines, p.vehicle.thrusters
    return [
        e.thrust,
        e.isp,
        e.off_from,
        e.on_from,
        e.direction_B,
        j.off_from,
        j.on_from,
        p.vehicle.mass.com_dry_B,
    ]


def _swung(d: Array, x: Scalar, y: Scalar) -> Array:
    """Directions turned by small angles about +x and +y [rad]."""
    return jnp.stack([d[0] + y * d[2], d[1] - x * d[2], d[2] + x * d[1] - y * d[0]])


def _any(on: Sequence[Flag], what: Array) -> Array:
    found = on[0] & (what[0] > 0.5)
    for k in range(1, SLOTS):
        found = found | (on[k] & (what[k] > 0.5))
    return found


def _broken_machine(p: Params, f: Actuator, on: On) -> Places:
    e, j = p.vehicle.engines, p.vehicle.thrusters
    those = [on[k] & (f.engines[k] > 0.5) for k in range(SLOTS)]
    jets = [on[k] & (f.jets[k] > 0.5) for k in range(SLOTS)]
    turned = e.direction_B
    for k in range(SLOTS):
        new = _swung(turned, f.swing[k, 0], f.swing[k, 1])
        turned = jnp.where(those[k][None], new, turned)
    return [
        factor(e.thrust, those, list(f.thrust)),
        factor(e.isp, those, list(f.isp)),
        jnp.where(_any(those, f.shut), ALWAYS, e.off_from),
        jnp.where(_any(those, f.open), ALWAYS, e.on_from),
        turned,
        jnp.where(_any(jets, f.shut), ALWAYS, j.off_from),
        jnp.where(_any(jets, f.open), ALWAYS, j.on_from),
        shifted(p.vehicle.mass.com_dry_B, list(on), list(f.com_shift)),
    ]


def _power(p: Params) -> Places:
    return [p.power.steady]


def _loaded(p: Params, f: Discrete, on: On) -> Places:
    return [shifted(p.power.steady, list(on), list(f.load))]


def _plume(p: Params) -> Places:
    return [p.plume.onset, p.plume.dust]


def _dusty(p: Params, f: Ground, on: On) -> Places:
    slots = list(on)
    return [
        factor(p.plume.onset, slots, list(f.onset)),
        factor(p.plume.dust, slots, list(f.dust)),
    ]


CHANGES: dict[str, tuple[Callable[[Params], Places], Callable[..., Places]]] = {
    "measurement": (_instruments, _weak_instruments),
    "actuator": (_machine, _broken_machine),
    "discrete": (_power, _loaded),
    "contact": (_plume, _dusty),
}


def hardware(params: Params, faults: Faults, active: Active) -> Params:
    """The hardware as it is now; the same to the bit where nothing is active."""
    for name, (places, change) in CHANGES.items():
        table, on = getattr(faults, name), getattr(active, name)
        params = _changed(params, table, on, places, change)
    return params


def _changed(
    params: Params,
    table: Any,
    on: On,
    places: Callable[[Params], Places],
    change: Callable[..., Places],
) -> Params:
    new = if_used(table, lambda: change(params, table, on), lambda: places(params))
    return replace_at(places, params, new)


def machine(params: Params, f: Actuator | None, on: On | None) -> Places:
    """The numbers of engines, thrusters and mass, with faults where there are any."""
    if f is None or on is None:
        return _machine(params)
    found: Places = if_used(
        f, lambda: _broken_machine(params, f, on), lambda: _machine(params)
    )
    return found


def if_used(table: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """`then` where any case of the batch has a fault in the table."""
    return lax.cond(jnp.any(table.used > 0.5), then, otherwise)
