"""Mission file: fault protection, as monitors that watch conditions and respond."""

from typing import Literal

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from frigoris.mission.schema_base import Number, Section, item, param
from frigoris.mission.schema_sequence import End
from frigoris.phases import PHASES

Instrument = Literal[
    "laser",
    "radar_altimeter",
    "velocimeter",
    "landmark_camera",
    "star_tracker",
    "gauge",
]
MOST = 48  # monitors: telemetry tells them as bits of one number


class Watched(End):
    """What a monitor watches: a condition of a phase, and more that only it may ask.

    What belongs to an instrument that the lander does not carry is never true.
    """

    laser_age_above_s: Number | None = param(0, 1e5, "since its last range", None)
    laser_age_below_s: Number | None = param(0, 1e5, "the same", None)
    laser_unchanged_above_s: Number | None = param(
        0, 1e4, "time over which its ranges were the same", None
    )
    laser_off_above_m: Number | None = param(
        0, 1e6, "altitude by it against the estimate", None
    )
    laser_off_below_m: Number | None = param(0, 1e6, "the same", None)
    laser_doubt_above_ratio: Number | None = param(
        0, 1e6, "the same, over the sigma that is expected", None
    )
    laser_doubt_below_ratio: Number | None = param(0, 1e6, "the same", None)
    laser_jump_above_m: Number | None = param(
        0, 1e6, "from one range to the next, beside the descent rate", None
    )
    laser_jump_below_m: Number | None = param(0, 1e6, "the same", None)
    laser_rate_off_above_m_s: Number | None = param(
        0, 1e4, "descent rate by ranges of a second against the estimate", None
    )
    laser_rate_off_below_m_s: Number | None = param(0, 1e4, "the same", None)
    laser_odd_above_ratio: Number | None = param(
        0, 1e6, "sigma by which it is the odd one of laser, radar, estimate", None
    )
    radar_age_above_s: Number | None = param(0, 1e5, "since its last range", None)
    radar_age_below_s: Number | None = param(0, 1e5, "the same", None)
    radar_unchanged_above_s: Number | None = param(0, 1e4, "as of the laser", None)
    radar_off_above_m: Number | None = param(0, 1e6, "as of the laser", None)
    radar_off_below_m: Number | None = param(0, 1e6, "as of the laser", None)
    radar_doubt_above_ratio: Number | None = param(0, 1e6, "as of the laser", None)
    radar_doubt_below_ratio: Number | None = param(0, 1e6, "as of the laser", None)
    radar_jump_above_m: Number | None = param(0, 1e6, "as of the laser", None)
    radar_jump_below_m: Number | None = param(0, 1e6, "as of the laser", None)
    radar_rate_off_above_m_s: Number | None = param(0, 1e4, "as of the laser", None)
    radar_rate_off_below_m_s: Number | None = param(0, 1e4, "as of the laser", None)
    radar_odd_above_ratio: Number | None = param(0, 1e6, "as of the laser", None)
    inertial_odd_above_ratio: Number | None = param(
        0, 1e6, "the same of the estimate: both instruments contradict it", None
    )
    laser_radar_off_above_m: Number | None = param(
        0, 1e6, "altitude by the one against that by the other", None
    )
    laser_radar_off_below_m: Number | None = param(0, 1e6, "the same", None)
    altimetry_age_above_s: Number | None = param(
        0, 1e5, "since a range of laser or radar was used", None
    )
    altimetry_age_below_s: Number | None = param(0, 1e5, "the same", None)
    velocimeter_age_above_s: Number | None = param(0, 1e5, "since its last word", None)
    velocimeter_off_above_m_s: Number | None = param(
        0, 1e4, "its worst beam against the estimate", None
    )
    velocimeter_off_below_m_s: Number | None = param(0, 1e4, "the same", None)
    camera_age_above_s: Number | None = param(0, 1e5, "since its last fix", None)
    camera_off_above_m: Number | None = param(
        0, 1e7, "its fix against the estimated place", None
    )
    star_age_above_s: Number | None = param(
        0, 1e5, "since the star tracker's last attitude", None
    )
    star_off_above_deg: Number | None = param(
        0, 180, "that against the one carried by gyros", None
    )
    star_off_below_deg: Number | None = param(0, 180, "the same", None)
    gauge_age_above_s: Number | None = param(0, 1e5, "since its last reading", None)
    gauge_off_above_kg: Number | None = param(
        0, 1e5, "propellant by it against bookkeeping", None
    )
    gauge_off_below_kg: Number | None = param(0, 1e5, "the same", None)
    imu_unchanged_above_s: Number | None = param(
        0, 1e4, "time over which its increments were the same", None
    )
    thrust_missing_above_ratio: Number | None = param(
        -1, 1, "of the commanded specific force, by the accelerometers", None
    )
    thrust_missing_below_ratio: Number | None = param(-1, 1, "the same", None)
    shock_above_m_s2: Number | None = param(
        0, 1e4, "specific force beside the commands, in the last second or so", None
    )
    legs_closed_above_count: Number | None = param(0, 12, "leg switches", None)
    attitude_error_above_deg: Number | None = param(0, 180, "against the command", None)


