"""Faults of range finders: laser and radar altimeter (kinds 1 to 9)."""

from frigoris.mission.faults.declare import (
    RANGERS,
    FaultClass,
    Given,
    Machine,
    Numbers,
    chance,
    instrument,
    number,
    of_instrument,
    word,
)

RANGER = instrument("laser", RANGERS)
FLAGS = {"always_set": 1.0, "never_set": 2.0, "inverted": 3.0}


def _bias(given: Given, _: Machine) -> Numbers:
    return {
        "weight": of_instrument(given),
        "offset": given["bias"],
        "gain": 1.0 + given["scale"],
        "drift": given["drift"],
    }


def _noise(given: Given, _: Machine) -> Numbers:
    return {
        "weight": of_instrument(given),
        "sigma": given["sigma"],
        "sigma_share": given["sigma_share"],
        "outlier": chance(given["outlier"]),
        "outlier_size": given["outlier_size"],
    }


def _weak(given: Given, _: Machine) -> Numbers:
    if given["instrument"] == "laser":
        return {"laser_power": given["power"], "laser_reach": given["reach"]}
    return {"radar_power": given["power"]}


CLASSES = (
    FaultClass(
        name="range_bias",
        table="measurement",
        text="a range finder reads too long or too short",
        parameters=(
            RANGER,
            number("bias_m", 0.0, -1e5, 1e5, "added to every range"),
            number("scale_ratio", 0.0, -10.0, 10.0, "share of the range added"),
            number("drift_m_s", 0.0, -1e3, 1e3, "by which the bias grows"),
        ),
        kinds=(4,),
        flights=(),
        fill=_bias,
    ),
    FaultClass(
        name="range_noise",
        table="measurement",
        text="a range finder is noisy, more so from afar, with outliers",
        parameters=(
            RANGER,
            number("sigma_m", 0.0, 0.0, 1e5, "noise"),
            number("sigma_share_ratio", 0.0, 0.0, 10.0, "noise, share of the range"),
            number("outlier_ratio", 0.0, 0.0, 1.0, "share of samples that are one"),
            number("outlier_size_m", 0.0, 0.0, 1e6, "one sigma of an outlier"),
        ),
        kinds=(3,),
        flights=(("IM-2 Athena", 2025),),
        fill=_noise,
    ),
    FaultClass(
        name="weak_echo",
        table="measurement",
        text="a range finder sends less, or hears less far",
        parameters=(
            RANGER,
            number("power_ratio", 1.0, 0.0, 10.0, "of the energy it should send"),
            number("reach_ratio", 1.0, 0.0, 1.0, "of the longest range of a laser"),
        ),
        kinds=(1, 5),
        flights=(("HAKUTO-R Mission 2", 2025), ("IM-1 Odysseus", 2024)),
        fill=_weak,
    ),
    FaultClass(
        name="false_lock",
        table="measurement",
        text="a range finder locks to something that is not the ground",
        parameters=(RANGER, number("range_m", 100.0, 0.0, 1e6, "that it says")),
        kinds=(6,),
        flights=(("Apollo 14", 1971),),
        fill=lambda g, _: {"weight": of_instrument(g), "force": g["range"]},
    ),
    FaultClass(
        name="range_ambiguity",
        table="measurement",
        text="a wrong range gate: ranges are said modulo one",
        parameters=(RANGER, number("modulo_m", 1500.0, 1.0, 1e6, "of the gate")),
        kinds=(6,),
        flights=(("Apollo 14", 1971),),
        fill=lambda g, _: {"weight": of_instrument(g), "fold": g["modulo"]},
    ),
    FaultClass(
        name="wrong_units",
        table="measurement",
        text="ranges in another unit, or from another place in the message",
        parameters=(RANGER, number("factor_ratio", 0.3048, 0.0, 1e4, "of the range")),
        kinds=(8,),
        flights=(("IM-1 Odysseus", 2024),),
        fill=lambda g, _: {"weight": of_instrument(g), "gain": g["factor"]},
    ),
    FaultClass(
        name="validity_flag",
        table="measurement",
        text="the flag that says a value is valid is wrong",
        parameters=(
            instrument("laser", ("laser", "star_tracker")),
            word("flag", "never_set", tuple(FLAGS), "what it does"),
        ),
        kinds=(8,),
        flights=(("IM-1 Odysseus", 2024),),
        fill=lambda g, _: {"weight": of_instrument(g), "flag": FLAGS[g["flag"]]},
    ),
)
