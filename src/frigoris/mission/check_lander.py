"""Landers that can't be: faults between the numbers of one vehicle.

Works on the plain tree, like the rest of the check.
"""

from collections.abc import Iterator, Mapping
from math import hypot, pi
from typing import Any

from frigoris.constants import GRAVITY_MOON
from frigoris.mission.schema_lander import Lander, Power
from frigoris.mission.schema_sequence import Target
from frigoris.mission.source import Location

Fault = tuple[Location, str]


def lander_faults(tree: Mapping[str, Any]) -> Iterator[Fault]:
    """Everything that is wrong between the parts of the lander."""
    lander = tree.get("lander")
    if not isinstance(lander, Mapping):
        return
    yield from _hull(lander)
    yield from _legs(lander)
    yield from _engines(lander)
    yield from _tanks(lander)
    yield from _power(lander)
    yield from _planner(tree, lander)


def _number(part: Any, name: str, default: Any = None) -> float | None:
    value = part.get(name, default) if isinstance(part, Mapping) else None
    return value if isinstance(value, int | float) else None


def _vector(part: Any, name: str) -> list[float] | None:
    value = part.get(name) if isinstance(part, Mapping) else None
    if not isinstance(value, list) or len(value) != 3:
        return None
    return value if all(isinstance(x, int | float) for x in value) else None


def _rows(part: Any, name: str) -> list[tuple[int, Mapping[str, Any]]]:
    rows = part.get(name)
    listed = enumerate(rows if isinstance(rows, list) else [])
    return [(i, row) for i, row in listed if isinstance(row, Mapping)]


def _hull(lander: Mapping[str, Any]) -> Iterator[Fault]:
    hull, com = lander.get("hull"), _vector(lander, "com_dry_m")
    bottom, top = _number(hull, "bottom_m"), _number(hull, "top_m")
    radius = _number(hull, "radius_m")
    if bottom is None or top is None or radius is None:
        return
    if bottom >= top:
        yield ("lander", "hull", "top_m"), f"top_m {top:g} is not above bottom_m"
    elif com and not (bottom <= com[2] <= top and hypot(com[0], com[1]) <= radius):
        text = f"centre of mass {com} m is outside the hull: z from {bottom:g} to "
        yield ("lander", "com_dry_m"), f"{text}{top:g} m, radius {radius:g} m"


def _legs(lander: Mapping[str, Any]) -> Iterator[Fault]:
    legs, hull = lander.get("legs"), lander.get("hull")
    pad = _number(legs, "pad_height_m")
    if pad is None:
        return
    at: Location = ("lander", "legs", "pad_height_m")
    nozzle = _number(hull, "nozzle_height_m")
    if nozzle is not None and pad >= nozzle:
        yield at, f"footpads at {pad:g} m don't reach below the nozzle at {nozzle:g} m"
    for _, engine in _rows(lander, "engines"):
        place = _vector(engine, "position_m")
        if place and pad >= place[2]:
            name = engine.get("name")
            text = f"footpads at {pad:g} m don't reach below the engine {name} at"
            yield at, f"{text} {place[2]:g} m"
            break
    for name in ("primary", "secondary"):
        part = legs.get(name) if isinstance(legs, Mapping) else None
        height, load = _number(part, "hinge_height_m"), _number(part, "crush_kN")
        strength = _number(part, "strength_kN")
        if height is not None and name == "primary" and height <= pad:
            text = f"the joint of the primary strut at {height:g} m is not above its"
            yield ("lander", "legs", name, "hinge_height_m"), f"{text} footpad"
        if load is not None and strength is not None and strength <= load:
            text = f"strength_kN {strength:g} is not above crush_kN {load:g}: the strut"
            where: Location = ("lander", "legs", name, "strength_kN")
            yield where, f"{text} would break before its cartridge gives way"


def _engines(lander: Mapping[str, Any]) -> Iterator[Fault]:
    total = 0.0
    for i, engine in _rows(lander, "engines"):
        thrust = _number(engine, "thrust_N")
        floor = _number(engine, "throttle_min_ratio", 1.0)
        gap = engine.get("throttle_gap_ratio")
        total += thrust or 0.0
        if isinstance(gap, list) and len(gap) == 2 and floor is not None:
            low, high = gap
            at: Location = ("lander", "engines", i, "throttle_gap_ratio")
            if not low <= high:
                yield at, f"forbidden throttle from {low:g} to {high:g}: turned round"
            elif high > low and low < floor:
                text = f"forbidden throttle from {low:g}: below the least throttle"
                yield at, f"{text} {floor:g}"
    dry = _number(lander, "dry_mass_kg")
    if dry and total and total < dry * GRAVITY_MOON:
        text = f"all engines together, {total:g} N, don't carry the empty lander:"
        yield ("lander", "engines"), f"{text} it weighs {dry * GRAVITY_MOON:.0f} N"
    yield from _too_strong(lander, dry)


