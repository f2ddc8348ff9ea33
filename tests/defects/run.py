"""Plant each known defect in a copy of the source and see which test kills it.

Run by `make defects`; the entries and their format are in catalogue.py. The working
tree is never touched. Exit 1 if a defect survives, if an entry is out of date, or if a
named test fails without any defect.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from defects.catalogue import SOURCE, Defect, load  # noqa: E402

PROCESSES = 2
LIMIT_S = 600  # one run of the tests of one defect


def copy_source(folder: Path) -> Path:
    """A copy without compiled files, which could hide a change of equal length."""
    ignore = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(SOURCE, folder / "src", ignore=ignore))


def pytest_on(source: Path, tests: tuple[str, ...]) -> tuple[int, str]:
    """Exit code and output of pytest with `source` before the installed package."""
    environment = os.environ | {
        "PYTHONPATH": str(source),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    options = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return -1, f"no end after {LIMIT_S} s"
    return done.returncode, done.stdout + done.stderr


def verdict(code: int, output: str) -> str:
    """What pytest's exit code says about a planted defect."""
    if code == 0:
        return "SURVIVED"
    if code != 1:  # not a failed test: nothing was collected, or nothing could run
        return f"BROKEN (pytest ended with {code})\n{output[-2000:]}"
    return "killed"


def plant(defect: Defect) -> tuple[str, str]:
    """The verdict on one defect, and the test that gave it."""
    with tempfile.TemporaryDirectory(prefix="defect-") as folder:
        source = copy_source(Path(folder))
        path = source / "frigoris" / defect.file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(defect.text, defect.instead), encoding="utf-8")
        code, output = pytest_on(source, defect.tests)
    failed = [x.split()[1] for x in output.splitlines() if x.startswith("FAILED ")]
    return verdict(code, output), failed[0].partition("::")[2] if failed else ""


def check_entries(defects: list[Defect]) -> bool:
    """Every entry fits the source, and its tests pass when nothing is planted."""
    faults = [f"  {d.what}: {d.fault()}" for d in defects if d.fault()]
    if faults:
        print("Entries that no longer fit the source:", *faults, sep="\n")
        return False
    tests = tuple(sorted({t for d in defects for t in d.tests}))
    with tempfile.TemporaryDirectory(prefix="defect-") as folder:
        code, output = pytest_on(copy_source(Path(folder)), tests)
    if code != 0:
        print(f"Without any defect the named tests do not pass:\n{output[-4000:]}")
    return code == 0


def main(words: list[str]) -> int:
    """Plant all defects, or those with one of `words` in their name or file."""
    defects = load()
    if words:
        defects = [d for d in defects if any(w in d.what + d.file for w in words)]
    if not defects:
        print("No defect has that in its name or file.")
        return 1
    if not check_entries(defects):
        return 1
    start, survived = time.monotonic(), 0
    with ThreadPoolExecutor(PROCESSES) as pool:
        for defect, (result, test) in zip(
            defects, pool.map(plant, defects), strict=True
        ):
            print(f"{result:9} {defect.file}: {defect.what}", flush=True)
            if test:
                print(f"{'':9}   by {test}", flush=True)
            survived += result != "killed"
    killed = len(defects) - survived
    print(f"{killed} of {len(defects)} killed in {time.monotonic() - start:.0f} s")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
