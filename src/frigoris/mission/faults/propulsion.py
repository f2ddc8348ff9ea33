"""Faults of engines, thrusters, gimbals and tanks (kinds 38 to 46)."""

from frigoris.mission.faults.declare import (
    FaultClass,
    Given,
    Machine,
    Numbers,
    engine,
    jet,
    number,
    of_engine,
    of_number,
    word,
)


def _thrust(given: Given, machine: Machine) -> Numbers:
    share = given["thrust"]
    return {
        "engines": of_engine(given, machine),
        "thrust": share,
        # a flow that stays while the thrust falls is a lower specific impulse
        "isp": share if given["flow"] == "stays" else 1.0,
    }


def _vector(given: Given, name: str) -> list[float]:
    return [given[f"{name}_{k}"] for k in "xyz"]


def _gimbal(given: Given, _: Machine) -> Numbers:
    stuck = given["moves"] == "no"
    return {
        "gimbal_gain": 0.0 if stuck else 1.0,
        "gimbal_offset": [given["about_x"], given["about_y"]],
    }


ABOUT = (
    number("about_x_deg", 0.0, -30.0, 30.0, "turn about +x"),
    number("about_y_deg", 0.0, -30.0, 30.0, "turn about +y"),
)
CLASSES = (
    FaultClass(
        name="thrust_loss",
        table="actuator",
        text="an engine gives another thrust than commanded",
        parameters=(
            engine(),
            number("thrust_ratio", 0.55, 0.0, 2.0, "of the thrust commanded"),
            word("flow", "falls", ("falls", "stays"), "of propellant with it"),
        ),
        kinds=(38, 39),
        flights=(("SLIM", 2024), ("Chandrayaan-2", 2019)),
        fill=_thrust,
    ),
    FaultClass(
        name="engine_out",
        table="actuator",
        text="an engine shuts and stays shut",
        parameters=(engine(),),
        kinds=(39, 40),
        flights=(("SLIM", 2024), ("Beresheet", 2019), ("Surveyor 2", 1966)),
        fill=lambda g, m: {"engines": of_engine(g, m), "shut": 1.0},
    ),
    FaultClass(
        name="no_start",
        table="actuator",
        text="an engine does not open when it is told to, from the n-th time on",
        parameters=(engine(),),
        kinds=(40,),
        flights=(("Surveyor 2", 1966), ("Beresheet", 2019)),
        fill=lambda g, m: {"engines": of_engine(g, m), "shut": 1.0},
        trigger=(("opening_count", 2),),
    ),
    FaultClass(
        name="valve_open",
        table="actuator",
        text="an engine cannot be closed: it burns at full thrust",
        parameters=(engine(),),
        kinds=(40, 41),
        flights=(("Luna-25", 2023),),
        fill=lambda g, m: {"engines": of_engine(g, m), "open": 1.0},
    ),
    FaultClass(
        name="thrust_off_axis",
        table="actuator",
        text="the thrust of an engine points elsewhere, as of a broken nozzle",
        parameters=(engine(), *ABOUT),
        kinds=(39, 45),
        flights=(("SLIM", 2024),),
        fill=lambda g, m: {
            "engines": of_engine(g, m),
            "swing": [g["about_x"], g["about_y"]],
        },
    ),
    FaultClass(
        name="isp_shift",
        table="actuator",
        text="an engine burns more for the same thrust",
        parameters=(
            engine("all"),
            number("isp_ratio", 0.95, 0.1, 2.0, "of the specific impulse"),
        ),
        kinds=(42,),
        flights=(("Apollo 11", 1969),),
        fill=lambda g, m: {"engines": of_engine(g, m), "isp": g["isp"]},
    ),
    FaultClass(
        name="gimbal_bias",
        table="actuator",
        text="gimbals stand beside where they are commanded, or do not move",
        parameters=(*ABOUT, word("moves", "yes", ("yes", "no"), "do they still")),
        kinds=(45,),
        flights=(("IM-1 Odysseus", 2024),),
        fill=_gimbal,
    ),
    FaultClass(
        name="gimbal_jam",
        table="actuator",
        text="gimbals stay where they are",
        parameters=(),
        kinds=(45,),
        flights=(("IM-1 Odysseus", 2024),),
        fill=lambda _, __: {"gimbal_hold": 1.0},
    ),
    FaultClass(
        name="jet_off",
        table="actuator",
        text="an attitude thruster does not open",
        parameters=(jet(),),
        kinds=(44,),
        flights=(),
        fill=lambda g, m: {"jets": of_number(g["jet"], m.jets), "shut": 1.0},
    ),
    FaultClass(
        name="jet_on",
        table="actuator",
        text="an attitude thruster cannot be closed",
        parameters=(jet(),),
        kinds=(44,),
        flights=(("Gemini 8", 1966),),
        fill=lambda g, m: {"jets": of_number(g["jet"], m.jets), "open": 1.0},
    ),
    FaultClass(
        name="jet_weak",
        table="actuator",
        text="an attitude thruster pushes less, and burns less with it",
        parameters=(jet(), number("thrust_ratio", 0.5, 0.0, 2.0, "of its thrust")),
        kinds=(44,),
        flights=(),
        fill=lambda g, m: {
            "jets": of_number(g["jet"], m.jets),
            "jet_push": g["thrust"],
        },
    ),
    FaultClass(
        name="leak",
        table="actuator",
        text="propellant flows out and pushes the lander",
        parameters=(
            word("tank", "descent", ("descent", "attitude"), "whose propellant"),
            number("flow_kg_s", 0.01, 0.0, 100.0, "lost"),
            *(number(f"force_{k}_N", 0.0, -1e4, 1e4, "of it, body") for k in "xyz"),
            *(number(f"place_{k}_m", 0.0, -10.0, 10.0, "of it, body") for k in "xyz"),
        ),
        kinds=(43,),
        flights=(("Peregrine", 2024),),
        fill=lambda g, _: {
            "leak": g["flow"] if g["tank"] == "descent" else 0.0,
            "leak_rcs": g["flow"] if g["tank"] == "attitude" else 0.0,
            "push": _vector(g, "force"),
            "place": _vector(g, "place"),
        },
    ),
    FaultClass(
        name="com_shift",
        table="actuator",
        text="something moved aboard: the centre of mass of the dry lander shifts",
        parameters=tuple(
            number(f"shift_{k}_m", 0.0, -1.0, 1.0, f"along {k}") for k in "xyz"
        ),
        kinds=(46,),
        flights=(),
        fill=lambda g, _: {"com_shift": _vector(g, "shift")},
    ),
)
