"""Faults of the velocimeter (kinds 9 to 13 and 21)."""

from frigoris.flight.faults.names import FIRST_BEAM, LARGE
from frigoris.mission.faults.declare import (
    FaultClass,
    Given,
    Machine,
    Numbers,
    Parameter,
    number,
    of_number,
    weights,
)

BEAM = Parameter("beam", "by number from 1, or all", "1", of="beams", extra=("all",))
NEEDS = ("velocimeter",)


def _beams(given: Given, machine: Machine) -> list[float]:
    found = weights(())
    last = FIRST_BEAM + machine.beams
    found[FIRST_BEAM:last] = of_number(given["beam"], machine.beams)
    return found


def _error(given: Given, machine: Machine) -> Numbers:
    return {
        "weight": _beams(given, machine),
        "offset": given["bias"],
        "gain": 1.0 + given["scale"],
        "fold": given["modulo"] or LARGE,
        "sigma": given["noise"],
    }


CLASSES = (
    FaultClass(
        name="beam_loss",
        table="measurement",
        text="beams of the velocimeter lose lock",
        parameters=(BEAM,),
        kinds=(9, 11),
        flights=(("Surveyor 3", 1967),),
        fill=lambda g, m: {"weight": _beams(g, m), "drop": LARGE},
        needs=NEEDS,
    ),
    FaultClass(
        name="dust_velocity",
        table="measurement",
        text="beams follow the dust that flows away, not the ground",
        parameters=(
            BEAM,
            number("speed_m_s", 5.0, -100.0, 100.0, "added along the beam"),
        ),
        kinds=(12,),
        flights=(("Apollo 12", 1969),),
        fill=lambda g, m: {"weight": _beams(g, m), "offset": g["speed"]},
        needs=NEEDS,
        trigger=(("altitude_km", 0.03),),
    ),
    FaultClass(
        name="velocity_error",
        table="measurement",
        text="bias, scale error, side lobe or ambiguity of the velocimeter",
        parameters=(
            BEAM,
            number("bias_m_s", 0.0, -1e3, 1e3, "added to the speed along a beam"),
            number("scale_ratio", 0.0, -10.0, 10.0, "share of the speed added"),
            number("modulo_m_s", 0.0, 0.0, 1e4, "speeds are said modulo it; 0: not"),
            number("noise_m_s", 0.0, 0.0, 1e3, "one sigma"),
        ),
        kinds=(13, 21),
        flights=(("IM-1 Odysseus", 2024),),
        fill=_error,
        needs=NEEDS,
    ),
)
