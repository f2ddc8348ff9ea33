"""The store of a campaign: a folder with manifest, mission and one file per chunk.

A chunk's file appears complete or not at all, and its being there means that its cases
are flown. So a campaign can be stopped at any moment and go on later: nothing else is
remembered.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from frigoris.campaign.plan import Plan
from frigoris.errors import OutputError, UserError
from frigoris.mission.dump import to_yaml
from frigoris.mission.load import load_mission

KIND = "frigoris campaign store"
SCHEMA = 1
MANIFEST = "manifest.json"
MISSION = "mission.yaml"


@dataclass(frozen=True)
class Store:
    """A store that was found, with what its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def plan(self) -> Plan:
        """What was, or is to be, flown."""
        told = self.manifest["plan"]
        return Plan(
            mission=load_mission(self.folder / MISSION),
            count=told["count"],
            seed=told["seed"],
            sampling=told["sampling"],
            map_name=told["map"],
            history=tuple(told["history"]),
            width=told["width"],
            pairs=told.get("pairs", False),
        )

    @property
    def files(self) -> list[Path]:
        """The chunks that there are, in order."""
        return sorted(self.folder.glob("chunk-*.parquet"))


def told_plan(plan: Plan) -> dict[str, Any]:
    """The plan for a manifest; the mission itself stands beside it."""
    return {
        "mission": plan.mission.mission.name,
        "count": plan.count,
        "seed": plan.seed,
        "sampling": plan.sampling,
        "map": plan.map_name,
        "history": list(plan.history),
        "width": plan.width,
        **({"pairs": True} if plan.pairs else {}),
    }


def create(folder: Path, plan: Plan, about: dict[str, Any]) -> Store:
    """An empty store; `about` is what else decides the bits of its rows."""
    manifest = {"kind": KIND, "schema": SCHEMA, "plan": told_plan(plan), **about}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / MISSION, to_yaml(plan.mission))
        write_manifest(folder, manifest)
    except OSError as error:
        raise OutputError(_cannot(folder, error)) from error
    return Store(folder, manifest)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write it, or replace the one that is there."""
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    write_text(folder / MANIFEST, text + "\n")


def open_store(folder: Path) -> Store:
    """The store in a folder; `UserError` where there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(
            f"Cannot read a campaign in {folder}: it has no {MANIFEST}. Give the "
            "folder that `frigoris campaign` named as its store."
        ) from None
    except (OSError, ValueError) as error:
        raise UserError(
            f"Cannot read the campaign in {folder}: its {MANIFEST} is damaged "
            f"({error})."
        ) from None
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND:
        raise UserError(f"Cannot read a campaign in {folder}: this is not its store.")
    if manifest.get("schema") != SCHEMA:
        raise UserError(
            f"Cannot read the campaign in {folder}: it was written in schema "
            f"{manifest.get('schema')}, this version reads {SCHEMA}."
        )
    return Store(folder, manifest)


def differences(store: Store, plan: Plan, about: dict[str, Any]) -> list[str]:
    """What would make new rows unlike those in the store, in words."""
    found = []
    old = store.manifest
    for name, new in told_plan(plan).items():
        was = old["plan"].get(name)
        # more or fewer cases of independent draws are still the same cases
        if was != new and not (name == "count" and plan.sampling == "random"):
            found.append(f"{name} is {new}, was {was}")
    found += _changed_lines(store.folder / MISSION, to_yaml(plan.mission))
    for name, new in about.items():
        was = old.get(name)
        if was != new:
            found += _unlike(name, was, new)
    return found


def _unlike(name: str, was: Any, new: Any) -> list[str]:
    if isinstance(was, dict) and isinstance(new, dict):
        keys = sorted({*was, *new})
        return [
            f"{name}.{k} is {new.get(k)}, was {was.get(k)}"
            for k in keys
            if was.get(k) != new.get(k)
        ]
    return [f"{name} is {new}, was {was}"]


def _changed_lines(path: Path, text: str) -> list[str]:
    old, new = path.read_text(encoding="utf-8").splitlines(), text.splitlines()
    if old == new:
        return []
    gone = [x.strip() for x in old if x not in set(new)]
    came = [x.strip() for x in new if x not in set(old)]
    pairs = list(zip(came, gone, strict=False))[:3]
    told = [f"the mission says {c!r}, was {g!r}" for c, g in pairs]
    return told or ["the mission is another one"]


def chunk_path(folder: Path, chunk: int) -> Path:
    """File of one chunk."""
    return folder / f"chunk-{chunk:06d}.parquet"


def write_chunk(
    folder: Path, chunk: int, rows: pa.Table, told: dict[str, float]
) -> None:
    """Write the rows of a chunk in one step; raises `OutputError` with the reason."""
    path = chunk_path(folder, chunk)
    fresh = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    about = {b"frigoris": json.dumps({"chunk": chunk, **told}).encode()}
    try:
        pq.write_table(
            rows.replace_schema_metadata(about),
            fresh,
            compression="zstd",
            compression_level=1,
            write_page_checksum=True,
        )
        _settle(fresh, path)
    except OSError as error:
        raise OutputError(_cannot(folder, error)) from error
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a small file in one step."""
    fresh = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        fresh.write_text(text, encoding="utf-8")
        _settle(fresh, path)
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)


def _settle(fresh: Path, path: Path) -> None:
    """On disk first, then by its name: a power cut leaves the old file or the new."""
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(path)


def read_chunk(
    path: Path, cases: Sequence[int], columns: list[str] | None = None
) -> pa.Table:
    """The rows of a chunk; `UserError` where the file is not what was written."""
    try:
        rows = pq.ParquetFile(path, page_checksum_verification=True).read(columns)
        found = rows["case"].to_pylist()
    except (OSError, pa.ArrowException, KeyError) as error:
        reason = (str(error).splitlines() or ["unreadable"])[0]
        raise UserError(_damaged(path, reason)) from None
    if found != list(cases):
        raise UserError(_damaged(path, "it holds other cases than its name says"))
    return rows


def _damaged(path: Path, reason: str) -> str:
    return (
        f"Cannot read {path}: the chunk is damaged ({reason}). `frigoris campaign ... "
        "--resume` with the same options flies its cases again."
    )


def missing(store: Store, plan: Plan) -> tuple[list[int], list[str]]:
    """Chunks to be flown, and what is wrong with those that cannot be read."""
    told, wanted = [], []
    for chunk in range(plan.chunks):
        path = chunk_path(store.folder, chunk)
        if not path.exists():
            wanted.append(chunk)
            continue
        try:
            read_chunk(path, plan.cases(chunk))
        except UserError as error:
            told.append(str(error).split(". `frigoris")[0])
            wanted.append(chunk)
    return wanted, told


def tidy(folder: Path, chunks: Iterable[int]) -> None:
    """Remove chunks that are not part of the campaign, and what a stop left behind."""
    keep = {chunk_path(folder, k).name for k in chunks}
    for path in folder.glob("chunk-*.parquet"):
        if path.name not in keep:
            path.unlink()
    for path in folder.glob(".chunk-*"):
        path.unlink(missing_ok=True)


def _cannot(folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return (
        f"Cannot write to the store {folder}: {reason}. What is in it is good: make "
        "room there, then run the same command with --resume."
    )
