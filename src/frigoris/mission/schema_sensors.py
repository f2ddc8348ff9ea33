"""Mission file: the instruments as they really are, with their errors."""

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Count, Number, Section, Vec3, item, param
from frigoris.mission.schema_instruments import (
    ZERO,
    HazardLidar,
    LandmarkCamera,
    LegSwitches,
    Mounted,
    RadarAltimeter,
    Timed,
    Velocimeter,
)


class Imu(Mounted):
    """Accelerometers and gyroscopes."""

    accel_bias_micro_g: Vec3 = param(-1e5, 1e5, "constant error of a flight", ZERO)
    accel_scale_ppm: Vec3 = param(-1e5, 1e5, "scale factor error", ZERO)
    accel_noise_micro_g_sqrt_s: Number = param(
        0, 1e5, "white noise, per root hertz: velocity random walk"
    )
    accel_walk_micro_g_per_sqrt_s: Number = param(0, 1e4, "random walk of the bias")
    gyro_bias_deg_h: Vec3 = param(-1e4, 1e4, "constant error of a flight", ZERO)
    gyro_scale_ppm: Vec3 = param(-1e5, 1e5, "scale factor error", ZERO)
    gyro_noise_deg_sqrt_h: Number = param(0, 100, "angular random walk")
    gyro_walk_deg_h_per_sqrt_s: Number = param(0, 100, "random walk of the bias")


class StarTracker(Section):
    """Attitude by stars."""

    misalignment_mrad: Vec3 = param(
        -200, 200, "true minus believed mounting, about body axes", ZERO
    )
    noise_arcsec: Number = param(0, 3600, "one sigma about each axis")


class LaserRangeFinder(Timed):
    """Pulsed range finder: energy out, photons back, confirmed N of M."""

    pulse_energy_micro_J: Number = param(1e-3, 1e6, "of one pulse")
    wavelength_nm: Number = param(300, 12_000, "of the laser")
    aperture_mm: Number = param(1, 1000, "diameter of the receiver")
    optics_ratio: Number = param(0.01, 1, "transmission, both ways")
    noise_photons_count: Number = param(
        0.01, 1e9, "equivalent noise of the receiver, photoelectrons"
    )
    threshold_ratio: Number = param(1, 1000, "detection threshold over noise")
    efficiency_ratio: Number = param(
        0, 100, "multiplies the returned energy; below 1 for a degraded link", 1.0
    )
    pulse_ns: Number = param(0.1, 1e4, "length of a pulse as the receiver shows it", 10)
    divergence_mrad: Number = param(0, 100, "of the beam, full angle", 0.0)
    bandwidth_MHz: Number = param(1e-3, 1e5, "of the receiver, for false alarms", 100)
    averaging_ms: Number = param(
        0, 1000, "over which pulses are averaged; blurs what moves", 0.0
    )
    temperature_degC: Number = param(-150, 200, "of the unit on this day", 20.0)
    temperature_tested_degC: Number = param(-150, 200, "at which it was tested", 20.0)
    temperature_loss_per_K: Number = param(
        -0.2, 0.2, "share of energy lost for each kelvin above the test", 0.0
    )
    supply_exponent_ratio: Number = param(
        0, 10, "energy goes as this power of the bus voltage; 0: regulated", 0.0
    )
    range_min_m: Number = param(0, 1e5, "blind below", 0.0)
    range_max_m: Number = param(1, 1e6, "longest range that the timer counts")
    confirm_count: Count = param(1, 10, "N: valid after N hits")
    window_count: Count = param(1, 10, "M: among the last M pulses")
    agree_m: Number = param(
        0.1, 1e6, "by which those hits may differ from the last one", 1e6
    )
    cant_max_deg: Number = param(
        0, 90, "tilt up to which the beam is kept on the vertical"
    )
    noise_m: Number = param(0, 1000, "one sigma of a range")
    bias_m: Number = param(-1000, 1000, "constant error", 0.0)

    @model_validator(mode="after")
    def _n_of_m(self) -> "LaserRangeFinder":
        if self.confirm_count > self.window_count:
            message = "confirm_count is more than window_count"
            raise PydanticCustomError("order", "{m}", {"m": message})
        return self


class Gauge(Section):
    """Propellant left, descent and attitude together, read while engines settle it."""

    scale_error_ratio: Number = param(-0.5, 0.5, "error, share of the reading", 0.0)
    bias_kg: Number = param(-1000, 1000, "constant error", 0.0)
    noise_kg: Number = param(0, 1000, "one sigma of a reading, slosh included", 0.0)


class Sensors(Section):
    """All instruments that the flight software reads."""

    imu: Imu = item("inertial measurement unit")
    star_tracker: StarTracker = item("star tracker")
    laser: LaserRangeFinder = item("range finder")
    gauge: Gauge = item("propellant gauge", Gauge())
    leg_switches: LegSwitches = item("switches of the legs", LegSwitches())
    radar_altimeter: RadarAltimeter | None = item("radar altimeter, if any", None)
    velocimeter: Velocimeter | None = item("Doppler velocimeter, if any", None)
    landmark_camera: LandmarkCamera | None = item("landmark camera, if any", None)
    hazard_lidar: HazardLidar | None = item("hazard lidar, if any", None)
