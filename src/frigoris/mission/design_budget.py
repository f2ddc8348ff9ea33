"""What a planned descent costs against the least that is possible, and what is left."""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np

from frigoris.constants import RADIUS_MOON
from frigoris.flight.channels import ground_distance
from frigoris.math.gravity_turn import thrust_to_stop
from frigoris.mission.build import Planned
from frigoris.mission.descent import Descent
from frigoris.mission.impulses import Floor, floor
from frigoris.mission.optimal_burn import (
    End,
    OptimalBurn,
    enough_thrust,
    optimal_burn,
    trade,
)
from frigoris.mission.plan import approach_axes
from frigoris.onboard.laws.table import LAWS
from frigoris.phases import BRAKING

TRADE = (1.8, 6.5)  # thrust to mass that is always shown [m/s^2]
WIDER = (0.85, 1.15)  # and so far about the mission's own
POINTS = 28


@dataclass(frozen=True)
class Craft:
    """The lander as planned."""

    start: float  # mass before the deorbit burn [kg]
    ignition: float  # and after it
    empty: float  # without propellant of the descent engines
    stranded: float  # propellant that the emptier tank leaves in the other [kg]
    loaded: float  # propellant of the descent engines [kg]
    thrust: float  # all engines [N]
    exhaust: float  # of all engines together [m/s]

    @property
    def thrust_to_mass(self) -> float:
        """Of all engines at ignition [m/s^2]."""
        return self.thrust / self.ignition


@dataclass(frozen=True)
class Floors:
    """The orbit, the ground below it, and the least that is possible."""

    mu: float
    ellipse: tuple[float, float]  # perilune and apolune, from the centre [m]
    ground: float  # radius of the site [m]
    along: float  # speed of the ground along the approach [m/s]
    across: float
    floor: Floor

    @property
    def site(self) -> End:
        """At rest on the ground."""
        return End(self.ground, 0.0, self.along)

    def facts(self) -> dict[str, float]:
        """Everything, with units."""
        low = self.floor
        return {
            "perilune_km": (self.ellipse[0] - RADIUS_MOON) / 1e3,
            "apolune_km": (self.ellipse[1] - RADIUS_MOON) / 1e3,
            "ground_km": (self.ground - RADIUS_MOON) / 1e3,
            "period_s": low.period,
            "perilune_speed_m_s": low.perilune_speed,
            "apolune_circular_speed_m_s": low.apolune_circular_speed,
            "deorbit_m_s": low.deorbit,
            "energy_floor_m_s": low.grazing,
            "two_impulses_m_s": low.two_impulses,
            "kick_m_s": low.kick,
            "touch_m_s": low.touch,
            "from_circular_m_s": low.from_circular,
            "ground_along_m_s": self.along,
            "ground_across_m_s": self.across,
            "over_ground_m_s": low.over_ground(self.along, self.across),
        }


def floors(m: Any, planned: Planned, mu: float) -> Floors:
    """Of the mission's own orbit, down to its own site."""
    ellipse = (
        RADIUS_MOON + m.orbit.perilune_altitude,
        RADIUS_MOON + m.orbit.apolune_altitude,
    )
    ground = float(np.linalg.norm(planned.site_M))
    _, travel, normal = approach_axes(
        m.site.latitude, m.site.longitude, m.orbit.arrival_heading
    )
    carried = np.cross(np.asarray(planned.onboard.moon.omega_MI_M), planned.site_M)
    return Floors(
        mu=mu,
        ellipse=ellipse,
        ground=ground,
        along=float(carried @ travel),
        across=float(carried @ normal),
        floor=floor(mu, *ellipse, ground),
    )


def gate(lowest: Floors, planned: Planned, down: Descent) -> tuple[End, int]:
    """Where braking ends in the planned descent, and which of its rows that is."""
    row = min(int(np.flatnonzero(down.phase == BRAKING)[-1]) + 1, len(down.time) - 1)
    radius = float(np.linalg.norm(down.r_M[row]))
    up = down.r_M[row] / radius
    rate = float(down.v_M[row] @ up)
    level = float(np.linalg.norm(down.v_M[row] - rate * up))
    return End(radius, rate, level + lowest.along * radius / lowest.ground), row


def budget(
    craft: Craft,
    planned: Planned,
    lowest: Floors,
    phases: list[dict[str, Any]],
    down: Descent,
) -> dict[str, Any]:
    """Why the descent costs more than the floor, and where the propellant goes."""
    end, row = gate(lowest, planned, down)
    share = craft.thrust_to_mass, craft.exhaust
    to_ground = optimal_burn(lowest.mu, lowest.ellipse, lowest.site, *share)
    to_gate = optimal_burn(lowest.mu, lowest.ellipse, end, *share)
    still, turning = (
        lowest.floor.grazing,
        lowest.floor.over_ground(lowest.along, lowest.across),
    )
    below = float(down.dv[-1] - down.dv[row])
    whole = float(down.dv[-1])
    steps = {
        "energy_floor": still,
        "rotation": turning - still,
        "finite_thrust": to_ground.dv - turning,
        "final_descent": to_gate.dv + below - to_ground.dv,
        "braking_law": float(down.dv[row]) - to_gate.dv,
    }
    return {
        "budget": _in_kilograms(craft, steps, whole, down),
        "optimum": {"ground": _burn(to_ground), "braking_end": _burn(to_gate)},
        "totals": _totals(craft, planned, phases, down, turning, to_ground.dv),
        "thrust": _thrust(craft, planned, down, row),
    }


