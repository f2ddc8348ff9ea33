r"""Under which conditions the laser will shoot: the planned descent, or a recorded one.

Above the end of braking the net vertical acceleration is linear in time, as the braking
guidance flies it, from ignition to its target; the time it takes closes the horizontal
speed at the planned thrust. Below, the descent rate follows the schedule. The beam is
on nadir over level ground at the height of the 1737.4 km sphere.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.constants import MU_MOON, RADIUS_MOON
from frigoris.errors import UserError
from frigoris.math.tree import leaf
from frigoris.mission.build_onboard import (
    braking_target,
    group,
    guidance_config,
    start_mass,
)
from frigoris.mission.edit import planned
from frigoris.mission.plan import approach_axes, ellipse_state
from frigoris.mission.schema import Mission
from frigoris.mission.si import si
from frigoris.onboard.config import GuidanceConfig, Target
from frigoris.onboard.laws.law import Burn
from frigoris.onboard.laws.predictive import Approach, predict, vertical
from frigoris.onboard.laws.schedule import schedule
from frigoris.verify.sensor.model import Sheet

_predict = jax.jit(predict)


@dataclass(frozen=True)
class Descent:
    """Conditions along a descent, in the order of time."""

    source: str
    time: np.ndarray  # [s]
    altitude: np.ndarray  # footpads over ground [m]
    slant_range: np.ndarray  # [m]
    incidence: np.ndarray  # [rad]
    closing: np.ndarray  # [m/s]
    albedo: np.ndarray
    temperature: np.ndarray  # [degC]
    notes: tuple[str, ...] = ()

    def at(self, time: np.ndarray) -> "Descent":
        """The conditions at other times."""
        names = "altitude slant_range incidence closing albedo temperature".split()
        between = {n: np.interp(time, self.time, getattr(self, n)) for n in names}
        return Descent(source=self.source, time=time, notes=self.notes, **between)


def planned_descent(mission: Mission, sheet: Sheet) -> Descent:
    """What the mission plans."""
    m: Any = si(planned(mission))
    _, _, normal = approach_axes(
        m.site.latitude, m.site.longitude, m.orbit.arrival_heading
    )
    g = guidance_config(m, normal)
    target = braking_target(m)
    above, notes = _braking(m, target)
    below = _terminal(g, float(target.height))
    below[0] += above[0][-1] if above.size else 0.0
    time, altitude, closing = np.hstack([above, below[:, 1:] if above.size else below])
    return _descent("planned schedule", time, altitude, closing, mission, sheet, notes)


def _braking(m: Any, to: Target) -> tuple[np.ndarray, tuple[str, ...]]:
    """Time [s], height [m], descent rate [m/s] from ignition to the end of braking."""
    r, v_h, v_r = ellipse_state(
        MU_MOON,
        RADIUS_MOON + m.orbit.perilune_altitude,
        RADIUS_MOON + m.orbit.apolune_altitude,
        m.orbit.ignition_before_perilune,
    )
    zero = jnp.float64(0.0)
    state = Approach(
        height=jnp.float64(r - RADIUS_MOON),
        rate_up=jnp.float64(v_r),
        speed=jnp.float64(v_h),
        ground=zero,
        offset=zero,
        drift=zero,
    )
    (main, main_flow), (assist, assist_flow) = group(m, "main"), group(m, "assist")
    burn = Burn(
        mass=leaf(start_mass(m)),
        thrust=leaf(main + assist),
        flow=leaf(main_flow + assist_flow),
        mu=leaf(MU_MOON),
        radius=leaf(RADIUS_MOON),
    )
    times = np.linspace(50.0, 3000.0, 1181)
    level = jnp.full(times.shape, jnp.asarray(to.level))
    speeds = np.asarray(_predict(state, to, burn, level, jnp.asarray(times))[0])
    done = np.flatnonzero(speeds <= float(to.speed))
    if not done.size:
        lost = "The braking burn does not close as planned: its part is left out."
        return np.empty((3, 0)), (lost,)
    t_go = jnp.float64(times[done[0]])
    c0, c1 = (float(c) for c in vertical(state, to, t_go))
    t = np.linspace(0.0, float(t_go), 600)
    height = float(state.height) + t * (v_r + t * (c0 / 2.0 + t * c1 / 6.0))
    return np.stack([t, height, -(v_r + t * (c0 + 0.5 * c1 * t))]), ()


def _terminal(g: GuidanceConfig, top: float) -> np.ndarray:
    """The same from the end of braking to the ground."""
    height = np.unique(np.concatenate([np.linspace(0, top, 1000), np.arange(0, 50.0)]))
    height = height[height <= top][::-1]
    rate = np.asarray(schedule(g, jnp.asarray(height))[0])
    step = -np.diff(height) * 0.5 * (1.0 / rate[1:] + 1.0 / rate[:-1])
    return np.stack([np.concatenate([[0.0], np.cumsum(step)]), height, rate])


def _descent(
    source: str,
    time: np.ndarray,
    altitude: np.ndarray,
    closing: np.ndarray,
    mission: Mission,
    sheet: Sheet,
    notes: tuple[str, ...] = (),
    slant: np.ndarray | None = None,
    incidence: np.ndarray | None = None,
) -> Descent:
    same = np.ones_like(time)
    return Descent(
        source=source,
        time=time,
        altitude=altitude,
        slant_range=np.maximum(altitude if slant is None else slant, 0.1),
        incidence=0.0 * same if incidence is None else incidence,
        closing=closing,
        albedo=same * mission.site.albedo_ratio,
        temperature=same * sheet.flown,
        notes=notes,
    )


def recorded_descent(folder: Path, mission: Mission, sheet: Sheet) -> Descent:
    """What a recorded flight met while its laser could see the ground."""
    from frigoris.flight.record import read_truth

    truth = read_truth(folder)
    name = truth.flight.get("mission")
    notes: tuple[str, ...] = ()
    if name != mission.mission.name:
        notes = (f"The record is a flight of {name}, not of {mission.mission.name}.",)
    t = truth.states
    seen = np.isfinite(t["slant_range_m"]) & (t["altitude_m"] > 0.0)
    seen &= t["slant_range_m"] < float(sheet.laser.range_max)
    if np.sum(seen) < 10:
        raise UserError(
            f"Cannot use the record {folder}: its beam meets the ground in "
            f"{np.sum(seen)} samples within {float(sheet.laser.range_max):g} m. Give a "
            "flight that comes down, or leave --record out."
        )
    altitude, slant = t["altitude_m"][seen], t["slant_range_m"][seen]
    # the laser sits higher than the footpads that the altitude counts from
    lift = slant[-1] - altitude[-1]
    cosine = np.clip((altitude + lift) / slant, 0.05, 1.0)
    incidence = np.where(cosine > 0.995, 0.0, np.arccos(cosine))
    return _descent(
        f"record {folder}",
        t["t_s"][seen],
        altitude,
        t["descent_rate_m_s"][seen],
        mission,
        sheet,
        notes,
        slant,
        incidence,
    )
