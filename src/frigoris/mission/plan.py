"""The flight as its operations team would plan it: where it starts, when it burns.

The descent is laid out backwards: the braking burn at its planned thrust level fixes
how far before the target it must begin, the ellipse gives the state there, and the
coast is flown back to the deorbit burn by the flight's own dynamics.
"""

from dataclasses import dataclass
from types import SimpleNamespace

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jaxtyping import Array

from frigoris.constants import RADIUS_MOON
from frigoris.errors import UserError
from frigoris.lander.rigid_body import World, moon_accel, uneven_gravity
from frigoris.math.rotation import q_from_dcm
from frigoris.math.tree import leaf
from frigoris.mission.setting import Setting
from frigoris.onboard.config import Target
from frigoris.onboard.control import attitude_axes
from frigoris.onboard.laws.law import Burn
from frigoris.onboard.laws.predictive import Approach, predict

COAST_STEPS = 640  # of the backward coast, about 5 s each: 1e-4 m over an orbit


@dataclass(frozen=True)
class Plan:
    """Start of the flight in M, and the times that the sequencer is loaded with."""

    r_M: np.ndarray  # [m]
    v_M: np.ndarray  # [m/s]
    q_MB: np.ndarray
    omega_BI_B: np.ndarray  # [rad/s]
    ignition_r_M: np.ndarray  # [m]
    ignition_v_M: np.ndarray  # [m/s]
    deorbit_dv: float  # [m/s]
    deorbit_time: float  # since the start [s]
    ignition_time: float  # [s]


