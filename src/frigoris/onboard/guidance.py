"""Guidance: the law of the present phase, and its solutions."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, UInt32

from frigoris.math.vectors import norm
from frigoris.onboard import sequence
from frigoris.onboard.config import OnboardConfig, Phase, Target
from frigoris.onboard.hazard.look import Looked
from frigoris.onboard.laws.law import Burn, Law, Plan, Situation
from frigoris.onboard.laws.path import Path
from frigoris.onboard.laws.table import LAWS
from frigoris.onboard.navigation import Navigator
from frigoris.onboard.sequence import Sequencer
from frigoris.onboard.throttle import main_off
from frigoris.phases import BOOT, BRAKING, COAST, DEORBIT_BURN, TRIM
from frigoris.types import Flag, Index, Scalar, Vec3

SOLVE_TICKS = 20  # between solutions
PLANNING_TIME = 60.0  # before ignition the first of them [s]
BEFORE = (BOOT, DEORBIT_BURN, COAST, TRIM)  # phases before braking


class Guided(NamedTuple):
    """What guidance needs of the flight software's state."""

    nav: Navigator
    time: Scalar  # onboard clock [s]
    mass: Scalar  # [kg]
    seq: Sequencer  # of the coming tick
    before: Index  # phase of the last tick
    plan: Plan
    path: Path | None
    aim_M: Vec3  # where to land [m]
    looked: Looked | None  # what the last look at the ground came to


def burn_of(config: OnboardConfig, mass: Scalar) -> Burn:
    """Engines and mass as the load has them."""
    v = config.vehicle
    return Burn(
        mass=mass,
        thrust=v.main_thrust + v.assist_thrust,
        flow=v.main_flow + v.assist_flow,
        mu=config.moon.gravity.mu,
        radius=norm(config.moon.site_M),
    )


def _users(config: OnboardConfig) -> dict[str, list[Phase]]:
    """The phases of each law that the mission uses."""
    phases = config.sequence.phases
    used = {p.law for p in phases}
    return {n: [p for p in phases if p.law == n] for n in LAWS if n in used}


def target_of(phases: list[Phase], phase: Index) -> Target | None:
    """That of the present phase, of those that use a law."""
    chosen = phases[0].target
    for other in phases[1:]:
        here = phase == other.number
        chosen = jax.tree.map(
            lambda a, b, here=here: jnp.where(here, b, a), chosen, other.target
        )
    return chosen


def most_of(config: OnboardConfig, nav: Navigator, phase: Index, law: Law) -> Scalar:
    """Thrust that a law may ask for in a phase [N]."""
    v = config.vehicle
    main = jnp.where(main_off(config, nav, phase), 0.0, v.main_thrust)
    duty = 1.0 if law.full else config.guidance.terminal_duty_max
    return main + duty * v.assist_thrust


def _situation(
    config: OnboardConfig, now: Guided, law: Law, phases: list[Phase]
) -> Situation:
    phase = now.seq.phase
    return Situation(
        config=config,
        nav=now.nav,
        time=now.time,
        burn=burn_of(config, now.mass),
        most=most_of(config, now.nav, phase, law),
        left=config.guidance.deorbit_dv - now.seq.deorbit_dv,
        target=target_of(phases, phase),
        plan=now.plan,
        path=now.path,
        aim_M=now.aim_M,
        looked=now.looked,
    )


def plan(config: OnboardConfig, now: Guided, tick: UInt32[Array, ""]) -> Plan:
    """New solutions of the laws that make some: now and then, and when one begins."""
    soon = config.sequence.ignition_time - now.time < PLANNING_TIME
    due = tick % SOLVE_TICKS == 0
    phase = now.seq.phase
    for name, phases in _users(config).items():
        numbers = [p.number for p in phases]
        flown = sequence.among(phase, numbers)
        wanted, fresh = flown & due, phase < 0
        if BRAKING in numbers:  # planned before it begins
            wanted = (flown | sequence.among(phase, BEFORE)) & soon & due
        if numbers != [BRAKING]:
            fresh = flown & (phase != now.before) & (phase != BRAKING)
        law = LAWS[name]
        if law.solve is not None:
            at = _situation(config, now, law, phases)
            new = _solved(law, at, flown & ~fresh, wanted | fresh)
            now = now._replace(plan=new)
    return now.plan


def _solved(law: Law, at: Situation, flown: Flag, wanted: Flag) -> Plan:
    def solved(old: Plan) -> Plan:
        # a lane's plan must not depend on what its neighbours want
        new = law.solve(at, flown) if law.solve else old
        chosen: Plan = jax.tree.map(lambda a, b: jnp.where(wanted, a, b), new, old)
        return chosen

    found: Plan = lax.cond(jnp.any(wanted), solved, lambda p: p, at.plan)
    return found


def command(config: OnboardConfig, now: Guided) -> tuple[Vec3, Scalar]:
    """Direction of thrust in M (unit) and thrust [N] by the law of the phase."""
    direction, thrust = jnp.zeros_like(now.nav.r_M), jnp.zeros_like(now.mass)
    for name, phases in _users(config).items():
        law = LAWS[name]
        way, force = law.command(_situation(config, now, law, phases))
        here = sequence.among(now.seq.phase, [p.number for p in phases])
        direction = jnp.where(here, way, direction)
        thrust = jnp.where(here, force, thrust)
    return direction, thrust
