"""Faults of ground, dust and legs (kinds 10 and 53 to 56); they are so from the start.

Places are those of the target's plane; the map and all that is planned with it know
nothing of them.
"""

from frigoris.mission.faults.declare import (
    FaultClass,
    Given,
    Machine,
    Numbers,
    leg,
    number,
    of_number,
)

PLACE = (
    number("east_m", 0.0, -5e4, 5e4, "of the target"),
    number("north_m", 0.0, -5e4, 5e4, "of the target"),
)


def _place(given: Given) -> Numbers:
    return {
        "bump_east": given["east"],
        "bump_north": given["north"],
        "bump_radius": given["radius"],
    }


def _leg(given: Given, machine: Machine) -> Numbers:
    return {
        "legs": of_number(given["leg"], machine.legs),
        "stiffness": given["stiffness"],
        "crush": given["crush"],
        "strength": given["strength"],
    }


CLASSES = (
    FaultClass(
        name="step",
        table="contact",
        text="the ground rises or falls by a step that is on no map",
        parameters=(
            *PLACE,
            number("radius_m", 500.0, 1.0, 5e4, "half the length of its slope"),
            number("height_m", -500.0, -5e3, 5e3, "of the ground beyond"),
            number("heading_deg", 0.0, -360.0, 360.0, "into which it goes, from north"),
        ),
        kinds=(10, 54),
        flights=(("HAKUTO-R Mission 1", 2023),),
        fill=lambda g, _: {
            **_place(g),
            "bump_step": g["height"],
            "bump_heading": g["heading"],
        },
    ),
    FaultClass(
        name="boulder",
        table="contact",
        text="a boulder or a hill that is on no map",
        parameters=(
            *PLACE,
            number("radius_m", 1.0, 0.1, 1e4, "of its foot"),
            number("height_m", 0.5, 0.0, 1e3, "of its top"),
        ),
        kinds=(54,),
        flights=(("IM-2 Athena", 2025),),
        fill=lambda g, _: {**_place(g), "bump_dome": g["height"]},
    ),
    FaultClass(
        name="crater",
        table="contact",
        text="a crater that is on no map",
        parameters=(
            *PLACE,
            number("radius_m", 10.0, 0.5, 1e4, "of its rim"),
            number("depth_m", 2.0, 0.0, 1e3, "below the ground around"),
            number("rim_m", 0.4, 0.0, 100.0, "above the ground around"),
        ),
        kinds=(54,),
        flights=(("IM-2 Athena", 2025),),
        fill=lambda g, _: {
            **_place(g),
            "bump_dome": -g["depth"],
            "bump_rim": g["rim"],
        },
    ),
    FaultClass(
        name="weak_leg",
        table="contact",
        text="a leg is softer or weaker, or breaks at once",
        parameters=(
            leg(),
            number("stiffness_ratio", 1.0, 0.01, 10.0, "of its struts"),
            number("crush_ratio", 1.0, 0.01, 10.0, "of the load that crushes them"),
            number("strength_ratio", 1.0, 0.0, 10.0, "of the load that breaks them"),
        ),
        kinds=(53,),
        flights=(("IM-1 Odysseus", 2024),),
        fill=_leg,
    ),
    FaultClass(
        name="soil",
        table="contact",
        text="soil that bears less, or footpads that slip",
        parameters=(
            number("bearing_ratio", 1.0, 0.01, 100.0, "of its bearing"),
            number("friction_ratio", 1.0, 0.0, 10.0, "of the friction of footpads"),
        ),
        kinds=(53, 57),
        flights=(("IM-1 Odysseus", 2024),),
        fill=lambda g, _: {"bearing": g["bearing"], "friction": g["friction"]},
    ),
    FaultClass(
        name="dust",
        table="contact",
        text="dust begins higher, or is thicker, and blinds laser and velocimeter",
        parameters=(
            number("onset_ratio", 3.0, 0.0, 100.0, "of the height where it begins"),
            number("depth_ratio", 10.0, 0.0, 1e3, "of its optical depth"),
        ),
        kinds=(56,),
        flights=(("IM-1 Odysseus", 2024), ("Apollo 12", 1969)),
        fill=lambda g, _: {"onset": g["onset"], "dust": g["depth"]},
    ),
)
