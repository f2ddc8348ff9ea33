"""A SYNTHETIC flight for tests of record and report: made up, no physics in it.

Every channel of the truth and onboard tables is there. A lander brakes, its range
finder speaks late, and it hits the ground at 32 m/s.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.spatial.transform import Rotation

from frigoris.flight.channels import Table, onboard_table, truth_table
from frigoris.moon.time import format_utc, parse_utc
from frigoris.onboard.hazard.look import Looked
from frigoris.phases import BRAKING, COAST, DEORBIT_BURN, PHASES, PITCH_UP
from frigoris.phases import TERMINAL_DESCENT as TERMINAL

START = parse_utc("2025-06-05T18:52:13Z")
LAWS = {
    "braking": SimpleNamespace(law="predictive"),
    "pitch_up": SimpleNamespace(law="schedule"),
    "terminal_descent": SimpleNamespace(law="schedule"),
}
IMPACT, IGNITION, BRAKED, FIX = 1432.06, 738.0, 1378.0, 1414.0  # [s]
GROUND = -3040.0  # of the site below the sphere [m]
RADIUS = 1_737_400.0
STANDOFF = 0.45  # of the origin above the pads [m]
LAT, LON = np.radians(60.4538), np.radians(-4.6038)
SITE = np.array([np.cos(LAT) * np.cos(LON), np.cos(LAT) * np.sin(LON), np.sin(LAT)]) * (
    RADIUS + GROUND
)

WRECK = {
    "at_rest": False,
    "time_s": 0.01,
    "tilt_deg": 4.0,
    "load_factor_ratio": 4.0,
    "slide_m": 0.0,
    "sinkage_m": 0.1,
    "strike_m_s": 31.0,
    "broken_count": 4,
    "stroke_left_m": 0.0,
    "clearance_m": -0.01,
    "stability_m": 0.8,
}


@dataclass(frozen=True)
class SyntheticFlight:
    """The attributes that record and report read of a flight."""

    truth: Table
    onboard: Table
    events: list[dict[str, Any]]
    published: list[dict[str, Any]]
    contact: dict[str, Any] | None
    terrain: SimpleNamespace
    mission: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(
            mission=SimpleNamespace(
                name="synthetic", title="Synthetic flight (made up)"
            ),
            site=SimpleNamespace(name="Mare Frigoris"),
            sources={
                "S1": "https://example.org/one",
                "S13": "https://example.org/a?b&c",
            },
            onboard=SimpleNamespace(sequence=SimpleNamespace(phases=LAWS)),
        )
    )
    case: int | None = 0
    seed: int = 2025
    faults: list[str] = field(default_factory=lambda: ["weak_laser", "attitude_error"])
    outcome: str = "crashed"
    landed: bool = False
    software: dict[str, Any] | None = None
    touchdown: dict[str, Any] = field(default_factory=lambda: dict(WRECK))
    touchdown_path: Table = field(default_factory=lambda: {"t_s": np.array([IMPACT])})
    propellant_left_kg: float = 21.7
    start_utc: str = format_utc(START)
    ignition_s: float = IGNITION
    loss_of_signal_s: float = IMPACT
    last_telemetry: dict[str, float] | None = field(
        default_factory=lambda: {
            "t_s": 1427.0,
            "ground_t_s": 1432.7,
            "est_altitude_m": 190.0,
            "est_descent_rate_m_s": 42.3,
        }
    )
    site_M: np.ndarray = field(default_factory=lambda: SITE)
    sources: tuple[Any, ...] = ()
    gravity_note: str = "gravity: point mass and degree 4"
    sky: dict[str, float] = field(
        default_factory=lambda: {
            "sun_elevation_deg": 12.3,
            "sun_azimuth_deg": 105.2,
            "earth_elevation_deg": 29.6,
            "earth_azimuth_deg": 171.0,
            "earth_distance_km": 401_234.0,
        }
    )
    dispersed: dict[str, Any] = field(default_factory=dict)
    states: list[Any] = field(default_factory=list)
    branched_from: dict[str, Any] | None = None


# (time, value): [m/s], [m/s], [deg], [N]
DESCENT = [
    *[(0, 1), (IGNITION, 4), (1032, 8), (1232, 27)],
    *[(BRAKED, 84), (FIX, 66), (IMPACT, 32)],
]
SPEED = [
    *[(0, 1625), (IGNITION, 1685), (1000, 1050), (1250, 330)],
    *[(BRAKED, 34), (1420, 4), (IMPACT, 1.1)],
]
TILT = [
    *[(0, 88), (IGNITION, 89), (1200, 75), (BRAKED - 20, 58)],
    *[(BRAKED + 14, 6), (FIX, 9), (IMPACT, 2)],
]
ASSIST = [(0, 0), (IGNITION, 1180), (BRAKED, 340), (FIX + 0.6, 1008)]


def _times() -> np.ndarray:
    fast = np.arange(0, 900) * 0.1
    coast = 90.0 + 2.0 * np.arange(310)
    powered = 710.0 + 0.1 * np.arange(round((IMPACT + 1.0 - 710.0) * 10))
    return np.concatenate([fast, coast, powered])


def _profile(t: np.ndarray, knots: list[tuple[float, float]]) -> np.ndarray:
    at, value = zip(*knots, strict=True)
    inside = np.clip(t, at[0], at[-1])
    return np.asarray(PchipInterpolator(at, value)(inside))


def _steps(t: np.ndarray, knots: list[tuple[float, float]]) -> np.ndarray:
    at, value = (np.array(x) for x in zip(*knots, strict=True))
    return value[np.searchsorted(at, t, side="right") - 1]


def _path(t: np.ndarray) -> dict[str, np.ndarray]:
    flying = t < IMPACT
    descent = _profile(t, DESCENT)
    speed = _profile(t, SPEED)
    descent, speed = descent * flying, speed * flying
    fallen = np.concatenate(
        [[0.0], np.cumsum(np.diff(t) * (descent[1:] + descent[:-1]) / 2)]
    )
    gone = np.concatenate([[0.0], np.cumsum(np.diff(t) * (speed[1:] + speed[:-1]) / 2)])
    height = fallen[-1] - fallen
    ahead = (gone[-1] - gone) / (RADIUS + GROUND) + 60.0 / RADIUS
    tilt = np.radians(_profile(t, TILT))
    return {
        "descent": descent,
        "speed": speed,
        "height": height,
        "ahead": ahead,
        "tilt": tilt,
    }


def _raw(t: np.ndarray) -> dict[str, np.ndarray]:
    path = _path(t)
    site = SITE / np.linalg.norm(SITE)
    along = np.cross([0.3, -0.2, 0.9], site)
    along /= np.linalg.norm(along)
    up = np.cos(path["ahead"])[:, None] * site + np.sin(path["ahead"])[:, None] * along
    forward = (
        np.sin(path["ahead"])[:, None] * site - np.cos(path["ahead"])[:, None] * along
    )
    hills = 420.0 * np.sin(path["ahead"] * 60.0) * np.minimum(path["ahead"] * 40.0, 1.0)
    ground = GROUND + hills
    height = GROUND + STANDOFF + path["height"]
    r = up * (RADIUS + height)[:, None]
    v = forward * path["speed"][:, None] - up * path["descent"][:, None]
    c, s = np.cos(path["tilt"])[:, None], np.sin(path["tilt"])[:, None]
    axes = np.stack(
        [s * up + c * forward, np.cross(up, forward), c * up - s * forward], -1
    )
    q = Rotation.from_matrix(axes).as_quat(scalar_first=True)
    altitude = height - STANDOFF - ground
    noise = np.random.default_rng(7).standard_normal((len(t), 7))
    burning = (t >= IGNITION) & (t < IMPACT)
    deorbit = (t >= 60.0) & (t < 88.0)
    assist = burning * _steps(t, ASSIST)
    main = 400.0 * (burning | deorbit)
    used = np.concatenate(
        [[0.0], np.cumsum(np.diff(t) * (main[1:] / 3138 + assist[1:] / 2667))]
    )
    propellant = 415.0 - used * (393.3 / used[-1])
    rate = np.zeros((len(t), 3))
    rate[:, 1] = np.gradient(path["tilt"], t)
    return {
        "t": t, "r_M": r, "v_M": v, "q_MB": q, "omega_BI_B": rate,
        "propellant": propellant,
        "rcs_propellant": 6.0 - 2.0 * t / IMPACT,
        "battery": 3.0e6 - 100.0 * t,
        "bus": 31.0 - 1e-3 * t,
        "powered": np.ones_like(t),
        "mass": 360.0 + propellant,
        "thrust_main": main, "thrust_assist": assist, "ground_height": ground,
        "slant_range": altitude / np.cos(np.minimum(path["tilt"], 1.2)),
        "snr": 12.0 * (893.0 / np.maximum(altitude, 20.0)) ** 2,
        **_software(t, path, r, v, q, up, noise, altitude, propellant, burning),
    }  # fmt: skip


def _software(
    t: np.ndarray, path: dict[str, np.ndarray], r: np.ndarray, v: np.ndarray,
    q: np.ndarray, up: np.ndarray, noise: np.ndarray, altitude: np.ndarray,
    propellant: np.ndarray, burning: np.ndarray,
) -> dict[str, np.ndarray]:  # fmt: skip
    error = _profile(t, [(0, 40), (IGNITION, 120), (BRAKED, 680), (FIX, 745)])
    blind, since = t < FIX + 0.4, np.maximum(t - FIX - 0.4, 0.0)
    error = np.where(blind, error, 12.0 * np.exp(-since))
    est = path["height"] + error
    valid = (t >= FIX) & (t < IMPACT)
    accepted = (t >= FIX + 0.4) & (t < IMPACT)
    slant = altitude / np.cos(np.minimum(path["tilt"], 1.2))
    planned = 4.7 + np.sqrt(2 * 1.096 * np.maximum(est - 20.0, 0.0))
    phases = [(0, 0), (60, DEORBIT_BURN), (88, COAST), (IGNITION, BRAKING)]
    phases += [(BRAKED, PITCH_UP), (BRAKED + 14, TERMINAL)]
    return {
        "phase": _steps(t, phases),
        "est_r_M": r + up * error[:, None],
        "est_v_M": v - up * (0.004 * error)[:, None],
        "est_q_MB": q, "est_height": est,
        "est_mass": 360.4 + propellant,
        "sigma_height": np.where(blind, 30.0 + 0.4 * np.maximum(t - 700, 0), 4.0),
        "sigma_rate": np.where(blind, 0.3 + 2e-3 * t, 0.4),
        "laser_range": np.where(valid, slant + noise[:, 0], np.nan),
        "laser_valid": valid, "laser_accepted": accepted,
        "laser_deaf": np.zeros(len(valid)),
        **{
            name: np.full(len(t), np.nan)
            for name in (
                *("radar_range", "radar_innovation", "beams", "fix_sigma"),
                "path_word",
            )
        },
        "laser_innovation": np.where(accepted, -745.0 * np.exp(-3 * since), 0.0),
        "dv": noise[:, 1:4] * 1e-4 + 0.2, "dtheta": noise[:, 4:7] * 1e-5 + 2e-4,
        "thrust_cmd": burning * 1560.0,
        "duty_cmd": burning * 0.84, "level": burning * 0.97,
        "schedule_rate": np.where(est < 4500.0, planned, 84.0),
        "torque_cmd": noise[:, :3] * 2.0,
        "contact": t >= IMPACT,
        "aim_M": np.zeros((len(t), 3)) + SITE,
        **{f"look_{f.name}": np.full(len(t), np.nan) for f in fields(Looked)},
    }  # fmt: skip


def _event(t_s: float, name: str, text: str) -> dict[str, Any]:
    utc = format_utc(START + timedelta(seconds=t_s))
    return {"t_s": t_s, "utc": utc, "name": name, "text": text, "values": {}}


EVENTS = [
    _event(60.0, PHASES[DEORBIT_BURN], "deorbit burn begins"),
    _event(88.0, PHASES[COAST], "deorbit burn ends, coast"),
    _event(IGNITION, PHASES[BRAKING], "braking burn begins"),
    _event(BRAKED, PHASES[PITCH_UP], "braking ends, pitch-up"),
    _event(1386.2, "range_overdue", "3000 m above the ground and no valid range"),
    _event(BRAKED + 14, PHASES[TERMINAL], "terminal descent"),
    _event(FIX, "first_valid_range", "first valid range, 886 m at 66 m/s"),
    _event(
        FIX + 0.4, "first_accepted_range", "navigation takes the first range, -745 m"
    ),
    _event(
        1427.0,
        "last_telemetry",
        "last telemetry that reached the ground, 190 m at 42 m/s",
    ),
    _event(IMPACT, "impact", "impact, 32.00 m/s down, 1.10 m/s sideways"),
]


def _row(
    id: str,
    grade: str,
    text: str,
    unit: str,
    low: float,
    value: float | None,
    high: float,
) -> dict[str, Any]:
    met = value is not None and low <= value <= high
    part = {
        "metric": "m",
        "unit": unit,
        "low": low,
        "high": high,
        "value": value,
        "met": met,
    }
    row = {"id": id, "grade": grade, "observable": text, "source": "S13"}
    return {**row, "parts": [part], "met": met}


PUBLISHED = [
    _row("x-01", "must", "Altitude at the first valid range", "m", 800, 886.4, 1000),
    _row("x-02", "must", "No valid range above 1500 m <at all>", "yes", 1, 1, 1),
    _row("x-03", "score", "Descent rate there", "m_s", 60, 66.02, 72),
    _row("x-04", "score", "Impact after the last telemetry", "s", 4, 9.7, 6),
    _row("x-05", "score", "Never reached", "s", 4, None, 6),
    _row("x-06", "input", "Planned ignition", "min", -0.1, 0.0, 0.1),
]


@cache
def synthetic_flight() -> SyntheticFlight:
    """The flight; shared, so change a copy."""
    raw = _raw(_times())
    contact = {
        "t_s": IMPACT,
        "utc": format_utc(START + timedelta(seconds=IMPACT)),
        "speed_vertical_m_s": 32.0,
        "speed_horizontal_m_s": 1.1,
        "tilt_deg": 2.0,
        "lat_deg": 60.4530,
        "lon_deg": -4.6041,
        "miss_m": 61.0,
    }
    terrain = SimpleNamespace(
        name="embedded",
        sources=(),
        synthetic=True,
        note="terrain: SYNTHETIC embedded Moon",
    )
    return SyntheticFlight(
        truth_table(raw, SITE, STANDOFF),
        onboard_table(raw, SITE),
        EVENTS,
        PUBLISHED,
        contact,
        terrain,
    )


def poisoned(flight: SyntheticFlight) -> SyntheticFlight:
    """The same flight, but nobody can have looked at its truth: all of it is NaN."""
    truth = {k: np.full(len(v), np.nan) for k, v in flight.truth.items()}
    return replace(flight, truth=truth)
