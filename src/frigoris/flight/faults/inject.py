"""Where in a tick faults come in: before it is measured, heard, and obeyed.

Without tables nothing of this is in the program. With them, a batch in which no case
has a fault passes by; a case without one is the same to the bit beside others that have
some.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, UInt32

from frigoris.flight.faults import bus, commanded, discrete, measured, processor
from frigoris.flight.faults.degraded import Active, hardware, machine
from frigoris.flight.faults.names import TABLES
from frigoris.flight.faults.state import FaultState
from frigoris.flight.faults.tables import Faults
from frigoris.flight.faults.trigger import Quantities, active, age, begun
from frigoris.flight.params import Params
from frigoris.flight.state import State
from frigoris.lander.rigid_body import Leak
from frigoris.math.tree import replace_at
from frigoris.messages import Commands, Measurements
from frigoris.onboard import software
from frigoris.onboard.navigation import height
from frigoris.onboard.own import Memory
from frigoris.types import Flag, Jets, Scalar


class Spoiled(NamedTuple):
    """A tick with its faults, as far as they are known at its start."""

    params: Params
    truth: State
    active: Active
    late: bus.Late


class Obeyed(NamedTuple):
    """What the hardware makes of the tick's commands."""

    params: Params
    truth: State
    onboard: software.OnboardState
    memory: Memory
    commands: Commands  # as sent: what telemetry knows
    arrived: Commands  # as they are obeyed
    push: Jets  # factor on the duty of each thruster
    leak: Leak


def any_used(faults: Faults) -> Flag:
    """Whether a case of the batch has a fault at all."""
    found: Any = False
    for name in TABLES:
        found = found | jnp.any(getattr(faults, name).used > 0.5)
    there: Flag = found
    return there


def _memory(truth: State) -> FaultState:
    assert truth.faults is not None
    return truth.faults


def _remember(truth: State, where: Callable[[FaultState], Any], new: Any) -> State:
    memory = replace_at(where, _memory(truth), new)
    return replace_at(lambda s: s.faults, truth, memory)


def _tripped(
    faults: Faults, clocks: Any, q: Quantities, names: tuple[str, ...] = TABLES
) -> tuple[Any, Active]:
    since = {
        name: begun(getattr(faults, name).trigger, getattr(clocks, name), q)
        for name in names
    }
    clocks = replace_at(
        lambda c: [getattr(c, name) for name in since], clocks, list(since.values())
    )
    on = [
        active(getattr(faults, name).trigger, getattr(clocks, name), q.time)
        for name in TABLES
    ]
    return clocks, Active(*on)


def _looked_at(
    params: Params, truth: State, onboard: software.OnboardState, time: Scalar
) -> Quantities:
    clocks = _memory(truth).clocks
    return Quantities(
        time=time,
        altitude=truth.clearance,
        onboard_altitude=height(onboard.navigator, params.onboard),
        phase=onboard.sequencer.phase.astype(truth.clearance.dtype),
        openings=clocks.openings,
        ranges=clocks.ranges,
    )


def begin(
    params: Params, truth: State, onboard: software.OnboardState, time: Scalar
) -> Spoiled:
    """Faults that are there at the start of a tick, and the hardware with them."""
    faults, memory = params.faults, _memory(truth)
    assert faults is not None
    never = jnp.zeros_like(memory.clocks.measurement) > 1.0
    zero = jnp.zeros_like(truth.clearance)

    def now() -> tuple[Any, ...]:
        q = _looked_at(params, truth, onboard, time)
        clocks, on = _tripped(faults, memory.clocks, q)
        power = discrete.powered(faults.discrete, on.discrete, truth.powered)
        return clocks, on, power, bus.lateness(faults.bus, on.bus)

    def nothing() -> tuple[Any, ...]:
        late = bus.Late(*[zero] * bus.IN_RINGS)
        return memory.clocks, Active(*[never] * len(TABLES)), truth.powered, late

    clocks, on, power, late = lax.cond(any_used(faults), now, nothing)
    truth = _remember(truth, lambda m: m.clocks, clocks)
    truth = replace_at(lambda s: s.powered, truth, power)
    return Spoiled(hardware(params, faults, on), truth, on, late)


