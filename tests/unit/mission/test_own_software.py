"""The user's code is found by file and name, and no other code in its place."""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from frigoris.errors import UserError
from frigoris.mission.own_software import load
from frigoris.onboard.own import Own, register_guidance

LAW = """import frigoris

@frigoris.register_guidance("mine")
def mine(config, estimate, memory, dt):
    return {}
"""


def found(module: Path | str | None, name: str = "mine") -> Own:
    own = load(SimpleNamespace(module=module and str(module), name=name))
    assert own is not None
    return own


def says(own: Own) -> Any:
    """What the function gives, whatever comes in."""
    return own.step(None, None, None, None)


def law(gives: float) -> Callable[..., Any]:
    def step(config: Any, estimate: Any, memory: Any, dt: Any) -> float:
        return gives

    return step


def test_a_name_registered_again_is_the_new_code() -> None:
    """A sweep in one script: the file is the same one all the time."""
    flown = []
    for gain in (1.0, 2.0, 3.0):
        register_guidance("sweep")(law(gain))
        flown.append(found(None, "sweep"))
    assert [says(own) for own in flown] == [1.0, 2.0, 3.0]
    # looked up twice it is one program
    assert found(None, "sweep") is flown[-1]


def test_a_name_in_two_files_is_that_of_the_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(LAW.format(repr(name)))
    flown = [found(tmp_path / f"{name}.py") for name in ("a", "b", "a")]
    assert [says(own) for own in flown] == ["a", "b", "a"]
    assert flown[0] is flown[2]  # one program
    assert [Path(own.file).name for own in flown] == ["a.py", "b.py", "a.py"]


def test_files_that_are_alike_are_two(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(LAW.format(1))
    one, two = found(tmp_path / "a.py"), found(tmp_path / "b.py")
    assert (one.file, two.file) == (str(tmp_path / "a.py"), str(tmp_path / "b.py"))


def test_a_text_that_comes_back_is_the_program_that_it_was(tmp_path: Path) -> None:
    path, flown = tmp_path / "mine.py", []
    for gain in (1, 2, 1):
        path.write_text(LAW.format(gain))
        flown.append(found(path))
    assert [says(own) for own in flown] == [1, 2, 1]
    assert flown[0] is flown[2]


def test_who_registers_nothing_does_not_fly_by_another_file(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(LAW.format(1))
    (tmp_path / "b.py").write_text("x = 1\n")
    found(tmp_path / "a.py")
    with pytest.raises(UserError, match=r"b\.py registers nothing"):
        found(tmp_path / "b.py")


def test_modules_that_were_imported_before_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    names = ("own_module_a", "own_module_b")
    for name in names:
        (tmp_path / f"{name}.py").write_text(LAW.format(repr(name)))
        importlib.import_module(name)
    assert tuple(says(found(name)) for name in (*names, *names)) == names + names


def test_a_file_may_import_what_registers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second file that does so runs nothing: it is there already."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_helper.py").write_text(LAW.format(7))
    importlib.import_module("own_helper")
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(f"import own_helper  # by {name}\n")
        assert says(found(tmp_path / name)) == 7
