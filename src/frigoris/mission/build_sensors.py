"""The instruments of a flight as they really are, from its mission (SI)."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import numpy as np

from frigoris.constants import TICK
from frigoris.flight.params import Sensors
from frigoris.math.tree import leaf
from frigoris.moon.ephemeris import directions_M
from frigoris.moon.frames import local_axes
from frigoris.moon.time import parse_utc
from frigoris.sensors import velocimeter
from frigoris.sensors.gauge import Gauge
from frigoris.sensors.hazard_lidar import HazardLidar
from frigoris.sensors.imu import Imu
from frigoris.sensors.landmark_camera import LandmarkCamera
from frigoris.sensors.laser import BASE, Laser
from frigoris.sensors.leg_switches import LegSwitches
from frigoris.sensors.mount import Mount
from frigoris.sensors.radar_altimeter import RadarAltimeter
from frigoris.sensors.star_tracker import StarTracker
from frigoris.sensors.velocimeter import Velocimeter


def make_sensors(m: SimpleNamespace, switch: float) -> Sensors:
    """All of them; `switch` is 0 for noise-free ones."""
    s = m.sensors
    return Sensors(
        imu=_imu(s.imu, switch),
        star=StarTracker(
            misalignment_B=leaf(s.star_tracker.misalignment),
            noise=leaf(switch * s.star_tracker.noise),
        ),
        laser=make_laser(m, switch),
        gauge=Gauge(
            scale=leaf(s.gauge.scale_error),
            bias=leaf(s.gauge.bias),
            noise=leaf(switch * s.gauge.noise),
        ),
        legs=_legs(s.leg_switches, m.lander.legs.count),
        radar=s.radar_altimeter and _radar(s.radar_altimeter, switch),
        speed=s.velocimeter and _velocimeter(s.velocimeter, switch),
        camera=s.landmark_camera and _camera(m, s.landmark_camera, switch),
        hazard=s.hazard_lidar and _hazard_lidar(s.hazard_lidar, switch),
    )


def _mount(s: SimpleNamespace) -> Mount:
    return Mount(leaf(s.position), leaf(s.misalignment))


def _timing(s: SimpleNamespace) -> dict[str, Any]:
    """Period and latency in ticks."""
    return {
        "period": leaf(np.round(1.0 / (np.asarray(s.rate) * TICK))),
        "latency": leaf(np.round(np.asarray(s.latency) / TICK)),
    }


def _imu(s: SimpleNamespace, switch: float) -> Imu:
    return Imu(
        mount=_mount(s),
        accel_bias=leaf(s.accel_bias),
        accel_scale=leaf(s.accel_scale),
        accel_noise=leaf(switch * s.accel_noise),
        accel_walk=leaf(switch * s.accel_walk),
        gyro_bias=leaf(s.gyro_bias),
        gyro_scale=leaf(s.gyro_scale),
        gyro_noise=leaf(switch * s.gyro_noise),
        gyro_walk=leaf(switch * s.gyro_walk),
    )


def make_laser(m: SimpleNamespace, switch: float) -> Laser:
    """The range finder of a mission (SI)."""
    s = m.sensors.laser
    # rms of a plane of the ground's slope over that width
    rough = BASE * np.tan(m.ground.slope_17m) / 12**0.5
    return Laser(
        mount=_mount(s),
        pulse_energy=leaf(s.pulse_energy),
        wavelength=leaf(s.wavelength),
        aperture_area=leaf(np.pi / 4.0 * s.aperture**2),
        optics=leaf(s.optics),
        efficiency=leaf(s.efficiency),
        warming=leaf(s.temperature - s.temperature_tested),
        warm_loss=leaf(s.temperature_loss),
        supply_power=leaf(s.supply_exponent),
        albedo=leaf(m.site.albedo),
        noise_photons=leaf(s.noise_photons),
        threshold=leaf(s.threshold),
        bandwidth=leaf(s.bandwidth),
        pulse_length=leaf(s.pulse),
        divergence=leaf(s.divergence),
        averaging=leaf(s.averaging),
        rough=leaf(rough if m.ground.relief == "synthetic" else 0.0),
        hurst=leaf(m.ground.hurst),
        range_min=leaf(s.range_min),
        range_max=leaf(s.range_max),
        confirm=leaf(s.confirm),
        window=leaf(s.window),
        agree=leaf(s.agree),
        noise=leaf(s.noise),
        bias=leaf(s.bias),
        noise_switch=leaf(switch),
        **_timing(s),
    )


def _legs(s: SimpleNamespace, count: int) -> LegSwitches:
    return LegSwitches(
        order=leaf(np.linspace(0.0, 1.0, count)),
        delay=leaf(s.delay),
        settling=leaf(s.settling),
        stuck_open=leaf(s.stuck_open),
        stuck_closed=leaf(s.stuck_closed),
    )


def _radar(s: SimpleNamespace, switch: float) -> RadarAltimeter:
    return RadarAltimeter(
        mount=_mount(s),
        half_beam=leaf(0.5 * s.beam),
        centre=leaf(1.0 if s.tracker == "mean" else 0.0),
        gain=leaf(s.snr_1km),
        threshold=leaf(s.threshold),
        range_min=leaf(s.range_min),
        range_max=leaf(s.range_max),
        scale=leaf(s.scale_error),
        bias=leaf(s.bias),
        noise=leaf(s.noise),
        spread=leaf(s.spread),
        noise_switch=leaf(switch),
        **_timing(s),
    )


def directions(s: SimpleNamespace) -> np.ndarray:
    """Directions of the beams of a velocimeter in body axes, as they are believed."""
    return velocimeter.directions(s.beams, s.cone)


def _velocimeter(s: SimpleNamespace, switch: float) -> Velocimeter:
    return Velocimeter(
        mount=_mount(s),
        beams_B=leaf(directions(s)),
        range_max=leaf(s.range_max),
        cos_max=leaf(np.cos(s.incidence_max)),
        clear_min=leaf(s.clear_min),
        scale=leaf(s.scale_error),
        bias=leaf(s.bias),
        noise=leaf(s.noise),
        noise_switch=leaf(switch),
        **_timing(s),
    )


def _camera(m: SimpleNamespace, s: SimpleNamespace, switch: float) -> LandmarkCamera:
    axes = local_axes(np.degrees(m.site.latitude), np.degrees(m.site.longitude))
    sun = _sun_M(parse_utc(m.mission.touchdown))
    return LandmarkCamera(
        mount=_mount(s),
        half_view=leaf(0.5 * s.field_of_view),
        pixel=leaf(s.field_of_view / s.pixels),
        matching=leaf(s.matching_error),
        pixels_min=leaf(s.pixels_min),
        crater=leaf(s.crater_min),
        density=leaf(s.craters),
        needed=leaf(s.needed),
        map_error_M=leaf(np.tensordot(axes.dcm.T, np.asarray(s.map_error), axes=1)),
        tilt_max=leaf(s.tilt_max),
        height_min=leaf(s.altitude_min),
        height_max=leaf(s.altitude_max),
        sun_M=leaf(sun),
        noise_switch=leaf(switch),
        **_timing(s),
    )


def _hazard_lidar(s: SimpleNamespace, switch: float) -> HazardLidar:
    return HazardLidar(
        mount=_mount(s),
        half_view=leaf(0.5 * s.field_of_view),
        range_max=leaf(s.range_max),
        noise=leaf(switch * s.noise),
        bias=leaf(s.bias),
        lost=leaf(switch * s.lost),
        side=s.pixels,
    )


def _sun_M(moment: datetime) -> np.ndarray:
    toward: np.ndarray = np.asarray(directions_M(moment)["sun"])
    return toward / float(np.linalg.norm(toward))
