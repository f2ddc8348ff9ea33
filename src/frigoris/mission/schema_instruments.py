"""Mission file: instruments that a lander may have, and what all have in common."""

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from frigoris.constants import LATENCY_TICKS, TICK
from frigoris.mission.schema_base import Count, Number, Section, Vec3, item, param

ZERO = (0.0, 0.0, 0.0)
RATE = 1.0 / TICK  # of the clock with engines on [Hz]
LATEST_MS = 1e3 * TICK * LATENCY_TICKS


def _whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6


class Mounted(Section):
    """Where an instrument sits and how it is turned."""

    position_m: Vec3 = param(-20, 20, "from the origin of the body frame", ZERO)
    misalignment_mrad: Vec3 = param(
        -200, 200, "true minus believed mounting, about body axes", ZERO
    )


class Timed(Mounted):
    """When an instrument measures and when it says so."""

    rate_Hz: Number = param(0.01, RATE, "of measurements, the clock's over n", RATE)
    latency_ms: Number = param(
        0, LATEST_MS, "from a measurement to its report, whole ticks", 0.0
    )

    @model_validator(mode="after")
    def _on_the_clock(self) -> "Timed":
        if not _whole(RATE / self.rate_Hz):
            near = RATE / round(RATE / self.rate_Hz)
            message = f"rate_Hz is not {RATE:g} over a whole number; near is {near:.6g}"
            raise PydanticCustomError("clock", "{m}", {"m": message})
        if not _whole(1e-3 * self.latency_ms / TICK):
            message = f"latency_ms is no multiple of {1e3 * TICK:g}, the tick"
            raise PydanticCustomError("clock", "{m}", {"m": message})
        return self

    def slower(self, rate: float) -> None:
        """Refuse more than `rate` [Hz], or times between its own."""
        if not _whole(rate / self.rate_Hz):
            message = f"rate_Hz is not {rate:g} over a whole number"
            raise PydanticCustomError("clock", "{m}", {"m": message})


class RadarAltimeter(Timed):
    """Wide-beam altimeter along -z of the body."""

    rate_Hz: Number = param(0.01, 5, "of measurements, 5 over n", 5.0)
    beam_deg: Number = param(0.1, 100, "full width of the beam")
    tracker: Literal["nearest", "mean"] = item(
        "what it ranges of the footprint: its nearest point, or the mean", "nearest"
    )
    snr_1km_ratio: Number = param(1e-3, 1e12, "signal to noise from 1 km")
    threshold_ratio: Number = param(1, 1000, "signal to noise that an echo needs", 8.0)
    range_min_m: Number = param(0, 1e5, "blind below", 0.0)
    range_max_m: Number = param(1, 1e6, "longest range")
    scale_error_ratio: Number = param(-0.5, 0.5, "error, share of the range", 0.0)
    bias_m: Number = param(-1000, 1000, "constant error", 0.0)
    noise_m: Number = param(0, 1000, "one sigma", 0.0)
    spread_ratio: Number = param(0, 1, "one sigma, share of the range", 0.0)

    @model_validator(mode="after")
    def _rate(self) -> "RadarAltimeter":
        self.slower(5.0)
        return self


class Velocimeter(Timed):
    """Doppler velocimeter with its beams on a cone about -z of the body."""

    rate_Hz: Number = param(0.01, 5, "of measurements, 5 over n", 5.0)
    beams_count: Count = param(1, 8, "of them", 3)
    cone_deg: Number = param(0.1, 80, "from the axis to a beam")
    range_max_m: Number = param(1, 1e6, "along a beam")
    incidence_max_deg: Number = param(1, 89, "on level ground", 70.0)
    clear_min_ratio: Number = param(
        0, 1, "share of light that dust must leave, out and back", 0.1
    )
    scale_error_ratio: Number = param(-0.5, 0.5, "error, share of the speed", 0.0)
    bias_m_s: Number = param(-100, 100, "constant error of every beam", 0.0)
    noise_m_s: Number = param(0, 100, "one sigma of a beam", 0.0)

    @model_validator(mode="after")
    def _rate(self) -> "Velocimeter":
        self.slower(5.0)
        return self


class LandmarkCamera(Timed):
    """Camera along -z of the body that knows craters from a map."""

    rate_Hz: Number = param(0.01, 1, "of fixes, 1 over n", 1.0)
    field_of_view_deg: Number = param(1, 150, "full angle, each way")
    pixels_count: Count = param(16, 20_000, "along a side")
    matching_error_ratio: Number = param(0, 100, "of a crater, in pixels", 0.5)
    pixels_min_count: Count = param(1, 1000, "across a crater that is matched", 10)
    crater_min_m: Number = param(0.1, 1e5, "smallest diameter in the map")
    craters_per_km2: Number = param(0, 1e6, "of that size or more")
    needed_count: Count = param(3, 1000, "craters that make a fix", 5)
    map_error_m: Vec3 = param(
        -10_000, 10_000, "of all places of the map: east, north, up", ZERO
    )
    tilt_max_deg: Number = param(0.1, 90, "of the axis from the vertical", 45.0)
    altitude_min_m: Number = param(0, 1e6, "below it there are no fixes", 0.0)
    altitude_max_m: Number = param(0, 1e6, "above it there are no fixes", 1e5)

    @model_validator(mode="after")
    def _rate(self) -> "LandmarkCamera":
        self.slower(1.0)
        return self


class HazardLidar(Mounted):
    """Imaging lidar along -z of the body, which is asked for an image now and then."""

    field_of_view_deg: Number = param(1, 90, "full angle, each way")
    pixels_count: Count = param(16, 1024, "along a side")
    range_max_m: Number = param(1, 1e5, "longest range", 1000.0)
    noise_m: Number = param(0, 100, "one sigma of a pixel's range", 0.03)
    bias_m: Number = param(-100, 100, "constant error of all ranges", 0.0)
    lost_ratio: Number = param(0, 1, "share of pixels without an echo", 0.02)


class LegSwitches(Section):
    """They close under load, one leg after another."""

    delay_ms: Number = param(0, 10_000, "from load to a closed switch", 0.0)
    settling_s: Number = param(0, 60, "from the first leg to the last", 0.0)
    stuck_open_count: Count = param(0, 12, "never close; of the first to touch", 0)
    stuck_closed_count: Count = param(0, 12, "were never open; of the last to touch", 0)
