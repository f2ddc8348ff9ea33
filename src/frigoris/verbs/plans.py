"""The verbs that fly nothing: the Moon, data sheets, design, margins, sensor tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from frigoris.mission.edit import set_values
from frigoris.mission.load import load_mission
from frigoris.verbs.flights import Progress


def moon(
    site: str,
    *,
    at: str | None = None,
    terrain: str | None = None,
    ground: str = "mare",
    kernels: bool = False,
    out: Path | None = None,
) -> tuple[Any, Path]:
    """Map sheet of a site or a mission: what was seen, and the picture of it.

    With `kernels` Sun and Earth come from JPL's files on the data path. The picture
    goes to `out`, by default `runs/moon-SITE.png`. Raises `UserError`.
    """
    from frigoris.mission.sites import Options, sheet_name, wish_of
    from frigoris.moon.kernels import open_kernels
    from frigoris.moon.overview import overview
    from frigoris.report.moon_page import write_sheet

    wish = wish_of(site, Options(at, terrain, ground))
    opened = open_kernels() if kernels else None
    try:
        view = overview(wish, opened)
    finally:
        if opened:
            opened.close()
    path = out or Path("runs") / f"{sheet_name(site)}.png"
    write_sheet(view, path)
    return view, path


def data_sheet(mission: str | Path, *, sets: Sequence[str] = ()) -> dict[str, Any]:
    """What the lander of a mission is made of and can do. Raises `UserError`."""
    from frigoris.mission.data_sheet import data_sheet as sheet

    return sheet(set_values(load_mission(mission), sets))


def lander(
    mission: str | Path,
    *,
    sets: Sequence[str] = (),
    out: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Any, Path]:
    """The envelope of safe touchdown of a mission's lander, and the picture of it.

    The picture goes to `out`, by default `runs/lander-MISSION.png`. Raises `UserError`.
    """
    from frigoris.mission.envelope import envelope
    from frigoris.report.envelope import draw

    loaded = set_values(load_mission(mission), sets)
    found = envelope(loaded, progress)
    path = out or Path("runs") / f"lander-{loaded.mission.name}.png"
    draw(found, path)
    return found, path


def design(
    mission: str | Path,
    *,
    sets: Sequence[str] = (),
    terrain: str | None = None,
    out: Path | None = None,
) -> tuple[Any, dict[str, str]]:
    """The descent of a mission as planned, against the floor; and its files by name.

    Page, picture and trajectory go to `out`, by default `runs/design-MISSION`. Raises
    `UserError`.
    """
    from frigoris.mission.design import design as lay_out
    from frigoris.report.design_page import check_folder, write_design

    loaded = set_values(load_mission(mission), sets)
    folder = out or Path("runs") / f"design-{loaded.mission.name}"
    check_folder(folder)
    found = lay_out(loaded, terrain)
    return found, write_design(found, folder)


def margins(mission: str | Path, **options: Any) -> tuple[Any, Path]:
    """Budgets by phase, margins of the loops, and the page: `report.margins_page`."""
    from frigoris.report.margins_page import margins as told

    return told(mission, **options)


def link(what: str | Path, **options: Any) -> tuple[Any, Path]:
    """The radio link of a mission or record, and the page: `report.link_page`."""
    from frigoris.report.link_page import link as told

    return told(str(what), **options)


def sensor_fit(
    data: str | Path,
    mission: str | Path,
    *,
    record: Path | None = None,
    need_m: float | None = None,
    sets: Sequence[str] = (),
    seed: int = 0,
    out: Path | None = None,
) -> tuple[Any, Path]:
    """What tests of a mission's range finder say about its flight, and the picture.

    `data` is a CSV of shots, see docs/sensor-fit.md. The conditions of the flight are
    the planned ones, or those of a `record`. The picture goes to `out`, by default
    `runs/sensor-fit-laser.png`. Raises `UserError`.
    """
    from frigoris.report.figures import at_place
    from frigoris.report.sensor_plots import draw
    from frigoris.verify.sensor.study import study

    loaded = set_values(load_mission(mission), sets)
    path = out or Path("runs") / "sensor-fit-laser.png"
    with at_place(path, "the picture of the fit"):
        pass  # found now, not after the work
    found = study(data, loaded, need=need_m, record=record, seed=seed)
    draw(found, path)
    return found, path
