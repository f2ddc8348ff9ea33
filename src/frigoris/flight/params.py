"""What is fixed in a flight: the world, the machine, its errors, its software's load.

Every leaf but the terrain and the gravity coefficients has the cases last, so one
compiled program flies any mission, any fault and any dispersion: they are numbers here.
"""

import equinox as eqx

from frigoris.flight.faults.tables import Faults
from frigoris.lander.gear import Gear
from frigoris.lander.power import Power
from frigoris.lander.rigid_body import Motion, Vehicle, World
from frigoris.moon.ground import Ground, with_bumps
from frigoris.moon.plume import Plume
from frigoris.moon.regolith import Regolith
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.own import Own
from frigoris.sensors.gauge import Gauge
from frigoris.sensors.hazard_lidar import HazardLidar
from frigoris.sensors.imu import Imu
from frigoris.sensors.landmark_camera import LandmarkCamera
from frigoris.sensors.laser import Laser
from frigoris.sensors.leg_switches import LegSwitches
from frigoris.sensors.radar_altimeter import RadarAltimeter
from frigoris.sensors.star_tracker import StarTracker
from frigoris.sensors.velocimeter import Velocimeter
from frigoris.types import Key, Quat, Scalar, Vec3


class Sensors(eqx.Module):
    """The instruments as they really are."""

    imu: Imu
    star: StarTracker
    laser: Laser
    gauge: Gauge
    legs: LegSwitches
    radar: RadarAltimeter | None  # None: there is no such instrument
    speed: Velocimeter | None
    camera: LandmarkCamera | None
    hazard: HazardLidar | None


class Start(eqx.Module):
    """Where a flight begins, and what its software is told about it."""

    motion: Motion  # truth
    r_M: Vec3  # loaded state vector [m]
    v_M: Vec3  # [m/s]
    q_MB: Quat
    omega_BI_B: Vec3  # [rad/s]


class Params(eqx.Module):
    """One flight, or a batch of them."""

    vehicle: Vehicle
    world: World
    q_IM0: Quat  # true orientation of the Moon at time zero
    sensors: Sensors
    power: Power
    gear: Gear
    soil: Regolith
    onboard: OnboardConfig
    start: Start
    key: Key
    plume: Plume  # the exhaust on the ground
    terrain: Ground  # shared by all cases of a batch
    standoff: Scalar  # centre of mass above the footpads, as altitude is counted [m]
    software: Own | None = eqx.field(static=True, default=None)  # the user's, if any
    faults: Faults | None = None  # injected in flight; None: no tables at all

    @property
    def ground(self) -> Ground:
        """The ground that there really is: with what a fault puts on it."""
        if self.faults is None:
            return self.terrain
        return with_bumps(self.terrain, self.faults.contact.bumps)
