"""The JSON Schema against the definitions that it is made from, key by key."""

import pytest

from frigoris.mission.json_schema import json_schema
from frigoris.mission.load import load_mission
from frigoris.mission.paths import parameters
from frigoris.mission.schema_base import bounds
from unit.mission.missions import NAME

SCHEMA = json_schema()
PARAMETERS = parameters(load_mission(NAME).model_dump())


def definition(parameter):
    return SCHEMA["$defs"][parameter.owner.__name__]["properties"][parameter.name]


@pytest.mark.parametrize("path", PARAMETERS)
def test_a_key_has_its_bounds_where_the_numbers_are(path):
    found, limits = definition(PARAMETERS[path]), bounds(PARAMETERS[path].field)
    assert found["description"] == PARAMETERS[path].field.description
    for choice in found.get("anyOf", []):  # numbers, or nothing
        found = choice if choice.get("type") != "null" else found
    some = [found["items"]] if "items" in found else [found]  # any number of them
    numbers = found.get("prefixItems", some)
    if limits is None:
        assert "minimum" not in found
    else:
        assert all((n["minimum"], n["maximum"]) == limits for n in numbers)
        assert len(numbers) == 1 or "minimum" not in found


def test_nothing_unknown_passes_anywhere():
    for owner in (SCHEMA, *SCHEMA["$defs"].values()):
        assert owner["additionalProperties"] is False, owner["title"]


def test_a_variant_may_leave_out_any_section_but_a_row_is_whole():
    assert "extend" in SCHEMA["properties"]
    assert "required" not in SCHEMA
    assert "required" not in SCHEMA["$defs"]["Lander"]
    assert SCHEMA["$defs"]["Part"]["required"] == ["metric", "unit", "low", "high"]
