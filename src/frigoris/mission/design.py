"""The descent of a mission as it is planned: where, when, how much, and how far from
the least that is possible.

Nothing is dispersed and nothing goes wrong here. What comes out has units in its names.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from frigoris.constants import G0, RADIUS_MOON, TICK
from frigoris.errors import UserError
from frigoris.lander.rigid_body import World
from frigoris.mission.batch import make_stage
from frigoris.mission.build import Planned
from frigoris.mission.build_onboard import group, start_mass
from frigoris.mission.build_vehicle import mass_model
from frigoris.mission.descent import Descent, descend
from frigoris.mission.design_budget import Craft, budget, floors, trade_of
from frigoris.mission.edit import planned as as_planned
from frigoris.mission.impulses import period
from frigoris.mission.own_software import only_ours
from frigoris.mission.plan import approach_axes, coast, in_orbit
from frigoris.mission.schema import Mission
from frigoris.mission.si import si
from frigoris.moon.time import format_utc
from frigoris.phases import COAST, DEORBIT_BURN, PHASES

COAST_STEP = 60.0  # between rows of the coast [s]
ROWS = round(1.0 / TICK)  # ticks between rows of the powered descent

Table = dict[str, np.ndarray]

POINTS = {"braking": "braking ignition", "landed": "contact"}


@dataclass(frozen=True)
class Design:
    """`facts` as `--json` has them; `table` has a row a second, a minute in orbit."""

    facts: dict[str, Any]
    table: Table


class _Coast(NamedTuple):
    """From the deorbit burn, an impulse at its middle, to ignition as planned."""

    time: np.ndarray  # before ignition, so negative [s]
    r_M: np.ndarray  # [row, 3]
    v_M: np.ndarray
    burn: float  # length of the deorbit burn [s]


def design(mission: Mission, map_name: str | None = None) -> Design:
    """Lay out and account for the planned descent. Raises `UserError`."""
    only_ours(mission, "lay out the descent")
    stage = make_stage(as_planned(mission), map_name)
    m, planned = si(as_planned(mission)), stage.planned
    world = stage.setting.world()
    craft = _craft(m, planned)
    way = _orbit(m, world, planned)
    down = descend(world, planned.onboard, way.r_M[-1], way.v_M[-1], craft.ignition)
    table = _table(m, planned, craft, way, down)
    lowest = floors(m, planned, float(world.gravity.mu))
    phases = _phases(table, way, craft, planned)
    points = _points(table, planned)
    costs = budget(craft, planned, lowest, phases, down)
    return Design(
        facts={
            "schema": "frigoris.design.1",
            "mission": mission.mission.name,
            "title": mission.mission.title,
            "site": mission.site.name,
            "terrain": stage.terrain.note,
            "gravity": stage.setting.gravity_note,
            **_lands(m, points[-1], costs["totals"]["propellant_left_kg"]),
            "points": points,
            "phases": phases,
            **costs,
            "floor": lowest.facts(),
            "trade": trade_of(craft, planned, lowest, down),
        },
        table=table,
    )


def _lands(m: Any, contact: dict[str, Any], left: float) -> dict[str, bool]:
    """Whether the legs are rated for the speeds of the contact, and the tanks last.

    `left` in the tanks [kg]; how far from the target is another matter, see `miss_m`.
    """
    legs = m.lander.legs
    soft = bool(
        contact["descent_rate_m_s"] <= legs.vertical_speed_max
        and contact["speed_horizontal_m_s"] <= legs.horizontal_speed_max
    )
    return {"lands": soft and left >= 0.0, "soft": soft}


def _craft(m: Any, planned: Planned) -> Craft:
    """Masses [kg], thrust [N] and flow [kg/s] as planned."""
    start = start_mass(m)
    burning = in_orbit(m.lander)
    orbit_flow = sum(e.thrust / (e.isp * G0) for e in burning)
    orbit_thrust = sum(e.thrust for e in burning)
    thrust, flow = np.sum([group(m, name) for name in ("main", "assist")], axis=0)
    dv = planned.plan.deorbit_dv
    return Craft(
        start=start,
        ignition=start * float(np.exp(-dv * orbit_flow / orbit_thrust)),
        empty=float(planned.onboard.vehicle.mass_empty),
        stranded=float(mass_model(m.lander).stranded),
        loaded=m.lander.propellant,
        thrust=float(thrust),
        exhaust=float(thrust / flow),
    )


def _orbit(m: Any, world: World, planned: Planned) -> _Coast:
    """Forward from the start of the plan, by the planner's own free motion."""
    plan, omega = planned.plan, np.asarray(world.omega_MI_M)
    free = m.orbit.doi_to_ignition
    if plan.deorbit_dv <= 0.0:
        half_way = 0.5 * period(
            float(world.gravity.mu),
            RADIUS_MOON + m.orbit.perilune_altitude,
            RADIUS_MOON + m.orbit.apolune_altitude,
        )
        raise UserError(
            f"Cannot lay out the descent: {free:.0f} s before ignition "
            "(orbit.doi_to_ignition_s) the lander is near perilune, where no braking "
            f"leads to its ellipse; half a turn earlier is {half_way:.0f} s before."
        )
    half = plan.ignition_time - plan.deorbit_time - free
    begin = coast(world, plan.r_M, plan.v_M, plan.deorbit_time)
    r, v = coast(world, *begin, half)
    v_I = v + np.cross(omega, r)
    v = v_I * (1.0 - plan.deorbit_dv / np.linalg.norm(v_I)) - np.cross(omega, r)
    times = np.linspace(-free, 0.0, 1 + int(np.ceil(free / COAST_STEP)))
    rows = [begin, (r, v)]
    for step in np.diff(times):
        rows.append(coast(world, *rows[-1], float(step)))
    r_M, v_M = (np.stack(x) for x in zip(*rows, strict=True))
    return _Coast(np.append(-free - half, times), r_M, v_M, 2.0 * half)


