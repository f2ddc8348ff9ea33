"""Records for other people's tools: MCAP, CCSDS packets, CSV, XTCE."""

import contextlib
import difflib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from frigoris.errors import OutputError, UserError
from frigoris.packets.csv_files import write_csv
from frigoris.packets.dictionary import load_dictionary
from frigoris.packets.mcap_log import write_mcap
from frigoris.packets.ordering import Gap, gaps
from frigoris.packets.stream import make_stream
from frigoris.packets.tables import Ground, Note, read_ground, to_stderr
from frigoris.packets.xtce import make_xtce


@dataclass(frozen=True)
class Exported:
    """What was written."""

    path: Path
    kind: str
    size_bytes: int
    counts: dict[str, int]  # rows, packets or messages, by packet or topic
    gaps: list[Gap]  # of the telemetry


def export(record: Path, to: str, path: Path, note: Note = to_stderr) -> Exported:
    """Write the record in the format `to` at `path`, which must not exist yet.

    Raises `UserError` for an unknown format and for what cannot be read or written.
    """
    write = _WRITERS.get(to)
    if write is None:
        near = difflib.get_close_matches(to, _WRITERS, n=1, cutoff=0.3)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UserError(
            f"Cannot export to {to!r}: the formats are {', '.join(_WRITERS)}.{hint}"
        )
    ground = read_ground(record, note)
    for name in set(ground.tables) - {p.name for p in load_dictionary().packets}:
        note(f"left out: {name} is no packet of the telemetry dictionary")
    fresh = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        if path.exists():
            raise OutputError(
                f"Cannot export to {path}: there is something already. Remove it, or "
                "choose another place."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        counts = write(fresh, ground, note)
        fresh.rename(path)
    except OSError as error:
        raise OutputError(
            f"Cannot export to {path}: {error.strerror or error}. Choose another place."
        ) from None
    finally:
        _remove(fresh)
    return Exported(path, to, _size(path), counts, gaps(ground.tables))


def _remove(path: Path) -> None:
    """What was begun, if it could not be finished."""
    with contextlib.suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)


def _mcap(path: Path, ground: Ground, note: Note) -> dict[str, int]:
    return write_mcap(path, ground, load_dictionary(), note)


def _ccsds(path: Path, ground: Ground, note: Note) -> dict[str, int]:
    sent = make_stream(load_dictionary(), ground.tables)
    path.write_bytes(b"".join(s.data for s in sent))
    return {name: len(table["t_s"]) for name, table in ground.tables.items()}


def _csv(path: Path, ground: Ground, note: Note) -> dict[str, int]:
    path.mkdir()
    return write_csv(path, ground.tables, load_dictionary())


def _xtce(path: Path, ground: Ground, note: Note) -> dict[str, int]:
    dictionary = load_dictionary()
    path.write_text(make_xtce(dictionary, ground.epoch_utc), encoding="utf-8")
    return {packet.name: len(packet.fields) for packet in dictionary.packets}


_WRITERS: dict[str, Callable[[Path, Ground, Note], dict[str, int]]] = {
    "mcap": _mcap,
    "ccsds": _ccsds,
    "csv": _csv,
    "xtce": _xtce,
}
FORMATS = tuple(_WRITERS)