def _in_kilograms(
    craft: Craft, steps: dict[str, float], whole: float, down: Descent
) -> list[dict[str, Any]]:
    """Each step with its propellant, in this order, at the mean exhaust velocity."""
    exhaust = whole / float(np.log(craft.ignition / down.mass[-1]))
    sums = np.cumsum([0.0, *steps.values()])
    masses = craft.ignition * np.exp(-sums / exhaust)
    return [
        {"name": name, "dv_m_s": dv, "sum_m_s": total, "propellant_kg": used}
        for (name, dv), total, used in zip(
            steps.items(), sums[1:].tolist(), (-np.diff(masses)).tolist(), strict=True
        )
    ]


def _burn(burn: OptimalBurn) -> dict[str, float]:
    return {
        "dv_m_s": burn.dv,
        "burn_s": burn.time,
        "anomaly_deg": float(np.degrees(burn.anomaly)),
        "lowest_m": burn.lowest,
    }


def _totals(
    craft: Craft,
    planned: Planned,
    phases: list[dict[str, Any]],
    down: Descent,
    turning: float,
    optimum: float,
) -> dict[str, float]:
    """The whole descent, and what is in the tanks after it."""
    end = float(down.mass[-1])
    left = end - craft.empty - craft.stranded
    # a lander that needs more than it has: what it lacks is a negative velocity
    reserve = craft.exhaust * float(np.log(end / (end - left)))
    whole = float(down.dv[-1])
    return {
        "dv_m_s": planned.plan.deorbit_dv + whole,
        "dv_descent_m_s": whole,
        "over_floor_m_s": whole - turning,
        "over_optimum_m_s": whole - optimum,
        "gravity_loss_m_s": float(down.gravity_loss[-1]),
        "steering_loss_m_s": float(down.steering_loss[-1]),
        "propellant_loaded_kg": craft.loaded,
        "propellant_used_kg": sum(row["propellant_kg"] for row in phases),
        "propellant_stranded_kg": craft.stranded,
        "propellant_left_kg": left,
        "dv_left_m_s": reserve,
        "kg_per_m_s_start": craft.ignition / craft.exhaust,
        "kg_per_m_s_end": end / craft.exhaust,
        "mass_start_kg": craft.start,
        "mass_ignition_kg": craft.ignition,
        "mass_contact_kg": end,
        "miss_m": float(ground_distance(down.r_M[-1], planned.site_M)),
    }


def _thrust(
    craft: Craft, planned: Planned, down: Descent, row: int
) -> dict[str, float]:
    """What the engines can do at ignition, and what the end of braking asks of them."""
    v, phases = planned.onboard.vehicle, planned.onboard.sequence.phases
    told = {p.number: p for p in phases}
    after = told[int(down.phase[row])]
    duty = 1.0 if LAWS[after.law].full else planned.onboard.guidance.terminal_duty_max
    most = float(v.main_thrust + duty * v.assist_thrust)
    target = told[BRAKING].target
    radius = float(np.linalg.norm(down.r_M[row]))
    weight = float(planned.onboard.moon.gravity.mu) / radius**2
    up = down.r_M[row] / radius
    speed = float(np.linalg.norm(down.v_M[row]))
    psi = float(np.arccos(np.clip(-down.v_M[row] @ up / speed, -1.0, 1.0)))
    needed = thrust_to_stop(
        *(jnp.float64(x) for x in (speed, psi, down.height[row], weight))
    )
    return {
        "full_N": craft.thrust,
        "exhaust_m_s": craft.exhaust,
        "ignition_m_s2": craft.thrust_to_mass,
        "planned_ratio": 1.0 if target is None else float(target.level),
        "stop_needs_m_s2": float(needed) * weight,
        "stop_has_m_s2": most / float(down.mass[row]),
    }


def trade_of(
    craft: Craft, planned: Planned, lowest: Floors, down: Descent
) -> dict[str, Any]:
    """The cheapest burns over thrust to mass, at the mission's mass and exhaust speed.

    `planned` stands for the same thrust with the mission's own gate and what it does
    below that. A thrust from which no burn was found is NaN.
    """
    own = craft.thrust_to_mass
    span = min(TRADE[0], WIDER[0] * own), max(TRADE[1], WIDER[1] * own)
    thrusts = np.geomspace(*span, POINTS).tolist()
    orbit = lowest.mu, lowest.ellipse
    end, row = gate(lowest, planned, down)
    below = float(down.dv[-1] - down.dv[row])
    burns = trade(*orbit, lowest.site, craft.exhaust, thrusts)
    gates = trade(*orbit, end, craft.exhaust, thrusts)
    best = enough_thrust(*orbit, lowest.site, craft.exhaust, burns)
    dv = np.array([b.dv if b else np.nan for b in burns])
    return {
        "thrust_to_mass_m_s2": thrusts,
        "dv_m_s": dv.tolist(),
        "propellant_kg": (craft.ignition * -np.expm1(-dv / craft.exhaust)).tolist(),
        "burn_s": [b.time if b else np.nan for b in burns],
        "dv_with_final_descent_m_s": [b.dv + below if b else np.nan for b in gates],
        "most_useful_m_s2": None if best is None else best.thrust_to_mass,
        "mission": {"thrust_to_mass_m_s2": own, "dv_m_s": float(down.dv[-1])},
    }
