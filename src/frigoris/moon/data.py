"""Where real data files are looked for, and how they are known to be the right ones."""

import hashlib
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from frigoris.errors import DataError
from frigoris.runtime import user_cache

EMBEDDED = "embedded"  # made of facts, where no data are
LEVEL = "level"  # as high everywhere as the target, and nothing on it
MAPS = ("auto", "ldem_4", "fused16", EMBEDDED, LEVEL)  # or the path of a file


@dataclass(frozen=True)
class DataFile:
    """One file of the data path with the hash it must have."""

    name: str  # path below the data folder
    sha256: str
    what: str


# hashes: data/PROVENANCE.md; no other hash is pinned
FILES = {
    "ldem_4": DataFile(
        "topography/LDEM_4.IMG",
        "c04632eba6449af49e3108ed7c25b3b1c450600abd3690df4fc815853a1af476",
        "LOLA LDEM_4 V3.0, 4 px/deg, NASA PDS (doi 10.17189/1520642)",
    ),
    "fused16": DataFile(
        "topography/fused16_fallback.tif",
        "",
        "16 px/deg fusion of relief maps with LDEM_4; derived, not a PDS product",
    ),
    "lp165p": DataFile(
        "gravity/lp165p.npz",
        "2619a5f9b9936055f13121e3fdbbb01b165164df036640c0369baeac957a51b2",
        "LP165P gravity to degree 165, Konopliv et al. 2001",
    ),
    "ldem_16": DataFile(
        "topography/LDEM_16.IMG",
        "",
        "LOLA LDEM_16, 16 px/deg, NASA PDS; flown with site.map: PATH",
    ),
    "jgl165p1": DataFile(
        "gravity/jgl165p1.sha",
        "",
        "LP165P as the PDS has it, SHADR text; flown with moon.gravity: PATH",
    ),
    "gl1500e": DataFile(
        "gravity/jggrx_1500e_sha.tab",
        "",
        "GRAIL gravity to degree 1500, SHADR text; flown with moon.gravity: PATH",
    ),
    "lu1319381": DataFile(
        "craters/lu1319381_subset.npz",
        "5c7cd52af7d67cceb5f5e3e9c7d5f77c0658aed796b3f96ab22c7bbe2b607fab",
        "707 323 craters of 1 km and more, LU1319381, Wang et al. (doi "
        "10.1029/2022GL100886)",
    ),
    "moon_pa_de421": DataFile(
        "orientation/moon_pa_de421_1900-2050.bpc",
        "656f90616403d75a75f0cd6c8830fc5b44f8cb4facb5ccb8915e752b397520cf",
        "lunar principal-axis orientation of DE421, NAIF",
    ),
    "moon_080317": DataFile(
        "orientation/moon_080317.tf",
        "78732477b96f9863e7b0d65bcee3c22b8707ca5ed0db56d1173319cb2e8c7993",
        "lunar frame kernel, NAIF",
    ),
    "de421": DataFile(
        "ephemeris/de421.bsp",
        "",
        "positions of Sun, Earth and Moon, DE421, JPL; no hash is pinned",
    ),
    "pck00010": DataFile(
        "orientation/pck00010.tpc",
        "59468328349aa730d18bf1f8d7e86efe6e40b75dfb921908f99321b3a7a701d2",
        "planetary constants kernel, NAIF",
    ),
}


@dataclass(frozen=True)
class Source:
    """A file that something was made from: its name for people, and where it lies."""

    name: str
    path: Path


def source(key: str) -> Source | None:
    """A known file, or none where no folder has it."""
    path = find(key)
    return Source(FILES[key].name, path) if path else None


def search_path() -> list[Path]:
    """Folders in the order in which they are searched."""
    given = os.environ.get("FRIGORIS_DATA")
    return ([Path(given)] if given else []) + [user_cache() / "data"]


def find(key: str) -> Path | None:
    """A known file, its hash checked once, or none where no folder has it."""
    for folder in search_path():
        path = folder / FILES[key].name
        if path.is_file():
            _verify(path, key)
            return path
    return None


@cache
def _verify(path: Path, key: str) -> None:
    expected = known_hash(key) or _noted(path)
    if expected and sha256(path) != expected:
        raise DataError(
            f"Cannot use {path} as {FILES[key].what}: its sha256 is "
            f"{sha256(path)[:16]}..., expected {expected[:16]}.... The file is damaged "
            "or another version; replace it, or move it away to fly without it."
        )


def known_hash(key: str) -> str:
    """The hash pinned for a file, empty where there is none."""
    return FILES[key].sha256


def _noted(path: Path) -> str:
    """The hash that came with a file when it was pulled."""
    note = _note(path)
    return note.read_text(encoding="utf-8").strip() if note.is_file() else ""


def note_hash(path: Path, digest: str) -> None:
    """Keep the hash that a person gave, so that damage is found later too."""
    _note(path).write_text(digest + "\n", encoding="utf-8")


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


@cache
def sha256(path: Path) -> str:
    """Hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def entries() -> list[dict[str, str]]:
    """Every known file: name, what it is, and where it was found.

    A file that may not be used is not found, and its row says why: the list is what one
    reads to find that out.
    """
    return [_entry(key, file) for key, file in FILES.items()]


def _entry(key: str, file: DataFile) -> dict[str, str]:
    try:
        path, what = find(key), file.what
    except DataError as error:
        path, what = None, str(error)
    found = str(path) if path else ""
    return {"key": key, "file": file.name, "what": what, "found": found}
