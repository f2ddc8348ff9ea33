"""A reader of MCAP from its specification alone, as a judge of files: no library.

Records are an opcode of one byte, a length of eight and the content, little-endian.
Checks what the format promises: both magics, checksums of chunks, the statistics.
"""

import io
import json
import struct
import zlib
from dataclasses import dataclass, field

import zstandard

MAGIC = b"\x89MCAP0\r\n"
SCHEMA, CHANNEL, MESSAGE, CHUNK, STATISTICS = 0x03, 0x04, 0x05, 0x06, 0x0B


@dataclass
class File:
    """What was found."""

    schemas: dict[int, tuple[str, dict]] = field(default_factory=dict)
    channels: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    messages: list[tuple[str, int, dict]] = field(default_factory=list)  # topic, ns
    chunks: int = 0

    def of(self, topic):
        """Times [ns] and messages of one topic."""
        return [(t, m) for name, t, m in self.messages if name == topic]


def text(stream):
    (size,) = struct.unpack("<I", stream.read(4))
    return stream.read(size).decode()


def records(data):
    at = 0
    while at < len(data):
        opcode, size = struct.unpack_from("<BQ", data, at)
        yield opcode, data[at + 9 : at + 9 + size]
        at += 9 + size
    assert at == len(data)


def read(data):
    """Everything in a file that is whole."""
    assert data.startswith(MAGIC) and data.endswith(MAGIC)
    found = File()
    counted = None
    for opcode, content in records(data[len(MAGIC) : -len(MAGIC)]):
        if opcode == CHUNK:
            for inner, part in records(chunk(content)):
                take(found, inner, part)
            found.chunks += 1
        elif opcode == STATISTICS:
            counted, schemas, channels = struct.unpack_from("<QHI", content)
            assert (schemas, channels) == (len(found.schemas), len(found.channels))
    assert counted == len(found.messages)
    return found


def chunk(content):
    stream = io.BytesIO(content)
    _, _, size, checksum = struct.unpack("<QQQI", stream.read(28))
    kind = text(stream)
    (length,) = struct.unpack("<Q", stream.read(8))
    packed = stream.read(length)
    assert kind == "zstd"
    whole = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
    assert len(whole) == size and zlib.crc32(whole) == checksum != 0
    return whole


def take(found, opcode, content):
    stream = io.BytesIO(content)
    if opcode == SCHEMA:
        (number,) = struct.unpack("<H", stream.read(2))
        name, encoding = text(stream), text(stream)
        assert encoding == "jsonschema"
        found.schemas[number] = (name, json.loads(text(stream)))
    elif opcode == CHANNEL:
        number, schema = struct.unpack("<HH", stream.read(4))
        found.channels[number] = (schema, text(stream), text(stream))
        assert found.channels[number][2] == "json"
    elif opcode == MESSAGE:
        number, _, time_ns, _ = struct.unpack("<HIQQ", stream.read(22))
        message = json.loads(stream.read())
        found.messages.append((found.channels[number][1], time_ns, message))


def fits(value, schema):
    """Whether a message is what its schema says, down to the last field."""
    kind = schema.get("type")
    if kind == "object":
        known = schema["properties"]
        return isinstance(value, dict) and all(
            name in known and fits(inner, known[name]) for name, inner in value.items()
        )
    if kind == "array":
        return isinstance(value, list) and all(fits(v, schema["items"]) for v in value)
    kinds = {"number": (int, float), "integer": int, "string": str, "boolean": bool}
    good = isinstance(value, kinds[kind])
    return good and value in schema.get("enum", [value])
