"""What a campaign is: everything that decides its rows, as one value that is stored."""

import hashlib
import json
import os
import platform
from dataclasses import dataclass
from typing import Any

from frigoris.constants import TICK
from frigoris.flight.slices import COAST_TICK_MAX
from frigoris.mission.cases import SEED
from frigoris.mission.edit import consistent
from frigoris.mission.faults.injected import injects
from frigoris.mission.sampling import Sampling
from frigoris.mission.schema import Mission
from frigoris.onboard.covariance import MOTION, WHOLE
from frigoris.onboard.guidance import SOLVE_TICKS
from frigoris.onboard.software import FILTER_TICKS, STAR_TICKS

WIDTH = 64  # lanes of the program that all campaigns fly
EVERY = 10  # ticks from one sample to the next
HISTORY_SAMPLES = 5  # from one stored row of a history to the next


@dataclass(frozen=True)
class Plan:
    """One campaign. Two equal plans give equal rows on one machine."""

    mission: Mission  # with the faults that fly
    count: int
    seed: int = SEED
    sampling: str = "random"
    map_name: str | None = None
    history: tuple[str, ...] = ()
    width: int = WIDTH
    pairs: bool = False  # each case beside itself without its faults

    @property
    def per_chunk(self) -> int:
        """Cases of one batch."""
        return self.width // 2 if self.pairs else self.width

    @property
    def spread(self) -> Sampling:
        """How the cases are drawn."""
        count = None if self.sampling == "random" else self.count
        return Sampling(self.sampling, count)

    @property
    def chunks(self) -> int:
        """Batches of `per_chunk` cases, the last one perhaps not full."""
        return -(-self.count // self.per_chunk)

    def cases(self, chunk: int) -> range:
        """Case numbers of one chunk."""
        first = chunk * self.per_chunk
        return range(first, min(first + self.per_chunk, self.count))


def as_plan(mission: Mission, count: int, **options: Any) -> Plan:
    """A plan of a mission, without what was published of its real flight.

    Published rows belong to one flight with its faults; a campaign is judged by the
    requirements.
    """
    plain = consistent(mission).model_copy(update={"published": (), "fitted": ()})
    return Plan(plain, count, **options)


def features(mission: Mission, terrain: str, *, width: int = WIDTH) -> dict[str, Any]:
    """What was switched on: a rate of landings means nothing without it."""
    sensors = mission.sensors
    carried = ("radar_altimeter", "velocimeter", "landmark_camera", "hazard_lidar")
    slow = mission.onboard.navigation.slow_errors
    return {
        "tick_s": TICK,
        "coast_tick_s": COAST_TICK_MAX,
        "rk4_steps_per_tick": 1,
        "filter_states": 3 * (MOTION if slow is None else WHOLE),
        "filter_Hz": 1.0 / (TICK * FILTER_TICKS),
        "star_tracker_Hz": 1.0 / (TICK * STAR_TICKS),
        "guidance_Hz": 1.0 / (TICK * SOLVE_TICKS),
        "laser_Hz": sensors.laser.rate_Hz,
        "instruments": [name for name in carried if getattr(sensors, name)],
        "laws": sorted({p.law for p in mission.onboard.sequence.phases.values()}),
        "hazard_avoidance": mission.onboard.hazard_avoidance is not None,
        "onboard_map": mission.onboard.navigation.map is not None,
        "sample_Hz": 1.0 / (TICK * EVERY),
        "gravity_degree_count": mission.moon.gravity_degree_count,
        "third_bodies": list(mission.moon.third_bodies),
        "terrain": terrain,
        "relief": mission.ground.relief,
        "engine_count": len(mission.lander.engines),
        "width_count": width,
        **({"fault_tables": True} if injects(mission) else {}),
    }


def mark(told: Any) -> str:
    """Short hash of anything that JSON can say."""
    text = json.dumps(told, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def machine() -> dict[str, str]:
    """What may change the last bits: processor and flags of the compiler."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            models = [x for x in lines if x.startswith("model name")]
        name = models[0].split(":")[1].strip() if models else name
    except OSError:
        pass
    return {"processor": name, "xla_flags": os.environ.get("XLA_FLAGS", "")}
