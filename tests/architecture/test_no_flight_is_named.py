"""A flight is data: no code knows the name of one."""

import ast

import pytest

from architecture.source import MODULES, name, tree
from frigoris.mission.catalog import catalogue

TIMED = "bench.py"  # has to time some mission


def texts(path):
    """String constants of a module that are no docstrings."""
    whole = tree(path)
    told = {
        id(node.body[0].value)
        for node in ast.walk(whole)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(whole):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in told:
                yield node.value


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_code_names_a_mission(path):
    if path.name == TIMED:
        return
    for text in texts(path):
        for mission in catalogue():
            assert mission not in text, f"{name(path)}: {text!r}"
