"""What every file owes its reader, and what no file may carry."""

import ast
import re

import pytest

from architecture.source import MODULES, PACKAGE, ROOT, name, texts, tree

# in pieces, or this file would find itself
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org"]
MACHINE = re.compile(r"(?<![\w.~-])/(?:work|home|root|Users)/\w")


@pytest.mark.parametrize("path", texts(), ids=name)
def test_no_machine_no_registry_no_tab(path):
    text = path.read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), start=1):
        where = f"{name(path)}:{number}"
        assert not MACHINE.search(line), f"{where} names a path of one machine"
        for host in REGISTRIES:
            assert host not in line, f"{where} names a package registry"
        assert "\t" not in line or path.name == "Makefile", f"{where} has a tab"
    assert text == "" or text.endswith("\n"), f"{name(path)} has no newline at its end"


def public(body: list[ast.stmt]) -> list[ast.FunctionDef | ast.ClassDef]:
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return [n for n in body if isinstance(n, kinds) and not n.name.startswith("_")]


def without_docstring(module: ast.Module) -> list[str]:
    missing = [] if not module.body or ast.get_docstring(module) else ["the module"]
    for node in public(module.body):
        inside = public(node.body) if isinstance(node, ast.ClassDef) else []
        missing += [n.name for n in [node, *inside] if not ast.get_docstring(n)]
    return missing


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_everything_public_says_what_it_is(path):
    missing = without_docstring(tree(path))
    assert not missing, f"{name(path)}: no docstring at {', '.join(missing)}"


def test_a_missing_docstring_is_found():
    source = '"""M."""\nclass A:\n    """A."""\n    def f(self): ...\ndef g(): ...\n'
    assert without_docstring(ast.parse(source)) == ["f", "g"]
    assert without_docstring(ast.parse("x = 1")) == ["the module"]


# a file that states physics -> its page in docs/models
PAGES = {
    "moon/orientation.py": "orientation",
    "moon/gravity.py": "gravity",
    "moon/terrain.py": "terrain",
    "moon/light.py": "light",
    "moon/plume.py": "plume",
    "moon/regolith.py": "regolith",
    "radio/framing.py": "framing",
    "radio/budget.py": "link",
    "lander/rigid_body.py": "vehicle",
    "sensors/laser.py": "laser",
    "onboard/hazard/look.py": "hazard-avoidance",
    "onboard/navigation.py": "navigation",
    "onboard/protection/guard.py": "fault-protection",
    "onboard/guidance.py": "guidance",
    "onboard/convex/problem.py": "convex",
    "campaign/statistics.py": "statistics",
    "verify/linear.py": "margins",
    "mission/dispersions.py": "dispersions",
}
HEADINGS = (
    "Summary",
    "Equations",
    "Assumptions and limits",
    "Verified against",
    "Sources",
)


@pytest.mark.parametrize("model", PAGES)
def test_every_model_has_its_page(model):
    assert (PACKAGE / model).is_file(), f"{model} is listed here but does not exist"
    page = ROOT / "docs" / "models" / f"{PAGES[model]}.md"
    assert page.is_file(), f"{model} has no page docs/models/{page.name}"
    found = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    missing = [h for h in HEADINGS if h not in found]
    assert not missing, f"docs/models/{page.name} lacks {', '.join(missing)}"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_calls_the_arc_tangent_of_the_compiler(path):
    """It is wrong in vectors of 512 bits, see `frigoris.math.trig`."""
    assert "jnp.arctan" not in path.read_text(encoding="utf-8")
