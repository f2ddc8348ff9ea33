"""How fast software in another process flies, and how the lander in C lands.

    .venv/bin/python docs/measure/lockstep.py "./lander" [CASES]

flies the design point and CASES dispersed cases of RESILIENCE, and prints ticks per
second, the wait for answers, and what became of each flight.
"""

import sys

from frigoris import runtime

runtime.prepare()

from frigoris.mission.batch import make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import nominal  # noqa: E402
from frigoris.mission.external import External, fly_external  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402


def main() -> None:
    """One line for each flight."""
    command, count = sys.argv[1], int((sys.argv[2:] or ["0"])[0])
    stage = make_stage(nominal(load_mission("hakuto-r-m2")))
    cases = [Case(None, noise=False), *(Case(k) for k in range(count))]
    for case in cases:
        flight = fly_external(stage, case, External(command))
        told, at = flight.software or {}, flight.contact or {}
        print(
            f"{'design' if case.case is None else case.case}: {flight.outcome}, "
            f"{at.get('speed_vertical_m_s', 0):.2f} m/s down, "
            f"{at.get('speed_horizontal_m_s', 0):.2f} m/s sideways, "
            f"{at.get('miss_m', 0):.0f} m off; {told['ticks']} ticks in "
            f"{told['flight_wall_s']:.1f} s, {told['ticks_per_s']:.0f} per s, "
            f"{told['waited_s']:.1f} s of it waiting",
            flush=True,
        )


if __name__ == "__main__":
    main()
