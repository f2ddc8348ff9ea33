"""The planted defects: what a careful test suite has to notice.

Each file `defects_<room>.py` beside this one holds a list `DEFECTS`. An entry says what
is wrong, where, and which tests must fail when it is:

    Defect(
        "the cross product has its second component negated",  # what, in one line
        "math/vectors.py",                                      # below src/frigoris
        "a[2] * b[0] - a[0] * b[2]",      # stands in the file exactly once
        "a[0] * b[2] - a[2] * b[0]",      # what is put in its place
        ("tests/unit/math/test_vectors.py",),  # pytest node ids; one failure kills it
    )

Name the narrowest tests that should notice: each run starts pytest anew. A fixed bug
leaves a test *and* an entry here. `make defects` plants them one by one in a copy; the
names of some, or parts of names, may follow: `python tests/defects/run.py wall laser`.
"""

import importlib.util
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src"


class Defect(NamedTuple):
    """One wrong line, and the tests that must find it."""

    what: str
    file: str
    text: str
    instead: str
    tests: tuple[str, ...]

    def fault(self) -> str:
        """Why this entry itself is out of date, or an empty text."""
        path = SOURCE / "frigoris" / self.file
        if not path.is_file():
            return f"there is no src/frigoris/{self.file}"
        count = path.read_text(encoding="utf-8").count(self.text)
        if count != 1:
            return f"its text stands {count} times in {self.file}, not once"
        if self.text == self.instead:
            return "it changes nothing"
        files = [t.partition("::")[0] for t in self.tests]
        missing = [f for f in files if not (SOURCE.parent / f).is_file()]
        return f"there is no {missing[0]}" if missing else ""


def load() -> list[Defect]:
    """Every entry of every `defects_*.py`, in the order of the files."""
    found: list[Defect] = []
    for path in sorted(HERE.glob("defects_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found += module.DEFECTS
    return found
