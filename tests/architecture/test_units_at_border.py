"""Every number of a mission file carries its unit in its name, and a bound."""

import typing

import pytest

from frigoris.mission.paths import section_of
from frigoris.mission.schema import PARAMETERS, Mission
from frigoris.mission.schema_base import Section, bounds
from frigoris.units import stem, suffix

# numbers whose unit is that of the path or metric beside them
OF_ANOTHER = {"sigma", "half_width", "values", "low", "high"}
# pure numbers of a distribution, under the names that books give them
PURE = {"truncate_sigma", "correlation", "weights"}


def sections(owner=Mission, before=""):
    """Every section of the schema with its path."""
    yield before, owner
    for name, field in owner.model_fields.items():
        inner = section_of(field.annotation)
        if inner is not None:
            yield from sections(inner, f"{before}{name}.")


def is_number(annotation):
    if annotation in (int, float):
        return True
    return any(is_number(inner) for inner in typing.get_args(annotation))


FIELDS = [
    (path + name, name, field)
    for path, owner in sections()
    for name, field in owner.model_fields.items()
]
NUMBERS = [f for f in FIELDS if section_of(f[2].annotation) is None]
NUMBERS = [f for f in NUMBERS if is_number(f[2].annotation)]
NUMBERS = [f for f in NUMBERS if f[1] not in OF_ANOTHER | PURE]


def test_the_walk_reaches_the_numbers():
    paths = {path for path, _, _ in NUMBERS}
    assert len(NUMBERS) > 100
    assert {"lander.engines.lag_ms", "onboard.control.rate_max_deg_s"} <= paths
    assert {"orbit.insertion.burn_s", "requirements.confidence_ratio"} <= paths


@pytest.mark.parametrize(("path", "name", "field"), NUMBERS, ids=lambda x: str(x)[:60])
def test_a_number_names_its_unit_and_has_bounds(path, name, field):
    assert suffix(name) is not None, f"{path} does not end in a unit"
    low, high = bounds(field)
    assert low < high
    if name.endswith(("count", "bytes")) and "photons" not in name:
        assert field.annotation is int
    if not field.is_required():
        default = field.get_default()
        if default is None:  # nothing, unless it is given
            return
        values = default if isinstance(default, tuple) else (default,)
        assert all(low <= value <= high for value in values)


@pytest.mark.parametrize(("path", "name", "field"), FIELDS, ids=lambda x: str(x)[:60])
def test_every_key_says_what_it_is(path, name, field):
    assert field.description, path


@pytest.mark.parametrize(("path", "owner"), list(sections()), ids=lambda x: str(x)[:60])
def test_no_two_keys_of_a_section_differ_by_the_unit_only(path, owner):
    """The SI view drops the unit."""
    assert issubclass(owner, Section)
    stems = [stem(name) for name in owner.model_fields]
    assert len(set(stems)) == len(stems), path


def test_all_sections_of_numbers_are_known_as_such():
    others = {"faults", "dispersions", "requirements", "published", "engineering"}
    others |= {"chain", "fitted", "open_items", "sources"}
    assert set(PARAMETERS) | others == set(Mission.model_fields)
