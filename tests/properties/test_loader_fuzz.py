"""Whatever a file holds, the loader gives a mission or a clear message: never another
error, never a hang."""

import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from frigoris.errors import MissionFileError, UserError
from frigoris.mission.catalog import find
from frigoris.mission.dump import _node
from frigoris.mission.edit import choose_faults, set_values
from frigoris.mission.load import load_mission
from frigoris.mission.schema import Mission
from frigoris.mission.source import read_source

WHOLE = find("hakuto-r-m2").read_text(encoding="utf-8")
TREE = read_source(find("hakuto-r-m2")).tree
FOUND = load_mission("hakuto-r-m2")


def load(folder, content):
    path = folder / "fuzz.yaml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    try:
        assert isinstance(load_mission(path), Mission)
    except MissionFileError as error:
        text = str(error)
        assert text and "Traceback" not in text
        for line in text.splitlines():
            assert line.startswith(f"{path}:"), line
            row, column = line.removeprefix(f"{path}:").split(":")[:2]
            assert int(row) >= 1 and int(column) >= 1


@given(text=st.text(max_size=200))
def test_any_text(text, tmp_path_factory):
    load(tmp_path_factory.getbasetemp(), text)


@given(text=st.text(alphabet="{}[]:,-&*!|>#%@`\"' \n\tab01.~?<=", max_size=80))
def test_any_punctuation(text, tmp_path_factory):
    load(tmp_path_factory.getbasetemp(), text)


@settings(max_examples=12)
@given(
    start=st.integers(0, len(WHOLE)),
    length=st.integers(0, 400),
    instead=st.text(alphabet=string.printable, max_size=12),
)
def test_the_catalogue_file_with_a_piece_replaced(
    start, length, instead, tmp_path_factory
):
    content = WHOLE[:start] + instead + WHOLE[start + length :]
    load(tmp_path_factory.getbasetemp(), content)


def places(tree, at=()):
    """Every location in a tree."""
    yield at
    if isinstance(tree, dict | list):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from places(tree[key], (*at, key))


PLACES = [at for at in places(TREE) if at]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=4,
)


def swapped(tree, at, value):
    if not at:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[at[0]] = swapped(tree[at[0]], at[1:], value)
    return copy


def as_yaml(tree):
    from io import StringIO

    from ruamel.yaml import YAML

    stream = StringIO()
    YAML(typ="rt").dump(_node(tree), stream)
    return stream.getvalue()


@settings(max_examples=12)
@given(at=st.sampled_from(PLACES), value=values)
@example(at=("mission",), value={" \x85": None})  # a key with the end of a line
def test_the_catalogue_tree_with_one_value_swapped(at, value, tmp_path_factory):
    load(tmp_path_factory.getbasetemp(), as_yaml(swapped(TREE, at, value)))


@given(edit=st.text(max_size=30) | st.from_regex(r"[a-z_.]{1,20}=[\[\]0-9a-z,.]{0,9}"))
def test_any_edit(edit):
    try:
        assert isinstance(set_values(FOUND, [edit]), Mission)
    except UserError as error:
        assert str(error)


@given(end=st.text(alphabet="[]=,:0123. aefilnoptu_y", max_size=20))
def test_any_fault(end):
    try:
        assert isinstance(choose_faults(FOUND, [f"weak_laser{end}"]), Mission)
    except UserError as error:
        assert str(error)
