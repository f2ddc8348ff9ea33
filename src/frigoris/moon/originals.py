"""Public originals of data files: where they lie, and how one is fetched.

No address was tried from here: each was read on the page beside it. A file counts only
with the hash that it must have.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from frigoris import __version__
from frigoris.errors import DataError, OutputError
from frigoris.moon.data import FILES, known_hash, note_hash
from frigoris.runtime import user_cache

CHUNK = 1 << 18  # bytes between two looks at the progress
TIMEOUT = 60.0  # of a silent server [s]
PARTIAL, DONE_ALREADY = 206, 416  # answers of a server to a request for the rest

PDS = "https://pds-geosciences.wustl.edu/"
LOLA = PDS + "lro/lro-l-lola-3-rdr-v1/lrolol_1xxx/data/lola_gdr/cylindrical/img/"
NAIF = "https://naif.jpl.nasa.gov/pub/naif/generic_kernels/"

Progress = Callable[[int, int], None]  # bytes here, bytes of all (0: not told)


@dataclass(frozen=True)
class Original:
    """A public address, and the page where it was read."""

    url: str
    page: str


_SUSE = "python-skyfield.spec of openSUSE"
ORIGINALS = {
    "ldem_4": Original(
        LOLA + "ldem_4.img", "lucasligenza/lunar-infra:data/ldem_4.json"
    ),
    "ldem_16": Original(LOLA + "ldem_16.img", "header comment of a LOLA reader"),
    "jgl165p1": Original(
        PDS + "lunar/lp-l-rss-5-gravity-v1/lp_1001/sha/jgl165p1.sha",
        "pyshtools.datasets.Moon, an earlier version",
    ),
    "gl1500e": Original(
        PDS + "grail/grail-l-lgrs-5-rdr-v1/grail_1001/shadr/jggrx_1500e_sha.tab",
        "SHTOOLS/SHTOOLS:pyshtools/datasets/Moon.py",
    ),
    "moon_pa_de421": Original(NAIF + "pck/moon_pa_de421_1900-2050.bpc", _SUSE),
    "moon_080317": Original(NAIF + "fk/satellites/moon_080317.tf", _SUSE),
    "pck00010": Original(NAIF + "pck/pck00010.tpc", "kernel lists of public projects"),
    "de421": Original(
        "https://ssd.jpl.nasa.gov/ftp/eph/planets/bsp/de421.bsp",
        "skyfield's loader and its users",
    ),
}


def pull(key: str, sha256: str | None = None, progress: Progress | None = None) -> Path:
    """Fetch one original into the user's data folder; goes on where it was cut off.

    `sha256` is needed where none is pinned. Raises `DataError` for everything that a
    person can do something about, `OutputError` where nothing can be written.
    """
    original = _original(key)
    expected = _expected(key, sha256)
    path = user_cache() / "data" / FILES[key].name
    if path.is_file() and _hash(path) == expected:
        return path
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _fetch(original.url, part, progress)
        _check(key, part, expected, original)
        part.replace(path)
        if not FILES[key].sha256:
            note_hash(path, expected)
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        raise DataError(_offline(key, original, path, error)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"Cannot write {part}: {reason}.") from None
    return path


def _original(key: str) -> Original:
    if key not in FILES:
        raise DataError(
            f"Cannot pull {key!r}: no data file is called so. Known are "
            f"{', '.join(ORIGINALS)}."
        )
    if key not in ORIGINALS:
        raise DataError(
            f"Cannot pull {key!r}: {FILES[key].name} is derived and has no public "
            "original. Put a copy into a folder of `frigoris data where`."
        )
    return ORIGINALS[key]


def _expected(key: str, given: str | None) -> str:
    pinned = FILES[key].sha256
    told = (given or "").strip().lower()
    if told and (len(told) != 64 or set(told) - set("0123456789abcdef")):
        raise DataError(f"Cannot pull {key!r}: {given!r} is no sha256, 64 hex digits.")
    if pinned and told and told != pinned:
        raise DataError(
            f"Cannot pull {key!r}: the hash given, {told[:16]}..., is not the one "
            f"pinned, {pinned[:16]}.... Leave --sha256 away."
        )
    if not pinned and not told:
        raise DataError(
            f"Cannot pull {key!r}: no hash of {ORIGINALS[key].url} is pinned. Give "
            "--sha256 with one that you trust, for instance from the label beside it."
        )
    return pinned or told


def _fetch(url: str, part: Path, progress: Progress | None) -> None:
    have = part.stat().st_size if part.is_file() else 0
    headers = {"User-Agent": f"frigoris/{__version__}"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        answer = urlopen(Request(url, headers=headers), timeout=TIMEOUT)
    except HTTPError as error:
        if error.code != DONE_ALREADY:
            raise
        return  # all of it is here already, or it is another file: the hash tells
    with answer:
        goes_on = answer.status == PARTIAL
        have = have if goes_on else 0
        total = have + int(answer.headers.get("Content-Length") or 0)
        _copy(answer, part, "ab" if goes_on else "wb", (have, total), progress)


def _copy(
    answer: Any,
    part: Path,
    mode: str,
    bytes_of: tuple[int, int],
    progress: Progress | None,
) -> None:
    have, total = bytes_of
    with part.open(mode) as file:
        while chunk := answer.read(CHUNK):
            file.write(chunk)
            have += len(chunk)
            if progress:
                progress(have, total)
    if have < total:
        raise HTTPException(f"the connection ended after {have} of {total} bytes")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(key: str, part: Path, expected: str, original: Original) -> None:
    found = _hash(part)
    if found != expected:
        wrong = part.with_name(part.name + ".wrong")
        shutil.move(part, wrong)
        raise DataError(
            f"Cannot use what {original.url} sent for {key!r}: its sha256 is "
            f"{found[:16]}..., expected {expected[:16]}.... It was put aside as "
            f"{wrong}; try again, or look whether the file was revised."
        )


def _offline(key: str, original: Original, path: Path, error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    part = path.with_name(path.name + ".part")
    kept = f" {part.stat().st_size} bytes are kept." if part.is_file() else ""
    return (
        f"Cannot pull {key!r} from {original.url}: {reason}.{kept} Try again when the "
        f"network is there, or fetch it by hand and put it at {path}."
    )


def rows() -> list[dict[str, str]]:
    """What can be pulled: key, address, the page where it was read, pinned or not."""
    return [
        {
            "key": key,
            "url": o.url,
            "read_on": o.page,
            "tried": "no",
            "sha256": known_hash(key) or "give one with --sha256",
        }
        for key, o in ORIGINALS.items()
    ]
