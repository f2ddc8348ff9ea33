"""Swing of the liquid near the ground, with and without the notch on the torque.

    python docs/measure/light_slosh.py

flies `docs/examples/light-slosh.yaml` at the design point twice, the second time with a
notch of depth one, which is none, and prints the largest swing and its rate at the
moments whose state is kept.
"""

from pathlib import Path

from frigoris import runtime

runtime.prepare()

import jax  # noqa: E402
import numpy as np  # noqa: E402

jax.config.update("jax_enable_x64", True)

from frigoris.mission.batch import fly_lanes, look_at, make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import set_values  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402

HERE = Path(__file__).parent
LAST = 100.0  # before the contact [s]


def main() -> None:
    """Both flights, a line for each moment."""
    whole = load_mission(HERE.parent / "examples" / "light-slosh.yaml")
    without = set_values(whole, ["onboard.control.filter.depth_ratio=1"])
    for name, mission in (("notch", whole), ("none", without)):
        stage = make_stage(mission)
        lane = (mission, Case(None, noise=False))
        batch = fly_lanes(stage, [lane], keep=True)
        seen = look_at(stage, batch, 0)
        end = seen.touched.time if seen.touched else np.nan
        print(f"{name}: {seen.outcome}")
        for kept in batch.flown.states:
            before = end - float(kept.time)
            if 0.0 < before < LAST:
                m = kept.truth.motion
                place, rate = (
                    1e3 * float(np.max(np.abs(x[..., 0])))
                    for x in (m.slosh, m.slosh_rate)
                )
                print(f"  {before:5.1f} s before: {place:.2f} mm, {rate:.2f} mm/s")


if __name__ == "__main__":
    main()
