"""What is flown to see how robust a reproduction is: which missions, drawn how."""

from dataclasses import dataclass

from frigoris.errors import UserError
from frigoris.mission.cases import SEED
from frigoris.mission.edit import nominal
from frigoris.mission.paths import did_you_mean
from frigoris.mission.schema import Mission
from frigoris.verify.unknowns import Error, Range, errors, only_errors, ranges

HEADING = "orbit.arrival_heading_deg"


@dataclass(frozen=True)
class Job:
    """Everything that decides the rows."""

    mission: Mission
    count: int
    seed: int = SEED
    map_name: str | None = None
    hold: tuple[str, ...] = ()  # beginnings of paths whose ranges are not drawn


@dataclass(frozen=True)
class Run:
    """One way to draw and fly the cases."""

    name: str
    text: str
    mission: Mission  # with its faults
    parts: tuple[Range | Error, ...]
    sound_by: str = ""  # the run of the same landers as planned; none for such a run

    @property
    def as_planned(self) -> bool:
        """Over level ground, without dispersions and noise."""
        return not self.sound_by


def runs(job: Job) -> list[Run]:
    """What is flown: the fitted values held, the heading varied, errors about zero.

    Beside them the same landers as planned: of one that then does not come down softly
    its team would have known.
    """
    mission, plain = job.mission, nominal(job.mission)
    fitted = {row.path for row in mission.fitted}
    drawn = tuple(
        r for r in ranges(mission) if not r.path.startswith(job.hold or ("\0",))
    )
    free = tuple(r for r in drawn if r.path not in fitted)
    heading = tuple(r for r in drawn if r.path == HEADING and r.path in fitted)
    text = "as planned over level ground"
    found = [
        Run("planned", text, plain, free),
        Run("held", "the fitted values held", mission, free, "planned"),
    ]
    if heading:
        text = "the heading over its range, other fitted values held"
        found.append(Run("heading", text, mission, (*free, *heading), "planned"))
    by = "planned"
    if drawn != free:
        by = "planned_before"
        text = "as planned over level ground, fitted values over their ranges"
        found.append(Run(by, text, plain, drawn))
    wide = tuple(errors(mission))
    scattered = {path for row in mission.dispersions for path in row.targets}
    wrong = tuple(e for e in wide if e.parameter not in scattered)
    text = "fitted errors about zero, other fitted values over their ranges"
    told: tuple[Range | Error, ...] = (*drawn, *wrong)
    found.append(Run("before", text, only_errors(mission, wrong), told, by))
    if wide != wrong:
        text = "fitted errors about zero, each as wide as it is fitted"
        told = (*drawn, *wide)
        found.append(Run("wide", text, only_errors(mission, wide), told, by))
    if mission.faults:
        text = "the same without any error of the flight"
        found.append(Run("clean", text, plain, drawn, by))
    return found


def check_job(job: Job) -> None:
    """Raise `UserError` for a job that means nothing, before anything is flown."""
    if job.count < 1:
        raise UserError(f"Cannot fly {job.count} cases: give -n a number above 0.")
    paths = [row.path for row in job.mission.engineering]
    for start in job.hold:
        if not any(path.startswith(start) for path in paths):
            raise UserError(
                f"Cannot hold {start}: no range of {job.mission.mission.name} begins "
                f"with it.{did_you_mean(start, paths)}"
            )
