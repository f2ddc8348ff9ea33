"""Where the file of the user's own code is: beside the mission file that names it."""

from pathlib import Path

from frigoris.mission.source import Source


def place_module(source: Source) -> None:
    """Make the path of a .py file absolute: it stands beside the file that names it."""
    onboard = source.tree.get("onboard")
    told = onboard.get("software") if isinstance(onboard, dict) else None
    name = told.get("module") if isinstance(told, dict) else None
    if isinstance(told, dict) and isinstance(name, str) and name.endswith(".py"):
        beside = Path(source.values[("onboard", "software", "module")].file).parent
        told["module"] = str((beside / name).resolve())
