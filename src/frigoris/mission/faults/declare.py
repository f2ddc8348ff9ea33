"""How a class of faults is declared: parameters, flights, what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, NamedTuple

from frigoris.flight.faults.names import CHANNELS, LARGE, MESSAGES, NOT
from frigoris.mission.schema import Mission
from frigoris.units import FACTORS, stem, suffix

Numbers = dict[str, Any]  # names of a table's numbers, in SI
Given = dict[str, Any]  # values of parameters by name without unit, in SI

# instruments by the names of mission files, and their channels
INSTRUMENTS: dict[str, tuple[str, ...]] = {
    "laser": ("laser",),
    "radar_altimeter": ("radar",),
    "velocimeter": tuple(c for c in CHANNELS if c.startswith("beam_")),
    "landmark_camera": (*(c for c in CHANNELS if c.startswith("fix_")),),
    "star_tracker": tuple(c for c in CHANNELS if c.startswith("star_q_")),
    "gyro": tuple(c for c in CHANNELS if c.startswith("gyro_")),
    "accelerometer": tuple(c for c in CHANNELS if c.startswith("accelerometer_")),
    "gauge": ("gauge",),
}
SWAPS = {
    "gyro_xy": ("gyro_x", "gyro_y"),
    "gyro_xz": ("gyro_x", "gyro_z"),
    "gyro_yz": ("gyro_y", "gyro_z"),
    "accelerometer_xy": ("accelerometer_x", "accelerometer_y"),
    "accelerometer_xz": ("accelerometer_x", "accelerometer_z"),
    "accelerometer_yz": ("accelerometer_y", "accelerometer_z"),
    "laser_radar": ("laser", "radar"),
    "beams_12": ("beam_0", "beam_1"),
}
OPTIONAL = ("radar_altimeter", "velocimeter", "landmark_camera")
RANGERS = ("laser", "radar_altimeter")


class Machine(NamedTuple):
    """What of a lander a fault can be aimed at."""

    engines: tuple[str, ...]
    groups: tuple[str, ...]  # of each engine
    jets: int
    legs: int
    beams: int
    instruments: tuple[str, ...]
    phases: tuple[str, ...]

    @property
    def messages(self) -> tuple[str, ...]:
        """What travels over its bus."""
        of = {"radar": "radar_altimeter", "camera": "landmark_camera"}
        lacks = {n for n in OPTIONAL if n not in self.instruments}
        return tuple(m for m in MESSAGES if of.get(m, m) not in lacks)

    @property
    def swaps(self) -> tuple[str, ...]:
        """Pairs of channels that it has."""
        there = {c for n in self.instruments for c in INSTRUMENTS[n]}
        first = len(INSTRUMENTS["velocimeter"])
        gone = {f"beam_{k}" for k in range(self.beams, first)}
        return tuple(n for n, pair in SWAPS.items() if set(pair) <= there - gone)

    @property
    def sizes(self) -> dict[str, int]:
        """How many of what."""
        return {"engines": len(self.engines), "jets": self.jets, "legs": self.legs}


def machine_of(mission: Mission) -> Machine:
    """The lander of a mission as faults see it."""
    lander, sensors = mission.lander, mission.sensors
    there = [n for n in INSTRUMENTS if n not in OPTIONAL or getattr(sensors, n)]
    meter = sensors.velocimeter
    return Machine(
        engines=tuple(e.name for e in lander.engines),
        groups=tuple(e.group for e in lander.engines),
        jets=len(lander.rcs.jets) or 8,
        legs=lander.legs.count,
        beams=meter.beams_count if meter else 0,
        instruments=tuple(there),
        phases=tuple(mission.onboard.sequence.phases),
    )


@dataclass(frozen=True)
class Parameter:
    """One parameter of a class: a number with a unit in its name, or a word."""

    name: str
    text: str
    default: Any
    low: float = 0.0
    high: float = 0.0
    among: tuple[str, ...] = ()  # words; a number has none
    of: str = ""  # attribute of `Machine` that says which words there are
    extra: tuple[str, ...] = ()  # words beside those

    @property
    def is_word(self) -> bool:
        """Whether it is chosen among words."""
        return bool(self.among or self.of)

    def words(self, machine: Machine | None) -> tuple[str, ...]:
        """Those that it may be, of one lander or of any."""
        if not self.of:
            return self.among
        if machine is None:
            return (*self.among, *self.extra)
        there = getattr(machine, self.of)
        if isinstance(there, int):
            there = tuple(str(k) for k in range(1, there + 1))
        if self.among:  # of the class, as far as the lander has them
            there = tuple(w for w in self.among if w in there)
        return tuple(dict.fromkeys((*there, *self.extra)))


def number(name: str, default: float, low: float, high: float, text: str) -> Parameter:
    """A number between bounds."""
    return Parameter(name, text, float(default), low, high)


def word(name: str, default: str, among: tuple[str, ...], text: str) -> Parameter:
    """One of some words."""
    return Parameter(name, text, default, among=among)


def instrument(default: str, among: tuple[str, ...] = tuple(INSTRUMENTS)) -> Parameter:
    """Which instrument, of those that the lander has."""
    return Parameter(
        "instrument", "which it is", default, among=among, of="instruments"
    )


def engine(default: str = "main") -> Parameter:
    """Which engine, by its name, or all of a group."""
    return Parameter(
        "engine",
        "by name, or a group, or all",
        default,
        of="engines",
        extra=("main", "assist", "all"),
    )


def jet() -> Parameter:
    """Which attitude thruster, by number."""
    return Parameter("jet", "by number from 1, or all", "1", of="jets", extra=("all",))


def leg() -> Parameter:
    """Which leg, by number."""
    return Parameter("leg", "by number from 1, or all", "1", of="legs", extra=("all",))


@dataclass(frozen=True)
class FaultClass:
    """One class of faults."""

    name: str
    table: str
    text: str
    parameters: tuple[Parameter, ...]
    kinds: tuple[int, ...]  # numbers of the list of kinds in `kinds.py`
    flights: tuple[tuple[str, int], ...]  # and years that it is known from
    fill: Callable[[Given, Machine], Numbers]
    needs: tuple[str, ...] = ()  # instruments without which it means nothing
    trigger: tuple[tuple[str, Any], ...] = ()  # where it begins unless it is told

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((p for p in self.parameters if p.name == name), None)


def in_si(name: str, value: Any) -> tuple[str, Any]:
    """Name without unit, and value in SI."""
    unit = suffix(name)
    if unit is None or isinstance(value, str):
        return name, value
    return stem(name), value * FACTORS[unit]


def chance(probability: float) -> float:
    """Normal number below which there is that probability."""
    if probability <= 0.0:
        return NOT
    return LARGE if probability >= 1.0 else NormalDist().inv_cdf(probability)


def weights(names: dict[str, float] | tuple[str, ...]) -> list[float]:
    """Weight of each channel, 1 for those that are only named."""
    told = names if isinstance(names, dict) else dict.fromkeys(names, 1.0)
    return [told.get(c, 0.0) for c in CHANNELS]


def of_instrument(given: Given) -> list[float]:
    """Weights of the channels of the instrument that is meant."""
    return weights(INSTRUMENTS[given["instrument"]])


def of_engine(given: Given, machine: Machine) -> list[float]:
    """1 for each engine that is meant: by name first, then by group."""
    wanted = given["engine"]
    if wanted in machine.engines:
        return [float(n == wanted) for n in machine.engines]
    return [float(wanted in ("all", g)) for g in machine.groups]


def of_number(wanted: str, count: int) -> list[float]:
    """1 for each unit that is meant by its number, or by all."""
    return [float(wanted in ("all", str(k + 1))) for k in range(count)]
