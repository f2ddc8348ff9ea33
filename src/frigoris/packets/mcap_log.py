"""A record as MCAP with JSON messages, for the viewers of robots; and read back.

`/telemetry/...` and `/estimate/...` are what the ground had, `/truth/...` what only a
simulator knows. Every message stands at its time onboard.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from frigoris import __version__
from frigoris.errors import UserError
from frigoris.moon.data import EMBEDDED
from frigoris.moon.time import parse_utc
from frigoris.packets import foxglove
from frigoris.packets.dictionary import Dictionary, Packet
from frigoris.packets.foxglove import Json
from frigoris.packets.mesh import ground_mesh
from frigoris.packets.sample import Table
from frigoris.packets.site import SiteAxes, find_site
from frigoris.packets.tables import EPOCH, Ground, Note, read_table, to_stderr

CHUNK = 65_536  # bytes before compression: what one damaged byte costs at most
PATH_POINTS = 1500  # of a line in the scene
ABOUT = "frigoris"  # name of the metadata
TEXT = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
ESTIMATED, TRUE = foxglove.colour(0.18, 0.44, 0.87), foxglove.colour(0.9, 0.9, 0.9)


@dataclass(frozen=True)
class Said:
    """One message to be written."""

    time_ns: int
    topic: str
    schema: str
    message: Json


def write_mcap(
    path: Path, ground: Ground, dictionary: Dictionary, note: Note = to_stderr
) -> dict[str, int]:
    """Write all that a record holds; messages by topic."""
    from mcap.writer import Writer

    zero = _nanoseconds(ground.epoch_utc)
    site = find_site(ground.folder, ground.tables.get("gnc"))
    said = list(_telemetry(ground, dictionary, zero))
    if site is not None:
        said += _estimate(ground.tables["gnc"], site, zero)
    said += _truth(ground.folder, site, zero, note)
    said.sort(key=lambda s: s.time_ns)
    counts: dict[str, int] = {}
    with path.open("wb") as stream:
        writer = Writer(stream, chunk_size=CHUNK)
        writer.start(library=f"frigoris {__version__}")
        channels = _Channels(writer, dictionary)
        for message in said:
            counts[message.topic] = counts.get(message.topic, 0) + 1
            channels.write(message, counts[message.topic])
        writer.add_metadata(ABOUT, {EPOCH: ground.epoch_utc, "version": __version__})
        planned = ground.folder / "planned.yaml"
        if planned.is_file():
            data = planned.read_bytes()
            writer.add_attachment(zero, zero, planned.name, "application/yaml", data)
        writer.finish()  # type: ignore[no-untyped-call]
    return counts


class _Channels:
    """Schemas and channels of a file, each registered when it is first needed."""

    def __init__(self, writer: Any, dictionary: Dictionary) -> None:
        self.writer, self.channels = writer, dict[str, int]()
        self.schemas = dict(foxglove.SCHEMAS)
        for packet in dictionary.packets:
            name = f"frigoris.{packet.name}"
            self.schemas[name] = foxglove.packet_schema(dictionary, packet)
        self.known: dict[str, int] = {}

    def write(self, said: Said, sequence: int) -> None:
        """One message on its channel."""
        if said.topic not in self.channels:
            schema = self._schema(said)
            encoding = {"topic": said.topic, "message_encoding": "json"}
            channel = self.writer.register_channel(schema_id=schema, **encoding)
            self.channels[said.topic] = channel
        self.writer.add_message(
            self.channels[said.topic],
            log_time=said.time_ns,
            publish_time=said.time_ns,
            sequence=sequence,
            data=TEXT.encode(said.message).encode(),
        )

    def _schema(self, said: Said) -> int:
        if said.schema not in self.known:
            fields = {name: foxglove.NUMBER for name in said.message}
            plain = {"title": said.schema, "type": "object", "properties": fields}
            tree = self.schemas.get(said.schema, plain)
            data = json.dumps(tree).encode()
            added = self.writer.register_schema(said.schema, "jsonschema", data)
            self.known[said.schema] = added
        return self.known[said.schema]


def _nanoseconds(utc: str) -> int:
    """Of a moment since 1970; of none, 0."""
    if not utc:
        return 0
    since = parse_utc(utc) - parse_utc("1970-01-01T00:00:00Z")
    return since // timedelta(microseconds=1) * 1000


def _at(zero: int, t_s: float) -> int:
    """MCAP has no times before 1970."""
    return max(zero + round(t_s * foxglove.SECOND), 0)


def _telemetry(ground: Ground, dictionary: Dictionary, zero: int) -> Iterator[Said]:
    for packet in dictionary.packets:
        table = ground.tables.get(packet.name)
        if table is None:
            continue
        topic, schema = f"/telemetry/{packet.name}", f"frigoris.{packet.name}"
        for row in rows(table):
            message = _named(dictionary, packet, row)
            yield Said(_at(zero, row["t_s"]), topic, schema, message)


def rows(table: Table) -> Iterator[Json]:
    """Row by row, without what is no number."""
    columns = [column.tolist() for column in table.values()]
    for values in zip(*columns, strict=True):
        pairs = zip(table, values, strict=True)
        yield {name: value for name, value in pairs if isfinite(value)}


def _named(dictionary: Dictionary, packet: Packet, row: Json) -> Json:
    """With the names of enumerated values beside them."""
    for field in packet.fields:
        value = row.get(field.name)
        if field.enumeration and value is not None:
            names = dictionary.enumerations[field.enumeration]
            known = 0 <= value < len(names)
            name = names[int(value)] if known else str(value)
            row[foxglove.named(field.name)] = name
    return row


def _estimate(gnc: Table, site: SiteAxes, zero: int) -> Iterator[Said]:
    r = np.stack([gnc[f"est_r_{x}_m"] for x in "xyz"], axis=1)
    names = [f"est_q_{x}" for x in "wxyz"]
    q = np.stack([np.asarray(gnc[n], np.float64) for n in names], axis=1)
    t = gnc["t_s"]
    yield from _poses("/estimate/pose", t, site.place(r), site.attitude(q), zero)
    path = foxglove.line(_thinned(site.place(r)), ESTIMATED, 3.0)
    start = _at(zero, float(t[0])) if len(t) else zero
    if len(t) > 1:
        yield _scene(start, "/estimate/path", [path], [])
    if site.map_name != "level":
        mesh = ground_mesh(site)
        ground = foxglove.triangles(mesh.points, mesh.colours, mesh.indices)
        topic = "/map/ground" if mesh.source != EMBEDDED else "/map/ground_synthetic"
        yield _scene(start, topic, [], [ground])


def _scene(time_ns: int, topic: str, lines: list[Json], surfaces: list[Json]) -> Said:
    name = topic.strip("/").replace("/", " ")
    message = foxglove.scene(time_ns, name, lines=lines, surfaces=surfaces)
    return Said(time_ns, topic, "foxglove.SceneUpdate", message)


def _poses(
    topic: str, t: np.ndarray, place: np.ndarray, q: np.ndarray, zero: int
) -> Iterator[Said]:
    """Poses and, of the estimate, the transform that moves everything on board."""
    good = np.isfinite(place).all(axis=1) & np.isfinite(q).all(axis=1)
    for row in np.flatnonzero(good):
        at = _at(zero, float(t[row]))
        pose = foxglove.pose(at, place[row], q[row])
        yield Said(at, topic, "foxglove.PoseInFrame", pose)
        if topic == "/estimate/pose":
            moved = foxglove.transform(at, place[row], q[row])
            yield Said(at, "/tf", "foxglove.FrameTransform", moved)


def _thinned(places: np.ndarray) -> np.ndarray:
    good = places[np.isfinite(places).all(axis=1)]
    return np.asarray(good[:: max(len(good) // PATH_POINTS, 1)])


def _truth(
    folder: Path, site: SiteAxes | None, zero: int, note: Note
) -> Iterator[Said]:
    """What only the simulator knew, where the record has it."""
    states = folder / "truth" / "states.parquet"
    if states.is_file():
        try:
            table, _ = read_table(states, note)
        except UserError as error:
            note(f"left out: {error}")
        else:
            yield from _true_states(table, site, zero)
    yield from _events(folder / "truth" / "flight.json", zero, note)


def _true_states(table: Table, site: SiteAxes | None, zero: int) -> Iterator[Said]:
    for row in rows(table):
        yield Said(_at(zero, row["t_s"]), "/truth/states", "frigoris.states", row)
    if site is None:
        return
    r = np.stack([table[f"r_{x}_m"] for x in "xyz"], axis=1)
    q = np.stack([table[f"q_{x}"] for x in "wxyz"], axis=1)
    place = site.place(r)
    yield from _poses("/truth/pose", table["t_s"], place, site.attitude(q), zero)
    if len(place) > 1:
        path = foxglove.line(_thinned(place), TRUE, 1.5)
        yield _scene(_at(zero, float(table["t_s"][0])), "/truth/path", [path], [])


def _events(path: Path, zero: int, note: Note) -> Iterator[Said]:
    if not path.is_file():
        return
    try:
        events = json.loads(path.read_text(encoding="utf-8"))["events"]
        told = [(float(e["t_s"]), str(e["name"]), str(e["text"])) for e in events]
    except (OSError, ValueError, KeyError, TypeError) as error:
        note(f"left out: the events in {path} cannot be read ({error})")
        return
    for t_s, name, text in told:
        message = foxglove.log(_at(zero, t_s), name, text)
        yield Said(_at(zero, t_s), "/truth/events", "foxglove.Log", message)


def read_mcap(
    path: Path, dictionary: Dictionary, note: Note = to_stderr
) -> tuple[dict[str, Table], str]:
    """Telemetry of a file that `write_mcap` wrote, up to its first damage; the epoch.

    Raises `UserError` where it is no such file.
    """
    found: dict[str, list[Json]] = {}
    about: dict[str, str] = {}
    for kind, name, content in _records(path, note):
        if kind == "message":
            found.setdefault(name, []).append(content)
        elif name == ABOUT:
            about = content
    tables = {}
    for packet in dictionary.packets:
        said = found.get(f"/telemetry/{packet.name}")
        if said:
            tables[packet.name] = _table(packet, said)
    if not tables:
        raise UserError(
            f"Cannot read telemetry in {path}: it has no messages on /telemetry/... of "
            "ours. Give a file that `frigoris export --to mcap` wrote."
        )
    return tables, about.get(EPOCH, "")


def _records(path: Path, note: Note) -> Iterator[tuple[str, str, Json]]:
    """Messages and metadata in the order of the file, up to damage, which is told."""
    from mcap.records import Channel, Message, Metadata
    from mcap.stream_reader import StreamReader

    topics: dict[int, str] = {}
    try:
        with path.open("rb") as stream:
            reader = StreamReader(stream, validate_crcs=True, record_size_limit=1 << 28)
            for record in reader.records:
                if isinstance(record, Channel):
                    topics[record.id] = record.topic
                elif isinstance(record, Message):
                    topic = topics.get(record.channel_id, "")
                    if topic.startswith("/telemetry/"):
                        yield "message", topic, json.loads(record.data)
                elif isinstance(record, Metadata):
                    yield "metadata", record.name, dict(record.metadata)
    except OSError as error:
        raise UserError(f"Cannot read {path}: {error.strerror or error}.") from None
    except _broken() as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        note(f"{path} is damaged: read up to there ({first})")


def _broken() -> tuple[type[Exception], ...]:
    """What the reader of the library lets through of damaged bytes."""
    import struct

    from mcap.exceptions import McapError
    from zstandard import ZstdError

    ours = (McapError, ZstdError, struct.error, ValueError, EOFError)
    return (*ours, AssertionError, IndexError, KeyError, TypeError, MemoryError)


def _table(packet: Packet, said: list[Json]) -> Table:
    """Columns of messages; a number that is missing is NaN, a whole one 0."""
    kinds = {"t_s": "f8", "ground_t_s": "f8", "sequence_count": "u2"}
    kinds |= {f.name: f.column_type for f in packet.fields}
    table = {}
    for name, kind in kinds.items():
        none = float("nan") if kind.startswith("f") else 0
        values = [message.get(name, none) for message in said]
        table[name] = np.array(values, np.dtype(kind))
    return table