def _too_strong(lander: Mapping[str, Any], dry: float | None) -> Iterator[Fault]:
    """Without pulsed engines the least thrust must be below the weight at landing."""
    engines = _rows(lander, "engines")
    if any(e.get("group") == "assist" for _, e in engines) or not dry:
        return
    least = [
        (_number(e, "thrust_N") or 0.0) * (_number(e, "throttle_min_ratio", 1.0) or 0.0)
        for _, e in engines
    ]
    if sum(least) > dry * GRAVITY_MOON:
        text = (
            f"least thrust {sum(least):.0f} N is above the weight of the empty lander"
        )
        at: Location = ("lander", "engines", 0, "throttle_min_ratio")
        yield at, f"{text}, {dry * GRAVITY_MOON:.0f} N: it can't come down"


def _tanks(lander: Mapping[str, Any]) -> Iterator[Fault]:
    """Propellant that the tanks can't hold."""
    room = {"fuel": 0.0, "oxidizer": 0.0, "attitude": 0.0}
    for _, tank in _rows(lander, "tanks"):
        radius, height = _number(tank, "radius_m"), _number(tank, "height_m")
        density, kind = _number(tank, "density_kg_m3"), tank.get("holds")
        if not (radius and height and density) or kind not in room:
            return
        left = _number(tank, "unusable_kg", 0.0) or 0.0
        room[str(kind)] += pi * radius**2 * height * density - left
    main, rcs = _number(lander, "propellant_kg"), _number(lander, "rcs_propellant_kg")
    usual = Lander.model_fields["mixture_ratio"].default
    mixture = _number(lander, "mixture_ratio", usual)
    if main is None or rcs is None or not mixture:
        return
    both = room["fuel"] > 0.0 and room["oxidizer"] > 0.0
    fuel = 1.0 / (1.0 + mixture) if both else float(room["fuel"] > 0.0)
    wanted = {"fuel": main * fuel, "oxidizer": main * (1.0 - fuel), "attitude": rcs}
    for kind, mass in wanted.items():
        if mass > room[kind]:
            name = "rcs_propellant_kg" if kind == "attitude" else "propellant_kg"
            text = f"{mass:.1f} kg of {kind} don't fit into its tanks, which hold"
            yield ("lander", name), f"{text} {room[kind]:.1f} kg"


def _power(lander: Mapping[str, Any]) -> Iterator[Fault]:
    power = lander.get("power")
    if not isinstance(power, Mapping):
        return
    fields = Power.model_fields

    def volts(name: str) -> float:
        value = _number(power, name, fields[name].default)
        return 0.0 if value is None else value

    if volts("empty_V") > volts("full_V"):
        yield ("lander", "power", "empty_V"), "empty_V is above full_V"
    if volts("brownout_V") > volts("recover_V"):
        yield ("lander", "power", "brownout_V"), "brownout_V is above recover_V"


def _planner(tree: Mapping[str, Any], lander: Mapping[str, Any]) -> Iterator[Fault]:
    """A convex plan lies between the least thrust and its share of the full one."""
    phases: Any = tree
    for name in ("onboard", "sequence", "phases"):
        phases = phases.get(name) if isinstance(phases, Mapping) else None
    engines = [engine for _, engine in _rows(lander, "engines")]
    full = sum(_number(e, "thrust_N") or 0.0 for e in engines)
    mains = [e for e in engines if e.get("group", "main") == "main"]
    floor = (_number(mains[0], "throttle_min_ratio", 1.0) or 0.0) if mains else 0.0
    least = floor * sum(_number(e, "thrust_N") or 0.0 for e in mains)
    usual = Target.model_fields["level_ratio"].default
    for name, phase in (phases if isinstance(phases, Mapping) else {}).items():
        if not isinstance(phase, Mapping) or phase.get("law") != "convex":
            continue
        level = _number(phase.get("target"), "level_ratio", usual)
        if level is not None and level * full <= least:
            at = ("onboard", "sequence", "phases", name, "target", "level_ratio")
            text = f"convex plans have up to {level * full:g} N, but the main engines"
            yield at, f"{text} give no less than {least:g} N"
