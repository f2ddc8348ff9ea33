"""Faults that any instrument may have: off, losing samples, frozen."""

from frigoris.flight.faults.names import LARGE
from frigoris.mission.faults.declare import (
    INSTRUMENTS,
    FaultClass,
    chance,
    instrument,
    number,
    of_instrument,
    weights,
)

CLASSES = (
    FaultClass(
        name="instrument_off",
        table="measurement",
        text="an instrument says nothing; the inertial unit says zero",
        parameters=(instrument("laser"),),
        kinds=(1, 2, 14, 22, 59),
        flights=(("IM-1 Odysseus", 2024), ("Beresheet", 2019)),
        fill=lambda g, _: {"weight": of_instrument(g), "drop": LARGE},
    ),
    FaultClass(
        name="lost_samples",
        table="measurement",
        text="an instrument loses samples by chance",
        parameters=(
            instrument("laser"),
            number("lost_ratio", 0.5, 0.0, 1.0, "share that is lost"),
        ),
        kinds=(2, 49),
        flights=(("IM-1 Odysseus", 2024), ("Apollo 14", 1971)),
        fill=lambda g, _: {"weight": of_instrument(g), "drop": chance(g["lost"])},
    ),
    FaultClass(
        name="frozen_value",
        table="measurement",
        text="an instrument says its last value again at every tick",
        parameters=(instrument("laser"),),
        kinds=(7,),
        flights=(("IM-1 Odysseus", 2024),),
        fill=lambda g, _: {"weight": of_instrument(g), "hold": 1.0},
    ),
    FaultClass(
        name="star_tracker_blind",
        table="measurement",
        text="light in the star tracker: no attitudes",
        parameters=(),
        kinds=(23,),
        flights=(("Beresheet", 2019),),
        fill=lambda _, __: {
            "weight": weights(INSTRUMENTS["star_tracker"]),
            "drop": LARGE,
        },
    ),
    FaultClass(
        name="star_tracker_error",
        table="measurement",
        text="attitudes turned about the axes of the body",
        parameters=(
            number("about_x_mrad", 0.0, -100.0, 100.0, "turn about +x"),
            number("about_y_mrad", 0.0, -100.0, 100.0, "turn about +y"),
            number("about_z_mrad", 0.0, -100.0, 100.0, "turn about +z"),
        ),
        kinds=(17,),
        flights=(),
        fill=lambda g, _: {
            "weight": weights({f"star_turn_{k}": g[f"about_{k}"] for k in "xyz"}),
            "offset": 1.0,
        },
    ),
    FaultClass(
        name="gauge_error",
        table="measurement",
        text="the propellant gauge reads wrong",
        parameters=(
            number("bias_kg", 0.0, -1e4, 1e4, "added to every reading"),
            number("scale_ratio", 0.0, -1.0, 10.0, "share of the reading added"),
            number("noise_kg", 0.0, 0.0, 1e4, "one sigma of what slosh adds"),
        ),
        kinds=(42,),
        flights=(("Apollo 11", 1969),),
        fill=lambda g, _: {
            "weight": weights(("gauge",)),
            "offset": g["bias"],
            "gain": 1.0 + g["scale"],
            "sigma": g["noise"],
        },
    ),
)
