"""Campaigns whose worker or parent is killed at random moments, then resumed.

The line of `docs/campaigns.md`: `.venv/bin/python docs/measure/kill.py [ROUNDS]`. Every
store is held against the undisturbed one: the same cases, the same rows to the bit.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from frigoris import runtime

runtime.prepare()

from frigoris.campaign.store import open_store, read_chunk  # noqa: E402

ROUNDS = 30  # of each kind
COUNT = 384
FLY = (sys.executable, "-m", "frigoris", "campaign", "hakuto-r-m2", "--nominal")
SEED = 1


def command(folder, *more):
    """A campaign of two workers into a folder."""
    options = ["-n", str(COUNT), "--workers", "2", "--out", str(folder)]
    return [*FLY, *options, *more]


def fly(folder, *more):
    """Run it to its end."""
    subprocess.run(command(folder, *more), check=True, capture_output=True)


def rows(folder):
    """Every column of every row, as text."""
    store = open_store(folder)
    found = []
    for chunk, path in enumerate(store.files):
        table = read_chunk(path, store.plan.cases(chunk))
        found += [repr(row) for row in table.to_pylist()]
    return found


def workers(parent):
    """Process numbers of the workers of a campaign, from the process table."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(parent)],
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [int(x.split()[0]) for x in listed if "spawn_main" in x]


def disturb(folder, after, kill_parent):
    """Start, wait, kill; True where something was there to be killed."""
    process = subprocess.Popen(
        command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    time.sleep(after)
    victims = [process.pid] if kill_parent else workers(process.pid)
    struck = process.poll() is None and bool(victims)
    if struck:
        os.kill(random.choice(victims), signal.SIGKILL)
    process.wait()
    return struck, process.returncode


def main():
    """Kill, resume, compare."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    random.seed(SEED)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        began = time.perf_counter()
        fly(base / "undisturbed")
        whole = time.perf_counter() - began
        wanted = rows(base / "undisturbed")
        for kind in ("worker", "parent"):
            struck = finished = equal = 0
            for k in range(rounds):
                folder = base / f"{kind}-{k}"
                hit, code = disturb(
                    folder, random.uniform(0.2, 1.0) * whole, kind == "parent"
                )
                struck += hit
                finished += code == 0
                fly(folder, "--resume")
                equal += rows(folder) == wanted
                left = [p.name for p in folder.iterdir() if p.name.startswith(".chunk")]
                assert not left, left
            print(
                f"{kind}: {struck} of {rounds} killed, {finished} ended by themselves, "
                f"after --resume {equal} of {rounds} equal the undisturbed store"
            )


if __name__ == "__main__":
    main()
