"""Flights that many tests look at, flown once: a batch of 64, one recorded at 10 Hz."""

from dataclasses import dataclass

import pytest

from frigoris.flight.seen import Seen
from frigoris.mission.batch import Batch, Stage, fly_lanes, look_at, make_stage
from frigoris.mission.cases import Case
from frigoris.mission.edit import nominal, set_values
from frigoris.mission.fly import without
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission

CASES = 20
FACTORS = (1.0, 2.0, 4.0, 8.0)  # of the fault's laser efficiency
MORE_FACTORS = (16.0, 32.0)
EFFICIENCY = "sensors.laser.efficiency_ratio"
QUIET = Case(None, noise=False)


@dataclass(frozen=True)
class Fleet:
    """Flights by name."""

    stage: Stage
    batch: Batch
    names: list[str]

    def see(self, name: str) -> Seen:
        """One flight."""
        return look_at(self.stage, self.batch, self.names.index(name))


def fly_fleet(
    stage: Stage, flights: dict[str, tuple[Mission, Case]], **options: int
) -> Fleet:
    """Fly them side by side."""
    batch = fly_lanes(stage, list(flights.values()), **options)
    return Fleet(stage, batch, list(flights))


def laser(mission: Mission, factor: float) -> Mission:
    """The mission with its weak laser made better by a factor."""
    value = mission.faults["weak_laser"].set[EFFICIENCY] * factor
    return set_values(mission, [f"faults.weak_laser.set.{EFFICIENCY}={value}"])


@pytest.fixture(scope="session")
def mission() -> Mission:
    """HAKUTO-R Mission 2."""
    return load_mission("hakuto-r-m2")


@pytest.fixture(scope="session")
def stage(mission: Mission) -> Stage:
    """Its plan and load over the best map there is."""
    return make_stage(mission)


@pytest.fixture(scope="session")
def fleet(mission: Mission, stage: Stage) -> Fleet:
    """Many flights, sampled once a second."""
    healthy = nominal(mission)
    flights = {f"nominal-{k}": (healthy, Case(k)) for k in range(CASES)}
    flights |= {f"flown-{k}": (mission, Case(k)) for k in range(CASES)}
    for factor in (*FACTORS, *MORE_FACTORS):
        flights[f"laser-x{factor:g}"] = (laser(mission, factor), QUIET)
    flights["only-attitude"] = (without(mission, "weak_laser"), QUIET)
    flights["only-laser"] = (without(mission, "attitude_error"), QUIET)
    flights["design"] = (healthy, QUIET)
    flights["no-propellant"] = (
        set_values(healthy, ["lander.propellant_error_kg=-100"]),
        QUIET,
    )
    broken = set_values(healthy, ["sensors.imu.gyro_bias_deg_h=[1e4, 1e4, 1e4]"])
    flights["tumbling"] = (broken, QUIET)
    return fly_fleet(stage, flights, width=64, every=10)


@pytest.fixture(scope="session")
def recorded(mission: Mission, stage: Stage) -> Fleet:
    """A few flights, sampled at every tick."""
    flights = {f"laser-x{f:g}": (laser(mission, f), QUIET) for f in FACTORS}
    flights["design"] = (nominal(mission), QUIET)
    flights["nominal-7"] = (nominal(mission), Case(7))
    flights["dusty"] = (set_values(nominal(mission), ["plume.dust_ratio=20"]), QUIET)
    flights["bright"] = (set_values(mission, ["site.albedo_ratio=0.6"]), QUIET)
    return fly_fleet(stage, flights)
