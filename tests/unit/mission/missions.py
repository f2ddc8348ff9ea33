"""Mission files for tests, made by changing the one in the catalogue."""

import re
from pathlib import Path

from frigoris.mission.catalog import find

NAME = "hakuto-r-m2"


def text() -> str:
    return find(NAME).read_text(encoding="utf-8")


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """A copy with the first match of each pattern replaced."""
    out = text()
    for pattern, instead in changes:
        out, count = re.subn(pattern, instead, out, count=1, flags=re.MULTILINE)
        assert count == 1, pattern
    path = tmp_path / "changed.yaml"
    path.write_text(out, encoding="utf-8")
    return path


def line_of(path: Path, part: str) -> int:
    """Number of the first line that holds `part`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(i for i, line in enumerate(lines, start=1) if part in line)
