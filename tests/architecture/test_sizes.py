"""Files and functions stay small enough to be read at once."""

import ast

import pytest

from architecture.source import MODULES, functions, name, tree

FILE_MAX, FUNCTION_MAX = 400, 60  # lines; the median to aim at is 200 and 10


def lines_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    is_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = first.end_lineno - first.lineno + 1 if is_doc else 0
    return function.end_lineno - function.lineno + 1 - docstring


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_file_is_too_long(path):
    count = len(path.read_text(encoding="utf-8").splitlines())
    assert count <= FILE_MAX, f"{name(path)} has {count} lines: which two things is it?"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_function_is_too_long(path):
    for function in functions(tree(path)):
        count = lines_without_docstring(function)
        where = f"{name(path)}:{function.lineno} {function.name}"
        assert count <= FUNCTION_MAX, f"{where} has {count} lines"


def test_the_docstring_does_not_count():
    source = 'def f():\n    """One.\n\n    Two.\n    """\n    return 1\n'
    (function,) = functions(ast.parse(source))
    assert lines_without_docstring(function) == 2
