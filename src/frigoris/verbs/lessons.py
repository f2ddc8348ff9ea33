"""The verbs about what would have saved a flight: lessons and chances."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from frigoris.errors import UserError
from frigoris.mission.cases import SEED
from frigoris.mission.edit import choose_faults, set_values
from frigoris.mission.load import load_mission
from frigoris.verbs.flights import available_cores, versions


def lessons(
    mission: str | Path,
    count: int = 200,
    *,
    only: Sequence[str] = (),
    file: Path | None = None,
    sets: Sequence[str] = (),
    faults: Sequence[str] = (),
    seed: int | None = None,
    twins: bool = True,
    workers: int | None = None,
    resume: bool = False,
    out: Path | None = None,
    terrain: str | None = None,
    progress: Callable[[str, int, int, int, int, float], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> tuple[dict[str, Any], Path]:
    """Fly each lesson on the same `count` cases of a mission; the table and its page.

    `only` are ids of lessons, `file` has one's own; `twins` flies each change also
    where nothing goes wrong. Stores and page go to `out`, by default
    `runs/MISSION-lessons-nN`; `resume` goes on with them. Raises `UserError`. From a
    script call it under `if __name__ == "__main__":`, since workers import the script.
    """
    from frigoris.report.lessons_page import write_lessons
    from frigoris.verify.lessons.entry import choose, load_lessons
    from frigoris.verify.lessons.figures import study
    from frigoris.verify.lessons.study import Options, fly_lessons

    if count < 2:
        raise UserError(
            f"Cannot compare {count} cases: pairs need two at least. Try -n 200."
        )
    chosen = choose_faults(set_values(load_mission(mission), sets), faults)
    known = choose(load_lessons(file), only)
    folder = out or Path("runs") / f"{chosen.mission.name}-lessons-n{count}"
    options = Options(
        count=count,
        seed=SEED if seed is None else seed,
        map_name=terrain,
        twins=twins,
        workers=workers or available_cores(),
        resume=resume,
    )
    found = fly_lessons(
        chosen, known, folder, options, versions(), progress=progress, say=say
    )
    result = study(found, chosen.mission.name, count, options.seed)
    return result, write_lessons(result, folder)
