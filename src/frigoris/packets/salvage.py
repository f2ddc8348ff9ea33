"""A telemetry table whose file lost its end, and with it the list of its contents.

Parquet keeps that list at the end. The pages before it lie in the order of the columns,
each behind a header with its size and checksum, so whole groups of rows can be read
when the columns are known: those of our own files are.
"""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from frigoris.packets.dictionary import Packet
from frigoris.packets.sample import Table

MAGIC = b"PAR1"
DATA_PAGE, PLAIN, SPLIT = 0, 0, 9  # numbers of the format: page type, encodings
PAGE_MAX = 1 << 24  # no page of ours is larger [bytes]
# fields of a page header, and of the data page header inside it (its field 5)
TYPE, WHOLE_SIZE, PACKED_SIZE, CHECKSUM, INSIDE, COUNT, ENCODING = 1, 2, 3, 4, 5, 1, 2


class _Broken(Exception):
    """No page begins here."""


@dataclass
class _Header:
    """Thrift in its compact protocol: small numbers by the number of their field."""

    data: bytes
    at: int
    fields: dict[int, Any] = field(default_factory=dict)

    def byte(self) -> int:
        if self.at >= len(self.data):
            raise _Broken
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """An unsigned number, seven bits in each byte."""
        found = 0
        for shift in range(0, 70, 7):
            part = self.byte()
            found |= (part & 0x7F) << shift
            if part < 0x80:
                return found
        raise _Broken

    def read(self, depth: int = 0) -> dict[int, Any]:
        """The fields of one structure; whatever is not a number is stepped over."""
        found: dict[int, Any] = {}
        last = 0
        while (head := self.byte()) != 0:
            kind, step = head & 0x0F, head >> 4
            last = last + step if step else self._signed()
            found[last] = self._value(kind, depth)
        return found

    def _signed(self) -> int:
        raw = self.number()
        return raw >> 1 ^ -(raw & 1)

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2):  # true, false
            return kind == 1
        if kind == 3:
            return self.byte()
        if kind in (4, 5, 6):
            return self._signed()
        if kind == 8:  # text
            size = self.number()
            self.at += size
            return None
        if kind == 12 and depth < 4:
            return self.read(depth + 1)
        raise _Broken


def salvage(path: Path, packet: Packet) -> Table | None:
    """The first groups of rows of a table of ours, or None where there are none."""
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        return None
    kinds = {"t_s": "f8", "ground_t_s": "f8", "sequence_count": "u2"}
    kinds |= {f.name: f.column_type for f in packet.fields}
    groups: list[Table] = []
    at = len(MAGIC)
    try:
        while True:
            group: Table = {}
            for name, kind in kinds.items():
                group[name], at = _page(data, at, np.dtype(kind))
            if len({len(values) for values in group.values()}) != 1:
                raise _Broken
            groups.append(group)
    except _Broken:
        pass  # the cut, the damage, or the list at the end
    if not groups:
        return None
    return {name: np.concatenate([g[name] for g in groups]) for name in kinds}


def _page(data: bytes, at: int, kind: np.dtype[Any]) -> tuple[np.ndarray, int]:
    """Values of the page that begins at a byte, and where the next one begins."""
    from zstandard import ZstdDecompressor, ZstdError

    reader = _Header(data, at)
    header = reader.read()
    inside = header.get(INSIDE)
    sizes = header.get(WHOLE_SIZE, -1), header.get(PACKED_SIZE, -1)
    if header.get(TYPE) != DATA_PAGE or not isinstance(inside, dict):
        raise _Broken
    if not all(0 <= size <= PAGE_MAX for size in sizes):
        raise _Broken
    end = reader.at + sizes[1]
    packed = data[reader.at : end]
    if len(packed) != sizes[1]:
        raise _Broken
    if zlib.crc32(packed) != header.get(CHECKSUM, -1) % (1 << 32):
        raise _Broken
    try:
        whole = ZstdDecompressor().decompress(packed, max_output_size=sizes[0])
    except ZstdError:
        raise _Broken from None
    return _values(whole, inside, kind), end


def _values(page: bytes, inside: dict[int, Any], kind: np.dtype[Any]) -> np.ndarray:
    """Numbers of a page: behind the levels, which say that none is missing."""
    count, encoding = inside.get(COUNT, -1), inside.get(ENCODING, -1)
    stored = kind if kind.kind == "f" else np.dtype("<i4")
    if len(page) < 4 or encoding not in (PLAIN, SPLIT):
        raise _Broken
    start = 4 + struct.unpack_from("<I", page)[0]
    values = page[start:]
    if count < 0 or len(values) != count * stored.itemsize:
        raise _Broken
    if encoding == SPLIT:  # all first bytes, all second bytes, ...
        parts = np.frombuffer(values, np.uint8).reshape(stored.itemsize, count)
        values = np.ascontiguousarray(parts.T).tobytes()
    return np.frombuffer(values, stored.newbyteorder("<")).astype(kind)
