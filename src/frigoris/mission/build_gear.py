"""From a mission's legs and hull to the gear of a flight, body axes."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from frigoris.lander.gear import Gear
from frigoris.lander.legs import Legs
from frigoris.math.tree import leaf
from frigoris.moon.regolith import Regolith

HULL_SIDES, NOZZLE_SIDES = 8, 4  # points on the rims of underside and nozzle


def together(values: Sequence[object], axis: int = 0) -> np.ndarray:
    """Stack along a component axis; where one has cases last, all have."""
    arrays = [np.asarray(v, dtype=np.float64) for v in values]
    depth = max(x.ndim for x in arrays)
    arrays = [x.reshape(x.shape + (1,) * (depth - x.ndim)) for x in arrays]
    return np.stack(np.broadcast_arrays(*arrays), axis=axis)


def make_gear(lander: SimpleNamespace) -> Gear:
    """Legs, footpads and hull of a lander (SI)."""
    legs = lander.legs
    return Gear(
        legs=_legs(legs),
        pad_area=leaf(0.25 * np.pi * np.asarray(legs.pad_diameter) ** 2),
        pad_friction=leaf(legs.pad_friction),
        hull_B=leaf(_hull(lander.hull)),
        strike_max=leaf(lander.hull.strike_max),
    )


def make_soil(soil: SimpleNamespace) -> Regolith:
    """The soil of a site."""
    return Regolith(**{name: leaf(value) for name, value in vars(soil).items()})


def _azimuths(legs: SimpleNamespace) -> list[object]:
    return [legs.azimuth + 2.0 * np.pi * k / legs.count for k in range(legs.count)]


def _place(azimuth: object, out: object, left: object, up: object) -> list[Any]:
    """A point of a leg: its distances from the body's axis and from the leg's plane."""
    c, s = np.cos(azimuth), np.sin(azimuth)  # type: ignore[call-overload]
    r, t = np.asarray(out), np.asarray(left)
    return [r * c - t * s, r * s + t * c, np.asarray(up)]


def _legs(legs: SimpleNamespace) -> Legs:
    first, second = legs.primary, legs.secondary
    pads, hinges = [], []
    for azimuth in _azimuths(legs):
        pads.append(_place(azimuth, legs.radius, 0.0, legs.pad_height))
        joint = (second.hinge_radius, second.hinge_height)
        hinges += [
            _place(azimuth, first.hinge_radius, 0.0, first.hinge_height),
            _place(azimuth, joint[0], second.spread, joint[1]),
            _place(azimuth, joint[0], -np.asarray(second.spread), joint[1]),
        ]

    def each(name: str) -> np.ndarray:
        row = [getattr(first, name), *[getattr(second, name)] * 2]
        return _shaped([row] * legs.count)

    joints = np.moveaxis(_shaped(hinges), 1, 0)  # xyz, leg and strut
    return Legs(
        pad_B=leaf(np.moveaxis(_shaped(pads), 1, 0)),
        hinge_B=leaf(joints.reshape(3, legs.count, 3, *joints.shape[2:])),
        stiffness=leaf(each("stiffness")),
        damping=leaf(each("damping")),
        crush=leaf(each("crush")),
        # a cartridge gives way in tension as it does in compression
        pull=leaf(each("crush")),
        stroke=leaf(each("stroke")),
        draw=leaf(each("stroke")),
        strength=leaf(each("strength")),
    )


def _shaped(rows: Sequence[Sequence[object]]) -> np.ndarray:
    """Rows of numbers as one array, cases last where any number has them."""
    flat = together([x for row in rows for x in row])
    return flat.reshape(len(rows), len(rows[0]), *flat.shape[1:])


def _hull(hull: SimpleNamespace) -> np.ndarray:
    points = []
    for count, radius, height in (
        (HULL_SIDES, hull.radius, hull.bottom),
        (NOZZLE_SIDES, hull.nozzle_radius, hull.nozzle_height),
    ):
        for azimuth in 2.0 * np.pi * np.arange(count) / count:
            points.append(_place(azimuth, radius, 0.0, height))
    return np.moveaxis(_shaped(points), 1, 0)
