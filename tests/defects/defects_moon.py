"""Defects of the ground, its maps, the light on it, the soil and the plume."""

from defects.catalogue import Defect

RAY = ("tests/unit/math/test_ray.py",)
GROUND = ("tests/unit/moon/test_ground.py",)
RELIEF = ("tests/unit/moon/test_relief.py",)
CHARTS = ("tests/unit/moon/test_charts.py",)
LIGHT = ("tests/unit/moon/test_light.py",)
PLUME = ("tests/unit/moon/test_plume.py",)
REGOLITH = ("tests/unit/moon/test_regolith.py",)
SURVEY = ("tests/unit/moon/test_survey.py",)
ORIGINALS = ("tests/unit/moon/test_originals.py",)
OVERVIEW = ("tests/unit/moon/test_overview.py",)
CRATERS = ("tests/reference/test_craters.py",)

DEFECTS = [
    Defect(
        "a ray trusts that the ground is half as steep",
        "math/ray.py",
        "near = h / jnp.maximum(c + steepness.detail_slope * level, 1e-3)",
        "near = h / jnp.maximum(c + 0.3 * steepness.detail_slope * level, 1e-3)",
        GROUND,
    ),
    Defect(
        "a ray ends at its last step, without a secant",
        "math/ray.py",
        "return before + part * (rho - before), hit",
        "return rho + 0.0 * part * before, hit",
        RAY,
    ),
    Defect(
        "a sheet ends in a step",
        "math/patch.py",
        "jnp.where(edge > 0.0, jnp.clip(share, 0.0, 1.0), 0.0)",
        "jnp.where(edge > 0.0, jnp.where(share > 0.0, 1.0, 0.0), 0.0)",
        RAY,
    ),
    Defect(
        "craters in equilibrium go with the diameter to minus three",
        "moon/relief.py",
        "np.asarray(diameter, np.float64) ** -2.0",
        "np.asarray(diameter, np.float64) ** -3.0",
        RELIEF,
    ),
    Defect(
        "the chronology forgets its exponential part",
        "moon/relief.py",
        "5.44e-14 * (np.exp(6.93 * t) - 1.0)",
        "5.44e-14 * (np.exp(6.0 * t) - 1.0)",
        RELIEF,
    ),
    Defect(
        "roughness grows with its lattice, not its power of Hurst",
        "moon/relief.py",
        "rms * (spacing / LATTICE) ** recipe.hurst",
        "rms * (spacing / LATTICE)",
        RELIEF,
    ),
    Defect(
        "craters that the map shows are drawn again",
        "moon/district.py",
        "share = 1.0 - float(smooth(np.array(2.0 * diameter / limit - 1.0)))",
        "share = 1.0 - 0.0 * float(smooth(np.array(2.0 * diameter / limit - 1.0)))",
        CRATERS,
    ),
    Defect(
        "heights of a map file lie half a pixel aside",
        "moon/chart.py",
        "return row - 0.5, column - 0.5",
        "return row, column",
        CHARTS,
    ),
    Defect(
        "the row beyond a pole repeats the last one",
        "moon/chart.py",
        "rows = [2.0 * top.mean() - top,",
        "rows = [top,",
        CHARTS,
    ),
    Defect(
        "the skyline forgets that the Moon is round",
        "moon/light.py",
        "rise = radius * jnp.cos(angle) - eye_radius",
        "rise = radius - eye_radius",
        LIGHT,
    ),
    Defect(
        "a disc is a square",
        "moon/light.py",
        "weight = 2.0 / (COLUMNS + 1) * np.sin(angle) ** 2",
        "weight = np.full(COLUMNS, 1.0 / COLUMNS)",
        LIGHT,
    ),
    Defect(
        "onset goes with the thrust, not its root",
        "moon/plume.py",
        "jnp.sqrt(jnp.maximum(thrust, 0.0) / LM_HOVER)",
        "jnp.maximum(thrust, 0.0) / LM_HOVER",
        PLUME,
    ),
    Defect(
        "the ground effect pulls the lander down",
        "moon/plume.py",
        "return 1.0 + plume.ground_effect *",
        "return 1.0 - plume.ground_effect *",
        PLUME,
    ),
    Defect(
        "the bearing factor lacks the square of its tangent",
        "moon/regolith.py",
        "jnp.tan(0.25 * jnp.pi + 0.5 * friction) ** 2",
        "jnp.tan(0.25 * jnp.pi + 0.5 * friction)",
        REGOLITH,
    ),
    Defect(
        "a map that lies east shows the ground from the west",
        "moon/survey.py",
        "np.meshgrid(fine - how.shift[0], fine - how.shift[1])",
        "np.meshgrid(fine + how.shift[0], fine + how.shift[1])",
        SURVEY,
    ),
    Defect(
        "a pulled file is believed without its hash",
        "moon/originals.py",
        "if found != expected:",
        "if not found:",
        ORIGINALS,
    ),
    Defect(
        "shadows fall towards the Sun",
        "moon/overview.py",
        "[rows + k * np.cos(azimuth), columns + k * np.sin(azimuth)]",
        "[rows - k * np.cos(azimuth), columns - k * np.sin(azimuth)]",
        OVERVIEW,
    ),
]
