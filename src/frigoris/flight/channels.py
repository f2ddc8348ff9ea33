"""From recorded states to channels that people read: units in their names.

Two tables, strictly apart: what only the simulator knows (`truth`) and what the flight
software knew (`onboard`), from which alone telemetry is made.
"""

import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.onboard.quantities import CHECKS
from frigoris.units import FACTORS

Raw = dict[str, np.ndarray]
Table = dict[str, np.ndarray]
VECTORS = ("dv", "dtheta", "torque_cmd")  # recorded without a frame in their name


def _split(name: str, unit: str, values: np.ndarray, parts: str = "xyz") -> Table:
    end = f"_{unit}" if unit else ""
    return {f"{name}_{p}{end}": values[:, i] for i, p in enumerate(parts)}


def _axis(q: np.ndarray) -> np.ndarray:
    """Body +z axis in M, `[n, 3]`."""
    w, x, y, z = q.T
    return np.stack(
        [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1
    )


def _local(r: np.ndarray, v: np.ndarray, q: np.ndarray) -> dict[str, np.ndarray]:
    radius = np.linalg.norm(r, axis=1)
    up = r / radius[:, None]
    climb = np.einsum("ij,ij->i", v, up)
    level = np.linalg.norm(v - climb[:, None] * up, axis=1)
    axis = _axis(q)
    tilt = np.arctan2(
        np.linalg.norm(np.cross(axis, up), axis=1), np.einsum("ij,ij->i", axis, up)
    )
    return {
        "radius": radius,
        "descent": -climb,
        "level": level,
        "tilt": np.degrees(tilt),
        "lat": np.degrees(np.arcsin(up[:, 2])),
        "lon": np.degrees(np.arctan2(up[:, 1], up[:, 0])),
    }


def ground_distance(r: np.ndarray, site_M: np.ndarray) -> np.ndarray:
    """Great-circle distance to the target along the ground [m]."""
    radius = np.linalg.norm(site_M)
    up = r / np.linalg.norm(r, axis=-1, keepdims=True)
    across = np.linalg.norm(np.cross(up, site_M), axis=-1)
    return np.asarray(radius * np.arctan2(across, up @ site_M))


def lane(samples: Raw, index: int, end: float) -> Raw:
    """One case of a batch, `[sample, component]`, up to `end` [s]."""
    keep = samples["t"][:, index] <= end
    return {k: v[keep][..., index] for k, v in samples.items()}


class _Blank(Raw):
    """Two samples of whatever is asked for."""

    def __missing__(self, name: str) -> np.ndarray:
        width = 4 if "q_" in name else 3
        single = name[-2:] not in ("_M", "_B", "MB", "BI_B") and name not in VECTORS
        return np.ones(2) if single else np.ones((2, width))


def channel_names() -> list[str]:
    """All channels of both tables."""
    with np.errstate(all="ignore"):
        truth = truth_table(_Blank(), np.ones(3), 0.0)
        return [*truth, *onboard_table(_Blank(), np.ones(3))]


def truth_table(raw: Raw, site_M: np.ndarray, standoff: float) -> Table:
    """Truth of one case."""
    at = _local(raw["r_M"], raw["v_M"], raw["q_MB"])
    height = at["radius"] - RADIUS_MOON - standoff
    propellant, rcs = raw["propellant"], raw["rcs_propellant"]
    return {
        "t_s": raw["t"],
        **_split("r", "m", raw["r_M"]),
        **_split("v", "m_s", raw["v_M"]),
        **_split("q", "", raw["q_MB"], "wxyz"),
        **_split("rate", "rad_s", raw["omega_BI_B"]),
        "propellant_kg": propellant,
        "rcs_propellant_kg": rcs,
        "mass_kg": raw["mass"],
        "battery_kJ": 1e-3 * raw["battery"],
        "bus_V": raw["bus"],
        "powered": raw["powered"].astype(np.int8),
        "thrust_main_N": raw["thrust_main"],
        "thrust_assist_N": raw["thrust_assist"],
        "altitude_m": height - raw["ground_height"],
        "height_m": height,
        "ground_height_m": raw["ground_height"],
        "descent_rate_m_s": at["descent"],
        "speed_horizontal_m_s": at["level"],
        "speed_m_s": np.linalg.norm(raw["v_M"], axis=1),
        "tilt_deg": at["tilt"],
        "lat_deg": at["lat"],
        "lon_deg": at["lon"],
        "slant_range_m": raw["slant_range"],
        "laser_snr_ratio": raw["snr"],
        "downrange_m": ground_distance(raw["r_M"], site_M),
    }


def onboard_table(raw: Raw, site_M: np.ndarray) -> Table:
    """What the flight software knew and commanded."""
    at = _local(raw["est_r_M"], raw["est_v_M"], raw["est_q_MB"])
    step = np.diff(raw["t"], prepend=raw["t"][0] - (raw["t"][1] - raw["t"][0]))
    return {
        "t_s": raw["t"],
        "phase": raw["phase"].astype(np.int32),
        "est_altitude_m": raw["est_height"],
        "est_descent_rate_m_s": at["descent"],
        "est_speed_horizontal_m_s": at["level"],
        "est_tilt_deg": at["tilt"],
        "est_downrange_m": ground_distance(raw["est_r_M"], site_M),
        **_split("est_r", "m", raw["est_r_M"]),
        **_split("est_v", "m_s", raw["est_v_M"]),
        **_split("est_q", "", raw["est_q_MB"], "wxyz"),
        "est_mass_kg": raw["est_mass"],
        "sigma_altitude_m": raw["sigma_height"],
        "sigma_descent_rate_m_s": raw["sigma_rate"],
        "laser_range_m": raw["laser_range"],
        "laser_valid": raw["laser_valid"].astype(np.int8),
        "laser_accepted": raw["laser_accepted"].astype(np.int8),
        "laser_innovation_m": raw["laser_innovation"],
        "laser_deaf": raw["laser_deaf"].astype(np.int8),
        "radar_range_m": raw["radar_range"],
        "radar_innovation_m": raw["radar_innovation"],
        "velocimeter_beams_count": raw["beams"],
        "fix_sigma_m": raw["fix_sigma"],
        **_split("accel", "m_s2", raw["dv"] / step[:, None]),
        **_split("gyro", "rad_s", raw["dtheta"] / step[:, None]),
        "thrust_cmd_N": raw["thrust_cmd"],
        "assist_duty_ratio": raw["duty_cmd"],
        "thrust_level_ratio": raw["level"],
        "schedule_descent_rate_m_s": raw["schedule_rate"],
        **_split("torque_cmd", "N_m", raw["torque_cmd"]),
        "contact": raw["contact"].astype(np.int8),
        "path_word": raw["path_word"],
        **_aim(raw, site_M),
        **_protection(raw),
    }


# units of the checks of fault protection by the end of their names
CHECK_UNITS = (
    *(("_age", "s"), ("_unchanged", "s"), ("_doubt", "ratio"), ("_odd", "ratio")),
    *(("_rate_off", "m_s"), ("velocimeter_off", "m_s"), ("star_off", "deg")),
    *(("gauge_off", "kg"), ("_off", "m"), ("_jump", "m"), ("_missing", "ratio")),
    *(("shock", "m_s2"), ("legs_closed", "count"), ("attitude_error", "deg")),
)


def check_unit(name: str) -> str:
    """Unit in which a check is recorded."""
    return next(unit for end, unit in CHECK_UNITS if name.endswith(end))


def _protection(raw: Raw) -> Table:
    """What monitors saw and did, if anything watched."""
    if "monitors_up" not in raw:
        return {}
    found = {
        f"check_{name}_{check_unit(name)}": raw["checks"][:, k]
        / FACTORS[check_unit(name)]
        for k, name in enumerate(CHECKS)
    }
    return {
        "monitors_up": raw["monitors_up"],
        "monitors_tripped": raw["monitors_tripped"],
        "monitor_trips_count": raw["trips"],
        "distrusted": raw["distrusted"],
        "slow_down_ratio": raw["slow_share"],
        "slow_down_spent_kg": raw["slow_spent"],
        **found,
    }


def _aim(raw: Raw, site_M: np.ndarray) -> Table:
    """Where the software wants to land, from the target, and what it saw there."""
    up = site_M / np.linalg.norm(site_M)
    east = np.cross([0.0, 0.0, 1.0], up)
    east = east / np.linalg.norm(east)
    offset = raw["aim_M"] - site_M
    return {
        "aim_east_m": offset @ east,
        "aim_north_m": offset @ np.cross(up, east),
        "look_count": raw["look_scans"],
        "look_why": raw["look_why"],
        "look_moved_east_m": raw["look_moved_east"],
        "look_moved_north_m": raw["look_moved_north"],
        "look_slope_deg": np.degrees(raw["look_slope"]),
        "look_slope_before_deg": np.degrees(raw["look_slope_before"]),
        "look_relief_m": raw["look_relief"],
        "look_relief_before_m": raw["look_relief_before"],
        "look_safe_ratio": raw["look_probability"],
        "look_safe_before_ratio": raw["look_probability_before"],
    }
