"""Which data files a flight rests on, and by what hash they are known."""

from typing import Any

from frigoris.moon.data import FILES, find, sha256
from frigoris.moon.gravity import EMBEDDED_DEGREE


def data_files(flight: Any) -> list[str]:
    """Paths below the data folder: of the terrain, and of gravity where it has one."""
    names = list(flight.terrain.sources)
    if flight.mission.moon.gravity_degree_count > EMBEDDED_DEGREE:
        names.append(FILES["lp165p"].name)
    return names


def data_hashes(flight: Any) -> list[dict[str, str]]:
    """The same with their hashes; one that nobody pinned is computed."""
    return [{"file": name, "sha256": _hash(name)} for name in data_files(flight)]


def _hash(name: str) -> str:
    key = next(k for k, f in FILES.items() if f.name == name)
    path = find(key)
    return FILES[key].sha256 or (sha256(path) if path else "")
