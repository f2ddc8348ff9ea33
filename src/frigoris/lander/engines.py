r"""Engines of the descent: on, off, throttled, pulsed; their lag, flow and failures.

Inside a tick an engine is open for a time known exactly and closed after it, so its
thrust is known in closed form: towards the commanded $F_c$ while it is open, to nothing
before and afterwards,
$$ F(s) = F_c + (F_0 - F_c) e^{-s/\tau}, \qquad
   F(s) = F(t) e^{-(s - t)/\tau_{off}} \quad (s > t). $$
Every step is given the mean of this over it: impulse and what is left for the next tick
are exact, only the place of a pulse inside a step is not (at most $a\,\Delta t^2/8$,
4 mm in 0.1 s).

An engine whose least throttle is 1 is a valve: its command is the part of the tick for
which it is open. Any other is throttled: its command is a level.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from frigoris.constants import G0
from frigoris.math.tree import replace_at
from frigoris.math.vectors import cross
from frigoris.types import Scalar, Vec3

Each = Float[Array, "n *#cases"]
NEVER = 1e8  # a time after every flight [s]


class Engines(eqx.Module):
    """All descent engines of a vehicle as they really are."""

    thrust: Each  # when open and at full feed pressure [N]
    isp: Each  # at full thrust [s]
    isp_loss: Each  # share of it lost per share of throttle [-]
    lag: Each  # time constant of the thrust [s]
    lag_off: Each  # the same once the valve is closed [s]
    open_delay: Each  # from the command to the first flow [s]
    close_delay: Each  # from the command to the last flow [s]
    floor: Each  # least throttle, 1 for a valve [-]
    band_low: Each  # throttle that it must not dwell in, from [-]
    band_high: Each  # to [-]
    rate: Each  # of the throttle at most [1/s]
    ullage: Each  # gas over liquid in blow-down tanks at the start, 0 if regulated [-]
    off_from: Each  # does not burn any more [s of the flight]
    on_from: Each  # can't be closed any more [s of the flight]
    position_B: Float[Array, "3 n *#cases"]  # where the thrust acts [m]
    direction_B: Float[Array, "3 n *#cases"]  # of the thrust on the vehicle [-]
    assist: tuple[bool, ...] = eqx.field(static=True)  # member of the assist group


class Firing(eqx.Module):
    """What the engines do in a tick."""

    start: Each  # thrust at its start [N]
    goal: Each  # thrust towards which it goes while open [N]
    wait: Each  # before it opens [s]
    open: Each  # for so long then [s]
    flow: Each  # propellant per thrust [kg/(N s)]


def pressure(engines: Engines, fill: Scalar) -> Each:
    """Feed pressure over that at the start; `fill` is the propellant's share left."""
    gas = engines.ullage
    return jnp.where(gas > 0.0, gas / (gas + (1.0 - fill)), 1.0)


def fire(
    engines: Engines,
    main: Scalar,
    assist: Scalar,
    start: Each,
    flowing: Each,
    fill: Scalar,
    time: Scalar,
    dt: Scalar,
) -> Firing:
    """What the commands of both groups make of the engines over a tick of `dt` [s].

    `start` is the thrust of each at its start [N], `flowing` 1 where its valve is open
    then. A pulse that ends within its delays of the end of the tick is cut there.
    """
    asked = jnp.stack([assist if is_ else main for is_ in engines.assist])
    full = engines.thrust * pressure(engines, fill)
    level = jnp.where(asked > 0.0, jnp.clip(asked, engines.floor, 1.0), 0.0)
    inside = (level > engines.band_low) & (level < engines.band_high)
    middle = 0.5 * (engines.band_low + engines.band_high)
    edge = jnp.where(level < middle, engines.band_low, engines.band_high)
    level = jnp.where(inside, edge, level)
    # the throttle starts from where the thrust is; a start goes to the floor at once
    now = jnp.maximum(start / jnp.maximum(full, 1e-9), engines.floor)
    reach = engines.rate * dt
    level = jnp.where(level > 0.0, jnp.clip(level, now - reach, now + reach), 0.0)
    running, wanted = flowing > 0.5, level > 0.0
    valve = engines.floor >= 1.0
    part = jnp.where(valve, asked, 1.0)  # of the tick
    wait = jnp.where(wanted & ~running, engines.open_delay, 0.0)
    late = jnp.where(part < 1.0, engines.close_delay, 0.0)
    time_open = jnp.clip(part * dt + late - wait, 0.0, dt - wait)
    closing = jnp.where(running, engines.close_delay, 0.0)
    time_open = jnp.where(wanted, time_open, closing)
    # while it closes a valve is still open and a throttle stands where it stood
    goal = jnp.where(wanted, full * level, jnp.where(valve, full, start))
    level = jnp.where(wanted, level, now)
    stuck, dead = time >= engines.on_from, time >= engines.off_from
    wait = jnp.where(stuck | dead, 0.0, wait)
    time_open = jnp.where(stuck, dt, time_open)
    goal = jnp.where(stuck, full, goal)
    level = jnp.where(stuck, 1.0, level)
    isp = engines.isp * (1.0 - engines.isp_loss * (1.0 - jnp.maximum(level, 1e-9)))
    return Firing(
        start=start,
        goal=jnp.where(dead, 0.0, goal),
        wait=wait,
        open=jnp.where(dead, 0.0, time_open),
        flow=1.0 / (isp * G0),
    )


