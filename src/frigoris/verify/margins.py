"""The margins of a mission: budgets by phase, and of the control loops on the way.

One flight without faults at the design point and beside it, in the other lanes of the
same program, dispersed ones: so the spread of a budget is that of a few cases.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from frigoris.flight.budgets import QUANTITIES, STEADY, budget, law_of, phases
from frigoris.flight.outcome import LANDED
from frigoris.flight.seen import Seen
from frigoris.flight.slices import Progress
from frigoris.flight.step import Flying
from frigoris.mission.batch import WIDTH, Batch, fly_lanes, look_at, make_stage
from frigoris.mission.build import take
from frigoris.mission.cases import SEED, Case
from frigoris.mission.edit import nominal
from frigoris.mission.own_software import only_ours
from frigoris.mission.schema import Mission
from frigoris.onboard.laws.table import LAWS
from frigoris.phases import PHASES
from frigoris.verify.linear import Margins, Sampled, margins, opened, poles
from frigoris.verify.loops import LOOPS, TORQUE, Point, linearised

GAIN_LEAST, PHASE_LEAST = 6.0, 30.0  # what a loop is asked for [dB, deg]
PLACES = (0.03, 0.2, 0.4, 0.6, 0.8, 0.97)  # of a phase, where its loops are looked at
LIGHT = 0.2  # damping below which an oscillation of the open loops is liquid [-]
QUIET = frozenset(STEADY) - {"deorbit", "trim"}  # laws that burn nothing
SLOW = 0.05  # and the frequency above which [rad/s]

# what is told of a loop; a loop that is not stable has nothing left
READ: dict[str, Callable[[Margins], float]] = {
    "gain_dB": lambda m: m.gain_dB if m.stable else -np.inf,
    "phase_deg": lambda m: float(np.degrees(abs(m.phase))) if m.stable else -np.inf,
    "delay_s": lambda m: m.delay if m.stable else 0.0,
}


class Look(NamedTuple):
    """The loops at one point of the descent."""

    time: float  # [s]
    phase: str
    law: str  # of guidance
    altitude: float  # [m]
    mass: float  # [kg]
    accel: float  # specific force of the engines [m/s^2]
    slosh: float  # lowest frequency of the liquid, NaN without [rad/s]
    loops: dict[str, Margins]
    system: Sampled


class Spread(NamedTuple):
    """A quantity of one phase: the design point, and the dispersed cases."""

    design: float
    mean: float
    sigma: float


@dataclass(frozen=True)
class Sheet:
    """All margins of a mission."""

    mission: Mission
    outcomes: list[str]  # the design point first
    budgets: dict[str, dict[str, Spread]]  # phase -> quantity
    looks: list[Look]
    required: tuple[float, float] = (GAIN_LEAST, PHASE_LEAST)  # [dB, deg]

    def lowest(self, phase: str | None = None) -> dict[str, tuple[float, str, Look]]:
        """Least gain [dB], phase [deg] and delay [s], with loop and point of each."""
        looks = [k for k in self.looks if phase in (None, k.phase)]
        every = [(m, name, look) for look in looks for name, m in look.loops.items()]
        if not every:
            return {}
        found = {}
        for quantity, of in READ.items():
            m, name, look = min(every, key=lambda x: of(x[0]))
            found[quantity] = (of(m), name, look)
        return found

    @property
    def seen(self) -> list[str]:
        """The phases whose loops were looked at, in the order flown."""
        return list(dict.fromkeys(look.phase for look in self.looks))

    @property
    def unseen(self) -> list[str]:
        """Those meant to burn in which the design point did not."""
        phases = self.mission.onboard.sequence.phases.items()
        powered = [name for name, phase in phases if phase.law not in QUIET]
        return [name for name in powered if name not in self.seen]

    @property
    def held(self) -> dict[str, str]:
        """Phases whose loop of guidance was left open, with their laws."""
        return {k.phase: k.law for k in self.looks if not LAWS[k.law].near}

    @property
    def short(self) -> str | None:
        """Why the loops cannot be judged, None where they can."""
        if not self.looks:
            return "no phase with its engines on was flown"
        if self.outcomes[0] != LANDED:
            return "the design point did not land"
        return None

    @property
    def met(self) -> bool:
        """Whether the design point lands and all that was looked at has its margins."""
        if self.short:
            return False
        least = self.lowest()
        gain, phase = self.required
        return least["gain_dB"][0] >= gain and least["phase_deg"][0] >= phase


def margin_sheet(
    mission: Mission,
    *,
    terrain: str | None = None,
    seed: int = SEED,
    progress: Progress | None = None,
) -> Sheet:
    """Fly a mission without its faults and look at its margins. Raises `UserError`."""
    only_ours(mission, "give the margins")
    healthy = nominal(mission)
    stage = make_stage(healthy, terrain)
    design = Case(None, seed=seed, noise=False)
    cases = [design, *(Case(k, seed=seed) for k in range(WIDTH - 1))]
    lanes = [(healthy, case) for case in cases]
    batch = fly_lanes(stage, lanes, keep=True, progress=progress)
    seen = [look_at(stage, batch, k) for k in range(WIDTH)]
    loads = [p.onboard for p in batch.planned]
    told = [budget(load, s) for load, s in zip(loads, seen, strict=True)]
    return Sheet(
        mission=healthy,
        outcomes=[s.outcome for s in seen],
        budgets=_spread(told),
        looks=looks(batch, seen[0]),
    )


def _spread(told: Sequence[dict[str, dict[str, float]]]) -> dict[str, Any]:
    """The first against the rest; a case that never came to a phase is left out."""
    found: dict[str, dict[str, Spread]] = {}
    for phase, design in told[0].items():
        found[phase] = {}
        for name in QUANTITIES:
            rest = np.array([t[phase][name] for t in told[1:] if phase in t])
            rest = rest[np.isfinite(rest)]
            several = len(rest) > 1
            found[phase][name] = Spread(
                design[name],
                float(np.mean(rest)) if several else np.nan,
                float(np.std(rest, ddof=1)) if several else np.nan,
            )
    return found


def looks(batch: Batch, seen: Seen) -> list[Look]:
    """The loops of the first lane of a batch, at points of every powered phase."""
    found = []
    for name, rows in phases(seen):
        if not np.any(seen.onboard["thrust_cmd_N"][rows] > 0.0):
            continue
        size = rows.stop - rows.start
        at = {rows.start + min(int(p * size), size - 1) for p in PLACES}
        found += [_look(batch, seen, name, row) for row in sorted(at)]
    return found


def _look(batch: Batch, seen: Seen, phase: str, row: int) -> Look:
    point = point_at(batch, seen, phase, row)
    law = law_of(point.load, phase)
    system = linearised(point, law)
    names = LOOPS if LAWS[law].near else [LOOPS[k] for k in TORQUE]
    every = range(len(LOOPS))
    omega, zeta = poles(system.a, system.dt)
    liquid = omega[(zeta < LIGHT) & (omega > SLOW)]
    return Look(
        time=float(seen.onboard["t_s"][row]),
        phase=phase,
        law=law,
        altitude=float(seen.truth["altitude_m"][row]),
        mass=float(seen.truth["mass_kg"][row]),
        accel=float(point.force),
        slosh=float(np.min(liquid)) if len(liquid) else np.nan,
        loops={n: margins(opened(system, LOOPS.index(n), every)) for n in names},
        system=system,
    )


def point_at(batch: Batch, seen: Seen, phase: str, row: int) -> Point:
    """A row of the first lane's tables, as the loops need it."""
    truth, t = seen.truth, float(seen.onboard["t_s"][row])
    params = take(batch.params, 0)
    flying = _before(batch.flown.states, t)
    mass = truth["mass_kg"][row]
    engines = params.vehicle.engines
    thrust = truth["thrust_assist_N"][row] + truth["thrust_main_N"][row]
    duty = seen.onboard["assist_duty_ratio"][row]
    of_assist = duty * float(params.onboard.vehicle.assist_thrust)
    main = seen.onboard["thrust_cmd_N"][row] - of_assist > 1e-6
    # at the end of a tick: a valve that gave a pulse in it is shut again
    on = [duty >= 1.0 if assist else main for assist in engines.assist]
    motion = flying.truth.motion
    place = {
        "r_M": np.array([truth[f"r_{c}_m"][row] for c in "xyz"]),
        "v_M": np.array([truth[f"v_{c}_m_s"][row] for c in "xyz"]),
        "q_MB": np.array([truth[f"q_{c}"][row] for c in "wxyz"]),
        "propellant": truth["propellant_kg"][row],
        "rcs_propellant": truth["rcs_propellant_kg"][row],
    }
    values = {k: place.get(k, v) for k, v in vars(motion).items()}
    point: Point = jax.tree.map(
        lambda x: jnp.asarray(np.asarray(x)),
        Point(
            vehicle=params.vehicle,
            world=params.world,
            imu=params.sensors.imu,
            load=params.onboard,
            motion=type(motion)(**values),
            nav=flying.onboard.navigator,
            flowing=jnp.array(on, float),
            time=jnp.float64(t),
            dt=jnp.float64(truth["t_s"][row] - truth["t_s"][row - 1]),
            phase=jnp.int64(PHASES.index(phase)),
            plan=flying.onboard.plan,
            tight=jnp.float64(1.0),
            force=jnp.float64(max(thrust / mass, 1e-6)),
        ),
    )
    return point


def _before(states: Sequence[Flying], time: float) -> Flying:
    """The first lane of the last state that was kept before a time."""
    kept = [s for s in states if float(s.time) <= time + 1e-6]
    one: Flying = jax.tree.map(
        lambda x: np.asarray(x)[..., 0] if np.ndim(x) else np.asarray(x), kept[-1]
    )
    return one
