"""512 touchdowns beside MuJoCo's time for the same: part of `make bench`.

Both to rest, one core each, same lander and ground. MuJoCo flies a sample of them.
"""

import sys
import time
from pathlib import Path

from frigoris import runtime

runtime.prepare()
sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from frigoris.flight.landing import work_off  # noqa: E402
from frigoris.lander.touchdown import begin  # noqa: E402
from reference.test_touchdown_mujoco import LONG, machine, ours  # noqa: E402
from support.mujoco_lander import Scene, fly  # noqa: E402
from support.touchdowns import bed, body, turned  # noqa: E402

COUNT, SAMPLE = 512, 48


def main() -> None:
    """Print both times for one landing and their ratio."""
    rng = np.random.default_rng(1)
    m = machine()
    steep = rng.uniform(0.0, 0.15, COUNT)
    speed, way = rng.uniform(0.0, 1.5, COUNT), 2 * np.pi * rng.random(COUNT)
    fall, yaw = rng.uniform(0.3, 2.0, COUNT), 2 * np.pi * rng.random(COUNT)
    v = np.stack([speed * np.cos(way), speed * np.sin(way), -fall], axis=1)
    made = ours(m, steep, bed(2e6, 1e9, 1e12, 1e6, m.friction))
    plane = turned("y", -steep)
    start = body(plane.apply(v).T, plane * turned("z", yaw), *np.zeros((2, 3, COUNT)))
    walls = []
    for _ in range(3):
        began = time.perf_counter()
        settled = work_off(made, begin(made, start))
        walls.append(time.perf_counter() - began)
    mine = min(walls) / COUNT
    steps = float(np.mean(np.asarray(settled.time)))
    scenes = [Scene(*x) for x in zip(steep, yaw, v, strict=True)]
    began = time.perf_counter()
    for scene in scenes[:SAMPLE]:
        fly(m, scene, LONG)
    theirs = (time.perf_counter() - began) / SAMPLE
    print(
        f"{COUNT} touchdowns: {1e3 * mine:.1f} ms each, {steps:.1f} s to rest; "
        f"MuJoCo {1e3 * theirs:.0f} ms each over {SAMPLE} of them: "
        f"{theirs / mine:.0f} times faster (asked 3, goal 10)"
    )


if __name__ == "__main__":
    main()
