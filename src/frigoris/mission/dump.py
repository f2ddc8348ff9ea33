"""A mission as text again: resolved, complete, in the order of the schema."""

from io import StringIO
from typing import Any

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq


def to_yaml(mission: BaseModel) -> str:
    """A mission file that loads to the same mission; comments are not in it."""
    writer = YAML(typ="rt")
    writer.width = 100
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    writer.dump(_node(mission.model_dump(mode="python", exclude_none=True)), stream)
    return stream.getvalue()


def _node(value: Any) -> Any:
    if isinstance(value, dict):
        node = CommentedMap((key, _node(item)) for key, item in value.items())
        if not value:
            node.fa.set_flow_style()
        return node
    if isinstance(value, list | tuple):
        items = CommentedSeq(_node(item) for item in value)
        if not any(isinstance(item, dict | list | tuple) for item in value):
            items.fa.set_flow_style()
        return items
    return value
