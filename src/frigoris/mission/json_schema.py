"""JSON Schema of the mission file, for editors that complete and check while you type.

`python -m frigoris.mission.json_schema` prints it.
"""

import json
from typing import Any

from frigoris.mission.schema import Mission

# rows of lists: a variant replaces them as a whole
ROWS = {"Dispersion", "Normal", "Uniform", "LogNormal", "Discrete", "Table"}
ROWS |= {"Requirement", "Published", "Part", "Engineering", "Link", "Fitted", "Engine"}


def json_schema() -> dict[str, Any]:
    """The schema.

    A variant with `extend` may leave out anything, so nothing is required of the
    sections; `frigoris check` tells what is missing.
    """
    schema = Mission.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["extend"] = {
        "type": ["string", "array"],
        "items": {"type": "string"},
        "description": "mission that this one differs from: a name or a path; of "
        "several each lies over those before it",
    }
    for section in (schema, *schema["$defs"].values()):
        if section["title"] not in ROWS:
            section.pop("required", None)
        for definition in section["properties"].values():
            _bounds_on_numbers(definition)
    return schema


def _bounds_on_numbers(definition: dict[str, Any]) -> None:
    """Move the bounds of a list to its components, where editors look for them."""
    inner = [*definition.get("prefixItems", []), *definition.get("anyOf", [])]
    if isinstance(definition.get("items"), dict):
        inner.append(definition["items"])
    if not inner:
        return
    for key in ("minimum", "maximum"):
        if key in definition:
            limit = definition.pop(key)
            for part in inner:
                if part.get("type") != "null":
                    part[key] = limit
    for part in inner:
        _bounds_on_numbers(part)


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
