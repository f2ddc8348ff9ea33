"""Mission 1 over Atlas: the chain as a figure, and which cures work over that ground.

Figure and table of `docs/models/navigation.md`:
`.venv/bin/python docs/measure/atlas.py`.
"""

from pathlib import Path

from frigoris import runtime

runtime.prepare()

import numpy as np  # noqa: E402
from matplotlib import rc_context  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from frigoris.flight import lockout  # noqa: E402
from frigoris.flight.seen import Seen  # noqa: E402
from frigoris.mission.batch import fly_lanes, look_at, make_stage  # noqa: E402
from frigoris.mission.cases import Case  # noqa: E402
from frigoris.mission.edit import set_values  # noqa: E402
from frigoris.mission.load import load_mission  # noqa: E402
from frigoris.mission.schema import Mission  # noqa: E402
from frigoris.report.style import LIGHT, RC  # noqa: E402

MISSION = load_mission("hakuto-r-m1")
MAPS = ("ldem_4", "fused16")
N = "onboard.navigation."
CURES = {
    "as flown": (),
    "no latch": (f"{N}editor=chi2",),
    "no gate at all": (f"{N}editor=none",),
    "reacquisition": (f"{N}editor=reacquire",),
    "noise of the relief, latch kept": (f"{N}relief_walk_m=30",),
    "noise of the relief, no latch": (f"{N}editor=chi2", f"{N}relief_walk_m=30"),
    "both": (f"{N}editor=reacquire", f"{N}relief_walk_m=30"),
    "three hypotheses": (f"{N}editor=multiple_model",),
    "three hypotheses, noise": (f"{N}editor=multiple_model", f"{N}relief_walk_m=30"),
}
# of the example with every instrument
EQUIPPED = load_mission(Path(__file__).parents[1] / "examples" / "all-sensors.yaml")
CARRIED = {
    "velocimeter behind a gate of 1 m/s": (("velocimeter",), ()),
    "velocimeter behind a gate of 20 m/s": (
        ("velocimeter",),
        (f"{N}speed_gate_m_s=20",),
    ),
    "map of heights on board": (("map",), ()),
}
REACH_M = 11_000.0  # of the beams: the rim is passed at 6 km
MAP_KM = 100.0  # half of its width: ranges begin 60 km before the target
BEFORE = 480.0  # shown from so long after ignition [s]


def carrying(what: tuple[str, ...]) -> Mission:
    """The mission with further instruments or a map."""
    told, sensors, onboard = MISSION, MISSION.sensors, MISSION.onboard
    navigation = onboard.navigation
    if "velocimeter" in what:
        unit = EQUIPPED.sensors.velocimeter.model_copy(update={"range_max_m": REACH_M})
        sensors = sensors.model_copy(update={"velocimeter": unit})
    if "map" in what:
        wide = EQUIPPED.onboard.navigation.map.model_copy(
            update={"half_km": MAP_KM, "resolution_m": 500.0}
        )
        navigation = navigation.model_copy(update={"map": wide})
    onboard = onboard.model_copy(update={"navigation": navigation})
    return told.model_copy(update={"sensors": sensors, "onboard": onboard})


def flown(mission: Mission, name: str) -> Seen:
    stage = make_stage(mission, name)
    return look_at(stage, fly_lanes(stage, [(mission, Case(None, noise=False))]), 0)


def line(seen: Seen) -> str:
    t = seen.touched
    if t is None:
        return seen.outcome
    speeds = f"{t.vertical_speed:.1f} down, {t.horizontal_speed:.1f} m/s sideways"
    return f"{seen.outcome}, {speeds}, {seen.miss / 1e3:.1f} km off"


def draw(seen: Seen, path: Path) -> None:
    zero, on, truth = seen.ignition_planned, seen.onboard, seen.truth
    t, s = truth["t_s"] - zero, on["t_s"] - zero
    with rc_context(RC):
        figure = Figure(figsize=(11.0, 7.0), dpi=110.0, facecolor=LIGHT["paper"])
        high, rate = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        site = np.interp(seen.touched.time, truth["t_s"], truth["ground_height_m"])
        ground = (truth["ground_height_m"] - site) / 1e3
        high.fill_between(t, ground, -2.0, color=LIGHT["grid"], label="ground below")
        high.plot(s, on["est_altitude_m"] / 1e3, c=LIGHT["estimate"], label="estimate")
        above = (truth["height_m"] - site) / 1e3
        high.plot(t, above, c=LIGHT["truth"], label="truth")
        high.set_ylabel("height over the target, km")
        high.set_title("Mission 1 over the rim of Atlas (LDEM_4, no error injected)")
        error = on["est_descent_rate_m_s"] - np.interp(s, t, truth["descent_rate_m_s"])
        rate.plot(s, error, c=LIGHT["bad"])
        rate.set_ylabel("descent rate,\nestimate less truth, m/s")
        rate.set_xlabel("time since braking ignition, s")
        for moment, words in (
            (lockout.latched(seen), "latched"),
            (lockout.passes(seen, lockout.ZERO), "believes to stand"),
            (lockout.dry(seen), "dry"),
        ):
            for ax in (high, rate):
                ax.axvline(moment - zero, c=LIGHT["plan"], lw=0.8)
            high.text(moment - zero + 3.0, 10.5, words, color=LIGHT["muted"])
        high.set_xlim(BEFORE, seen.touched.time - zero + 5.0)
        high.set_ylim(-0.6, 12.0)
        rate.set_ylim(-22.0, 18.0)
        high.legend(loc="center left", bbox_to_anchor=(0.0, 0.35))
        figure.tight_layout()
        figure.savefig(path, metadata={"Software": None})


def main() -> None:
    print("| change | " + " | ".join(MAPS) + " |\n|---|" + "---|" * len(MAPS))
    changed = {w: set_values(MISSION, list(sets)) for w, sets in CURES.items()}
    changed |= {
        words: set_values(carrying(what), list(sets))
        for words, (what, sets) in CARRIED.items()
    }
    for words, mission in changed.items():
        seen = [flown(mission, name) for name in MAPS]
        print(f"| {words} | " + " | ".join(map(line, seen)) + " |", flush=True)
        if words == "as flown":
            draw(seen[0], Path(__file__).parents[1] / "figures" / "atlas.png")


if __name__ == "__main__":
    main()
