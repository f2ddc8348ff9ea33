"""What the tests of the architecture read: the tree as text and as syntax."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "frigoris"

MODULES = sorted(PACKAGE.rglob("*.py"))


def name(path: Path) -> str:
    """Short name of a file for test ids and messages."""
    return path.relative_to(PACKAGE if PACKAGE in path.parents else ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child


def texts() -> list[Path]:
    """Every file that people write and commit."""
    found = [p for p in ROOT.iterdir() if p.is_file() and p.name != "LICENSE"]
    for folder in ("src", "tests", "docs", ".ci"):
        found += [p for p in (ROOT / folder).rglob("*") if p.is_file()]
    return sorted(p for p in found if _is_text(p))


def _is_text(path: Path) -> bool:
    binary = {".pyc", ".png", ".npz", ".parquet", ".tif", ".gz"}
    return path.suffix not in binary and "__pycache__" not in path.parts
