"""The record of a flight: a folder that any outside tool opens.

`telemetry/` and `planned.yaml` are what the ground had. Everything that only a
simulator knows is below `truth/`. The folder appears complete or not at all.
"""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np

from frigoris.errors import OutputError, UserError
from frigoris.flight.provenance import data_files, data_hashes
from frigoris.flight.telemetry import Table, telemetry_tables
from frigoris.packets.tables import read_table, write_table, write_telemetry
from frigoris.packets.tables import read_telemetry as read_telemetry
from frigoris.radio.downlink import Downlink

KIND = "frigoris flight record"
SCHEMA = 1
INDEX = "record.json"


@dataclass(frozen=True)
class Truth:
    """What only a simulator knows."""

    states: Table
    onboard: Table
    touchdown: Table  # empty where there was no contact
    flight: dict[str, Any]
    flown_yaml: str


def write_record(
    folder: Path,
    flight: Any,
    planned_yaml: str,
    flown_yaml: str,
    *,
    versions: dict[str, str],
    link: Downlink,
) -> None:
    """Write the record of `flight` to `folder`, replacing an older record there.

    `planned_yaml` is the mission as its team believed it, `flown_yaml` all of it.
    """
    check_folder(folder)
    tables = telemetry_tables(flight.onboard, link)
    folder = folder.resolve()
    fresh = folder.with_name(f".{folder.name}.{uuid4().hex[:8]}")
    try:
        fresh.mkdir()
        _write_ground(fresh, tables, planned_yaml, flight.start_utc)
        _write_truth(fresh / "truth", flight, flown_yaml)
        _write_index(fresh, flight, versions)
        _publish(fresh, folder)
    except OSError as error:
        raise OutputError(_cannot(folder, str(error))) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_folder(folder: Path) -> None:
    """Raise `OutputError` unless a record can be written there; makes its parents."""
    try:
        found = _in_the_way(folder.resolve())
    # links in a ring are a RuntimeError up to Python 3.12
    except (OSError, RuntimeError) as error:
        raise OutputError(_cannot(folder, str(error))) from error
    if found:
        raise OutputError(_cannot(folder, found))


def _in_the_way(folder: Path) -> str:
    """What keeps a record from being written there, or an empty text."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(folder.parent, os.W_OK | os.X_OK):
        return f"the folder {folder.parent} does not allow writing"
    if not folder.exists() or _is_record(folder):
        return ""
    if folder.is_dir() and not any(folder.iterdir()):
        return ""
    kind = "a folder without a record of a flight" if folder.is_dir() else "a file"
    return f"there is {kind}, which is not replaced"


def _cannot(folder: Path, found: str) -> str:
    return (
        f"Cannot write the record of this flight to {folder}: {found}. "
        "Choose another place with --out."
    )


def _is_record(folder: Path) -> bool:
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(index, dict) and index.get("kind") == KIND


def _publish(fresh: Path, folder: Path) -> None:
    """Put the finished folder in its place; the old one leaves first, whole."""
    if not folder.exists():
        fresh.rename(folder)
        return
    old = fresh.with_name(fresh.name + ".old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _write_ground(
    folder: Path, tables: dict[str, Table], planned_yaml: str, epoch_utc: str
) -> None:
    (folder / "planned.yaml").write_text(planned_yaml, encoding="utf-8")
    write_telemetry(folder, tables, epoch_utc)


def _write_truth(folder: Path, flight: Any, flown_yaml: str) -> None:
    folder.mkdir()
    about = {"epoch_utc": flight.start_utc}
    write_table(folder / "states.parquet", flight.truth, about)
    write_table(folder / "onboard.parquet", flight.onboard, about)
    if flight.touchdown_path:
        write_table(folder / "touchdown.parquet", flight.touchdown_path, about)
    (folder / "flown.yaml").write_text(flown_yaml, encoding="utf-8")
    if flight.states:
        from frigoris.flight import moments  # needs JAX, which readers do without

        moments.save(folder / moments.FILE, flight.states, 0)
    _write_json(folder / "flight.json", flight_summary(flight))


def flight_summary(flight: Any) -> dict[str, Any]:
    """What became of the flight, ready for JSON: no number in it is NaN."""
    names = (
        *("case", "seed", "faults", "outcome", "landed", "contact"),
        "touchdown",
        *("propellant_left_kg", "events", "published", "start_utc", "ignition_s"),
        *("loss_of_signal_s", "last_telemetry", "gravity_note", "sky", "dispersed"),
        *("branched_from", "software"),
    )
    terrain = flight.terrain
    return {
        "schema": SCHEMA,
        "mission": flight.mission.mission.name,
        **{name: plain(getattr(flight, name)) for name in names},
        "site_r_M_m": plain(flight.site_M),
        "terrain": {
            "name": terrain.name,
            "sources": data_files(terrain.sources),
            "synthetic": terrain.synthetic,
            "note": terrain.note,
        },
    }


def plain(value: Any) -> Any:
    """The same in types of JSON; a number that is not finite becomes null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value


def _write_index(folder: Path, flight: Any, versions: dict[str, str]) -> None:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    index = {
        "kind": KIND,
        "schema": SCHEMA,
        "mission": flight.mission.mission.name,
        "versions": versions,
        "data": data_hashes(flight.sources),
        "files": [_listed(path, folder) for path in files],
    }
    _write_json(folder / INDEX, index)


def _listed(path: Path, folder: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "path": path.relative_to(folder).as_posix(),
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _write_json(path: Path, value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_truth(folder: Path) -> Truth:
    """What only the simulator knew. Investigations must not call this."""
    truth = folder / "truth"
    if not (truth / "flight.json").is_file():
        raise UserError(
            f"Cannot read the truth in {folder}: it has no truth/flight.json. "
            "Give the folder of a record, as `frigoris fly --out` writes it."
        )
    down = truth / "touchdown.parquet"
    return Truth(
        states=_columns(truth / "states.parquet"),
        onboard=_columns(truth / "onboard.parquet"),
        touchdown=_columns(down) if down.exists() else {},
        flight=json.loads((truth / "flight.json").read_text(encoding="utf-8")),
        flown_yaml=(truth / "flown.yaml").read_text(encoding="utf-8"),
    )


def _columns(path: Path) -> Table:
    return read_table(path)[0]
