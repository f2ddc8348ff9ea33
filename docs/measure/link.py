"""First valid altitude and impact against the link of the weak laser, and each fault.

The table of `docs/caveats.md`: `.venv/bin/python docs/measure/link.py`.
"""

from frigoris import runtime

runtime.prepare()

from frigoris.flight.observables import OBSERVABLES  # noqa: E402
from frigoris.mission.batch import fly_lanes, look_at, make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import set_values  # noqa: E402
from frigoris.mission.fly import without  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402

FACTORS = (1.0, 2.0, 4.0, 8.0, 10.0, 12.0, 16.0)
PATH = "sensors.laser.efficiency_ratio"


def main():
    """Print one row per factor."""
    mission = load_mission("hakuto-r-m2")
    stage = make_stage(mission)
    base = mission.faults["weak_laser"].set[PATH]
    flights = {
        f"link x{f:g}": set_values(
            mission, [f"faults.weak_laser.set.{PATH}={f * base}"]
        )
        for f in FACTORS
    } | {"attitude error alone": without(mission, "weak_laser")}
    batch = fly_lanes(stage, [(m, Case(None, noise=False)) for m in flights.values()])
    first = None
    print("| flight | first valid [m] | over root of link | down [m/s] | outcome |")
    print("|---|---|---|---|---|")
    for k, name in enumerate(flights):
        seen = look_at(stage, batch, k)
        valid = OBSERVABLES["first_valid_altitude_m"](seen)
        first = first or valid
        ratio = f"{valid / first / FACTORS[k] ** 0.5:.3f}" if k < len(FACTORS) else ""
        down = seen.touched.vertical_speed
        print(f"| {name} | {valid:.0f} | {ratio} | {down:.2f} | {seen.outcome} |")


main()
