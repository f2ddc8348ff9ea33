"""One row per case: what went in, what came of it, how much was left; and histories."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pyarrow as pa

from frigoris.constants import RADIUS_MOON
from frigoris.errors import UserError
from frigoris.flight import channels
from frigoris.flight.landing import Landing
from frigoris.flight.observables import OBSERVABLES
from frigoris.flight.outcome import LANDED, Touches, outcomes, touches
from frigoris.flight.slices import AFTER_CONTACT, Flown
from frigoris.mission.batch import Batch, Stage, look_at, rated
from frigoris.mission.paths import did_you_mean
from frigoris.mission.si import si

# columns that every store has, after the inputs; the unit is the last part
RESULTS = {
    "contact_t_s": "first contact after the start of the flight",
    "contact_descent_rate_m_s": "at first contact",
    "contact_speed_horizontal_m_s": "at first contact",
    "contact_tilt_deg": "from the vertical at first contact",
    "contact_lat_deg": "mean Earth frame",
    "contact_lon_deg": "mean Earth frame, east positive",
    "contact_east_m": "of the target, along the ground",
    "contact_north_m": "of the target, along the ground",
    "contact_miss_m": "first contact to the target, along the ground",
    "propellant_left_kg": "of the descent engines, at the end",
    "rcs_propellant_left_kg": "of the attitude thrusters, at the end",
    "altitude_error_max_m": "largest error of the onboard altitude below 3 km",
    "touchdown_time_s": "from first contact to rest",
    "touchdown_tilt_deg": "from the vertical at rest",
    "touchdown_load_factor_ratio": "largest acceleration, in 9.80665 m/s^2",
    "touchdown_slide_m": "level way of the centre of mass from first contact to rest",
    "touchdown_sinkage_m": "of the footpad that sank deepest",
    "touchdown_strike_m_s": "fastest strike of the body into the ground",
    "touchdown_broken_count": "legs with a broken strut",
    "touchdown_endurance_h": "life from contact on what the battery holds",
    "margin_descent_rate_m_s": "what the legs are rated for less what they got",
    "margin_speed_horizontal_m_s": "what the legs are rated for less what they got",
    "margin_tilt_deg": "largest tilt of a landing less that at rest",
    "margin_stroke_m": "least stroke left in a primary strut",
    "margin_clearance_m": "least height of the body over the ground",
    "margin_stability_m": "least distance of the centre of mass inside the edges "
    "between footpads",
}
HISTORY = (
    "altitude_m",
    "descent_rate_m_s",
    "speed_horizontal_m_s",
    "downrange_m",
    "est_altitude_m",
    "propellant_kg",
)
NEAR = 3000.0  # below this the onboard altitude decides about the landing [m]
# channels that a history may hold: those that one sample tells by itself
UNFIT = ("accel_", "gyro_", "t_s")
Columns = dict[str, np.ndarray]


def check_history(names: Sequence[str]) -> tuple[str, ...]:
    """The names of channels, or `UserError` with the nearest that there is."""
    known = history_channels()
    for name in names:
        if name not in known:
            raise UserError(
                f"Cannot keep a history of {name!r}: there is no such channel."
                f"{did_you_mean(name, known) or ' Known are ' + ', '.join(known)}"
            )
    return tuple(dict.fromkeys(names))


def history_channels() -> list[str]:
    """Names of the channels of which a campaign can keep histories."""
    names = channels.channel_names()
    return sorted({n for n in names if not n.startswith(UNFIT)})


def results(
    site_M: np.ndarray, flown: Flown, down: Landing, m: SimpleNamespace
) -> Columns:
    """The columns `outcome`, `landed` and `RESULTS` of all lanes; `m` in SI."""
    legs = rated(m)
    found = touches(flown.truth)
    named = np.array(outcomes(flown.truth, down, legs))
    up = found.r_M / np.sqrt(np.sum(found.r_M**2, axis=0))
    lat, lon = np.arcsin(up[2]), np.arctan2(up[1], up[0])
    east, north = _offsets(found, site_M)
    motion = flown.truth.motion
    values = [
        found.time,
        found.vertical_speed,
        found.horizontal_speed,
        np.degrees(found.tilt),
        np.degrees(lat),
        np.degrees(lon),
        east,
        north,
        channels.ground_distance(found.r_M.T, site_M),
        np.asarray(motion.propellant),
        np.asarray(motion.rcs_propellant),
        _altitude_error(flown),
        down.duration,
        np.degrees(down.tilt),
        down.load_factor,
        down.slide,
        down.sinkage,
        down.strike,
        down.broken,
        down.endurance / 3600.0,
        legs.vertical_speed_max - found.vertical_speed,
        legs.horizontal_speed_max - found.horizontal_speed,
        np.degrees(legs.tilt_max - down.tilt),
        down.stroke_left,
        down.clearance,
        down.stability,
    ]
    told = dict(zip(RESULTS, values, strict=True))
    return {"outcome": named, "landed": named == LANDED, **told}


def _offsets(found: Touches, site: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """East and north of the target along the ground [m]."""
    up = site / np.linalg.norm(site)
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    level = np.stack([east, np.cross(up, east)]) @ found.r_M
    reach = channels.ground_distance(found.r_M.T, site)
    size = np.maximum(np.sqrt(np.sum(level**2, axis=0)), 1e-9)
    return level[0] * reach / size, level[1] * reach / size


def _altitude_error(flown: Flown) -> np.ndarray:
    """Largest |estimate - truth| of the altitude below `NEAR`, in flight [m]."""
    s = flown.samples
    radius = np.sqrt(np.sum(s["r_M"] ** 2, axis=1))
    est = np.sqrt(np.sum(s["est_r_M"] ** 2, axis=1))
    # both count from the same sphere and the same point of the vehicle
    high = radius - RADIUS_MOON - s["ground_height"]
    low = (high < NEAR) & (s["moving"] > 0.5)
    error = np.where(low, np.abs(est - radius), -1.0)
    worst = np.max(error, axis=0)
    return np.where(worst < 0.0, np.nan, worst)


def metrics(stage: Stage, batch: Batch, lanes: int, names: Sequence[str]) -> Columns:
    """Named observables of the first `lanes` lanes, for requirements."""
    seen = [look_at(stage, batch, k) for k in range(lanes)] if names else []
    return {
        f"metric.{name}": np.array([OBSERVABLES[name](s) for s in seen])
        for name in names
    }


def histories(
    stage: Stage, flown: Flown, lanes: int, names: Sequence[str], step: int
) -> dict[str, pa.Array]:
    """Channels of each lane up to its own end, every `step`-th sample, as lists."""
    if not names:
        return {}
    raw = {k: v[::step] for k, v in flown.samples.items()}
    count = raw["t"].shape[0]
    flat = {
        # lane after lane, as one long flight
        k: np.moveaxis(v[..., :lanes], -1, 0).reshape(lanes * count, *v.shape[1:-1])
        for k, v in raw.items()
    }
    planned = stage.planned
    table = channels.truth_table(flat, planned.site_M, planned.standoff)
    table |= channels.onboard_table(flat, planned.site_M)
    end = np.asarray(flown.truth.contact.time)[:lanes, None] + AFTER_CONTACT
    keep = flat["t"].reshape(lanes, count) <= end
    offsets = pa.array(np.concatenate([[0], np.cumsum(keep.sum(axis=1))]), pa.int32())
    inside = keep.reshape(-1)
    return {
        f"history.{name}": pa.ListArray.from_arrays(
            offsets, pa.array(table[name][inside].astype(np.float32))
        )
        for name in ("t_s", *names)
    }


def row_table(
    stage: Stage,
    batch: Batch,
    cases: Sequence[int],
    inputs: Columns,
    names: Sequence[str],
    history: Sequence[str],
    history_step: int,
) -> pa.Table:
    """The rows of a chunk."""
    lanes = len(cases)
    m = si(batch.lanes[0][0])
    found = results(stage.planned.site_M, batch.flown, batch.settled.landing, m)
    columns: dict[str, object] = {"case": np.asarray(cases, dtype=np.int64), **inputs}
    columns |= {k: v[:lanes] for k, v in found.items()}
    if len(batch.lanes) > lanes:  # pairs: the same cases without their faults follow
        columns |= {f"pair.{k}": v[lanes : 2 * lanes] for k, v in found.items()}
    columns |= metrics(stage, batch, lanes, names)
    columns |= histories(stage, batch.flown, lanes, history, history_step)
    return pa.table({k: pa.array(v) for k, v in columns.items()})
