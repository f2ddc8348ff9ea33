"""Telemetry on disk: one Parquet file per packet, read as far as it is sound."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from frigoris.errors import UserError
from frigoris.packets.dictionary import SEQUENCE, Dictionary, load_dictionary
from frigoris.packets.salvage import salvage
from frigoris.packets.sample import Table
from frigoris.units import suffix

FOLDER = "telemetry"
ROWS = 1024  # of a group: what is lost at most with one damaged byte
EPOCH = "epoch_utc"  # key of the metadata

Note = Callable[[str], None]


@dataclass(frozen=True)
class Ground:
    """What the ground had of a flight, and nothing else."""

    folder: Path
    tables: dict[str, Table]
    epoch_utc: str  # of all times; empty where no file said it


def to_stderr(note: str) -> None:
    """What has to be said to whoever reads, without stopping."""
    print(f"frigoris: note: {note}", file=sys.stderr)


def write_telemetry(folder: Path, tables: dict[str, Table], epoch_utc: str) -> None:
    """Write `telemetry/` into a folder that exists."""
    (folder / FOLDER).mkdir()
    dictionary = load_dictionary()
    for name, table in tables.items():
        about = {**_about(dictionary, name), EPOCH: epoch_utc}
        write_table(folder / FOLDER / f"{name}.parquet", table, about)


def _about(dictionary: Dictionary, name: str) -> dict[str, str]:
    packet = dictionary.packet(name)
    names = {f.name: f.enumeration for f in packet.fields if f.enumeration}
    return {
        "packet": name,
        "apid": str(packet.apid),
        "enumerations": json.dumps(
            {k: dictionary.enumerations[v] for k, v in names.items()}
        ),
    }


def write_table(path: Path, table: Table, about: dict[str, str]) -> None:
    """One table with the unit of each column, each page with its checksum."""
    columns = [pa.array(v) for v in table.values()]
    fields = [
        pa.field(name, column.type, metadata={"unit": suffix(name) or ""})
        for name, column in zip(table, columns, strict=True)
    ]
    schema = pa.schema(fields, metadata=about)
    # bytes of equal weight side by side: a third smaller than plain, and faster
    floats = [f.name for f in fields if pa.types.is_floating(f.type)]
    pq.write_table(
        pa.Table.from_arrays(columns, schema=schema),
        path,
        row_group_size=ROWS,
        compression="zstd",
        compression_level=1,
        use_dictionary=False,
        use_byte_stream_split=floats,
        write_page_checksum=True,
    )


def read_table(path: Path, note: Note = to_stderr) -> tuple[Table, dict[str, str]]:
    """A table up to its first damaged group of rows, and the metadata of the file.

    Raises `UserError` where nothing of it can be read.
    """
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        schema = file.schema_arrow
        parts = list(_sound(file, path, note))
    except (OSError, pa.ArrowException) as error:
        raise UserError(
            f"Cannot read the table {path}: {_first(error)}. The file is damaged or "
            "was not written to its end; copy it again."
        ) from None
    table = pa.concat_tables(parts) if parts else schema.empty_table()
    about = {k.decode(): v.decode() for k, v in (schema.metadata or {}).items()}
    return {name: table[name].to_numpy() for name in table.column_names}, about


def _sound(file: pq.ParquetFile, path: Path, note: Note) -> Iterable[pa.Table]:
    """Groups of rows from the first one to the last before any damage."""
    for group in range(file.num_row_groups):
        try:
            yield file.read_row_group(group, use_threads=False)
        except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
            whole = file.metadata.num_rows
            note(
                f"{path} is damaged: read up to row {group * ROWS} of {whole} "
                f"({_first(error)})"
            )
            return


def _first(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def read_ground(folder: Path, note: Note = to_stderr) -> Ground:
    """What reached the ground, from a record or a folder of telemetry alone.

    Damage is told to `note`; what is sound is read. Reads nothing but `telemetry/`.
    """
    inside = folder / FOLDER
    paths = sorted(inside.glob("*.parquet")) or sorted(folder.glob("*.parquet"))
    if not paths:
        raise UserError(
            f"Cannot read telemetry in {folder}: it has no {FOLDER}/*.parquet. "
            "Give the folder of a record, as `frigoris fly --out` writes it."
        )
    tables, epochs = {}, []
    for path in paths:
        try:
            table, about = read_table(path, note)
        except UserError as error:
            saved = _saved(path, note)
            if saved is None:
                note(f"left out: {error}")
                continue
            table, about = saved, {}
        if "t_s" not in table:
            note(f"left out: {path} has no column t_s, so it is no telemetry")
            continue
        tables[path.stem] = _usual(table, path, note)
        epochs.append(about.get(EPOCH, ""))
    if not tables:
        raise UserError(
            f"Cannot read telemetry in {folder}: none of its {len(paths)} tables can "
            "be read. Copy the record again from where it was made."
        )
    return Ground(folder, tables, next((e for e in epochs if e), ""))


def _saved(path: Path, note: Note) -> Table | None:
    """What there is of a file of ours that lost its end."""
    packets = [p for p in load_dictionary().packets if p.name == path.stem]
    try:
        table = salvage(path, packets[0]) if packets else None
    except OSError:
        return None
    if table is not None:
        note(f"{path} is not whole: its first {len(table['t_s'])} rows were read")
    return table


def read_telemetry(folder: Path, note: Note = to_stderr) -> dict[str, Table]:
    """The tables of `read_ground`, by packet."""
    return read_ground(folder, note).tables


def _usual(table: Table, path: Path, note: Note) -> Table:
    """With every column that each table has, and numbers only.

    Where packets were not counted, none is missing; where nobody noted when they
    arrived, that is NaN.
    """
    text = [name for name, values in table.items() if values.dtype.kind not in "fiub"]
    if text:
        note(f"left out: {path} has columns that are no numbers: {', '.join(text)}")
    rows = len(table["t_s"])
    count = (np.arange(rows) % SEQUENCE).astype(np.uint16)
    around = {
        "t_s": table["t_s"],
        "ground_t_s": table.get("ground_t_s", np.full(rows, np.nan)),
        "sequence_count": table.get("sequence_count", count),
    }
    return around | {k: v for k, v in table.items() if k not in {*text, *around}}
