"""Thrust to the engines: how far each group opens in a tick."""

import jax.numpy as jnp
from jaxtyping import Array

from frigoris.onboard.config import OnboardConfig, VehicleModel
from frigoris.onboard.laws.table import LAWS
from frigoris.onboard.modulation import pulse
from frigoris.onboard.navigation import Navigator, height
from frigoris.onboard.sequence import within
from frigoris.types import Flag, Index, Scalar

FULL = tuple(name for name, law in LAWS.items() if law.full)
ALONE = tuple(name for name, law in LAWS.items() if law.alone)
TAPER = 1.0  # over which a throttle is drawn back at the end of a burn [s]
NEAR = tuple(name for name, law in LAWS.items() if law.near)


def main_off(config: OnboardConfig, nav: Navigator, phase: Index) -> Flag:
    """Near the ground the assist engines work alone."""
    low = height(nav, config) < config.guidance.main_off_height
    return low & within(config.sequence, phase, NEAR)


def duties(
    config: OnboardConfig,
    nav: Navigator,
    phase: Index,
    thrust: Scalar,
    running: Scalar,
    dt: Scalar,
) -> tuple[Scalar, Scalar]:
    """Main duty and assist duty for a `thrust` [N].

    `running` is what the engines of the deorbit burn still give by their lag [N].
    """
    v, s = config.vehicle, config.sequence
    low = main_off(config, nav, phase)
    firing = thrust > 0.0
    have_main, have_assist = v.main_thrust > 0.0, v.assist_thrust > 0.0
    of_main = jnp.where(have_main, v.main_thrust, 1.0)
    of_assist = jnp.where(have_assist, v.assist_thrust, 1.0)
    # deorbit: one group, its last pulse as long as the missing velocity, less the tail
    single = jnp.where(have_main, of_main, of_assist)
    last = _last(v, thrust - running * v.thrust_lag, single, dt)
    deorbit = within(s, phase, ("deorbit",))
    # valves are open, throttles do what they can; the assist group does the rest
    level = jnp.clip(thrust / of_main, v.main_floor, 1.0)
    level = _beside_gap(v.main_gap, level, running / of_main)
    main = jnp.where(firing & ~low & have_main, level, 0.0)
    main = jnp.where(deorbit & have_main, last, main)
    most = config.guidance.terminal_duty_max
    limit = jnp.where(within(s, phase, FULL), 1.0, most)
    duty = jnp.clip((thrust - main * v.main_thrust) / of_assist, 0.0, limit)
    duty = jnp.where(firing & ~within(s, phase, ALONE) & have_assist, duty, 0.0)
    duty = jnp.where(deorbit & ~have_main, last, duty)
    return main, pulse(duty * dt, v.assist_on_time_min, dt) / dt


def flow(config: OnboardConfig, main: Scalar, assist: Scalar) -> Scalar:
    """Propellant that the engines take at their duties [kg/s]."""
    v = config.vehicle
    return main * v.main_flow + assist * v.assist_flow


def lagging(
    config: OnboardConfig, now: Scalar, main: Scalar, assist: Scalar, dt: Scalar
) -> Scalar:
    """What the engines of the deorbit burn give after a tick, by their lag [N]."""
    v = config.vehicle
    group = jnp.where(
        v.main_thrust > 0.0, main * v.main_thrust, assist * v.assist_thrust
    )
    return group + (now - group) * jnp.exp(-dt / v.thrust_lag)


def _last(v: VehicleModel, missing: Scalar, single: Scalar, dt: Scalar) -> Scalar:
    """Duty for an impulse that is missing yet [N s] of an engine of thrust `single`.

    A valve opens for a part of its last tick. A throttle is drawn back before, as fast
    as it can follow, and shut when the next tick at its least would leave more missing.
    """
    throttled = v.main_floor < 1.0
    part = missing / (single * jnp.where(throttled, TAPER, dt))
    enough = missing < 0.5 * v.main_floor * single * dt
    return jnp.where(throttled & enough, 0.0, jnp.clip(part, 0.0, 1.0))


def _beside_gap(gap: Array, level: Scalar, now: Scalar) -> Scalar:
    """The level, or an edge of what the throttle must not dwell in.

    From below it goes to the nearer edge. From above it stays above until less than
    the whole band is asked for: else it would jump to and fro as the guidance answers
    (Luminary 099, THROTTLE_CONTROL_ROUTINES).
    """
    inside = (level > gap[0]) & (level < gap[1])
    middle = 0.5 * (gap[0] + gap[1])
    edge = jnp.where((level < middle) & (now < middle), gap[0], gap[1])
    return jnp.where(inside, edge, level)
