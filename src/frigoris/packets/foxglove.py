"""Messages that viewers of robots know by the name of their schema, as JSON.

The names and fields are those of the Foxglove message schemas: FrameTransform,
PoseInFrame, SceneUpdate, Log. Lichtblick and PlotJuggler read the same.
"""

from typing import Any

import numpy as np

from frigoris.packets.dictionary import Dictionary, Packet

Json = dict[str, Any]

SITE, LANDER = "site", "lander"  # frames: east, north, up at the target; body
LOG_INFO = 2
LINE_STRIP = 0
SECOND = 1_000_000_000  # [ns]


def _object(title: str = "", **fields: Json) -> Json:
    named = {"title": title} if title else {}
    return {**named, "type": "object", "properties": fields}


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


NUMBER: Json = {"type": "number"}
WHOLE: Json = {"type": "integer"}
TEXT: Json = {"type": "string"}
TIME = _object("time", sec=WHOLE, nsec=WHOLE)
VECTOR = _object("foxglove.Vector3", x=NUMBER, y=NUMBER, z=NUMBER)
POINT = _object("foxglove.Point3", x=NUMBER, y=NUMBER, z=NUMBER)
TURN = _object("foxglove.Quaternion", x=NUMBER, y=NUMBER, z=NUMBER, w=NUMBER)
POSE = _object("foxglove.Pose", position=VECTOR, orientation=TURN)
COLOUR = _object("foxglove.Color", r=NUMBER, g=NUMBER, b=NUMBER, a=NUMBER)
LINE = _object(
    "foxglove.LinePrimitive",
    type=WHOLE,
    pose=POSE,
    thickness=NUMBER,
    scale_invariant={"type": "boolean"},
    points=_list(POINT),
    color=COLOUR,
    colors=_list(COLOUR),
    indices=_list(WHOLE),
)
TRIANGLES = _object(
    "foxglove.TriangleListPrimitive",
    pose=POSE,
    points=_list(POINT),
    color=COLOUR,
    colors=_list(COLOUR),
    indices=_list(WHOLE),
)
NO_PRIMITIVE = _list(_object())
ENTITY = _object(
    "foxglove.SceneEntity",
    timestamp=TIME,
    frame_id=TEXT,
    id=TEXT,
    lifetime=TIME,
    frame_locked={"type": "boolean"},
    metadata=_list(_object("foxglove.KeyValuePair", key=TEXT, value=TEXT)),
    arrows=NO_PRIMITIVE,
    cubes=NO_PRIMITIVE,
    spheres=NO_PRIMITIVE,
    cylinders=NO_PRIMITIVE,
    lines=_list(LINE),
    triangles=_list(TRIANGLES),
    texts=NO_PRIMITIVE,
    models=NO_PRIMITIVE,
)
SCHEMAS: dict[str, Json] = {
    "foxglove.FrameTransform": _object(
        "foxglove.FrameTransform",
        timestamp=TIME,
        parent_frame_id=TEXT,
        child_frame_id=TEXT,
        translation=VECTOR,
        rotation=TURN,
    ),
    "foxglove.PoseInFrame": _object(
        "foxglove.PoseInFrame", timestamp=TIME, frame_id=TEXT, pose=POSE
    ),
    "foxglove.SceneUpdate": _object(
        "foxglove.SceneUpdate",
        deletions=NO_PRIMITIVE,
        entities=_list(ENTITY),
    ),
    "foxglove.Log": _object(
        "foxglove.Log",
        timestamp=TIME,
        level=WHOLE,
        message=TEXT,
        name=TEXT,
        file=TEXT,
        line=WHOLE,
    ),
}


def packet_schema(dictionary: Dictionary, packet: Packet) -> Json:
    """Schema of our own packets; a value that is no number is left out of a message."""
    fields: dict[str, Json] = {
        "t_s": {**NUMBER, "description": "time onboard, after the epoch"},
        "ground_t_s": {**NUMBER, "description": "arrival on the ground"},
        "sequence_count": {**WHOLE, "description": "modulo 16384; a jump is a gap"},
    }
    for field in packet.fields:
        kind = NUMBER if field.column_type.startswith("f") else WHOLE
        fields[field.name] = {**kind, "description": field.text}
        if field.enumeration:
            names = list(dictionary.enumerations[field.enumeration])
            fields[named(field.name)] = {**TEXT, "enum": names}
    return _object(f"frigoris.{packet.name}", **fields)


def named(field: str) -> str:
    """The field that holds the name of an enumerated value."""
    return f"{field}_name"


def stamp(time_ns: int) -> Json:
    """A time as the schemas have it."""
    return {"sec": time_ns // SECOND, "nsec": time_ns % SECOND}


def vector(values: np.ndarray) -> Json:
    """Three components [m]."""
    return dict(zip("xyz", values.tolist(), strict=True))


def turn(q: np.ndarray) -> Json:
    """An attitude, scalar first."""
    return dict(zip("wxyz", q.tolist(), strict=True))


def transform(time_ns: int, place: np.ndarray, q: np.ndarray) -> Json:
    """Where the body axes are, seen from the site."""
    return {
        "timestamp": stamp(time_ns),
        "parent_frame_id": SITE,
        "child_frame_id": LANDER,
        "translation": vector(place),
        "rotation": turn(q),
    }


def pose(time_ns: int, place: np.ndarray, q: np.ndarray) -> Json:
    """The same as a pose in the axes of the site."""
    at = {"position": vector(place), "orientation": turn(q)}
    return {"timestamp": stamp(time_ns), "frame_id": SITE, "pose": at}


def log(time_ns: int, name: str, text: str) -> Json:
    """One event."""
    place = {"file": "", "line": 0}
    said = {"level": LOG_INFO, "message": text, "name": name}
    return {"timestamp": stamp(time_ns), **said, **place}


STILL: Json = {
    "position": {"x": 0.0, "y": 0.0, "z": 0.0},
    "orientation": {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0},
}


def line(points: np.ndarray, colour: Json, width: float) -> Json:
    """A path through places `[n, 3]` [m]; `width` in pixels."""
    return {
        "type": LINE_STRIP,
        "pose": STILL,
        "thickness": width,
        "scale_invariant": True,
        "points": [vector(p) for p in points],
        "color": colour,
        "colors": [],
        "indices": [],
    }


def triangles(points: np.ndarray, colours: np.ndarray, indices: np.ndarray) -> Json:
    """A surface over places `[n, 3]` [m], with a colour 0 to 1 for each."""
    return {
        "pose": STILL,
        "points": [vector(p) for p in points],
        "color": colour(0.5, 0.5, 0.5),
        "colors": [colour(*row) for row in colours.tolist()],
        "indices": indices.ravel().tolist(),
    }


def colour(red: float, green: float, blue: float) -> Json:
    """Parts from 0 to 1, opaque."""
    return {"r": red, "g": green, "b": blue, "a": 1.0}


def scene(time_ns: int, name: str, *, lines: list[Json], surfaces: list[Json]) -> Json:
    """One thing in the axes of the site, there to stay."""
    empty: dict[str, list[Json]] = {
        kind: []
        for kind in ("metadata", "arrows", "cubes", "spheres", "cylinders", "texts")
    }
    entity = {
        "timestamp": stamp(time_ns),
        "frame_id": SITE,
        "id": name,
        "lifetime": stamp(0),
        "frame_locked": True,
        **empty,
        "lines": lines,
        "triangles": surfaces,
        "models": [],
    }
    return {"deletions": [], "entities": [entity]}