class Monitor(Section):
    """One condition that is watched, and what is done while it holds."""

    text: str = item("what it is for", "")
    when: Watched = item("it trips when this has held for `for_s`")
    phases: tuple[str, ...] | None = item("in which it is armed; none: all", None)
    tier: Literal["local", "system", "abort"] = item(
        "of phases asked for at once, and of trust against distrust, the last wins",
        "local",
    )
    distrust: tuple[Instrument, ...] = item("instruments that are set aside", ())
    trust: tuple[Instrument, ...] = item("instruments that count again", ())
    reopen: bool = item("the filter takes the next range, whatever it says", False)
    slow_down: bool = item("it descends on the lower bound of the altitude", False)
    phase: str | None = item("that follows, when it trips", None)

    @property
    def words(self) -> str:
        """What it does when it trips."""
        told = [
            *(f"{_spoken(name)} distrusted" for name in self.distrust),
            *(f"{_spoken(name)} trusted" for name in self.trust),
        ]
        if self.reopen:
            told.append("the filter listens again")
        if self.slow_down:
            told.append("descends on the lower bound of the altitude")
        if self.phase:
            told.append(f"goes to {_spoken(self.phase)}")
        return ", ".join(told) or "told, nothing done"

    @field_validator("phases", "phase")
    @classmethod
    def _known(cls, value: object) -> object:
        told = [value] if isinstance(value, str) else value
        for name in told if isinstance(told, tuple | list) else ():
            if name not in PHASES:
                message = f"{name} is no phase"
                raise PydanticCustomError("unknown", "{m}", {"m": message})
        return value


def _spoken(name: str) -> str:
    return name.replace("_", " ")


class SlowDown(Section):
    """Coming down while the altitude is known by dead reckoning only."""

    sigma_ratio: Number = param(
        0, 10, "of the altitude's sigma that the lower bound lies below it", 3.0
    )
    budget_kg: Number = param(0, 1e5, "propellant that it may take", 20.0)
    floor_m: Number = param(
        0, 1e4, "estimated altitude from which on the bound is the estimate", 50.0
    )


class Protection(Section):
    """Monitors and what they respond with."""

    enabled_ratio: Number = param(0, 1, "1: monitors may trip, 0: they never do", 1.0)
    slow_down: SlowDown = item("without altimetry", default_factory=SlowDown)
    monitors: dict[str, Monitor] = item("by name", default_factory=dict)

    @model_validator(mode="after")
    def _countable(self) -> "Protection":
        if len(self.monitors) > MOST:
            message = f"has {len(self.monitors)} monitors, at most {MOST} can be told"
            raise PydanticCustomError("many", "{m}", {"m": message})
        for name in self.monitors:
            if not name.isidentifier():
                message = f"{name!r} can't be a monitor's name: letters, digits and _"
                raise PydanticCustomError("name", "{m}", {"m": message})
        return self
