"""Defects of the search for a safe place."""

from defects.catalogue import Defect

MAP = ("tests/unit/onboard/test_hazard_map.py",)
DIVERT = ("tests/unit/onboard/test_hazard_divert.py",)
CHOICE = ("tests/unit/onboard/test_hazard_choice.py",)
LOOK = ("tests/flights/test_hazards.py::test_the_map_lies_where_the_ground_is",)

DEFECTS = [
    Defect(
        "the plane of a footprint leans the other way across",
        "onboard/hazard/footprint.py",
        "(cyz * cxx - cxz * cxy) / safe",
        "(cyz * cxx + cxz * cxy) / safe",
        MAP,
    ),
    Defect(
        "the slope of a footprint by an arctangent of the compiler",
        "onboard/hazard/footprint.py",
        "atan2(steep, jnp.ones_like(steep)) + none",
        "jnp.arctan(steep) + none",
        MAP,
    ),
    Defect(
        "a cell is taken for where its middle is",
        "onboard/hazard/footprint.py",
        "d[0] + x / radius, d[1] + y / radius",
        "d[0] + 0.0 * x, d[1] + 0.0 * y",
        MAP,
    ),
    Defect(
        "a divert ends with the speed that it began with",
        "onboard/hazard/divert.py",
        "return steer(d, v, t), -6.0 * d / t**2 + 2.0 * v / t",
        "return steer(d, v, t), -6.0 * d / t**2 - 2.0 * v / t",
        DIVERT,
    ),
    Defect(
        "the velocity drives a divert on",
        "onboard/hazard/divert.py",
        "return 6.0 * d / t**2 - 4.0 * v / t",
        "return 6.0 * d / t**2 + 4.0 * v / t",
        DIVERT,
    ),
    Defect(
        "places out of reach are chosen too",
        "onboard/hazard/choice.py",
        "jnp.argmin(jnp.where(possible, cost, jnp.inf))",
        "jnp.argmin(cost)",
        CHOICE,
    ),
    Defect(
        "the map is laid out with the body's axes turned back",
        "onboard/hazard/look.py",
        "points = matvec(dcm_LM, rotate(pose.q_MB[:, None], body))",
        "points = matvec(dcm_LM, rotate(-pose.q_MB[:, None] * jnp.array("
        "[[-1.0], [1.0], [1.0], [1.0]]), body))",
        LOOK,
    ),
]
