"""Where missions are found: the catalogue that comes with the package, or a path."""

import difflib
import os
from importlib.resources import files
from pathlib import Path

from frigoris.errors import UnknownMissionError
from frigoris.mission.wording import shown

ENDINGS = (".yaml", ".yml")


def folder() -> Path:
    """The folder of the catalogue."""
    return Path(str(files("frigoris"))) / "mission" / "catalog"


def catalogue() -> list[str]:
    """Names of the missions in the catalogue."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def find(mission: str | Path, beside: Path | None = None) -> Path:
    """The file of a mission: a name of the catalogue, or a path.

    A relative path is looked up in the folder `beside` first.
    """
    name = str(mission)
    if name in catalogue():
        return folder() / f"{name}.yaml"
    for path in (beside / name if beside else Path(name), Path(name)):
        if os.path.isfile(path):  # Path.is_file raises for a name that is too long
            return path
    raise UnknownMissionError(_unknown(name))


def _unknown(name: str) -> str:
    if Path(name).suffix in ENDINGS or "/" in name:
        where = "it is a folder" if os.path.isdir(name) else "there is no such file"
        return (
            f"Cannot open the mission file {name}: {where}. Give the path of a "
            "mission file, or a name that `frigoris missions` lists."
        )
    near = difflib.get_close_matches(name, catalogue(), n=1, cutoff=0.5)
    hint = f" Did you mean {near[0]}?" if near else ""
    return (
        f"Unknown mission {shown(name)}: it is neither in the catalogue "
        f"({', '.join(catalogue())}) nor a file.{hint}"
    )
