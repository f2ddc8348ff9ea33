"""Arcs that a mission flies by themselves: insertion, circularisation, the stop."""

from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np

from frigoris.constants import G0, RADIUS_MOON
from frigoris.flight.arcs import apsides_of, fly_arc, motion_at
from frigoris.flight.channels import Table
from frigoris.flight.events import at, first
from frigoris.flight.observables import STOP_FROM
from frigoris.lander.rigid_body import Vehicle, World
from frigoris.mission.plan import ellipse_state, in_orbit
from frigoris.onboard.config import OnboardConfig
from frigoris.onboard.laws.schedule import schedule

STEPS = 900  # of one second: longer than any of these arcs, one compiled program


def schedule_rate(load: OnboardConfig, height: float) -> float:
    """Planned descent rate at a height by the software's own schedule [m/s]."""
    return float(schedule(load.guidance, jnp.float64(height))[0])


def orbit_arcs(m: SimpleNamespace, vehicle: Vehicle, world: World) -> dict[str, float]:
    """Orbit insertion and last circularisation, on the main engine."""
    burning = in_orbit(m.lander)
    duty = jnp.array([float(e in burning) for e in m.lander.engines])
    found: dict[str, float] = {}
    if m.orbit.insertion is not None:
        found |= _insertion(m, vehicle, world, duty)
    if m.orbit.circularisation is not None:
        found |= _circularisation(m, vehicle, world, duty)
    return found


def _frame(radius: float, v_h: float, v_r: float) -> tuple[np.ndarray, np.ndarray]:
    """A polar orbit's state; which plane does not matter to these arcs."""
    up, along = np.array([0.6, 0.0, 0.8]), np.array([0.8, 0.0, -0.6])
    return radius * up, v_h * along + v_r * up


def _insertion(
    m: SimpleNamespace, vehicle: Vehicle, world: World, duty: jnp.ndarray
) -> dict[str, float]:
    """From a parabolic arrival, centred on perilune."""
    spec, mu = m.orbit.insertion, float(world.gravity.mu)
    low = RADIUS_MOON + spec.perilune_altitude
    # an ellipse that reaches far out is a parabola as far as the burn can tell
    state = ellipse_state(mu, low, 400.0 * low, 0.5 * spec.burn)
    r, v = _frame(*state)
    arc = fly_arc(
        vehicle, world, motion_at(vehicle, world, r, v, spec.mass), duty, STEPS
    )
    k = round(spec.burn) - 1
    peri, apo = apsides_of(mu, arc.r_M, arc.v_I_M)
    v_e = in_orbit(m.lander)[0].isp * G0
    return {
        "insertion_dv": v_e * float(np.log(spec.mass / arc.mass[k])),
        "insertion_perilune": float(peri[k]) - RADIUS_MOON,
        "insertion_apolune": float(apo[k]) - RADIUS_MOON,
    }


def _circularisation(
    m: SimpleNamespace, vehicle: Vehicle, world: World, duty: jnp.ndarray
) -> dict[str, float]:
    """Until the energy is that of the circular orbit."""
    spec, mu = m.orbit.circularisation, float(world.gravity.mu)
    low = RADIUS_MOON + spec.perilune_altitude
    high = RADIUS_MOON + spec.apolune_altitude
    r, v = _frame(*ellipse_state(mu, low, high, spec.before_perilune))
    arc = fly_arc(
        vehicle, world, motion_at(vehicle, world, r, v, spec.mass), duty, STEPS
    )
    radius = np.linalg.norm(arc.r_M, axis=1)
    energy = 0.5 * np.sum(np.asarray(arc.v_I_M) ** 2, axis=1) - mu / radius
    k = first(energy <= -mu / (2.0 * (RADIUS_MOON + m.orbit.apolune_altitude)))
    if k is None:
        return {}
    peri, apo = apsides_of(mu, arc.r_M, arc.v_I_M)
    return {
        "circular_burn": float(arc.time[k]),
        "circular_perilune": float(peri[k]) - RADIUS_MOON,
        "circular_apolune": float(apo[k]) - RADIUS_MOON,
    }


def stop_arc(
    m: SimpleNamespace, vehicle: Vehicle, world: World, truth: Table, onboard: Table
) -> dict[str, float]:
    """Height to a stop from 66 m/s with the mass and thrust at the first valid range.

    The thrust is the mean one from there to the ground, all engines in their duty.
    """
    k = first(onboard["laser_valid"] > 0)
    if k is None:
        return {}
    t = float(onboard["t_s"][k])
    mass = at(truth, "mass_kg", t)
    main, assist = (
        float(np.max(truth[name][k:])) for name in ("thrust_main_N", "thrust_assist_N")
    )
    groups = np.array([e.group == "main" for e in m.lander.engines])
    nominal = np.asarray(vehicle.engines.thrust)
    duty = np.where(
        groups,
        main / np.maximum(nominal[groups].sum(), 1e-9),
        assist / np.maximum(nominal[~groups].sum(), 1e-9),
    )
    r = np.array([truth[f"r_{c}_m"][k] for c in "xyz"])
    up = r / np.linalg.norm(r)
    carried = np.cross(np.asarray(world.omega_MI_M), r)
    start = motion_at(vehicle, world, r, carried - STOP_FROM * up, mass)
    arc = fly_arc(vehicle, world, start, jnp.asarray(duty), STEPS)
    v_M = np.asarray(arc.v_I_M) - np.cross(np.asarray(world.omega_MI_M), arc.r_M)
    climb = np.sum(v_M * np.asarray(arc.r_M), axis=1) / np.linalg.norm(arc.r_M, axis=1)
    radius = np.concatenate([[np.linalg.norm(r)], np.linalg.norm(arc.r_M, axis=1)])
    climb = np.concatenate([[-STOP_FROM], climb])
    stop = first(climb >= 0.0)
    if stop is None:
        return {}
    part = climb[stop - 1] / (climb[stop - 1] - climb[stop])
    # the last second: the speed falls to zero in `part` of it
    height = radius[0] - radius[stop - 1] - 0.5 * part * climb[stop - 1]
    return {"stop_height": float(height), "stop_accel": (main + assist) / mass}
