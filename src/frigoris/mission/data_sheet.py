"""The data sheet of a mission's lander, by the models that fly it.

All of it follows from the mission file; nothing is flown.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np

from frigoris.constants import G0, GRAVITY_MOON
from frigoris.lander.mass import (
    MassModel,
    MassProperties,
    depth,
    mass_properties,
    tank_masses,
)
from frigoris.lander.power import endurance
from frigoris.lander.slosh import frequency_squared, mass_share
from frigoris.math.tree import leaf
from frigoris.mission.build_onboard import group, vehicle_model
from frigoris.mission.build_vehicle import make_power, mass_model
from frigoris.mission.schema import Mission
from frigoris.mission.si import si

AXES = "xyz"


def data_sheet(mission: Mission) -> dict[str, Any]:
    """Numbers by name with unit; `tanks` has a row for each tank."""
    m = si(mission)
    masses = mass_model(m.lander)
    full, empty = (
        mass_properties(masses, load, masses.loaded_rcs)
        for load in (masses.loaded, 0.0 * masses.loaded)
    )
    thrust = sum(group(m, name)[0] for name in ("main", "assist"))
    return {
        "lander": mission.mission.title,
        **_masses(full, "start"),
        **_masses(empty, "empty"),
        **_propulsion(m, float(full.mass), float(empty.mass)),
        **_attitude(m, empty),
        **_footing(m, empty),
        "endurance_h": float(_life(m)) / 3600.0,
        "tanks": _tanks(m, masses, thrust / float(full.mass)),
    }


def _masses(body: MassProperties, when: str) -> dict[str, float]:
    moments = np.diagonal(np.asarray(body.inertia_B))
    return {
        f"mass_{when}_kg": float(body.mass),
        f"com_{when}_m": np.asarray(body.com_B).tolist(),
        f"inertia_{when}_kg_m2": moments.tolist(),
    }


def _propulsion(m: SimpleNamespace, full: float, empty: float) -> dict[str, float]:
    """All engines at full thrust; rocket equation."""
    groups = {name: group(m, name) for name in ("main", "assist")}
    thrust, flow = np.sum(list(groups.values()), axis=0)
    return {
        **{f"thrust_{name}_N": float(of[0]) for name, of in groups.items()},
        "isp_s": float(thrust / flow / G0),
        "delta_v_m_s": float(thrust / flow * np.log(full / empty)),
        "weights_start_ratio": float(thrust / full / GRAVITY_MOON),
        "weights_empty_ratio": float(thrust / empty / GRAVITY_MOON),
    }


def _attitude(m: SimpleNamespace, empty: MassProperties) -> dict[str, Any]:
    """The largest torque about each axis alone, the weaker of its two ways."""
    table = np.asarray(vehicle_model(m, 0.0).rcs_allocation)
    most = (1.0 / np.max(table, axis=0)).reshape(3, 2).min(axis=1)
    moments = np.diagonal(np.asarray(empty.inertia_B))
    return {
        "torque_N_m": most.tolist(),
        "turn_empty_deg_s2": np.degrees(most / moments).tolist(),
    }


def _footing(m: SimpleNamespace, empty: MassProperties) -> dict[str, float]:
    """On level ground, legs unloaded and the centre of mass on the axis."""
    legs, com = m.lander.legs, np.asarray(empty.com_B)
    high = com[2] - legs.pad_height
    edge = legs.radius * np.cos(np.pi / legs.count)
    return {
        "com_height_empty_m": float(high),
        "edge_m": float(edge),
        "tipping_deg": float(np.degrees(np.arctan2(edge, high))),
        "body_clearance_m": m.lander.hull.bottom - legs.pad_height,
        "nozzle_clearance_m": m.lander.hull.nozzle_height - legs.pad_height,
    }


def _life(m: SimpleNamespace) -> float:
    power = make_power(m.lander.power)
    return float(endurance(power, power.charge))


def _tanks(m: SimpleNamespace, masses: MassModel, force: float) -> list[dict[str, Any]]:
    """Filled as at the start, under the specific force of all engines then."""
    t = masses.tanks
    load = tank_masses(masses, masses.loaded, masses.loaded_rcs)
    high = depth(t, load)
    swing = np.sqrt(frequency_squared(t.radius, high, leaf(force))) / (2.0 * np.pi)
    share = mass_share(t.radius, high)
    return [
        {
            "holds": tank.holds,
            "load_kg": float(load[k]),
            "filled_ratio": float(high[k]) / tank.height,
            "slosh_Hz": float(swing[k]),
            "swinging_ratio": float(share[k]),
        }
        for k, tank in enumerate(m.lander.tanks)
    ]
