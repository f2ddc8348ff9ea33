"""Faults of the inertial unit (kinds 14 to 18)."""

from frigoris.mission.faults.declare import (
    INSTRUMENTS,
    FaultClass,
    Given,
    Machine,
    Numbers,
    number,
    weights,
    word,
)

UNIT = word("unit", "accelerometer", ("accelerometer", "gyro", "both"), "which of them")
AXIS = word("axis", "all", ("x", "y", "z", "all"), "of the body")


def _channels(unit: str, axis: str = "all") -> tuple[str, ...]:
    units = ("gyro", "accelerometer") if unit == "both" else (unit,)
    axes = "xyz" if axis == "all" else axis
    return tuple(f"{u}_{a}" for u in units for a in axes)


def _error(unit: str, given: Given, _: Machine) -> Numbers:
    return {
        "weight": weights(_channels(unit, given["axis"])),
        "offset": given["bias"],
        "gain": 1.0 + given["scale"],
        "drift": given["drift"],
        "sigma": given["noise"],
    }


CLASSES = (
    FaultClass(
        name="imu_zero",
        table="measurement",
        text="an inertial unit that is not enabled: zeros, and said to be healthy",
        parameters=(UNIT,),
        kinds=(14, 15),
        flights=(("Luna-25", 2023), ("Beresheet", 2019)),
        fill=lambda g, _: {"weight": weights(_channels(g["unit"])), "force": 0.0},
    ),
    FaultClass(
        name="imu_saturation",
        table="measurement",
        text="rates beyond a limit are said to be at it",
        parameters=(number("accel_max_m_s2", 1e4, 0.0, 1e4, "of the accelerometer"),),
        kinds=(16,),
        flights=(("Schiaparelli", 2016),),
        fill=lambda g, _: {
            "weight": weights(INSTRUMENTS["accelerometer"]),
            "limit": g["accel_max"],
        },
    ),
    FaultClass(
        name="gyro_saturation",
        table="measurement",
        text="rates beyond a limit are said to be at it",
        parameters=(number("rate_max_deg_s", 2.0, 0.0, 1e4, "of each axis"),),
        kinds=(16,),
        flights=(("Schiaparelli", 2016),),
        fill=lambda g, _: {
            "weight": weights(INSTRUMENTS["gyro"]),
            "limit": g["rate_max"],
        },
    ),
    FaultClass(
        name="accelerometer_error",
        table="measurement",
        text="bias, scale error and noise of the accelerometer, as of vibration",
        parameters=(
            AXIS,
            number("bias_m_s2", 0.0, -10.0, 10.0, "added"),
            number("scale_ratio", 0.0, -2.0, 2.0, "share added"),
            number("drift_m_s3", 0.0, -1.0, 1.0, "by which the bias grows"),
            number("noise_m_s2_sqrt_Hz", 0.0, 0.0, 10.0, "added"),
        ),
        kinds=(17,),
        flights=(("Apollo 11", 1969),),
        fill=lambda g, m: _error("accelerometer", g, m),
    ),
    FaultClass(
        name="gyro_error",
        table="measurement",
        text="bias, scale error and noise of the gyro",
        parameters=(
            AXIS,
            number("bias_deg_s", 0.0, -10.0, 10.0, "added"),
            number("scale_ratio", 0.0, -2.0, 2.0, "share added"),
            number("drift_deg_s2", 0.0, -1.0, 1.0, "by which the bias grows"),
            number("noise_deg_sqrt_h", 0.0, 0.0, 100.0, "added"),
        ),
        kinds=(17,),
        flights=(("Apollo 11", 1969),),
        fill=lambda g, m: _error("gyro", g, m),
    ),
    FaultClass(
        name="imu_sign",
        table="measurement",
        text="an axis of the inertial unit is mounted the wrong way round",
        parameters=(UNIT, AXIS),
        kinds=(18,),
        flights=(("Genesis", 2004),),
        fill=lambda g, _: {
            "weight": weights(_channels(g["unit"], g["axis"])),
            "gain": -1.0,
        },
    ),
)
