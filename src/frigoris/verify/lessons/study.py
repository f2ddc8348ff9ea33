"""Every lesson flown on the same cases as the mission as it flew.

A variant is the mission with one lesson in it. Each is a campaign of its own, with its
own store, so any of them can be reported on and replayed; seed and case numbers are the
same, and so are the draws and the noise. Variants that one compiled program flies come
one after another, by the same workers.

Beside it each variant flies where nothing goes wrong, its *twin*: without the mission's
faults, or over level ground where the mission has none. There both land, so that what a
lesson costs can be told case by case, and whether it does harm.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from frigoris.campaign.execution import Fleet
from frigoris.campaign.plan import Plan, as_plan
from frigoris.campaign.run import find_store, fly_missing, locked
from frigoris.campaign.store import Store, missing
from frigoris.errors import OutputError, UserError
from frigoris.mission.edit import nominal
from frigoris.mission.faults.injected import injects
from frigoris.mission.schema import Mission
from frigoris.moon.data import LEVEL
from frigoris.verify.lessons.change import changed, plain, structure
from frigoris.verify.lessons.entry import Lesson

NONE = "none"  # the mission as it flew
TWIN = "-twin"  # end of the name of a twin's store
# what is flown, which of how many campaigns, cases done and in all, landings per second
Progress = Callable[[str, int, int, int, int, float], None]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Variant:
    """The mission with one lesson, or why there is none."""

    id: str
    lesson: Lesson | None  # None: as it flew
    mission: Mission | None
    reason: str = ""  # why it is not flown
    flown: Store | None = None
    twin: Store | None = None

    @property
    def change(self) -> str:
        """In words."""
        return self.lesson.change if self.lesson else "as it flew"


@dataclass(frozen=True)
class Options:
    """How a study is flown."""

    count: int
    seed: int
    map_name: str | None = None
    twins: bool = True
    workers: int = 1
    resume: bool = False


def variants(mission: Mission, lessons: dict[str, Lesson]) -> list[Variant]:
    """The mission as it flew, and with each lesson, in the order of the file."""
    found = [Variant(NONE, None, mission)]
    for name, lesson in lessons.items():
        result = changed(mission, lesson)
        found.append(Variant(name, lesson, result.mission, result.reason))
    return found


def twin_of(mission: Mission, base: Mission, plan: Plan) -> Plan:
    """The campaign in which nothing goes wrong, as `base` had it go wrong."""
    if base.faults:
        return replace(plan, mission=as_plan(nominal(mission), plan.count).mission)
    return replace(plan, map_name=LEVEL)


@dataclass(frozen=True)
class Job:
    """One campaign of a study."""

    variant: int  # place among them
    twin: bool
    plan: Plan
    folder: Path

    @property
    def program(self) -> tuple[Any, ...]:
        """Equal for campaigns that one compiled program flies."""
        m = self.plan.mission
        return (self.plan.map_name or "", injects(m), sorted(structure(m)))


def jobs(found: Sequence[Variant], folder: Path, options: Options) -> list[Job]:
    """All campaigns, those of one program together, the first one first."""
    todo = []
    base = found[0].mission
    assert base is not None
    for i, v in enumerate(found):
        if v.mission is None:
            continue
        plan = as_plan(
            v.mission if v.id == NONE else plain(v.mission),
            options.count,
            seed=options.seed,
            map_name=options.map_name,
        )
        todo.append(Job(i, False, plan, folder / v.id))
        if options.twins:
            twin = twin_of(v.mission, base, plan)
            todo.append(Job(i, True, twin, folder / f"{v.id}{TWIN}"))
    seen: list[Any] = []
    for job in todo:
        if job.program not in seen:
            seen.append(job.program)
    return sorted(todo, key=lambda job: seen.index(job.program))


def fly_lessons(
    mission: Mission,
    lessons: dict[str, Lesson],
    folder: Path,
    options: Options,
    versions: dict[str, str],
    *,
    progress: Progress | None = None,
    say: Say | None = None,
) -> list[Variant]:
    """Fly what is missing of all campaigns; the variants with their stores.

    A variant that cannot be planned is told with the reason. Ctrl-C leaves good stores:
    `options.resume` goes on with them.
    """
    found = variants(mission, lessons)
    work = jobs(found, folder, options)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"Cannot write the lessons to {folder}: {error.strerror or error}. Give "
            "--out a folder that can be written."
        ) from None
    programs = len({str(job.program) for job in work})
    if say:
        say(f"{len(work)} campaigns of {options.count} cases by {programs} programs")
    with locked(folder):
        stores = {
            k: find_store(job.plan, job.folder, versions, resume=options.resume)
            for k, job in enumerate(work)
        }
        fleet: Fleet | None = None
        try:
            for k, job in enumerate(work):
                if not missing(stores[k], job.plan)[0]:
                    found = _with_store(found, job, stores[k])
                    continue
                if found[job.variant].mission is None:
                    continue  # its first campaign showed that it cannot be flown
                fleet = fleet or Fleet(job.plan, job.folder, options.workers)
                report = _told(progress, found, job, k + 1, len(work))
                found = _flown(found, job, stores[k], fleet, report)
        finally:
            if fleet:
                fleet.stop()
    return found


def _flown(
    found: list[Variant], job: Job, store: Store, fleet: Fleet, progress: Any
) -> list[Variant]:
    try:
        store, _ = fly_missing(
            store, job.plan, len(fleet.workers), progress=progress, fleet=fleet
        )
    except UserError as error:
        # what a worker says of a mission that it cannot plan; the machine's own
        # troubles, and those of the design point itself, end the study
        if type(error) is not UserError or found[job.variant].id == NONE:
            raise
        reason = f"it cannot be flown: {str(error).splitlines()[0]}"
        found = list(found)
        found[job.variant] = replace(found[job.variant], mission=None, reason=reason)
        return found
    return _with_store(found, job, store)


def _with_store(found: list[Variant], job: Job, store: Store) -> list[Variant]:
    found = list(found)
    v = found[job.variant]
    found[job.variant] = replace(v, twin=store) if job.twin else replace(v, flown=store)
    return found


def _told(
    progress: Progress | None,
    found: list[Variant],
    job: Job,
    place: int,
    count: int,
) -> Any:
    if progress is None:
        return None
    name = found[job.variant].id + (", nothing wrong" if job.twin else "")

    def report(done: int, cases: int, rate: float) -> None:
        progress(name, place, count, done, cases, rate)

    report(0, job.plan.count, 0.0)
    return report
