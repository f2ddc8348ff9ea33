"""Faults of bus, computer, switches, power and orders (kinds 47 to 52)."""

from frigoris.constants import TICK
from frigoris.flight.faults.names import CHANNELS, MESSAGES
from frigoris.mission.faults.declare import (
    SWAPS,
    FaultClass,
    Given,
    Machine,
    Numbers,
    Parameter,
    chance,
    leg,
    number,
    of_number,
    word,
)
from frigoris.phases import number as phase_number

MESSAGE = Parameter("message", "which messages", "laser", among=MESSAGES, of="messages")
CHANNEL_PAIR = Parameter(
    "channels", "which two", "accelerometer_xy", among=tuple(SWAPS), of="swaps"
)


def _message(given: Given) -> list[float]:
    return [float(m == given["message"]) for m in MESSAGES]


def _swap(given: Given, _: Machine) -> Numbers:
    a, b = SWAPS[given["channels"]]
    return {"swap_a": CHANNELS.index(a), "swap_b": CHANNELS.index(b)}


CLASSES = (
    FaultClass(
        name="late_message",
        table="bus",
        text="messages come later, and their time tag does not know; 1.5 s at most "
        "with the latency of laser, radar, velocimeter and camera, 0.7 s for others",
        parameters=(MESSAGE, number("delay_s", 0.2, 0.0, 1.5, "in whole ticks")),
        kinds=(7, 18, 36, 49),
        flights=(("IM-1 Odysseus", 2024), ("Apollo 11", 1969)),
        fill=lambda g, _: {"message": _message(g), "delay": round(g["delay"] / TICK)},
    ),
    FaultClass(
        name="lost_message",
        table="bus",
        text="messages are lost by chance; the last command holds",
        parameters=(MESSAGE, number("lost_ratio", 0.5, 0.0, 1.0, "share lost")),
        kinds=(30, 49),
        flights=(("Luna-25", 2023),),
        fill=lambda g, _: {"message": _message(g), "drop": chance(g["lost"])},
    ),
    FaultClass(
        name="swapped_channels",
        table="bus",
        text="two channels stand in each other's place",
        parameters=(CHANNEL_PAIR,),
        kinds=(8, 18, 49),
        flights=(("IM-1 Odysseus", 2024),),
        fill=_swap,
    ),
    FaultClass(
        name="slow_computer",
        table="processor",
        text="steps of the flight software are left out, their increments are lost",
        parameters=(number("skipped_ratio", 0.1, 0.0, 1.0, "share of the steps"),),
        kinds=(47,),
        flights=(("Apollo 11", 1969),),
        fill=lambda g, _: {"skip": chance(g["skipped"])},
    ),
    FaultClass(
        name="reset",
        table="processor",
        text="the computer is down with commands off, then comes back; with "
        "`period_s` and `on_s` again and again",
        parameters=(
            word("memory", "kept", ("kept", "lost"), "kept, or as it was loaded"),
        ),
        kinds=(14, 47, 48),
        flights=(("Beresheet", 2019), ("Apollo 11", 1969)),
        fill=lambda g, _: {"down": 1.0, "cold": float(g["memory"] == "lost")},
        trigger=(("duration_s", 2.0),),
    ),
    FaultClass(
        name="false_contact",
        table="discrete",
        text="a leg switch says that it touches, or that it does not",
        parameters=(leg(), word("says", "contact", ("contact", "none"), "what")),
        kinds=(26, 50),
        flights=(("Mars Polar Lander", 1999), ("Apollo 14", 1971)),
        fill=lambda g, m: {
            "legs": of_number(g["leg"], m.legs),
            "closed": float(g["says"] == "contact"),
        },
    ),
    FaultClass(
        name="order",
        table="discrete",
        text="a phase is ordered: from the ground, or by a false discrete",
        parameters=(Parameter("phase_ordered", "by name", "landed", of="phases"),),
        kinds=(50, 51),
        flights=(("Beresheet", 2019), ("Apollo 14", 1971)),
        fill=lambda g, _: {"order": float(phase_number(g["phase_ordered"]))},
        trigger=(("duration_s", TICK),),
    ),
    FaultClass(
        name="bus_down",
        table="discrete",
        text="no power: valves shut, range finder and radio off",
        parameters=(),
        kinds=(52,),
        flights=(("Beresheet", 2019),),
        fill=lambda _, __: {"dead": 1.0},
        trigger=(("duration_s", 1.0),),
    ),
    FaultClass(
        name="extra_load",
        table="discrete",
        text="a load on the bus that nobody planned",
        parameters=(number("load_W", 100.0, -1e4, 1e4, "added"),),
        kinds=(52,),
        flights=(),
        fill=lambda g, _: {"load": g["load"]},
    ),
)
