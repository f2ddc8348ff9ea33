"""Faults of the landmark camera and its map (kinds 19, 20 and 22)."""

from frigoris.mission.faults.declare import (
    INSTRUMENTS,
    FaultClass,
    chance,
    number,
    weights,
)

NEEDS = ("landmark_camera",)

CLASSES = (
    FaultClass(
        name="few_matches",
        table="measurement",
        text="light or map let the camera name fewer craters",
        parameters=(
            number("matches_ratio", 0.1, 0.0, 10.0, "of those it should find"),
        ),
        kinds=(19, 22),
        flights=(("IM-2 Athena", 2025),),
        fill=lambda g, _: {"camera_matches": g["matches"]},
        needs=NEEDS,
    ),
    FaultClass(
        name="map_offset",
        table="measurement",
        text="the camera's map lies beside the ground, in Moon-fixed axes",
        parameters=(
            number("x_m", 0.0, -1e5, 1e5, "towards the Earth"),
            number("y_m", 0.0, -1e5, 1e5, "towards the east limb"),
            number("z_m", 0.0, -1e5, 1e5, "towards the north pole"),
        ),
        kinds=(20,),
        flights=(("IM-2 Athena", 2025),),
        fill=lambda g, _: {"map_shift": [g["x"], g["y"], g["z"]]},
        needs=NEEDS,
    ),
    FaultClass(
        name="false_match",
        table="measurement",
        text="a share of fixes names the wrong craters",
        parameters=(
            number("false_ratio", 0.3, 0.0, 1.0, "share of fixes"),
            number("size_m", 1000.0, 0.0, 1e5, "one sigma of such a fix, each axis"),
        ),
        kinds=(20,),
        flights=(("IM-2 Athena", 2025),),
        fill=lambda g, _: {
            "weight": weights(INSTRUMENTS["landmark_camera"][:3]),
            "outlier": chance(g["false"]),
            "outlier_size": g["size"],
        },
        needs=NEEDS,
    ),
)
