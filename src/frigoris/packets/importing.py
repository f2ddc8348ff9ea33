"""Telemetry of any origin into a folder of ours, which every other verb reads."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from frigoris.errors import OutputError, UserError
from frigoris.packets.dictionary import Dictionary, load_dictionary
from frigoris.packets.foreign import foreign_tables, read_source
from frigoris.packets.mapping import Mapping, read_mapping
from frigoris.packets.mcap_log import read_mcap
from frigoris.packets.ordering import Gap, gaps, make_tables
from frigoris.packets.sample import Table
from frigoris.packets.stream import read_stream
from frigoris.packets.tables import Note, to_stderr, write_telemetry

MCAP = b"\x89MCAP0"


@dataclass(frozen=True)
class Imported:
    """What was made of a file."""

    folder: Path
    epoch_utc: str
    rows: dict[str, int]  # by packet
    gaps: list[Gap]


def import_telemetry(
    path: Path, mapping: Path | None, out: Path, note: Note = to_stderr
) -> Imported:
    """Read a file of telemetry and write `out/telemetry/`; `out` must be new or empty.

    CSV and Parquet by a mapping; MCAP and packets that `export` wrote by what they are.
    Packets don't say their epoch: a mapping may, with `epoch_utc` alone in it.
    """
    dictionary = load_dictionary()
    known = read_mapping(mapping, dictionary) if mapping else None
    tables, epoch = _read(path, known, dictionary, note)
    if not any(len(table["t_s"]) for table in tables.values()):
        raise UserError(f"Cannot import {path}: not one packet or row was found in it.")
    _write(out, tables, epoch)
    rows = {name: len(table["t_s"]) for name, table in tables.items()}
    return Imported(out, epoch, rows, gaps(tables))


def _read(
    path: Path, mapping: Mapping | None, dictionary: Dictionary, note: Note
) -> tuple[dict[str, Table], str]:
    given = mapping.epoch_utc if mapping else ""
    if mapping is not None and mapping.columns:
        source = read_source(path, mapping.separator)
        return foreign_tables(source, mapping, dictionary, note)
    data = _bytes(path)
    if data.startswith(MCAP):
        tables, epoch = read_mcap(path, dictionary, note)
        return tables, given or epoch
    received = read_stream(dictionary, data)
    if not received.packets:
        raise UserError(
            f"Cannot import {path} without --mapping: it is neither MCAP nor packets "
            "of ours. Say in a mapping file what its columns are; docs/export.md "
            "shows one."
        )
    tables, odd = make_tables(dictionary, received.packets)
    for text in [*received.notes, *odd]:
        note(f"{path}: {text}")
    if not given:
        note(f"{path}: packets don't say their epoch; the times are without one")
    return tables, given


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(
            f"Cannot import {path}: {error.strerror or error}. Give a file of CSV, "
            "Parquet, MCAP or packets."
        ) from None


def _write(out: Path, tables: dict[str, Table], epoch: str) -> None:
    """The folder appears whole or not at all."""
    fresh = out.with_name(f".{out.name}.{uuid4().hex[:8]}")
    try:
        if out.is_dir() and not any(out.iterdir()):
            out.rmdir()
        if out.exists():
            raise OutputError(
                f"Cannot write telemetry to {out}: there is something already. Choose "
                "another place with --out."
            )
        fresh.mkdir(parents=True)
        write_telemetry(fresh, tables, epoch)
        fresh.rename(out)
    except OSError as error:
        raise OutputError(
            f"Cannot write telemetry to {out}: {error.strerror or error}. Choose "
            "another place with --out."
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