def impulse(engines: Engines, firing: Firing, s: Scalar) -> Each:
    """Of each engine from the start of the tick to `s` [s] into it [N s]."""
    before = jnp.minimum(s, firing.wait)
    burning = jnp.clip(s - firing.wait, 0.0, firing.open)
    after = jnp.maximum(s - firing.wait - firing.open, 0.0)
    first, close = _at_switches(engines, firing)
    return (
        _decay(firing.start, before, engines.lag_off)
        + firing.goal * burning
        + _decay(first - firing.goal, burning, engines.lag)
        + _decay(close, after, engines.lag_off)
    )


def _decay(excess: Each, s: Scalar, lag: Each) -> Each:
    """Integral of an excess that fades for `s` seconds."""
    return excess * lag * (1.0 - jnp.exp(-s / lag))


def _at_switches(engines: Engines, firing: Firing) -> tuple[Each, Each]:
    """Thrust when it opens and when it closes [N]."""
    first = firing.start * jnp.exp(-firing.wait / engines.lag_off)
    over = first - firing.goal
    return first, firing.goal + over * jnp.exp(-firing.open / engines.lag)


def thrust_after(engines: Engines, firing: Firing, dt: Scalar) -> Each:
    """Of each engine at the end of the tick [N]."""
    _, close = _at_switches(engines, firing)
    shut = jnp.maximum(dt - firing.wait - firing.open, 0.0)
    return close * jnp.exp(-shut / engines.lag_off)


def flows_on(firing: Firing, dt: Scalar) -> Each:
    """1 for each engine whose valve is open at the end of the tick."""
    end = firing.wait + firing.open
    on = (firing.open > 0.0) & (end >= dt * (1.0 - 1e-12))
    return on.astype(end.dtype)


def limit_to_propellant(
    engines: Engines, firing: Firing, propellant: Scalar, dt: Scalar
) -> tuple[Firing, Scalar]:
    """Cut the thrust so that a tick burns no more than there is.

    Returns with it the part of the tick for which the propellant lasts, so that the
    moment of depletion is known inside the tick.
    """
    needed = jnp.sum(impulse(engines, firing, dt) * firing.flow, axis=0)
    lasts = jnp.clip(propellant / jnp.maximum(needed, 1e-12), 0.0, 1.0)
    less = (firing.start * lasts, firing.goal * lasts)
    return replace_at(lambda f: (f.start, f.goal), firing, less), lasts


def wrench(
    engines: Engines, thrust: Each, com_B: Vec3, gimbal: Float[Array, "2 *#cases"]
) -> tuple[Vec3, Vec3]:
    """Force [N] and torque about the centre of mass [N m], body axes.

    `gimbal` turns the thrust of the main engines about +x and +y of the body [rad].
    """
    is_main = [0.0 if a else 1.0 for a in engines.assist]
    turned = jnp.array(is_main).reshape((-1,) + (1,) * (thrust.ndim - 1))
    d = engines.direction_B
    tilt_x, tilt_y = gimbal[0] * turned, gimbal[1] * turned
    # small turns: within 0.5 % of the thrust up to 6 deg
    swung = [tilt_y * d[2], -tilt_x * d[2], tilt_x * d[1] - tilt_y * d[0]]
    d = d + jnp.stack(swung)
    force_each = d * thrust[None]
    arm_each = engines.position_B - com_B[:, None]
    torque = jnp.sum(cross(arm_each + 0.0 * force_each, force_each), axis=1)
    return jnp.sum(force_each, axis=1), torque