def approach_axes(
    latitude: float, longitude: float, heading: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Up, direction of travel and plane normal at the target, unit vectors in M."""
    cl, sl = np.cos(latitude), np.sin(latitude)
    up = np.array([cl * np.cos(longitude), cl * np.sin(longitude), sl])
    east = np.array([-np.sin(longitude), np.cos(longitude), 0.0])
    north = np.cross(up, east)
    travel = np.cos(heading) * north + np.sin(heading) * east
    return up, travel, np.cross(up, travel)


def ellipse_state(
    mu: float, perilune: float, apolune: float, before: float
) -> tuple[float, float, float]:
    """Radius [m], horizontal and vertical speed [m/s] `before` perilune [s]."""
    a = 0.5 * (perilune + apolune)
    e = (apolune - perilune) / (apolune + perilune)
    mean = -np.sqrt(mu / a**3) * before
    ecc = mean
    for _ in range(20):
        ecc -= (ecc - e * np.sin(ecc) - mean) / (1.0 - e * np.cos(ecc))
    r = a * (1.0 - e * np.cos(ecc))
    h = np.sqrt(mu * a * (1.0 - e * e))
    return float(r), float(h / r), float(np.sqrt(mu * a) * e * np.sin(ecc) / r)


def deorbit_estimate(m: SimpleNamespace, setting: Setting) -> float:
    """Velocity that turns the circular orbit into the planned ellipse [m/s]."""
    mu = float(setting.gravity.mu)
    low = RADIUS_MOON + m.orbit.perilune_altitude
    high = RADIUS_MOON + m.orbit.apolune_altitude
    at_apolune = np.sqrt(2.0 * mu * low / (high * (low + high)))
    return float(np.sqrt(mu / high) - at_apolune)


@jax.jit
def _coast(world: World, r: Array, v: Array, seconds: Array) -> tuple[Array, Array]:
    """Free motion over the rotating Moon for `seconds`, negative for backwards."""
    h = seconds / COAST_STEPS

    def rate(y: tuple[Array, Array]) -> tuple[Array, Array]:
        return y[1], moon_accel(world, y[0], y[1], uneven_gravity(world, y[0]))

    def step(y: tuple[Array, Array], _: None) -> tuple[tuple[Array, Array], None]:
        def ahead(k: tuple[Array, Array], s: Array) -> tuple[Array, Array]:
            return y[0] + s * k[0], y[1] + s * k[1]

        k1 = rate(y)
        k2 = rate(ahead(k1, 0.5 * h))
        k3 = rate(ahead(k2, 0.5 * h))
        k4 = rate(ahead(k3, h))
        mean = tuple(
            (a + 2.0 * b + 2.0 * c + d) / 6.0
            for a, b, c, d in zip(k1, k2, k3, k4, strict=True)
        )
        return (y[0] + h * mean[0], y[1] + h * mean[1]), None

    return lax.scan(step, (r, v), None, length=COAST_STEPS)[0]


def coast(
    world: World, r_M: np.ndarray, v_M: np.ndarray, seconds: float
) -> tuple[np.ndarray, np.ndarray]:
    """Position [m] and velocity [m/s] after free motion for `seconds`."""
    r, v = _coast(world, jnp.asarray(r_M), jnp.asarray(v_M), jnp.float64(seconds))
    return np.asarray(r), np.asarray(v)


_predict = jax.jit(predict)


def braking_ground(state: Approach, to: Target, burn: Burn) -> float:
    """Ground that the burn covers at its planned level [m]."""
    level = jnp.float64(to.level)
    t_go, miss, last = 600.0, np.inf, None
    for _ in range(40):
        v, ground = _predict(state, to, burn, level, jnp.float64(t_go))
        miss = float(v) - float(to.speed)
        if abs(miss) < 1e-6:
            break
        slope = -2.5 if last is None else (miss - last[1]) / (t_go - last[0])
        if not slope:
            break  # the same speed for any time: it cannot be met
        last = (t_go, miss)
        t_go -= miss / slope
    if not np.isfinite(miss) or abs(miss) > 1.0:
        raise UserError(
            "Cannot lay out the descent: no braking burn at the planned level of "
            f"{float(to.level):.2f} ends as the target of that phase asks. Check "
            "thrust, masses, the heights of the orbit and that target."
        )
    return float(ground)


def make_plan(
    m: SimpleNamespace, world: World, to: Target, burn: Burn, standoff: float
) -> Plan:
    """Lay out the flight of mission `m` (SI values)."""
    up, travel, normal = approach_axes(
        m.site.latitude, m.site.longitude, m.orbit.arrival_heading
    )
    mu = float(world.gravity.mu)
    r, v_h, v_r = ellipse_state(
        mu,
        RADIUS_MOON + m.orbit.perilune_altitude,
        RADIUS_MOON + m.orbit.apolune_altitude,
        m.orbit.ignition_before_perilune,
    )
    omega = np.asarray(world.omega_MI_M)
    told = m.orbit.ignition_ground
    ground = 600e3 if told is None else float(told)
    for _ in range(4):
        angle = ground / float(burn.radius)
        here = np.cos(angle) * up - np.sin(angle) * travel
        ahead = np.cos(angle) * travel + np.sin(angle) * up
        carried = np.cross(omega, r * here)
        b, c = carried @ ahead, carried @ carried
        speed = -b + np.sqrt(b * b - c + v_h * v_h)
        if told is not None:
            break
        state = Approach(
            height=jnp.float64(r - float(burn.radius) - standoff),
            rate_up=jnp.float64(v_r),
            speed=jnp.float64(speed),
            ground=jnp.float64(0.0),
            offset=jnp.float64(0.0),
            drift=jnp.float64(0.0),
        )
        ground = braking_ground(state, to, burn) + float(to.range)
    v_M = speed * ahead + v_r * here
    return _back_to_orbit(m, world, r * here, v_M, normal, burn)


def in_orbit(lander: SimpleNamespace) -> list[SimpleNamespace]:
    """The engines that burn in orbit: the main ones, or all where there are none."""
    mains = [e for e in lander.engines if e.group == "main"]
    return mains or list(lander.engines)


def _back_to_orbit(
    m: SimpleNamespace,
    world: World,
    r_M: np.ndarray,
    v_M: np.ndarray,
    normal: np.ndarray,
    burn: Burn,
) -> Plan:
    """From ignition back over the coast and the deorbit burn to the start."""
    omega = np.asarray(world.omega_MI_M)
    thrust = sum(e.thrust for e in in_orbit(m.lander))
    r1, v1 = coast(world, r_M, v_M, -m.orbit.doi_to_ignition)
    v_I = v1 + np.cross(omega, r1)
    circular = np.sqrt(float(world.gravity.mu) / np.linalg.norm(r1))
    dv = circular - np.linalg.norm(v_I)
    v_I = v_I * (1.0 + dv / np.linalg.norm(v_I))
    half = 0.5 * dv * float(burn.mass) / thrust
    back = -(m.orbit.lead + half)
    r0, v0 = coast(world, r1, v_I - np.cross(omega, r1), back)
    axes = attitude_axes(leaf(-v0 / np.linalg.norm(v0)), leaf(normal))
    dcm_MB = np.stack([np.asarray(x) for x in axes], axis=1)
    spin_M = np.cross(r0, v0 + np.cross(omega, r0)) / (r0 @ r0)
    return Plan(
        r_M=r0,
        v_M=v0,
        q_MB=np.asarray(q_from_dcm(jnp.asarray(dcm_MB))),
        omega_BI_B=dcm_MB.T @ spin_M,
        ignition_r_M=r_M,
        ignition_v_M=v_M,
        deorbit_dv=float(dv),
        deorbit_time=m.orbit.lead,
        ignition_time=m.orbit.lead + half + m.orbit.doi_to_ignition,
    )
