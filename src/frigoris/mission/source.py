"""A mission file as text: the plain values in it, and the place where each stands.

YAML 1.2 by ruamel: `no` is text, `1e3` is a number. Works on the nodes, not on the
values, because the nodes still know doubled keys and columns.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from frigoris.errors import MissionFileError

Location = tuple[int | str, ...]
NODES_MAX = 100_000  # anchors can unfold a small file into a huge one
DEPTH_MAX = 40
SIZE_MAX = 4_000_000  # bytes


class Place(NamedTuple):
    """Where something stands, lines and columns from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Finding(NamedTuple):
    """One fault of a file."""

    place: Place
    text: str


@dataclass
class Source:
    """What a file says, and where."""

    tree: dict[str, Any] = field(default_factory=dict)
    keys: dict[Location, Place] = field(default_factory=dict)
    values: dict[Location, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def parse_value(text: str) -> Any:
    """One value as it would stand in a mission file; ValueError if it is none."""
    source = Source()
    try:
        node = _compose(text)
        value = None if node is None else _Reader("value", source).value(node, ())
    except (YAMLError, RecursionError):
        raise ValueError(text) from None
    if source.findings:
        raise ValueError(text)
    return value


def read_source(path: Path) -> Source:
    """Read one file; raises MissionFileError where it is no YAML mapping at all."""
    start = Place(str(path), 1, 1)
    try:
        if path.stat().st_size > SIZE_MAX:
            raise MissionFileError(f"{start}: is no mission file: it is too large")
        raw = path.read_bytes()
    except OSError as error:
        raise MissionFileError(
            f"Cannot read the mission file {path}: {error.strerror}. "
            "Give the path of a file that may be read."
        ) from None
    text = _decoded(path, raw)
    try:
        node = _compose(text)
    except MarkedYAMLError as error:
        raise MissionFileError(_syntax(path, error)) from None
    except (YAMLError, ValueError, RecursionError) as error:
        first = (str(error).splitlines() or ["it is nested too deeply"])[0]
        raise MissionFileError(f"{start}: is not YAML: {first}") from None
    if not isinstance(node, MappingNode):
        found = "the file is empty" if node is None else "found something else"
        raise MissionFileError(
            f"{start}: is not a mapping of sections (mission, site, orbit, ...): "
            f"{found}. docs/mission-file.md lists the sections."
        )
    source = Source()
    source.values[()] = start
    source.tree = _Reader(str(path), source).value(node, ())
    return source


def _decoded(path: Path, raw: bytes) -> str:
    """UTF-8 text, with or without a byte order mark, with any line ends."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = error.start - before.rfind(b"\n")
        place = Place(str(path), before.count(b"\n") + 1, column)
        raise MissionFileError(
            f"{place}: is not text in UTF-8. A mission file is YAML text; "
            "`frigoris missions` lists some to start from."
        ) from None


def _compose(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False  # the later one counts: no matter here
    return yaml.compose(text)


def _syntax(path: Path, error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = Place(str(path), mark.line + 1, mark.column + 1) if mark else path
    problem = error.problem or error.context or "syntax error"
    return f"{place}: is not YAML: {problem}"


class _Reader:
    """Turns nodes into plain values; notes places and faults on the way."""

    def __init__(self, file: str, source: Source) -> None:
        self.file, self.source, self.count = file, source, 0
        self.scalars = YAML(typ="safe", pure=True).constructor

    def place(self, node: Any) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def fault(self, node: Any, text: str) -> None:
        self.source.findings.append(Finding(self.place(node), text))

    def value(self, node: Any, at: Location) -> Any:
        self.count += 1
        if len(at) > DEPTH_MAX or self.count > NODES_MAX:
            if self.count <= NODES_MAX or self.count == NODES_MAX + 1:
                self.fault(node, f"{dotted(at[:6])} is nested too deeply or too large")
            return None
        self.source.values[at] = self.place(node)
        if isinstance(node, MappingNode):
            return self.mapping(node, at)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*at, i)) for i, item in enumerate(node.value)]
        return self.scalar(node, at)

    def mapping(self, node: Any, at: Location) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if self.count > NODES_MAX:
                break
            if not isinstance(key_node, ScalarNode):
                self.fault(key_node, f"a key in {dotted(at) or 'the file'} is no name")
                continue
            key = str(key_node.value)
            here = (*at, key)
            if key in found:
                first = self.source.keys[here].line
                text = f"key {dotted(here)} stands here again, first in line {first}"
                self.fault(key_node, text)
                continue
            self.source.keys[here] = self.place(key_node)
            found[key] = self.value(value_node, here)
        return found

    def scalar(self, node: Any, at: Location) -> Any:
        kind = str(node.tag).rpartition(":")[2]
        try:
            if kind == "int":
                return self.scalars.construct_yaml_int(node)
            if kind == "float":
                return self.scalars.construct_yaml_float(node)
        except (ValueError, IndexError, OverflowError):
            self.fault(node, f"{dotted(at)} = {node.value} cannot be read as a number")
            return None
        if kind == "bool":
            return str(node.value).lower() == "true"
        if kind == "null":
            return None
        if kind not in ("str", "timestamp"):
            self.fault(node, f"{dotted(at)} has a tag !{kind}; write a plain value")
        return str(node.value)


def dotted(at: Location) -> str:
    """A location as a path with dots."""
    return ".".join(str(part) for part in at)
