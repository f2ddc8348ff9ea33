"""Imports go down only, and flight software cannot see the truth.

Read from the syntax tree, so an import inside a function counts too. The plan of the
floors is in docs/architecture.md; whoever changes it here changes it there.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture.source import MODULES, PACKAGE, name, tree

FLOORS = [  # a module imports from lower floors and from its own folder only
    {"types", "errors", "constants", "units", "phases", "runtime"},
    {"math"},
    {"messages", "moon"},
    {"lander", "sensors", "onboard", "radio", "packets"},
    {"flight", "surface"},
    {"mission"},
    {"campaign"},
    {"verify", "investigate"},
    {"report", "console"},
    {"verbs"},
    {"commands"},
    {"cli", "bench"},
]
FLOOR = {part: i for i, floor in enumerate(FLOORS) for part in floor}
# the wall: it may not see the truth, although the Moon is on a lower floor
BLIND = {("onboard", truth) for truth in ("moon", "lander", "sensors")}


def imported_parts(source: ast.Module, here: Path) -> Iterator[str]:
    """The second word of each `frigoris.x.y` that a module imports."""
    package = ("frigoris", *here.relative_to(PACKAGE).parts[:-1])
    for node in ast.walk(source):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else ()
            stem = ".".join((*base, *([node.module] if node.module else [])))
            names = [f"{stem}.{alias.name}" for alias in node.names]
        else:
            continue
        words = [n.split(".") for n in names]
        yield from (w[1] for w in words if w[0] == "frigoris" and len(w) > 1)


def check_imports(source: ast.Module, path: Path) -> None:
    here = path.relative_to(PACKAGE).with_suffix("").parts[0]
    if here in ("__init__", "__main__"):
        return  # the door of the package: it names the verbs and loads none
    assert here in FLOOR, f"{here} is on no floor: give it one, here and in the docs"
    for target in set(imported_parts(source, path)) - {here, "__version__"}:
        assert target in FLOOR, f"{here} imports {target}, which is on no floor"
        assert (here, target) not in BLIND, f"{here} may not see {target}"
        assert FLOOR[target] < FLOOR[here], f"{here} may not import {target}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_imports_only_go_down(path):
    check_imports(tree(path), path)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("math/grid.py", "from frigoris.moon import terrain"),
        ("math/grid.py", "import frigoris.messages"),
        ("math/grid.py", "from ..moon.gravity import load_gravity"),
        ("math/grid.py", "from frigoris import verbs"),
        ("onboard/navigation.py", "from frigoris.moon.gravity import accel"),
        ("onboard/navigation.py", "def f():\n    import frigoris.lander.mass"),
        ("onboard/guidance.py", "from frigoris.sensors import laser"),
        ("onboard/guidance.py", "from frigoris.radio import link"),
        ("moon/terrain.py", "from frigoris.messages import Commands"),
        ("report/plots.py", "from frigoris.cli import main"),
        ("unheard_of.py", "import math"),
    ],
)
def test_a_forbidden_import_is_found(module, line):
    with pytest.raises(AssertionError):
        check_imports(ast.parse(line), PACKAGE / module)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("math/grid.py", "from frigoris.math.vectors import dot\nimport math"),
        ("onboard/guidance.py", "from .sequence import Phase"),
        ("onboard/guidance.py", "from frigoris.messages import Commands"),
        ("lander/mass.py", "from frigoris import constants"),
        ("verbs.py", "from frigoris import __version__, report"),
    ],
)
def test_an_allowed_import_passes(module, line):
    check_imports(ast.parse(line), PACKAGE / module)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_only_runtime_changes_what_the_whole_process_shares(path):
    """A library that switches global settings breaks the program around it."""
    if name(path) == "runtime.py":
        return
    for node in ast.walk(tree(path)):
        text = ast.unparse(node) if isinstance(node, ast.Call | ast.Assign) else ""
        for setting in ("jax.config.update(", "os.environ[", "os.environ.setdefault("):
            assert not text.startswith(setting), f"line {node.lineno}: {text}"