def hear(
    params: Params,
    now: Spoiled,
    truth: State,
    m: Measurements,
    time: Scalar,
    tick: UInt32[Array, ""],
) -> tuple[Measurements, State]:
    """What reaches the flight software of what was measured."""
    faults, memory, on = params.faults, _memory(truth), now.active
    assert faults is not None

    def spoiled() -> tuple[Any, ...]:
        old = age(memory.clocks.measurement, time)
        key = params.key
        new, last = measured.inject(
            faults.measurement, on.measurement, old, memory.last, m, key, tick
        )
        sent = bus.put(memory.sent, tick, bus.sent_row(new))
        new = bus.received(faults.bus, on.bus, new, sent, key, tick)
        new = discrete.said(faults.discrete, on.discrete, new)
        count = memory.clocks.ranges + jnp.where(new.laser_valid, 1.0, 0.0)
        return new, last, sent, count

    new, last, sent, count = lax.cond(
        any_used(faults),
        spoiled,
        lambda: (m, memory.last, memory.sent, memory.clocks.ranges),
    )
    truth = _remember(
        truth, lambda m: (m.last, m.sent, m.clocks.ranges), (last, sent, count)
    )
    return new, truth


def obey(
    params: Params,
    now: Spoiled,
    truth: State,
    before: tuple[software.OnboardState, Memory],
    after: tuple[software.OnboardState, Memory, Commands],
    time: Scalar,
    tick: UInt32[Array, ""],
) -> Obeyed:
    """What the computer really did, and what the hardware makes of its commands.

    `params` are those without faults, `before` and `after` what the software knew.
    """
    faults, memory, on = params.faults, _memory(truth), now.active
    assert faults is not None
    held = bus.commands_of(bus.last(memory.told, tick), after[2])
    onboard, own, commands, down = processor.step(
        params,
        faults.processor,
        on.processor,
        (*before, held),
        after,
        memory.down,
        tick,
    )
    told = bus.put(memory.told, tick, bus.command_row(commands))
    arrived, row, clocks, gimbal, push, leak, parts = lax.cond(
        any_used(faults),
        lambda: _moved(params, now, truth, onboard, commands, told, time, tick),
        lambda: _unmoved(params, truth, commands),
    )
    truth = _remember(
        truth,
        lambda m: (m.clocks, m.told, m.obeyed, m.gimbal, m.down),
        (clocks, told, row, gimbal, down),
    )
    hard = replace_at(lambda p: machine(p, None, None), now.params, parts)
    return Obeyed(hard, truth, onboard, own, commands, arrived, push, leak)


def _unmoved(params: Params, truth: State, commands: Commands) -> tuple[Any, ...]:
    """What `_moved` gives where nothing is wrong."""
    zero = jnp.zeros_like(truth.clearance)
    still = jnp.stack([zero] * 3)
    return (
        commands,
        bus.command_row(commands),
        _memory(truth).clocks,
        commands.gimbal,
        jnp.ones_like(commands.rcs_duty),
        Leak(zero, zero, still, still),
        machine(params, None, None),
    )


def _moved(
    params: Params,
    now: Spoiled,
    truth: State,
    onboard: software.OnboardState,
    commands: Commands,
    told: bus.Ring,
    time: Scalar,
    tick: UInt32[Array, ""],
) -> tuple[Any, ...]:
    """Commands as they arrive, and the machine that obeys them."""
    faults, memory = params.faults, _memory(truth)
    assert faults is not None
    arrived, row = bus.obeyed(
        faults.bus, now.active.bus, commands, told, memory.obeyed, params.key, tick
    )
    clocks = _counted(memory.clocks, arrived)
    q = _looked_at(params, truth, onboard, time)
    q = q._replace(openings=clocks.openings)
    # an opening of the engine counts for what happens in its own tick
    clocks, on = _tripped(faults, clocks, q, ("actuator",))
    those, f = on.actuator, faults.actuator
    arrived, gimbal = commanded.gimbals(f, those, arrived, memory.gimbal)
    return (
        arrived,
        row,
        clocks,
        gimbal,
        commanded.pushes(f, those, arrived.rcs_duty),
        commanded.leaking(f, those),
        machine(params, f, those),
    )


def _counted(clocks: Any, commands: Commands) -> Any:
    burns = jnp.where(commands.main_duty > 0.0, 1.0, 0.0)
    opened = jnp.where((burns > 0.5) & (clocks.burning < 0.5), 1.0, 0.0)
    return replace_at(
        lambda c: (c.openings, c.burning), clocks, (clocks.openings + opened, burns)
    )
