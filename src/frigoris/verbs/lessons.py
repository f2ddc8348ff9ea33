"""The verbs about what would have saved a flight: lessons and chances."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from frigoris.errors import UserError
from frigoris.mission.branch import parse_place
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


def chances(
    place: str,
    count: int = 64,
    *,
    belief: str = "estimate",
    commands: Sequence[str] = (),
    loads: Sequence[str] = (),
    sets: Sequence[str] = (),
    faults: Sequence[str] = (),
    reaction: float = 5.0,
    step: float | None = None,
    out: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[dict[str, Any], Path]:
    """What the ground can still do for a flight, from a state of its record.

    `place` is `RECORD@t_s`. `belief` is what the ground goes by: the onboard
    `estimate`, the last `reading` of the range finder, or the `truth` in hindsight;
    `sets` and `faults` are what it takes the lander for otherwise. `commands` are those
    that are tried (all without any), `loads` more of them as `onboard.PATH=VALUE`.
    `reaction` of the operators and `step` from one sending to the next in seconds. The
    page goes to `out`, by default `RECORD-chances-T`. Raises `UserError`.
    """
    from frigoris.report.chances_page import write_chances
    from frigoris.verify.chances.ask import Ask, ask

    wish = Ask(
        count=count,
        belief=belief,
        commands=tuple(commands),
        loads=tuple(loads),
        sets=tuple(sets),
        faults=tuple(faults),
        reaction=reaction,
        step=step,
    )
    record, time = parse_place(place)
    result = ask(record, time, wish, progress)
    folder = out or record.with_name(f"{record.name}-chances-{time:g}")
    return result, write_chances(result, folder)