def _table(m: Any, planned: Planned, craft: Craft, way: _Coast, down: Descent) -> Table:
    """Deorbit burn to contact, one row a moment."""
    keep = np.unique([*_kept(down.phase), len(down.time) - 1])
    # the engines may start before ignition, to settle the propellant
    orbit = int(np.sum(way.time < down.time[0] - TICK))
    burnt = np.append(0.0, np.full(orbit - 1, 1.0))
    r_M = np.concatenate([way.r_M[:orbit], down.r_M[keep]])
    v_M = np.concatenate([way.v_M[:orbit], down.v_M[keep]])
    radius = np.linalg.norm(r_M, axis=1)
    up = r_M / radius[:, None]
    climb = np.sum(v_M * up, axis=1)
    speed = np.linalg.norm(v_M, axis=1)
    dv = planned.plan.deorbit_dv

    def both(coasting: Any, descent: np.ndarray) -> np.ndarray:
        return np.concatenate([np.broadcast_to(coasting, burnt.shape), descent[keep]])

    above = radius - np.linalg.norm(planned.site_M) - planned.standoff
    return {
        "t_s": both(way.time[:orbit], down.time),
        "phase": both(np.where(burnt > 0.0, COAST, DEORBIT_BURN), down.phase),
        "downrange_m": _downrange(m, planned, up),
        "altitude_m": np.append(above[:orbit], down.height[keep]),
        "lat_deg": np.degrees(np.arcsin(up[:, 2])),
        "lon_deg": np.degrees(np.arctan2(up[:, 1], up[:, 0])),
        "speed_m_s": speed,
        "speed_horizontal_m_s": np.sqrt(np.maximum(speed**2 - climb**2, 0.0)),
        "descent_rate_m_s": -climb,
        "mass_kg": both(
            craft.start + burnt * (craft.ignition - craft.start), down.mass
        ),
        "thrust_N": both(0.0, down.thrust),
        "thrust_to_mass_m_s2": both(0.0, down.thrust / down.mass),
        "pitch_deg": both(np.nan, np.degrees(down.pitch)),
        "dv_m_s": both(burnt * dv, dv + down.dv),
        "gravity_loss_m_s": both(0.0, down.gravity_loss),
        "steering_loss_m_s": both(0.0, down.steering_loss),
    }


def _kept(phase: np.ndarray) -> np.ndarray:
    """A row a second, and the first of every phase."""
    return np.append(np.arange(0, len(phase), ROWS), 1 + np.flatnonzero(np.diff(phase)))


def _downrange(m: Any, planned: Planned, up: np.ndarray) -> np.ndarray:
    """Ground still to go along the approach, negative beyond the target [m]."""
    here, travel, _ = approach_axes(
        m.site.latitude, m.site.longitude, m.orbit.arrival_heading
    )
    angle = np.arctan2(-(up @ travel), up @ here)
    # counted back from the end: a coast may go around
    angle = np.unwrap(angle[::-1])[::-1]
    return np.asarray(angle * np.linalg.norm(planned.site_M))


def _points(table: Table, planned: Planned) -> list[dict[str, Any]]:
    """Where each phase begins, and the contact."""
    rows = [(PHASES[int(table["phase"][k])], k) for k in _beginnings(table)]
    rows = [row for row in rows if row[0] != "coast"]
    rows.append(("landed", len(table["t_s"]) - 1))
    names = [name for name, _ in rows]
    shown = (
        "t_s lat_deg lon_deg altitude_m downrange_m speed_m_s speed_horizontal_m_s "
        "descent_rate_m_s mass_kg"
    ).split()
    begun = planned.start + timedelta(seconds=float(planned.plan.ignition_time))
    return [
        {
            "name": name,
            "text": "end of braking"
            if k and names[k - 1] == "braking"
            else POINTS.get(name, name.replace("_", " ")),
            "utc": format_utc(begun + timedelta(seconds=float(table["t_s"][row]))),
        }
        | {key: float(table[key][row]) for key in shown}
        for k, (name, row) in enumerate(rows)
    ]


def _beginnings(table: Table) -> list[int]:
    """Rows in which a phase begins."""
    changes: list[int] = np.flatnonzero(np.diff(table["phase"], prepend=-1)).tolist()
    return changes


def _phases(
    table: Table, way: _Coast, craft: Craft, planned: Planned
) -> list[dict[str, Any]]:
    """What each phase with engines on costs, and what for."""
    rows = [
        {
            "name": PHASES[DEORBIT_BURN],
            "begins_s": float(way.time[0]),
            "lasts_s": way.burn,
            "dv_m_s": planned.plan.deorbit_dv,
            "propellant_kg": craft.start - craft.ignition,
            "speed_lost_m_s": planned.plan.deorbit_dv,
            "gravity_loss_m_s": 0.0,
            "steering_loss_m_s": 0.0,
        }
    ]
    ends = [*_beginnings(table)[1:], len(table["phase"]) - 1]
    for begin, end in pairwise(ends):
        kind = int(table["phase"][begin])
        if kind == COAST:
            continue

        def change(key: str, begin: int = begin, end: int = end) -> float:
            return float(table[key][end] - table[key][begin])

        rows.append(
            {
                "name": PHASES[kind],
                "begins_s": float(table["t_s"][begin]),
                "lasts_s": change("t_s"),
                "dv_m_s": change("dv_m_s"),
                "propellant_kg": -change("mass_kg"),
                "speed_lost_m_s": -change("speed_m_s"),
                "gravity_loss_m_s": change("gravity_loss_m_s"),
                "steering_loss_m_s": change("steering_loss_m_s"),
            }
        )
    return rows
